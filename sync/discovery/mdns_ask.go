package discovery

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/net/ipv4"
)

// The groups of RFC 6762, section 3.
var (
	groupFour = netip.MustParseAddrPort("224.0.0.251:5353")
	groupSix  = netip.MustParseAddr("ff02::fb")
)

const (
	serviceName = serviceType + ".local."
	answerHere  = 1 << 15 // in a question's class: an answer to this address is enough (RFC 6762, 5.4)
	maxRecords  = 64      // of one answer
)

// browseMDNS asks by mDNS on every network until ctx ends.
//
// Each answer is read by itself, as it came in one packet. A library would join what several
// say of one instance and keep the first: whoever repeats a hub's name would hide the hub.
func browseMDNS(ctx context.Context, o Options, g *gathering) error {
	all := networks()
	errs := make([]error, 2*len(all))
	var asking sync.WaitGroup
	for i, n := range all {
		asking.Go(func() { errs[2*i] = n.browseFour(ctx, g) })
		asking.Go(func() { errs[2*i+1] = n.browseSix(ctx, g) })
	}
	asking.Wait()
	for _, err := range errs {
		if err == nil {
			return nil
		}
	}
	return errors.Join(append(errs, errors.New("look for hubs by mDNS: no network takes it"))...)
}

// browseFour asks over IPv4, on this network whatever the system's routes say.
func (n network) browseFour(ctx context.Context, g *gathering) error {
	for _, p := range n.addrs {
		if !p.Addr().Is4() {
			continue
		}
		c, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(p.Addr(), 0)))
		if err == nil {
			err = ipv4.NewPacketConn(c).SetMulticastInterface(&n.iface)
		}
		if err != nil {
			return fmt.Errorf("look for hubs by mDNS: %w", err)
		}
		return n.askMDNS(ctx, c, groupFour, g)
	}
	return errors.New("look for hubs by mDNS: no address of IPv4")
}

func (n network) browseSix(ctx context.Context, g *gathering) error {
	c, err := net.ListenUDP("udp6", nil)
	if err != nil {
		return fmt.Errorf("look for hubs by mDNS: %w", err)
	}
	return n.askMDNS(ctx, c, netip.AddrPortFrom(groupSix.WithZone(n.iface.Name), groupFour.Port()), g)
}

// askMDNS asks on c until ctx ends, and closes it.
func (n network) askMDNS(ctx context.Context, c *net.UDPConn, to netip.AddrPort, g *gathering) error {
	var drawn [2]byte
	_, _ = rand.Read(drawn[:]) // never fails (crypto/rand)
	id := binary.BigEndian.Uint16(drawn[:])
	question := dnsmessage.Message{Header: dnsmessage.Header{ID: id}, Questions: []dnsmessage.Question{{
		Name: dnsmessage.MustNewName(serviceName), Type: dnsmessage.TypePTR, Class: dnsmessage.ClassINET | answerHere}}}
	packet, err := question.Pack()
	if err != nil {
		c.Close()
		return fmt.Errorf("look for hubs by mDNS: %w", err)
	}
	return converse(ctx, c, packet, []netip.AddrPort{to}, func(b []byte, from netip.AddrPort) {
		for _, f := range n.readMDNS(b, id) {
			g.add(f, from.Addr())
		}
	})
}

// readMDNS reads what a packet says of hubs. Where the network has only IPv6, only that leads to them.
func (n network) readMDNS(packet []byte, id uint16) (found []Found) {
	var p dnsmessage.Parser
	h, err := p.Start(packet)
	if err != nil || !h.Response || h.ID != id || p.SkipAllQuestions() != nil {
		return nil
	}
	var instances []string
	ports, hosts := map[string]uint16{}, map[string]string{}
	fields := map[string][]string{}
	addrs := map[string][]netip.Addr{}
	read := func(r dnsmessage.Resource) {
		name := strings.ToLower(r.Header.Name.String())
		switch body := r.Body.(type) {
		case *dnsmessage.PTRResource:
			if name == serviceName {
				instances = append(instances, strings.ToLower(body.PTR.String()))
			}
		case *dnsmessage.SRVResource:
			ports[name], hosts[name] = body.Port, strings.ToLower(body.Target.String())
		case *dnsmessage.TXTResource:
			fields[name] = body.TXT
		case *dnsmessage.AResource:
			if !n.six() {
				addrs[name] = append(addrs[name], netip.AddrFrom4(body.A))
			}
		case *dnsmessage.AAAAResource:
			a := netip.AddrFrom16(body.AAAA).Unmap()
			if a.Is6() && a.IsLinkLocalUnicast() {
				a = a.WithZone(n.iface.Name)
			}
			addrs[name] = append(addrs[name], a)
		}
	}
	left := maxRecords
	for _, next := range []func() (dnsmessage.Resource, error){p.Answer, p.Authority, p.Additional} {
		for {
			r, err := next()
			if errors.Is(err, dnsmessage.ErrSectionDone) {
				break
			}
			if left--; err != nil || left < 0 {
				return nil
			}
			read(r)
		}
	}
	for _, name := range instances {
		f := Found{Hub: Hub{Port: ports[name]}}
		for _, field := range fields[name] {
			switch key, value, _ := strings.Cut(field, "="); key {
			case "name":
				f.Name = value
			case "pin":
				f.Pin = value
			}
		}
		for _, f.Addr = range reached(addrs[hosts[name]]) {
			if one := f; one.check() == nil && len(found) < maxFrom {
				found = append(found, one)
			}
		}
	}
	return found
}

// reached are the addresses of IPv4 where there are some, else all.
func reached(all []netip.Addr) []netip.Addr {
	var four []netip.Addr
	for _, a := range all {
		if a.Is4() {
			four = append(four, a)
		}
	}
	if len(four) > 0 {
		return four
	}
	return all
}
