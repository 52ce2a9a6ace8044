package exchange

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/identity"
)

// Run is the caller's side of one exchange. It closes conn. Whatever ends it,
// what the peer acknowledged is remembered and need not be sent again.
//
// A batch.Refusal (errors.As) means that the peer would not have this run,
// ErrStalled and other errors that the link broke: run again, see Schedule.
func Run(ctx context.Context, conn Conn, out Outbox, o Options) (Report, error) {
	start := time.Now()
	c := &caller{Options: o, out: out, wire: newWire(conn, 0, make(chan struct{}, 1)), wrote: make(chan error, 1),
		at: map[batch.Chain]*chain{}, fresh: map[batch.Chain]batch.Have{}, heard: start, stirred: start,
		asides: asides{happened: make(chan struct{}, 1), taken: map[leafKey]*taken{}}}
	c.recall()
	err := c.run(ctx)
	c.wire.close()
	if kept := c.remember(context.WithoutCancel(ctx)); err == nil {
		err = kept
	}
	c.memorize(err)
	c.closeSide()
	if t, ok := conn.(Turner); ok {
		c.report.Turns = t.InTurns()
	}
	var refusal batch.Refusal
	if errors.As(err, &refusal) {
		c.wish(refusal.After)
	}
	c.report.BytesUp, c.report.BytesDown = c.wire.wrote.Load()+c.asides.up, c.wire.read.Load()+c.asides.down
	o.logger().DebugContext(ctx, "exchange ended", "sent", c.report.Sent, "bytes_up", c.report.BytesUp,
		"bytes_down", c.report.BytesDown, "took", time.Since(start), "err", err)
	return c.report, err
}

// A caller is the state of one run. One goroutine owns it; reading and writing
// have one each.
type caller struct {
	Options
	out    Outbox
	wire   *wire
	report Report
	pace   pace

	offers   []batch.Offer
	answered int      // offers to which the peer has said what it holds
	chains   []*chain // by lane, then as offered
	at       map[batch.Chain]*chain
	cursor   int                        // chains before it have nothing to send
	known    map[batch.Chain]batch.Have // what the peer holds, as far as we know
	formerly identity.ID                // the peer of an earlier run
	wasCut   bool

	flight   []flying // sent and not acknowledged, in order
	bytes    int64    // in flight
	acks     uint64
	frames   int // from the peer
	wants    []batch.Want
	wanted   int // leaves, in all wants of this run
	unasked  unasked
	asides   asides
	attached bool // something of an attachment may be lacking at the peer
	settled  bool // goodbye is said, and there are receipts for everything
	revoked  int  // revocations that the peer told
	down     downloads

	question  *batch.Ask // for what is asked back, to be sent
	asked     bool       // it was
	questions int        // that came

	fresh   map[batch.Chain]batch.Have // acknowledged, to be told to the outbox
	flushed time.Time

	heard    time.Time // or wrote; silence counts from there
	spoken   time.Time // the peer's last frame
	stirred  time.Time // began to send after having had nothing on the way
	met, bye bool
	version  uint          // that both speak, once met
	written  *batch.Record // the last one in a record frame
	writing  bool
	wrote    chan error
	broken   error // why writing failed
	doubt    doubt
	opening  int64 // bytes of hello and offers
}

// A chain is what is offered of one chain, and how far it is sent.
type chain struct {
	batch.Tail
	next    batch.Seq // to be sent
	start   batch.Seq // the first sent in this run; 0: none
	queue   []batch.Carried
	ended   bool   // nothing more of it in this run
	refused bool   // because a record was refused
	forked  bool   // because it is not ours alone
	met     bool   // the peer has said what it holds of it
	restart uint64 // frames before this one were sent in vain
}

// flying is a frame that is not acknowledged yet.
type flying struct {
	chain   *chain         // nil: a leaf, or the word that it is not here
	have    batch.Have     // of the record
	id      batch.RecordID // of the record, or of the leaf's attachment
	leaf    bool
	unasked bool // by the peer: that it would not have it is no news
	refused bool
	size    int64
	before  int64 // pace.delivered when it was sent
	sent    time.Time
}

func (c *caller) run(ctx context.Context) error {
	if err := c.prepare(ctx); err != nil {
		return err
	}
	hello := c.hello()
	if r, keeps := c.out.(Revoker); keeps && c.Self.Role == batch.RoleHub {
		known, err := r.Revocations(ctx)
		if err != nil {
			return fmt.Errorf("list revocations: %w", err)
		}
		hello.Hello.Revoked = batch.RevocationsHash(known)
	}
	first := hello.Append(nil)
	for _, o := range c.offers {
		first = batch.Frame{Type: batch.FrameOffer, Offer: o}.Append(first)
	}
	c.opening = int64(len(first))
	c.write(first)
	stall := time.NewTimer(0)
	defer stall.Stop()
	defer c.doubt.end()
	for !c.report.Complete {
		if err := errors.Join(c.tend(ctx), c.fill(ctx)); err != nil {
			return err
		}
		stall.Reset(time.Until(c.look()))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.wire.ready:
			if err := c.hear(ctx); err != nil {
				return c.late(err)
			}
		case err := <-c.wrote:
			c.writing, c.heard = false, time.Now()
			if c.broken = err; err == nil && c.bye {
				c.broken = c.wire.conn.CloseWrite()
				if err := c.settle(ctx); err != nil {
					return err
				}
			}
		case <-c.asides.happened:
		case err := <-c.doubt.answer:
			if c.doubt.answered(err, c.sign()) {
				c.report.Again = true
				return ErrStalled
			}
		case <-stall.C:
			switch {
			case len(c.wire.ready) > 0:
			case time.Since(c.heard) < c.patience():
				c.ask(ctx)
			case c.settled:
				return nil
			case c.broken != nil:
				return c.broken
			default:
				return ErrStalled
			}
		}
	}
	c.wire.linger()
	return nil
}

// late says whether what ended a run matters: a link that broke when only the
// peer's goodbye was awaited has broken nothing.
func (c *caller) late(err error) error {
	var refusal batch.Refusal
	var rule *ProtocolError
	var damage *batch.DamageError
	if c.settled && !errors.As(err, &refusal) && !errors.As(err, &rule) && !errors.As(err, &damage) {
		return nil
	}
	return err
}

// look is when silence has to be looked at: to ask for a sign of life, or to give
// the run up.
func (c *caller) look() time.Time {
	end := c.heard.Add(c.patience())
	if at := c.lookAside(); !at.IsZero() && at.Before(end) {
		end = at
	}
	strange, _ := c.strange()
	if c.settled {
		return end
	}
	if at := c.doubt.due(strange); c.Probe != nil && c.broken == nil && at.Before(end) {
		return at
	}
	return end
}

// handshake is about what TCP, TLS and the head of a request take, in bytes.
const handshake = 3000

// suspicion is how long silence is nothing: until the first of what is on the
// way must have been acknowledged.
func (c *caller) suspicion() time.Duration {
	first := int64(0)
	switch {
	case !c.met: // the connection may have to be made first
		return c.pace.suspicion(c.opening+handshake) + 3*c.pace.rtt
	case len(c.flight) > 0:
		first = c.flight[0].size
	case c.answered < len(c.offers):
		first = c.opening
	case !c.sated():
		first = catalogue.LeafSize
	}
	return c.pace.suspicion(first)
}

// ask asks for a sign of life, unless that was done.
func (c *caller) ask(ctx context.Context) {
	if c.Probe == nil || c.broken != nil || c.settled {
		return
	}
	if strange, packets := c.strange(); !time.Now().Before(strange) {
		c.doubt.ask(ctx, c.Probe, packets)
	}
}

// patience is how long the peer may say nothing. When writing failed it may
// have said why before, which is still to be read.
func (c *caller) patience() time.Duration {
	if c.broken != nil {
		return lingering
	}
	if c.settled {
		return c.pace.farewell()
	}
	outstanding := c.bytes
	if c.answered < len(c.offers) {
		outstanding += c.opening
	}
	return c.pace.patience(outstanding + int64(len(c.down.asked))*catalogue.LeafSize)
}

// prepare lists what is offered, in the order in which it will be sent.
func (c *caller) prepare(ctx context.Context) error {
	offers, err := c.out.Offers(ctx)
	if err != nil {
		return fmt.Errorf("list what waits to be sent: %w", err)
	}
	c.offers = offers[:min(len(offers), MaxOffers)]
	var lanes [batch.Attachments + 1][]*chain
	tails := 0
	for i, o := range c.offers {
		if tails += len(o.Tails); tails > MaxChains {
			c.offers = c.offers[:i]
			break
		}
		for _, t := range o.Tails {
			if c.at[t.Chain] != nil { // what is to be sent of it, an earlier offer says
				continue
			}
			ch := &chain{Tail: t, next: t.First}
			if h, ok := c.known[t.Chain]; ok {
				ch.next = max(ch.next, h.Seq+1)
			}
			c.at[t.Chain] = ch
			lanes[t.Lane] = append(lanes[t.Lane], ch)
		}
	}
	for _, l := range lanes {
		c.chains = append(c.chains, l...)
	}
	c.attached = len(lanes[batch.Previews])+len(lanes[batch.Attachments]) > 0 || c.Self.Role == batch.RoleHub
	return nil
}

// settle notes whether anything still waits for a receipt. If not, the peer's
// goodbye is a courtesy, and a link that breaks before it has broken nothing.
func (c *caller) settle(ctx context.Context) error {
	if !c.bye || c.settled {
		return nil
	}
	offers, err := c.out.Offers(ctx)
	if err != nil {
		return fmt.Errorf("list what waits to be sent: %w", err)
	}
	c.settled = !slices.ContainsFunc(offers, func(o batch.Offer) bool { return len(o.Tails) > 0 })
	return nil
}

// write hands b to the writing goroutine; the run goes on meanwhile.
func (c *caller) write(b []byte) {
	c.writing = true
	c.wire.ended.Go(func() { c.wrote <- c.wire.write(b) })
}

// hear takes in what the peer has said.
func (c *caller) hear(ctx context.Context) error {
	frames, err := c.wire.take()
	c.heard = time.Now()
	if len(frames) > 0 {
		c.spoken = c.heard
	}
	for len(frames) > 0 {
		if c.report.Complete {
			c.report.Complete = false
			return &ProtocolError{"goodbye is the last word"}
		}
		n := 1
		for c.met && n < len(frames) && frames[0].Type == batch.FramePiece && frames[n].Type == batch.FramePiece {
			n++
		}
		if c.frames += n; c.frames > MaxFrames {
			return &ProtocolError{fmt.Sprintf("at most %d frames in a run", MaxFrames)}
		}
		if c.met && frames[0].Type == batch.FramePiece {
			if err := c.takePieces(ctx, frames[:n]); err != nil {
				return err
			}
		} else if err := c.handle(ctx, frames[0]); err != nil {
			return err
		}
		frames = frames[n:]
	}
	if err == nil && len(c.fresh) > 0 && time.Since(c.flushed) > 2*time.Second {
		err = c.remember(ctx)
	}
	if err = cut(err); err == errCut && c.broken != nil {
		err = c.broken
	}
	return err
}

// remember tells the outbox what the peer has made durable.
func (c *caller) remember(ctx context.Context) error {
	if len(c.fresh) == 0 {
		return nil
	}
	have := make([]batch.Have, 0, len(c.fresh))
	for _, ch := range c.chains {
		if h, ok := c.fresh[ch.Chain]; ok {
			have = append(have, h)
		}
	}
	clear(c.fresh)
	c.flushed = time.Now()
	if err := c.out.Delivered(ctx, c.report.Peer, have); err != nil {
		return fmt.Errorf("remember what was delivered: %w", err)
	}
	return nil
}

func (c *caller) handle(ctx context.Context, f batch.Frame) error {
	if !c.met && f.Type != batch.FrameHello && f.Type != batch.FrameRefusal {
		return &ProtocolError{"a hello comes first"}
	}
	switch f.Type {
	case batch.FrameHello:
		return c.meetPeer(ctx, f.Hello)
	case batch.FrameHave:
		return c.peerHas(ctx, f.Have)
	case batch.FrameAck:
		return c.acked(f.Ack)
	case batch.FrameWant:
		return c.want(f.Want)
	case batch.FrameRefusal:
		return c.refusedBy(ctx, f.Refusal)
	case batch.FrameCustody:
		return c.out.TakeCustody(ctx, f.Custody)
	case batch.FrameReceipts:
		return c.takeReceipts(ctx, f.Receipts)
	case batch.FrameCentre:
		return c.takeCentre(ctx, f.Centre)
	case batch.FrameRevoked:
		return c.takeRevocations(ctx, f.Revoked)
	case batch.FramePublished:
		return c.takePublished(ctx, f.Published)
	case batch.FrameSums:
		return c.takeSums(ctx, f.Sums)
	case batch.FrameClarified:
		return c.takeClarifications(ctx, f.Clarified)
	case batch.FrameBye:
		if !c.bye {
			return &ProtocolError{"the caller says goodbye first"}
		}
		if len(c.flight) > 0 {
			return &ProtocolError{"what was sent is acknowledged before goodbye"}
		}
		c.report.Complete = true
		return nil
	}
	return &ProtocolError{fmt.Sprintf("frame %d goes the other way", f.Type)}
}

func (c *caller) meetPeer(ctx context.Context, h batch.Hello) (err error) {
	if c.met {
		return &ProtocolError{"one hello opens a run"}
	}
	c.met = true // its time says nothing: a peer speaks without having heard us
	c.report.Peer, c.report.Skew, err = c.meet(h)
	c.version = min(h.Newest, batch.ProtocolVersion)
	if c.known == nil || c.formerly != c.report.Peer.ID { // or another one at the same address
		c.known = map[batch.Chain]batch.Have{}
	}
	if err == nil {
		err = errors.Join(c.subscribe(ctx, h), c.wonder(ctx))
	}
	return err
}

func (c *caller) takeReceipts(ctx context.Context, rs batch.Receipts) error {
	err := c.out.TakeReceipts(ctx, rs)
	switch {
	case errors.Is(err, batch.ErrUnlinked):
		return nil
	case errors.Is(err, batch.ErrKnown):
		return c.settle(ctx)
	}
	if err == nil {
		c.report.Receipts += len(rs.Entries)
		err = c.settle(ctx)
	}
	return err
}

func (c *caller) takeRevocations(ctx context.Context, rs []identity.Revocation) error {
	if c.revoked += len(rs); c.revoked > batch.MaxRevocations {
		return &ProtocolError{fmt.Sprintf("at most %d revocations", batch.MaxRevocations)}
	}
	taker, takes := c.out.(RevocationTaker)
	if !takes {
		return nil
	}
	if err := taker.TakeRevocations(ctx, c.report.Peer, rs); err != nil {
		return fmt.Errorf("keep revocations: %w", err)
	}
	return nil
}

func (c *caller) takeCentre(ctx context.Context, raw []byte) error {
	var centre identity.Centre
	err := centre.UnmarshalBinary(raw)
	if err == nil {
		err = c.out.TakeCentre(ctx, centre)
	}
	if err != nil {
		return fmt.Errorf("take the centre's card: %w", err)
	}
	c.report.Again = true
	return nil
}
