package storage

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// A device whose folder was copied goes on in two places. Until one of them
// finds out, both use one incarnation, and stand at different places in the
// centre's log: receipts that lead on for the one are of no use to the other.
// So receipts are kept for each copy apart, in a line of its own, and a copy is
// known by where it stands.

// incarnationState is what is kept of an incarnation of another device.
type incarnationState struct {
	Fork  *divergence `cbor:"1,keyasint,omitempty"`
	Lines []line      `cbor:"2,keyasint,omitempty"`
	Next  uint64      `cbor:"3,keyasint,omitempty"` // number of the next line
}

// divergence is an entry of a peer that contradicts what is carried: some copy
// of the device will hold it, and the one that doesn't must learn of it.
type divergence struct {
	Lane   batch.Lane  `cbor:"1,keyasint"`
	Seq    batch.Seq   `cbor:"2,keyasint"`
	Hash   [8]byte     `cbor:"3,keyasint"`
	Time   int64       `cbor:"4,keyasint"`
	Peer   identity.ID `cbor:"5,keyasint"`
	Centre bool        `cbor:"6,keyasint,omitempty"` // it is the centre's: what is carried can never be received
}

// line is what is kept for one copy.
type line struct {
	Number uint64      `cbor:"1,keyasint"`
	From   logPosition `cbor:"2,keyasint"`           // where the copy stood when it last came by
	Next   logPosition `cbor:"3,keyasint"`           // where the receipts kept for it end
	Lacks  []span      `cbor:"4,keyasint,omitempty"` // what it said is without receipts
	Asking bool        `cbor:"5,keyasint,omitempty"` // some of these came by once, and are to be asked for again
	Kept   uint64      `cbor:"6,keyasint,omitempty"` // number of the next receipts kept
	Seen   int64       `cbor:"7,keyasint"`           // when the copy last came by
	Handed uint64      `cbor:"8,keyasint,omitempty"` // number of the first receipts that it was not handed then
}

// span is a part of a lane.
type span struct {
	Lane  batch.Lane `cbor:"1,keyasint"`
	First batch.Seq  `cbor:"2,keyasint"`
	Top   batch.Seq  `cbor:"3,keyasint"`
}

const (
	maxLines = 4   // copies of one incarnation for which receipts are kept
	maxKept  = 256 // receipts kept in a line; the centre can be asked again
)

// storeKey names an incarnation in keys.
func storeKey(c batch.Chain) string { return string(c.Origin[:]) + number(c.Incarnation) }

func lineKey(c batch.Chain, l line) string { return storeKey(c) + number(l.Number) }

func (m *Mailbox) copies(tx *Tx, c batch.Chain) (incarnationState, bool, error) {
	return lookup(m.incarnations.In(tx), storeKey(c))
}

func (m *Mailbox) setCopies(tx *Tx, c batch.Chain, st incarnationState) error {
	if err := m.incarnations.In(tx).Put(storeKey(c), st); err != nil {
		return err
	}
	for _, lane := range []batch.Lane{batch.Control, batch.Text, batch.Previews, batch.Attachments} {
		c.Lane = lane
		s, known, err := m.chain(tx, c)
		if err != nil {
			return err
		}
		if ask := st.asks(lane); known && s.Ask != ask {
			s.Ask = ask
			if err := m.setChain(tx, c, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// asks is the first record of a lane for whose receipt the centre is to be
// asked again, 0: none.
func (st incarnationState) asks(lane batch.Lane) (first batch.Seq) {
	for _, l := range st.Lines {
		if s, lacks := l.lacks(lane); lacks && l.Asking && (first == 0 || s.First < first) {
			first = s.First
		}
	}
	return first
}

func (l line) lacks(lane batch.Lane) (span, bool) {
	i := slices.IndexFunc(l.Lacks, func(s span) bool { return s.Lane == lane })
	if i < 0 {
		return span{}, false
	}
	return l.Lacks[i], true
}

func spansOf(o batch.Offer) (spans []span) {
	for _, t := range o.Tails {
		spans = append(spans, span{t.Lane, t.First, t.Top.Seq})
	}
	return spans
}

// givenUp reports whether nothing of the incarnation can be received any more
// but what is there already.
func (st incarnationState) givenUp() bool { return st.Fork != nil && st.Fork.Centre }

// begin makes an incarnation known with the first record that is kept of it:
// the offer that announced it came before.
func (m *Mailbox) begin(tx *Tx, c batch.Chain) error {
	_, known, err := m.copies(tx, c)
	if err != nil || known {
		return err
	}
	var st incarnationState
	if o, met := m.strangers.recall(storeKey(c)); met {
		st.add(line{From: positionOf(o.Position), Next: positionOf(o.Position), Lacks: spansOf(o), Seen: m.now()})
	}
	return m.setCopies(tx, c, st)
}

func (st *incarnationState) add(l line) int {
	l.Number = st.Next
	st.Next++
	st.Lines = append(st.Lines, l)
	return len(st.Lines) - 1
}

// visit finds the line of the copy that made an offer, or begins one, and drops
// from it what the copy has.
func (m *Mailbox) visit(tx *Tx, st *incarnationState, o batch.Offer) error {
	c, at := o.Tails[0].Chain, positionOf(o.Position)
	i, kept, err := m.lineAt(tx, *st, c, at)
	if err != nil {
		return err
	}
	if i < 0 {
		if err := m.makeRoom(tx, st, c); err != nil {
			return err
		}
		i = st.add(line{Next: at})
	}
	l := &st.Lines[i]
	reached, left := l.From == at, 0
	l.From, l.Lacks, l.Seen = at, spansOf(o), m.now()
	for _, w := range kept {
		here := w.at() == at
		reached = reached || here
		if reached && !(here && w.number() < l.Handed) { // else the copy has them
			left++
		} else if err := m.relayed.In(tx).Delete(w.key); err != nil {
			return err
		}
	}
	missing, err := m.missing(tx, c, *l)
	l.Asking = st.givenUp() || left == 0 && missing
	if l.Handed = l.Kept; left == 0 {
		l.Next = at
	}
	return err
}

// lineAt returns the line on which a position lies and what is kept in it that
// leads there or on from there; -1 if there is none.
func (m *Mailbox) lineAt(tx *Tx, st incarnationState, c batch.Chain, at logPosition) (int, []waiting, error) {
	for i, l := range st.Lines {
		kept, err := m.kept(tx, c, l)
		if err != nil {
			return -1, nil, err
		}
		if l.From == at || slices.ContainsFunc(kept, func(w waiting) bool { return w.at() == at }) {
			return i, kept, nil
		}
	}
	return -1, nil, nil
}

// makeRoom gives up the line whose copy has not come by for longest.
func (m *Mailbox) makeRoom(tx *Tx, st *incarnationState, c batch.Chain) error {
	if len(st.Lines) < maxLines {
		return nil
	}
	oldest := 0
	for i, l := range st.Lines {
		if l.Seen < st.Lines[oldest].Seen {
			oldest = i
		}
	}
	if err := m.dropKept(tx, c, st.Lines[oldest]); err != nil {
		return err
	}
	st.Lines = slices.Delete(st.Lines, oldest, oldest+1)
	return nil
}

func (m *Mailbox) dropKept(tx *Tx, c batch.Chain, l line) error {
	kept, err := m.kept(tx, c, l)
	for _, w := range kept {
		err = errors.Join(err, m.relayed.In(tx).Delete(w.key))
	}
	return err
}

// missing reports whether receipts that the line's copy lacks came by here once.
func (m *Mailbox) missing(tx *Tx, c batch.Chain, l line) (bool, error) {
	for _, lacks := range l.Lacks {
		c.Lane = lacks.Lane
		s, known, err := m.chain(tx, c)
		if err != nil || known && lacks.First < s.First && lacks.First <= s.Top {
			return true, err
		}
	}
	return false, nil
}

// useful reports whether the line's copy may lack one of these receipts. Of a
// record that is not here, only the copy can tell.
func (m *Mailbox) useful(tx *Tx, c batch.Chain, l line, rs batch.Receipts) (bool, error) {
	for _, e := range rs.Entries {
		p, found, err := lookup(m.places.In(tx), idKey(e.Record))
		if err != nil || !found {
			return true, err
		}
		lacks, of := l.lacks(p.Lane)
		if of && p.Incarnation == c.Incarnation && p.Seq >= lacks.First && p.Seq <= lacks.Top {
			return true, nil
		}
	}
	return false, nil
}

// relay keeps receipts in every line of their origin for which they are of use
// and lead on from what is kept there. The verdict is batch.ErrUnlinked where
// they were of use and led on from nowhere.
func (m *Mailbox) relay(tx *Tx, log batch.Log, rs batch.Receipts) (verdict, err error) {
	stores, err := m.storesOf(tx, rs.Origin)
	if err != nil {
		return nil, err
	}
	taken, lost := false, false
	for _, c := range stores {
		st, _, err := m.copies(tx, c)
		if err != nil {
			return nil, err
		}
		changed := false
		for i := range st.Lines {
			l := &st.Lines[i]
			useful, err := m.useful(tx, c, *l, rs)
			if err == nil && !useful && rs.Checkpoint.Size > l.Next.Size {
				useful, err = m.waits(tx, c, *l) // it may lead to others that are
			}
			if err != nil {
				return nil, err
			}
			if !useful {
				continue
			}
			// The position was the word of whoever came by: that receipts contradict
			// the log that leads there proves nothing against them, and only their
			// origin can tell.
			if _, err := rs.Check(log, l.Next.checkpoint()); errors.Is(err, batch.ErrFork) {
				m.log.Warn("receipts contradict the log that their origin is said to follow", "origin", rs.Origin.Short())
			} else if err != nil {
				lost = true
				continue
			}
			taken = true
			kept, err := m.keepIn(tx, c, l, rs)
			if err != nil {
				return nil, err
			}
			changed = changed || kept
		}
		if !changed {
			continue
		}
		if err := m.setCopies(tx, c, st); err != nil {
			return nil, err
		}
	}
	if lost && !taken {
		verdict = batch.ErrUnlinked
	}
	return verdict, nil
}

// storesOf lists the incarnations of an origin for whose copies something is kept.
func (m *Mailbox) storesOf(tx *Tx, origin identity.ID) (all []batch.Chain, err error) {
	prefix := string(origin[:])
	for item, err := range m.incarnations.In(tx).All(prefix) {
		if !strings.HasPrefix(item.Key, prefix) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(item.Value.Lines) > 0 {
			all = append(all, batch.Chain{Origin: origin, Incarnation: binary.BigEndian.Uint64([]byte(item.Key[16:]))})
		}
	}
	return all, nil
}

// waits reports whether receipts are still to come for the line's copy.
func (m *Mailbox) waits(tx *Tx, c batch.Chain, l line) (bool, error) {
	for _, lacks := range l.Lacks {
		c.Lane = lacks.Lane
		s, known, err := m.chain(tx, c)
		if err != nil || known && s.sends() && s.First <= lacks.Top {
			return true, err
		}
	}
	return l.Asking, nil
}

// keepIn keeps receipts in one line, unless they are there.
func (m *Mailbox) keepIn(tx *Tx, c batch.Chain, l *line, rs batch.Receipts) (bool, error) {
	kept, err := m.kept(tx, c, *l)
	if err != nil {
		return false, err
	}
	known := func(e batch.ReceiptLeaf) bool {
		return slices.ContainsFunc(kept, func(w waiting) bool { return slices.Contains(w.rs.Entries, e) })
	}
	if rs.Checkpoint.Size == l.Next.Size && !slices.ContainsFunc(rs.Entries, func(e batch.ReceiptLeaf) bool { return !known(e) }) {
		return false, nil
	}
	if len(kept) >= maxKept {
		l.Next, l.Asking = l.From, true
		return true, m.dropKept(tx, c, *l)
	}
	if err := m.relayed.In(tx).Put(lineKey(c, *l)+number(l.Kept), relayedReceipt{rs.Encode()}); err != nil {
		return false, err
	}
	l.Kept++
	l.Next = logPosition{rs.Checkpoint.Size, rs.Checkpoint.Hash}
	useful, err := m.useful(tx, c, *l, rs)
	l.Asking = l.Asking && !useful
	return true, err
}

// waiting are receipts kept for a copy.
type waiting struct {
	key string
	rs  batch.Receipts
}

func (w waiting) number() uint64 { return binary.BigEndian.Uint64([]byte(w.key[len(w.key)-8:])) }

// at is where they lead.
func (w waiting) at() logPosition { return logPosition{w.rs.Checkpoint.Size, w.rs.Checkpoint.Hash} }

func (m *Mailbox) kept(tx *Tx, c batch.Chain, l line) (all []waiting, err error) {
	prefix := lineKey(c, l)
	for item, err := range m.relayed.In(tx).All(prefix) {
		if !strings.HasPrefix(item.Key, prefix) {
			break
		}
		if err != nil {
			return nil, err
		}
		rs, err := batch.DecodeReceipts(item.Value.Receipts)
		if err != nil {
			return nil, errMailbox("receipts kept for %s: %v", c.Origin.Short(), err)
		}
		all = append(all, waiting{item.Key, rs})
	}
	return all, nil
}

// giveUp stops carrying an incarnation that the centre holds otherwise. Its
// origin still has all of it.
func (m *Mailbox) giveUp(tx *Tx, c batch.Chain) (gone []batch.RecordID, err error) {
	for _, lane := range []batch.Lane{batch.Control, batch.Text, batch.Previews, batch.Attachments} {
		c.Lane = lane
		s, known, err := m.chain(tx, c)
		if err != nil {
			return nil, err
		}
		if !known {
			continue
		}
		s.Abandoned = true
		if err := m.setChain(tx, c, s); err != nil {
			return nil, err
		}
		dropped, err := m.dropFrom(tx, c, s.First)
		if err != nil {
			return nil, err
		}
		gone = append(gone, dropped...)
	}
	return gone, nil
}

// dropFrom gives up the bodies of a chain and returns its attachments.
func (m *Mailbox) dropFrom(tx *Tx, c batch.Chain, first batch.Seq) (gone []batch.RecordID, err error) {
	prefix := chainKey(c)
	var left []batch.Seq
	for item, err := range m.entries.In(tx).All(seqKey(c, first)) {
		if !strings.HasPrefix(item.Key, prefix) {
			break
		}
		if err != nil {
			return nil, err
		}
		left = append(left, seqOf(item.Key))
	}
	for _, seq := range left {
		e, err := m.entries.In(tx).Get(seqKey(c, seq))
		if err != nil {
			return nil, err
		}
		p := recordPlace{c.Origin, c.Incarnation, c.Lane, seq}
		if err := errors.Join(m.drop(tx, p, &e), m.entries.In(tx).Put(seqKey(c, seq), e), m.refusals.In(tx).Delete(idKey(e.ID))); err != nil {
			return nil, err
		}
		if e.Kind == batch.KindAttachment {
			gone = append(gone, e.ID)
		}
	}
	return gone, nil
}
