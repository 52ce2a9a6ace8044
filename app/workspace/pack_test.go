package workspace_test

import (
	"fmt"
	"strings"
	"testing"

	"baraza.example/app/workspace"
	"baraza.example/sync/batch"
	"baraza.example/sync/central"
)

func TestWhatWaitsTogetherGoesInOneEnvelope(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	var made []workspace.Item
	for i := range 11 {
		if i%3 == 2 {
			made = append(made, contributed(t, d.Workspace, fmt.Sprint("title ", i)))
			continue
		}
		r := d.start()
		answer(t, r, "/data/lake", fmt.Sprint("lake ", i))
		if i == 4 {
			if err := r.Attach(t.Context(), "/data/photo", "boats.jpg", strings.NewReader("a picture"), workspace.Keeping{}); err != nil {
				t.Fatal(err)
			}
		}
		made = append(made, ready(t, r))
	}
	if i := d.item(made[0].Name); i.Waiting() != "link" || i.Code != "" {
		t.Errorf("before a road is open: waits for %q, code %q", i.Waiting(), i.Code)
	}
	records, bytes, err := d.Pending(t.Context())
	if err != nil || bytes < 11*100 {
		t.Errorf("%d records, %d bytes wait: %v", records, bytes, err)
	}
	if report := d.meet(c); report.Sent != records {
		t.Errorf("%d records were said to wait, %d went", records, report.Sent)
	}
	names := []string{}
	for _, i := range made {
		names = append(names, i.Name)
	}
	d.received(c, names...)
	if packs, alone := c.records(batch.KindPack), c.records(batch.KindResponse)+c.records(batch.KindContribution); packs != 1 || alone != 1 {
		t.Fatalf("%d packs and %d alone for eleven submissions", packs, alone)
	}
	first := d.item(made[0].Name)
	for at, i := range made {
		got := d.item(i.Name)
		if at < 10 && (got.Place != at+1 || got.Record != first.Record || got.Code != fmt.Sprintf("%s.%d", first.Record.Code(), at+1)) {
			t.Errorf("submission %d stands at place %d of %v, code %s", at, got.Place, got.Record, got.Code)
		}
		if p, err := d.Proof(t.Context(), got); err != nil || p == nil {
			t.Errorf("submission %d has no proof: %v", at, err)
		}
		// What its author reads out finds it at the desk, and only it.
		s, err := c.show(strings.ToLower(got.Code))
		if err != nil || s.InstanceID+"/1" != i.Name || s.Kind != i.Kind {
			t.Errorf("%s is %v %s at the desk, %v", got.Code, s.Kind, s.InstanceID, err)
		}
		if at == 4 && (len(s.Attachments) != 1 || !s.Attachments[0].Whole()) {
			t.Errorf("the picture: %+v", s.Attachments)
		}
	}
}

func TestAPackThatWasCutIsSentAgainAsItWas(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	a, b := d.respond("first"), d.respond("second")
	d.tryToSend(c)
	sealed := d.item(a.Name)
	if sealed.Place != 1 || d.item(b.Name).Record != sealed.Record {
		t.Fatalf("not one pack: %+v", sealed)
	}
	d.crash()
	later := d.respond("third")
	if _, err := d.Exchange(t.Context(), &road{c: c, up: 4500, down: -1}); err == nil {
		t.Fatal("the link did not break")
	}
	d.crash()
	d.meet(c)
	d.received(c, a.Name, b.Name, later.Name)
	if i := d.item(a.Name); i.Record != sealed.Record {
		t.Error("the pack was made anew")
	}
	if packs, alone := c.records(batch.KindPack), c.records(batch.KindResponse); packs != 1 || alone != 1 {
		t.Errorf("%d packs and %d alone", packs, alone)
	}
}

func TestLongTextsAreNotHeldUpByOneAnother(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	var names []string
	for range 3 {
		r := d.start()
		answer(t, r, "/data/lake", strings.Repeat("maji ", 6000))
		names = append(names, ready(t, r).Name)
	}
	d.meet(c)
	d.received(c, names...)
	if n := c.records(batch.KindPack); n != 0 {
		t.Errorf("texts of 30 KB went in %d packs", n)
	}
}

func TestACopyOfAPackCountsOnce(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	a, b := d.respond("first"), d.respond("second")
	copied := d.copied()
	d.meet(c)
	extra := copied.respond("on the copy")
	for range 3 {
		copied.meet(c)
	}
	d.received(c, a.Name, b.Name)
	copied.received(c, a.Name, b.Name, extra.Name)
}

func (c *centre) show(ref string) (central.Submission, error) {
	return (&central.Desk{Store: c.store, Keys: c.desk}).Show(c.t.Context(), ref)
}
