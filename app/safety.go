package app

import (
	"errors"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// safety is how it stands with what keeps a person's work: from others, and from
// being lost.
type safety struct {
	read       bool // it was looked for
	passphrase bool // what opens the workspace
	words, key bool
	barred     bool               // the device was revoked by its organisation
	people     []workspace.Person // on the device; none where nobody looks after them
}

// lockable says whether it makes sense to lock: there is a passphrase, or somebody
// else who wants to get in.
func (s safety) lockable() bool { return s.passphrase || len(s.people) > 1 }

// lookAround reads how it stands and then calls done, which may be nil.
func (a *App) lookAround(done func()) {
	var s safety
	w := a.work
	a.jobs.run(func() (err error) {
		s.passphrase, s.words, s.key = w.Locks()
		if s.barred, err = w.Barred(a.ctx); err != nil && !errors.Is(err, workspace.ErrNotSetUp) {
			return err
		}
		if err = nil; a.o.People != nil {
			s.people, err = a.o.People.List()
		}
		return err
	}, func(err error) {
		was := a.safe.lockable()
		s.read = err == nil
		a.safe = s
		if was != s.lockable() {
			a.shell.arrange() // there is another way to go
		}
		a.shell.trouble(err)
		if done != nil {
			done()
		}
	})
}

// me is the person whose workspace is open.
func (a *App) me() workspace.Person {
	for _, p := range a.safe.people {
		if p.ID == a.work.Person() {
			return p
		}
	}
	return workspace.Person{ID: a.work.Person()}
}

// byWordsOnly says that nothing but the recovery words opens the workspace, as after
// it was restored by them.
func (a *App) byWordsOnly() bool {
	return a.safe.read && !a.safe.passphrase && !a.safe.key && a.me().Locked
}

// looked draws the screen again when it is known how it stands, if it is still the same.
func (a *App) looked() {
	at := a.visit
	a.lookAround(func() {
		if a.visit == at {
			a.redraw()
		}
	})
}

// showSafety leads to all that keeps a person's work.
func (a *App) showSafety() { a.goTo(place{draw: a.safetyScreen, enter: a.looked}) }

func (a *App) safetyScreen() screen {
	say := a.words.Say
	title := lines(heading(say("safety.title")), wrapped(say("safety.why")))
	keep := formview.NewStack(gapCards,
		newWay(theme.DocumentIcon(), say("recovery.title"), a.recoveryState(), a.showRecovery),
		newWay(theme.DocumentSaveIcon(), say("backup.title"), a.backupState(), a.showBackup),
		newWay(theme.SearchIcon(), say("check.title"), say("check.why"), a.showCheck))
	parts := []fyne.CanvasObject{title}
	if a.o.People != nil {
		parts = append(parts, section(say("safety.others"), formview.NewStack(gapCards,
			newWay(theme.VisibilityOffIcon(), say("lock.title"), a.lockState(), a.showLock),
			newWay(theme.AccountIcon(), say("people.title"), a.peopleState(), a.showOthers))))
	}
	parts = append(parts, section(say("safety.lost"), keep), section(say("safety.known"), formview.NewStack(gapCards,
		newWay(theme.AccountIcon(), say("card.title"), say("card.way_why"), a.showCard),
		newWay(theme.ComputerIcon(), say("devices.title"), say("devices.way_why"), a.showDevices))))
	if a.o.People != nil {
		parts = append(parts, section(say("safety.leaving"),
			newWay(theme.DeleteIcon(), say("wipe.way"), say("wipe.way_why"), func() { a.showWipe(a.me()) })))
	}
	return screen{title: say("safety.title"), way: "nav.settings", body: page(parts...)}
}

// safetyState is all of it in few words.
func (a *App) safetyState() string {
	say := a.words.Say
	if !a.safe.read {
		return ""
	}
	lock, sheet := say("safety.no_lock"), say("safety.no_sheet")
	if a.safe.passphrase || a.safe.key {
		lock = say("safety.lock")
	}
	if a.safe.words {
		sheet = say("safety.sheet")
	}
	backup := say("safety.no_backup")
	if a.chosen.BackedUp != 0 {
		backup = say("safety.backup", locale.Values{"Time": a.moment(a.chosen.BackedUp)})
	}
	return strings.Join([]string{lock, sheet, backup}, " · ")
}

func (a *App) lockState() string {
	switch {
	case !a.safe.read:
		return ""
	case a.safe.passphrase:
		return a.words.Say("lock.set")
	case a.safe.key:
		return a.words.Say("lock.key")
	case a.byWordsOnly():
		return a.words.Say("lock.words_only")
	}
	return a.words.Say("lock.none")
}

func (a *App) recoveryState() string {
	switch {
	case !a.safe.read:
		return ""
	case a.safe.words:
		return a.words.Say("recovery.made")
	}
	return a.words.Say("recovery.not_made")
}

func (a *App) backupState() string {
	if a.chosen.BackedUp == 0 {
		return a.words.Say("backup.not_made")
	}
	return a.words.Say("backup.made", locale.Values{"Time": a.moment(a.chosen.BackedUp)})
}

func (a *App) peopleState() string {
	if len(a.safe.people) < 2 {
		return a.words.Say("people.alone")
	}
	return a.words.Say("people.you_are", locale.Values{"Name": a.personName(a.me())}) + " · " + a.words.Count("people.count", len(a.safe.people))
}

// showOthers says who shares the device, and lets somebody else in.
func (a *App) showOthers() { a.goTo(place{draw: a.othersScreen, enter: a.looked}) }

func (a *App) othersScreen() screen {
	say := a.words.Say
	parts := []fyne.CanvasObject{lines(heading(say("people.title")), wrapped(a.peopleState()), wrapped(say("people.why")))}
	if a.safe.lockable() {
		parts = append(parts, formview.NewStack(gapWords, buttons(primary(say("people.leave"), a.lock)), quiet(say("people.leave_why"))))
	} else {
		parts = append(parts, formview.NewStack(gapWords, buttons(primary(say("people.begin"), a.letIn)), quiet(say("people.let_in_why"))))
	}
	return screen{title: say("people.title"), way: "nav.settings", body: page(parts...)}
}

// letIn closes the workspace of whoever is alone and begins another's.
func (a *App) letIn() {
	a.depart(func() {
		a.standClosed()
		a.showNewPerson()
	})
}
