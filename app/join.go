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
	invite string           // as typed or pasted
	offer  *workspace.Offer // what it says, while that is looked at; nil else
	hub    string
	result string // of the last try
	failed bool
	said   string // of the hub's address
	near   looking
}

// showJoin asks for an invite; text is what was found in a file or a link, or "". What
// the invite says is shown before it is taken.
func (a *App) showJoin(text string) {
	j := &joining{a: a, invite: text, hub: a.chosen.Hub}
	a.start(place{draw: j.draw})
	if text != "" {
		j.read()
	}
}

// read looks what the invite says.
func (j *joining) read() {
	a := j.a
	var offer workspace.Offer
	j.result, j.offer = "", nil
	a.jobs.run(func() (err error) {
		offer, err = a.work.Offer(a.ctx, []byte(j.invite))
		return err
	}, func(err error) {
		switch {
		case err == nil && offer.Other:
			err = workspace.ErrOtherConsultation
			fallthrough
		case err != nil:
			j.result, j.failed = a.explain(err), true
		default:
			j.offer = &offer
		}
		a.again()
	})
}

// offered is what the invite says: who invites, and what joining brings.
func (j *joining) offered() fyne.CanvasObject {
	a, say, o := j.a, j.a.words.Say, j.offer
	name := o.Consultation
	if name == a.consultation.ID {
		name = a.consultation.Title
	}
	fact := func(id locale.ID, words string) fyne.CanvasObject { return lines(quiet(say(id)), wrapped(words)) }
	centre := o.Name
	if centre == "" {
		centre = say("join.name_comes")
	}
	box := formview.NewStack(gapCards, lines(quiet(say("nav.consultation")), subheading(name)), fact("join.centre", centre),
		lines(quiet(say("join.fingerprint")), strong(onePiece(o.Root.String())), quiet(say("join.compare"))))
	if len(o.Addresses) > 0 {
		var hosts []string
		for _, address := range o.Addresses {
			host, _, _ := strings.Cut(address, "#")
			hosts = append(hosts, onePiece(host))
		}
		box.Add(fact("join.sends_to", strings.Join(hosts, "\n")))
	}
	if o.Held {
		box.Add(wrapped(say("join.held")))
	}
	box.Add(lines(strong(say("join.first", locale.Values{"Size": a.words.Size(o.First)})),
		wrapped(say("join.first_why", locale.Values{"Size": a.words.Size(workspace.SmallDocument)}))))
	box.Add(buttons(primary(say("action.join"), j.join), action(say("join.not_now"), func() {
		j.offer, j.invite = nil, ""
		a.again()
	})))
	return formview.NewPanel(formview.ColourSoft, theme.ColorNamePrimary, box)
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
	if j.offer != nil {
		content.Objects = []fyne.CanvasObject{heading(say("join.title")), j.offered()}
		scroll.Follow()
		return screen{title: say("screen.join"), way: "screen.join", body: scroll}
	}
	choose := action(say("action.choose_file"), func() { a.chooseText(a.showJoin) })
	choose.Icon = theme.FolderOpenIcon()
	column = append(column, formview.NewStack(gapWords, lines(strong(say("join.paste_here")), field),
		buttons(primary(say("join.read"), j.read), choose), quiet(say("join.drop_here"))), j.through(scroll))
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
		j.result, j.failed, j.offer = words, err != nil, nil
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
	defer a.lookAtOffer()
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

// Offer shows an invite that came while the window is there, as by a link. It is called
// where drawing is done.
func (a *App) Offer(text []byte) {
	if len(text) > 0 {
		a.o.Offered = text
	}
	if a.shell != nil && !a.shell.shown.bare { // else when somebody has unlocked theirs, or given a name
		a.lookAtOffer()
	}
	a.show()
}

// lookAtOffer shows the invite that was offered, once.
func (a *App) lookAtOffer() {
	if text := a.o.Offered; len(text) > 0 {
		a.o.Offered = nil
		a.showJoin(string(text))
	}
}
