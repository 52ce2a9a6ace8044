package exchange

import (
	"context"
	"slices"
	"time"

	"baraza.example/sync/batch"
)

// A side is a connection beside that of a run. What goes over it is a run of its own to the peer: a hello,
// leaves without an offer, their acknowledgements, a goodbye.
type side struct {
	cancel  context.CancelFunc
	opening chan opened // nil: it is open
	wire    *wire
	wrote   chan error
	writing bool
	met     bool
	pace    pace
	flight  []aside
	bytes   int64
	acks    uint64
	frames  int
	heard   time.Time // or opened, or began to send after having had nothing on the way
}

type opened struct {
	conn Conn
	err  error
}

// aside is a leaf on the way there.
type aside struct {
	leafKey
	refused      bool
	size, before int64
	sent         time.Time
}

func (c *caller) openSide(ctx context.Context) *side {
	ctx, cancel := context.WithCancel(ctx)
	o := &side{cancel: cancel, opening: make(chan opened, 1), wrote: make(chan error, 1), heard: time.Now(),
		pace: pace{rtt: c.pace.rtt, ceiling: c.pace.ceiling}}
	go func() {
		conn, err := c.Beside(ctx)
		o.opening <- opened{conn, err}
		signal(c.asides.happened)
	}()
	return o
}

func (c *caller) tendSide(ctx context.Context, o *side) (good bool, err error) {
	if o.opening != nil {
		select {
		case n := <-o.opening:
			if o.opening = nil; n.err != nil {
				return false, nil
			}
			o.wire, o.heard = newWire(n.conn, 0, c.asides.happened), time.Now()
			o.write(c.asides.happened, c.hello().Append(nil), false)
		default:
			return !c.overdue(o), nil
		}
	}
	select {
	case err := <-o.wrote:
		if o.writing = false; err != nil {
			return false, nil
		}
	default:
	}
	for {
		frames, err := o.wire.take()
		if len(frames) == 0 {
			if err != nil {
				return false, nil
			}
			break
		}
		o.heard = time.Now()
		if o.frames += len(frames); o.frames > MaxFrames {
			return false, nil
		}
		for _, f := range frames {
			if good, err := c.hearSide(ctx, o, f); !good || err != nil {
				return good, err
			}
		}
	}
	if c.overdue(o) {
		return false, nil
	}
	return true, c.fillSide(ctx, o)
}

// hearSide takes one frame of the peer. Of what it says in each run, the run itself hears.
func (c *caller) hearSide(ctx context.Context, o *side, f batch.Frame) (good bool, err error) {
	switch f.Type {
	case batch.FrameHello:
		again := o.met
		o.met = true
		return !again && (!c.met || f.Hello.ID == c.report.Peer.ID), nil
	case batch.FrameCentre, batch.FrameRevoked, batch.FrameBye:
		return o.met, nil
	case batch.FrameAck:
		return c.ackedAside(o, f.Ack), nil
	case batch.FrameRefusal:
		i := slices.IndexFunc(o.flight, func(a aside) bool { return a.attachment == f.Refusal.Record && !a.refused })
		if i < 0 { // of all
			return false, nil
		}
		o.flight[i].refused = true
		asked := c.asides.taken[o.flight[i].leafKey].asked
		c.stopUnasked(f.Refusal.Record)
		if !asked {
			return true, nil
		}
		return true, c.refusedLeaf(ctx, f.Refusal)
	}
	return false, nil
}

// ackedAside takes the peer's word that n leaves are durable or refused.
func (c *caller) ackedAside(o *side, n uint64) (good bool) {
	if !o.met || n < o.acks || n-o.acks > uint64(len(o.flight)) {
		return false
	}
	now := time.Now()
	for _, a := range o.flight[:n-o.acks] {
		o.bytes -= a.size
		o.pace.acked(a.size, a.before, a.sent, now)
		if !a.refused {
			c.report.Leaves++
		}
		t := c.asides.taken[a.leafKey]
		if t.here = true; t.asked {
			c.asides.told = append(c.asides.told, a.leafKey)
		}
	}
	o.flight = slices.Clone(o.flight[n-o.acks:])
	o.acks = n
	return true
}

// fillSide writes the leaves for which a side has room.
func (c *caller) fillSide(ctx context.Context, o *side) error {
	var b []byte
	for !o.writing && !c.bye && len(b) < maxWrite && !c.underway() {
		if o.bytes > 0 && o.bytes+batch.LeafSize > int64(o.pace.goodput*o.pace.rtt.Seconds())+besideAhead {
			break
		}
		leaf, asked, ok, err := c.takeLeaf(ctx)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		n := len(b)
		b = batch.Frame{Type: batch.FrameLeaf, Leaf: leaf}.Append(b)
		a := aside{leafKey: leafKey{leaf.Attachment, leaf.Index}, size: int64(len(b) - n), before: o.pace.delivered, sent: time.Now()}
		if o.bytes == 0 {
			o.heard = a.sent
		}
		o.flight = append(o.flight, a)
		o.bytes += a.size
		c.asides.taken[a.leafKey] = &taken{asked: asked}
	}
	if len(b) > 0 {
		o.write(c.asides.happened, b, false)
	}
	return nil
}

// due is when a side is late with its first acknowledgement, or its hello. Giving it up has
// some leaves sent twice, so it has time; less when there is nothing else to do.
func (c *caller) due(o *side) time.Time {
	if o.met && len(o.flight) == 0 {
		return time.Time{}
	}
	first := int64(handshake)
	if len(o.flight) > 0 {
		first = o.flight[0].size
	}
	late := o.pace.suspicion(first)
	if !c.idle() {
		late *= 2
	}
	return o.heard.Add(late)
}

// idle reports whether the run's own connection has nothing on the way.
func (c *caller) idle() bool {
	return c.met && len(c.flight) == 0 && c.answered == len(c.offers) && c.sated()
}

// overdue reports whether a side is given up. Where the run's own connection is silent too,
// the link is, and the run decides.
func (c *caller) overdue(o *side) bool {
	due := c.due(o)
	return !due.IsZero() && time.Now().After(due) && (c.spoken.After(o.heard) || c.idle())
}

// lookAside is when a side has to be looked at again; zero: nothing is to be awaited.
func (c *caller) lookAside() time.Time {
	if c.asides.side == nil {
		return time.Time{}
	}
	if due := c.due(c.asides.side); due.After(time.Now()) {
		return due
	}
	return time.Time{}
}

// endSide says goodbye, and waits for nothing.
func (c *caller) endSide() {
	if o := c.asides.side; o != nil && o.wire != nil && !o.writing {
		o.write(c.asides.happened, batch.Frame{Type: batch.FrameBye}.Append(nil), true)
	}
}

// closeSide closes it, if there is one, and waits until nothing of it runs.
func (c *caller) closeSide() {
	o := c.asides.side
	if o == nil {
		return
	}
	c.asides.side = nil
	o.cancel()
	if o.opening != nil {
		if n := <-o.opening; n.err == nil {
			n.conn.Close()
		}
		return
	}
	if o.wire == nil { // it could not be opened
		return
	}
	o.wire.close()
	c.asides.up += o.wire.wrote.Load()
	c.asides.down += o.wire.read.Load()
}

func (o *side) write(happened chan struct{}, b []byte, last bool) {
	o.writing = true
	o.wire.ended.Go(func() {
		err := o.wire.write(b)
		if last {
			o.wire.conn.CloseWrite()
		}
		o.wrote <- err
		signal(happened)
	})
}
