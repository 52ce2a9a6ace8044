package app

import (
	"errors"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"baraza.example/app/workspace"
)

// starting is an application whose store is not open yet. Its jobs run at once.
func starting(t *testing.T) (p *person, open func() (*workspace.Workspace, error)) {
	t.Helper()
	consultation, form, err := workspace.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	p = &person{App: New(test.NewTempApp(t), nil, consultation, Options{}), t: t}
	p.working = p.atOnce
	return p, func() (*workspace.Workspace, error) {
		w, err := workspace.Open(t.Context(), t.TempDir(), workspace.Options{Forms: []workspace.Form{form}})
		if err == nil {
			t.Cleanup(func() { _ = w.Close() })
		}
		return w, err
	}
}

func TestTheWindowStandsBeforeTheStoreIsOpen(t *testing.T) {
	p, open := starting(t)
	err := p.Run(t.Context(), func() (*workspace.Workspace, error) {
		p.sees("Baraza", "Opening what is on this device…")
		p.doesNotSee("aved", "[") // nothing is known yet, and nothing can be done
		return open()
	})
	if err != nil {
		t.Fatal(err)
	}
	p.sees("[Next]")
	p.doesNotSee("Opening what is on this device…")
}

func TestTheWindowOpensInTheLookThatWasChosen(t *testing.T) {
	p, open := starting(t)
	p.o.Folder = t.TempDir()
	kept := workspace.Settings{Languages: []string{"fr"}, TextSize: 140, Look: workspace.LookDark}
	if err := workspace.KeepLook(p.o.Folder, kept); err != nil {
		t.Fatal(err)
	}
	err := p.Run(t.Context(), func() (*workspace.Workspace, error) {
		if got, want := p.fyne.Settings().Theme(), newLook(kept, p.words); got != fyne.Theme(want) {
			t.Errorf("it opens in %+v", got)
		}
		p.doesNotSee("Opening what is")
		w, err := open()
		if err == nil {
			_, err = w.Change(t.Context(), func(s *workspace.Settings) { *s = kept })
		}
		return w, err
	})
	if err != nil {
		t.Fatal(err)
	}
	p.choose(func(s *workspace.Settings) { s.Look = workspace.LookLight })
	if got := workspace.LastLook(p.o.Folder); got.Look != workspace.LookLight || got.TextSize != 140 {
		t.Errorf("kept for the next start is %+v", got)
	}
}

func TestAStoreThatCannotBeOpenedEndsTheWindow(t *testing.T) {
	p, _ := starting(t)
	broken := errors.New("the disk is on fire")
	if err := p.Run(t.Context(), func() (*workspace.Workspace, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("it ended with %v", err)
	}
}

func TestTheWindowOpensAsLargeAsItWasClosed(t *testing.T) {
	dir := t.TempDir()
	p := sit(t, t.TempDir(), Options{Folder: dir}, fyne.NewSize(777, 555))
	p.shut()
	if got := workspace.LastWindow(dir); got.Width != 777 || got.Height != 555 {
		t.Fatalf("kept is %v", got)
	}
	again := New(test.NewTempApp(t), p.work, p.consultation, Options{Folder: dir})
	again.frame(t.Context())
	defer again.end()
	if got := again.window.Canvas().Size(); got != fyne.NewSize(777, 555) {
		t.Errorf("it opens as large as %v", got)
	}
}
