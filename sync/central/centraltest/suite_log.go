package centraltest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
)

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
