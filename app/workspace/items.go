package workspace

import (
	"context"
	"slices"
	"strings"

	"baraza.example/storage"
	"baraza.example/sync/batch"
)

// The three plain states of everything sent; see Item.Delivery.
const (
	OnDevice = storage.OnDevice
	AtHub    = storage.AtHub
	Received = storage.Received
)

// An Event is a step in the life of an item; see Item.Delivery.History.
type Event = storage.Event

// What happened in an Event.
const (
	EventReady     = storage.EventReady
	EventDelivered = storage.EventDelivered
	EventCustody   = storage.EventCustody
	EventRefused   = storage.EventRefused
	EventReceived  = storage.EventReceived
)

// An Item is a response or contribution that was made ready, with what became
// of it.
type Item struct {
	Name       string // instance id and revision; stable
	Tag        string
	Kind       batch.Kind
	Revision   uint32 // from 1
	Title      string
	Made       int64          // by the device's clock
	Record     batch.RecordID // zero until it is sealed, when a road is open first
	Place      int            // in a pack, from 1; 0: the record is its own
	Code       string         // receipt code; "" until it is sealed
	Joined     bool           // there is an invite
	Sealable   bool           // it is known for whom to seal
	Delivery   storage.Delivery
	Barred     bool // it has no receipt, and this device was revoked, as it has learnt
	Withdrawn  bool // its author took it back since
	Attached   int  // files
	AttachedOK int  // of them, received: their records are in the log
}

// KindContribution is the kind of such an item; others are responses.
const KindContribution = batch.KindContribution

// instance is the instance id, which all revisions share.
func (i Item) instance() string {
	id, _, _ := strings.Cut(i.Name, "/")
	return id
}

// IsReply says that it answers a question of the secretariat.
func (i Item) IsReply() bool { return i.Kind == batch.KindReply }

// IsWithdrawal says that it takes back what has the same instance id.
func (i Item) IsWithdrawal() bool { return i.Kind == batch.KindWithdrawal }

// IsContribution says that it is a text of its own, not a response to a form.
func (i Item) IsContribution() bool { return i.Kind == batch.KindContribution }

// Waiting says what an item waits for, as a stable word; "" for nothing.
func (i Item) Waiting() string {
	switch {
	case i.Delivery.State == storage.Received:
		return ""
	case i.Barred && (i.Delivery.Refusal == nil || i.Delivery.Refusal.Code != batch.RefusedRevoked):
		return "barred" // nothing more of this device is taken; what had come has its receipt yet to come
	case i.Record == batch.RecordID{} && !i.Joined:
		return "recipients" // an invite, which says for whom
	case i.Record == batch.RecordID{} && !i.Sealable:
		return "card" // the centre's, which the first connection brings
	case i.Delivery.Refusal != nil:
		return "refused: " + string(i.Delivery.Refusal.Code)
	case i.Delivery.State == storage.AtHub:
		return "hub" // to carry it on and bring the receipt
	}
	return "link"
}

// Items lists everything made ready on this device, in the order of making.
func (w *Workspace) Items(ctx context.Context) ([]Item, error) {
	var items []Item
	taken := map[string]bool{} // instances that were withdrawn
	for s, err := range w.tables.submissions.All(ctx) {
		if err != nil {
			return nil, err
		}
		item, err := w.describe(ctx, s.Value)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if item.IsWithdrawal() {
			taken[item.instance()] = true
		}
	}
	for i := range items {
		items[i].Withdrawn = !items[i].IsWithdrawal() && taken[items[i].instance()]
	}
	slices.SortStableFunc(items, func(a, b Item) int { return int(a.Made - b.Made) })
	return items, nil
}

// Tagged finds the draft or the finished submission that was started with tag:
// its instance id, or its item, or neither.
func (w *Workspace) Tagged(ctx context.Context, tag string) (instanceID string, item *Item, err error) {
	for d, err := range w.tables.drafts.All(ctx) {
		if err != nil {
			return "", nil, err
		}
		if d.Value.Tag == tag {
			return d.Key, nil, nil
		}
	}
	items, err := w.Items(ctx)
	for _, i := range items {
		if i.Tag == tag {
			return "", &i, err
		}
	}
	return "", nil, err
}

// Item describes the submission called name.
func (w *Workspace) Item(ctx context.Context, name string) (Item, error) {
	s, err := w.submission(ctx, name)
	if err != nil {
		return Item{}, err
	}
	i, err := w.describe(ctx, s)
	if err == nil {
		i.Withdrawn, err = w.withdrawn(ctx, s)
	}
	return i, err
}

func (w *Workspace) describe(ctx context.Context, s submission) (Item, error) {
	i := Item{Name: s.name(), Tag: s.Tag, Kind: s.Kind, Revision: s.Content.Revision, Title: s.Content.Name, Made: s.Made, Record: s.Record, Place: s.Place, Attached: len(s.Attachments)}
	if s.strangers() {
		i.Title = ""
	}
	var err error
	if s.Record == (batch.RecordID{}) {
		if i.Joined, i.Sealable, err = w.sealable(ctx); err == nil {
			i.Barred, err = w.barred(ctx)
		}
		return i, err
	}
	i.Joined, i.Sealable, i.Code = true, true, batch.Ref{Record: s.Record, Place: s.Place}.Code()
	if i.Delivery, err = w.mail.State(ctx, s.Record); err != nil {
		return i, err
	}
	if i.Delivery.State != storage.Received {
		if i.Barred, err = w.barred(ctx); err != nil {
			return i, err
		}
	}
	for _, a := range s.Attachments {
		d, err := w.mail.State(ctx, a.Record)
		if err != nil {
			return i, err
		}
		if d.State == storage.Received {
			i.AttachedOK++
		}
	}
	return i, nil
}

// sealable reports whether there is an invite, and whether it is known for whom
// to seal.
func (w *Workspace) sealable(ctx context.Context) (joined, known bool, err error) {
	if _, joined, err = w.mail.Invite(ctx); err != nil || !joined {
		return false, false, err
	}
	centre, err := w.mail.Centre(ctx)
	return true, centre != nil, err
}
