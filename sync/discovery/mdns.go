package discovery

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/hashicorp/mdns"
)

// serviceType is the one of DNS-SD.
const serviceType = "_baraza._tcp"

// serveMDNS answers mDNS questions until it is stopped.
func serveMDNS(h Hub, o Options) (stop func() error, err error) {
	var own []net.IP
	for _, p := range ownAddresses() {
		if !p.Addr().IsLoopback() {
			own = append(own, p.Addr().AsSlice())
		}
	}
	if len(own) == 0 {
		return nil, fmt.Errorf("announce by mDNS: this machine has no address on a network")
	}
	// The instance is called by its pin: two hubs of one name are two hubs.
	service, err := mdns.NewMDNSService(h.Pin[:minPin], serviceType, "", h.Pin[:12]+".local.", int(h.Port), own, []string{"v=1", "name=" + h.Name, "pin=" + h.Pin})
	if err != nil {
		return nil, fmt.Errorf("announce by mDNS: %w", err)
	}
	server, err := mdns.NewServer(&mdns.Config{Zone: service, Logger: quietLog(o.Logger)})
	if err != nil {
		return nil, fmt.Errorf("announce by mDNS: %w", err)
	}
	return server.Shutdown, nil
}

// browseMDNS asks by mDNS until ctx ends.
func browseMDNS(ctx context.Context, o Options, g *gathering) error {
	entries := make(chan *mdns.ServiceEntry, 16)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for e := range entries {
			if f, ok := readEntry(e); ok {
				g.add(f)
			}
		}
	}()
	deadline, _ := ctx.Deadline()
	err := mdns.QueryContext(ctx, &mdns.QueryParam{Service: serviceType, Domain: "local", Timeout: max(time.Until(deadline), time.Millisecond),
		Entries: entries, DisableIPv6: true, Logger: quietLog(o.Logger)})
	close(entries)
	<-read
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("look for hubs by mDNS: %w", err)
	}
	return nil
}

// readEntry reads what an answer says.
func readEntry(e *mdns.ServiceEntry) (f Found, ok bool) {
	addr, ok := netip.AddrFromSlice(e.AddrV4)
	if !ok || e.Port <= 0 || e.Port > 65535 || len(e.InfoFields) > 16 {
		return f, false
	}
	f.Addr, f.Port = addr.Unmap(), uint16(e.Port)
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
