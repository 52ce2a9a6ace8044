package app

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// A work is something that takes its time: it says how far it is, and a person may
// stop it. Afterwards it says what came of it.
type work struct {
	a       *App
	what    string // is being done; "" while nothing is
	cancel  context.CancelFunc
	done    int64
	total   int64
	bar     *progress
	account *formview.Label
	result  string // of the last run
	good    bool   // it is
}

// run does something elsewhere. do is told how to tell of progress; then is called
// here and says what came of it, "" for the error's words.
func (w *work) run(what string, do func(ctx context.Context, tell workspace.Progress) error, then func(error) string) {
	a := w.a
	if w.what != "" {
		return
	}
	ctx, cancel := context.WithCancel(a.ctx)
	w.what, w.cancel, w.done, w.total, w.result = what, cancel, 0, 0, ""
	at := a.visit
	a.redraw()
	gauge := newGauge(a.jobs, func(done, total int64) {
		w.done, w.total = done, total
		if w.what != "" && w.bar != nil {
			w.tell()
		}
	})
	a.jobs.run(func() error { return do(ctx, gauge.moved) }, func(err error) {
		stopped := ctx.Err() != nil
		cancel()
		w.what = ""
		w.good = err == nil
		switch w.result = then(err); {
		case w.result != "":
		case stopped:
			w.result, w.good = a.words.Say("work.stopped"), true
		case err != nil:
			w.result = a.explain(err)
		}
		if a.visit == at {
			a.redraw()
		}
	})
}

// stop ends what is being done.
func (w *work) stop() {
	if w.cancel != nil {
		w.cancel()
	}
}

// running says how far it is.
func (w *work) running() fyne.CanvasObject {
	w.bar, w.account = newProgress(), quiet("")
	w.tell()
	return formview.NewPanel(formview.ColourSoft, "", formview.NewStack(gapCards,
		strong(w.what), w.bar, w.account, buttons(action(w.a.words.Say("action.cancel"), w.stop))))
}

func (w *work) tell() {
	words := w.a.words
	w.bar.share = float32(w.done) / float32(max(w.total, w.done, 1))
	w.bar.Refresh()
	w.account.SetWords(words.Say("work.progress", locale.Values{"Done": words.Size(w.done), "Total": words.Size(max(w.total, w.done))}))
}

// outcome is what came of it, nil for nothing yet.
func (w *work) outcome() fyne.CanvasObject {
	switch {
	case w.result == "":
		return nil
	case w.good:
		return formview.NewNotice(theme.ConfirmIcon(), theme.ColorNameSuccess, w.result)
	}
	return formview.NewProblem(w.result)
}
