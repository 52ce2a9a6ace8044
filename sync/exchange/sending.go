package exchange

import (
	"context"
	"fmt"
	"slices"
	"time"

	"baraza.example/sync/batch"
)

const (
	maxWrite = 8 << 10  // bytes of frames that go to the connection at once: what TLS seals together counts only when all of it is there
	maxFetch = 64 << 10 // bytes of records that are read ahead from the outbox
)

// fill writes what the window has room for, and the goodbye when all is said.
func (c *caller) fill(ctx context.Context) error {
	if c.writing || c.bye || c.broken != nil {
		return nil
	}
	b, err := c.get(ctx, nil)
	if err != nil {
		return err
	}
	if c.question != nil {
		if len(c.question.Named) > 0 {
			b = batch.Frame{Type: batch.FrameNamed, Ask: *c.question}.Append(b)
		}
		b = batch.Frame{Type: batch.FrameAsk, Ask: *c.question}.Append(b)
		c.question, c.asked = nil, true
	}
	ask := len(b)
	for len(b) < maxWrite {
		n := len(b)
		var f flying
		if b, f, err = c.next(ctx, b); err != nil {
			return err
		}
		if len(b) == n {
			break
		}
		if c.bytes == 0 {
			c.heard = time.Now() // silence before was nobody's fault
			c.stirred = c.heard
		}
		f.size, f.before, f.sent = int64(len(b)-n), c.pace.delivered, time.Now()
		c.flight = append(c.flight, f)
		c.bytes += f.size
	}
	if len(b) == ask && c.said() {
		b = batch.Frame{Type: batch.FrameBye}.Append(b)
		c.bye = true
		c.endSide()
	}
	if len(b) > 0 {
		c.write(b)
	}
	return nil
}

// said reports whether nothing is left to say: what is lacking at the peer
// would have been asked for before its last acknowledgement, which is waited for
// where there is an attachment of which something could be lacking.
func (c *caller) said() bool {
	return c.met && c.answered == len(c.offers) && (len(c.flight) == 0 || !c.attached) && len(c.wants) == 0 && c.cursor == len(c.chains) && !c.volunteers() && !c.asides.busy() && c.sated()
}

// next appends the next frame to b, if there is one and the window has room.
func (c *caller) next(ctx context.Context, b []byte) ([]byte, flying, error) {
	for ; c.cursor < len(c.chains); c.cursor++ {
		ch := c.chains[c.cursor]
		r, ok, err := c.record(ctx, ch)
		if err != nil {
			return b, flying{}, err
		}
		if !ok {
			continue
		}
		size := len(r.Envelope)
		if !c.room(int64(size)) {
			return b, flying{}, nil
		}
		ch.queue, ch.next = ch.queue[1:], r.Seq+1
		if ch.start == 0 {
			ch.start = r.Seq
		}
		f := flying{chain: ch, have: r.Have(), id: r.ID}
		if r.Kind == batch.KindAttachment {
			c.volunteer(r.Record)
		}
		next := c.version >= 2 && c.written != nil && r.Follows(*c.written)
		c.written = &r.Record
		return batch.Frame{Type: batch.FrameRecord, Record: r, Next: next}.Append(b), f, nil
	}
	if b, f, tells := c.tellAside(b); tells {
		return b, f, nil
	}
	switch {
	case len(c.wants) > 0 && c.room(batch.LeafSize):
		return c.leaf(ctx, b)
	case len(c.wants) == 0 && c.volunteers() && c.roomUnasked():
		return c.leafUnasked(ctx, b)
	}
	return b, flying{}, nil
}

// room reports whether size more bytes may be on the way. Before the peer has
// said what it holds, little is sent on the chance that it holds nothing, and
// nothing where the last run broke off with records on the way.
func (c *caller) room(size int64) bool {
	if c.answered < len(c.offers) {
		switch {
		case c.wasCut:
			return false
		case len(c.known) == 0:
			return c.bytes+size <= headStart
		}
	}
	return c.bytes == 0 || c.bytes+size <= c.pace.window()
}

// record returns the next record of ch without taking it.
func (c *caller) record(ctx context.Context, ch *chain) (r batch.Carried, ok bool, err error) {
	if ch.ended || ch.next > ch.Top.Seq {
		return r, false, nil
	}
	if len(ch.queue) == 0 {
		rs, err := c.out.Records(ctx, ch.Chain, ch.next-1, maxFetch)
		if err != nil {
			return r, false, fmt.Errorf("read %v %d: %w", ch.Lane, ch.next, err)
		}
		ch.queue = rs
	}
	if len(ch.queue) == 0 || ch.queue[0].Seq > ch.Top.Seq {
		ch.ended = true // what was made ready meanwhile waits for the next run
		return r, false, nil
	}
	if r = ch.queue[0]; r.Chain != ch.Chain || r.Seq < ch.next {
		return r, false, fmt.Errorf("read %v %d: the outbox gave another record", ch.Lane, ch.next)
	}
	return r, true, nil
}

// peerHas takes the peer's answer to our next offer.
func (c *caller) peerHas(ctx context.Context, have []batch.Have) error {
	if c.answered == len(c.offers) {
		return &ProtocolError{"one have frame answers one offer"}
	}
	o := c.offers[c.answered]
	c.answered++
	held := make(map[batch.Chain]batch.Have, len(have))
	for _, h := range have {
		if !slices.ContainsFunc(o.Tails, func(t batch.Tail) bool { return t.Chain == h.Chain }) {
			return &ProtocolError{"have entries are for what was offered"}
		}
		held[h.Chain] = h
	}
	for _, t := range o.Tails {
		ch := c.at[t.Chain]
		if ch.met { // in an earlier offer of this origin
			continue
		}
		ch.met = true
		if err := c.resume(ctx, ch, held[t.Chain]); err != nil {
			return err
		}
	}
	if c.answered == len(c.offers) {
		c.volunteerEarly()
	}
	return nil
}

// resume goes on after what the peer holds of ch: nothing if h is zero.
func (c *caller) resume(ctx context.Context, ch *chain, h batch.Have) error {
	if ch.refused || ch.forked {
		return nil
	}
	if ours, err := c.holds(ctx, ch, h); err != nil {
		return err
	} else if !ours {
		return c.diverge(ctx, h)
	}
	before := c.known[ch.Chain]
	delete(c.known, ch.Chain)
	want := h.Seq + 1
	if c.report.Peer.Role != batch.RoleCentre {
		want = max(want, ch.First) // what comes before has receipts
	}
	if h.Seq >= ch.First {
		c.known[ch.Chain] = h
		if h != before {
			c.fresh[ch.Chain] = h
		}
	}
	switch {
	case ch.next < want: // it holds more than we thought
		ch.next = want
		ch.queue = slices.DeleteFunc(ch.queue, func(r batch.Carried) bool { return r.Seq < want })
	case ch.start > want || ch.start == 0 && ch.next > want: // it holds less
		ch.next, ch.start, ch.queue, ch.ended = want, 0, nil, false
		ch.restart = c.acks + uint64(len(c.flight))
		c.cursor = 0
	}
	return nil
}

// holds asks the outbox about a have entry, where it can know.
func (c *caller) holds(ctx context.Context, ch *chain, h batch.Have) (bool, error) {
	foreign := c.Self.Role == batch.RoleHub && h.Origin != c.Self.ID
	switch {
	case h.Seq == 0, foreign && (h.Seq+1 < ch.First || h.Seq > ch.Top.Seq):
		return true, nil
	case h == ch.Top:
		return true, nil
	}
	ours, err := c.out.Holds(ctx, h)
	if err != nil {
		return false, fmt.Errorf("look up what the other side holds: %w", err)
	}
	return ours, nil
}

// diverge leaves an incarnation of which the peer holds what we never wrote.
func (c *caller) diverge(ctx context.Context, h batch.Have) error {
	told := false
	for _, ch := range c.chains {
		if ch.Origin == h.Origin && ch.Incarnation == h.Incarnation {
			told = told || ch.forked
			ch.ended, ch.forked, ch.queue = true, true, nil
		}
	}
	if told {
		return nil
	}
	again, err := c.out.Diverged(ctx, c.report.Peer, h)
	if err != nil {
		return fmt.Errorf("begin new chains: %w", err)
	}
	c.report.Again = c.report.Again || again
	return nil
}

// acked takes the peer's word that n frames are durable or refused.
func (c *caller) acked(n uint64) error {
	if n < c.acks || n-c.acks > uint64(len(c.flight)) {
		return &ProtocolError{"what was sent is acknowledged, in order"}
	}
	now := time.Now()
	for _, f := range c.flight[:n-c.acks] {
		c.bytes -= f.size
		c.pace.acked(f.size, f.before, f.sent, now)
		switch {
		case f.refused:
		case f.leaf:
			c.report.Leaves++
		case f.chain != nil:
			c.report.Sent++
			c.fresh[f.have.Chain] = f.have
			c.known[f.have.Chain] = f.have
		}
	}
	c.flight = slices.Clone(c.flight[n-c.acks:])
	c.acks = n
	return nil
}

// refusedBy takes a refusal of the run, a record or a leaf.
func (c *caller) refusedBy(ctx context.Context, r batch.Refusal) error {
	c.wish(r.After)
	if r.Record == (batch.RecordID{}) {
		return r
	}
	i := slices.IndexFunc(c.flight, func(f flying) bool { return f.id == r.Record && !f.refused })
	if i < 0 {
		return nil
	}
	f := &c.flight[i]
	f.refused = true
	c.stopUnasked(r.Record)
	if f.unasked {
		return nil
	}
	if f.chain == nil {
		return c.refusedLeaf(ctx, r)
	}
	switch ch := f.chain; {
	case ch.ended && ch.refused, ch.forked: // of what follows a refused record nothing is news
		return nil
	case r.Code == batch.RefusedGap && c.acks+uint64(i) < ch.restart:
		return nil
	case r.Code == batch.RefusedFork:
		return c.diverge(ctx, f.have)
	default:
		ch.ended, ch.refused, ch.queue = true, true, nil
		return c.tellRefused(ctx, r)
	}
}

// wish notes that the peer would rather be left alone for so many seconds.
func (c *caller) wish(seconds int64) {
	wish := time.Duration(min(max(seconds, 0), int64(longestWish/time.Second))) * time.Second
	c.report.Retry = max(c.report.Retry, wish)
}

func (c *caller) refusedLeaf(ctx context.Context, r batch.Refusal) error {
	c.wants = slices.DeleteFunc(c.wants, func(w batch.Want) bool { return w.Attachment == r.Record })
	if slices.ContainsFunc(c.report.Refused, func(o batch.Refusal) bool { return o.Record == r.Record }) {
		return nil
	}
	return c.tellRefused(ctx, r)
}

func (c *caller) tellRefused(ctx context.Context, r batch.Refusal) error {
	c.report.Refused = append(c.report.Refused, r)
	if err := c.out.Refused(ctx, c.report.Peer, r); err != nil {
		return fmt.Errorf("keep a refusal: %w", err)
	}
	return nil
}
