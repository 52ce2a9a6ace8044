package app

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// restoring is the screen on which somebody who comes with a backup gets their work
// back, on a device on which they have none.
type restoring struct {
	a       *App
	file    string
	byWords bool // the recovery words open it, else the passphrase
	typed   string
	problem string
	work    *work
}

func (a *App) showRestore() { a.restoreFrom("") }

// restoreFrom begins with a file, if that is known already.
func (a *App) restoreFrom(file string) *restoring {
	r := &restoring{a: a, file: file, byWords: true, work: &work{a: a}}
	a.goTo(place{draw: r.draw, leave: r.work.stop})
	return r
}

func (r *restoring) draw() screen {
	a, say := r.a, r.a.words.Say
	content := formview.NewStack(gapParts)
	scroll := formview.NewScroll(formview.NewColumn(content))
	s := screen{title: say("restore.title"), bare: true, body: scroll}
	content.Objects = []fyne.CanvasObject{lines(heading(say("restore.title")), wrapped(say("restore.why")))}
	if r.work.what != "" {
		content.Add(r.work.running())
		return s
	}
	if r.problem != "" {
		content.Add(formview.NewProblem(r.problem))
	} else if o := r.work.outcome(); o != nil {
		content.Add(o)
	}
	choose := action(say("action.choose_file"), func() { a.chooseNamed(r.chosen) })
	choose.Icon = theme.FolderOpenIcon()
	file := section(say("restore.file"))
	if r.file != "" {
		file.Add(wrapped(onePiece(r.file)))
		choose.SetText(say("screen.other_file"))
	}
	file.Add(buttons(choose))
	content.Add(file)
	kinds := formview.NewStack(0)
	for _, k := range []struct {
		words bool
		id    locale.ID
	}{{true, "restore.by_words"}, {false, "restore.by_passphrase"}} {
		row := formview.NewChoice("", say(k.id), false)
		row.SetPicked(r.byWords == k.words)
		row.OnPick = func() {
			r.byWords, r.typed, r.problem = k.words, "", ""
			a.redraw()
		}
		kinds.Add(row)
	}
	opens := section(say("restore.opens"), kinds)
	if r.byWords {
		_, field := newField(scroll, true, r.typed, func(s string) { r.typed = s })
		opens.Add(lines(strong(say("recovery.type_words")), field, quiet(say("recovery.type_words_hint"))))
	} else {
		opens.Add(lines(strong(say("lock.word")), a.newSecret(scroll, r.typed, func(s string) { r.typed = s }, r.restore)))
	}
	content.Add(opens)
	scroll.Follow()
	s.bar = newBar(action(say("nav.back"), a.back), nil, primary(say("restore.start"), r.restore), false)
	return s
}

// chosen takes a file of this device.
func (r *restoring) chosen(file fyne.URI) {
	r.problem = ""
	if r.file = file.Path(); file.Scheme() != "file" {
		r.file, r.problem = "", r.a.words.Say("backup.not_there")
	}
	r.a.redraw()
}

// restore makes a place for the person whose backup it is, and goes in.
func (r *restoring) restore() {
	a := r.a
	with, problem := r.unlocking()
	if r.problem = problem; problem != "" {
		a.redraw()
		return
	}
	var who workspace.Person
	var w *workspace.Workspace
	file, people := r.file, a.o.People
	r.work.run(a.words.Say("restore.running"), func(ctx context.Context, tell workspace.Progress) (err error) {
		who, w, err = people.Restore(ctx, file, with, tell)
		return err
	}, func(err error) string {
		if err == nil {
			r.typed = ""
			a.settle(who, w, with.Words != nil)
		}
		return ""
	})
}

// unlocking is what opens the backup, or what is wrong with what was typed.
func (r *restoring) unlocking() (with workspace.Unlocking, problem string) {
	a := r.a
	switch {
	case r.file == "":
		return with, a.words.Say("restore.no_file")
	case strings.TrimSpace(r.typed) == "":
		return with, a.explain(workspace.ErrPassphraseNeeded)
	case !r.byWords:
		return workspace.Unlocking{Passphrase: []byte(r.typed)}, ""
	}
	words, err := workspace.ParseWords(r.typed)
	if err != nil {
		return with, a.explain(err)
	}
	return workspace.Unlocking{Words: words}, ""
}

// settle goes into what was restored. The place in which nobody had a name yet is not
// needed any more.
func (a *App) settle(who workspace.Person, w *workspace.Workspace, byWords bool) {
	nameless := a.work
	enter := func() {
		a.come(w)
		words := a.words.Say("restore.done")
		if name := a.personName(who); name != "" {
			words = locale.Sentences(words, a.words.Say("people.your_place", locale.Values{"Name": name}))
		}
		if byWords {
			a.showLock()
			words = locale.Sentences(words, a.words.Say("restore.lock_again"))
		}
		a.shell.say(words)
	}
	if nameless == nil {
		enter()
		return
	}
	a.jobs.run(func() error {
		if err := nameless.Close(); err != nil {
			return err
		}
		return a.o.People.Wipe(a.whole, nameless.Person())
	}, func(err error) {
		enter()
		a.shell.trouble(err)
	})
}
