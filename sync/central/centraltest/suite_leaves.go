package centraltest

import (
	"crypto/rand"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/identity"
)

func (f *fixture) attach(a *Author, size int) (batch.Record, []batch.Leaf) {
	f.Helper()
	e, err := identity.NewEpoch(rand.Reader)
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
		{Attachment: second.ID, Ranges: [][2]uint32{{0, 2}}}, // the smaller one
		{Attachment: first.ID, Ranges: [][2]uint32{{1, 3}, {4, 6}}},
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
	check("three at most", 3, []batch.Want{want[0], {Attachment: first.ID, Ranges: [][2]uint32{{1, 2}}}}, a.ID(), b.ID())
	check("nobody", 100, nil)
	for _, l := range leaves {
		if _, err := f.PutLeaf(f.ctx, l); err != nil {
			t.Fatal(err)
		}
	}
	check("the first is whole", 100, want[:1], a.ID())
}

func (f *fixture) attachEmpty(a *Author) {
	e, _ := identity.NewEpoch(rand.Reader)
	r, _ := a.Attachment(e, batch.Manifest{Name: "empty.txt"}, nil)
	f.put(r)
	if n, err := f.LeavesHeld(f.ctx, r.ID); err != nil || n != 0 {
		f.Errorf("an empty file holds %d leaves, %v", n, err)
	}
}
