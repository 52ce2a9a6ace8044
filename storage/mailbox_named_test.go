package storage_test

import (
	"encoding/binary"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/identity"
)

// passer is one of many devices that come by at a hub.
func passer(n int) batch.Peer {
	var id identity.ID
	binary.BigEndian.PutUint32(id[:], uint32(n+1))
	return batch.Peer{ID: id, Role: batch.RoleDevice}
}

// A hub that goes up by sticks has more visitors than one ask may name: it goes round, and
// whoever came by since stands before those who did not.
func TestAHubGoesRoundWhenItNamesItsVisitorsToSticks(t *testing.T) {
	root := exchangetest.NewRoot(t)
	box := newPerson(t, root, 7).box
	const visitors, places = 2500, batch.MaxAskOrigins
	stick := batch.Peer{ID: batch.BundleID, Role: batch.RoleHub}
	come := func(n int) {
		t.Helper()
		if _, err := box.Clarifications(t.Context(), passer(n), batch.Ask{}, 10); err != nil {
			t.Fatal(err)
		}
	}
	named := func() map[identity.ID]bool {
		t.Helper()
		ask, err := box.Ask(t.Context(), stick)
		if err != nil || ask == nil || len(ask.Named) > places {
			t.Fatalf("%+v, %v", ask, err)
		}
		all := map[identity.ID]bool{}
		for _, d := range ask.Named {
			if all[d.Origin] = true; d.After != 0 {
				t.Errorf("a stick is told a number: %+v", d)
			}
		}
		return all
	}
	trip := func() map[identity.ID]bool {
		t.Helper()
		all := named()
		if err := box.TakeClarifications(t.Context(), stick, batch.Clarified{}); err != nil { // the stick has it
			t.Fatal(err)
		}
		return all
	}
	everybody := func(trips int) {
		t.Helper()
		met := map[identity.ID]bool{}
		for range trips {
			for id := range trip() {
				met[id] = true
			}
		}
		if len(met) != visitors {
			t.Fatalf("after %d sticks %d of %d devices were named", trips, len(met), visitors)
		}
	}
	for n := range visitors {
		come(n)
	}
	if first, again := named(), named(); len(first) != places {
		t.Errorf("%d are named", len(first))
	} else {
		for id := range first {
			if !again[id] {
				t.Fatal("a stick that never was written counts as one")
			}
		}
	}
	everybody(3)
	everybody(3) // sticks get lost: they are named again though nobody came

	come(visitors - 1)
	come(visitors - 2)
	if all := trip(); !all[passer(visitors-1).ID] || !all[passer(visitors-2).ID] {
		t.Error("those who came by have to wait for their turn")
	}

	// So many come each time that they alone would fill every stick.
	met := map[identity.ID]bool{}
	for range 2 {
		for n := range 1500 {
			come(n)
		}
		for id := range trip() {
			met[id] = true
		}
	}
	for n := range 1500 {
		if !met[passer(n).ID] {
			t.Fatalf("device %d came by twice and was named on neither stick", n)
		}
	}
}
