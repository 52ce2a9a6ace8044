package world

import (
	"context"
	"fmt"
	"strings"

	"baraza.example/app/workspace"
	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/central"
)

// An Account says what must hold at the end, counted at both ends: what the
// devices have acknowledged to people, against what the secretariat can open.
// The fields with names in JSON are those of `barazad demo --json`.
type Account struct {
	Records      int   `json:"records"`       // submissions made
	ReceivedOnce int   `json:"received_once"` // standing exactly once in the centre's log
	Lost         int   `json:"lost"`          // nowhere
	Duplicates   int   `json:"duplicates"`    // counted more than once
	Redelivered  int   `json:"redelivered"`   // came more often than once, and counted once
	ProofsOK     int   `json:"proofs_ok"`     // receipts whose proof holds, on the devices
	ViaHub       int   `json:"via_hub"`       // that came by way of a hub first
	Cuts         int64 `json:"cuts"`          // connections cut
	BytesUp      int64 `json:"bytes_up"`      // over all links, TLS included
	BytesDown    int64 `json:"bytes_down"`
	Kills        int   `json:"kills,omitempty"` // processes killed, where that was asked for

	Forged    int      `json:"-"` // records at the centre that their device has not signed
	Each      []Fate   `json:"-"`
	Forgotten []string `json:"-"` // acknowledged by a device, unknown to it after a kill
}

// A Fate is what became of one submission.
type Fate struct {
	Device     string
	Kind       batch.Kind
	Title      string
	Code       string
	Road       []string        // names of the hubs it passed, then the centre's; empty: it never arrived
	Carrier    central.Carrier // that brought it to the centre
	Bytes      int             // of its envelope
	Tries      int             // contacts of its device until all it had was received
	Deliveries int             // at the centre
	Counted    int             // how often the secretariat counts it
	Proof      bool            // the device holds a receipt and its proof holds
}

// Err is nil when everything made was received exactly once, every device has
// a receipt with a proof that holds, and nothing acknowledged was forgotten.
func (a Account) Err() error {
	if a.ReceivedOnce == a.Records && a.Lost == 0 && a.Duplicates == 0 && a.ProofsOK == a.Records && a.Forged == 0 && len(a.Forgotten) == 0 {
		return nil
	}
	return fmt.Errorf("of %d submissions %d were received once, %d lost, %d counted twice; %d proofs hold; %d records have a false signature; forgotten: %s",
		a.Records, a.ReceivedOnce, a.Lost, a.Duplicates, a.ProofsOK, a.Forged, strings.Join(a.Forgotten, ", "))
}

// Settled draws up the account.
func (w *World) Settled(ctx context.Context) (Account, error) {
	entries, surplus, err := w.centre.entries(ctx)
	if err != nil {
		return Account{}, fmt.Errorf("what came in: %w", err)
	}
	stats := w.net.stats()
	a := Account{Records: len(w.made), Duplicates: surplus, Cuts: stats.Cuts, BytesUp: stats.BytesUp, BytesDown: stats.BytesDown}
	if a.Forged, err = w.centre.forged(ctx); err != nil {
		return a, fmt.Errorf("the signatures of what came in: %w", err)
	}
	for _, d := range w.devices {
		a.Forgotten = append(a.Forgotten, d.Lost...)
	}
	for _, m := range w.made {
		f, err := w.fate(ctx, m, entries[m.Item])
		if err != nil {
			return a, err
		}
		a.count(f)
	}
	return a, nil
}

func (a *Account) count(f Fate) {
	a.Each = append(a.Each, f)
	switch f.Counted {
	case 0:
		a.Lost++
	case 1:
		a.ReceivedOnce++
	default:
		a.Duplicates++
	}
	if f.Deliveries > 1 {
		a.Redelivered++
	}
	if f.Proof {
		a.ProofsOK++
	}
	if len(f.Road) > 1 {
		a.ViaHub++
	}
}

func (w *World) fate(ctx context.Context, m Made, e entry) (Fate, error) {
	f := Fate{Device: m.Device.Name, Bytes: e.bytes, Tries: m.Device.Tries, Deliveries: e.deliveries, Counted: e.counted, Road: e.road, Carrier: e.carrier}
	item, err := m.Device.Item(ctx, m.Item)
	if err != nil {
		return f, nil // the device has lost it: Forgotten says so
	}
	f.Kind, f.Title, f.Code = item.Kind, item.Title, item.Code
	f.Proof, err = w.proven(ctx, m.Device.Workspace, item)
	return f, err
}

// proven checks the receipt that a device holds once more, and that what it
// names stands at this place in the centre's own log.
func (w *World) proven(ctx context.Context, ws *workspace.Workspace, i workspace.Item) (bool, error) {
	if i.Delivery.State != storage.Received {
		return false, nil
	}
	receipt, found, err := ws.Receipt(ctx, i.Record)
	if err != nil || !found {
		return false, err
	}
	return receipt.Check(w.centre.Log()) == nil, nil
}
