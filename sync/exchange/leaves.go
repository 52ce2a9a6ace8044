package exchange

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"baraza.example/sync/batch"
)

const (
	maxWants  = 4096 // wants that may wait
	maxMissed = 256  // leaves in a row that are not here before a range is given up
	maxLeaves = batch.MaxAttachment / batch.LeafSize
	// unaskedMost is how many leaves go out in a run before the peer has asked:
	// about a megabyte, more than any link carries in a round trip.
	unaskedMost = 128
)

// unasked is what a caller sends without waiting to be asked: leaves that the
// peer can't have, because it didn't have their list, or asked for them in a run
// that broke off before they were sent.
type unasked struct {
	early []batch.Record // lists sent before the peer had said what it holds
	lists []volunteered
	sent  map[leafKey]bool // in this run
}

// volunteered is an attachment whose list went out in this run, or some leaves
// of one.
type volunteered struct {
	attachment batch.RecordID
	next, end  uint32
}

// volunteer has the leaves of an attachment follow its list, where the peer has
// said that it doesn't hold it.
func (c *caller) volunteer(list batch.Record) {
	if c.answered < len(c.offers) {
		c.unasked.early = append(c.unasked.early, list)
	} else if c.known[list.Chain].Seq < list.Seq {
		c.unasked.lists = append(c.unasked.lists, volunteered{list.ID, 0, maxLeaves})
	}
}

// volunteerEarly does so for the lists that went out before the peer had said
// what it holds.
func (c *caller) volunteerEarly() {
	for _, list := range c.unasked.early {
		c.volunteer(list)
	}
	c.unasked.early = nil
}

func (c *caller) volunteers() bool {
	return len(c.unasked.lists) > 0 && len(c.unasked.sent) < unaskedMost
}

// leafUnasked appends the next of such leaves. The first that isn't here ends an
// attachment: the peer will ask for others.
func (c *caller) leafUnasked(ctx context.Context, b []byte) ([]byte, flying, error) {
	for c.volunteers() {
		v := &c.unasked.lists[0]
		if v.next == v.end {
			c.unasked.lists = c.unasked.lists[1:]
			continue
		}
		l, err := c.out.Leaf(ctx, v.attachment, v.next)
		if errors.Is(err, ErrNoLeaf) {
			c.unasked.lists = c.unasked.lists[1:]
			continue
		}
		if err != nil {
			return b, flying{}, fmt.Errorf("read leaf %d of %v: %w", v.next, v.attachment, err)
		}
		id := v.attachment
		c.noteUnasked(leafKey{id, v.next})
		v.next++
		return batch.Frame{Type: batch.FrameLeaf, Leaf: l}.Append(b), flying{leaf: true, unasked: true, id: id}, nil
	}
	return b, flying{}, nil
}

func (c *caller) noteUnasked(k leafKey) {
	if c.unasked.sent == nil {
		c.unasked.sent = map[leafKey]bool{}
	}
	c.unasked.sent[k] = true
}

// roomUnasked is room for a leaf. Before the peer has said what it lacks now, as
// many go out as the link carries until then.
func (c *caller) roomUnasked() bool {
	if c.answered < len(c.offers) {
		return c.bytes == 0 || c.bytes+batch.LeafSize <= int64(c.pace.goodput*c.pace.rtt.Seconds())
	}
	return c.room(batch.LeafSize)
}

// leftovers are the leaves that this run would have sent next, for the run after
// it: those on the way when it broke off may have arrived.
func (c *caller) leftovers() (left []volunteered) {
	for _, w := range c.wants {
		for _, r := range w.Ranges {
			left = append(left, volunteered{w.Attachment, r[0], r[1]})
		}
	}
	for _, v := range c.unasked.lists {
		if v.next < v.end {
			left = append(left, v)
		}
	}
	return left[:min(len(left), maxWants)]
}

// stopUnasked sends no more leaves of an attachment without being asked.
func (c *caller) stopUnasked(id batch.RecordID) {
	c.unasked.lists = slices.DeleteFunc(c.unasked.lists, func(v volunteered) bool { return v.attachment == id })
}

// unsent is what a peer wants without what it has been sent unasked in this run.
func (c *caller) unsent(w batch.Want) (ranges [][2]uint32) {
	if len(c.unasked.sent) == 0 {
		return w.Ranges
	}
	for _, r := range w.Ranges {
		for i := r[0]; i < r[1]; i++ {
			k := leafKey{w.Attachment, i}
			if !c.unasked.sent[k] {
				ranges = appendIndex(ranges, i)
			}
			c.askedAside(k)
		}
	}
	return ranges
}

// leaf appends the next leaf that the peer wants, or the word that it is not
// here: both are acknowledged.
func (c *caller) leaf(ctx context.Context, b []byte) ([]byte, flying, error) {
	w := &c.wants[0]
	id, index := w.Attachment, w.Ranges[0][0]
	l, err := c.out.Leaf(ctx, id, index)
	if err == nil {
		c.advance(index + 1)
		return batch.Frame{Type: batch.FrameLeaf, Leaf: l}.Append(b), flying{leaf: true, id: id}, nil
	}
	to := index
	for missed := 0; errors.Is(err, ErrNoLeaf); {
		if to++; to == w.Ranges[0][1] {
			err = nil
			break
		}
		if missed++; missed == maxMissed {
			to, err = w.Ranges[0][1], nil
			break
		}
		_, err = c.out.Leaf(ctx, id, to)
	}
	if err != nil {
		return b, flying{}, fmt.Errorf("read leaf %d of %v: %w", to, id, err)
	}
	c.advance(to)
	lacking := batch.Want{Attachment: id, Ranges: [][2]uint32{{index, to}}}
	return batch.Frame{Type: batch.FrameWant, Want: lacking}.Append(b), flying{id: id}, nil
}

// advance takes what was served off the wants.
func (c *caller) advance(to uint32) {
	w := &c.wants[0]
	if w.Ranges[0][0] = to; to < w.Ranges[0][1] {
		return
	}
	if w.Ranges = w.Ranges[1:]; len(w.Ranges) == 0 {
		c.wants = c.wants[1:]
	}
}

func (c *caller) want(w batch.Want) error {
	if len(c.wants) >= maxWants {
		return &ProtocolError{fmt.Sprintf("at most %d wants wait", maxWants)}
	}
	if len(w.Ranges) == 0 {
		return nil
	}
	for _, r := range w.Ranges {
		if r[0] >= r[1] || r[1] > maxLeaves {
			return &ProtocolError{"a range of leaves has a beginning before its end"}
		}
		if c.wanted += int(r[1] - r[0]); c.wanted > MaxFrames {
			return &ProtocolError{fmt.Sprintf("at most %d leaves in a run", MaxFrames)}
		}
	}
	c.stopUnasked(w.Attachment)
	if w.Ranges = c.unsent(w); len(w.Ranges) > 0 {
		c.wants = append(c.wants, w)
	}
	return nil
}
