package hub_test

import (
	"crypto/rand"
	"sync/atomic"
	"testing"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/hub"
	"baraza.example/sync/identity"
)

// BenchmarkBatches is how long a hub on real files takes for the registration
// and ten records of one device among many at once.
func BenchmarkBatches(b *testing.B) {
	root := exchangetest.NewRoot(b)
	me, err := identity.New(rand.Reader, "radio", "box")
	if err != nil {
		b.Fatal(err)
	}
	store, err := storage.Open(b.Context(), b.TempDir(), storage.Options{NoBallast: true})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	box, err := storage.NewMailbox(b.Context(), store, me.ID(), storage.MailboxOptions{})
	if err != nil {
		b.Fatal(err)
	}
	h, err := hub.New(hub.Options{Custody: box, Identity: me})
	if err != nil {
		b.Fatal(err)
	}
	authors := make([]*exchangetest.Author, b.N)
	for i := range authors {
		authors[i] = exchangetest.NewAuthor(b, root.Card, root.Token)
		for range 10 {
			authors[i].Respond("an answer of a few words")
		}
	}
	var next atomic.Int64
	b.ResetTimer()
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			a := authors[next.Add(1)-1]
			outcomes, err := h.Accept(b.Context(), batch.Peer{}, a.Records, a.First())
			if err != nil || outcomes[11].Refusal != nil {
				b.Errorf("%v, %+v", err, outcomes)
				return
			}
		}
	})
}
