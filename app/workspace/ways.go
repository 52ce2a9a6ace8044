package workspace

import (
	"context"
	"maps"
	"time"

	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
)

// Way returns the way to the address of a hub or centre, with what this device
// knows of it: the proxy a person set, and whether only whole requests pass. It is kept
// until the workspace is closed; nothing is sent yet.
func (w *Workspace) Way(ctx context.Context, address string) (*httpsync.Client, error) {
	chosen, err := w.Settings(ctx)
	if err != nil {
		return nil, err
	}
	proxy, err := httpsync.ParseProxy(chosen.Proxy)
	if err != nil {
		return nil, err
	}
	past, err := w.past(ctx)
	if err != nil {
		return nil, err
	}
	return w.clients.to(address, func(a httpsync.Address) httpsync.Options {
		return httpsync.Options{Proxy: proxy, Past: func() time.Time { return past }, HTTP3: w.http3, InTurns: w.clock().Unix() < chosen.Turns[a.URL]}
	})
}

// TryHTTP3 says whether this workspace sends over UDP while it is open: see httpsync.HTTP3.
func (w *Workspace) TryHTTP3(h httpsync.HTTP3) {
	w.sending.Lock()
	defer w.sending.Unlock()
	w.http3 = h
	w.clients.close()
}

// past is a time that has been: that of the centre's last word.
func (w *Workspace) past(ctx context.Context) (time.Time, error) {
	if w.mail == nil {
		return time.Time{}, nil
	}
	at, err := w.mail.Checkpoint(ctx)
	if err != nil || at.Size == 0 {
		return time.Time{}, err
	}
	return time.Unix(at.Time, 0), nil
}

// CheckProxy says whether text names a proxy, as people type it: see httpsync.ParseProxy.
func CheckProxy(text string) error {
	_, err := httpsync.ParseProxy(text)
	return err
}

// UseProxy sets through which proxy a device sends, one that passed [CheckProxy].
func (s *Settings) UseProxy(text string) {
	if s.Proxy != text {
		s.Proxy, s.Turns = text, nil // behind another proxy it may be otherwise
	}
}

// UseProxy sets through which proxy this device sends from now on.
func (w *Workspace) UseProxy(ctx context.Context, text string) error {
	if err := CheckProxy(text); err != nil {
		return err
	}
	_, err := w.Change(ctx, func(s *Settings) { s.UseProxy(text) })
	return err
}

// noteTurns remembers over restarts whether a run had to go in turns.
func (w *Workspace) noteTurns(ctx context.Context, peer string, r exchange.Report) error {
	chosen, err := w.Settings(ctx)
	if err != nil {
		return err
	}
	until, known := chosen.Turns[peer]
	known = known && w.clock().Unix() < until
	if r.Turns == known || !r.Turns && !r.Complete {
		return nil
	}
	_, err = w.Change(ctx, func(s *Settings) {
		turns := maps.Clone(s.Turns)
		delete(turns, peer)
		if r.Turns {
			if turns == nil || len(turns) >= maxClients {
				turns = map[string]int64{}
			}
			turns[peer] = w.clock().Add(httpsync.TurnsFor).Unix()
		}
		s.Turns = turns
	})
	return err
}
