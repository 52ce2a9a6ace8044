// Package hub relays records it cannot read. It takes custody, countersigns
// it, forwards when its uplink is there and hands receipts back. Only the
// centre's receipt means "received".
//
// What it keeps is its [Custody]; that is also the outbox of the exchange with
// the centre or with the next hub, so that a hub behind a hub needs nothing of
// its own. Sizes are bytes, times seconds since 1970 in UTC by the hub's clock.
// Start at [Hub].
package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

// A Hub is the serving side of an exchange with devices and with other hubs.
// Its methods may be called from many goroutines.
type Hub struct {
	custody  Custody
	identity *identity.Identity
	name     string
	quota    *meter
	clock    func() time.Time
	log      *slog.Logger
}

// Options are what a hub is made of. Custody and Identity are needed.
type Options struct {
	Custody  Custody
	Identity *identity.Identity
	Name     string           // what devices show in "at the hub NAME"; empty: the organisation's
	Quota    Quota            // zero fields mean the defaults
	Clock    func() time.Time // nil means time.Now
	Logger   *slog.Logger     // nil means none
}

var _ exchange.Inbox = (*Hub)(nil)

// New returns a hub.
func New(o Options) (*Hub, error) {
	if o.Custody == nil || o.Identity == nil {
		return nil, errors.New("hub: custody and identity are needed")
	}
	if o.Name == "" {
		o.Name = o.Identity.Card.Org
	}
	if len(o.Name) > identity.MaxName {
		return nil, fmt.Errorf("hub: a name of %d bytes, at most %d", len(o.Name), identity.MaxName)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return &Hub{o.Custody, o.Identity, o.Name, newMeter(o.Quota), o.Clock, o.Logger}, nil
}

// Self is how the hub introduces itself, to those it serves and upwards.
func (h *Hub) Self() batch.Peer {
	return batch.Peer{ID: h.identity.ID(), Role: batch.RoleHub, Name: h.name}
}

// Serve runs the hub's side of one exchange with a device or another hub.
func (h *Hub) Serve(ctx context.Context, c exchange.Conn) (exchange.Report, error) {
	return exchange.Serve(ctx, c, h, exchange.Options{Self: h.Self(), Clock: h.clock, Logger: h.log})
}

// Forward runs one exchange upwards, with the centre or the next hub.
func (h *Hub) Forward(ctx context.Context, t exchange.Transport, m *exchange.Memory) (exchange.Report, error) {
	centre, err := h.custody.Centre(ctx)
	if err != nil {
		return exchange.Report{}, err
	}
	return exchange.Once(ctx, t, h.custody, exchange.Options{Self: h.Self(), Centre: centre, Clock: h.clock, Logger: h.log, Memory: m})
}

// Have implements [exchange.Inbox].
func (h *Hub) Have(ctx context.Context, tails []batch.Tail) ([]batch.Have, error) {
	return h.custody.Have(ctx, tails)
}

// Accept implements [exchange.Inbox]. Room is counted only for what its origin
// really signed, so that nobody can use up another's quota.
func (h *Hub) Accept(ctx context.Context, from batch.Peer, records []batch.Carried, first map[batch.Chain]batch.Seq) ([]batch.Outcome, error) {
	d := door{hub: h, now: h.clock().Unix(), keys: map[identity.ID]*batch.Registration{}}
	defer d.release()
	if err := d.open(ctx); err != nil {
		return nil, err
	}
	outcomes := make([]batch.Outcome, len(records))
	var let []batch.Carried // through the door, to be kept
	var at []int            // their places in records
	for i, r := range records {
		refusal, err := d.check(ctx, r)
		if err != nil {
			return nil, err
		}
		if refusal != nil {
			outcomes[i].Refusal = refusal
			h.log.Info("record refused", "origin", r.Origin.Short(), "device", from.ID.Short(), "code", string(refusal.Code))
			continue
		}
		let, at = append(let, h.stamp(r, d.now)), append(at, i)
	}
	if len(let) == 0 {
		return outcomes, nil
	}
	kept, err := h.custody.Keep(ctx, let, first, d.now)
	if err != nil {
		return nil, err
	}
	if len(kept) != len(let) {
		return nil, fmt.Errorf("hub: custody decided on %d of %d records", len(kept), len(let))
	}
	for i, o := range kept {
		outcomes[at[i]] = o
	}
	return outcomes, nil
}

// stamp adds this hub to the path of r.
func (h *Hub) stamp(r batch.Carried, now int64) batch.Carried {
	r.Path = append(r.Path[:len(r.Path):len(r.Path)], batch.Stop{Hub: h.identity.ID(), Time: now})
	return r
}

// AcceptLeaf implements [exchange.Inbox]. Its room was found when its list came.
func (h *Hub) AcceptLeaf(ctx context.Context, l batch.Leaf) error {
	return h.custody.KeepLeaf(ctx, l)
}

// Wants implements [exchange.Inbox].
func (h *Hub) Wants(ctx context.Context, origins []identity.ID, max int) ([]batch.Want, error) {
	return h.custody.Lacking(ctx, origins, max)
}

// Custody implements [exchange.Inbox].
func (h *Hub) Custody(ctx context.Context, chains []batch.Chain) (*batch.Custody, error) {
	held, err := h.custody.Held(ctx, chains)
	if err != nil || len(held) == 0 {
		return nil, err
	}
	c := batch.SignCustody(h.identity, batch.Custody{Name: h.name, Held: held, Time: h.clock().Unix()})
	return &c, nil
}

// Receipts implements [exchange.Inbox].
func (h *Hub) Receipts(ctx context.Context, o batch.Offer) ([]batch.Receipts, error) {
	if err := h.custody.Follow(ctx, o); err != nil {
		return nil, err
	}
	return h.custody.ReceiptsFor(ctx, o)
}

// Catalogue implements [exchange.Publisher].
func (h *Hub) Catalogue(ctx context.Context) (catalogue.Cursor, error) {
	return h.custody.Catalogue(ctx)
}

// Publications implements [exchange.Publisher].
func (h *Hub) Publications(ctx context.Context, from uint64, most int) ([]catalogue.Publication, error) {
	return h.custody.Publications(ctx, from, most)
}

// Sums implements [exchange.Publisher].
func (h *Hub) Sums(ctx context.Context, id catalogue.ID) (catalogue.Sums, error) {
	return h.custody.Sums(ctx, id)
}

// Piece implements [exchange.Publisher].
func (h *Hub) Piece(ctx context.Context, id catalogue.ID, index uint32) ([]byte, error) {
	return h.custody.Piece(ctx, id, index)
}

// Clarifications implements [exchange.Clarifier].
func (h *Hub) Clarifications(ctx context.Context, peer batch.Peer, ask batch.Ask, most int) ([]batch.Numbered, error) {
	return h.custody.Clarifications(ctx, peer, ask, most)
}

// Revocations implements [exchange.Revoker].
func (h *Hub) Revocations(ctx context.Context) ([]identity.Revocation, error) {
	return h.custody.Revocations(ctx)
}

// Centre implements [exchange.Inbox].
func (h *Hub) Centre(ctx context.Context) (*identity.Centre, error) { return h.custody.Centre(ctx) }
