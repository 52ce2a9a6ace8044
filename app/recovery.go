package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// recovering is the making of a recovery sheet: the words are shown, then two of
// them are asked back, and only then they open anything.
type recovering struct {
	a        *App
	recovery *workspace.Recovery // nil before words are drawn
	asking   bool                // two words are asked back
	typed    [2]string
	problem  string
	done     string
	scrolled *formview.Scroll
}

func (a *App) showRecovery() {
	r := &recovering{a: a}
	a.goTo(place{draw: r.draw, enter: a.looked})
}

func (r *recovering) draw() screen {
	say := r.a.words.Say
	content := formview.NewStack(gapParts)
	r.scrolled = formview.NewScroll(formview.NewColumn(content))
	s := screen{title: say("recovery.title"), way: "nav.settings", body: r.scrolled}
	switch {
	case r.recovery == nil:
		content.Objects = r.begin()
	case !r.asking:
		content.Objects = r.sheet()
		s.bar = newBar(action(say("action.cancel"), r.drop), nil, primary(say("recovery.written"), func() { r.ask(true) }), false)
	default:
		content.Objects = r.questions()
		s.bar = newBar(action(say("recovery.look_again"), func() { r.ask(false) }), nil, primary(say("recovery.confirm"), r.confirm), false)
	}
	r.scrolled.Follow()
	return s
}

// begin says what the sheet is for and how it stands with it.
func (r *recovering) begin() []fyne.CanvasObject {
	a, say := r.a, r.a.words.Say
	parts := []fyne.CanvasObject{lines(heading(say("recovery.title")), strong(a.recoveryState()), wrapped(say("recovery.why")))}
	if r.done != "" {
		parts = append(parts, formview.NewNotice(theme.ConfirmIcon(), theme.ColorNameSuccess, r.done))
	}
	if r.problem != "" {
		parts = append(parts, formview.NewProblem(r.problem))
	}
	label := say("recovery.make")
	if a.safe.words {
		label = say("recovery.make_anew")
	}
	parts = append(parts, formview.NewStack(gapWords, buttons(primary(label, r.start)), quiet(say("recovery.make_why"))))
	if a.safe.words {
		parts = append(parts, formview.NewStack(gapWords, buttons(action(say("recovery.drop"), r.forget)), quiet(say("recovery.drop_why"))))
	}
	return parts
}

// sheet shows the words as they stand on the paper, and saves them to be printed.
func (r *recovering) sheet() []fyne.CanvasObject {
	a, say := r.a, r.a.words.Say
	list := r.recovery.Words.List()
	columns := [2]*fyne.Container{formview.NewStack(gapTight), formview.NewStack(gapTight)} // so that all are in sight on a phone
	for i, w := range list {
		l := strong(fmt.Sprintf("%s. %s", a.words.Number(int64(i+1)), w))
		l.SizeName = theme.SizeNameSubHeadingText
		columns[2*i/len(list)].Add(l)
	}
	words := container.New(halves{9}, columns[0], columns[1])
	parts := []fyne.CanvasObject{lines(heading(say("recovery.write_down")), wrapped(say("recovery.write_down_why")))}
	if r.problem != "" {
		parts = append(parts, formview.NewProblem(r.problem))
	}
	drawing := action(say("recovery.save_drawing"), func() {
		r.save("baraza-recovery.pdf", func(s workspace.Sheet) ([]byte, error) {
			var b bytes.Buffer
			err := s.PDF(&b, a.words.Language().Code)
			return b.Bytes(), err
		})
	})
	drawing.Icon = theme.DocumentPrintIcon()
	text := action(say("recovery.save_text"), func() {
		r.save("baraza-recovery.txt", func(s workspace.Sheet) ([]byte, error) { return []byte(s.Text()), nil })
	})
	text.Icon = theme.DocumentSaveIcon()
	return append(parts, formview.NewPanel(formview.ColourCard, formview.ColourEdge, words), formview.NewStack(gapWords, buttons(drawing, text), quiet(say("recovery.save_why"))))
}

// questions ask two words back.
func (r *recovering) questions() []fyne.CanvasObject {
	a, say := r.a, r.a.words.Say
	parts := []fyne.CanvasObject{lines(heading(say("recovery.ask_title")), wrapped(say("recovery.ask_why")))}
	if r.problem != "" {
		parts = append(parts, formview.NewProblem(r.problem))
	}
	var fields [2]*formview.Entry
	for i, number := range r.recovery.Ask {
		entry, field := newField(r.scrolled, false, r.typed[i], func(s string) { r.typed[i] = s })
		fields[i] = entry
		parts = append(parts, formview.NewStack(gapWords, strong(a.words.Say("recovery.ask_word", locale.Values{"Number": number})), field))
	}
	fields[0].OnSubmitted = func(string) { a.window.Canvas().Focus(fields[1]) }
	fields[1].OnSubmitted = func(string) { r.confirm() }
	return parts
}

// start draws words. They open nothing yet.
func (r *recovering) start() {
	a := r.a
	var fresh *workspace.Recovery
	w := a.work
	a.jobs.run(func() (err error) {
		fresh, err = w.NewRecovery()
		return err
	}, func(err error) {
		r.recovery, r.asking, r.typed, r.done, r.problem = fresh, false, [2]string{}, "", ""
		if err != nil {
			r.recovery, r.problem = nil, a.explain(err)
		}
		a.again()
	})
}

func (r *recovering) drop() {
	r.recovery, r.problem = nil, ""
	r.a.again()
}

func (r *recovering) ask(asking bool) {
	r.asking, r.problem = asking, ""
	r.a.again()
}

// confirm takes the two words; from then on all twelve open the workspace.
func (r *recovering) confirm() {
	a, first, second, made := r.a, r.typed[0], r.typed[1], r.recovery
	a.jobs.run(func() error { return made.Confirm(a.ctx, first, second) }, func(err error) {
		if err != nil {
			r.problem = a.explain(err)
			a.redraw()
			return
		}
		r.recovery, r.problem, r.done = nil, "", a.words.Say("recovery.done")
		a.again()
		a.looked()
	})
}

// forget makes the words of before open nothing.
func (r *recovering) forget() {
	a, w := r.a, r.a.work
	a.jobs.run(func() error { return w.DropRecovery(a.ctx) }, func(err error) {
		r.done, r.problem = a.words.Say("recovery.dropped"), ""
		if err != nil {
			r.done, r.problem = "", a.explain(err)
		}
		a.looked()
	})
}

// save writes the sheet to a file that a person chooses, to be printed.
func (r *recovering) save(name string, draw func(workspace.Sheet) ([]byte, error)) {
	a := r.a
	sheet := a.recoverySheet(r.recovery.Words)
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if err != nil || w == nil {
			a.shell.trouble(err)
			return
		}
		content, err := draw(sheet)
		if err != nil {
			a.shell.trouble(errors.Join(err, w.Close()))
			return
		}
		a.writeTo(w, content, a.words.Say("recovery.saved", locale.Values{"File": w.URI().Name()}))
	}, a.window)
	d.SetFileName(name)
	d.Show()
}

// recoverySheet is the paper with the words. It names nobody.
func (a *App) recoverySheet(words workspace.Words) workspace.Sheet {
	say := a.words.Say
	return workspace.Sheet{Words: words, Title: say("recovery.sheet_title"), Notes: []string{say("recovery.sheet_what"), say("recovery.sheet_keep")}}
}

// writeTo writes to a file that a person chose, and says that it is done.
func (a *App) writeTo(w fyne.URIWriteCloser, content []byte, done string) {
	a.jobs.run(func() error {
		_, err := io.Copy(w, bytes.NewReader(content))
		if closed := w.Close(); err == nil {
			err = closed
		}
		return err
	}, func(err error) {
		if err != nil {
			a.shell.trouble(err)
			return
		}
		a.shell.say(done)
	})
}
