package workspace

import (
	"context"
	"errors"
	"slices"

	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
)

// ErrNoRoad means that the invite names no address, or that there is none yet.
var ErrNoRoad = errors.New("there is no address to send to yet: join with an invite first")

// Roads are the addresses to send to, in the order in which they are tried: the
// hub that a person named, then those of the invite.
func (w *Workspace) Roads(ctx context.Context) ([]string, error) {
	invite, joined, err := w.Invite(ctx)
	if err != nil {
		return nil, err
	}
	if !joined {
		return nil, ErrNoRoad
	}
	chosen, err := w.Settings(ctx)
	if err != nil {
		return nil, err
	}
	roads := slices.DeleteFunc(slices.Clone(invite.Addresses), func(a string) bool { return a == chosen.Hub })
	if chosen.Hub != "" {
		roads = append([]string{chosen.Hub}, roads...)
	}
	if len(roads) == 0 {
		return nil, ErrNoRoad
	}
	return roads, nil
}

// CheckAddress says whether text is the address of a hub or centre, as people
// type it or read it off a hub's screen.
func CheckAddress(text string) error {
	_, err := httpsync.ParseAddress(text)
	return err
}

// ErrNoAddress means text that is no address of a hub or centre.
var ErrNoAddress = httpsync.ErrAddress

// Send runs one exchange over the first of its roads that answers. moved, which may be nil, is told the bytes written and read so far; it is
// called from other goroutines.
func (w *Workspace) Send(ctx context.Context, moved func(up, down int64)) (report exchange.Report, err error) {
	roads, err := w.Roads(ctx)
	if err != nil {
		return exchange.Report{}, err
	}
	began := w.clock()
	defer func() {
		w.log.Info("exchange", "sent", report.Sent, "receipts", report.Receipts, "bytes_up", report.BytesUp, "bytes_down", report.BytesDown,
			"took", w.clock().Sub(began), "error", err)
	}()
	report, err = w.sendOver(ctx, roads, moved)
	if err == nil || ctx.Err() != nil || TroubleOf(err) != TroubleNoRoute {
		return report, err
	}
	// A hub that was compared may have another address today.
	near, looked := w.trustedNearby(ctx, roads)
	if looked != nil || len(near) == 0 {
		return report, err
	}
	return w.sendOver(ctx, near, moved)
}

// sendOver runs an exchange over the first road that answers.
func (w *Workspace) sendOver(ctx context.Context, roads []string, moved func(up, down int64)) (report exchange.Report, err error) {
	for _, text := range roads {
		var client *httpsync.Client
		if client, err = w.Way(ctx, text); err != nil {
			continue
		}
		report, err = w.Exchange(ctx, counted{client, &meter{moved: moved}})
		if err == nil || ctx.Err() != nil {
			break
		}
	}
	return report, err
}

// trustedNearby lists the addresses of hubs whose fingerprint was compared once,
// other than those that were tried.
func (w *Workspace) trustedNearby(ctx context.Context, tried []string) (roads []string, err error) {
	chosen, err := w.Settings(ctx)
	if err != nil || len(chosen.Trusted) == 0 {
		return nil, err
	}
	found, err := w.Nearby(ctx)
	for _, n := range found {
		if n.Trusted && !slices.Contains(tried, n.Address) {
			roads = append(roads, n.Address)
		}
	}
	return roads, err
}

// A Proof is what a receipt proves, in figures: the record is entry Index of the
// centre's log, which had Size entries at Time, by the centre's clock.
type Proof struct {
	Index, Size, Time int64
}

// Proof returns the figures of an item's receipt, nil while there is none.
// Receipts are checked before they are kept.
func (w *Workspace) Proof(ctx context.Context, i Item) (*Proof, error) {
	if w.self == nil || i.Code == "" {
		return nil, nil
	}
	r, found, err := w.Receipt(ctx, i.Record)
	if err != nil || !found {
		return nil, err
	}
	return &Proof{Index: r.Index, Size: r.Checkpoint.Size, Time: r.Checkpoint.Time}, nil
}
