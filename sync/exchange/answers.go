package exchange

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"baraza.example/sync/batch"
)

const (
	askAtOnce  = 512      // leaves that may be asked for and not yet here
	maxLacking = 16 << 10 // leaves a caller may say it lacks before it is asked for no more
)

// takeLeaves keeps leaves and acknowledges them.
func (s *server) takeLeaves(ctx context.Context, fs []batch.Frame) error {
	for _, f := range fs {
		l := f.Leaf
		delete(s.asked, leafKey{l.Attachment, l.Index})
		err := s.in.AcceptLeaf(ctx, l)
		var refusal batch.Refusal
		switch {
		case err == nil:
			s.report.Leaves++
			s.leaves = true
			continue
		case errors.As(err, &refusal):
		case errors.Is(err, batch.ErrLeaf):
			refusal = batch.Refusal{Code: batch.RefusedMalformed, Detail: err.Error()}
		default:
			return fmt.Errorf("keep a leaf: %w", err)
		}
		refusal.Record = l.Attachment
		s.report.Refused = append(s.report.Refused, refusal)
		s.say(batch.Frame{Type: batch.FrameRefusal, Refusal: refusal})
		s.skip(l.Attachment, l.Index)
		if s.misses++; s.misses > MaxMisses {
			return batch.Refusal{Code: batch.RefusedBusy, Detail: "too many refused leaves", After: 60}
		}
	}
	return s.acknowledge(ctx, len(fs))
}

// takeLacking notes which leaves don't come in this run: the caller has them neither, or
// they came over another connection.
func (s *server) takeLacking(ctx context.Context, fs []batch.Frame) error {
	for _, f := range fs {
		for _, r := range f.Want.Ranges {
			for i := r[0]; i < r[1]; i++ {
				if !s.asked[leafKey{f.Want.Attachment, i}] {
					return &ProtocolError{"a caller lacks what it was asked for"}
				}
				s.skip(f.Want.Attachment, i)
				s.leaves = true
			}
		}
	}
	return s.acknowledge(ctx, len(fs))
}

// skip leaves out a leaf for the rest of the run.
func (s *server) skip(attachment batch.RecordID, index uint32) {
	k := leafKey{attachment, index}
	delete(s.asked, k)
	s.lacking[k] = true
}

// ask wants leaves of the origins offered, a few hundred at a time.
func (s *server) ask(ctx context.Context) error {
	if !s.more || len(s.asked) > askAtOnce/4 || len(s.lacking) > maxLacking || len(s.origins) == 0 {
		return nil
	}
	most := askAtOnce + len(s.asked) + len(s.lacking)
	wants, err := s.in.Wants(ctx, s.origins, most)
	if err != nil {
		return fmt.Errorf("look up what is wanted: %w", err)
	}
	listed := 0
	for _, w := range wants {
		ask := batch.Want{Attachment: w.Attachment}
		for _, r := range w.Ranges {
			for i := r[0]; i < r[1] && listed < most; i++ {
				listed++
				if k := (leafKey{w.Attachment, i}); len(s.asked) < askAtOnce && !s.asked[k] && !s.lacking[k] {
					s.asked[k] = true
					ask.Ranges = appendIndex(ask.Ranges, i)
				}
			}
		}
		if len(ask.Ranges) > 0 {
			s.waits = true
			s.say(batch.Frame{Type: batch.FrameWant, Want: ask})
		}
	}
	s.more = listed >= most || len(s.asked) >= askAtOnce
	return nil
}

// appendIndex adds i to ranges that end before it.
func appendIndex(ranges [][2]uint32, i uint32) [][2]uint32 {
	if n := len(ranges); n > 0 && ranges[n-1][1] == i {
		ranges[n-1][1]++
		return ranges
	}
	return append(ranges, [2]uint32{i, i + 1})
}

// flush sends receipts and custody for what came in the run. Custody at the
// end covers all that was offered, for the word of an earlier run may have
// been lost on the way.
func (s *server) flush(ctx context.Context, last bool) error {
	whole := last || s.whole()
	s.flushed, s.since = time.Now(), 0
	if err := s.flushReceipts(ctx, whole); err != nil {
		return err
	}
	if whole {
		s.leaves, s.waits = false, false
	}
	var chains []batch.Chain
	listed := map[batch.Chain]bool{}
	for _, o := range s.offers {
		for _, t := range o.Tails {
			if !listed[t.Chain] && (s.touched[t.Chain] || last && o.held && !s.vouched[t.Chain]) {
				listed[t.Chain] = true
				chains = append(chains, t.Chain)
			}
		}
	}
	clear(s.touched)
	for part := range slices.Chunk(chains, maxCustody) {
		word, err := s.in.Custody(ctx, part)
		if err != nil {
			return fmt.Errorf("sign custody: %w", err)
		}
		if word == nil {
			return nil
		}
		if len(word.Held) > 0 {
			s.say(batch.Frame{Type: batch.FrameCustody, Custody: *word})
		}
		for _, ch := range part {
			s.vouched[ch] = true
		}
	}
	return nil
}

const maxCustody = 2000 // chains in one word of custody

// flushReceipts asks the centre again, narrowed to what has come since. A hub
// is not asked: what it has was sent for the offers, and it drops what a
// caller says it holds.
func (s *server) flushReceipts(ctx context.Context, whole bool) error {
	if s.Self.Role != batch.RoleCentre {
		return nil
	}
	came := map[batch.Chain]batch.Tail{}
	for _, h := range s.pending {
		t, known := came[h.Chain]
		if !known {
			t = batch.Tail{Chain: h.Chain, First: h.Seq, Top: h}
		}
		t.First = min(t.First, h.Seq)
		if h.Seq > t.Top.Seq {
			t.Top = h
		}
		came[h.Chain] = t
	}
	for _, o := range s.offers {
		narrow := batch.Offer{Origin: o.Origin, Position: o.position}
		for _, t := range o.Tails {
			n, fresh := came[t.Chain]
			switch {
			case whole && s.leaves && t.Lane == batch.Attachments:
				narrow.Tails = append(narrow.Tails, t) // leaves may have completed what was here before, too
			case fresh:
				narrow.Tails = append(narrow.Tails, n)
			}
		}
		if len(narrow.Tails) == 0 {
			continue
		}
		if err := s.receipts(ctx, o, narrow); err != nil {
			return err
		}
	}
	return nil
}

// receipts sends what there is for an offer.
func (s *server) receipts(ctx context.Context, o *offered, ask batch.Offer) error {
	rs, err := s.in.Receipts(ctx, ask)
	if err != nil {
		return fmt.Errorf("find receipts: %w", err)
	}
	for _, r := range rs {
		s.say(batch.Frame{Type: batch.FrameReceipts, Receipts: r})
		s.report.Receipts += len(r.Entries)
		o.position = batch.Position{Size: r.Checkpoint.Size, Root: r.Checkpoint.Hash}
		for _, e := range r.Entries {
			delete(s.pending, e.Record)
		}
	}
	return nil
}
