package storage_test

import (
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/identity"
)

func TestASmallAttachmentDoesNotWaitForALargeOne(t *testing.T) {
	root := exchangetest.NewRoot(t)
	p, a := newPerson(t, root, 1), exchangetest.NewAuthor(t, root.Card, root.Token)
	sizes := []int{60_000, 9_000, 30_000, 100, 20_000}
	var made []batch.Carried
	for _, size := range sizes {
		made = append(made, a.Attach(size))
	}
	if _, err := p.box.Keep(t.Context(), a.Records, a.First(), 5); err != nil {
		t.Fatal(err)
	}
	wants, err := p.box.Lacking(t.Context(), []identity.ID{a.Identity.ID()}, 100)
	if err != nil || len(wants) != len(sizes) {
		t.Fatal(wants, err)
	}
	for i, at := range []int{3, 1, 4, 2, 0} {
		if wants[i].Attachment != made[at].ID {
			t.Errorf("number %d that is asked for is not the one of %d bytes", i, sizes[at])
		}
	}
}
