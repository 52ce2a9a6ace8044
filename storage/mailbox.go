package storage

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// A Mailbox keeps records on their way to the centre, and what comes back. A
// device and a hub have the same one: a record whose origin is the store's own
// device is its own, all others are carried for somebody. It fits
// exchange.Outbox and hub.Custody.
//
// Nothing it does for one exchange depends on how much it holds: chains with
// records that wait for a receipt stand in an index of their own. Times are
// seconds since 1970 in UTC. Its tables are in docs/protocol/mailbox.md.
type Mailbox struct {
	store *Store
	self  identity.ID
	clock func() time.Time
	told  func(ctx context.Context, h batch.Have) (again bool, err error)
	log   *slog.Logger

	bodies       *Collection[body]             // by chain and sequence
	entries      *Collection[entryOf]          // by chain and sequence
	places       *Collection[recordPlace]      // by record id
	chains       *Collection[chainState]       // by chain
	pending      *Collection[pendingMark]      // by chain: those that wait for a receipt
	marks        *Collection[mark]             // by chain, what, peer and sequence
	refusals     *Collection[refusal]          // by record id; zero: of a whole run
	receipts     *Collection[receiptTaken]     // by record id, of own records
	origins      *Collection[originState]      // by origin
	incarnations *Collection[incarnationState] // by origin and incarnation
	relayed      *Collection[relayedReceipt]   // by origin, incarnation, line and number
	files        *Collection[OwnFile]          // by record id, of own attachments
	lacking      *Collection[lackingLeaves]    // by origin and record id, of others' attachments
	words        *Collection[custodyWord]      // by hub
	members      *Collection[membership]       // one value
	standings    *Collection[standing]         // one value
	revoked      *Collection[[]byte]           // identity.Revocation, by device and organisation's key
	publications *Collection[[]byte]           // catalogue.Publication, by number
	shelves      *Collection[shelved]          // by ID of the blob
	shelfLeaves  *Collection[[]byte]           // by ID of the blob and number

	questions     *Collection[carriedQuestion] // by number
	questionIDs   *Collection[uint64]          // by clarification's id
	questionsHeld *Collection[questionsHeld]   // one value
	asked         *Collection[uint64]          // by peer: up to which number its clarifications were taken
	visitors      *Collection[visitor]         // by device
	named         *Collection[bool]            // by device: those that came by since they were asked for
	clarified     func(tx *Tx, c batch.Clarification) error

	lastInvite lastRead[identity.Invite]
	lastCentre lastRead[identity.Centre]

	strangers strangers
	naming    naming
	leaves    leafFiles
	published published
}

// MailboxOptions are what a mailbox takes from its surroundings. The zero
// value works.
type MailboxOptions struct {
	Clock func() time.Time // nil means time.Now
	// Diverged is told when a peer holds a record of the own device that is not
	// here: the store was copied or set back. The owner draws a new incarnation,
	// calls Abandon and appends anew what has no receipt; again says that it did.
	Diverged func(ctx context.Context, h batch.Have) (again bool, err error)
	// Clarified is given what the secretariat asks back of this device, which may be
	// the same again; nil: nobody wants to know.
	Clarified func(tx *Tx, c batch.Clarification) error
}

// NewMailbox opens the mailbox in s of the device self. Open one per store.
func NewMailbox(ctx context.Context, s *Store, self identity.ID, o MailboxOptions) (*Mailbox, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	m := &Mailbox{
		store: s, self: self, clock: o.Clock, told: o.Diverged, log: s.log,
		lastInvite: lastRead[identity.Invite]{parse: identity.ParseInvite}, lastCentre: lastRead[identity.Centre]{parse: parseCentre},
		bodies:       NewCollection[body](s, KindRecord),
		entries:      NewCollection[entryOf](s, KindEntry),
		places:       NewCollection[recordPlace](s, KindPlace),
		chains:       NewCollection[chainState](s, KindChain),
		pending:      NewCollection[pendingMark](s, KindPending),
		marks:        NewCollection[mark](s, KindMark),
		refusals:     NewCollection[refusal](s, KindRefusal),
		receipts:     NewCollection[receiptTaken](s, KindReceipt),
		origins:      NewCollection[originState](s, KindOrigin),
		incarnations: NewCollection[incarnationState](s, KindCopies),
		relayed:      NewCollection[relayedReceipt](s, KindRelayed),
		files:        NewCollection[OwnFile](s, KindOwnFile),
		lacking:      NewCollection[lackingLeaves](s, KindLacking),
		words:        NewCollection[custodyWord](s, KindCustody),
		members:      NewCollection[membership](s, KindMembership),
		standings:    NewCollection[standing](s, KindStanding),
		revoked:      NewCollection[[]byte](s, KindRevoked),
		publications: NewCollection[[]byte](s, KindPublication),
		shelves:      NewCollection[shelved](s, KindShelf),
		shelfLeaves:  NewCollection[[]byte](s, KindShelfLeaf),

		questions:     NewCollection[carriedQuestion](s, KindCarriedQuestion),
		questionIDs:   NewCollection[uint64](s, KindQuestionID),
		questionsHeld: NewCollection[questionsHeld](s, KindQuestionsHeld),
		asked:         NewCollection[uint64](s, KindAsked),
		visitors:      NewCollection[visitor](s, KindVisitor),
		named:         NewCollection[bool](s, KindNamed),
		clarified:     o.Clarified,
	}
	if err := m.openLeaves(ctx); err != nil {
		return nil, fmt.Errorf("open the mailbox: %w", err)
	}
	return m, nil
}

func (m *Mailbox) now() int64 { return m.clock().Unix() }

// body is what travels of a record. Of a record of others that was received
// only the entry stays.
type body struct {
	Envelope []byte       `cbor:"1,keyasint"`
	Path     []batch.Stop `cbor:"2,keyasint,omitempty"`
}

// entryOf is what is known of a record.
type entryOf struct {
	ID       batch.RecordID `cbor:"1,keyasint"`
	Kind     batch.Kind     `cbor:"2,keyasint"`
	Size     int64          `cbor:"3,keyasint"` // of the envelope, and of the leaves of an attachment
	Added    int64          `cbor:"4,keyasint"` // made ready, or taken into custody
	Received bool           `cbor:"5,keyasint,omitempty"`
	Dropped  bool           `cbor:"6,keyasint,omitempty"` // the body is gone
}

// recordPlace is where a record stands.
type recordPlace struct {
	Origin      identity.ID `cbor:"1,keyasint"`
	Incarnation uint64      `cbor:"2,keyasint"`
	Lane        batch.Lane  `cbor:"3,keyasint"`
	Seq         batch.Seq   `cbor:"4,keyasint"`
}

func (p recordPlace) chain() batch.Chain {
	return batch.Chain{Origin: p.Origin, Incarnation: p.Incarnation, Lane: p.Lane}
}

// Keys hold numbers in big-endian, so that their order is that of the numbers.

func chainKey(c batch.Chain) string {
	b := append(make([]byte, 0, 33), c.Origin[:]...)
	b = append(b, byte(c.Lane)) // control before text before attachments
	return string(binary.BigEndian.AppendUint64(b, c.Incarnation))
}

func parseChainKey(key string) (batch.Chain, error) {
	if len(key) != 25 {
		return batch.Chain{}, errMailbox("a chain's key of %d bytes", len(key))
	}
	return batch.Chain{Origin: identity.ID([]byte(key[:16])), Lane: batch.Lane(key[16]), Incarnation: binary.BigEndian.Uint64([]byte(key[17:]))}, nil
}

func seqKey(c batch.Chain, seq batch.Seq) string { return chainKey(c) + number(uint64(seq)) }

func number(n uint64) string { return string(binary.BigEndian.AppendUint64(nil, n)) }

func seqOf(key string) batch.Seq { return batch.Seq(binary.BigEndian.Uint64([]byte(key[len(key)-8:]))) }

func idKey(id batch.RecordID) string { return string(id[:]) }

// ErrMailbox means that the mailbox contradicts itself, which is a fault of
// this program or of the disk.
var ErrMailbox = errors.New("the mailbox is not consistent")

func errMailbox(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMailbox, fmt.Sprintf(format, args...))
}

// lookup returns the value under key, and whether there is one.
func lookup[T any](x CollectionTx[T], key string) (v T, found bool, err error) {
	v, err = x.Get(key)
	if errors.Is(err, ErrNotFound) {
		return v, false, nil
	}
	return v, err == nil, err
}

// strangers remembers the offers of incarnations of which nothing is held yet:
// an offer comes before the first record.
type strangers struct {
	mu  sync.Mutex
	met map[string]batch.Offer // by storeKey
}

const maxStrangers = 1024

func (s *strangers) meet(key string, o batch.Offer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.met == nil || len(s.met) >= maxStrangers {
		s.met = map[string]batch.Offer{}
	}
	s.met[key] = o
}

// recall returns an offer; it stays, for the transaction may be run again.
func (s *strangers) recall(key string) (batch.Offer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, met := s.met[key]
	return o, met
}
