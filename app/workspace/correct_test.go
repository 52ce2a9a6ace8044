package workspace_test

import (
	"errors"
	"strings"
	"testing"

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

func TestOnlyResponsesAreCorrected(t *testing.T) {
	d := newDevice(t)
	item := contributed(t, d.Workspace, "Boats")
	if item.Kind != batch.KindContribution {
		t.Fatal("this is no contribution")
	}
	if _, err := d.Correct(t.Context(), item.Name); !errors.Is(err, workspace.ErrNoResponse) {
		t.Errorf("a contribution: %v", err)
	}
	if _, err := d.Correct(t.Context(), "uuid:none/1"); err == nil {
		t.Error("what isn't there is corrected")
	}
}
