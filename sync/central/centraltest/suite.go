package centraltest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/identity"
)

// Store runs the contract. open returns the store of this test: called again
// after Close within one test, it returns what the first one kept.
func Store(t *testing.T, open func(t *testing.T) central.Store) {
	for name, test := range map[string]func(*testing.T, *fixture){
		"ARecordIsTakenOnce":                   takenOnce,
		"AGapIsRefused":                        gapRefused,
		"AForkIsRefused":                       forkRefused,
		"ARefusalDoesNotStopOtherChains":       refusalIsLocal,
		"ChainsDoNotMix":                       chainsDoNotMix,
		"WritersOfTheSameRecordsCountThemOnce": concurrentWriters,
		"RecordsComeByArrivalThroughAllPages":  paging,
		"RecordsAreNarrowed":                   narrowed,
		"AnythingMayBeAskedWhileListing":       askedWhileListing,
		"RoadsAreKept":                         roadsKept,
		"ACodeFindsSubmissions":                byCode,
		"TheLastRegistrationCounts":            registrations,
		"TheLogGrowsInOneStep":                 logGrows,
		"OneSequencerWins":                     oneSequencer,
		"ReceivedFollowsTheTails":              receivedFollows,
		"LeavesMustFitTheirList":               leavesFit,
		"AnAttachmentIsLoggedWhenItIsWhole":    loggedWhole,
		"LackingListsWhatIsMissing":            lacking,
		"TokensAreKeptAndWithdrawn":            tokens,
		"EverythingSurvivesARestart":           restart,
	} {
		t.Run(name, func(t *testing.T) {
			f := &fixture{T: t, open: open, ctx: t.Context()}
			f.Store = open(t)
			t.Cleanup(func() {
				if err := f.Store.Close(); err != nil {
					t.Error(err)
				}
			})
			test(t, f)
		})
	}
}

type fixture struct {
	*testing.T
	central.Store
	open func(t *testing.T) central.Store
	ctx  context.Context
	time int64
}

// put stores records one call each, at rising times, and returns the outcomes.
func (f *fixture) put(rs ...batch.Record) []central.Placed {
	f.Helper()
	var all []central.Placed
	for _, r := range rs {
		f.time++
		p, err := f.Put(f.ctx, []central.Received{Take(f.T, r, f.time)})
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, p...)
	}
	return all
}

func (f *fixture) list(q central.Query) []central.Stored {
	f.Helper()
	var all []central.Stored
	for s, err := range f.Records(f.ctx, q) {
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// logAll appends what is unlogged, with hashes as tlog computes them.
func (f *fixture) logAll() batch.Checkpoint {
	f.Helper()
	ids, err := f.Unlogged(f.ctx, 1000)
	if err != nil {
		f.Fatal(err)
	}
	from, hashes, c := f.next(ids)
	if err := f.Append(f.ctx, from, ids, hashes, c); err != nil {
		f.Fatal(err)
	}
	return c
}

// next prepares an Append; the checkpoint's signature is any bytes.
func (f *fixture) next(ids []batch.RecordID) (from int64, hashes [][32]byte, c batch.Checkpoint) {
	f.Helper()
	last, err := f.Checkpoint(f.ctx)
	if err != nil {
		f.Fatal(err)
	}
	base := tlog.StoredHashCount(last.Size)
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, at := range indexes {
			if at >= base {
				out[i] = hashes[at-base]
				continue
			}
			h, err := f.Hashes(f.ctx, []int64{at})
			if err != nil {
				return nil, err
			}
			out[i] = h[0]
		}
		return out, nil
	})
	for i, id := range ids {
		hs, err := tlog.StoredHashesForRecordHash(last.Size+int64(i), batch.LeafHash(id), read)
		if err != nil {
			f.Fatal(err)
		}
		for _, h := range hs {
			hashes = append(hashes, h)
		}
	}
	size := last.Size + int64(len(ids))
	root, err := tlog.TreeHash(size, read)
	if err != nil {
		f.Fatal(err)
	}
	return last.Size, hashes, batch.Checkpoint{Size: size, Hash: root, Time: f.time, Signature: []byte("signature")}
}

func expectRefusal(t *testing.T, p central.Placed, r batch.Record, code batch.RefuseCode) {
	t.Helper()
	if p.New || p.Refusal == nil || p.Refusal.Code != code || p.Refusal.Record != r.ID {
		t.Errorf("record %d became %+v, want refused as %s", r.Seq, p, code)
	}
}

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
	for i := range central.MaxRoads + 3 {
		var path []batch.Stop
		if i%2 == 0 {
			path = []batch.Stop{hub, {Hub: identity.ID{8}, Time: int64(i)}}
		}
		if _, err := f.Put(f.ctx, []central.Received{Take(t, r, int64(i), path...)}); err != nil {
			t.Fatal(err)
		}
		if i < central.MaxRoads {
			want = append(want, central.Road{Path: path, Time: int64(i)})
		}
	}
	s, err := f.Record(f.ctx, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, s.Roads); diff != "" {
		t.Error(diff)
	}
	if s.Tries != central.MaxRoads+3 || len(s.Path) != 2 || s.Path[0] != hub {
		t.Errorf("tries %d, first road %v", s.Tries, s.Path)
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

func logGrows(t *testing.T, f *fixture) {
	if c, err := f.Checkpoint(f.ctx); err != nil || c.Size != 0 {
		t.Errorf("an empty log's checkpoint: %+v, %v", c, err)
	}
	a := NewAuthor(t, "c", "a")
	f.put(a.Text("1"), a.Text("2"), a.Text("3"))
	first := f.logAll()
	f.put(a.Text("4"), a.Text("5"))
	last := f.logAll()
	if c, err := f.Checkpoint(f.ctx); err != nil || cmp.Diff(last, c) != "" {
		t.Errorf("checkpoint %+v, %v", c, err)
	}
	for i, s := range f.list(central.Query{}) {
		if s.Index != int64(i) {
			t.Errorf("record %d has index %d", s.Seq, s.Index)
		}
	}
	if ids, err := f.Unlogged(f.ctx, 10); err != nil || len(ids) != 0 {
		t.Errorf("unlogged %v, %v", ids, err)
	}
	read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		hs, err := f.Hashes(f.ctx, at)
		out := make([]tlog.Hash, len(hs))
		for i, h := range hs {
			out[i] = h
		}
		return out, err
	})
	proof, err := tlog.ProveTree(last.Size, first.Size, read)
	if err != nil || tlog.CheckTree(proof, last.Size, last.Hash, first.Size, first.Hash) != nil {
		t.Errorf("the grown log does not continue the first: %v", err)
	}
	if _, err := f.Hashes(f.ctx, []int64{0, tlog.StoredHashCount(last.Size)}); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("a hash beyond the log: %v", err)
	}
}

func oneSequencer(t *testing.T, f *fixture) {
	a := NewAuthor(t, "c", "a")
	one, two := a.Text("1"), a.Text("2")
	f.put(one, two)
	late, lateHashes, lateCheckpoint := f.next([]batch.RecordID{two.ID}) // prepared at the same time
	from, hashes, c := f.next([]batch.RecordID{one.ID})
	if err := f.Append(f.ctx, from, []batch.RecordID{one.ID}, hashes, c); err != nil {
		t.Fatal(err)
	}
	if err := f.Append(f.ctx, from, []batch.RecordID{one.ID}, hashes, c); !errors.Is(err, central.ErrMoved) {
		t.Errorf("the same step again: %v", err)
	}
	if err := f.Append(f.ctx, late, []batch.RecordID{two.ID}, lateHashes, lateCheckpoint); !errors.Is(err, central.ErrMoved) {
		t.Errorf("another step from the same place: %v", err)
	}
	for name, leaves := range map[string][]batch.RecordID{
		"logged already":       {one.ID},
		"new and logged":       {two.ID, one.ID},
		"the same twice":       {two.ID, two.ID},
		"a record nobody sent": {two.ID, {1, 2, 3}},
	} {
		from, hashes, c := f.next(leaves)
		if err := f.Append(f.ctx, from, leaves, hashes, c); !errors.Is(err, central.ErrMoved) {
			t.Errorf("%s: %v", name, err)
		}
	}
	from, hashes, c = f.next([]batch.RecordID{two.ID})
	bad := c
	bad.Size++
	if err := f.Append(f.ctx, from, []batch.RecordID{two.ID}, hashes, bad); err == nil || errors.Is(err, central.ErrMoved) {
		t.Errorf("a checkpoint of another size: %v", err)
	}
	if err := f.Append(f.ctx, from, []batch.RecordID{two.ID}, hashes[1:], c); err == nil || errors.Is(err, central.ErrMoved) {
		t.Errorf("a hash too few: %v", err)
	}
	if s, _ := f.Record(f.ctx, two.ID); s.Index != -1 {
		t.Errorf("failed steps gave it index %d", s.Index)
	}
	if err := f.Append(f.ctx, from, []batch.RecordID{two.ID}, hashes, c); err != nil {
		t.Errorf("the right step after failed ones: %v", err)
	}
}

func receivedFollows(t *testing.T, f *fixture) {
	a, b := NewAuthor(t, "c", "a"), NewAuthor(t, "c", "b")
	reg, one, other, two := a.Register([16]byte{1}), a.Text("1"), b.Text("1"), a.Text("2")
	f.put(reg, one, other, two)
	f.logAll()
	unlogged := a.Text("3")
	f.put(unlogged)
	tail := func(r batch.Record, first batch.Seq) batch.Tail {
		return batch.Tail{Chain: r.Chain, First: first, Top: unlogged.Have()}
	}
	for name, c := range map[string]struct {
		tails []batch.Tail
		max   int
		want  []batch.ReceiptLeaf
	}{
		"all":       {[]batch.Tail{tail(one, 1), tail(reg, 1)}, 10, []batch.ReceiptLeaf{{Record: reg.ID, Index: 0}, {Record: one.ID, Index: 1}, {Record: two.ID, Index: 3}}},
		"the later": {[]batch.Tail{tail(one, 2)}, 10, []batch.ReceiptLeaf{{Record: two.ID, Index: 3}}},
		"at most":   {[]batch.Tail{tail(one, 1), tail(reg, 1)}, 2, []batch.ReceiptLeaf{{Record: reg.ID, Index: 0}, {Record: one.ID, Index: 1}}},
		"twice":     {[]batch.Tail{tail(one, 2), tail(one, 2)}, 10, []batch.ReceiptLeaf{{Record: two.ID, Index: 3}}},
		"beyond":    {[]batch.Tail{tail(one, 3), tail(reg, 1<<63)}, 10, nil},
		"no tails":  {nil, 10, nil},
	} {
		got, err := f.Received(f.ctx, c.tails, c.max)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(got) != len(c.want) || len(got) > 0 && cmp.Diff(c.want, got, cmp.AllowUnexported(batch.ReceiptLeaf{})) != "" {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func (f *fixture) attach(a *Author, size int) (batch.Record, []batch.Leaf) {
	f.Helper()
	e, err := identity.NewEpoch(rand.Reader, 1)
	if err != nil {
		f.Fatal(err)
	}
	plain := make([]byte, size)
	rand.Read(plain)
	r, leaves := a.Attachment(e, batch.Manifest{Name: "photo.jpg", Key: [32]byte(plain[:32])}, plain)
	f.put(r)
	return r, leaves
}

func leavesFit(t *testing.T, f *fixture) {
	a := NewAuthor(t, "c", "a")
	r, leaves := f.attach(a, 3*batch.LeafSize+100)
	stranger := leaves[0]
	stranger.Attachment[0]++
	if _, err := f.PutLeaf(f.ctx, stranger); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("a leaf without its list: %v", err)
	}
	changed := leaves[1]
	changed.Sealed = append([]byte{changed.Sealed[0] + 1}, changed.Sealed[1:]...)
	moved := leaves[1]
	moved.Index = 2
	beyond := leaves[1]
	beyond.Index = 4
	for name, l := range map[string]batch.Leaf{"changed": changed, "moved": moved, "beyond the end": beyond} {
		if _, err := f.PutLeaf(f.ctx, l); !errors.Is(err, batch.ErrLeaf) {
			t.Errorf("a leaf %s: %v", name, err)
		}
	}
	for _, i := range []int{3, 0, 3, 0} {
		if _, err := f.PutLeaf(f.ctx, leaves[i]); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := f.LeavesHeld(f.ctx, r.ID); err != nil || n != 2 {
		t.Errorf("%d leaves held, %v", n, err)
	}
	if _, err := f.LeavesHeld(f.ctx, stranger.Attachment); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("leaves of no attachment: %v", err)
	}
	if got, err := f.Leaf(f.ctx, r.ID, 3); err != nil || string(got) != string(leaves[3].Sealed) {
		t.Errorf("leaf 3: %d bytes, %v", len(got), err)
	}
	if _, err := f.Leaf(f.ctx, r.ID, 1); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("a leaf that never came: %v", err)
	}
}

func loggedWhole(t *testing.T, f *fixture) {
	a := NewAuthor(t, "c", "a")
	r, leaves := f.attach(a, 2*batch.LeafSize)
	text := a.Text("1")
	f.put(text)
	waiting := func(want ...batch.RecordID) {
		t.Helper()
		got, err := f.Unlogged(f.ctx, 10)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("to be logged %v, want %v (%v)", got, want, err)
		}
	}
	waiting(text.ID)
	for i, want := range []bool{false, true} {
		for range 2 { // a leaf that comes twice changes nothing
			if whole, err := f.PutLeaf(f.ctx, leaves[i]); err != nil || whole != want {
				t.Errorf("after leaf %d: whole %v, %v", i, whole, err)
			}
		}
	}
	waiting(r.ID, text.ID)
	f.logAll()
	waiting()
}

func lacking(t *testing.T, f *fixture) {
	a, b := NewAuthor(t, "c", "a"), NewAuthor(t, "c", "b")
	first, leaves := f.attach(a, 6*batch.LeafSize)
	second, _ := f.attach(a, 2*batch.LeafSize)
	other, _ := f.attach(b, 100)
	f.attachEmpty(a)
	for _, i := range []int{0, 3} {
		if _, err := f.PutLeaf(f.ctx, leaves[i]); err != nil {
			t.Fatal(err)
		}
	}
	want := []batch.Want{
		{Attachment: first.ID, Ranges: [][2]uint32{{1, 3}, {4, 6}}},
		{Attachment: second.ID, Ranges: [][2]uint32{{0, 2}}},
	}
	check := func(name string, max int, want []batch.Want, origins ...identity.ID) {
		t.Helper()
		got, err := f.Lacking(f.ctx, origins, max)
		if err != nil || cmp.Diff(want, got, cmp.AllowUnexported(batch.Want{})) != "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	check("one author", 100, want, a.ID())
	check("both", 100, append(want[:2:2], batch.Want{Attachment: other.ID, Ranges: [][2]uint32{{0, 1}}}), a.ID(), b.ID())
	check("three at most", 3, []batch.Want{{Attachment: first.ID, Ranges: [][2]uint32{{1, 3}, {4, 5}}}}, a.ID(), b.ID())
	check("nobody", 100, nil)
	for _, l := range leaves {
		if _, err := f.PutLeaf(f.ctx, l); err != nil {
			t.Fatal(err)
		}
	}
	check("the first is whole", 100, want[1:], a.ID())
}

func (f *fixture) attachEmpty(a *Author) {
	e, _ := identity.NewEpoch(rand.Reader, 1)
	r, _ := a.Attachment(e, batch.Manifest{Name: "empty.txt"}, nil)
	f.put(r)
	if n, err := f.LeavesHeld(f.ctx, r.ID); err != nil || n != 0 {
		f.Errorf("an empty file holds %d leaves, %v", n, err)
	}
}

func tokens(t *testing.T, f *fixture) {
	one := central.Token{Token: [16]byte{9}, Note: "group one", Made: 1}
	two := central.Token{Token: [16]byte{1}, Made: 2}
	for _, tok := range []central.Token{two, one, one} {
		if err := f.AddToken(f.ctx, tok); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.WithdrawToken(f.ctx, two.Token); err != nil {
		t.Fatal(err)
	}
	if err := f.AddToken(f.ctx, two); err != nil { // does not bring it back
		t.Fatal(err)
	}
	two.Withdrawn = true
	got, err := f.Tokens(f.ctx)
	if diff := cmp.Diff([]central.Token{one, two}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if err := f.WithdrawToken(f.ctx, [16]byte{3}); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("withdrawing an unknown token: %v", err)
	}
}

func restart(t *testing.T, f *fixture) {
	a := NewAuthor(t, "c", "a")
	reg, one := a.Register([16]byte{1}), a.Text("1")
	f.put(reg, one, one)
	att, leaves := f.attach(a, 100)
	if _, err := f.PutLeaf(f.ctx, leaves[0]); err != nil {
		t.Fatal(err)
	}
	if err := f.AddToken(f.ctx, central.Token{Token: [16]byte{1}}); err != nil {
		t.Fatal(err)
	}
	c := f.logAll()
	before := f.list(central.Query{})
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f.Store = f.open(t)
	after := f.list(central.Query{})
	if diff := cmp.Diff(before, after, cmp.Comparer(func(x, y batch.Record) bool { return x.ID == y.ID && string(x.Envelope) == string(y.Envelope) }),
		cmp.AllowUnexported(batch.Stop{})); diff != "" {
		t.Error(diff)
	}
	if got, err := f.Checkpoint(f.ctx); err != nil || cmp.Diff(c, got) != "" {
		t.Errorf("checkpoint %+v, %v", got, err)
	}
	if _, err := f.Origin(f.ctx, a.ID()); err != nil {
		t.Error(err)
	}
	if got, err := f.Leaf(f.ctx, att.ID, 0); err != nil || string(got) != string(leaves[0].Sealed) {
		t.Errorf("leaf: %v", err)
	}
	if ts, err := f.Tokens(f.ctx); err != nil || len(ts) != 1 {
		t.Errorf("tokens %v, %v", ts, err)
	}
	if p := f.put(one, a.Text("2")); p[0].New || !p[1].New {
		t.Errorf("a known and a new record became %+v", p)
	}
	f.logAll()
}
