package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/hub"
)

func runHub(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("hub", io)
	listen := f.String("listen", "127.0.0.1:8445", "address that devices reach")
	invite := f.String("join", "", "invite of the centre, as text or file; needed once")
	via := f.String("via", "", "address of the centre or next hub; by default those of the invite")
	kiosk := f.String("kiosk", "", "address where phones without the program fill in the questionnaire: 0.0.0.0:8080")
	status := f.String("board", "", "address of a page for the hub's keeper; keep it off the network: 127.0.0.1:8447")
	var device, total byteSize
	f.Var(&device, "quota-device", "bytes to hold for one device, as 500MB; without it 576 MiB")
	f.Var(&total, "quota", "bytes to hold for all, as 8GB; without it 8 GiB")
	found := f.Bool("nearby", true, "let devices on the local network find this hub")
	every := f.Duration("every", time.Minute, "how often to try the way up")
	if _, err := f.parse(args); err != nil {
		return err
	}
	if *f.org == "" && *f.name == "" {
		*f.name = "hub"
	}
	w, form, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	if *invite != "" {
		text, err := inviteText(*invite)
		if err != nil {
			return err
		}
		if _, err := w.Join(ctx, text); err != nil {
			return err
		}
	}
	held, joined, err := w.Invite(ctx)
	if err != nil {
		return err
	}
	if !joined {
		return errors.New("a hub must have joined: give the centre's invite with --join")
	}
	roads := held.Addresses
	if *via != "" {
		roads = []string{*via}
	}
	log := logger(io.err, *f.verbose)
	quota := hub.Quota{Device: int64(device), Total: int64(total)}
	h, err := w.Hub("", quota)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(*f.dir, 0o700); err != nil {
		return err
	}
	cert, err := ownCertificate(filepath.Join(*f.dir, tlsKeyFile))
	if err != nil {
		return err
	}
	seen := newBoard(w, h.Self().Name)
	handler := httpsync.Handler(func(ctx context.Context, c exchange.Conn) {
		report, err := h.Serve(ctx, c)
		if seen.served(report, err); err != nil {
			log.Info("an exchange ended early", "err", err)
		}
	})
	listener, err := httpsync.Listen(*listen, cert, handler, log)
	if err != nil {
		return err
	}
	defer listener.Close()
	if *status != "" {
		page, err := hub.ListenKiosk(*status, seen.handler(quota, log), log)
		if err != nil {
			return err
		}
		defer page.Close()
		fmt.Fprintf(io.out, "  board    %s\n", page.Address)
	}
	pages, err := serveKiosk(ctx, w, form, h.Self().Name, *kiosk, log)
	if err != nil {
		return err
	}
	defer pages.close()
	pages.tell(io.out)
	if *found {
		near, self, err := announce(h.Self().Name, listener.Address, log)
		if err != nil { // it works without
			log.Warn("this hub can't be found nearby; devices need its address", "err", err)
		} else {
			defer near.Close()
			fmt.Fprintf(io.out, "  compare  %s\n", self.Fingerprint())
		}
	}
	fmt.Fprintf(io.out, "hub %q\n  address  %s\n", h.Self().Name, listener.Address)
	return forward(ctx, w, h, roads, *every, seen, log)
}

// forward tries the way up again and again, until ctx ends.
func forward(ctx context.Context, w *workspace.Workspace, h *hub.Hub, roads []string, every time.Duration, seen *board, log *slog.Logger) error {
	schedule := exchange.Schedule{First: min(every, 2*time.Second), Longest: every}
	failures := 0
	for {
		report, err := forwardOnce(ctx, w, h, roads)
		if ctx.Err() != nil {
			return nil
		}
		if seen.went(report, err); err != nil {
			failures++
			log.Warn("the way up is closed", "err", say(err))
		} else {
			failures = 0
			log.Info("met the centre", "sent", report.Sent, "receipts", report.Receipts)
		}
		pause := every
		if failures > 0 {
			pause = schedule.Pause(failures, report.Retry, rand.Float64())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

func forwardOnce(ctx context.Context, w *workspace.Workspace, h *hub.Hub, roads []string) (report exchange.Report, err error) {
	for _, road := range roads {
		var t *httpsync.Client
		if t, err = dial(road); err != nil {
			return report, err
		}
		report, err = w.Forward(ctx, h, t)
		t.Close()
		if err == nil || ctx.Err() != nil {
			return report, err
		}
	}
	return report, err
}
