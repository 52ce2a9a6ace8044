package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"baraza.example/app/station"
	"baraza.example/app/workspace"
)

// The board is what the keeper of a hub without a screen sees, as text and as
// JSON.
type (
	boardState struct {
		Hub     string       `json:"hub"`
		Records int          `json:"waiting_records"` // without a receipt
		Bytes   int64        `json:"waiting_bytes"`   // what they will cost on the way up, before HTTP and TLS
		Used    int64        `json:"held_bytes"`
		Quota   int64        `json:"quota_bytes"`
		Up      boardContact `json:"up"`
		Guests  []boardGuest `json:"guests"`
		Events  []boardEvent `json:"events"`
	}
	boardContact struct {
		Last   time.Time `json:"last,omitzero"` // when it was open
		Tried  time.Time `json:"tried,omitzero"`
		Reason string    `json:"reason,omitempty"` // why it is closed
	}
	boardGuest struct {
		ID       string    `json:"id"`
		Name     string    `json:"name,omitempty"`
		Last     time.Time `json:"last"`
		Visits   int       `json:"visits"`
		Records  int       `json:"records"` // taken from it since the start
		Receipts int       `json:"receipts"`
		Refused  int       `json:"refused"`
	}
	boardEvent struct {
		At    time.Time `json:"at"`
		Words string    `json:"words"`
	}
)

// boardOf words a state.
func boardOf(s station.State) boardState {
	b := boardState{Hub: s.Name, Records: s.Records, Bytes: s.Bytes, Used: s.Used, Quota: s.Quota, Up: boardContact{Last: s.Up.Last, Tried: s.Up.Tried}}
	if s.Up.Err != nil {
		b.Up.Reason = say(s.Up.Err)
	}
	for _, g := range s.Guests {
		b.Guests = append(b.Guests, boardGuest(g))
	}
	for _, e := range s.Events {
		b.Events = append(b.Events, boardEvent{e.At, eventWords(e)})
	}
	return b
}

// eventWords is an event in a line.
func eventWords(e station.Event) string {
	switch e.Kind {
	case station.EventVisit:
		words := fmt.Sprintf("%s brought %s and took %s", cmp.Or(e.Guest.Name, "the device "+e.Guest.ID), counted(e.Guest.Records, "records"), counted(e.Guest.Receipts, "receipts"))
		if e.Guest.Refused > 0 {
			words += fmt.Sprintf("; %d refused (%s)", e.Guest.Refused, e.Reason)
		}
		if e.Broken {
			words += "; the link broke, the rest comes with the next visit"
		}
		return words
	case station.EventOpen:
		r := e.Report
		return fmt.Sprintf("the way up was open: %s went on, %s came, %s up and %s down", counted(r.Sent, "records"), counted(r.Receipts, "receipts"), sized(r.BytesUp), sized(r.BytesDown))
	case station.EventClosed:
		return "the way up is closed: " + say(e.Err)
	}
	return string(e.Kind)
}

// words is the board as text: newest first.
func (s boardState) words() string {
	var b strings.Builder
	at := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
	fmt.Fprintf(&b, "Hub %s\n\n", s.Hub)
	if s.Records == 0 {
		b.WriteString("Nothing waits for a receipt.\n")
	} else {
		fmt.Fprintf(&b, "Waiting for a receipt: %s; to bring them on costs about %s.\n", counted(s.Records, "records"), sized(s.Bytes))
	}
	fmt.Fprintf(&b, "%s of %s are in use.\n", sized(s.Used), sized(s.Quota))
	switch {
	case s.Up.Tried.IsZero():
		b.WriteString("The way up was not tried yet.\n")
	case s.Up.Reason == "":
		fmt.Fprintf(&b, "The way up was open at %s.\n", at(s.Up.Last))
	case s.Up.Last.IsZero():
		fmt.Fprintf(&b, "The way up is closed, and was not open since the start: %s\n", s.Up.Reason)
	default:
		fmt.Fprintf(&b, "The way up is closed, and was open at %s: %s\n", at(s.Up.Last), s.Up.Reason)
	}
	b.WriteString("Receipts to read on the air: at this address with /receipts behind it.\n\nWho was here\n")
	if len(s.Guests) == 0 {
		b.WriteString("  nobody since the start\n")
	}
	for _, v := range s.Guests {
		fmt.Fprintf(&b, "  %s  %s  %s  visits %d, records %d, receipts %d, refused %d\n", at(v.Last), v.ID, cmp.Or(v.Name, "a device"), v.Visits, v.Records, v.Receipts, v.Refused)
	}
	b.WriteString("\nWhat happened\n")
	for _, e := range slices.Backward(s.Events) {
		fmt.Fprintf(&b, "  %s  %s\n", at(e.At), e.Words)
	}
	return b.String()
}

// boardHandler serves the board: / as text, /status.json for programs, and at /receipts what
// “barazad receipts --air” prints, for that needs the folder to itself.
func boardHandler(of *station.Station, work *workspace.Workspace, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	show := func(kind string, write func(ctx context.Context, w io.Writer) error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			var page bytes.Buffer
			if err := write(r.Context(), &page); err != nil {
				log.Error("the board could not be made", "error", err)
				http.Error(w, "This can't be looked up just now. Nothing is lost.", http.StatusInternalServerError)
				return
			}
			h := w.Header()
			h.Set("Content-Type", kind)
			h.Set("Cache-Control", "no-store")
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
			_, _ = w.Write(page.Bytes()) // the other side has gone: nobody to tell
		}
	}
	const text = "text/plain; charset=utf-8"
	mux.HandleFunc("GET /{$}", show(text, func(ctx context.Context, w io.Writer) error {
		s, err := of.State(ctx)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, boardOf(s).words())
		return err
	}))
	mux.HandleFunc("GET /status.json", show("application/json", func(ctx context.Context, w io.Writer) error {
		s, err := of.State(ctx)
		if err != nil {
			return err
		}
		return json.NewEncoder(w).Encode(boardOf(s))
	}))
	mux.HandleFunc("GET /receipts", show(text, func(ctx context.Context, w io.Writer) error {
		return receiptsOf(ctx, work, func(i workspace.Item, received bool) error {
			if !received {
				return nil
			}
			return onAir(w, i)
		})
	}))
	return mux
}
