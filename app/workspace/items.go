package workspace

import (
	"context"
	"slices"

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
	Title      string
	Made       int64          // by the device's clock
	Record     batch.RecordID // zero while it waits to be sealed
	Code       string         // receipt code; "" while it waits to be sealed
	Delivery   storage.Delivery
	Attached   int // files
	AttachedOK int // of them, received: their records are in the log
}

// IsContribution says that it is a text of its own, not a response to a form.
func (i Item) IsContribution() bool { return i.Kind == batch.KindContribution }

// Waiting says what an item waits for, as a stable word; "" for nothing.
func (i Item) Waiting() string {
	switch {
	case i.Delivery.State == storage.Received:
		return ""
	case i.Record == batch.RecordID{}:
		return "recipients" // an invite, or the centre's card
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
	for s, err := range w.tables.submissions.All(ctx) {
		if err != nil {
			return nil, err
		}
		item, err := w.describe(ctx, s.Value)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
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
	return w.describe(ctx, s)
}

func (w *Workspace) describe(ctx context.Context, s submission) (Item, error) {
	i := Item{Name: s.name(), Tag: s.Tag, Kind: s.Kind, Title: s.Content.Name, Made: s.Made, Record: s.Record, Attached: len(s.Attachments)}
	if s.Record == (batch.RecordID{}) {
		return i, nil
	}
	i.Code = s.Record.Code()
	var err error
	if i.Delivery, err = w.mail.State(ctx, s.Record); err != nil {
		return i, err
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
