package discovery

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
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
	// The instance is called by its pin: two hubs of one name are two hubs. Earlier programs
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

// quietLog is for a library that reports every strange packet of a network.
func quietLog(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelDebug) }
