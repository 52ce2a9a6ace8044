package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// The door is what stands before the workspaces of those who share a device. Of
// each it shows a number and a word, for nothing else is readable there; who is
// alone and has no passphrase never sees it.

// standBefore shows the door: nobody's workspace is open.
func (a *App) standBefore() {
	a.standClosed()
	a.showDoor()
	a.ready()
}

// standClosed is the window without anybody's workspace.
func (a *App) standClosed() {
	a.work, a.safe = nil, safety{}
	// The language and the size of the letters stay, so that the door can be read.
	a.chosen = workspace.Settings{Languages: a.chosen.Languages, TextSize: a.chosen.TextSize, Look: a.chosen.Look}
	a.apply()
	a.shell = newShell(a)
	a.window.SetContent(a.shell.root)
	a.window.SetOnDropped(nil)
}

// showDoor looks who is on the device and shows the screen that this asks for.
func (a *App) showDoor() {
	var all []workspace.Person
	var w *workspace.Workspace
	a.jobs.run(func() (err error) {
		if w, err = a.o.People.Enter(a.ctx); err == nil && w == nil {
			all, err = a.o.People.List()
		}
		return err
	}, func(err error) {
		switch {
		case err != nil:
			a.showClosed(err)
		case w != nil:
			a.come(w)
		case len(all) == 1:
			a.showUnlock(all[0], false)
		default:
			a.showPeople(all)
		}
	})
}

// showClosed says why nothing can be opened.
func (a *App) showClosed(err error) {
	a.start(place{draw: func() screen {
		return screen{title: a.words.Say("app.name"), bare: true, body: page(formview.NewProblem(a.explain(err))),
			bar: newBar(nil, nil, primary(a.words.Say("action.try_again"), a.showDoor), false)}
	}})
}

// come goes into a workspace that was opened.
func (a *App) come(w *workspace.Workspace) {
	a.work = w
	a.afresh()
	a.place, a.trail = place{}, nil
	if err := a.enter(); err != nil {
		a.work = nil
		a.jobs.run(w.Close, func(error) {
			a.standBefore()
			a.shell.trouble(err)
		})
	}
}

// personName is how a person is called at the door.
func (a *App) personName(p workspace.Person) string {
	if p.Number == 0 {
		return a.words.Say("people.first")
	}
	return a.words.Say("people.person", locale.Values{"Number": p.Number, "Word": p.Word})
}

func (a *App) showPeople(all []workspace.Person) {
	a.start(place{draw: func() screen {
		say := a.words.Say
		list := formview.NewStack(gapCards)
		for _, p := range all {
			state, open := say("people.locked"), func() { a.showUnlock(p, true) }
			if !p.Locked {
				state, open = say("people.open"), func() { a.enterOpen(p) }
			}
			list.Add(newWay(theme.AccountIcon(), a.personName(p), state, open))
		}
		return screen{title: say("app.name"), bare: true, body: page(
			lines(heading(say("people.who")), wrapped(say("people.who_why"))), list,
			section(say("people.not_here"), formview.NewStack(gapCards, a.waysIn()...)))}
	}})
}

// waysIn are for those who are not on the device yet, or can't read the door.
func (a *App) waysIn() []fyne.CanvasObject {
	say := a.words.Say
	return []fyne.CanvasObject{
		newWay(theme.ContentAddIcon(), say("people.begin"), say("people.begin_why"), a.showNewPerson),
		newWay(theme.HistoryIcon(), say("restore.way"), say("restore.way_why"), a.showRestore),
		newWay(theme.SettingsIcon(), say("nav.language"), a.words.Language().Name, a.showDoorLanguage),
	}
}

// enterOpen opens the workspace of somebody who has no passphrase.
func (a *App) enterOpen(p workspace.Person) {
	var w *workspace.Workspace
	a.jobs.run(func() (err error) {
		w, err = a.o.People.Open(a.ctx, p.ID, workspace.Unlocking{})
		return err
	}, func(err error) {
		if err != nil {
			a.shell.trouble(err)
			return
		}
		a.come(w)
	})
}

// showDoorLanguage lets somebody read the door who is not in yet.
func (a *App) showDoorLanguage() {
	a.goTo(place{draw: func() screen {
		say := a.words.Say
		return screen{title: say("nav.language"), bare: true, body: page(heading(say("start.choose_language")), a.languageChoices()),
			bar: newBar(nil, nil, primary(say("action.done"), a.back), false)}
	}})
}

// showNewPerson makes a place for somebody who is not on the device yet.
func (a *App) showNewPerson() {
	var lock newLock
	problem, busy := "", false
	begin := func() {
		if busy {
			return
		}
		problem = lock.fault(a)
		busy = problem == ""
		a.redraw()
		if busy {
			a.addPerson(lock.typed, func(err error) {
				problem, busy = a.explain(err), false
				a.redraw()
			})
		}
	}
	a.goTo(place{draw: func() screen {
		say := a.words.Say
		content := formview.NewStack(gapParts)
		scroll := formview.NewScroll(formview.NewColumn(content))
		content.Objects = []fyne.CanvasObject{lines(heading(say("people.new_title")), wrapped(say("people.new_why")))}
		if problem != "" {
			content.Add(formview.NewProblem(problem))
		}
		content.Add(section(say("lock.title"), wrapped(say("lock.may_stay_empty")), lock.fields(a, scroll, begin)))
		next := primary(say("start.begin"), begin)
		if busy {
			content.Add(wrapped(say("lock.busy")))
			next.Disable()
		}
		scroll.Follow()
		return screen{title: say("people.new_title"), bare: true, body: scroll, bar: newBar(action(say("nav.back"), a.back), nil, next, false)}
	}})
}

// addPerson makes the place, goes in and says how it is found again.
func (a *App) addPerson(passphrase string, failed func(error)) {
	var who workspace.Person
	var w *workspace.Workspace
	a.jobs.run(func() (err error) {
		who, w, err = a.o.People.Add(a.ctx, workspace.Unlocking{Passphrase: []byte(passphrase)})
		return err
	}, func(err error) {
		if err != nil {
			failed(err)
			return
		}
		a.come(w)
		a.shell.say(a.words.Say("people.your_place", locale.Values{"Name": a.personName(who)}))
	})
}
