package workspace

import (
	"context"
	"fmt"

	"baraza.example/sync/identity"
)

// ErrOtherConsultation means that this device already takes part in another one.
var ErrOtherConsultation = fmt.Errorf("this device has joined another consultation or centre; use a folder of its own for each")

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
