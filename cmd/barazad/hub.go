package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"baraza.example/app/station"
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
	proxy := f.String("proxy", "", "go up through this proxy from now on, as with “barazad sync”")
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
	if err := useProxy(ctx, w, *proxy); err != nil {
		return err
	}
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
	h, err := station.Start(ctx, station.Options{Work: w, Form: form, Folder: *f.dir, Listen: *listen, Kiosk: *kiosk, Roads: roads,
		Quota: hub.Quota{Device: int64(device), Total: int64(total)}, Every: *every, Hidden: !*found, Logger: log})
	if err != nil {
		return err
	}
	defer h.Close()
	if *status != "" {
		page, err := hub.ListenKiosk(*status, boardHandler(h, w, log), log)
		if err != nil {
			return err
		}
		defer page.Close()
		fmt.Fprintf(io.out, "  board    %s\n", page.Address)
	}
	for _, link := range h.Links() {
		fmt.Fprintf(io.out, "  kiosk    %s\n", link)
	}
	if h.Found() {
		fmt.Fprintf(io.out, "  compare  %s\n", h.Fingerprint())
	}
	addresses := h.Addresses()
	if len(addresses) == 0 { // it is in no network yet
		addresses = []string{h.Listens().String()}
	}
	fmt.Fprintf(io.out, "hub %q\n", h.Name())
	for _, a := range addresses {
		fmt.Fprintf(io.out, "  address  %s\n", a)
	}
	<-ctx.Done()
	return nil
}
