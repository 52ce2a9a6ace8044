package hub_test

import (
	"errors"
	"testing"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/hub"
)

// Both are of one incarnation and stand at different places in the centre's log.
func TestBothCopiesOfADeviceGetTheirReceiptsThroughOneHub(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	s := newStation(t, root, "radio", hub.Quota{})
	d := newPerson(t, root)
	d.Respond("made before the folder was copied")
	copied := install(t, root, d.Author.Clone())
	d.visit(centre.Serve)
	other := newPerson(t, root)
	for range 3 {
		d.Attach(10) // in a lane that the copy doesn't use, so that neither learns of the other
		other.Respond("so that the log grows")
		d.visit(s.hub.Serve)
		copied.visit(s.hub.Serve)
		other.visit(centre.Serve)
		s.crash()
		s.up(centre.Serve)
	}
	d.visit(s.hub.Serve)
	copied.visit(s.hub.Serve)
	for name, p := range map[string]*person{"device": d, "copy": copied} {
		if n := p.received(root); n != len(p.Records) {
			t.Errorf("the %s has %d of %d receipts", name, n, len(p.Records))
		}
	}
	d.visit(s.hub.Serve)
	offers, err := s.box.Offers(t.Context())
	if err != nil || len(offers) != 1 {
		t.Errorf("the hub still asks: %+v, %v", offers, err)
	}
}

func TestACopyHearsThroughAHubThatItsChainIsTheOthers(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	s := newStation(t, root, "radio", hub.Quota{})
	d := newPerson(t, root)
	d.Respond("both have this")
	copied := install(t, root, d.Author.Clone())
	for range 3 { // the centre goes on further than the copy ever went
		d.Respond("by the one")
	}
	copied.Respond("by the other")
	copied.Attach(batch.LeafSize)
	copied.visit(s.hub.Serve)
	before, _ := s.used(d.Identity.ID())
	d.visit(centre.Serve)
	for range 2 {
		s.up(centre.Serve)
		s.crash()
	}
	if after, all := s.used(d.Identity.ID()); after >= before || after != all {
		t.Errorf("%d bytes are carried for it as before: %d", after, before)
	}
	if sent := s.up(centre.Serve); sent.Sent != 0 || len(sent.Refused) != 0 {
		t.Errorf("the hub goes on offering what can't be received: %+v", sent)
	}
	w := &wire{to: s.hub.Serve}
	_, err := exchange.Once(t.Context(), w, copied.box, exchange.Options{Self: copied.self()})
	<-w.end
	if !errors.Is(err, storage.ErrDiverged) {
		t.Errorf("the copy was not told: %v", err)
	}
	if err := s.box.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// What another hub says proves nothing: it is told on, and the records are
// still brought to the centre.
func TestAHubsWordAgainstAChainDoesNotStopIt(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	s := newStation(t, root, "radio", hub.Quota{})
	d := newPerson(t, root)
	letter := d.Respond("genuine")
	d.visit(s.hub.Serve)
	lie := letter.Have()
	lie.Hash[0] ^= 1
	liar := batch.Peer{ID: d.Identity.ID(), Role: batch.RoleHub}
	if again, err := s.box.Diverged(t.Context(), liar, lie); err != nil || again {
		t.Fatal(again, err)
	}
	tail := batch.Tail{Chain: letter.Chain, First: 1, Top: letter.Have()}
	if h, err := s.hub.Have(t.Context(), []batch.Tail{tail}); err != nil || len(h) != 1 || h[0] != lie {
		t.Errorf("told on: %+v, %v", h, err)
	}
	s.up(centre.Serve)
	if err := centre.Missing(d.Author); err != nil {
		t.Error(err)
	}
	if h, err := s.hub.Have(t.Context(), []batch.Tail{tail}); err != nil || len(h) != 1 || h[0] != letter.Have() {
		t.Errorf("the centre has received it, and yet: %+v, %v", h, err)
	}
}
