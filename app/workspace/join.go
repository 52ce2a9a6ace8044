package workspace

import (
	"context"
	"fmt"

	"baraza.example/sync/identity"
)

// ErrOtherConsultation means that this device already takes part in another one.
var ErrOtherConsultation = fmt.Errorf("this device has joined another consultation or centre; use a folder of its own for each")

// An Offer is what an invite would have this device do, told before it is taken.
type Offer struct {
	identity.Invite
	Name  string // of the centre; "" where its card has not come here yet
	Held  bool   // this device takes part already: what is new are addresses, if anything
	Other bool   // it takes part elsewhere, so that the invite can't be taken
	First int64  // about how many bytes the first run will move, with the centre's card, before anything that is made ready
}

// Offer reads an invite, as a line or as a file, and changes nothing.
func (w *Workspace) Offer(ctx context.Context, text []byte) (o Offer, err error) {
	if w.self == nil {
		return o, ErrNotSetUp
	}
	if o.Invite, err = identity.ParseInvite(text); err != nil {
		return o, err
	}
	held, joined, err := w.mail.Invite(ctx)
	if err != nil {
		return o, err
	}
	o.Other = joined && held.Root != o.Root
	card := o.Centre
	if o.Held = joined && !o.Other; o.Held && card == nil {
		if card, err = w.mail.Centre(ctx); err != nil {
			return o, err
		}
	}
	e := Estimate{runs: 1}
	if card != nil {
		o.Name = card.Name
	} else {
		e.runs, e.Down = 2, cardCost
	}
	e.Text, e.Down = e.runs*runCost, e.Down+e.runs*greeting
	e.Around = e.requests()
	if len(o.Addresses) > 0 {
		e.Around += w.clients.opening(o.Addresses[0], w.clock(), nil)
	}
	o.First = e.Total()
	return o, nil
}

// Join takes an invite, as a line or as a file. It needs no network: what was
// made ready before is sealed now if the invite carries the centre's card,
// else when the card comes, from the centre or from a hub.
func (w *Workspace) Join(ctx context.Context, text []byte) (identity.Invite, error) {
	if w.self == nil {
		return identity.Invite{}, ErrNotSetUp
	}
	invite, err := identity.ParseInvite(text)
	if err != nil {
		return invite, err
	}
	held, joined, err := w.mail.Invite(ctx)
	if err != nil {
		return invite, err
	}
	if joined && held.Root != invite.Root {
		return invite, ErrOtherConsultation
	}
	if err := w.mail.Join(ctx, invite); err != nil {
		return invite, err
	}
	if invite.Centre != nil {
		if err := w.mail.TakeCentre(ctx, *invite.Centre); err != nil {
			return invite, err
		}
	}
	return invite, nil
}

// Invite is what this device joined by.
func (w *Workspace) Invite(ctx context.Context) (identity.Invite, bool, error) {
	if w.self == nil {
		return identity.Invite{}, false, ErrNotSetUp
	}
	return w.mail.Invite(ctx)
}
