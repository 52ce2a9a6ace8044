package storage_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"testing"

	"baraza.example/storage"
	"baraza.example/storage/simdisk"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/identity"
)

// A relay is a mailbox that carries for others, and what it has acknowledged.
type relay struct {
	t      *testing.T
	root   exchangetest.Root
	disk   *simdisk.Disk
	me     identity.ID
	store  *storage.Store
	box    *storage.Mailbox
	held   map[batch.Chain]batch.Have
	leaves map[batch.RecordID]map[uint32]bool
	gone   map[batch.RecordID]bool // received by the centre
}

func newRelay(t *testing.T, root exchangetest.Root, seed uint64) *relay {
	r := &relay{t: t, root: root, disk: simdisk.New(seed), me: identity.ID{1},
		held: map[batch.Chain]batch.Have{}, leaves: map[batch.RecordID]map[uint32]bool{}, gone: map[batch.RecordID]bool{}}
	r.start()
	return r
}

func (r *relay) start() {
	r.t.Helper()
	r.store = open(r.t, "/relay", storage.Options{FS: r.disk, MemoryIndex: true})
	r.box = mailbox(r.t, r.store, r.me, storage.MailboxOptions{})
	if err := r.box.Join(r.t.Context(), invitation(r.root)); err != nil {
		r.t.Fatal(err)
	}
}

// whole reports the first thing that was acknowledged and is not there.
func (r *relay) whole() error {
	ctx := r.t.Context()
	for c, h := range r.held {
		if have, err := r.box.Held(ctx, []batch.Chain{c}); err != nil || len(have) != 1 || have[0].Seq < h.Seq {
			return fmt.Errorf("held up to %d of %v, now %v, %v", h.Seq, c.Lane, have, err)
		}
		if ours, err := r.box.Holds(ctx, h); err != nil || !ours {
			return fmt.Errorf("record %d of %v: %v, %v", h.Seq, c.Lane, ours, err)
		}
	}
	for id, indexes := range r.leaves {
		for i := range indexes {
			l, err := r.box.Leaf(ctx, id, i)
			if r.gone[id] {
				continue
			}
			if err != nil || len(l.Sealed) == 0 {
				return fmt.Errorf("leaf %d: %v", i, err)
			}
		}
	}
	return r.box.Check(ctx)
}

func TestWhatAHubAcknowledgedSurvivesAPowerCutAtAnyPoint(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := mathrand.New(mathrand.NewPCG(seed, 2))
			root := exchangetest.NewRoot(t)
			centre := exchangetest.NewKeeper(root, nil)
			hub := newRelay(t, root, seed)
			a := exchangetest.NewAuthor(t, root.Card, root.Token)
			kept := 0
			for range 30 {
				if r.IntN(3) == 0 {
					hub.disk.FailSync(1 + r.IntN(6)) // the power goes in the middle of something
				}
				if hub.step(r, a, centre, &kept) != nil || r.IntN(6) == 0 {
					hub.disk.FailSync(0)
					hub.disk.Crash()
					hub.start()
				}
				hub.disk.FailSync(0)
				if err := hub.whole(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// step does one thing that a hub does.
func (r *relay) step(rand *mathrand.Rand, a *exchangetest.Author, centre *exchangetest.Keeper, kept *int) error {
	ctx := r.t.Context()
	switch rand.IntN(4) {
	case 0, 1:
		a.Respond("a few words")
		if rand.IntN(3) == 0 {
			id := a.Attach(1 + rand.IntN(3*batch.LeafSize)).ID
			r.leaves[id] = map[uint32]bool{}
		}
		part := a.Records[*kept:]
		outcomes, err := r.box.Keep(ctx, part, a.First(), 1)
		if err != nil {
			return err
		}
		for i, o := range outcomes {
			if o.Refusal != nil {
				r.t.Fatalf("%v %d was refused: %v", part[i].Lane, part[i].Seq, o.Refusal)
			}
			r.held[part[i].Chain] = part[i].Have()
		}
		*kept += len(part)
	case 2:
		wants, err := r.box.Lacking(ctx, []identity.ID{a.Identity.ID()}, 3)
		if err != nil {
			return err
		}
		for _, w := range wants {
			for i := w.Ranges[0][0]; i < w.Ranges[0][1]; i++ {
				if err := r.box.KeepLeaf(ctx, batch.Leaf{Attachment: w.Attachment, Index: i, Sealed: a.Leaves[w.Attachment][i]}); err != nil {
					return err
				}
				r.leaves[w.Attachment][i] = true
			}
		}
	case 3:
		return r.bringOn(a, centre)
	}
	return nil
}

// bringOn hands everything to the centre and takes its receipts.
func (r *relay) bringOn(a *exchangetest.Author, centre *exchangetest.Keeper) error {
	ctx := r.t.Context()
	offers, err := r.box.Offers(ctx)
	if err != nil || len(offers) < 2 {
		return err
	}
	centre.Accept(ctx, batch.Peer{}, a.Records, nil)
	for id, indexes := range r.leaves {
		for i := range indexes {
			centre.AcceptLeaf(ctx, batch.Leaf{Attachment: id, Index: i, Sealed: a.Leaves[id][i]})
		}
	}
	rs, err := centre.Receipts(ctx, offers[1])
	if err != nil || len(rs) == 0 {
		return err
	}
	for _, e := range rs[0].Entries {
		r.gone[e.Record] = true
	}
	return r.box.TakeReceipts(ctx, rs[0])
}

func TestLeavesTornByAPowerCutAreAskedForAgain(t *testing.T) {
	root := exchangetest.NewRoot(t)
	for seed := range uint64(30) {
		r := newRelay(t, root, seed)
		a := exchangetest.NewAuthor(t, root.Card, root.Token)
		file := a.Attach(5*batch.LeafSize + 7)
		if _, err := r.box.Keep(t.Context(), a.Records, nil, 1); err != nil {
			t.Fatal(err)
		}
		keep := func(i uint32) error {
			return r.box.KeepLeaf(t.Context(), batch.Leaf{Attachment: file.ID, Index: i, Sealed: a.Leaves[file.ID][i]})
		}
		if err := errors.Join(keep(4), keep(0)); err != nil {
			t.Fatal(err)
		}
		r.disk.FailSync(1)
		if err := keep(2); err == nil {
			t.Fatal("a leaf was acknowledged that no disk has")
		}
		if err := keep(3); err == nil {
			t.Error("after an error of the disk more is taken before a restart")
		}
		r.disk.Crash()
		r.start()
		wants, err := r.box.Lacking(t.Context(), []identity.ID{a.Identity.ID()}, 100)
		if err != nil || len(wants) != 1 {
			t.Fatalf("wants %v, %v", wants, err)
		}
		for _, w := range wants[0].Ranges {
			for i := w[0]; i < w[1]; i++ {
				if err := keep(i); i == 0 || i == 4 || err != nil {
					t.Fatalf("wanted leaf %d: %v", i, err)
				}
			}
		}
		for i, want := range a.Leaves[file.ID] {
			if l, err := r.box.Leaf(t.Context(), file.ID, uint32(i)); err != nil || string(l.Sealed) != string(want) {
				t.Fatalf("seed %d: leaf %d: %v", seed, i, err)
			}
		}
		if seed == 0 {
			r.store.Close()
			if err := keep(0); !errors.Is(err, storage.ErrClosed) {
				t.Errorf("a closed store took a leaf: %v", err)
			}
			r.start()
		}
		if wants, err = r.box.Lacking(t.Context(), []identity.ID{a.Identity.ID()}, 100); err != nil || len(wants) != 0 {
			t.Errorf("all are here and wanted are %v, %v", wants, err)
		}
	}
}

func TestManyAttachmentsComeAndGoAtOnce(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	r := newRelay(t, root, 1)
	var all sync.WaitGroup
	for range 6 {
		a := exchangetest.NewAuthor(t, root.Card, root.Token)
		for range 6 {
			a.Attach(3 * batch.LeafSize)
		}
		all.Go(func() {
			if _, err := r.box.Keep(t.Context(), a.Records, nil, 1); err != nil {
				t.Error(err)
			}
			for i := range uint32(3) {
				for _, rec := range a.Records[2:] {
					l := batch.Leaf{Attachment: rec.ID, Index: i, Sealed: a.Leaves[rec.ID][i]}
					if err := r.box.KeepLeaf(t.Context(), l); err != nil {
						t.Error(err)
					}
					if got, err := r.box.Leaf(t.Context(), rec.ID, i); err != nil || string(got.Sealed) != string(l.Sealed) {
						t.Errorf("leaf %d: %v", i, err)
					}
				}
			}
			if wants, err := r.box.Lacking(t.Context(), []identity.ID{a.Identity.ID()}, 100); err != nil || len(wants) != 0 {
				t.Errorf("wants %v, %v", wants, err)
			}
			centre.Accept(t.Context(), batch.Peer{}, a.Records, nil)
			for id, leaves := range a.Leaves {
				for i, l := range leaves {
					centre.AcceptLeaf(t.Context(), batch.Leaf{Attachment: id, Index: uint32(i), Sealed: l})
				}
			}
			last := a.Records[len(a.Records)-1].Have()
			rs, err := centre.Receipts(t.Context(), batch.Offer{Origin: last.Origin, Tails: []batch.Tail{{Chain: last.Chain, First: 1, Top: last}}})
			if err == nil {
				err = r.box.TakeReceipts(t.Context(), rs[0])
			}
			if err != nil {
				t.Error(err)
			}
			if _, err := r.box.Leaf(t.Context(), a.Records[2].ID, 0); !errors.Is(err, batch.ErrNoLeaf) {
				t.Errorf("a leaf of what was received: %v", err)
			}
		})
	}
	all.Wait()
}

// FuzzLeafFile opens a file of leaves that somebody has changed: what is given
// out of it is on the signed list, and all else is asked for again.
func FuzzLeafFile(f *testing.F) {
	root := exchangetest.NewRoot(f)
	a := exchangetest.NewAuthor(f, root.Card, root.Token)
	file := a.Attach(2*batch.LeafSize + 5)
	entry := func(i uint32) []byte {
		return append(binary.BigEndian.AppendUint32(nil, i), a.Leaves[file.ID][i]...)
	}
	f.Add([]byte{})
	f.Add(entry(2))
	f.Add(slices.Concat(entry(1), entry(1), entry(0), []byte{0, 0, 0, 2}))
	f.Add([]byte{255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, content []byte) {
		r := newRelay(t, root, 1)
		if _, err := r.box.Keep(t.Context(), a.Records, nil, 1); err != nil {
			t.Fatal(err)
		}
		if err := r.disk.MkdirAll("/relay/leaves"); err != nil {
			t.Fatal(err)
		}
		w, err := r.disk.Create("/relay/leaves/" + file.ID.String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
		wanted := map[uint32]bool{}
		wants, err := r.box.Lacking(t.Context(), []identity.ID{a.Identity.ID()}, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range wants {
			for _, between := range w.Ranges {
				for i := between[0]; i < between[1]; i++ {
					wanted[i] = true
				}
			}
		}
		for i, want := range a.Leaves[file.ID] {
			l, err := r.box.Leaf(t.Context(), file.ID, uint32(i))
			if there := err == nil && slices.Equal(l.Sealed, want); there == wanted[uint32(i)] {
				t.Errorf("leaf %d: wanted %v, here %v, %v", i, wanted[uint32(i)], there, err)
			}
			if err := r.box.KeepLeaf(t.Context(), batch.Leaf{Attachment: file.ID, Index: uint32(i), Sealed: want}); err != nil {
				t.Errorf("leaf %d: %v", i, err)
			}
		}
	})
}

func TestTheLeavesOfAnOwnAttachmentComeFromItsFile(t *testing.T) {
	p := newPerson(t, exchangetest.NewRoot(t), 1)
	r, empty := p.Attach(2*batch.LeafSize+1), p.Attach(0)
	p.ready()
	p.crash()
	for i, want := range p.Leaves[r.ID] {
		if l, err := p.box.Leaf(t.Context(), r.ID, uint32(i)); err != nil || string(l.Sealed) != string(want) {
			t.Errorf("leaf %d: %v", i, err)
		}
	}
	for _, of := range []batch.Leaf{{Attachment: r.ID, Index: 3}, {Attachment: empty.ID}, {Attachment: batch.RecordID{9}}} {
		if _, err := p.box.Leaf(t.Context(), of.Attachment, of.Index); !errors.Is(err, batch.ErrNoLeaf) {
			t.Errorf("a leaf that is not there: %v", err)
		}
	}
}

// syncs lets a test decide how the next syncs of a disk end.
type syncs struct {
	storage.FS
	mu      sync.Mutex
	entered chan struct{}
	answer  chan error
}

func (s *syncs) Append(name string) (storage.File, error) {
	f, err := s.FS.Append(name)
	return &slowFile{f, s}, err
}

func (s *syncs) Create(name string) (storage.File, error) {
	f, err := s.FS.Create(name)
	return &slowFile{f, s}, err
}

type slowFile struct {
	storage.File
	s *syncs
}

func (f *slowFile) Sync() error {
	f.s.mu.Lock()
	entered, answer := f.s.entered, f.s.answer
	f.s.mu.Unlock()
	if entered == nil {
		return f.File.Sync()
	}
	entered <- struct{}{}
	return <-answer
}

func TestWhatIsCalledKnownIsOnDisk(t *testing.T) {
	root := exchangetest.NewRoot(t)
	disk := &syncs{FS: simdisk.New(1)}
	s := open(t, "/relay", storage.Options{FS: disk, MemoryIndex: true})
	box, err := storage.NewMailbox(t.Context(), s, identity.ID{1}, storage.MailboxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	a := exchangetest.NewAuthor(t, root.Card, root.Token)
	disk.mu.Lock()
	disk.entered, disk.answer = make(chan struct{}), make(chan error, 9)
	disk.mu.Unlock()
	first := make(chan error, 1)
	go func() {
		_, err := box.Keep(t.Context(), a.Records, nil, 1)
		first <- err
	}()
	<-disk.entered // the first is being written
	second := make(chan error, 1)
	go func() {
		_, err := box.Keep(t.Context(), a.Records, nil, 1) // over another road at the same time
		second <- err
	}()
	disk.answer <- errors.New("the disk is gone")
	if err := <-first; err == nil {
		t.Error("the first delivery was acknowledged")
	}
	disk.mu.Lock()
	disk.entered = nil
	disk.mu.Unlock()
	if err := <-second; err == nil {
		t.Error("the second delivery was called known, and no disk has it")
	}
}
