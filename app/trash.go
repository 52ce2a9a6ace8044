package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
)

// putAside puts a draft or a contribution into the trash and leaves it.
func (a *App) putAside(id string) {
	a.jobs.run(func() error { return a.work.PutAside(a.ctx, id) }, func(err error) {
		if err != nil {
			a.shell.trouble(err)
			return
		}
		a.showHome()
		a.shell.say(a.words.Say("trash.done"))
	})
}

// putAside puts what is filled in into the trash.
func (f *filling) putAside() {
	f.save.flush()
	f.made = true // nothing more of it is saved
	f.a.putAside(f.response.InstanceID())
}

// showTrash lists what was put aside.
func (a *App) showTrash() {
	var all []workspace.Trashed
	read := false
	a.goTo(place{draw: func() screen {
		return screen{title: a.words.Say("trash.title"), way: "nav.consultation", body: a.trash(all, read)}
	}, enter: func() {
		at := a.visit
		a.jobs.run(func() (err error) {
			all, err = a.work.Trash(a.ctx)
			return err
		}, func(err error) {
			if read = err == nil; a.visit == at {
				a.redraw()
			}
			a.shell.trouble(err)
		})
	}})
}

func (a *App) trash(all []workspace.Trashed, read bool) fyne.CanvasObject {
	say := a.words.Say
	column := []fyne.CanvasObject{lines(heading(say("trash.title")), quiet(a.words.Count("trash.explain", workspace.TrashDays)))}
	if read && len(all) == 0 {
		column = append(column, wrapped(say("trash.empty")))
	}
	list := formview.NewStack(gapCards)
	for _, t := range all {
		list.Add(newMarked(dashed, a.briefTitle(t.Brief), a.words.Count("trash.left", t.Left), func() { a.showTrashed(t, false) }))
	}
	return page(append(column, list)...)
}

// showTrashed lets a person take something out of the trash, or destroy it, which is
// asked once more.
func (a *App) showTrashed(t workspace.Trashed, sure bool) {
	then := func(words string) func(error) {
		return func(err error) {
			if err != nil {
				a.shell.trouble(err)
				return
			}
			a.back()
			a.shell.say(words)
		}
	}
	say := a.words.Say
	back := primary(say("trash.restore"), func() {
		a.jobs.run(func() error { return a.work.Restore(a.ctx, t.ID) }, then(say("trash.restored")))
	})
	a.goTo(place{draw: func() screen {
		column := []fyne.CanvasObject{lines(heading(a.briefTitle(t.Brief)), quiet(a.words.Count("trash.left", t.Left)))}
		if !sure {
			column = append(column, buttons(back, action(say("trash.destroy"), func() {
				sure = true
				a.redraw()
			})))
		} else {
			column = append(column, formview.NewNotice(theme.WarningIcon(), theme.ColorNameError, say("trash.sure")),
				buttons(primary(say("trash.keep"), a.back), action(say("trash.destroy_now"), func() {
					a.jobs.run(func() error { return a.work.Destroy(a.ctx, t.ID) }, then(say("trash.destroyed")))
				})))
		}
		return screen{title: say("trash.title"), way: "nav.consultation", body: page(column...)}
	}})
}
