package app

import (
	"bytes"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"baraza.example/app/formview"
	"baraza.example/assets/locale"
	"baraza.example/sync/identity"
)

// showJoin asks for an invite; text is what was found in a file, or "".
func (a *App) showJoin(text string) {
	result := ""
	typed := text
	a.start(place{draw: func() screen {
		say := a.words.Say
		entry := formview.NewEntry(true)
		entry.Wrapping = fyne.TextWrapBreak
		entry.PlaceHolder = say("join.paste_here")
		entry.SetText(typed)
		entry.OnText = func(s string) { typed = s }
		join := func() {
			a.join([]byte(typed), func(words string) { result = words; a.again() })
		}
		column := []fyne.CanvasObject{heading(say("join.title")), wrapped(say("join.why")), inset(entry),
			buttons(primary(say("action.join"), join), action(say("action.choose_file"), a.chooseInvite)), quiet(say("join.drop_here"))}
		if result != "" {
			column = append(column, strong(result), buttons(action(say("nav.outbox"), a.showOutbox), action(say("nav.consultation"), a.showHome)))
		}
		return screen{title: say("screen.join"), body: page(column...)}
	}})
	if text != "" {
		a.join([]byte(text), func(words string) { result = words; a.again() })
	}
}

// join takes an invite and says what came of it.
func (a *App) join(text []byte, say func(words string)) {
	var invite identity.Invite
	a.jobs.run(func() (err error) {
		invite, err = a.work.Join(a.ctx, text)
		return err
	}, func(err error) {
		if err != nil {
			say(a.explain(err))
			return
		}
		name := invite.Consultation
		if name == a.consultation.ID {
			name = a.consultation.Title
		}
		say(a.words.Say("join.joined", locale.Values{"Name": name}))
	})
}

// joinAtStart takes the invite that the program was started with. Of one that
// this device has joined by already nothing is said: it may be handed over at
// every start.
func (a *App) joinAtStart() {
	text := a.o.Invite
	if len(text) == 0 {
		return
	}
	a.o.Invite = nil
	known := false
	a.jobs.run(func() error {
		held, joined, err := a.work.Invite(a.ctx)
		if invite, wrong := identity.ParseInvite(text); wrong == nil {
			known = joined && bytes.Equal(invite.File(), held.File())
		}
		return err
	}, func(err error) {
		if err != nil {
			a.shell.trouble(err)
			return
		}
		if !known {
			a.join(text, func(words string) {
				a.showHome()
				a.shell.say(words)
			})
		}
	})
}

func (a *App) chooseInvite() {
	dialog.ShowFileOpen(func(r fyne.URIReadCloser, err error) {
		if err != nil || r == nil {
			a.shell.trouble(err)
			return
		}
		uri := r.URI()
		_ = r.Close() // it is read again, with a limit
		a.dropped([]fyne.URI{uri})
	}, a.window)
}
