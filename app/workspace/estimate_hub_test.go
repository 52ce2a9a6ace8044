package workspace_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"baraza.example/app/workspace"
)

// TestAHubsEstimateHoldsForWhatItCarries: with its own and for others, short texts and a
// photograph, complete and half here, what is said before is within 15 % of what then goes.
func TestAHubsEstimateHoldsForWhatItCarries(t *testing.T) {
	centre := newCentre(t)
	straight := centre.serve()
	radio := newDevice(t)
	radio.join(centre.invite.File())
	h := radio.station("Radio Mwalo")
	var phones []*device
	for range 4 {
		d := newDevice(t)
		d.join([]byte(centre.invite.Line()))
		phones = append(phones, d)
	}
	goes := func(what string, least int) {
		t.Helper()
		for _, d := range phones {
			visit(t, d, h)
		}
		r, err := radio.Relay(t.Context(), h, []string{straight}, true)
		if err != nil || r.Sent < least {
			t.Fatalf("%s: %+v, %v", what, r, err)
		}
		run := radio.runs()[0]
		if run.Said < run.Link*85/100 || run.Said > run.Link*115/100 {
			t.Errorf("%s: %d bytes were said, %d went: %d up, %d down in frames", what, run.Said, run.Link, run.Up, run.Down)
		}
		t.Logf("%s: %d bytes were said, %d went", what, run.Said, run.Link)
	}
	goes("who they are", 0)
	for i, d := range phones {
		d.respond(fmt.Sprint("lake ", i, prose(100)))
	}
	goes("a text of each", 4)
	for i, d := range phones[:2] {
		for j := range 5 {
			d.respond(fmt.Sprint("lake ", i, j, prose(500)))
		}
	}
	radio.respond("Nalubaale")
	goes("more of two, and one of its own", 3)
	phones[3].photograph(200_000)
	goes("a photograph", 1)
	goes("asking again", 0)
}

// TestAShortTextForOthersGoesOnTheDayOnWhichItCame: a photograph has stopped the hub's day, and a
// text that fits into the rest of it doesn't wait for the next.
func TestAShortTextForOthersGoesOnTheDayOnWhichItCame(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var day atomic.Int64
	centre := newCentre(t)
	straight := centre.serve()
	radio := newDeviceAt(t, func() time.Time { return noon.AddDate(0, 0, int(day.Load())) })
	radio.join(centre.invite.File())
	radio.rules(func(r *workspace.Rules) { r.Budget = 60_000 })
	h := radio.station("Radio Mwalo")
	d, other := newDevice(t), newDevice(t)
	d.join(centre.invite.File())
	other.join(centre.invite.File())
	d.photograph(200_000)
	visit(t, d, h)
	visit(t, other, h)
	var held *workspace.HeldError
	if _, err := radio.Relay(t.Context(), h, []string{straight}, false); !errors.As(err, &held) {
		t.Fatalf("200 kB fitted into 60 kB: %v", err)
	}
	text := other.respond("Nalubaale")
	visit(t, other, h)
	if r, err := radio.Relay(t.Context(), h, []string{straight}, false); err != nil && !errors.As(err, &held) || r.Sent == 0 {
		t.Errorf("a text of another waits: %+v, %v", r, err)
	}
	if s, err := centre.show(other.item(text.Name).Code); err != nil || s.Problem != nil {
		t.Errorf("the text is not there: %v", err)
	}
	if spent, _, err := radio.Spent(t.Context()); err != nil || spent > 60_000 {
		t.Errorf("%d bytes were spent, %v", spent, err)
	}
	if r, err := radio.Relay(t.Context(), h, []string{straight}, false); !errors.As(err, &held) || r.Sent > 0 {
		t.Errorf("nothing short waits any more: %+v, %v", r, err)
	}
}
