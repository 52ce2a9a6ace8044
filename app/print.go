package app

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// A printing writes something to be printed, and says which characters it couldn't
// draw.
type printing func(io.Writer) (workspace.Printed, error)

// toPrint is how this person's screens are printed.
func (a *App) toPrint() workspace.Printing { return workspace.Printing{Words: a.words} }

// copies are the ways to take along what was made ready, or a draft by its ID: to another
// program that prints it, as PDF, and as JSON. before, which may be nil, is called first.
func (a *App) copies(name, code string, before func()) fyne.CanvasObject {
	file := "baraza"
	if code != "" {
		file += "-" + code
	}
	first := func(do func()) func() {
		return func() {
			if before != nil {
				before()
			}
			do()
		}
	}
	write := func(w io.Writer) (workspace.Printed, error) { return a.work.Print(a.ctx, name, a.toPrint(), w) }
	paper := action(a.words.Say("print.open"), first(func() { a.showElsewhere(file+".pdf", write) }))
	paper.Icon = theme.DocumentPrintIcon()
	pdf := action(a.words.Say("print.save"), first(func() { a.saveAs(file+".pdf", write) }))
	pdf.Icon = theme.DocumentSaveIcon()
	json := action(a.words.Say("print.save_json"), first(func() {
		a.saveAs(file+".json", func(w io.Writer) (workspace.Printed, error) {
			return workspace.Printed{}, a.work.Export(a.ctx, name, w, a.languages()...)
		})
	}))
	json.Icon = theme.DocumentSaveIcon()
	return buttons(paper, pdf, json)
}

// onPaper are the ways to bring the form to people without a device: a sheet to fill
// in with a pen, and a script for the radio.
func (a *App) onPaper() fyne.CanvasObject {
	form, err := a.work.Form(a.consultation.Form.ID)
	if err != nil {
		return formview.NewStack(0)
	}
	way := func(id locale.ID, name string, script bool) *formview.Button {
		b := action(a.words.Say(id), func() {
			a.saveAs(name, func(w io.Writer) (workspace.Printed, error) { return workspace.PrintForm(form, script, a.toPrint(), w) })
		})
		b.Icon = theme.DocumentPrintIcon()
		return b
	}
	return buttons(way("print.paper", "baraza-form.pdf", false), way("print.script", "baraza-script.pdf", true))
}

// saveAs asks for a file and writes it.
func (a *App) saveAs(name string, write printing) {
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if err != nil || w == nil {
			a.shell.trouble(err)
			return
		}
		a.writeInto(w, write)
	}, a.window)
	d.SetFileName(name)
	d.Show()
}

// writeInto writes to a file that a person chose, and says what couldn't be drawn.
func (a *App) writeInto(w fyne.URIWriteCloser, write printing) {
	var printed workspace.Printed
	name := w.URI().Name()
	a.jobs.run(func() (err error) {
		printed, err = write(w)
		return errors.Join(err, w.Close())
	}, func(err error) {
		if err != nil {
			a.shell.trouble(fmt.Errorf("%s: %w", name, err))
			return
		}
		said := a.words.Say("print.saved", locale.Values{"Name": name})
		if len(printed.Missing) > 0 {
			said = locale.Sentences(said, a.words.Say("print.missing", locale.Values{"Signs": strings.Join(strings.Split(string(printed.Missing), ""), " ")}))
		}
		a.shell.say(said)
	})
}
