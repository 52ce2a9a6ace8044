package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
)

func synchronise(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("sync", io)
	via := f.String("via", "", "address of a hub or centre; without it, those of the invite")
	near := f.Bool("nearby", false, "look for a hub on the local network")
	trust := f.String("trust", "", "fingerprint on the hub's screen, with --nearby; asked for when it is needed")
	wait := f.Duration("wait", 0, "try again with growing pauses until everything is received, at most this long")
	proxy := f.String("proxy", "", "send through this proxy from now on: host:port, http://name:password@host:port, “none”, or “system” for HTTPS_PROXY")
	http3 := f.String("http3", "off", "over UDP: off; tried (where the centre offers it, it passes and is no slower); only")
	over := f.Bool("over", false, "go over the day's budget of “barazad settings”")
	files := f.Bool("attachments", false, "send attachments now, whatever the settings say")
	estimate := f.Bool("estimate", false, "say what it would take, and send nothing")
	history := f.Bool("history", false, "say what was sent and when, and send nothing")
	watch := f.Bool("watch", false, "stay and send by itself, as the settings say")
	every := f.Duration("every", 0, "stay and send by itself about so often; the other settings hold")
	asJSON := f.Bool("json", false, "print the account as JSON")
	if _, err := f.parse(args); err != nil {
		return err
	}
	f.profile = frugal()
	w, _, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	if err := useProxy(ctx, w, *proxy); err != nil {
		return err
	}
	switch *http3 {
	case "off":
	case string(httpsync.HTTP3Tried), string(httpsync.HTTP3Only):
		w.TryHTTP3(httpsync.HTTP3(*http3))
	default:
		return fmt.Errorf("--http3 %s: %w", *http3, errUsage)
	}
	if *history {
		return printHistory(ctx, w, *asJSON, io)
	}
	how := workspace.Sending{ByHand: true, Over: *over, Files: *files}
	switch {
	case *near:
		if how.Via, err = nearby(ctx, w, *trust, io); err != nil {
			return err
		}
	case *via != "":
		how.Via = []string{*via}
	default:
		invite, joined, err := w.Invite(ctx)
		if err != nil {
			return err
		}
		if !joined {
			return errors.New("this device has not joined a consultation yet: “barazad join” first")
		}
		if len(invite.Addresses) == 0 {
			if roads, err := w.Roads(ctx); err != nil || len(roads) == 0 {
				return errors.New("the invite names no address: give one with --via")
			}
		}
	}
	switch {
	case *estimate:
		return printEstimate(ctx, w, how, *asJSON, io)
	case *watch, *every > 0:
		return keepSending(ctx, w, how, *every, *asJSON, io)
	}
	report, err := travel(ctx, w, how, *wait)
	if *asJSON {
		return errors.Join(err, printJSON(io.out, account(report)))
	}
	if err != nil {
		return err
	}
	if barred, err := w.Barred(ctx); err != nil {
		return err
	} else if barred {
		fmt.Fprintln(io.err, "sync: this device was revoked by its organisation; nothing more of it is taken. What it holds can still be read here.")
	}
	if report.Turns {
		fmt.Fprintln(io.err, "sync: a proxy on the way holds back what is sent until it is whole, so it went in pieces, each answered; that takes longer.")
	}
	fmt.Fprintln(io.out, reportLine(report))
	if words := refusedWords(report); words != "" {
		fmt.Fprintln(io.err, "sync: "+words)
	}
	if report.Pieces > 0 {
		fmt.Fprintf(io.out, "%d pieces of what the centre published came; “barazad documents” lists it\n", report.Pieces)
	}
	if report.Altered > 0 {
		fmt.Fprintf(io.err, "sync: %d pieces of what the centre published had been altered on the way, and were not taken\n", report.Altered)
	}
	return nil
}

// refusedWords says that the other side did not take everything, and why; what follows a
// refused record is refused as a gap, which is no reason.
func refusedWords(r exchange.Report) string {
	var why batch.RefuseCode
	for _, refusal := range r.Refused {
		if why == "" || why == batch.RefusedGap {
			why = refusal.Code
		}
	}
	switch what := counted(len(r.Refused), "records"); why {
	case "":
		return ""
	case batch.RefusedFull, batch.RefusedQuota:
		return fmt.Sprintf("%s has no room for %s now; what it did not take stays on this device and goes later, or another way", r.Peer.Name, what)
	default:
		return fmt.Sprintf("%s did not take %s (%s); “barazad status” says which", r.Peer.Name, what, why)
	}
}

func reportLine(r exchange.Report) string {
	return fmt.Sprintf("with %s: %s and %s sent, %s taken, %d bytes up, %d down", r.Peer.Name, counted(r.Sent, "records"), counted(r.Leaves, "pieces"), counted(r.Receipts, "receipts"), r.BytesUp, r.BytesDown)
}

// frugal lets a command that waits for a network most of its time live in the
// memory of a small phone, for some milliseconds of work.
func frugal() storage.Profile {
	debug.SetGCPercent(25)
	debug.SetMemoryLimit(32 << 20)
	return storage.Phone
}

// travel sends, and again after a pause while there is time.
func travel(ctx context.Context, w *workspace.Workspace, how workspace.Sending, wait time.Duration) (exchange.Report, error) {
	var schedule exchange.Schedule
	until := time.Now().Add(wait)
	for failures := 0; ; {
		report, err := w.Send(ctx, how)
		if errors.As(err, new(*workspace.HeldError)) {
			return report, err
		}
		if err == nil {
			failures = 0
		}
		if err == nil || report.Receipts > 0 { // the last ones may have come before a cut
			done, trouble := allReceived(ctx, w)
			if done || trouble != nil {
				return report, trouble
			}
		}
		failures++
		pause := schedule.Pause(failures, report.Retry, rand.Float64())
		if time.Now().Add(pause).After(until) {
			return report, err
		}
		select {
		case <-ctx.Done():
			return report, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// useProxy keeps which proxy is to be used; nothing leaves it as it is.
func useProxy(ctx context.Context, w *workspace.Workspace, text string) error {
	switch text {
	case "":
		return nil
	case "system":
		text = ""
	}
	return w.UseProxy(ctx, text)
}

func allReceived(ctx context.Context, w *workspace.Workspace) (bool, error) {
	items, err := w.Items(ctx)
	for _, i := range items {
		if i.Delivery.State != workspace.Received || i.AttachedOK < i.Attached {
			return false, err
		}
	}
	return true, err
}

// account is a report in JSON.
func account(r exchange.Report) map[string]any {
	return map[string]any{"peer": r.Peer.Name, "sent": r.Sent, "leaves": r.Leaves, "receipts": r.Receipts,
		"refused": r.Refused, "bytes_up": r.BytesUp, "bytes_down": r.BytesDown, "pieces": r.Pieces, "altered": r.Altered, "complete": r.Complete, "turns": r.Turns}
}
