package app

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/sync/identity"
)

// devices is the screen of the devices of one organisation.
type devices struct {
	a    *App
	all  []workspace.OrgDevice
	read bool
}

func (a *App) showDevices() {
	d := &devices{a: a}
	a.goTo(place{draw: d.draw, enter: d.load})
}

func (d *devices) load() {
	a, at, w := d.a, d.a.visit, d.a.work
	var all []workspace.OrgDevice
	a.jobs.run(func() (err error) {
		all, err = w.Devices(a.ctx)
		return err
	}, func(err error) {
		d.all, d.read = all, err == nil
		if a.visit == at {
			a.redraw()
		}
		a.shell.trouble(err)
	})
}

func (d *devices) draw() screen {
	a, say := d.a, d.a.words.Say
	list := formview.NewStack(gapCards)
	for _, one := range d.all {
		if one.Self {
			list.Add(newWay(theme.ComputerIcon(), a.deviceName(one), a.deviceState(one), a.showCard))
		} else {
			list.Add(newWay(theme.ComputerIcon(), a.deviceName(one), a.deviceState(one), func() { a.showDevice(one) }))
		}
	}
	lost := newWay(theme.WarningIcon(), say("devices.lost_elsewhere"), say("devices.lost_elsewhere_why"), func() { a.showDevice(workspace.OrgDevice{}) })
	return screen{title: say("devices.title"), way: "nav.settings", body: page(
		lines(heading(say("devices.title")), wrapped(say("devices.why"))), list,
		buttons(primary(say("devices.add"), a.showAddDevice)), lost)}
}

func (a *App) deviceName(d workspace.OrgDevice) string {
	switch {
	case d.Name != "":
		return d.Name
	case d.Self:
		return a.words.Say("devices.this")
	}
	return onePiece(d.ID.Short())
}

func (a *App) deviceState(d workspace.OrgDevice) string {
	say := a.words.Say
	state := onePiece(d.ID.Short())
	switch {
	case d.Revoked != 0 && d.Told:
		state += " · " + say("devices.revoked", locale.Values{"Time": a.moment(d.Revoked)})
	case d.Revoked != 0:
		state += " · " + say("devices.revoked_untold")
	case d.Self && d.Name != "":
		state += " · " + say("devices.this")
	case d.Added != 0:
		state += " · " + say("devices.added", locale.Values{"Time": a.moment(d.Added)})
	}
	return state
}

// showDevice lets a lost device be revoked, by its ID where it isn't known here.
func (a *App) showDevice(d workspace.OrgDevice) {
	known := d.ID != identity.ID{}
	typed, problem, sure := "", "", false
	revoke := func() {
		id := d.ID
		if !known {
			var err error
			if id, err = identity.ParseID(typed); err != nil {
				problem, sure = a.explain(err), false
				a.redraw()
				return
			}
		}
		if !sure {
			problem, sure = "", true
			a.redraw()
			return
		}
		w := a.work
		a.jobs.run(func() error { return w.RevokeDevice(a.ctx, id) }, func(err error) {
			if err != nil {
				problem, sure = a.explain(err), false
				a.redraw()
				return
			}
			a.back()
			a.shell.say(a.words.Say("devices.revoke_done"))
		})
	}
	a.goTo(place{draw: func() screen {
		say := a.words.Say
		content := formview.NewStack(gapParts)
		scroll := formview.NewScroll(formview.NewColumn(content))
		if known {
			content.Objects = []fyne.CanvasObject{lines(heading(a.deviceName(d)), wrapped(onePiece(d.ID.String())), wrapped(a.deviceState(d)))}
		} else {
			content.Objects = []fyne.CanvasObject{heading(say("devices.lost_elsewhere"))}
		}
		if d.Revoked == 0 {
			part := section(say("devices.revoke_title"), wrapped(say("devices.revoke_why")))
			if !known {
				entry, field := newField(scroll, false, typed, func(s string) { typed, sure = s, false })
				entry.OnSubmitted = func(string) { revoke() }
				part.Add(formview.NewStack(gapTight, strong(say("devices.id")), field))
			}
			if problem != "" {
				part.Add(formview.NewProblem(problem))
			}
			if sure {
				part.Add(formview.NewProblem(say("devices.revoke_sure")))
				part.Add(buttons(primary(say("devices.revoke_yes"), revoke), action(say("action.cancel"), a.back)))
			} else {
				part.Add(buttons(action(say("devices.revoke"), revoke)))
			}
			content.Add(part)
		}
		scroll.Follow()
		return screen{title: say("devices.title"), way: "nav.settings", body: scroll}
	}})
}

// adding is the screen on which another device of the organisation gets its card.
type adding struct {
	a       *App
	typed   string
	request *identity.Request // that was read; nil before
	card    string            // the text for the other device, when it is made
	problem string
}

func (a *App) showAddDevice() {
	d := &adding{a: a}
	a.goTo(place{draw: d.draw})
}

func (d *adding) draw() screen {
	a, say := d.a, d.a.words.Say
	content := formview.NewStack(gapParts)
	scroll := formview.NewScroll(formview.NewColumn(content))
	s := screen{title: say("devices.add"), way: "nav.settings", body: scroll}
	title := lines(heading(say("devices.add")))
	content.Objects = []fyne.CanvasObject{title}
	if d.problem != "" {
		content.Add(formview.NewProblem(d.problem))
	}
	switch {
	case d.card != "":
		content.Add(formview.NewNotice(theme.ConfirmIcon(), theme.ColorNameSuccess, say("devices.card_made")))
		content.Add(wrapped(say("devices.card_made_why")))
		content.Add(a.lineParts(d.card, "baraza-card"))
		s.bar = newBar(nil, nil, primary(say("action.done"), a.back), false)
	case d.request != nil:
		title.Add(wrapped(say("devices.compare")))
		content.Add(formview.NewStack(gapWords, strong(onePiece(d.request.ID().String())), wrapped(d.request.Device)))
		s.bar = newBar(action(say("devices.differs"), d.again), nil, primary(say("devices.same"), d.certify), false)
	default:
		_, field := newField(scroll, true, d.typed, func(s string) { d.typed = s })
		choose := action(say("action.choose_file"), func() { a.chooseText(func(text string) { d.typed = text; d.look() }) })
		choose.Icon = theme.FolderOpenIcon()
		title.Add(wrapped(say("devices.add_how")))
		content.Add(formview.NewStack(gapWords, strong(say("devices.request_here")), field, buttons(choose)))
		s.bar = newBar(nil, nil, primary(say("nav.next"), d.look), false)
	}
	scroll.Follow()
	return s
}

func (d *adding) again() {
	d.request, d.typed, d.problem = nil, "", ""
	d.a.again()
}

// look reads the request, so that its ID can be compared.
func (d *adding) look() {
	r, err := identity.ParseRequest([]byte(d.typed))
	if d.problem = ""; err != nil {
		d.problem = d.a.explain(err)
	} else {
		d.request = &r
	}
	d.a.again()
}

func (d *adding) certify() {
	a, w, text := d.a, d.a.work, []byte(d.typed)
	var answer []byte
	a.jobs.run(func() (err error) {
		_, answer, err = w.AddDevice(a.ctx, text)
		return err
	}, func(err error) {
		if err != nil {
			d.problem = a.explain(err)
		} else {
			d.card, d.problem = strings.TrimSpace(string(answer)), ""
		}
		a.again()
	})
}

// barred says that this device was revoked, "" where it was not.
func (a *App) barred() string {
	if a.safe.barred {
		return a.words.Say("devices.barred")
	}
	return ""
}
