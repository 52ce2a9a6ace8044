package httpsync_test

import (
	"crypto/rand"
	"testing"
	"time"

	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/linksim"
)

// TestARunWithNothingNewIsCheap counts every byte of HTTP, on a connection
// that is open already.
func TestARunWithNothingNewIsCheap(t *testing.T) {
	virtual(t, linksim.Profile{}, func(*exchangetest.Author) {}, func(t *testing.T, l *linksim.Link, c *httpsync.Client, k *exchangetest.Keeper, a *exchangetest.Author) {
		s := exchangetest.NewSender(a)
		o := exchange.Options{Self: s.Self(), Centre: &k.Root.Card, Memory: new(exchange.Memory)}
		var before linksim.Stats
		for range 2 {
			before = l.Stats()
			if _, err := exchange.Once(t.Context(), c, s, o); err != nil {
				t.Fatal(err)
			}
		}
		after := l.Stats()
		if n := after.BytesUp + after.BytesDown - before.BytesUp - before.BytesDown; n > 750 || after.Connections != 1 {
			t.Errorf("%d bytes up, %d down, %d connections", after.BytesUp-before.BytesUp, after.BytesDown-before.BytesDown, after.Connections)
		} else {
			t.Logf("%d bytes", n)
		}
	})
}

// TestLinks prints how long 100 responses take on the links we speak of.
func TestLinks(t *testing.T) {
	for _, link := range []struct {
		name string
		most time.Duration
	}{{"edge", 25 * time.Second}, {"2g-rural", 75 * time.Second}, {"hf", 6 * time.Minute}, {"vsat", 20 * time.Second}, {"office", 5 * time.Second}} {
		t.Run(link.name, func(t *testing.T) {
			p, _ := linksim.Named(link.name)
			say := func(a *exchangetest.Author) {
				for range 100 {
					text := make([]byte, 820) // of random bytes: about a record's 1,100
					rand.Read(text)
					a.Respond(string(text))
				}
			}
			virtual(t, p, say, func(t *testing.T, l *linksim.Link, c *httpsync.Client, k *exchangetest.Keeper, a *exchangetest.Author) {
				s, m := exchangetest.NewSender(a), new(exchange.Memory)
				start, failures := time.Now(), 0
				for s.Received() < len(a.Records) && time.Since(start) < time.Hour {
					r, err := exchange.Once(t.Context(), c, s, exchange.Options{Self: s.Self(), Centre: &k.Root.Card, Memory: m})
					if failures++; r.Sent > 0 {
						failures = 1
					}
					if err != nil {
						time.Sleep(exchange.Schedule{}.Pause(failures, r.Retry, 0.5)) // of virtual time
					}
				}
				took, stats := time.Since(start).Round(100*time.Millisecond), l.Stats()
				t.Logf("%v, %d bytes up, %d down, %d cuts, %d came twice", took, stats.BytesUp, stats.BytesDown, stats.Cuts, k.Redelivered())
				if took > link.most || k.Missing(a) != nil {
					t.Errorf("took %v: %v", took, k.Missing(a))
				}
			})
		})
	}
}
