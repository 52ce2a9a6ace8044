package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
)

// showWithdraw asks once more before something that was sent is taken back.
func (a *App) showWithdraw(i workspace.Item) {
	reason := ""
	taken := false
	a.goTo(place{draw: func() screen {
		say := a.words.Say
		box := formview.NewStack(gapParts)
		scroll := formview.NewScroll(formview.NewColumn(box))
		_, field := newField(scroll, true, reason, func(text string) { reason = text })
		do := primary(say("withdraw.do"), func() {
			if taken {
				return
			}
			taken = true
			a.jobs.run(func() error {
				_, err := a.work.Withdraw(a.ctx, i.Name, reason)
				return err
			}, func(err error) {
				if taken = err == nil; err != nil {
					a.shell.trouble(err)
					return
				}
				a.back()
				a.shell.say(say("withdraw.done"))
			})
		})
		do.OnFocus = func() { scroll.Reveal(do) }
		not := action(say("action.cancel"), a.back)
		not.OnFocus = func() { scroll.Reveal(not) }
		for _, part := range []fyne.CanvasObject{
			lines(heading(say("withdraw.title")), strong(a.itemTitle(i))),
			formview.NewNotice(theme.InfoIcon(), theme.ColorNameForeground, say("withdraw.explain")),
			formview.NewStack(gapWords, strong(say("withdraw.reason")), field),
			buttons(do, not),
		} {
			box.Add(part)
		}
		return screen{title: say("withdraw.title"), way: "nav.outbox", body: scroll}
	}})
}
