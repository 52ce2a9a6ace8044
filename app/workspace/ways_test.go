package workspace

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
)

// TestWhatAWayNeedsIsKnownAfterARestart: a proxy that holds back, and the one that a person set.
func TestWhatAWayNeedsIsKnownAfterARestart(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	open := func() *Workspace {
		w, err := Open(ctx, dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	inTurns := func(w *Workspace, address string) bool {
		c, err := w.Way(ctx, address)
		if err != nil {
			t.Fatal(err)
		}
		return c.InTurns()
	}
	const behind, other = "https://centre.example", "https://other.example"
	w := open()
	if inTurns(w, behind) {
		t.Error("in turns before anything was tried")
	}
	note := func(r exchange.Report) {
		t.Helper()
		if err := w.noteTurns(context.WithoutCancel(ctx), behind, r); err != nil {
			t.Fatal(err)
		}
	}
	note(exchange.Report{Turns: true})
	note(exchange.Report{}) // a run that broke off says nothing
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w = open()
	if !inTurns(w, behind) || inTurns(w, other) {
		t.Error("it is not known, or of another address")
	}
	if err := w.UseProxy(ctx, "not a proxy"); !errors.Is(err, httpsync.ErrProxySetting) {
		t.Error(err)
	}
	if err := w.UseProxy(ctx, "proxy.example:3128"); err != nil {
		t.Fatal(err)
	}
	if s, err := w.Settings(ctx); err != nil || s.Proxy != "proxy.example:3128" || inTurns(w, behind) {
		t.Errorf("%+v: %v", s, err)
	}
	note(exchange.Report{Turns: true})
	note(exchange.Report{Complete: true})
	if s, err := w.Settings(ctx); err != nil || len(s.Turns) != 0 {
		t.Errorf("a run that went as it should leaves %+v: %v", s.Turns, err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsChosenAndWhatIsLearntDoNotGoOverEachOther(t *testing.T) {
	ctx := t.Context()
	w, err := Open(ctx, t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	const each = maxClients
	var all sync.WaitGroup
	do := func(one func(i int) error) {
		all.Go(func() {
			for i := range each {
				if err := one(i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	do(func(i int) error { return w.WantDocument(ctx, fmt.Sprint(i), true) })
	do(func(i int) error { return w.noteTurns(ctx, fmt.Sprint("https://", i), exchange.Report{Turns: true}) })
	do(func(i int) error {
		_, err := w.Change(ctx, func(s *Settings) { s.TextSize++ })
		return err
	})
	all.Wait()
	s, err := w.Settings(ctx)
	if err != nil || len(s.Documents) != each || len(s.Turns) != each || s.TextSize != each {
		t.Errorf("%d documents, %d turns, size %d: %v", len(s.Documents), len(s.Turns), s.TextSize, err)
	}
}
