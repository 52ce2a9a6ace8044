package bundle

import (
	"context"

	"baraza.example/sync/batch"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/exchange"
)

// What the centre published travels in a bundle as it does over a link: the same
// frames, put there by the hub or centre that the bundle visited, and taken from
// there by everybody who visits the bundle.

var (
	_ exchange.Publisher  = (*Bundle)(nil)
	_ exchange.Subscriber = (*Bundle)(nil)
)

// DefaultPublished is how many bytes of what was published a bundle takes along
// unless told otherwise.
const DefaultPublished = 32 << 20

// A library is where what was published stands in the parts.
type library struct {
	frames [][]catalogue.Publication // as they came; nothing about them is believed
	count  int                       // in all frames
	joined int                       // frames that all was made of,
	all    []catalogue.Publication   // by the number, each checked
	sums   map[catalogue.ID]place
	pieces map[catalogue.ID]map[uint32]place
}

func newLibrary() library {
	return library{sums: map[catalogue.ID]place{}, pieces: map[catalogue.ID]map[uint32]place{}}
}

// notePublished adds a frame to the library.
func (b *Bundle) notePublished(f batch.Frame, at place) error {
	switch f.Type {
	case batch.FramePublished:
		if b.library.count += len(f.Published); b.library.count > 2*catalogue.MaxPublications {
			return ErrLimit
		}
		b.library.frames = append(b.library.frames, f.Published)
	case batch.FrameSums:
		b.library.sums[f.Sums.ID] = at
	case batch.FramePiece:
		leaves := b.library.pieces[f.Piece.ID]
		if leaves == nil {
			leaves = map[uint32]place{}
			b.library.pieces[f.Piece.ID] = leaves
		}
		leaves[f.Piece.Index] = at
	}
	return nil
}

// catalogue is what the frames say together, in whatever order their parts were
// read: each of its publications is signed by the centre whose card is here.
func (b *Bundle) catalogue() []catalogue.Publication {
	l := &b.library
	centre := b.centre()
	if centre == nil || l.joined == len(l.frames) {
		return l.all
	}
	for i, f := range l.frames[l.joined:] {
		genuine := f[:0:0]
		for _, p := range f {
			if p.Verify(*centre) == nil {
				genuine = append(genuine, p)
			}
		}
		l.frames[l.joined+i] = genuine
	}
	l.joined = len(l.frames)
	for grew := true; grew; {
		grew = false
		for _, f := range l.frames {
			stay, keep := catalogue.Follow(l.all, f)
			if len(keep) > 0 {
				l.all, grew = append(l.all[:stay:stay], keep...), true
			}
		}
	}
	return l.all
}

// blob is the blob of this name that something in force can travel as.
func (b *Bundle) blob(id catalogue.ID) (catalogue.Blob, bool) {
	for _, p := range b.catalogue() {
		for _, y := range p.Ways {
			if y.ID == id {
				return y.Blob, true
			}
		}
	}
	return catalogue.Blob{}, false
}

// Published counts what travels in the bundle of what the centre published: its
// publications, and the bytes of their contents.
func (b *Bundle) Published() (publications int, bytes int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, leaves := range b.library.pieces {
		bytes += int64(len(leaves)) * catalogue.LeafSize
	}
	return len(b.catalogue()), bytes
}

// Catalogue implements [exchange.Publisher].
func (b *Bundle) Catalogue(context.Context) (c catalogue.Cursor, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if all := b.catalogue(); len(all) > 0 {
		c = all[len(all)-1].Cursor()
	}
	return c, nil
}

// Publications implements [exchange.Publisher].
func (b *Bundle) Publications(_ context.Context, from uint64, most int) ([]catalogue.Publication, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.catalogue()
	if from = max(from, 1); from > uint64(len(all)) {
		return nil, nil
	}
	rest := all[from-1:]
	return rest[:min(most, len(rest))], nil
}

// Sums implements [exchange.Publisher].
func (b *Bundle) Sums(_ context.Context, id catalogue.ID) (catalogue.Sums, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sums(id)
}

func (b *Bundle) sums(id catalogue.ID) (catalogue.Sums, error) {
	at, here := b.library.sums[id]
	if !here {
		return nil, batch.ErrNoLeaf
	}
	f, err := b.frame(at)
	if err == nil && f.Sums.ID != id {
		err = errMixed
	}
	if blob, wanted := b.blob(id); err == nil && wanted && f.Sums.Sums.Check(blob) != nil {
		delete(b.library.sums, id) // others may be brought
		err = batch.ErrNoLeaf
	}
	return f.Sums.Sums, err
}

// Piece implements [exchange.Publisher].
func (b *Bundle) Piece(_ context.Context, id catalogue.ID, index uint32) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at, here := b.library.pieces[id][index]
	if !here {
		return nil, batch.ErrNoLeaf
	}
	f, err := b.frame(at)
	if err == nil && (f.Piece.ID != id || f.Piece.Index != index) {
		err = errMixed
	}
	if err == nil {
		if fault, failed := b.checkPiece(f.Piece); fault != nil || failed != nil {
			delete(b.library.pieces[id], index) // another may be brought
			return nil, batch.ErrNoLeaf
		}
	}
	return f.Piece.Bytes, err
}

// Behind implements [exchange.Subscriber].
func (b *Bundle) Behind(_ context.Context, peer catalogue.Cursor) (uint64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.centre() == nil {
		return 0, nil
	}
	all := b.catalogue()
	return catalogue.Behind(peer, uint64(len(all)), func(n uint64) [8]byte { return all[n-1].Hash8() }), nil
}

// TakePublications implements [exchange.Subscriber].
func (b *Bundle) TakePublications(_ context.Context, ps []catalogue.Publication) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	centre := b.centre()
	for _, p := range ps {
		if centre == nil {
			return catalogue.ErrPublication
		}
		if err := p.Verify(*centre); err != nil {
			return err
		}
	}
	if _, keep := catalogue.Follow(b.catalogue(), ps); len(keep) > 0 {
		return b.say(batch.Frame{Type: batch.FramePublished, Published: keep})
	}
	return nil
}

// Wanted implements [exchange.Subscriber]: every way to what is in force, as long
// as there is room for it.
func (b *Bundle) Wanted(_ context.Context, most int) (gets []batch.Get, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	room := b.options.Published
	for _, blob := range catalogue.Carried(catalogue.InForce(b.catalogue()), func(catalogue.ID) bool { return false }) {
		if room -= blob.Size; room < 0 || most <= 0 {
			break
		}
		leaves := b.library.pieces[blob.ID]
		_, known := b.library.sums[blob.ID]
		get := batch.Get{ID: blob.ID}
		if known || blob.Leaves() == 1 {
			get.Ranges = catalogue.Lacking(blob, func(i uint32) bool { _, here := leaves[i]; return here }, most)
			if len(get.Ranges) == 0 {
				continue
			}
		}
		most--
		for _, r := range get.Ranges {
			most -= int(r[1] - r[0])
		}
		gets = append(gets, get)
	}
	return gets, nil
}

// TakeSums implements [exchange.Subscriber].
func (b *Bundle) TakeSums(_ context.Context, s batch.Sums) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	blob, wanted := b.blob(s.ID)
	if !wanted {
		return nil
	}
	if err := s.Sums.Check(blob); err != nil {
		return err
	}
	return b.say(batch.Frame{Type: batch.FrameSums, Sums: s})
}

// TakePieces implements [exchange.Subscriber].
func (b *Bundle) TakePieces(_ context.Context, ps []batch.Piece) (faults []error, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range ps {
		fault, err := b.checkPiece(p)
		if err != nil {
			return nil, err
		}
		faults = append(faults, fault)
		if fault == nil {
			if err := b.say(batch.Frame{Type: batch.FramePiece, Piece: p}); err != nil {
				return nil, err
			}
		}
	}
	return faults, nil
}

func (b *Bundle) checkPiece(p batch.Piece) (fault, err error) {
	blob, wanted := b.blob(p.ID)
	if !wanted {
		return catalogue.ErrLeaf, nil
	}
	var sums catalogue.Sums
	if blob.Leaves() == 1 {
		sums = catalogue.OfOne(p.Bytes)
	} else if sums, err = b.sums(p.ID); err != nil {
		return nil, err
	}
	if fault := sums.Check(blob); fault != nil {
		return fault, nil
	}
	return sums.CheckLeaf(blob, int(p.Index), p.Bytes), nil
}
