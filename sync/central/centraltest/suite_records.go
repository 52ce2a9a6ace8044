package centraltest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/identity"
)

func takenOnce(t *testing.T, f *fixture) {
	a := NewAuthor(t, "c", "a")
	r := a.Text("one")
	p := f.put(r, r, r)
	if !p[0].New || p[1].New || p[2].New || p[1].Refusal != nil {
		t.Errorf("three deliveries of one record became %+v", p)
	}
	both, err := f.Put(f.ctx, []central.Received{Take(t, a.Text("two"), 9), Take(t, a.Text("three"), 9)})
	if err != nil || !both[0].New || !both[1].New {
		t.Errorf("two records at once: %+v, %v", both, err)
	}
	all := f.list(central.Query{})
	if len(all) != 3 || all[0].Tries != 3 || all[1].Tries != 1 || all[0].Time != 1 || all[0].Index != -1 {
		t.Errorf("stored %+v", all)
	}
}

func gapRefused(t *testing.T, f *fixture) {
	a := NewAuthor(t, "c", "a")
	one, two, three := a.Text("1"), a.Text("2"), a.Text("3")
	expectRefusal(t, f.put(two)[0], two, batch.RefusedGap)
	f.put(one)
	expectRefusal(t, f.put(three)[0], three, batch.RefusedGap)
	if p := f.put(two, three); !p[0].New || !p[1].New {
		t.Errorf("after the gap was filled: %+v", p)
	}
}

func forkRefused(t *testing.T, f *fixture) {
	a := NewAuthor(t, "c", "a")
	f.put(a.Text("1"))
	b := a.Clone()
	f.put(a.Text("2"), a.Text("3"))
	second := b.Text("another 2")
	expectRefusal(t, f.put(second)[0], second, batch.RefusedFork)
	b.Text("another 3")
	fourth := b.Text("4 after another 3") // the next number, but of another history
	expectRefusal(t, f.put(fourth)[0], fourth, batch.RefusedFork)
	if n := len(f.list(central.Query{})); n != 3 {
		t.Errorf("%d records after two forks", n)
	}
	if _, err := f.Record(f.ctx, second.ID); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("a refused record: %v", err)
	}
}

func refusalIsLocal(t *testing.T, f *fixture) {
	a, b := NewAuthor(t, "c", "a"), NewAuthor(t, "c", "b")
	a.Text("lost")
	gap := a.Text("after it")
	p, err := f.Put(f.ctx, []central.Received{Take(t, b.Text("1"), 1), Take(t, gap, 1), Take(t, b.Text("2"), 1)})
	if err != nil {
		t.Fatal(err)
	}
	expectRefusal(t, p[1], gap, batch.RefusedGap)
	if !p[0].New || !p[2].New {
		t.Errorf("the other author's records became %+v", p)
	}
}

func chainsDoNotMix(t *testing.T, f *fixture) {
	a := NewAuthor(t, "c", "a")
	first := a.Text("1")
	b := a.Clone()
	b.Incarnation, b.last = 3, map[batch.Lane]batch.Have{}
	again := b.Text("1 of a restored store")
	reg := a.Register([16]byte{1})
	for i, p := range f.put(first, again, reg) {
		if !p.New {
			t.Errorf("record %d: %+v", i, p)
		}
	}
	unknown := first.Chain
	unknown.Lane = batch.Previews
	have, err := f.Have(f.ctx, []batch.Chain{first.Chain, unknown, again.Chain, reg.Chain})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]batch.Have{first.Have(), again.Have(), reg.Have()}, have); diff != "" {
		t.Error(diff)
	}
}

func concurrentWriters(t *testing.T, f *fixture) {
	const records, writers = 20, 4
	a := NewAuthor(t, "c", "a")
	var rs []batch.Record
	for i := range records {
		rs = append(rs, a.Text(fmt.Sprint(i)))
	}
	fresh := make(chan int, writers)
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			n := 0
			for _, r := range rs {
				p, err := f.Put(f.ctx, []central.Received{Take(t, r, 1)})
				if err != nil || p[0].Refusal != nil {
					t.Errorf("record %d: %+v, %v", r.Seq, p, err)
					break
				}
				if p[0].New {
					n++
				}
			}
			fresh <- n
		})
	}
	wg.Wait()
	sum := 0
	for range writers {
		sum += <-fresh
	}
	if sum != records {
		t.Errorf("%d records were new %d times", records, sum)
	}
	for _, s := range f.list(central.Query{}) {
		if s.Tries != writers {
			t.Errorf("record %d: %d deliveries of %d counted", s.Seq, s.Tries, writers)
		}
	}
}

func paging(t *testing.T, f *fixture) {
	a := NewAuthor(t, "c", "a")
	var all []central.Received
	for i := range 600 {
		all = append(all, Take(t, a.Text(fmt.Sprint(i)), int64(i)))
	}
	if _, err := f.Put(f.ctx, all); err != nil {
		t.Fatal(err)
	}
	got := f.list(central.Query{})
	if len(got) != len(all) {
		t.Fatalf("%d of %d records", len(got), len(all))
	}
	for i, s := range got {
		if s.ID != all[i].ID || s.Time != all[i].Time || string(s.Envelope) != string(all[i].Envelope) {
			t.Fatalf("at place %d stands record %d", i, s.Seq)
		}
	}
	n := 0
	for range f.Records(f.ctx, central.Query{}) { // left early
		if n++; n == 10 {
			break
		}
	}
}

func narrowed(t *testing.T, f *fixture) {
	a, b := NewAuthor(t, "one", "a"), NewAuthor(t, "two", "b")
	reg := b.Register([16]byte{1})
	first, second := a.Text("a1"), b.Text("b1")
	f.put(first, reg, second)
	id := b.ID()
	for name, c := range map[string]struct {
		q    central.Query
		want []batch.Record
	}{
		"consultation": {central.Query{Consultation: &a.Consultation}, []batch.Record{first}},
		"origin":       {central.Query{Origin: &id}, []batch.Record{reg, second}},
		"kinds":        {central.Query{Kinds: []batch.Kind{batch.KindResponse, batch.KindContribution}}, []batch.Record{first, second}},
		"both":         {central.Query{Origin: &id, Kinds: []batch.Kind{batch.KindRegistration}}, []batch.Record{reg}},
		"none":         {central.Query{Kinds: []batch.Kind{batch.KindAttachment}}, nil},
	} {
		var got, want []batch.RecordID
		for _, s := range f.list(c.q) {
			got = append(got, s.ID)
		}
		for _, r := range c.want {
			want = append(want, r.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// askedWhileListing would hang where the loop held the store's only connection
// or its lock.
func askedWhileListing(t *testing.T, f *fixture) {
	a := NewAuthor(t, "c", "a")
	f.put(a.Text("1"), a.Text("2"))
	n := 0
	for s, err := range f.Records(f.ctx, central.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		for range f.Records(f.ctx, central.Query{}) {
			for range f.Records(f.ctx, central.Query{}) {
				for range f.Records(f.ctx, central.Query{}) {
					n++
				}
			}
		}
		if s.Seq == 1 {
			f.put(a.Text("3, meanwhile"))
		}
	}
	if n < 16 {
		t.Errorf("inner loops saw %d records", n)
	}
}

func roadsKept(t *testing.T, f *fixture) {
	a := NewAuthor(t, "c", "a")
	r := a.Text("1")
	hub := batch.Stop{Hub: identity.ID{7}, Time: 42}
	var want []central.Road
	carriers := []central.Carrier{central.CarrierMail, central.CarrierLink, central.CarrierStick, central.CarrierUnknown}
	for i := range central.MaxRoads + 3 {
		var path []batch.Stop
		if i%2 == 0 {
			path = []batch.Stop{hub, {Hub: identity.ID{8}, Time: int64(i)}}
		}
		took := Take(t, r, int64(i), path...)
		took.Carrier = carriers[i%len(carriers)]
		if _, err := f.Put(f.ctx, []central.Received{took}); err != nil {
			t.Fatal(err)
		}
		if i < central.MaxRoads {
			want = append(want, central.Road{Path: path, Carrier: took.Carrier, Time: int64(i)})
		}
	}
	s, err := f.Record(f.ctx, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, s.Roads); diff != "" {
		t.Error(diff)
	}
	if s.Tries != central.MaxRoads+3 || len(s.Path) != 2 || s.Path[0] != hub || s.Carrier != central.CarrierMail {
		t.Errorf("tries %d, first road %v %q", s.Tries, s.Path, s.Carrier)
	}
}

func byCode(t *testing.T, f *fixture) {
	a := NewAuthor(t, "c", "a")
	reg, r := a.Register([16]byte{1}), a.Text("1")
	f.put(reg, r)
	if s, err := f.ByCode(f.ctx, r.ID.Code()); err != nil || len(s) != 1 || s[0].ID != r.ID || len(s[0].Roads) != 1 {
		t.Errorf("its own code finds %+v, %v", s, err)
	}
	for _, code := range []string{reg.ID.Code(), "00000-00000", "", "' OR 1=1 --"} {
		if s, err := f.ByCode(f.ctx, code); err != nil || len(s) != 0 {
			t.Errorf("%q finds %+v, %v", code, s, err)
		}
	}
}

func registrations(t *testing.T, f *fixture) {
	a := NewAuthor(t, "c", "a")
	if _, err := f.Origin(f.ctx, a.ID()); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("before it registered: %v", err)
	}
	first := a.Register([16]byte{1})
	again := a.Register([16]byte{2})
	f.put(first)
	f.put(again)
	want, err := batch.ReadRegistration(again)
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Origin(f.ctx, a.ID())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// A registration that is refused leaves no trace.
	b := NewAuthor(t, "c", "b")
	b.Register([16]byte{1})
	late := b.Register([16]byte{1})
	expectRefusal(t, f.put(late)[0], late, batch.RefusedGap)
	if _, err := f.Origin(f.ctx, b.ID()); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("after a refused registration: %v", err)
	}
}

// epochNeeded is a cloned device whose copies each began an epoch: the texts of
// the one can't be opened with the keys of the other.
func epochNeeded(t *testing.T, f *fixture) {
	take := func(rs ...batch.Record) []central.Placed {
		t.Helper()
		var all []central.Received
		for _, r := range rs {
			all = append(all, Sealed(t, r))
		}
		placed, err := f.Put(f.ctx, all)
		if err != nil {
			t.Fatal(err)
		}
		return placed
	}
	a := NewAuthor(t, "c", "a")
	b := a.Clone()
	b.Epoch = 2
	other := b.Text("under the other copy's epoch")
	begin, mine := a.Begin(), a.Text("1")
	if p := take(mine, begin, mine); p[0].Refusal == nil || p[0].Refusal.Code != batch.RefusedGap || !p[1].New || !p[2].New {
		t.Errorf("before, with and after its epoch: %+v", p)
	}
	p := take(other)
	expectRefusal(t, p[0], other, batch.RefusedFork) // its place is taken, whatever it is sealed under
	next := a.Clone()
	next.Epoch = b.Epoch
	for name, r := range map[string]batch.Record{"a text": next.Text("2"), "a file": must(next.Attachment(identity.Epoch{Number: b.Epoch}, batch.Manifest{}, nil))} {
		if p := take(r); p[0].Refusal == nil || p[0].Refusal.Code != batch.RefusedGap {
			t.Errorf("%s under an epoch that has not come: %+v", name, p[0])
		}
	}
	restored := a.Clone()
	restored.Incarnation, restored.last = 3, map[batch.Lane]batch.Have{}
	if p := take(restored.Text("1")); p[0].Refusal == nil || p[0].Refusal.Code != batch.RefusedGap {
		t.Errorf("under an epoch of another incarnation: %+v", p[0])
	}
	f.Store.Close()
	f.Store = f.open(t)
	if p := take(mine, a.Text("2")); p[0].New || !p[1].New {
		t.Errorf("after a restart: %+v", p)
	}
}

func must(r batch.Record, _ []batch.Leaf) batch.Record { return r }

func entryAt(t *testing.T, f *fixture) {
	a := NewAuthor(t, "c", "a")
	one, two := a.Text("1"), a.Text("2")
	f.put(one, two)
	for _, r := range []batch.Record{one, two} {
		if h, err := f.At(f.ctx, r.Chain, r.Seq); err != nil || h != r.Have() {
			t.Errorf("at %d: %+v, %v", r.Seq, h, err)
		}
	}
	if _, err := f.At(f.ctx, one.Chain, 3); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("beyond the end: %v", err)
	}
}
