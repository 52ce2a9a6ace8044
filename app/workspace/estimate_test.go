package workspace_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"baraza.example/app/workspace"
)

// TestTheEstimateIsWhatTheAccountSays: what a person is told before sending is
// what an exchange with a real centre then writes, within 15 %.
func TestTheEstimateIsWhatTheAccountSays(t *testing.T) {
	words := func(n int) string { // that no dictionary shortens to nothing
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "The %dth boat landed %d kg of fish at the pier of village %d. ", i, i*i*7919%1009, i*31%97)
		}
		return b.String()
	}
	for _, c := range []struct {
		name  string
		card  bool // the invite carries it
		again bool // the device has sent before
		ready func(t *testing.T, d *device)
	}{
		{"one short response, the card to come", false, false, func(_ *testing.T, d *device) { d.respond("Nalubaale") }},
		{"one short response", true, false, func(_ *testing.T, d *device) { d.respond("Nalubaale") }},
		{"one more, later", true, true, func(_ *testing.T, d *device) { d.respond("Nalubaale") }},
		{"one more, later, by the line", false, true, func(_ *testing.T, d *device) { d.respond("Nalubaale") }},
		{"eleven together", true, true, func(t *testing.T, d *device) {
			for i := range 11 {
				d.respond(fmt.Sprint("lake ", i, words(300)))
			}
		}},
		{"texts too long to try", true, false, func(t *testing.T, d *device) {
			for i := range 3 {
				d.respond(fmt.Sprint(i, words(60_000)))
			}
		}},
		{"a picture", true, true, func(t *testing.T, d *device) {
			r := d.start()
			answer(t, r, "/data/lake", "Nalubaale")
			if err := r.Attach(t.Context(), "/data/photo", "boats.jpg", bytes.NewReader(bytes.Repeat([]byte("boat"), 50_000)), workspace.Keeping{}); err != nil {
				t.Fatal(err)
			}
			ready(t, r)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			centre, d := newCentre(t), newDevice(t)
			if c.card {
				d.join(centre.invite.File())
			} else {
				d.join([]byte(centre.invite.Line()))
			}
			if c.again {
				d.respond("sent before")
				d.meet(centre)
			}
			if n, bytes, err := d.Pending(t.Context()); n != 0 || bytes != 0 || err != nil {
				t.Errorf("nothing waits, yet %d records of %d bytes are said to, %v", n, bytes, err)
			}
			c.ready(t, d)
			_, said, err := d.Pending(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if went := d.meet(centre).BytesUp; said < went*85/100 || said > went*115/100 {
				t.Errorf("%d bytes were said, %d went", said, went)
			}
		})
	}
	t.Run("sealed and not arrived", func(t *testing.T) {
		centre, d := newCentre(t), newDevice(t)
		d.join(centre.invite.File())
		d.respond("Nalubaale")
		_, frozen, err := d.Pending(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		d.tryToSend(centre)
		_, said, err := d.Pending(t.Context())
		if err != nil || said < frozen*95/100 || said > frozen*105/100 {
			t.Errorf("%d before it was sealed, %d after, %v", frozen, said, err)
		}
		if went := d.meet(centre).BytesUp; said < went*85/100 || said > went*115/100 {
			t.Errorf("%d bytes were said, %d went", said, went)
		}
		if i := d.items(); len(i) != 1 || i[0].Delivery.State != workspace.Received {
			t.Errorf("%+v", i)
		}
	})
}

// The keeper of a hub is told what waits there, not what the hub itself has made.
func TestAHubCountsWhatItHoldsForOthers(t *testing.T) {
	c := newCentre(t)
	box, d := newDevice(t), newDevice(t)
	for _, x := range []*device{box, d} {
		x.join(c.invite.File())
	}
	h := box.station("Radio Amani")
	forward(t, box, h, c.road())
	if n, bytes, err := box.ToBringOn(t.Context()); n != 0 || bytes != 0 || err != nil {
		t.Errorf("nothing waits, yet %d records of %d bytes are said to, %v", n, bytes, err)
	}
	d.respond("Nalubaale")
	visit(t, d, h)
	n, said, err := box.ToBringOn(t.Context())
	if own, _, _ := box.Pending(t.Context()); own != 0 {
		t.Errorf("%d records are the hub's own", own)
	}
	r, failed := box.Forward(t.Context(), h, c.road())
	if err != nil || failed != nil || n == 0 || n != r.Sent || said < r.BytesUp*85/100 || said > r.BytesUp*115/100 {
		t.Errorf("%d records of %d bytes were said, %d of %d went: %v, %v", n, said, r.Sent, r.BytesUp, err, failed)
	}
}
