// Package station runs a hub: this device takes sealed records of others into
// custody, serves the questionnaire to phones near it, is found on the local
// network, and brings all that on to the centre, or to the next hub, whenever the
// way up is open. The window and "barazad hub" are its two clients.
//
// Words for people are the clients': events and troubles are values. Start at
// [Start].
package station

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/sync/discovery"
	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/hub"
	"baraza.example/sync/identity"
)

// Options say how a hub runs. Work, Form and Folder are needed.
type Options struct {
	Work   *workspace.Workspace
	Form   workspace.Form // that the kiosk asks
	Folder string         // of the store: the key of the listener is kept there
	Listen string         // address that devices reach
	Kiosk  string         // address that phones reach; "" for no pages
	Roads  []string       // the way up; empty: the hub that was chosen and the addresses of the invite
	Quota  hub.Quota
	Every  time.Duration // how often the way up is tried; 0: every minute
	Hidden bool          // it isn't found on the local network
	Clock  func() time.Time
	Logger *slog.Logger
}

// KeyFile is the key of a hub's listener, in the folder of its store: with
// another one devices that have compared its fingerprint would not know it.
const KeyFile = "tls.key"

// ErrNotJoined means that a device which has no invite can't be a hub: it doesn't
// know where to bring anything.
var ErrNotJoined = errors.New("a hub must have joined first")

// A Station is a hub that runs.
type Station struct {
	o        Options
	hub      *hub.Hub
	board    *board
	listener *httpsync.Listener
	kiosk    *hub.Kiosk
	near     *discovery.Announcer
	nearErr  error
	self     discovery.Hub
	wake     chan struct{}
	end      context.CancelFunc
	running  sync.WaitGroup
}

// Start begins to serve and to bring on. The errors are those of opening a
// listener, and [ErrNotJoined].
func Start(ctx context.Context, o Options) (_ *Station, err error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Every <= 0 {
		o.Every = time.Minute
	}
	if _, joined, err := o.Work.Invite(ctx); err != nil {
		return nil, err
	} else if !joined {
		return nil, ErrNotJoined
	}
	s := &Station{o: o, wake: make(chan struct{}, 1)}
	if s.hub, err = o.Work.Hub("", o.Quota); err != nil {
		return nil, err
	}
	s.board = newBoard(o.Clock)
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if err := os.MkdirAll(o.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the hub's folder: %w", err)
	}
	cert, err := httpsync.OwnCertificate(filepath.Join(o.Folder, KeyFile))
	if err != nil {
		return nil, err
	}
	if s.listener, err = httpsync.Listen(o.Listen, cert, httpsync.Handler(s.serve), o.Logger); err != nil {
		return nil, err
	}
	if err := s.openKiosk(ctx); err != nil {
		return nil, err
	}
	s.announce()
	ctx, s.end = context.WithCancel(context.WithoutCancel(ctx))
	s.running.Go(func() { s.forward(ctx) })
	return s, nil
}

// Close ends the hub. What it has given its word for is kept.
func (s *Station) Close() {
	s.end()
	s.running.Wait()
	s.close()
}

func (s *Station) close() {
	if s.near != nil {
		_ = s.near.Close() // nobody hears of it either way
	}
	if s.kiosk != nil {
		_ = s.kiosk.Close() // every page was saved before it was answered
	}
	if s.listener != nil {
		s.listener.Close()
	}
}

// serve takes what a device or another hub brings.
func (s *Station) serve(ctx context.Context, c exchange.Conn) {
	report, err := s.hub.Serve(ctx, c)
	if s.board.served(report, err); err != nil {
		s.o.Logger.Info("an exchange ended early", "err", err)
	}
}

// announce has the hub found. It works without.
func (s *Station) announce() {
	s.self = discovery.Hub{Name: s.hub.Self().Name, Pin: identity.Base32(s.listener.Address.Pin), Port: portOf(s.listener.Address.URL)}
	if s.o.Hidden {
		return
	}
	if s.near, s.nearErr = discovery.Announce(s.self, discovery.Options{Logger: s.o.Logger}); s.nearErr != nil {
		s.near = nil
		s.o.Logger.Warn("this hub can't be found nearby; devices need its address", "err", s.nearErr)
	}
}

// portOf is the port of an address, 0 for what has none.
func portOf(url string) uint16 {
	_, host, _ := strings.Cut(url, "://")
	at, err := netip.ParseAddrPort(strings.TrimSuffix(host, "/"))
	if err != nil {
		return 0
	}
	return at.Port()
}

// Name is what devices show: at the hub NAME.
func (s *Station) Name() string { return s.hub.Self().Name }

// Fingerprint is what people compare once.
func (s *Station) Fingerprint() string { return s.self.Fingerprint() }

// Found says whether devices on the local network find this hub.
func (s *Station) Found() bool { return s.near != nil }

// Listens is the address of the listener itself, with its pin: 0.0.0.0 stands for
// all that Addresses lists.
func (s *Station) Listens() httpsync.Address { return s.listener.Address }

// Addresses lists the addresses at which devices reach this hub now: those of a
// laptop change from network to network.
func (s *Station) Addresses() (all []string) {
	for _, host := range hosts(s.listener.Address.URL) {
		all = append(all, httpsync.Address{URL: "https://" + host, Pin: s.listener.Address.Pin}.String())
	}
	return all
}

// Links lists the addresses of the pages for phones, none without pages.
func (s *Station) Links() (all []string) {
	if s.kiosk == nil {
		return nil
	}
	for _, host := range hosts(s.kiosk.Address) {
		all = append(all, "http://"+host+"/")
	}
	return all
}

// hosts lists host and port of an address; where it stands for all of this
// machine, those that others on its networks reach. Addresses that machines drew
// themselves are listed where there are no others.
func hosts(url string) (all []string) {
	_, host, _ := strings.Cut(strings.TrimSuffix(url, "/"), "://")
	at, err := netip.ParseAddrPort(host)
	if err != nil || !at.Addr().IsUnspecified() {
		return []string{host}
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var drawn []string
	for _, a := range addresses {
		p, err := netip.ParsePrefix(a.String())
		if err != nil || p.Addr().IsLoopback() {
			continue
		}
		switch reached := netip.AddrPortFrom(p.Addr(), at.Port()).String(); {
		case !p.Addr().IsLinkLocalUnicast():
			all = append(all, reached)
		case p.Addr().Is4(): // of IPv6 it would need the zone of whoever types it
			drawn = append(drawn, reached)
		}
	}
	if len(all) == 0 {
		return drawn
	}
	return all
}

// Hub is the hub itself, for a stick or mails.
func (s *Station) Hub() *hub.Hub { return s.hub }
