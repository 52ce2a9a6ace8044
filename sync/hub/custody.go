package hub

import (
	"context"
	"crypto/ed25519"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

// Custody is what a hub keeps of others, sealed and unread. What is taken is
// durable when a method returns. The storage of a device fits it.
type Custody interface {
	// Keep takes records whose signatures the hub has checked. It decides in
	// one transaction: the next of a chain it holds, the first of one it does
	// not, or a jump ahead to first[chain]; what it holds already is known; all
	// else is refused as a gap or fork. received is the hub's clock.
	Keep(ctx context.Context, records []batch.Carried, first map[batch.Chain]batch.Seq, received int64) ([]batch.Outcome, error)
	// KeepLeaf takes a leaf that fits its list.
	KeepLeaf(ctx context.Context, l batch.Leaf) error
	// Have returns what is held of these chains, or what a peer is known to hold
	// of them that is not here; see exchange.Inbox.
	Have(ctx context.Context, tails []batch.Tail) ([]batch.Have, error)
	// Held returns how far these chains are in custody.
	Held(ctx context.Context, chains []batch.Chain) ([]batch.Have, error)
	// Lacking lists the leaves that are not here of attachments of origins,
	// at most max leaves in all.
	Lacking(ctx context.Context, origins []identity.ID, max int) ([]batch.Want, error)
	// Registration returns an origin's keys, if its registration is held.
	Registration(ctx context.Context, origin identity.ID) (batch.Registration, bool, error)
	// Revoked reports whether a revocation of this device is held that this
	// organisation signed.
	Revoked(ctx context.Context, id identity.ID, org ed25519.PublicKey) (bool, error)
	// Revocations lists what is known, at most batch.MaxRevocations.
	Revocations(ctx context.Context) ([]identity.Revocation, error)
	// Usage is how much is held of an origin and of all, in bytes, with the
	// room that the attachments on their lists will take.
	Usage(ctx context.Context, origin identity.ID) (own, all int64, err error)
	// Follow remembers where an origin stands that lacks receipts, so that the
	// centre is asked from there, and drops receipts that it has. The copies of a
	// cloned device stand at different places, and each gets its own.
	Follow(ctx context.Context, o batch.Offer) error
	// ReceiptsFor returns the receipts kept for an origin that continue from
	// its position.
	ReceiptsFor(ctx context.Context, o batch.Offer) ([]batch.Receipts, error)
	// Centre is the centre's card, nil until the hub has met it.
	Centre(ctx context.Context) (*identity.Centre, error)

	// Outbox is the side that goes up to the centre or the next hub.
	exchange.Outbox
	exchange.RevocationTaker

	// What the centre published is wanted as a whole, and handed down.
	exchange.Publisher
	exchange.Subscriber
	exchange.Clarifier
	exchange.ClarificationTaker
}
