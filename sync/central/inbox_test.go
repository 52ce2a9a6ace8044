package central_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
	"baraza.example/sync/central/sqlstore"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
)

func TestInbox(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) central.Store{
		"in memory": func(*testing.T) central.Store { return centraltest.NewMemory() },
		"in SQL": func(t *testing.T) central.Store {
			s, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "centre.db"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return s
		},
	} {
		t.Run(name, func(t *testing.T) {
			exchangetest.Inbox(t, func(t *testing.T) exchangetest.InboxUnderTest {
				c := newCentre(t, open(t))
				return exchangetest.InboxUnderTest{Inbox: c.Server, Self: c.Peer(), Centre: c.keys.Centre, Token: c.invite.Token}
			})
		})
	}
}

// The whole way in: checks, store, log, checkpoint.
func BenchmarkAccept(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprintf("%d of 2 KB", n), func(b *testing.B) {
			s, err := sqlstore.Open(b.Context(), filepath.Join(b.TempDir(), "centre.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			c := newCentre(b, s)
			a := c.author(b, "a")
			text := string(make([]byte, 2000))
			for b.Loop() {
				b.StopTimer()
				var carried []batch.Carried
				for range n {
					carried = append(carried, batch.Carried{Record: a.Text(text)})
				}
				b.StartTimer()
				if _, err := c.Accept(b.Context(), exchange.Peer{}, carried, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
