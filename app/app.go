// Package app is the Fyne application. It draws workspace and session state and
// turns gestures into calls; it decides nothing else. Start at [New].
package app

import (
	"context"

	"fyne.io/fyne/v2"

	"baraza.example/app/workspace"
	"baraza.example/forms/consultation"
)

// An App is the application's window over one workspace.
type App struct {
	fyne         fyne.App
	work         *workspace.Workspace
	consultation *consultation.Consultation
	window       fyne.Window
}

// New makes the application; tests hand it test.NewTempApp's.
func New(a fyne.App, w *workspace.Workspace, c *consultation.Consultation) *App {
	return &App{fyne: a, work: w, consultation: c}
}

// Run shows the window and returns when it is closed.
func (a *App) Run(ctx context.Context) error {
	if err := a.open(ctx); err != nil {
		return err
	}
	a.window.ShowAndRun()
	return nil
}

func (a *App) open(ctx context.Context) error {
	items, err := a.work.Items(ctx)
	if err != nil {
		return err
	}
	a.window = a.fyne.NewWindow(a.consultation.Title)
	a.window.SetContent(home(a.consultation, items))
	a.window.Resize(fyne.NewSize(760, 620))
	return nil
}
