package workspace_test

import (
	"errors"
	"strings"
	"testing"

	"baraza.example/app/workspace"
	"baraza.example/storage"
	"baraza.example/storage/simdisk"
)

// builtinDevice is a device with the questionnaire that ships with the program.
func builtinDevice(t *testing.T) *device {
	t.Helper()
	_, form, err := workspace.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	d := &device{t: t, disk: simdisk.New(1)}
	if d.Workspace, err = workspace.Open(t.Context(), "store", workspace.Options{
		Store: storage.Options{FS: d.disk, MemoryIndex: true, NoBallast: true}, Forms: []workspace.Form{form},
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if err := d.SetUp(t.Context(), "Redio Sauti ya Mwalo", "studio"); err != nil {
		t.Fatal(err)
	}
	return d
}

const questionnaire = "wgstudy_questionnaire"

func women() workspace.Group {
	return workspace.Group{Name: "  Women who dry fish ", Place: "Nansole", People: 34, How: []string{"radio", "phone"}, When: "2007-06-22",
		Language: "sw", Consent: "oral", ReadBack: "yes"}
}

func TestWhatIsKnownOfAGroupStandsInItsResponse(t *testing.T) {
	d := builtinDevice(t)
	g := women()
	if err := d.SaveGroup(t.Context(), &g); err != nil {
		t.Fatal(err)
	}
	r, err := d.WriteDown(t.Context(), questionnaire, g, "Amina")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"collection/collection_mode": "relay", "collection/behalf/behalf_group": "Women who dry fish", "collection/behalf/behalf_place": "Nansole",
		"collection/behalf/behalf_people": "34", "collection/behalf/behalf_how": "radio phone", "collection/behalf/behalf_date": "2007-06-22",
		"collection/behalf/collector_name": "Amina", "collection/behalf/behalf_consent": "oral", "collection/behalf/behalf_readback": "yes",
		"profile/answer_language": "sw", "profile/author": "Women who dry fish",
	} {
		ref := r.Root().Ref
		for step := range strings.SplitSeq(name, "/") {
			ref = ref.Child(step)
		}
		if n, ok := r.Node(ref); !ok || n.Value != want || !n.Relevant {
			t.Errorf("%s is %q, relevant: %v, want %q", name, n.Value, n.Relevant, want)
		}
	}
	g, err = d.Group(t.Context(), "women WHO dry fish")
	if err != nil || len(g.Entries) != 1 || g.Entries[0].By != "Amina" || g.Entries[0].InstanceID != r.InstanceID() {
		t.Errorf("kept of it is %+v, %v", g, err)
	}
}

func TestASecondPersonChecksAndAChangeUndoesIt(t *testing.T) {
	d := builtinDevice(t)
	g := women()
	if err := d.SaveGroup(t.Context(), &g); err != nil {
		t.Fatal(err)
	}
	if err := d.CheckEntry(t.Context(), g, "Babu"); !errors.Is(err, workspace.ErrNothingToCheck) {
		t.Errorf("nothing was checked: %v", err)
	}
	r, err := d.WriteDown(t.Context(), questionnaire, g, "Amina")
	if err != nil {
		t.Fatal(err)
	}
	state := func() workspace.Transcript {
		t.Helper()
		var err error
		if g, err = d.Group(t.Context(), g.ID); err != nil {
			t.Fatal(err)
		}
		all, err := d.Transcripts(t.Context(), g)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		return all[0]
	}
	state()
	if err := d.CheckEntry(t.Context(), g, "AMINA "); !errors.Is(err, workspace.ErrSamePerson) {
		t.Errorf("who wrote it down has checked it: %v", err)
	}
	if err := d.CheckEntry(t.Context(), g, " "); err == nil {
		t.Error("nobody has checked it")
	}
	if err := d.CheckEntry(t.Context(), g, "Babu"); err != nil {
		t.Fatal(err)
	}
	if s := state(); s.CheckedBy != "Babu" || s.Changed {
		t.Errorf("after the check it is %+v", s)
	}
	answer(t, r, r.Root().Ref.Child("questions").Child("q_a").Child("a"), "Who lives from the lake.")
	if s := state(); !s.Changed {
		t.Error("what was changed after the check counts as checked")
	}
	if err := d.CheckEntry(t.Context(), g, "Babu"); err != nil {
		t.Fatal(err)
	}
	if s := state(); s.Changed {
		t.Error("checked once more, and still changed")
	}
	if err := r.Discard(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := state(); !s.Gone {
		t.Error("what was thrown away is still there")
	}
}

func TestWhereASecondCheckIsAskedForNothingIsMadeReadyWithoutIt(t *testing.T) {
	d := builtinDevice(t)
	g := women()
	g.Second = true
	if err := d.SaveGroup(t.Context(), &g); err != nil {
		t.Fatal(err)
	}
	r, err := d.WriteDown(t.Context(), questionnaire, g, "Amina")
	if err != nil {
		t.Fatal(err)
	}
	root := r.Root().Ref
	for name, value := range map[string]string{"consent_processing": "yes", "consent_translation": "yes", "publication": "full",
		"org_category": "other", "nonprofit": "yes", "country": "TZ"} {
		answer(t, r, workspace.QuestionOf(r.Definition(), name).Ref, value)
	}
	first := root.Child("questions").Child("q_a").Child("a")
	ready := func() error {
		t.Helper()
		_, violations, err := r.MakeReady(t.Context(), "sw")
		if len(violations) > 0 {
			t.Fatal(violations)
		}
		return err
	}
	check := func() {
		t.Helper()
		if g, err = d.Group(t.Context(), g.ID); err != nil {
			t.Fatal(err)
		}
		if err := d.CheckEntry(t.Context(), g, "Babu"); err != nil {
			t.Fatal(err)
		}
	}
	answer(t, r, first, "Who lives from the lake.")
	if err := ready(); !errors.Is(err, workspace.ErrUnchecked) {
		t.Errorf("nobody has checked it: %v", err)
	}
	check()
	answer(t, r, first, "Who lives from the lake, and on it.")
	if err := ready(); !errors.Is(err, workspace.ErrUnchecked) {
		t.Errorf("it was changed after the check: %v", err)
	}
	check()
	if err := ready(); err != nil {
		t.Errorf("checked as it is: %v", err)
	}
}

func TestWhatCameOnPaperIsTranscribed(t *testing.T) {
	d := builtinDevice(t)
	g := women()
	g.How = []string{"paper", "recording"}
	if err := d.SaveGroup(t.Context(), &g); err != nil {
		t.Fatal(err)
	}
	r, err := d.WriteDown(t.Context(), questionnaire, g, "Amina")
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := r.Node(r.Root().Ref.Child("collection").Child("collection_mode")); n.Value != "transcribed" {
		t.Errorf("it is %s", n.Value)
	}
}

func TestAGroupHasANameAndAFormAPlaceForIt(t *testing.T) {
	d := builtinDevice(t)
	for _, g := range []workspace.Group{{}, {Name: " \n"}, {Name: strings.Repeat("é", workspace.MaxGroupText+1)}, {Name: "x", Place: strings.Repeat("y", 1000)}} {
		if err := d.SaveGroup(t.Context(), &g); err == nil {
			t.Errorf("kept was %.30q at %.30q", g.Name, g.Place)
		}
	}
	if all, err := d.Groups(t.Context()); err != nil || len(all) != 0 {
		t.Error(all, err)
	}
	other, g := newDevice(t), women()
	if err := other.SaveGroup(t.Context(), &g); err != nil {
		t.Fatal(err)
	}
	if _, err := other.WriteDown(t.Context(), "boats", g, "Amina"); !errors.Is(err, workspace.ErrNoGroupPlace) {
		t.Errorf("a form without a place for the group: %v", err)
	}
	if n := len(briefs(t, other.Workspace)); n != 0 {
		t.Errorf("%d drafts are left of it", n)
	}
}

func TestGroupsOutliveAPowerCut(t *testing.T) {
	d := newDevice(t)
	g := women()
	if err := d.SaveGroup(t.Context(), &g); err != nil {
		t.Fatal(err)
	}
	d.crash()
	again, err := d.Group(t.Context(), g.ID)
	if err != nil || again.Name != "Women who dry fish" || again.People != 34 || again.Made == 0 {
		t.Errorf("after the cut it is %+v, %v", again, err)
	}
}

// briefs lists what is being written.
func briefs(t *testing.T, w *workspace.Workspace) []workspace.Brief {
	t.Helper()
	all, err := w.Briefs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}
