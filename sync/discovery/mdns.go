package discovery

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/mdns"
)

// serviceType is the one of DNS-SD.
const serviceType = "_baraza._tcp"

// followEvery is how often a hub looks whether it has come into another network.
const followEvery = 10 * time.Second

// serveMDNS answers mDNS questions on every network until it is stopped, also on those that
// come later: a laptop is carried around, and becomes an access point when somebody says so.
func serveMDNS(h Hub, o Options) (stop func() error, err error) {
	all := networks()
	stops, err := serveNetworks(h, all, o)
	if err != nil && len(all) > 0 {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var following sync.WaitGroup
	following.Go(func() {
		ticker := time.NewTicker(followEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			now := networks()
			if slices.EqualFunc(all, now, network.same) {
				continue
			}
			all = now
			_ = stopAll(stops) // they were of networks that are gone
			if stops, err = serveNetworks(h, all, o); err != nil {
				o.Logger.Warn("a way to be found nearby is closed", "err", err)
			}
		}
	})
	return func() error {
		cancel()
		following.Wait()
		return stopAll(stops)
	}, nil
}

// serveNetworks answers on the networks that let it; without any there is an error.
func serveNetworks(h Hub, all []network, o Options) (stops []func() error, err error) {
	for _, n := range all {
		one, failed := serveNetwork(h, n, o)
		if err = errors.Join(err, failed); failed == nil {
			stops = append(stops, one)
		}
	}
	switch {
	case len(stops) > 0:
		return stops, nil // one network that takes none doesn't close the others
	case err == nil:
		err = errors.New("announce by mDNS: this machine has no address on a network")
	}
	return nil, err
}

func stopAll(stops []func() error) error {
	var errs []error
	for _, s := range stops {
		errs = append(errs, s())
	}
	return errors.Join(errs...)
}

func serveNetwork(h Hub, n network, o Options) (stop func() error, err error) {
	var own []net.IP
	for _, p := range n.addrs {
		own = append(own, p.Addr().AsSlice())
	}
	// The instance is called by its pin: two hubs of one name are two hubs. Those who ask
	// take one answer of each name, so it is drawn anew: who says the same is another.
	drawn := "-" + strings.ToLower(rand.Text()[:8])
	service, err := mdns.NewMDNSService(h.Pin[:minPin]+drawn, serviceType, "", h.Pin[:12]+drawn+".local.", int(h.Port), own, []string{"v=1", "name=" + h.Name, "pin=" + h.Pin})
	if err != nil {
		return nil, fmt.Errorf("announce by mDNS: %w", err)
	}
	server, err := mdns.NewServer(&mdns.Config{Zone: service, Iface: &n.iface, Logger: quietLog(o.Logger)})
	if err != nil {
		return nil, fmt.Errorf("announce by mDNS: %w", err)
	}
	return server.Shutdown, nil
}

// browseMDNS asks by mDNS on every network until ctx ends.
func browseMDNS(ctx context.Context, o Options, g *gathering) error {
	all := networks()
	errs := make([]error, 2*len(all))
	var asking sync.WaitGroup
	for i, n := range all {
		// The library joins the group of IPv4 where the system's routes lead: nowhere
		// without a router. Over IPv6 every network has one of its own.
		asking.Go(func() { errs[2*i] = browseNetwork(ctx, n, false, o, g) })
		asking.Go(func() { errs[2*i+1] = browseNetwork(ctx, n, true, o, g) })
	}
	asking.Wait()
	for _, err := range errs {
		if err == nil {
			return nil
		}
	}
	return errors.Join(append(errs, errors.New("look for hubs by mDNS: no network takes it"))...)
}

func browseNetwork(ctx context.Context, n network, six bool, o Options, g *gathering) error {
	entries := make(chan *mdns.ServiceEntry, 16)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for e := range entries {
			if f, ok := readEntry(e, n.six()); ok {
				g.add(f)
			}
		}
	}()
	// It is asked again and again: packets get lost, and an address of IPv6 that was
	// just drawn can't be used yet.
	var err error
	for asked := false; ctx.Err() == nil; {
		failed := mdns.QueryContext(ctx, &mdns.QueryParam{Service: serviceType, Domain: "local", Timeout: pause,
			Entries: entries, Interface: &n.iface, DisableIPv4: six, DisableIPv6: !six, Logger: quietLog(o.Logger)})
		if asked = asked || failed == nil; asked {
			err = nil
			continue
		}
		err = failed
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	close(entries)
	<-read
	if err != nil {
		return fmt.Errorf("look for hubs by mDNS: %w", err)
	}
	return nil
}

// readEntry reads what an answer says. Where six, only IPv6 leads to who answers.
func readEntry(e *mdns.ServiceEntry, six bool) (f Found, ok bool) {
	if e.Port <= 0 || e.Port > 65535 || len(e.InfoFields) > 16 {
		return f, false
	}
	f.Port = uint16(e.Port)
	if addr, is := netip.AddrFromSlice(e.AddrV4); is && addr.Unmap().Is4() && !six {
		f.Addr = addr.Unmap()
	} else if e.AddrV6IPAddr != nil {
		addr, _ := netip.AddrFromSlice(e.AddrV6IPAddr.IP)
		f.Addr = addr.WithZone(e.AddrV6IPAddr.Zone)
	}
	if !f.Addr.IsValid() {
		return f, false
	}
	for _, field := range e.InfoFields {
		switch key, value, _ := strings.Cut(field, "="); key {
		case "name":
			f.Name = value
		case "pin":
			f.Pin = value
		}
	}
	return f, f.check() == nil
}

// quietLog is for a library that reports every strange packet of a network.
func quietLog(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelDebug) }
