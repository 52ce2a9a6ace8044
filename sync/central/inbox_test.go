package central_test

import (
	"path/filepath"
	"testing"

	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
	"baraza.example/sync/central/sqlstore"
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
