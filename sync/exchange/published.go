package exchange

import (
	"context"
	"errors"
	"fmt"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/catalogue"
)

// A Publisher is an Inbox that hands down what the centre published.
type Publisher interface {
	// Catalogue says how far the catalogue goes that is held.
	Catalogue(ctx context.Context) (catalogue.Cursor, error)
	// Publications returns those from a number on, in their order, at most max.
	Publications(ctx context.Context, from uint64, max int) ([]catalogue.Publication, error)
	// Sums returns the sums of a blob, or ErrNoLeaf.
	Sums(ctx context.Context, id catalogue.ID) (catalogue.Sums, error)
	// Piece returns a leaf of a blob, or ErrNoLeaf.
	Piece(ctx context.Context, id catalogue.ID, index uint32) ([]byte, error)
}

// A Subscriber is an Outbox that wants to have what the centre published. What a
// method takes is durable when it returns.
type Subscriber interface {
	// Behind says from which number on a peer is to be asked whose catalogue goes
	// that far; 0: it has nothing new.
	Behind(ctx context.Context, peer catalogue.Cursor) (from uint64, err error)
	// TakePublications keeps those that follow what is held. It returns
	// catalogue.ErrPublication when one isn't the centre's.
	TakePublications(ctx context.Context, ps []catalogue.Publication) error
	// Wanted lists what is lacking of what is wanted, at most max leaves in all
	// and always in the same order: of a blob whose sums are not here, the sums.
	Wanted(ctx context.Context, max int) ([]batch.Get, error)
	// TakeSums returns catalogue.ErrLeaf for what isn't what was published, and
	// TakePieces that fault in the place of each such piece. What nobody wants any
	// more is passed over.
	TakeSums(ctx context.Context, s batch.Sums) error
	TakePieces(ctx context.Context, ps []batch.Piece) (faults []error, err error)
}

const (
	fewGets    = 2  // pieces on the way that a caller begins with,
	manyGets   = 64 // and at most
	quick      = 2 * time.Second
	slow       = 6 * time.Second
	maxAltered = 16      // of them, before no more is asked for in a run
	maxGets    = 64      // asks that may wait at a server
	maxPieces  = 1 << 16 // pieces and publications that it gives in a run
)

// A pieceKey names a piece, or with sumsOf the sums of a blob.
type pieceKey struct {
	id    catalogue.ID
	index uint32
}

const sumsOf = ^uint32(0)

// downloads is what a caller gets of what was published.
type downloads struct {
	from    Subscriber
	peer    catalogue.Cursor
	asking  bool   // for publications
	next    uint64 // number from which it is asked; 0: it was not asked yet
	current bool   // there is nothing more to hear of the peer's catalogue
	asked   map[pieceKey]time.Time
	absent  map[catalogue.ID]bool // the peer hasn't got them whole, or has another
	most    int                   // pieces on the way
	idle    bool                  // nothing was wanted that the peer may have, and nothing came since
}

// subscribe begins to take what the peer has, if it has anything.
func (c *caller) subscribe(ctx context.Context, h batch.Hello) error {
	s, takes := c.out.(Subscriber)
	if !takes || h.Published == [16]byte{} {
		return nil
	}
	c.down = downloads{from: s, peer: catalogue.CursorOf(h.Published), asked: map[pieceKey]time.Time{}, absent: map[catalogue.ID]bool{}, most: fewGets}
	return c.behind(ctx)
}

// behind looks whether there is something to hear of the peer's catalogue. Where
// what it told last followed nothing that is here, it is asked for all, once.
func (c *caller) behind(ctx context.Context) error {
	d := &c.down
	from, err := d.from.Behind(ctx, d.peer)
	if err != nil {
		return fmt.Errorf("look how far the catalogue goes: %w", err)
	}
	if from != 0 && d.next != 0 {
		from = 1
	}
	d.asking, d.current = false, from == 0 || d.next == 1
	d.next = from
	return nil
}

// sated reports whether nothing is wanted any more of what the peer has.
func (c *caller) sated() bool {
	return c.down.from == nil || c.down.current && len(c.down.asked) == 0 && c.down.idle
}

// get appends what is to be asked for next.
func (c *caller) get(ctx context.Context, b []byte) ([]byte, error) {
	d := &c.down
	switch {
	case d.from == nil:
		return b, nil
	case !d.current && !d.asking:
		d.asking = true
		all := [][2]uint32{{uint32(d.next), catalogue.MaxPublications + 1}}
		return batch.Frame{Type: batch.FrameGet, Get: batch.Get{Ranges: all}}.Append(b), nil
	case !d.current || d.idle || len(d.asked) > d.most/2:
		return b, nil
	}
	wanted, err := d.from.Wanted(ctx, d.most+len(d.asked)+len(d.absent))
	if err != nil {
		return b, fmt.Errorf("list what is wanted of what was published: %w", err)
	}
	now := time.Now()
	for _, w := range wanted {
		if d.absent[w.ID] {
			continue
		}
		get := batch.Get{ID: w.ID}
		if len(w.Ranges) == 0 {
			if k := (pieceKey{w.ID, sumsOf}); len(d.asked) < d.most && d.asked[k].IsZero() {
				d.asked[k] = now
				b = batch.Frame{Type: batch.FrameGet, Get: get}.Append(b)
			}
			continue
		}
		for _, r := range w.Ranges {
			for i := r[0]; i < r[1] && len(d.asked) < d.most; i++ {
				if k := (pieceKey{w.ID, i}); d.asked[k].IsZero() {
					d.asked[k] = now
					get.Ranges = appendIndex(get.Ranges, i)
				}
			}
		}
		if len(get.Ranges) > 0 {
			b = batch.Frame{Type: batch.FrameGet, Get: get}.Append(b)
		}
	}
	d.idle = len(d.asked) == 0
	return b, nil
}

// takePublished takes publications; a frame without any ends an answer.
func (c *caller) takePublished(ctx context.Context, ps []catalogue.Publication) error {
	d := &c.down
	if !d.asking {
		return &ProtocolError{"publications are told to those who ask"}
	}
	switch {
	case d.current: // it was altered: what follows is passed over
		return nil
	case len(ps) == 0:
		return c.behind(ctx)
	}
	d.idle = false
	err := d.from.TakePublications(ctx, ps)
	if errors.Is(err, catalogue.ErrPublication) {
		c.report.Altered++
		d.current = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("keep what was published: %w", err)
	}
	return nil
}

// answer takes a key off what was asked for.
func (d *downloads) answer(k pieceKey) error {
	at, asked := d.asked[k]
	if !asked {
		return &ProtocolError{"pieces are given to those who ask"}
	}
	delete(d.asked, k)
	d.idle = false
	switch took := time.Since(at); {
	case took < quick:
		d.most = min(d.most*2, manyGets)
	case took > slow:
		d.most = max(d.most/2, fewGets)
	}
	return nil
}

func (c *caller) takeSums(ctx context.Context, s batch.Sums) error {
	if err := c.down.answer(pieceKey{s.ID, sumsOf}); err != nil {
		return err
	}
	if len(s.Sums) == 0 {
		c.down.absent[s.ID] = true
		return nil
	}
	return c.kept(s.ID, c.down.from.TakeSums(ctx, s))
}

// takePieces takes pieces that came together.
func (c *caller) takePieces(ctx context.Context, fs []batch.Frame) error {
	var ps []batch.Piece
	for _, f := range fs {
		p := f.Piece
		if err := c.down.answer(pieceKey{p.ID, p.Index}); err != nil {
			return err
		}
		if len(p.Bytes) == 0 {
			c.down.absent[p.ID] = true
			continue
		}
		ps = append(ps, p)
	}
	if len(ps) == 0 {
		return nil
	}
	faults, err := c.down.from.TakePieces(ctx, ps)
	if err != nil {
		return fmt.Errorf("keep what was published: %w", err)
	}
	for i, p := range ps {
		if err := c.kept(p.ID, faults[i]); err != nil {
			return err
		}
		if faults[i] == nil {
			c.report.Pieces++
		}
	}
	return nil
}

// kept notes a blob of which the peer has another than was published: no more of
// it is taken from there in this run.
func (c *caller) kept(id catalogue.ID, err error) error {
	if !errors.Is(err, catalogue.ErrLeaf) {
		if err != nil {
			err = fmt.Errorf("keep what was published: %w", err)
		}
		return err
	}
	c.down.absent[id] = true
	if c.report.Altered++; c.report.Altered >= maxAltered {
		c.down.current, c.down.idle = true, true
	}
	return nil
}

// helloPublished says how far this server's catalogue goes.
func (s *server) helloPublished(ctx context.Context, h *batch.Hello) error {
	p, hands := s.in.(Publisher)
	if !hands {
		return nil
	}
	cursor, err := p.Catalogue(ctx)
	if err != nil {
		return fmt.Errorf("look how far the catalogue goes: %w", err)
	}
	if cursor.Number > 0 {
		s.publisher, h.Published = p, cursor.Bytes()
	}
	return nil
}

// takeGets notes what is asked for. It is given while nothing else is to be done,
// a piece at a time: acknowledgements and receipts go before it.
func (s *server) takeGets(fs []batch.Frame) error {
	if s.publisher == nil {
		return &ProtocolError{"what was published is asked of those who have it"}
	}
	for _, f := range fs {
		for _, r := range f.Get.Ranges {
			if r[0] >= r[1] {
				return &ProtocolError{"a range has a beginning before its end"}
			}
		}
		s.gets = append(s.gets, f.Get)
	}
	if len(s.gets) > maxGets {
		return &ProtocolError{fmt.Sprintf("at most %d questions wait", maxGets)}
	}
	return nil
}

// give answers the next part of what is asked for.
func (s *server) give(ctx context.Context) error {
	g := &s.gets[0]
	if s.given++; s.given > maxPieces {
		return batch.Refusal{Code: batch.RefusedBusy, Detail: "the run is long enough", After: 1}
	}
	switch {
	case g.ID == catalogue.ID{}:
		return s.givePublications(ctx)
	case len(g.Ranges) == 0:
		sums, err := s.publisher.Sums(ctx, g.ID)
		if err != nil && !errors.Is(err, ErrNoLeaf) {
			return fmt.Errorf("read sums: %w", err)
		}
		s.say(batch.Frame{Type: batch.FrameSums, Sums: batch.Sums{ID: g.ID, Sums: sums}})
		s.gets = s.gets[1:]
		s.send()
		return nil
	}
	r := &g.Ranges[0]
	bytes, err := s.publisher.Piece(ctx, g.ID, r[0])
	if err != nil && !errors.Is(err, ErrNoLeaf) {
		return fmt.Errorf("read a piece: %w", err)
	}
	s.say(batch.Frame{Type: batch.FramePiece, Piece: batch.Piece{ID: g.ID, Index: r[0], Bytes: bytes}})
	if r[0]++; r[0] == r[1] {
		g.Ranges = g.Ranges[1:]
	}
	if len(g.Ranges) == 0 {
		s.gets = s.gets[1:]
	}
	s.send()
	return nil
}

// publicationsAtOnce is how many are read of the store at a time.
const publicationsAtOnce = 64

// givePublications gives a frame of them. One without any says that there are no more.
func (s *server) givePublications(ctx context.Context) error {
	g := &s.gets[0]
	if len(g.Ranges) == 0 {
		return &ProtocolError{"publications are asked for by their numbers"}
	}
	r := &g.Ranges[0]
	ps, err := s.publisher.Publications(ctx, uint64(r[0]), min(publicationsAtOnce, int(r[1]-r[0])))
	if err != nil {
		return fmt.Errorf("list what was published: %w", err)
	}
	size, n := 0, 0
	for n < len(ps) && (n == 0 || size < batch.PublishedSize) {
		size += len(ps[n].Encode())
		n++
	}
	s.say(batch.Frame{Type: batch.FramePublished, Published: ps[:n]})
	if r[0] += uint32(n); n > 0 && r[0] >= r[1] {
		s.say(batch.Frame{Type: batch.FramePublished})
		n = 0
	}
	if n == 0 {
		s.gets = s.gets[1:]
	}
	s.send()
	return nil
}
