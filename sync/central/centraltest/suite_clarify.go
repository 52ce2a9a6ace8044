package centraltest

import (
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

func clarifications(t *testing.T, f *fixture) {
	a, b, hub := identity.ID{1}, identity.ID{2}, identity.ID{9}
	add := func(origin identity.ID, text string, hubs ...identity.ID) batch.ClarificationID {
		t.Helper()
		f.time++
		c, err := batch.NewClarification(identity.Epoch{Number: 7}, origin, batch.Consultation{3}, f.time, batch.Question{InstanceID: "uuid:1", Text: text})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // said again
			if err := f.AddClarification(f.ctx, batch.Addressed{Clarification: c, Hubs: hubs}); err != nil {
				t.Fatal(err)
			}
		}
		return c.ID()
	}
	if got, err := f.Clarifications(f.ctx, batch.Peer{ID: a, Role: batch.RoleDevice}, batch.Ask{After: 5}, 10); err != nil || len(got) != 0 {
		t.Errorf("before anything was asked: %d, %v", len(got), err)
	}
	ids := []batch.ClarificationID{add(a, "one"), add(b, "two", hub), add(a, "three", identity.ID{8}, hub), add(a, "four")}
	f.Store.Close()
	f.Store = f.open(t)
	numbers := []uint64{0} // by place, from 1: they rise, and may leave some out
	for _, n := range listed(t, f, batch.Peer{}, batch.Ask{Origins: []identity.ID{a, b}}) {
		if n.Number <= numbers[len(numbers)-1] {
			t.Fatalf("number %d follows %d", n.Number, numbers[len(numbers)-1])
		}
		numbers = append(numbers, n.Number)
	}
	if len(numbers) != 5 {
		t.Fatalf("%d are held", len(numbers)-1)
	}
	device, carrier := batch.Peer{ID: a, Role: batch.RoleDevice}, batch.Peer{ID: hub, Role: batch.RoleHub}
	for name, c := range map[string]struct {
		caller batch.Peer
		ask    batch.Ask
		max    int
		want   []int
	}{
		"a device's own":        {device, batch.Ask{}, 10, []int{0, 2, 3}},
		"what is new":           {device, batch.Ask{After: numbers[1]}, 10, []int{2, 3}},
		"nothing new":           {device, batch.Ask{After: numbers[4]}, 10, nil},
		"numbers of another":    {device, batch.Ask{After: 9999}, 10, []int{0, 2, 3}},
		"no more than wanted":   {device, batch.Ask{}, 2, []int{0, 2}},
		"a hub's":               {carrier, batch.Ask{}, 10, []int{1, 2}},
		"a hub's new ones":      {carrier, batch.Ask{After: numbers[2]}, 10, []int{2}},
		"by name":               {carrier, batch.Ask{Origins: []identity.ID{b, a}}, 10, []int{0, 1, 2, 3}},
		"a hub's and a named":   {carrier, batch.Ask{After: numbers[2], Named: []batch.Named{{Origin: a, After: numbers[1]}}}, 10, []int{2, 3}},
		"a named one's":         {carrier, batch.Ask{After: numbers[4], Named: []batch.Named{{Origin: a}, {Origin: b, After: numbers[4]}}}, 10, []int{0, 2, 3}},
		"a named one's first":   {carrier, batch.Ask{Named: []batch.Named{{Origin: a}}}, 2, []int{0, 1}},
		"named, but all taken":  {carrier, batch.Ask{After: numbers[4], Named: []batch.Named{{Origin: a, After: numbers[4]}}}, 10, nil},
		"named to another":      {carrier, batch.Ask{After: numbers[4], Named: []batch.Named{{Origin: b, After: 9999}}}, 10, []int{1}},
		"for nobody":            {batch.Peer{ID: identity.ID{5}}, batch.Ask{}, 10, nil},
		"a device named as hub": {batch.Peer{ID: hub, Role: batch.RoleDevice}, batch.Ask{}, 10, nil},
	} {
		got, err := f.Clarifications(f.ctx, c.caller, c.ask, c.max)
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%s: %d, %v", name, len(got), err)
			continue
		}
		for i, w := range c.want {
			if got[i].ID() != ids[w] || got[i].Number != numbers[w+1] {
				t.Errorf("%s: place %d has number %d", name, i, got[i].Number)
			}
		}
	}
}

func listed(t *testing.T, f *fixture, caller batch.Peer, ask batch.Ask) []batch.Numbered {
	t.Helper()
	all, err := f.Clarifications(f.ctx, caller, ask, 100)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
