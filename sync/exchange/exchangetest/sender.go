package exchangetest

import (
	"context"
	"slices"
	"sync"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

// A Sender is an Outbox in memory for what one Author made.
type Sender struct {
	Author *Author

	*Library // of what the centre published

	mu         sync.Mutex
	centre     *identity.Centre
	checkpoint batch.Checkpoint
	receipts   map[batch.RecordID]batch.Receipt
	Custody    []batch.Custody // in the order taken
	Forks      []batch.Have    // that Diverged was told of
	Refusals   []batch.Refusal
	Known      map[identity.ID]map[batch.Chain]batch.Have // what Delivered was told
	Lacks      map[batch.RecordID]bool                    // attachments whose leaves are not here
}

var _ exchange.Outbox = (*Sender)(nil)

// NewSender returns the outbox of an author.
func NewSender(a *Author) *Sender {
	return &Sender{Author: a, Library: NewLibrary(a.centre), receipts: map[batch.RecordID]batch.Receipt{}, Known: map[identity.ID]map[batch.Chain]batch.Have{}, Lacks: map[batch.RecordID]bool{}}
}

// Self is what the sender says of itself.
func (s *Sender) Self() exchange.Peer {
	return exchange.Peer{ID: s.Author.Identity.ID(), Role: batch.RoleDevice}
}

// Received is how many records have a receipt whose proof held.
func (s *Sender) Received() int { s.mu.Lock(); defer s.mu.Unlock(); return len(s.receipts) }

// Offers implements exchange.Outbox.
func (s *Sender) Offers(context.Context) ([]batch.Offer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := batch.Offer{Origin: s.Author.Identity.ID(), Position: batch.Position{Size: s.checkpoint.Size, Root: s.checkpoint.Hash}}
	for _, r := range s.Author.Records {
		i := slices.IndexFunc(o.Tails, func(t batch.Tail) bool { return t.Chain == r.Chain })
		if _, received := s.receipts[r.ID]; i < 0 && !received {
			o.Tails = append(o.Tails, batch.Tail{Chain: r.Chain, First: r.Seq, Top: r.Have()})
		} else if i >= 0 {
			o.Tails[i].Top = r.Have()
		}
	}
	return []batch.Offer{o}, nil
}

// Records implements exchange.Outbox.
func (s *Sender) Records(_ context.Context, chain batch.Chain, after batch.Seq, most int) (out []batch.Carried, err error) {
	for _, r := range s.Author.Records {
		if r.Chain != chain || r.Seq <= after {
			continue
		}
		if most -= len(r.Envelope); most < 0 && len(out) > 0 {
			break
		}
		out = append(out, r)
	}
	return out, nil
}

// Leaf implements exchange.Outbox.
func (s *Sender) Leaf(_ context.Context, attachment batch.RecordID, index uint32) (batch.Leaf, error) {
	ls := s.Author.Leaves[attachment]
	if int(index) >= len(ls) || s.Lacks[attachment] {
		return batch.Leaf{}, exchange.ErrNoLeaf
	}
	return batch.Leaf{Attachment: attachment, Index: index, Sealed: ls[index]}, nil
}

// Holds implements exchange.Outbox.
func (s *Sender) Holds(_ context.Context, h batch.Have) (bool, error) {
	return slices.ContainsFunc(s.Author.Records, func(r batch.Carried) bool { return r.Have() == h }), nil
}

// Diverged implements exchange.Outbox.
func (s *Sender) Diverged(_ context.Context, _ exchange.Peer, h batch.Have) (again bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Forks = append(s.Forks, h)
	return true, nil
}

// Delivered implements exchange.Outbox.
func (s *Sender) Delivered(_ context.Context, peer exchange.Peer, have []batch.Have) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Known[peer.ID] == nil {
		s.Known[peer.ID] = map[batch.Chain]batch.Have{}
	}
	for _, h := range have {
		s.Known[peer.ID][h.Chain] = h
	}
	return nil
}

// TakeCustody implements exchange.Outbox.
func (s *Sender) TakeCustody(_ context.Context, c batch.Custody) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Custody = append(s.Custody, c)
	return nil
}

// TakeReceipts implements exchange.Outbox.
func (s *Sender) TakeReceipts(_ context.Context, rs batch.Receipts) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	receipts, err := rs.Check(LogName(s.Author.centre), s.checkpoint)
	if err != nil {
		return err
	}
	for _, r := range receipts {
		s.receipts[r.Record] = r
	}
	s.checkpoint = rs.Checkpoint
	return nil
}

// TakeCentre implements exchange.Outbox.
func (s *Sender) TakeCentre(_ context.Context, c identity.Centre) error {
	if c.Root() != s.Author.centre.Root() {
		return identity.ErrOtherRoot
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.centre = &c
	return nil
}

// Centre is the card taken last, nil if none.
func (s *Sender) Centre() *identity.Centre { s.mu.Lock(); defer s.mu.Unlock(); return s.centre }

// Refused implements exchange.Outbox.
func (s *Sender) Refused(_ context.Context, _ exchange.Peer, r batch.Refusal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Refusals = append(s.Refusals, r)
	return nil
}
