package workspace_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/sync/batch"
)

func TestACorrectionIsTheNextRevisionOfAResponse(t *testing.T) {
	d := newDevice(t)
	r := d.start()
	answer(t, r, "/data/lake", "Nalubaale")
	if err := r.Attach(t.Context(), "/data/photo", "boat.jpg", strings.NewReader("a boat"), workspace.Keeping{}); err != nil {
		t.Fatal(err)
	}
	first := ready(t, r)

	again, err := d.Correct(t.Context(), first.Name)
	if err != nil {
		t.Fatal(err)
	}
	if again.Revision() != 2 || again.Revised() != r.InstanceID() || value(t, again, "/data/lake") != "Nalubaale" {
		t.Errorf("revision %d of %s says %q", again.Revision(), again.Revised(), value(t, again, "/data/lake"))
	}
	answer(t, again, "/data/lake", "Victoria")
	if err := again.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.crash()
	goesOn, err := d.Correct(t.Context(), first.Name)
	if err != nil || goesOn.InstanceID() != again.InstanceID() || value(t, goesOn, "/data/lake") != "Victoria" {
		t.Fatalf("the correction that was begun doesn't go on: %v", err)
	}
	second := ready(t, goesOn)
	if second.Revision != 2 || second.Attached != 1 || strings.TrimSuffix(first.Name, "/1") != strings.TrimSuffix(second.Name, "/2") {
		t.Errorf("the correction is %+v of %+v", second, first)
	}
	if again, violations, err := goesOn.MakeReady(t.Context(), "en"); err != nil || len(violations) > 0 || again.Name != second.Name {
		t.Errorf("made ready twice it is %+v, %v", again, err)
	}
	for name, lake := range map[string]string{first.Name: "Nalubaale", second.Name: "Victoria"} {
		sent, err := d.Read(t.Context(), name, "en")
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := sent.Response.Node("/data/lake"); n.Value != lake {
			t.Errorf("%s says %q", name, n.Value)
		}
	}
	third, err := d.Correct(t.Context(), first.Name) // of the newest, whichever was asked for
	if err != nil || third.Revision() != 3 || value(t, third, "/data/lake") != "Victoria" {
		t.Errorf("the third revision: %v", err)
	}
}

func TestACorrectionIsTheNextRevisionOfAContribution(t *testing.T) {
	d := newDevice(t)
	first := contributed(t, d.Workspace, "Boats")
	c, changed, err := d.CorrectContribution(t.Context(), first.Name)
	if err != nil || changed || c.Title != "Boats" || len(c.Paragraphs) != 1 {
		t.Fatalf("the correction begins as %+v (changed: %v), %v", c, changed, err)
	}
	if again, changed, err := d.CorrectContribution(t.Context(), first.Name); err != nil || changed || again.ID != c.ID {
		t.Errorf("asked for twice it is %s, not %s (changed: %v), %v", again.ID, c.ID, changed, err)
	}
	c.Title = "Boats and nets"
	c.SetText(strings.Repeat("Maneno yetu. ", 20_000)+"\n\nNyavu.", time.Now()) // kept in pieces
	if err := d.SaveContribution(t.Context(), &c); err != nil {
		t.Fatal(err)
	}
	d.crash()
	c, changed, err = d.CorrectContribution(t.Context(), first.Name)
	if err != nil || !changed || c.Title != "Boats and nets" || len(c.Paragraphs) != 2 {
		t.Fatalf("the correction goes on as %+v (changed: %v), %v", c.Title, changed, err)
	}
	if revision, _, err := d.Correcting(t.Context(), c.ID); err != nil || revision != 2 {
		t.Errorf("it says that it is revision %d, %v", revision, err)
	}
	if _, err := d.Withdraw(t.Context(), first.Name, ""); !errors.Is(err, workspace.ErrCorrecting) {
		t.Errorf("withdrawn from under its author: %v", err)
	}
	c.SetText("Maneno yetu.\n\nNyavu.", time.Now())
	second, err := d.MakeContributionReady(t.Context(), &c, "")
	if err != nil {
		t.Fatal(err)
	}
	if second.Revision != 2 || strings.TrimSuffix(first.Name, "/1") != strings.TrimSuffix(second.Name, "/2") {
		t.Errorf("the correction is %+v of %+v", second, first)
	}
	for name, title := range map[string]string{first.Name: "Boats", second.Name: "Boats and nets"} {
		sent, err := d.Read(t.Context(), name, "en")
		if err != nil {
			t.Fatal(err)
		}
		if got := sent.Contribution; got.Title != title || got.ID+"/" != strings.TrimRight(name, "12") {
			t.Errorf("%s says %q, %s", name, got.Title, got.ID)
		}
	}
	third, changed, err := d.CorrectContribution(t.Context(), first.Name)
	if err != nil || changed || third.Title != "Boats and nets" {
		t.Errorf("the third revision begins as %q (changed: %v), %v", third.Title, changed, err)
	}
}

// A second touch of the button, or a save that comes late, makes nothing of it again.
func TestACorrectionOfAContributionIsMadeReadyOnce(t *testing.T) {
	d := newDevice(t)
	c, _, err := d.CorrectContribution(t.Context(), contributed(t, d.Workspace, "Boats").Name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.MakeContributionReady(t.Context(), &c, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := d.MakeContributionReady(t.Context(), &c, ""); !errors.Is(err, workspace.ErrFinished) {
		t.Errorf("made ready twice: %v", err)
	}
	if err := d.SaveContribution(t.Context(), &c); !errors.Is(err, workspace.ErrFinished) {
		t.Errorf("saved after it was made ready: %v", err)
	}
	if _, err := d.Contribution(t.Context(), c.ID); !errors.Is(err, workspace.ErrNoDraft) {
		t.Errorf("its draft: %v", err)
	}
	if err := d.PutAside(t.Context(), c.ID); !errors.Is(err, workspace.ErrNoDraft) {
		t.Errorf("put into the trash: %v", err)
	}
	for left, err := range d.Contributions(t.Context()) {
		t.Errorf("%+v is still being written, %v", left, err)
	}
	briefs, err := d.Briefs(t.Context())
	items, wrong := d.Items(t.Context())
	if err != nil || wrong != nil || len(briefs) != 0 || len(items) != 2 {
		t.Errorf("%d drafts and %d items, %v, %v", len(briefs), len(items), err, wrong)
	}
}

// A correction in the trash may come back after another one was sent: it must not take its place.
func TestACorrectionOfAContributionComesBackFromTheTrash(t *testing.T) {
	d := newDevice(t)
	first := contributed(t, d.Workspace, "Boats")
	c, _, err := d.CorrectContribution(t.Context(), first.Name)
	if err != nil {
		t.Fatal(err)
	}
	aside := func(put func(context.Context, string) error, id string) {
		t.Helper()
		if err := put(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	aside(d.PutAside, c.ID)
	aside(d.Restore, c.ID)
	if revision, _, err := d.Correcting(t.Context(), c.ID); err != nil || revision != 2 {
		t.Errorf("back from the trash it is revision %d, %v", revision, err)
	}
	aside(d.PutAside, c.ID)
	other, changed, err := d.CorrectContribution(t.Context(), first.Name)
	if err != nil || changed || other.ID == c.ID {
		t.Fatalf("another correction: changed: %v, %v", changed, err)
	}
	if _, err := d.MakeContributionReady(t.Context(), &other, ""); err != nil {
		t.Fatal(err)
	}
	if err := d.Restore(t.Context(), c.ID); !errors.Is(err, workspace.ErrFinished) {
		t.Errorf("the first correction comes back: %v", err)
	}
	if _, err := d.Withdraw(t.Context(), first.Name, ""); err != nil {
		t.Error(err)
	}
	if _, _, err := d.CorrectContribution(t.Context(), first.Name); !errors.Is(err, workspace.ErrWithdrawn) {
		t.Errorf("what was withdrawn is corrected: %v", err)
	}
}

func TestOnlyTheirKindIsCorrected(t *testing.T) {
	d := newDevice(t)
	item := contributed(t, d.Workspace, "Boats")
	if item.Kind != batch.KindContribution {
		t.Fatal("this is no contribution")
	}
	if _, err := d.Correct(t.Context(), item.Name); !errors.Is(err, workspace.ErrNoResponse) {
		t.Errorf("a contribution: %v", err)
	}
	if _, _, err := d.CorrectContribution(t.Context(), d.respond("Nalubaale").Name); !errors.Is(err, workspace.ErrNoContribution) {
		t.Errorf("a response: %v", err)
	}
	if _, err := d.Correct(t.Context(), "uuid:none/1"); err == nil {
		t.Error("what isn't there is corrected")
	}
}
