package app

import (
	"fmt"
	"runtime"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/assets/locale"
)

// showAbout tells versions, how the store is, and what was logged. It names
// nobody and holds no answers, so that it can be sent to whoever helps.
func (a *App) showAbout() {
	draw := func() screen {
		say := a.words.Say
		facts := lines()
		for _, f := range a.facts() {
			facts.Add(wrapped(f))
		}
		copied := action(say("action.copy"), func() {
			a.fyne.Clipboard().SetContent(strings.Join(append(a.facts(), a.storeReport()), "\n"))
			a.shell.say(say("screen.copied"))
		})
		copied.Icon = theme.ContentCopyIcon()
		column := []fyne.CanvasObject{
			formview.NewStack(gapWords, heading(say("about.title")), facts, buttons(copied)),
			a.checkPart(), a.logPart(), lines(quiet(say("about.licence")), quiet(say("about.fonts"))),
		}
		return screen{title: say("nav.about"), way: "nav.about", body: page(column...)}
	}
	a.start(place{draw: draw})
}

func (a *App) facts() []string {
	say := a.words.Say
	facts := []string{say("about.version", locale.Values{"Version": a.o.Version}) + fmt.Sprintf(" · %s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)}
	if def, err := a.form(); err == nil {
		facts = append(facts, say("about.form", locale.Values{"Version": def.Settings.Version}))
	}
	if card, err := a.work.Card(); err == nil {
		facts = append(facts, say("about.device", locale.Values{"ID": card.ID().Short()}))
	}
	if a.o.Folder != "" {
		facts = append(facts, say("about.store_folder", locale.Values{"Folder": onePiece(a.o.Folder)}))
	}
	return facts
}

// logPart offers what was logged, to a file or to the clipboard.
func (a *App) logPart() fyne.CanvasObject {
	say := a.words.Say
	if a.o.Log == nil {
		return formview.NewStack(0)
	}
	save := action(say("about.export_log"), a.saveLog)
	save.Icon = theme.DocumentSaveIcon()
	copied := action(say("about.copy_log"), func() {
		a.readLog(func(text []byte) {
			a.fyne.Clipboard().SetContent(string(text))
			a.shell.say(say("screen.copied"))
		})
	})
	copied.Icon = theme.ContentCopyIcon()
	return section(say("about.log"), quiet(say("about.log_note")), buttons(save, copied))
}

// readLog reads facts and log together, and hands them on here.
func (a *App) readLog(then func(text []byte)) {
	var text []byte
	facts := strings.Join(append(a.facts(), a.storeReport()), "\n") + "\n\n"
	a.jobs.run(func() error {
		log, err := a.o.Log.Text(a.ctx)
		text = append([]byte(facts), log...)
		return err
	}, func(err error) {
		if err != nil {
			a.shell.trouble(err)
			return
		}
		then(text)
	})
}

func (a *App) saveLog() {
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		if err != nil || w == nil {
			a.shell.trouble(err)
			return
		}
		a.writeLog(w)
	}, a.window)
	d.SetFileName("baraza-log.txt")
	d.Show()
}

// writeLog writes the log to a file that a person chose.
func (a *App) writeLog(w fyne.URIWriteCloser) {
	a.readLog(func(text []byte) {
		a.writeTo(w, text, a.words.Say("about.log_saved", locale.Values{"File": w.URI().Name()}))
	})
}
