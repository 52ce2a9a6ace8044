package app

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"baraza.example/app/workspace"
)

func TestTheFirstWindowShowsTheConsultationAndWhatBecameOfEverything(t *testing.T) {
	consultation, form, err := workspace.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	w, err := workspace.Open(t.Context(), t.TempDir(), workspace.Options{Forms: []workspace.Form{form}})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	a := New(test.NewTempApp(t), w, consultation)
	if err := a.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	shown := words(a.window.Content())
	for _, want := range []string{consultation.Title, "First round", "to be determined", "Nothing yet."} {
		if !strings.Contains(shown, want) {
			t.Errorf("the window does not show %q", want)
		}
	}
}

func TestEachItemStandsInOneOfThreePlainStates(t *testing.T) {
	consultation, _, err := workspace.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	var items [3]workspace.Item
	items[0] = workspace.Item{Title: "one"}
	items[1] = workspace.Item{Title: "two"}
	items[1].Delivery.State, items[1].Delivery.Hub = workspace.AtHub, "Radio Amani"
	items[2] = workspace.Item{Title: "three", Code: "MCKW3-4BH0E"}
	items[2].Delivery.State = workspace.Received
	test.NewTempApp(t)
	shown := words(home(consultation, items[:]))
	for _, want := range []string{"one\non this device", "two\nat the hub Radio Amani", "three\nreceived · MCKW3-4BH0E"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is missing in %q", want, shown)
		}
	}
}

// words is the text of all labels below o.
func words(o fyne.CanvasObject) string {
	switch o := o.(type) {
	case *widget.Label:
		return o.Text + "\n"
	case *fyne.Container:
		var all string
		for _, c := range o.Objects {
			all += words(c)
		}
		return all
	case *container.Scroll:
		return words(o.Content)
	}
	return ""
}
