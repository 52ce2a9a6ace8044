package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms/webform"
	"baraza.example/sync/hub"
)

// A kioskServed is the pages of a hub, if it has any.
type kioskServed struct{ kiosk *hub.Kiosk }

// serveKiosk serves the form's pages at an address; "" means none.
func serveKiosk(ctx context.Context, w *workspace.Workspace, form workspace.Form, name, address string, log *slog.Logger) (kioskServed, error) {
	if address == "" {
		return kioskServed{}, nil
	}
	pages, err := kioskPages(ctx, w, form, name, webform.Limits{}, log)
	if err != nil {
		return kioskServed{}, err
	}
	k, err := hub.ListenKiosk(address, pages.Handler(), log)
	return kioskServed{k}, err
}

func kioskPages(ctx context.Context, w *workspace.Workspace, form workspace.Form, name string, limits webform.Limits, log *slog.Logger) (*webform.Pages, error) {
	keeper, err := w.Kiosk(ctx, form.Definition.Settings.ID)
	if err != nil {
		return nil, err
	}
	var languages []string
	for _, heading := range form.Definition.Languages {
		if l, known := locale.Named(heading); known {
			languages = append(languages, l.Code)
		}
	}
	return webform.New(webform.Options{Keeper: keeper, Secret: keeper.Secret(), Title: form.Definition.Settings.Title, Host: name, Foreign: true,
		Languages: languages, Limits: limits, Logger: log})
}

func (k kioskServed) close() {
	if k.kiosk != nil {
		_ = k.kiosk.Close() // every page was saved before it was answered
	}
}

// tell prints the addresses that phones reach.
func (k kioskServed) tell(out io.Writer) {
	if k.kiosk == nil {
		return
	}
	at, err := netip.ParseAddrPort(k.kiosk.Address[len("http://") : len(k.kiosk.Address)-1])
	if err != nil || !at.Addr().IsUnspecified() {
		fmt.Fprintf(out, "  kiosk    %s\n", k.kiosk.Address)
		return
	}
	for _, a := range ownAddresses() {
		fmt.Fprintf(out, "  kiosk    http://%s/\n", netip.AddrPortFrom(a, at.Port()))
	}
}

// ownAddresses lists those of this machine that others on its networks reach.
func ownAddresses() (all []netip.Addr) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	for _, a := range addresses {
		p, err := netip.ParsePrefix(a.String())
		if err == nil && !p.Addr().IsLoopback() && !p.Addr().IsLinkLocalUnicast() {
			all = append(all, p.Addr())
		}
	}
	return all
}
