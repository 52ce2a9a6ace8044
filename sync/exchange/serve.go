package exchange

import (
	"context"
	"errors"
	"fmt"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// Serve is the serving side of one exchange. It closes conn. A caller that
// breaks the rules, or falls silent, is dropped.
func Serve(ctx context.Context, conn Conn, in Inbox, o Options) (Report, error) {
	start := time.Now()
	if o.Silence <= 0 {
		o.Silence = 2 * time.Minute
	}
	s := &server{Options: o, in: in, wire: newWire(conn, o.Silence, make(chan struct{}, 1)), spoken: map[identity.ID]bool{},
		copies: map[batch.Chain]int{}, first: map[batch.Chain]batch.Seq{}, held: map[batch.Chain]batch.Have{}, forked: map[incarnation]bool{}, proved: map[identity.ID]bool{}, pending: map[batch.RecordID]batch.Have{},
		touched: map[batch.Chain]bool{}, lacks: map[batch.Chain]batch.Seq{}, vouched: map[batch.Chain]bool{}, asked: map[leafKey]bool{}, lacking: map[leafKey]bool{}, flushed: start}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	err := s.run(ctx)
	stop()
	if s.hangUp != nil {
		s.hangUp.Stop()
	}
	s.wire.close()
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	s.report.BytesUp, s.report.BytesDown = s.wire.read.Load(), s.wire.wrote.Load()
	o.logger().DebugContext(ctx, "exchange served", "peer", s.report.Peer.ID.Short(), "sent", s.report.Sent, "bytes_up", s.report.BytesUp,
		"bytes_down", s.report.BytesDown, "took", time.Since(start), "err", err)
	return s.report, err
}

// A server is the state of one run. Its goroutine decides and writes; another
// one reads ahead, so that what arrives during a commit goes into the next.
type server struct {
	Options
	in     Inbox
	wire   *wire
	report Report

	met     bool
	offers  []*offered
	spoken  map[identity.ID]bool // origins of the offers,
	origins []identity.ID        // in their order
	tails   int                  // in all offers
	copies  map[batch.Chain]int
	first   map[batch.Chain]batch.Seq
	held    map[batch.Chain]batch.Have
	forked  map[incarnation]bool // of which a record was refused as a fork
	frames  int
	acks    uint64               // frames that are durable or refused
	misses  int                  // records refused
	proved  map[identity.ID]bool // revoked origins of which the caller was shown the proof
	told    bool                 // what is asked back
	named   []batch.Named        // devices that the ask is of, too

	lacks   map[batch.Chain]batch.Seq     // tops that were offered and are not here
	waits   bool                          // something was lacking for which receipts are due once it is here
	vouched map[batch.Chain]bool          // chains in words of custody of this run, and nothing came since
	pending map[batch.RecordID]batch.Have // came in this run and have no receipt
	touched map[batch.Chain]bool          // came in since the last word of custody
	flushed time.Time
	since   int // records since then

	asked   map[leafKey]bool // and not answered
	lacking map[leafKey]bool // the caller has them neither
	more    bool             // the inbox may want more than was asked for
	leaves  bool             // some came since the last receipts

	publisher Publisher // nil: nothing is published
	gets      []batch.Get
	given     int

	out    []byte
	mute   error       // why nothing more can be said
	hangUp *time.Timer // then: nothing may come for ever either
}

// offered is an offer and how far its receipts have been sent in this run.
type offered struct {
	batch.Offer
	position batch.Position
	held     bool // something of its tails is held here
}

// incarnation is the life of one store.
type incarnation struct {
	origin identity.ID
	number uint64
}

type leafKey struct {
	attachment batch.RecordID
	index      uint32
}

const (
	flushEvery   = 10 * time.Second // receipts and custody are coalesced for that long,
	flushRecords = 64               // or for so many records
	maxPending   = 10_000           // records watched for their receipts; others get theirs in the next run
	groupRecords = 500              // records in one commit
)

func (s *server) run(ctx context.Context) error {
	work := context.WithoutCancel(ctx) // its end closes the connection: what was read until then is kept
	hello := s.hello()
	if err := s.helloPublished(work, &hello.Hello); err != nil {
		return s.giveUp(ctx, err)
	}
	s.say(hello)
	s.send()
	for !s.report.Complete {
		err := s.await(work)
		if err != nil {
			return s.giveUp(ctx, err)
		}
		frames, err := s.wire.take()
		if err == nil {
			err = s.process(work, frames)
		} else {
			err = cut(err)
		}
		if s.mute != nil && (err != nil || s.report.Complete) {
			s.report.Complete = false // nobody heard it
			return s.mute
		}
		if err != nil {
			return s.giveUp(ctx, err)
		}
	}
	s.wire.linger()
	return nil
}

// await waits for frames, and gives meanwhile what was asked for.
func (s *server) await(ctx context.Context) error {
	for len(s.gets) > 0 && s.mute == nil {
		select {
		case <-s.wire.ready:
			return nil
		default:
		}
		if err := s.give(ctx); err != nil {
			return err
		}
	}
	<-s.wire.ready
	return nil
}

// giveUp tells the caller why the run ends, as far as that can be told.
func (s *server) giveUp(ctx context.Context, err error) error {
	var refusal batch.Refusal
	var rule *ProtocolError
	var damage *batch.DamageError
	switch {
	case errors.Is(err, errCut), errors.Is(err, ErrStalled), ctx.Err() != nil, s.wire.silent.Load():
		return err
	case errors.As(err, &refusal):
		refusal.Record = batch.RecordID{}
	case errors.As(err, &rule), errors.As(err, &damage):
		refusal = batch.Refusal{Code: batch.RefusedMalformed, Detail: err.Error()}
	default: // our own trouble, whose details are nobody else's
		refusal = batch.Refusal{Code: batch.RefusedBusy, After: 60}
	}
	s.say(batch.Frame{Type: batch.FrameRefusal, Refusal: refusal})
	if s.send(); s.mute == nil {
		s.wire.linger()
	}
	return err
}

func (s *server) say(f batch.Frame) { s.out = f.Append(s.out) }

// send says it. Where that fails the run is over, but what the caller had sent until
// then is on this side of the cut, and is kept.
func (s *server) send() {
	if len(s.out) > 0 && s.mute == nil {
		if s.mute = cut(s.wire.write(s.out)); s.mute != nil {
			s.hangUp = time.AfterFunc(lingering, func() { s.wire.conn.Close() })
		}
	}
	s.out = nil
}

// process takes frames that came together: neighbours of one type are one
// commit, and what is said of them goes out before the next.
func (s *server) process(ctx context.Context, frames []batch.Frame) error {
	for len(frames) > 0 {
		if s.report.Complete {
			s.report.Complete = false
			return &ProtocolError{"goodbye is the last word"}
		}
		n := 1
		for n < len(frames) && n < groupRecords && frames[n].Type == frames[0].Type {
			n++
		}
		if s.frames += n; s.frames > MaxFrames {
			return batch.Refusal{Code: batch.RefusedBusy, Detail: "the run is long enough", After: 1}
		}
		if err := s.handle(ctx, frames[:n]); err != nil {
			return err
		}
		frames = frames[n:]
		if len(frames) == 0 && s.whole() {
			break // its receipts go with the acknowledgement
		}
		s.send()
	}
	if s.since >= flushRecords || time.Since(s.flushed) > flushEvery || s.whole() {
		if err := s.flush(ctx, false); err != nil {
			return err
		}
	}
	s.send()
	return nil
}

// whole reports whether something that was lacking came and now all that was
// offered is here: its receipts need not wait for goodbye, which a cut may keep
// away.
func (s *server) whole() bool {
	return s.waits && len(s.lacks) == 0 && len(s.asked) == 0 && !s.more
}

func (s *server) handle(ctx context.Context, fs []batch.Frame) error {
	if !s.met && fs[0].Type != batch.FrameHello {
		return &ProtocolError{"a hello comes first"}
	}
	switch fs[0].Type {
	case batch.FrameHello:
		return s.meetCaller(ctx, fs)
	case batch.FrameOffer:
		return s.takeOffers(ctx, fs)
	case batch.FrameRecord:
		return s.takeRecords(ctx, fs)
	case batch.FrameLeaf:
		return s.takeLeaves(ctx, fs)
	case batch.FrameWant:
		return s.takeLacking(ctx, fs)
	case batch.FrameGet:
		return s.takeGets(fs)
	case batch.FrameAsk:
		return s.clarify(ctx, fs)
	case batch.FrameNamed:
		return s.takeNamed(fs)
	case batch.FrameBye:
		if len(fs) > 1 {
			return &ProtocolError{"goodbye is the last word"}
		}
		if err := s.flush(ctx, true); err != nil {
			return err
		}
		s.say(batch.Frame{Type: batch.FrameBye})
		s.report.Complete = true
		return nil
	}
	return &ProtocolError{fmt.Sprintf("frame %d goes the other way", fs[0].Type)}
}

func (s *server) meetCaller(ctx context.Context, fs []batch.Frame) (err error) {
	if s.met || len(fs) > 1 {
		return &ProtocolError{"one hello opens a run"}
	}
	s.met = true
	h := fs[0].Hello
	if s.report.Peer, s.report.Skew, err = s.meet(h); err != nil {
		return err
	}
	if h.Role == batch.RoleHub {
		if err := s.tellRevoked(ctx, func(rs []identity.Revocation) []identity.Revocation {
			if batch.RevocationsHash(rs) == h.Revoked {
				return nil
			}
			return rs
		}); err != nil {
			return err
		}
	}
	centre, err := s.in.Centre(ctx)
	if err != nil || centre == nil || CentreHash(*centre) == h.Centre {
		return err
	}
	raw, err := centre.MarshalBinary()
	if err != nil {
		return err
	}
	s.say(batch.Frame{Type: batch.FrameCentre, Centre: raw})
	return nil
}

// takeOffers answers each offer with one have frame, after the leaves that
// are wanted and before the receipts.
func (s *server) takeOffers(ctx context.Context, fs []batch.Frame) error {
	var tails []batch.Tail
	before := len(s.offers)
	for _, f := range fs {
		o := &offered{Offer: f.Offer, position: f.Offer.Position}
		s.offers = append(s.offers, o)
		if !s.spoken[o.Origin] {
			s.spoken[o.Origin] = true
			s.origins = append(s.origins, o.Origin)
		}
		s.tails += len(o.Tails)
		for _, t := range o.Tails { // the first tail of a chain says what is to be sent of it
			if s.first[t.Chain] == 0 {
				s.first[t.Chain] = t.First
				tails = append(tails, t)
			}
			if s.copies[t.Chain]++; s.copies[t.Chain] > MaxCopies {
				return &ProtocolError{fmt.Sprintf("a chain is in %d offers at most", MaxCopies)}
			}
		}
	}
	if len(s.offers) > MaxOffers || s.tails > MaxChains {
		return &ProtocolError{fmt.Sprintf("at most %d offers and %d chains", MaxOffers, MaxChains)}
	}
	have, err := s.in.Have(ctx, tails)
	if err != nil {
		return fmt.Errorf("look up what is held: %w", err)
	}
	for _, h := range have {
		s.held[h.Chain] = h
	}
	for _, t := range tails {
		if s.held[t.Chain].Seq < t.Top.Seq {
			s.lacks[t.Chain], s.waits = t.Top.Seq, true
		}
	}
	s.more = true
	if err := s.ask(ctx); err != nil {
		return err
	}
	fresh := s.offers[before:]
	for _, o := range fresh {
		var held []batch.Have
		for _, t := range o.Tails {
			if h, ok := s.held[t.Chain]; ok {
				held = append(held, h)
			}
		}
		o.held = len(held) > 0
		s.say(batch.Frame{Type: batch.FrameHave, Have: held})
	}
	s.send() // before anything that takes time
	for _, o := range fresh {
		if err := s.receipts(ctx, o, o.Offer); err != nil {
			return err
		}
	}
	return nil
}

// takeRecords commits what came together and acknowledges it.
func (s *server) takeRecords(ctx context.Context, fs []batch.Frame) error {
	records := make([]batch.Carried, len(fs))
	for i, f := range fs {
		records[i] = f.Record
		if s.first[f.Record.Chain] == 0 {
			return &ProtocolError{"records are of chains that were offered"}
		}
	}
	outcomes, err := s.accept(ctx, records)
	if err != nil {
		return fmt.Errorf("keep %d records: %w", len(records), err)
	}
	for i, o := range outcomes {
		r := records[i]
		if o.Refusal != nil {
			refusal := *o.Refusal
			refusal.Record = r.ID
			s.report.Refused = append(s.report.Refused, refusal)
			if err := s.explain(ctx, refusal, r.Origin); err != nil {
				return err
			}
			s.say(batch.Frame{Type: batch.FrameRefusal, Refusal: refusal})
			if s.misses++; s.misses > MaxMisses {
				return batch.Refusal{Code: batch.RefusedBusy, Detail: "too many refused records", After: 60}
			}
			continue
		}
		s.report.Sent++
		s.since++
		s.more = s.more || r.Kind == batch.KindAttachment
		s.touched[r.Chain] = true
		delete(s.vouched, r.Chain)
		if r.Seq >= s.lacks[r.Chain] {
			delete(s.lacks, r.Chain)
		}
		if len(s.pending) < maxPending {
			s.pending[r.ID] = r.Have()
		}
	}
	return s.acknowledge(ctx, len(fs))
}

// accept has the inbox take records. A store that was copied goes on in chains
// that are not its own: where one of them was refused for that, the inbox isn't
// shown what its sender had already sent of the others.
func (s *server) accept(ctx context.Context, records []batch.Carried) ([]Outcome, error) {
	outcomes := make([]Outcome, len(records))
	for from := 0; from < len(records); {
		to := from + 1
		for to < len(records) && (records[to].Lane == batch.Control) == (records[from].Lane == batch.Control) {
			to++
		}
		var shown []batch.Carried
		var at []int
		for i, r := range records[from:to] {
			if s.forked[incarnation{r.Origin, r.Incarnation}] {
				outcomes[from+i].Refusal = &batch.Refusal{Code: batch.RefusedFork, Detail: "an earlier record of the same store was refused"}
				continue
			}
			shown, at = append(shown, r), append(at, from+i)
		}
		if len(shown) > 0 {
			taken, err := s.in.Accept(ctx, s.report.Peer, shown, s.first)
			if err != nil {
				return nil, err
			}
			if len(taken) != len(shown) {
				return nil, fmt.Errorf("%d outcomes", len(taken))
			}
			for i, o := range taken {
				outcomes[at[i]] = o
				if o.Refusal != nil && o.Refusal.Code == batch.RefusedFork {
					s.forked[incarnation{shown[i].Origin, shown[i].Incarnation}] = true
				}
			}
		}
		from = to
	}
	return outcomes, nil
}

// acknowledge counts n frames as dealt with, after asking for what they made
// us want: a caller to whom all is acknowledged knows all that is wanted.
func (s *server) acknowledge(ctx context.Context, n int) error {
	if err := s.ask(ctx); err != nil {
		return err
	}
	s.acks += uint64(n)
	s.say(batch.Frame{Type: batch.FrameAck, Ack: s.acks})
	return nil
}
