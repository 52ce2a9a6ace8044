package bundle_test

import (
	"context"
	"encoding/binary"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/bundle"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/identity"
)

// asking notes whom it is asked about.
type asking struct {
	*exchangetest.Keeper
	about map[identity.ID]int
	runs  int
}

func (a *asking) Clarifications(_ context.Context, _ batch.Peer, ask batch.Ask, _ int) ([]batch.Numbered, error) {
	a.runs++
	for _, o := range ask.Origins {
		a.about[o]++
	}
	return nil, nil
}

// More devices wait for what is asked back than one ask names.
func TestABundleAsksForEverybodyWhoIsNamedInIt(t *testing.T) {
	const devices = 2500
	b, err := bundle.Open(t.TempDir(), bundle.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var all []batch.Named
	for n := range devices {
		var id identity.ID
		binary.BigEndian.PutUint32(id[:], uint32(n+1))
		all = append(all, batch.Named{Origin: id})
	}
	for i := 0; i < devices; i += batch.MaxAskOrigins { // as one hub does on three visits
		if _, err := b.Clarifications(t.Context(), batch.Peer{ID: identity.ID{9}, Role: batch.RoleHub}, batch.Ask{Named: all[i:min(i+batch.MaxAskOrigins, devices)]}, 10); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // of one bundle that comes twice, too
		centre := &asking{Keeper: exchangetest.NewKeeper(exchangetest.NewRoot(t), nil), about: map[identity.ID]int{}}
		_, err := b.Bring(t.Context(), func(ctx context.Context, c exchange.Conn) (exchange.Report, error) {
			return exchange.Serve(ctx, c, centre, exchange.Options{Self: centre.Self()})
		})
		if err != nil || len(centre.about) != devices || centre.runs != 3 {
			t.Fatalf("%d runs asked about %d of %d devices: %v", centre.runs, len(centre.about), devices, err)
		}
		for id, n := range centre.about {
			if n != 1 {
				t.Fatalf("%v was asked about %d times", id, n)
			}
		}
	}
}
