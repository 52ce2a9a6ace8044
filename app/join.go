package app

import (
	"bytes"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/sync/identity"
)

// joining is the screen on which an invite is taken, and the hub to send
// through is named.
type joining struct {
	a      *App
	invite string // as typed or pasted
	hub    string
	result string // of the last try
	failed bool
	said   string // of the hub's address
	near   looking
}

// showJoin asks for an invite; text is what was found in a file, or "".
func (a *App) showJoin(text string) {
	j := &joining{a: a, invite: text, hub: a.chosen.Hub}
	a.start(place{draw: j.draw})
	if text != "" {
		j.join()
	}
}

func (j *joining) draw() screen {
	a, say := j.a, j.a.words.Say
	content := formview.NewStack(gapParts)
	scroll := formview.NewScroll(formview.NewColumn(content))
	entry, field := newField(scroll, true, j.invite, func(s string) { j.invite = s })
	entry.Wrapping, entry.Most = fyne.TextWrapBreak, 6 // what takes the invite stays in sight
	column := []fyne.CanvasObject{lines(heading(say("join.title")), wrapped(say("join.why")))}
	switch {
	case j.result != "" && j.failed:
		column = append(column, formview.NewProblem(j.result))
	case j.result != "":
		column = append(column, formview.NewPanel(formview.ColourSoft, "", formview.NewStack(gapCards,
			formview.NewNotice(theme.ConfirmIcon(), theme.ColorNameSuccess, j.result),
			buttons(primary(say("nav.consultation"), a.showHome), action(say("nav.outbox"), a.showOutbox)))))
	}
	choose := action(say("action.choose_file"), func() { a.chooseText(a.showJoin) })
	choose.Icon = theme.FolderOpenIcon()
	column = append(column, formview.NewStack(gapWords, lines(strong(say("join.paste_here")), field),
		buttons(primary(say("action.join"), j.join), choose), quiet(say("join.drop_here"))), j.through(scroll))
	content.Objects = column
	return screen{title: say("screen.join"), way: "screen.join", body: scroll}
}

// through asks for the hub to send through, for those whom no line reaches.
func (j *joining) through(on *formview.Scroll) fyne.CanvasObject {
	say := j.a.words.Say
	address, field := newField(on, false, j.hub, func(s string) { j.hub = s })
	address.PlaceHolder = "https://192.168.8.1:8443#pin=…"
	address.OnSubmitted = func(string) { j.setHub() }
	typed := formview.NewStack(gapTight, strong(say("join.hub_address")), field)
	if j.said != "" {
		typed.Add(strong(j.said)) // above the button, for that is in sight
	}
	return section(say("join.via_hub"), wrapped(say("join.hub_why")), j.nearby(), typed,
		buttons(action(say("join.use_hub"), j.setHub)))
}

func (j *joining) setHub() {
	a := j.a
	hub := strings.TrimSpace(j.hub)
	if hub != "" {
		if err := workspace.CheckAddress(hub); err != nil {
			j.said = a.explain(err)
			a.again()
			return
		}
	}
	j.said = a.words.Say("join.hub_kept")
	if hub == "" {
		j.said = a.words.Say("join.hub_gone")
	}
	a.choose(func(s *workspace.Settings) { s.Hub = hub })
}

// join takes the invite and says what came of it.
func (j *joining) join() {
	j.a.join([]byte(j.invite), func(words string, err error) {
		j.result, j.failed = words, err != nil
		if err == nil {
			j.invite = ""
		}
		j.a.again()
	})
}

// join takes an invite and says what came of it.
func (a *App) join(text []byte, say func(words string, err error)) {
	var invite identity.Invite
	a.jobs.run(func() (err error) {
		invite, err = a.work.Join(a.ctx, text)
		return err
	}, func(err error) {
		if err != nil {
			say(a.explain(err), err)
			return
		}
		name := invite.Consultation
		if name == a.consultation.ID {
			name = a.consultation.Title
		}
		say(a.words.Say("join.joined", locale.Values{"Name": name}), nil)
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
			a.join(text, func(words string, _ error) {
				a.showHome()
				a.shell.say(words)
			})
		}
	})
}
