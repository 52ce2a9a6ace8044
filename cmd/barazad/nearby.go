package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"baraza.example/app/workspace"
)

// errNobodyNear is told with what to do.
var errNobodyNear = errors.New("no hub answers nearby. Is this device in the hub's network? Otherwise type the address on its screen: --via ADDRESS")

// nearby lists the addresses of trusted hubs that answer on the local network.
// Where there are only others, the person compares a fingerprint once; trust,
// which may be empty, is one that was compared already.
func nearby(ctx context.Context, w *workspace.Workspace, trust string, io streams) ([]string, error) {
	found, err := w.Nearby(ctx)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errNobodyNear
	}
	roads := trustedRoads(found, func(n workspace.Near) bool { return n.Trusted })
	if len(roads) > 0 && trust == "" {
		return roads, nil
	}
	pin, err := compared(found, trust, io)
	if err != nil {
		return nil, err
	}
	if _, err := w.Trust(ctx, pin); err != nil {
		return nil, err
	}
	return trustedRoads(found, func(n workspace.Near) bool { return n.Pin == pin }), nil
}

func trustedRoads(found []workspace.Near, trusted func(workspace.Near) bool) (roads []string) {
	for _, n := range found {
		if trusted(n) {
			roads = append(roads, n.Address)
		}
	}
	return roads
}

// compared shows what was found and returns the pin whose fingerprint a person
// has compared with the hub's screen.
func compared(found []workspace.Near, trust string, io streams) (pin string, err error) {
	pins := map[string]string{} // by fingerprint
	for _, n := range found {
		if pins[n.Fingerprint] == "" {
			host, _, _ := strings.Cut(strings.TrimPrefix(n.Address, "https://"), "#")
			fmt.Fprintf(io.out, "%s  %q at %s\n", n.Fingerprint, n.Name, host)
		}
		pins[n.Fingerprint] = n.Pin
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
