package app

import (
	"context"

	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// showCheck proves what is kept on the device, and says in plain words what came of
// it.
func (a *App) showCheck() {
	w := &work{a: a}
	a.goTo(place{draw: func() screen { return a.checkScreen(w) }, leave: w.stop})
}

func (a *App) checkScreen(w *work) screen {
	say := a.words.Say
	parts := []fyne.CanvasObject{lines(heading(say("check.title")), wrapped(say("check.what")))}
	if w.what != "" {
		parts = append(parts, w.running())
	} else {
		if o := w.outcome(); o != nil {
			parts = append(parts, o)
		}
		parts = append(parts, buttons(primary(say("check.start"), func() { a.check(w) })))
	}
	parts = append(parts, section(say("check.opening"), wrapped(a.storeReport())))
	return screen{title: say("check.title"), way: "nav.settings", body: page(parts...)}
}

// check reads everything and tells w what it found.
func (a *App) check(w *work) {
	var found workspace.Checked
	of := a.work
	w.run(a.words.Say("about.checking"), func(ctx context.Context, tell workspace.Progress) (err error) {
		found, err = of.Check(ctx, tell)
		return err
	}, func(err error) string {
		if err != nil {
			return ""
		}
		words := a.words.Count("about.store_checked", found.Entries, locale.Values{"Size": a.words.Size(found.Bytes)})
		if found.Attachments > 0 {
			words = locale.Sentences(words, a.words.Count("check.attachments", found.Attachments))
		}
		switch {
		case len(found.Damage) > 0:
			w.good = false
			return a.words.Say("about.store_damaged", locale.Values{"Where": found.Damage[0].Error()})
		case found.Rebuilt != nil:
			return locale.Sentences(a.words.Say("check.mended"), words)
		}
		return words
	})
}

// storeReport says how the store was found at the start, and what was mended.
func (a *App) storeReport() string {
	report := a.work.StoreReport()
	switch {
	case report.Lost > 0:
		return a.words.Count("check.lost", int(report.Lost))
	case len(report.Damage) > 0:
		return a.words.Count("check.damage", len(report.Damage))
	case report.Rebuilt != nil:
		return a.words.Say("about.store_rebuilt")
	}
	return a.words.Say("about.store_fine")
}

// checkPart leads from the page about the program to the check.
func (a *App) checkPart() fyne.CanvasObject {
	say := a.words.Say
	return section(say("about.store"), wrapped(a.storeReport()), formview.NewStack(0, buttons(action(say("check.title"), a.showCheck))))
}
