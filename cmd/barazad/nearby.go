package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/sync/discovery"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/identity"
)

// lookFor is how long to look for hubs nearby.
const lookFor = 3 * time.Second

// errNobodyNear is told with what to do.
var errNobodyNear = errors.New("no hub answers nearby. Is this device in the hub's network? Otherwise type the address on its screen: --via ADDRESS")

// nearby lists the addresses of trusted hubs that answer on the local network.
// Where there are only others, the person compares a fingerprint once; trust,
// which may be empty, is one that was compared already.
func nearby(ctx context.Context, w *workspace.Workspace, trust string, io streams) ([]string, error) {
	chosen, err := w.Settings(ctx)
	if err != nil {
		return nil, err
	}
	looking, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	found, err := discovery.Browse(looking, discovery.Options{Known: chosen.Trusted})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errNobodyNear
	}
	roads := trustedRoads(found, chosen.Trusted)
	if len(roads) == 0 || trust != "" {
		pin, err := compared(found, trust, io)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(chosen.Trusted, pin) {
			chosen.Trusted = append(chosen.Trusted, pin)
			if err := w.Choose(ctx, chosen); err != nil {
				return nil, err
			}
		}
		roads = trustedRoads(found, []string{pin})
	}
	return roads, nil
}

func trustedRoads(found []discovery.Found, trusted []string) (roads []string) {
	for _, f := range found {
		if slices.Contains(trusted, f.Pin) {
			roads = append(roads, f.Address())
		}
	}
	return roads
}

// compared shows what was found and returns the pin whose fingerprint a person
// has compared with the hub's screen.
func compared(found []discovery.Found, trust string, io streams) (pin string, err error) {
	pins := map[string]string{} // by fingerprint
	for _, f := range found {
		if pins[f.Fingerprint()] == "" {
			fmt.Fprintf(io.out, "%s  %q at %s\n", f.Fingerprint(), f.Name, f.Addr)
		}
		pins[f.Fingerprint()] = f.Pin
	}
	if trust == "" {
		fmt.Fprint(io.out, "Which of these stands on the hub's screen? Type it: ")
		trust, _ = bufio.NewReader(io.in).ReadString('\n')
		fmt.Fprintln(io.out)
	}
	trust = strings.ToUpper(strings.TrimSpace(trust))
	if pins[trust] == "" {
		return "", fmt.Errorf("no hub nearby has the fingerprint %q; nothing was sent", trust)
	}
	return pins[trust], nil
}

// announce has a hub found on the networks that its listener is reached from.
func announce(name string, address httpsync.Address, log *slog.Logger) (*discovery.Announcer, discovery.Hub, error) {
	h := discovery.Hub{Name: name, Pin: identity.Base32(address.Pin)}
	_, port, _ := strings.Cut(strings.TrimPrefix(address.URL, "https://"), ":")
	if i := strings.LastIndexByte(port, ':'); i >= 0 { // an IPv6 address has more
		port = port[i+1:]
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, h, fmt.Errorf("the hub's port: %w", err)
	}
	h.Port = uint16(n)
	a, err := discovery.Announce(h, discovery.Options{Logger: log})
	return a, h, err
}
