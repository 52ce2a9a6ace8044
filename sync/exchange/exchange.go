// Package exchange runs one synchronisation with a peer, over any transport,
// and can be interrupted at any point.
//
// One side, the caller, opens a [Conn] and sends frames (package batch): hello,
// what it offers, records, leaves. The other side, which serves, answers on
// the same connection while frames still arrive: have entries, acknowledgements
// once a frame is durable, custody or receipts, wants. A cut costs what was in
// flight. The states and every frame are in docs/protocol/exchange.md.
//
// A device, a hub and the centre differ only in what they keep: [Outbox] for
// the caller, [Inbox] for the one who serves. Start at [Run] and [Serve].
package exchange

import (
	"context"
	"io"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// A Conn is one run's two streams of bytes. Reads see the peer's frames as
// they come; CloseWrite ends our own, and may be called again. Close gives both
// up at once and unblocks whoever reads or writes, from any goroutine. One reads
// and one writes at a time.
type Conn interface {
	io.Reader
	io.Writer
	CloseWrite() error
	Close() error
}

// A Transport opens a Conn to one peer.
type Transport interface {
	// Open starts a run. The Conn lives until it is closed or ctx ends.
	Open(ctx context.Context) (Conn, error)
	// Peer is the address, for messages and logs.
	Peer() string
}

// Peer, Outcome and ErrNoLeaf stand in package batch, so that what keeps
// records fits [Outbox] and [Inbox] without importing this package.
type (
	Peer    = batch.Peer
	Outcome = batch.Outcome
)

// ErrNoLeaf means that an Outbox lacks a leaf; the peer will ask elsewhere.
var ErrNoLeaf = batch.ErrNoLeaf

// An Outbox is what a caller has to send and what it does with the answers.
// Every method that takes something has it durable when it returns.
type Outbox interface {
	// Offers lists the origins this party speaks for and their chains with
	// records that have no receipt yet: control first. An origin has an offer for
	// each of its incarnations and of the log positions that its copies are at.
	Offers(ctx context.Context) ([]batch.Offer, error)
	// Records returns records of chain after seq, in order: at least one if
	// there is one, and no more than fit in about max bytes.
	Records(ctx context.Context, chain batch.Chain, after batch.Seq, max int) ([]batch.Carried, error)
	// Leaf returns a sealed leaf, or ErrNoLeaf.
	Leaf(ctx context.Context, attachment batch.RecordID, index uint32) (batch.Leaf, error)
	// Holds reports whether h names a record of ours, so that a peer's have
	// entry that it does not know shows a cloned or rolled-back store. A hub is
	// only asked for what it offered and the record before it; of others' chains
	// a peer may hold more.
	Holds(ctx context.Context, h batch.Have) (bool, error)
	// Diverged is told of an entry of peer that Holds denied, or of our record
	// that was refused as a fork: a device draws a new incarnation and envelopes
	// anew what has no receipt, a hub hands the entry down to the device. again
	// says that there are new chains, which a run can bring at once.
	Diverged(ctx context.Context, peer Peer, h batch.Have) (again bool, err error)
	// Delivered remembers what peer has made durable, so that the next run
	// does not send it again.
	Delivered(ctx context.Context, peer Peer, have []batch.Have) error
	// TakeCustody keeps a hub's word for our records.
	TakeCustody(ctx context.Context, c batch.Custody) error
	// TakeReceipts checks and keeps receipts. batch.ErrUnlinked is no reason to
	// stop: the next run asks from our own position; batch.ErrKnown neither, but
	// such receipts are no news.
	TakeReceipts(ctx context.Context, rs batch.Receipts) error
	// TakeCentre checks a centre's card against the invite and keeps it. It
	// returns identity.ErrOtherRoot for another centre than ours.
	TakeCentre(ctx context.Context, c identity.Centre) error
	// Refused is told what a peer would not take.
	Refused(ctx context.Context, peer Peer, r batch.Refusal) error
}

// An Inbox is what the serving side keeps. Every method that takes something
// has it durable when it returns.
type Inbox interface {
	// Have returns what is held of these chains, one entry each: the last, or
	// where another record than the offered top is held at its place, that one.
	// A chain that is not held has no entry.
	Have(ctx context.Context, tails []batch.Tail) ([]batch.Have, error)
	// Accept takes records in their order, each once. The outcomes stand in the
	// same order; a refused record does not stop those of other chains. first
	// says, per chain, from where its sender has no receipts: a holder that is
	// not the centre may start a chain there.
	Accept(ctx context.Context, from Peer, records []batch.Carried, first map[batch.Chain]batch.Seq) ([]Outcome, error)
	// AcceptLeaf takes one leaf of an attachment whose record it holds. A leaf
	// that is not the one its list names, or of an unknown attachment, gives
	// batch.ErrLeaf or a batch.Refusal and does not end the run; other errors do.
	AcceptLeaf(ctx context.Context, l batch.Leaf) error
	// Wants lists leaves still lacking of the attachments of these origins, at
	// most max leaves in all, always in the same order.
	Wants(ctx context.Context, origins []identity.ID, max int) ([]batch.Want, error)
	// Custody is this hub's signed word for what it holds of these chains;
	// nil at the centre, whose word is the receipt.
	Custody(ctx context.Context, chains []batch.Chain) (*batch.Custody, error)
	// Receipts returns what is known to be received of the offer's tails,
	// continuing from its position. An attachment is received when all its
	// leaves are: until then its chain stays on offer, and its leaves are
	// wanted. The first call of a run has the offer as the caller made it; the
	// centre is asked again, for what came in the run: with those tails alone,
	// and from the checkpoint that was sent last.
	Receipts(ctx context.Context, o batch.Offer) ([]batch.Receipts, error)
	// Centre is the centre's card, or nil where a hub has not met it yet.
	Centre(ctx context.Context) (*identity.Centre, error)
}

// A Report is the exact account of one run.
type Report struct {
	Peer      Peer
	Sent      int // records acknowledged as durable
	Leaves    int // leaves acknowledged
	Receipts  int // receipts handed over
	Pieces    int // of what the centre published, taken
	Altered   int // publications and pieces that the peer had altered
	Refused   []batch.Refusal
	BytesUp   int64 // frames from the caller, before HTTP and TLS
	BytesDown int64
	Turns     bool          // the carrier found that only whole requests pass, and took turns
	Complete  bool          // both sides said goodbye: nothing was left to say
	Again     bool          // worth running again at once, with new Options: a centre's card came, chains began anew, or the peer answers over a new connection
	Retry     time.Duration // the peer's wish, 0: none
	Skew      time.Duration // how far the peer's clock is ahead of ours, a guess to the second
}
