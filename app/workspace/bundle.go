package workspace

import (
	"context"
	"errors"
	"os"
	"slices"

	"baraza.example/sync/batch"
	"baraza.example/sync/bundle"
	"baraza.example/sync/exchange"
	"baraza.example/sync/hub"
	"baraza.example/sync/identity"
)

// OpenBundle opens a bundle to which this device adds parts of at most
// partSize bytes (0: any size), as itself or, with h, as a hub. The caller
// closes it; only then is what was written safe there.
func (w *Workspace) OpenBundle(ctx context.Context, path string, partSize int64, h *hub.Hub) (*bundle.Bundle, error) {
	return w.openBundle(ctx, path, partSize, h, 0)
}

func (w *Workspace) openBundle(ctx context.Context, path string, partSize int64, h *hub.Hub, published int64) (*bundle.Bundle, error) {
	if w.self == nil {
		return nil, ErrNotSetUp
	}
	invite, _, err := w.mail.Invite(ctx)
	if err != nil {
		return nil, err
	}
	o := bundle.Options{Writer: exchange.Peer{ID: w.self.ID(), Role: batch.RoleDevice}, Identity: w.self, PartSize: partSize,
		Clock: w.clock, Rand: w.rand, Centre: invite.Root, Published: published}
	if h != nil {
		o.Writer = h.Self()
	}
	return bundle.Open(path, o)
}

// WriteBundle writes into b what waits and takes what is there for this device:
// receipts, words of hubs, the centre's card, that it was revoked. With h it does so for all whose
// records this hub holds. They go on being offered to everybody else, for
// sticks get lost.
func (w *Workspace) WriteBundle(ctx context.Context, b *bundle.Bundle, h *hub.Hub) (sum exchange.Report, err error) {
	if w.self == nil {
		return sum, ErrNotSetUp
	}
	w.sending.Lock()
	defer w.sending.Unlock()
	if err := errors.Join(w.Seal(ctx), w.hearRevoked(ctx, b, h)); err != nil {
		return sum, err
	}
	if h != nil {
		sum, err = untilSaid(func() (exchange.Report, error) { return h.Forward(ctx, b.Transport(), nil) })
		return sum, errors.Join(err, w.forgetStrangers(ctx), w.arrived(ctx, sum))
	}
	sum, err = untilSaid(func() (exchange.Report, error) {
		return w.run(ctx, b.Transport(), outbox{w.mail, w, false})
	})
	return sum, errors.Join(err, w.arrived(ctx, sum))
}

// untilSaid runs once more where the answers have changed what is to be said:
// receipts, a centre's card, or that the bundle lacks a registration.
func untilSaid(run func() (exchange.Report, error)) (total exchange.Report, err error) {
	const most = 5
	for range most {
		r, err := run()
		total.Refused = nil // those of the last run are what remains
		total = sum(total, r)
		if err != nil || !r.Again && r.Receipts == 0 && !slices.ContainsFunc(r.Refused, introduces) {
			return total, err
		}
	}
	return total, nil
}

// introduces reports whether after a refusal more of the origin is shown.
func introduces(r batch.Refusal) bool {
	return r.Code == batch.RefusedUnknown || r.Code == batch.RefusedGap
}

// TakeBundle takes into this hub's custody what is in b, and leaves its word
// and the receipts that it holds there.
func (w *Workspace) TakeBundle(ctx context.Context, b *bundle.Bundle, h *hub.Hub) (exchange.Report, error) {
	if err := w.hearRevoked(ctx, b, h); err != nil { // before it takes what is refused from then on
		return exchange.Report{}, err
	}
	return b.Bring(ctx, h.Serve)
}

// hearRevoked keeps what b says of devices that were revoked: as a device, of itself; as
// the hub h, of all.
func (w *Workspace) hearRevoked(ctx context.Context, b *bundle.Bundle, h *hub.Hub) error {
	all, err := b.Revocations(ctx)
	if h == nil {
		all = slices.DeleteFunc(all, func(v identity.Revocation) bool { return v.Device != w.self.ID() })
	}
	if err != nil || len(all) == 0 {
		return err
	}
	return w.mail.TakeRevocations(ctx, b.Self(), all)
}

// A Carried is what was written to be carried.
type Carried struct {
	exchange.Report
	Files []string // by name, in the folder; empty: there is nothing new
}

// SaveToFolder writes what waits into a folder, as on a stick, and takes what is
// there for this device. With h it does so for all that this hub holds, and takes
// into its custody what others have written there.
func (w *Workspace) SaveToFolder(ctx context.Context, folder string, h *hub.Hub) (Carried, error) {
	return w.carry(ctx, folder, 0, h, 0)
}

// MailPublished is how many bytes of what the centre published a hub writes into
// mails: forms, translations and changes, but no large documents.
const MailPublished = 512 << 10

func (w *Workspace) carry(ctx context.Context, folder string, partSize int64, h *hub.Hub, published int64) (out Carried, err error) {
	if _, joined, err := w.Invite(ctx); err != nil || !joined {
		return out, errors.Join(err, ErrNoRoad)
	}
	began := w.clock()
	b, err := w.openBundle(ctx, folder, partSize, h, published)
	if err != nil {
		return out, err
	}
	if h != nil {
		if out.Report, err = w.TakeBundle(ctx, b, h); err != nil {
			return out, errors.Join(err, b.Close())
		}
	}
	report, err := w.WriteBundle(ctx, b, h)
	out.Report = sum(out.Report, report)
	if err = errors.Join(err, b.Close()); err == nil {
		out.Files = b.Written()
	}
	r := describeRun(out.Report, err)
	r.Peer, r.Role, r.Name = identity.ID{}, 0, "" // nobody answers on a stick
	r.Road, r.ByHand, r.Began, r.Ended = RoadBundle, true, began.Unix(), w.clock().Unix()
	return out, errors.Join(err, w.book.enter(context.WithoutCancel(ctx), r))
}

// MailSize is the largest mail that SaveMails writes: most servers take it.
const MailSize = 2_000_000

// SaveMails writes what waits into a folder as drafts of mails to an address, to be
// opened and sent with a mail program. The parts themselves stand beside them.
func (w *Workspace) SaveMails(ctx context.Context, folder, to, subject, text string, h *hub.Hub) (made []string, err error) {
	if _, err := w.carry(ctx, folder, bundle.PartForMail(MailSize), h, MailPublished); err != nil {
		return nil, err
	}
	b, err := bundle.Open(folder, bundle.Options{})
	if err != nil {
		return nil, err
	}
	defer b.Close() // nothing is written into it
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	letter := bundle.Letter{To: to, Size: MailSize, Subject: subject, Text: text, Date: w.clock()}
	if h == nil {
		letter.Takes = bundle.Upwards
	}
	made, _, err = b.SaveMails(root, letter, false)
	return made, err
}
