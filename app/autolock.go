package app

import (
	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// Fyne tells nobody of every key and touch. What a person does shows in what has
// the focus, what is typed there, which screen it is and how far it is scrolled; that
// is looked at as often as the watch wants to be asked.

// trace is what the last thing was that a person did, as far as it shows.
type trace struct {
	visit   int
	focused fyne.Focusable
	typed   string
	row     int
	column  int
	scroll  float32
	body    fyne.CanvasObject
}

func (a *App) trace() trace {
	t := trace{visit: a.visit, focused: a.window.Canvas().Focused(), body: a.shell.shown.body}
	if e, ok := t.focused.(*formview.Entry); ok {
		t.typed, t.row, t.column = e.Text, e.CursorRow, e.CursorColumn
	}
	if s, ok := t.body.(*formview.Scroll); ok {
		t.scroll = s.Offset()
	}
	return t
}

// guard locks the workspace when nobody has done anything for the time that its
// person chose, and when the device slept; only where there is a passphrase.
func (a *App) guard() {
	if a.watch == nil {
		a.watch = a.chosen.Watch()
	}
	last := a.trace()
	var look func()
	look = func() {
		now := a.trace()
		due := a.watch.Due()
		if now != last {
			last, due = now, a.watch.Touch()
		}
		if due && a.station != nil { // a hub works for others while nobody sits there
			due = a.watch.Touch()
		}
		if due && a.safe.passphrase {
			a.lock()
			if a.work == nil {
				return
			}
		}
		if due && !a.safe.passphrase { // of no use now; perhaps there is one later
			a.watch = a.chosen.Watch()
		}
		a.jobs.after(workspace.WatchEvery, look)
	}
	a.jobs.after(workspace.WatchEvery, look)
}

// lockTimes are the minutes among which a person chooses; less than 0 is never.
var lockTimes = []int{2, 5, workspace.DefaultLock, 30, 60, -1}

// lockTimeChoices ask after how long without a touch the workspace is locked.
func (a *App) lockTimeChoices() fyne.CanvasObject {
	list := formview.NewStack(0)
	now := a.chosen.LockAfter
	if now == 0 {
		now = workspace.DefaultLock
	}
	for _, minutes := range lockTimes {
		words := a.words.Say("lock.never")
		if minutes > 0 {
			words = a.words.Count("length.minutes", minutes)
		}
		row := formview.NewChoice("", words, false)
		row.SetPicked(minutes == now || minutes < 0 && now < 0)
		row.OnPick = func() {
			a.choose(func(s *workspace.Settings) { s.LockAfter = minutes })
			a.watch = a.chosen.Watch()
		}
		list.Add(row)
	}
	return section(a.words.Say("lock.by_itself"), quiet(a.words.Say("lock.by_itself_why", locale.Values{"Key": keyName(lockKey)})), list)
}
