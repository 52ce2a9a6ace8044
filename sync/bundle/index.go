package bundle

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// An index is where everything in the parts stands. Records themselves stay on
// the disk.
type index struct {
	frames   int
	chains   map[batch.Chain]*chain
	keys     map[identity.ID]ed25519.PublicKey // of registrations that hold
	attached map[batch.RecordID]*attachment
	order    []batch.RecordID // of attachments, as they came
	offers   map[store][]offer
	stores   []store // in the order in which they came
	receipts []receiptsAt
	words    []wordAt
	centres  map[identity.ID]*identity.Centre
	forks    map[batch.Chain]batch.Have // what somebody else holds at a place of a chain
	begins   map[batch.Chain]batch.Seq  // the first record for which its origin, or a hub, once had no receipt; the highest that was said
	library  library
	revoked  revocations

	questions []batch.Addressed // what the secretariat asks back
	asked     map[batch.ClarificationID]bool
	asking    map[identity.ID]bool // devices that want to hear it and have nothing else here
}

// A place is where a frame begins.
type place struct {
	file   int32
	offset int64
}

// A chain is what the parts hold of one, by sequence; where parts are missing
// there are gaps.
type chain struct {
	records []entry // by rising sequence
}

type entry struct {
	place
	seq  batch.Seq
	id   batch.RecordID
	prev [8]byte
}

func (e entry) have(c batch.Chain) batch.Have {
	return batch.Have{Chain: c, Seq: e.seq, Hash: e.id.Hash8()}
}

// An attachment is a leaf list and which leaves are here.
type attachment struct {
	chain  batch.Chain
	place  place
	count  uint32
	leaves map[uint32]place
}

// A store is one life of a device's store.
type store struct {
	origin      identity.ID
	incarnation uint64
}

// An offer is what an origin said it had, and when.
type offer struct {
	batch.Offer
	time int64
}

// receiptsAt is a frame of receipts without its entries.
type receiptsAt struct {
	place
	origin      identity.ID
	since, size int64
	root        [32]byte
}

type wordAt struct {
	place
	time int64
	held []batch.Have
}

// What one bundle may hold of the things that are kept in memory whole.
const (
	maxOffers  = 10_000
	maxCopies  = 8 // positions remembered of one store: half of them the last by the clocks of those who wrote, half the furthest
	maxWords   = 1_000
	maxCentres = 16

	maxQuestions = 2_000 // of at most 20 KiB
)

func newIndex() index {
	return index{chains: map[batch.Chain]*chain{}, keys: map[identity.ID]ed25519.PublicKey{}, attached: map[batch.RecordID]*attachment{},
		offers: map[store][]offer{}, centres: map[identity.ID]*identity.Centre{}, forks: map[batch.Chain]batch.Have{},
		begins: map[batch.Chain]batch.Seq{}, library: newLibrary(),
		asked: map[batch.ClarificationID]bool{}, asking: map[identity.ID]bool{}}
}

// read finds the parts of the folder and indexes them.
func (b *Bundle) read() error {
	names, err := b.names()
	if err != nil {
		return err
	}
	left := b.options.Limits.Bytes
	for _, name := range names {
		if err := b.readPart(name, &left); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	for _, c := range b.chains {
		c.sort()
	}
	return nil
}

// names lists the files that may be parts: plain files of this folder with our
// extension. Nothing else about a name is believed.
func (b *Bundle) names() ([]string, error) {
	dir, err := b.root.Open(".")
	if err != nil {
		return nil, fmt.Errorf("read the bundle's folder: %w", err)
	}
	defer dir.Close()
	var names []string
	for {
		entries, err := dir.ReadDir(256)
		for _, e := range entries {
			if path.Ext(e.Name()) == Extension && e.Type().IsRegular() && (b.single == "" || e.Name() == b.single) {
				names = append(names, e.Name())
			}
		}
		if len(names) > b.options.Limits.Files {
			return nil, fmt.Errorf("more than %d files: %w", b.options.Limits.Files, ErrLimit)
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			slices.Sort(names)
			return names, err
		}
	}
}

func (b *Bundle) readPart(name string, left *int64) error {
	file, err := b.root.Open(name)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = ErrNoBundle
	}
	if err == nil {
		if *left -= info.Size(); *left < 0 {
			err = fmt.Errorf("more than %d bytes: %w", b.options.Limits.Bytes, ErrLimit)
		}
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	at := int32(len(b.parts))
	b.parts = append(b.parts, Part{File: name})
	var counts Counts
	var bad error
	part, err := scan(file, func(h Head, payload []byte, offset int64) error {
		err := b.indexBlock(payload, place{at, offset}, h.Time, &counts)
		var damage *batch.DamageError
		if errors.As(err, &damage) {
			bad, err = fmt.Errorf("byte %d: %w", offset+damage.Offset, ErrDamaged), nil
		}
		return err
	})
	part.File, part.Bytes, part.Counts = name, info.Size(), counts
	if part.Damage == nil {
		part.Damage = bad
	}
	b.parts[at] = part
	return errors.Join(err, file.Close())
}

// indexBlock notes the frames of a block.
func (b *Bundle) indexBlock(payload []byte, at place, time int64, counts *Counts) error {
	r := batch.NewReader(bytes.NewReader(payload))
	for n := 0; ; n++ {
		begin := r.Offset()
		f, err := r.Next()
		switch {
		case errors.Is(err, io.EOF) && n == 0:
			return &batch.DamageError{Err: errors.New("a block without frames")}
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return err
		}
		if b.frames++; b.frames > b.options.Limits.Frames {
			return fmt.Errorf("more than %d frames: %w", b.options.Limits.Frames, ErrLimit)
		}
		if err := b.note(f, place{at.file, at.offset + begin}, time, counts); err != nil {
			return err
		}
	}
}

// note adds one frame to the index. What is not for a bundle is passed over.
func (b *Bundle) note(f batch.Frame, at place, time int64, counts *Counts) error {
	switch f.Type {
	case batch.FrameOffer:
		return b.noteOffer(f.Offer, time)
	case batch.FrameRecord:
		counts.Records++
		b.noteRecord(f.Record, at)
	case batch.FrameLeaf:
		counts.Leaves++
		if a := b.attached[f.Leaf.Attachment]; a != nil {
			a.leaves[f.Leaf.Index] = at
		} else {
			b.attached[f.Leaf.Attachment] = &attachment{leaves: map[uint32]place{f.Leaf.Index: at}}
		}
	case batch.FrameReceipts:
		counts.Receipts += len(f.Receipts.Entries)
		b.receipts = append(b.receipts, receiptsAt{at, f.Receipts.Origin, f.Receipts.Since, f.Receipts.Checkpoint.Size, f.Receipts.Checkpoint.Hash})
		if len(b.receipts) > maxOffers {
			return fmt.Errorf("more than %d sets of receipts: %w", maxOffers, ErrLimit)
		}
	case batch.FrameCustody:
		counts.Words++
		b.words = append(b.words, wordAt{at, f.Custody.Time, f.Custody.Held})
		if len(b.words) > maxWords {
			return fmt.Errorf("more than %d words of hubs: %w", maxWords, ErrLimit)
		}
	case batch.FrameCentre:
		b.noteCentre(f.Centre)
	case batch.FrameRevoked:
		counts.Revoked += len(f.Revoked)
		for _, v := range f.Revoked {
			b.revoked.add(v)
		}
	case batch.FrameClarified:
		for _, a := range f.Clarified.List {
			if id := a.ID(); !b.asked[id] {
				b.asked[id] = true
				b.questions = append(b.questions, a)
			}
		}
		if len(b.questions) > maxQuestions {
			return fmt.Errorf("more than %d questions: %w", maxQuestions, ErrLimit)
		}
	case batch.FrameHave:
		for _, h := range f.Have {
			b.forks[h.Chain] = h
		}
		if len(b.forks) > maxOffers {
			return fmt.Errorf("more than %d forks: %w", maxOffers, ErrLimit)
		}
	case batch.FramePublished, batch.FrameSums, batch.FramePiece:
		return b.notePublished(f, at)
	}
	return nil
}

// noteOffer keeps what a store offers at each position in the log, and of too
// many positions the newest.
func (b *Bundle) noteOffer(o batch.Offer, time int64) error {
	if len(o.Tails) == 0 {
		if b.asking[o.Origin] = true; len(b.asking) > maxOffers {
			return fmt.Errorf("more than %d devices without records: %w", maxOffers, ErrLimit)
		}
		return nil
	}
	s := store{o.Origin, o.Tails[0].Incarnation}
	all := b.offers[s]
	if all == nil {
		if len(b.stores) >= maxOffers {
			return fmt.Errorf("more than %d stores: %w", maxOffers, ErrLimit)
		}
		b.stores = append(b.stores, s)
	}
	for _, t := range o.Tails {
		if t.Origin == s.origin && t.Incarnation == s.incarnation {
			b.begins[t.Chain] = max(b.begins[t.Chain], t.First)
		}
	}
	if i := slices.IndexFunc(all, func(k offer) bool { return k.Position == o.Position }); i >= 0 {
		all[i] = offer{batch.Offer{Origin: o.Origin, Position: o.Position, Tails: joined(all[i].Tails, o.Tails)}, max(all[i].time, time)}
		return nil
	}
	b.offers[s] = newest(append(all, offer{o, time}))
	return nil
}

// newest drops the offers that are too many. Clocks of devices may be years
// wrong, and the position of a store only ever grows: so it counts, too.
func newest(all []offer) []offer {
	slices.SortStableFunc(all, func(x, y offer) int { return cmp.Compare(y.time, x.time) })
	if len(all) > maxCopies {
		rest := all[maxCopies/2:]
		slices.SortStableFunc(rest, func(x, y offer) int { return cmp.Compare(y.Position.Size, x.Position.Size) })
		all = all[:maxCopies]
	}
	return all
}

// joined is what two offers say together: each chain, from the first record
// that either of them has no receipt for. A registration that is shown again
// in one stays on offer.
func joined(a, b []batch.Tail) []batch.Tail {
	a = slices.Clone(a)
	for _, t := range b {
		i := slices.IndexFunc(a, func(k batch.Tail) bool { return k.Chain == t.Chain })
		switch {
		case i < 0:
			a = append(a, t)
		case t.First < a[i].First:
			a[i] = t
		}
	}
	slices.SortStableFunc(a, func(x, y batch.Tail) int { return cmp.Compare(x.Lane, y.Lane) })
	return a
}

func (b *Bundle) noteRecord(r batch.Carried, at place) {
	c := b.chains[r.Chain]
	if c == nil {
		c = &chain{}
		b.chains[r.Chain] = c
	}
	e := entry{at, r.Seq, r.ID, r.Prev}
	c.records = append(c.records, e)
	switch r.Kind {
	case batch.KindRegistration:
		if reg, err := batch.ReadRegistration(r.Record); err == nil {
			b.keys[r.Origin] = reg.DeviceKey
		}
	case batch.KindRevocation:
		if v, err := batch.ReadRevocation(r.Record); err == nil {
			b.revoked.add(v)
		}
	case batch.KindAttachment:
		b.noteList(r, at)
	}
}

func (b *Bundle) noteList(r batch.Carried, at place) {
	list, err := batch.ReadLeafList(r.Record)
	if err != nil {
		return
	}
	a := b.attached[r.ID]
	if a == nil {
		a = &attachment{leaves: map[uint32]place{}}
		b.attached[r.ID] = a
	}
	if a.chain == (batch.Chain{}) {
		b.order = append(b.order, r.ID)
	}
	a.chain, a.place, a.count = r.Chain, at, uint32(len(list.Leaves))
}

func (b *Bundle) noteCentre(raw []byte) {
	var c identity.Centre
	if c.UnmarshalBinary(raw) != nil {
		return
	}
	if old := b.centres[c.Root()]; old == nil && len(b.centres) < maxCentres || old != nil && old.Issued < c.Issued {
		b.centres[c.Root()] = &c
	}
}

// sort puts a chain in order. Of two records at one place the one stays that
// continues the record before it.
func (c *chain) sort() {
	slices.SortStableFunc(c.records, func(x, y entry) int { return cmp.Compare(x.seq, y.seq) })
	kept := c.records[:0]
	for _, e := range c.records {
		n := len(kept)
		switch {
		case n == 0 || kept[n-1].seq < e.seq:
			kept = append(kept, e)
		case n > 1 && kept[n-1].id != e.id && kept[n-2].seq+1 == e.seq && kept[n-1].prev != kept[n-2].id.Hash8() && e.prev == kept[n-2].id.Hash8():
			kept[n-1] = e
		}
	}
	c.records = kept
}

// settle puts a record in its place that was added last, into a gap.
func (c *chain) settle() {
	if n := len(c.records); n > 1 && c.records[n-2].seq >= c.records[n-1].seq {
		c.sort()
	}
}

// run returns the records from first on, without a gap and each naming the one
// before it.
func (c *chain) run(first batch.Seq) []entry {
	from, found := slices.BinarySearchFunc(c.records, first, compareSeq)
	if !found {
		return nil
	}
	to := from + 1
	for to < len(c.records) && c.records[to].seq == c.records[to-1].seq+1 && c.records[to].prev == c.records[to-1].id.Hash8() {
		to++
	}
	return c.records[from:to]
}

func compareSeq(e entry, s batch.Seq) int { return cmp.Compare(e.seq, s) }

// frame reads a frame again.
func (b *Bundle) frame(at place) (batch.Frame, error) {
	file, err := b.open(at.file)
	if err != nil {
		return batch.Frame{}, err
	}
	f, err := batch.NewReader(io.NewSectionReader(file, at.offset, maxBlock)).Next()
	if err != nil {
		return f, fmt.Errorf("read %s again: %w", b.parts[at.file].File, err)
	}
	return f, nil
}

const maxOpen = 16 // files that stay open to be read from

// open returns a part's file, in which all stands that was written of it.
func (b *Bundle) open(part int32) (*os.File, error) {
	if b.out != nil && int(part) == len(b.parts)-1 {
		if err := b.out.flush(); err != nil {
			return nil, err
		}
	}
	if f := b.files[part]; f != nil {
		return f, nil
	}
	f, err := b.root.Open(b.parts[part].File)
	if err != nil {
		return nil, fmt.Errorf("read the bundle again: %w", err)
	}
	for other, old := range b.files {
		if len(b.files) < maxOpen {
			break
		}
		old.Close()
		delete(b.files, other)
	}
	b.files[part] = f
	return f, nil
}
