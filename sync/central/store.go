package central

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"iter"

	"golang.org/x/mod/sumdb/tlog"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// A Store keeps what a centre received. It is a contract: centraltest checks
// it, sqlstore fulfils it. Records are immutable and keyed by their id. What a
// method takes is durable when it returns. Methods may be called at once from
// many goroutines and, where a store serves several front ends, processes.
type Store interface {
	// Put takes records, each once. A new one must be the next of its chain and
	// name the one before it, and the record of the epoch that it is sealed
	// under must be held: a gap and a fork are refused in the same transaction
	// in which the record would be written. A record that is held already counts
	// as one more delivery. Outcomes stand in the order given.
	Put(ctx context.Context, rs []Received) ([]Placed, error)
	// Have returns the last entry of each of these chains that is held.
	Have(ctx context.Context, chains []batch.Chain) ([]batch.Have, error)
	// At returns the entry of a chain at seq, or ErrNotFound.
	At(ctx context.Context, chain batch.Chain, seq batch.Seq) (batch.Have, error)
	// Record returns one record as it came, or ErrNotFound.
	Record(ctx context.Context, id batch.RecordID) (Stored, error)
	// ByCode returns the submissions whose receipt code it is; there may be
	// two in a large consultation.
	ByCode(ctx context.Context, code string) ([]Stored, error)
	// Records yields what came in, in the order of arrival. The loop's body may
	// call the store, and what arrives meanwhile may still be yielded.
	Records(ctx context.Context, q Query) iter.Seq2[Stored, error]

	// Origin returns the last registration of a device, or ErrNotFound.
	Origin(ctx context.Context, id identity.ID) (batch.Registration, error)
	// Revoked reports whether a revocation of this device is held that this
	// organisation signed.
	Revoked(ctx context.Context, id identity.ID, org ed25519.PublicKey) (bool, error)
	// Revocations lists those that are held, each once, as they came, at most
	// batch.MaxRevocations.
	Revocations(ctx context.Context) ([]identity.Revocation, error)
	// AddClarification keeps what is asked back, each once, under the next number.
	AddClarification(ctx context.Context, a batch.Addressed) error
	// Clarifications lists, by number, those that ask wants for caller, at most max.
	// Numbers above the last are of a store that is no more: then from the first.
	Clarifications(ctx context.Context, caller batch.Peer, ask batch.Ask, max int) ([]batch.Numbered, error)
	// Received lists what the log holds of these chains from each tail's First
	// on, by rising index, at most max.
	Received(ctx context.Context, tails []batch.Tail, max int) ([]batch.ReceiptLeaf, error)

	// Unlogged lists up to max records without a log index, by arrival; an
	// attachment only once all its leaves are here, for its receipt says that it
	// was received and lets others drop it.
	Unlogged(ctx context.Context, max int) ([]batch.RecordID, error)
	// Append writes the log's next leaves, the tree hashes they complete (in
	// the order of tlog.StoredHashIndex) and the checkpoint that covers them,
	// in one transaction. It fails with ErrMoved unless the log's size is
	// still from and none of the leaves is in it: one sequencer writes.
	Append(ctx context.Context, from int64, leaves []batch.RecordID, hashes [][32]byte, c batch.Checkpoint) error
	// Checkpoint is the last one, the zero value for an empty log.
	Checkpoint(ctx context.Context) (batch.Checkpoint, error)
	// Hashes reads stored tree hashes by their index, or fails with ErrNotFound.
	Hashes(ctx context.Context, indexes []int64) ([][32]byte, error)

	// AddToken keeps an invite's token, with the time it was made in t.Made.
	AddToken(ctx context.Context, t Token) error
	// WithdrawToken ends an invite: nobody else can register with it. Those
	// who did stay registered.
	WithdrawToken(ctx context.Context, token [16]byte) error
	// Tokens lists all of them, withdrawn ones too, by the time they were made.
	Tokens(ctx context.Context) ([]Token, error)

	Blobs
	Shelf
	Close() error
}

// Blobs keeps the sealed leaves of attachments.
type Blobs interface {
	// PutLeaf keeps a leaf and reports whether all of its attachment are here
	// now. It fails with ErrNotFound unless the attachment's record is held, and
	// with batch.ErrLeaf unless the leaf is the one that was signed.
	PutLeaf(ctx context.Context, l batch.Leaf) (whole bool, err error)
	// Leaf returns a leaf, or ErrNotFound.
	Leaf(ctx context.Context, attachment batch.RecordID, index uint32) ([]byte, error)
	// LeavesHeld counts the leaves that are here of an attachment.
	LeavesHeld(ctx context.Context, attachment batch.RecordID) (int, error)
	// Lacking lists leaves that are not held of these origins' attachments, the
	// smaller attachment first and then the earlier, so that a large one holds up
	// no other, at most max leaves in all.
	Lacking(ctx context.Context, origins []identity.ID, max int) ([]batch.Want, error)
}

// Received is a record as the listener took it.
type Received struct {
	batch.Carried
	Carrier      Carrier
	Time         int64                // by the centre's clock
	Registration *batch.Registration  // of a KindRegistration record, checked
	Leaves       *batch.LeafList      // of a KindAttachment record, checked
	Revocation   *identity.Revocation // of a KindRevocation record, checked
	Opens        uint32               // of a KindEpoch record: the epoch whose key it hands out
	Sealed       uint32               // the epoch under which it, or its manifest, is sealed; 0: none
}

// Placed is what became of a record in Put.
type Placed struct {
	New     bool
	Refusal *batch.Refusal
}

// Stored is a record as the store keeps it. Its Path and Carrier are those of the
// first delivery.
type Stored struct {
	batch.Carried
	Carrier Carrier
	Time    int64  // when it first came, by the centre's clock
	Index   int64  // in the log; -1 until it is there
	Tries   int    // deliveries in all; more than one: it was redelivered
	Roads   []Road // of the first MaxRoads deliveries, the first one included
}

// A Road is the way of one delivery.
type Road struct {
	Path    []batch.Stop // hubs; empty: none carried it
	Carrier Carrier
	Time    int64 // of arrival, by the centre's clock
}

// MaxRoads is how many deliveries of one record are remembered with their
// roads. All are counted.
const MaxRoads = 16

// A Token lets devices register. It is for a group of people: several devices
// may redeem it until it is withdrawn.
type Token struct {
	Token     [16]byte
	Note      string // whom it was made for
	Made      int64
	Withdrawn bool
}

// A Query narrows Records. The zero value asks for everything.
type Query struct {
	Consultation *batch.Consultation
	Origin       *identity.ID
	Kinds        []batch.Kind
}

// Next is the rule by which every store takes a new record: nil when r follows
// last (zero for a chain that is not held), else the refusal as a gap or fork.
func Next(last batch.Have, r batch.Record) *batch.Refusal {
	switch {
	case r.Seq == last.Seq+1 && r.Prev == last.Hash:
		return nil
	case r.Seq > last.Seq+1:
		return &batch.Refusal{Record: r.ID, Code: batch.RefusedGap, Detail: fmt.Sprintf("%v: held up to %d, this is %d", r.Lane, last.Seq, r.Seq)}
	}
	return &batch.Refusal{Record: r.ID, Code: batch.RefusedFork, Detail: fmt.Sprintf("%v: held up to %d, another than this %d or the one it follows", r.Lane, last.Seq, r.Seq)}
}

// NoEpoch refuses a record whose epoch is not held: nobody could open it, for
// of a cloned device another copy's keys may have come instead of its own.
func NoEpoch(r Received) *batch.Refusal {
	return &batch.Refusal{Record: r.ID, Code: batch.RefusedGap, Detail: fmt.Sprintf("%v %d: the record with its keys has not come", r.Lane, r.Seq)}
}

// HashCount is how many tree hashes a log of the given size has stored.
func HashCount(size int64) int64 { return tlog.StoredHashCount(size) }

// WantMissing makes the request for what is missing of an attachment's leaves
// 0 … total−1, at most max of them; held rises.
func WantMissing(attachment batch.RecordID, total int, held []uint32, max int) (w batch.Want, leaves int) {
	w.Attachment = attachment
	next := uint32(0)
	gap := func(to uint32) {
		if n := min(int(to-next), max-leaves); to > next && n > 0 {
			w.Ranges = append(w.Ranges, [2]uint32{next, next + uint32(n)})
			leaves += n
		}
	}
	for _, h := range held {
		gap(h)
		next = h + 1
	}
	gap(uint32(total))
	return w, leaves
}
