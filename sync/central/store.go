package central

import (
	"context"
	"iter"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// A Store keeps what a centre received. It is a contract: centraltest checks
// it, sqlstore fulfils it. Records are immutable and keyed by their id. What a
// method takes is durable when it returns. Methods may be called at once from
// many goroutines and, where a store serves several front ends, processes.
type Store interface {
	// Put takes records, each once, and gives each new one the next sequence
	// of its chain or none: a store refuses a gap and a fork in the same
	// transaction in which it would write. Outcomes stand in the order given.
	Put(ctx context.Context, rs []Received) ([]Placed, error)
	// Have returns the last entry of each of these chains.
	Have(ctx context.Context, chains []batch.Chain) ([]batch.Have, error)
	// Record returns one record as it came, or ErrNotFound.
	Record(ctx context.Context, id batch.RecordID) (Stored, error)
	// ByCode returns the submissions whose receipt code it is; there may be
	// two in a large consultation.
	ByCode(ctx context.Context, code string) ([]Stored, error)
	// Records yields what came in, in the order of arrival.
	Records(ctx context.Context, q Query) iter.Seq2[Stored, error]

	// Origin returns the registration of a device, or ErrNotFound.
	Origin(ctx context.Context, id identity.ID) (batch.Registration, error)
	// Received lists what the log holds of an origin from these sequences on,
	// by rising index, at most max.
	Received(ctx context.Context, tails []batch.Tail, max int) ([]batch.ReceiptLeaf, error)

	// Unlogged lists up to max records without a log index, by arrival; an
	// attachment only once all its leaves are here, for its receipt says that it
	// was received and lets others drop it.
	Unlogged(ctx context.Context, max int) ([]batch.RecordID, error)
	// Append writes the log's next leaves, the tree hashes they complete (in
	// the order of tlog.StoredHashIndex) and the checkpoint that covers them,
	// in one transaction. It fails with ErrMoved unless the log's size is
	// still from: one sequencer writes.
	Append(ctx context.Context, from int64, leaves []batch.RecordID, hashes [][32]byte, c batch.Checkpoint) error
	// Checkpoint is the last one, the zero value for an empty log.
	Checkpoint(ctx context.Context) (batch.Checkpoint, error)
	// Hashes reads stored tree hashes by their index.
	Hashes(ctx context.Context, indexes []int64) ([][32]byte, error)

	// AddToken and Tokens keep the invites that may be redeemed.
	AddToken(ctx context.Context, token [16]byte, note string, made int64) error
	Tokens(ctx context.Context) ([][16]byte, error)

	Blobs
	Close() error
}

// Blobs keeps the sealed leaves of attachments.
type Blobs interface {
	// PutLeaf keeps a leaf whose list it holds.
	PutLeaf(ctx context.Context, l batch.Leaf) error
	// Leaf returns a leaf, or ErrNotFound.
	Leaf(ctx context.Context, attachment batch.RecordID, index uint32) ([]byte, error)
	// Lacking lists leaves that are not held of these origins' attachments, at
	// most max in all.
	Lacking(ctx context.Context, origins []identity.ID, max int) ([]batch.Want, error)
}

// Received is a record as the listener took it.
type Received struct {
	batch.Carried
	Time         int64               // by the centre's clock
	Registration *batch.Registration // of a KindRegistration record, checked
	Leaves       *batch.LeafList     // of a KindAttachment record, checked
}

// Placed is what became of a record in Put.
type Placed struct {
	New     bool
	Refusal *batch.Refusal
}

// Stored is a record as the store keeps it.
type Stored struct {
	batch.Carried
	Time  int64 // when it came, by the centre's clock
	Index int64 // in the log; -1 until it is there
	Tries int   // deliveries in all; more than one: it was redelivered
}

// A Query narrows Records. The zero value asks for everything.
type Query struct {
	Consultation *batch.Consultation
	Origin       *identity.ID
	Kinds        []batch.Kind
}
