package exchange

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"baraza.example/sync/batch"
)

// TCP takes each lost packet for a sign of a full line. Where packets are lost for other reasons one connection carries a
// fraction of what the line would; but leaves need no order, so a second one may carry some.
// (W. Allcock et al., "GridFTP: Protocol Extensions to FTP for the Grid", 2003, did so; as here, for large files alone.)

const (
	besideFrom  = 250 * time.Millisecond // shorter round trips need none
	besideWorth = 10 * time.Second       // how long what waits must take at least
	besideAhead = 3 * batch.LeafSize     // bytes on the way there, beside what it carries in a round trip
)

// A Widener is a Transport that can have several connections at the same time.
type Widener interface {
	// OpenBeside opens a Conn over a connection of its own while others are in use.
	OpenBeside(ctx context.Context) (Conn, error)
}

// ErrOneWay means that a transport has one connection at a time.
var ErrOneWay = fmt.Errorf("there is one connection only: %w", ErrNoProbe)

// OpenBeside opens a Conn beside those of t, for transports around another.
func OpenBeside(ctx context.Context, t Transport) (Conn, error) {
	if w, ok := t.(Widener); ok {
		return w.OpenBeside(ctx)
	}
	return nil, ErrOneWay
}

// asides are what goes beside a run: over one connection, or none.
type asides struct {
	side     *side         // nil: there is none
	happened chan struct{} // something on it
	wish     bool          // the run before had one
	failed   bool          // there was one
	taken    map[leafKey]*taken
	told     []leafKey // asked for and there, which the peer's run does not know yet
	up, down int64     // bytes over what is closed
}

// taken is a leaf that was taken out of what the run would send.
type taken struct {
	asked bool // the peer asked the run for it
	here  bool // and has it
}

// carries reports whether something is on the way.
func (a *asides) carries() bool { return a.side != nil && len(a.side.flight) > 0 }

// busy reports whether something is on the way, or is still to be told.
func (a *asides) busy() bool { return len(a.told) > 0 || a.carries() }

// widen opens a connection beside the run's if that is worth its handshake, and what more is lost
// when the link is cut.
func (c *caller) widen(ctx context.Context) {
	a := &c.asides
	if c.Beside == nil || c.bye || c.broken != nil || a.side != nil || a.failed || c.inTurns() {
		return
	}
	switch {
	case a.wish && c.waiting() > besideAhead: // a run that goes on with what the last one had begun
		a.wish = false
	case c.underway(), c.answered < len(c.offers), c.pace.rtt < besideFrom, c.pace.goodput == 0,
		float64(c.waiting()) < c.pace.goodput*besideWorth.Seconds(), !wanting(c.wire.conn):
		return
	}
	a.side = c.openSide(ctx)
}

func (c *caller) inTurns() bool {
	t, ok := c.wire.conn.(Turner)
	return ok && t.InTurns()
}

// underway reports whether records are on the way or to be sent: they go first, and leaves
// must not overtake their list.
func (c *caller) underway() bool {
	return c.cursor < len(c.chains) || slices.ContainsFunc(c.flight, func(f flying) bool { return f.chain != nil })
}

// waiting is how many bytes of leaves are to be sent, as far as that is known.
func (c *caller) waiting() (n int64) {
	for _, w := range c.wants {
		for _, r := range w.Ranges {
			n += int64(r[1] - r[0])
		}
	}
	if c.volunteers() {
		room := int64(unaskedMost - len(c.unasked.sent))
		for _, v := range c.unasked.lists {
			n += min(int64(v.end-v.next), room)
		}
	}
	return n * batch.LeafSize
}

// wanting reports whether a connection has less of the line than it could get: as far as is
// known no packets wait in front of it, and yet its TCP slows down for those that are lost. On a
// line that is merely thin another connection only costs.
func wanting(conn Conn) bool {
	p, ok := conn.(Pulser)
	if !ok {
		return false
	}
	pulse, known := p.Pulse()
	return known && !pulse.Undeterred && pulse.Shortest > 0 && pulse.Trip < pulse.Shortest/4*5
}

// tend does what is to be done beside the run. What goes wrong there ends that and not the run.
func (c *caller) tend(ctx context.Context) error {
	c.widen(ctx)
	if c.asides.side == nil {
		return nil
	}
	good, err := c.tendSide(ctx, c.asides.side)
	if err != nil {
		return err
	}
	if !good {
		c.asides.failed = true
		c.drop()
	}
	if !c.bye && c.idle() && c.asides.busy() {
		c.heard = time.Now() // nothing is awaited on this connection
	}
	return nil
}

// takeLeaf takes the next leaf that is to be sent, if it is here; of one that isn't, the run
// has to speak.
func (c *caller) takeLeaf(ctx context.Context) (l batch.Leaf, asked, ok bool, err error) {
	id, index := batch.RecordID{}, uint32(0)
	switch {
	case len(c.wants) > 0:
		id, index, asked = c.wants[0].Attachment, c.wants[0].Ranges[0][0], true
	case c.volunteers() && c.unasked.lists[0].next < c.unasked.lists[0].end:
		id, index = c.unasked.lists[0].attachment, c.unasked.lists[0].next
	default:
		return l, false, false, nil
	}
	l, err = c.out.Leaf(ctx, id, index)
	switch {
	case errors.Is(err, ErrNoLeaf):
		return l, false, false, nil
	case err != nil:
		return l, false, false, fmt.Errorf("read leaf %d of %v: %w", index, id, err)
	case asked:
		c.advance(index + 1)
	default:
		c.noteUnasked(leafKey{id, index})
		c.unasked.lists[0].next++
	}
	return l, asked, true, nil
}

// askedAside notes that the peer asked the run for a leaf that was taken.
func (c *caller) askedAside(k leafKey) {
	if t := c.asides.taken[k]; t != nil && !t.asked {
		if t.asked = true; t.here {
			c.asides.told = append(c.asides.told, k)
		}
	}
}

// tellAtOnce is how many leaves came aside before the run says so, while there are others to send.
const tellAtOnce = 64

// tellAside appends the word that leaves of one attachment need not be awaited in this run.
func (c *caller) tellAside(b []byte) ([]byte, flying, bool) {
	told := c.asides.told
	ended := len(c.wants) == 0 && !c.volunteers() && !c.asides.carries()
	if len(told) == 0 || len(told) < tellAtOnce && !ended {
		return b, flying{}, false
	}
	slices.SortFunc(told, func(x, y leafKey) int {
		return cmp.Or(bytes.Compare(x.attachment[:], y.attachment[:]), cmp.Compare(x.index, y.index))
	})
	w := batch.Want{Attachment: told[0].attachment}
	for len(told) > 0 && told[0].attachment == w.Attachment && len(w.Ranges) < tellAtOnce {
		w.Ranges = appendIndex(w.Ranges, told[0].index)
		told = told[1:]
	}
	c.asides.told = told
	return batch.Frame{Type: batch.FrameWant, Want: w}.Append(b), flying{id: w.Attachment}, true
}

// drop closes what is beside the run. What was on its way is sent in the run.
func (c *caller) drop() {
	o := c.asides.side
	c.closeSide()
	for _, a := range slices.Backward(o.flight) {
		asked := c.asides.taken[a.leafKey].asked
		delete(c.asides.taken, a.leafKey)
		delete(c.unasked.sent, a.leafKey)
		if asked {
			c.wants = slices.Insert(c.wants, 0, batch.Want{Attachment: a.attachment, Ranges: [][2]uint32{{a.index, a.index + 1}}})
		} else {
			c.unasked.lists = slices.Insert(c.unasked.lists, 0, volunteered{a.attachment, a.index, a.index + 1})
		}
	}
}
