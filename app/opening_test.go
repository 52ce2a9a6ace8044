package app

import (
	"errors"
	"testing"

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

func TestAStoreThatCannotBeOpenedEndsTheWindow(t *testing.T) {
	p, _ := starting(t)
	broken := errors.New("the disk is on fire")
	if err := p.Run(t.Context(), func() (*workspace.Workspace, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("it ended with %v", err)
	}
}
