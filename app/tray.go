package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// renewTray puts a menu into the system's tray, where there is one: it must be there before
// the window runs, and follows the language and the pause.
func (a *App) renewTray() {
	desk, ok := a.fyne.(desktop.App)
	if !ok || !a.o.Tray {
		return
	}
	open := a.work != nil && a.shell != nil // somebody has unlocked theirs
	item := func(id locale.ID, do func()) *fyne.MenuItem { return fyne.NewMenuItem(a.words.Say(id), do) }
	items := []*fyne.MenuItem{item("sending.open", a.show)}
	if open {
		paused, pause := a.chosen.Rules.Paused, locale.ID("sending.pause")
		if paused {
			pause = "sending.resume"
		}
		items = append(items, item("send.start", a.sendFromTray), item(pause, func() {
			a.rule(func(r *workspace.Rules) { r.Paused = !paused })
		}))
	}
	quit := item("sending.quit", a.shut)
	quit.IsQuit = true
	items = append(items, quit)
	labels := a.words.Language().Code
	for _, i := range items {
		labels += "\n" + i.Label
	}
	if labels == a.trayed {
		return
	}
	a.trayed = labels
	desk.SetSystemTrayMenu(fyne.NewMenu(a.words.Say("app.name"), items...))
}

// show brings the window to the front.
func (a *App) show() {
	if a.window == nil {
		return // it comes by itself
	}
	a.window.Show()
	a.window.RequestFocus()
}

// sendFromTray sends now, in sight.
func (a *App) sendFromTray() {
	if a.work == nil || a.running != nil {
		a.show()
		return
	}
	if _, unnamed := a.work.Card(); unnamed == nil {
		a.showOutboxThen(func(o *outbox) {
			if o.joined {
				o.send(workspace.Sending{})
			}
		})
	}
	a.show()
}
