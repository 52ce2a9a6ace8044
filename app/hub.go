package app

import (
	"context"
	"errors"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/station"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// The ports of a hub, where they are free.
const (
	hubPort   = "0.0.0.0:8445"
	kioskPort = "0.0.0.0:8080"
	anyPort   = "0.0.0.0:0"
)

// hubbing is the screen of the hub that this device may be.
type hubbing struct {
	a      *App
	at     int // the visit in which it is shown
	read   bool
	joined bool
	on     bool // it is a hub
	state  station.State
	links  []string // of the pages for phones
	roads  []string // addresses for devices
	print  string   // fingerprint
	found  bool     // on the local network
	code   fyne.CanvasObject
	wrong  string // why it could not begin
}

func (a *App) showHub() {
	h := &hubbing{a: a}
	a.start(place{draw: h.screen, enter: func() {
		h.at = a.visit
		h.load()
		h.follow()
	}})
}

func (h *hubbing) screen() screen {
	return screen{title: h.a.words.Say("nav.hub"), way: "nav.hub", body: h.draw()}
}

func (h *hubbing) again() {
	if h.a.visit == h.at {
		h.a.redraw()
	}
}

// load reads how it stands.
func (h *hubbing) load() {
	a := h.a
	var next hubbing
	running := a.station
	a.jobs.run(func() (err error) {
		if _, next.joined, err = a.work.Invite(a.ctx); err != nil || running == nil {
			return err
		}
		next.on, next.links, next.roads = true, running.Links(), running.Addresses()
		next.print, next.found = running.Fingerprint(), running.Found()
		next.state, err = running.State(a.ctx)
		return err
	}, func(err error) {
		h.read, h.joined, h.on, h.state, h.print, h.found = true, next.joined, next.on, next.state, next.print, next.found
		if len(next.links) > 0 && (len(h.links) == 0 || h.links[0] != next.links[0]) {
			h.code = newCode(next.links[0])
		}
		h.links, h.roads = next.links, next.roads
		h.again()
		a.shell.trouble(err)
	})
}

// follow draws anew whenever something happens at the hub, while its screen is
// shown.
func (h *hubbing) follow() {
	a, running, visit := h.a, h.a.station, h.at
	if running == nil {
		return
	}
	changed := running.Changed()
	a.jobs.after(lookAgain, func() {
		if a.visit != visit || a.station != running {
			return
		}
		select {
		case <-changed:
			h.load()
		default:
		}
		h.follow()
	})
}

// lookAgain is how often the hub's screen looks whether something happened.
const lookAgain = time.Second

// begin makes this device a hub.
func (h *hubbing) begin() {
	h.wrong = ""
	h.a.startHub(func(err error) {
		if err != nil {
			h.wrong = h.a.explain(err)
			h.again()
			return
		}
		h.a.choose(func(s *workspace.Settings) { s.BeHub = true })
		h.load()
		h.follow()
	})
}

// try has the way up tried now.
func (h *hubbing) try() {
	if running := h.a.station; running != nil {
		running.Try()
	}
}

// end makes it none any more.
func (h *hubbing) end() {
	h.a.choose(func(s *workspace.Settings) { s.BeHub = false })
	h.a.stopHub(h.load)
}

// startHub begins the hub, if it doesn't run, and tells done of its error.
func (a *App) startHub(done func(error)) {
	if a.station != nil {
		done(nil)
		return
	}
	var running *station.Station
	ctx := a.ctx
	a.jobs.run(func() (err error) {
		running, err = a.newStation(hubPort, kioskPort)
		if errors.Is(err, syscall.EADDRINUSE) { // another program has a port of ours
			running, err = a.newStation(anyPort, anyPort)
		}
		if err == nil && ctx.Err() != nil { // the window was closed or locked meanwhile
			running.Close()
		}
		return err
	}, func(err error) {
		if err == nil {
			a.station = running
			a.stopSender() // the hub sends what is this device's own, too
		} else {
			a.startSender()
		}
		done(err)
	})
}

func (a *App) newStation(listen, kiosk string) (*station.Station, error) {
	form, err := a.work.Form(a.consultation.Form.ID)
	if err != nil {
		return nil, err
	}
	return station.Start(context.WithoutCancel(a.ctx), station.Options{Work: a.work, Form: form, Folder: a.o.Folder, Listen: listen, Kiosk: kiosk, Hidden: a.o.Hidden})
}

// stopHub ends the hub, if it runs.
func (a *App) stopHub(done func()) {
	running := a.station
	a.station = nil
	if running == nil {
		done()
		return
	}
	a.jobs.run(func() error {
		running.Close()
		return nil
	}, func(error) {
		a.startSender()
		done()
	})
}

// closing ends the hub and the workspace; a.work is nil for nobody but who calls it.
func (a *App) closing() func() error {
	running, work, wait := a.station, a.work, a.stopSender()
	a.station = nil
	return func() error {
		wait()
		if running != nil {
			running.Close()
		}
		if work == nil {
			return nil
		}
		return work.Close()
	}
}

// hubAtStart goes on being a hub, where this device was one.
func (a *App) hubAtStart() {
	if a.chosen.BeHub {
		a.startHub(func(err error) { a.shell.trouble(err) })
	}
}

// newCode is a QR code, sharp at any size, on white in the dark, too: scanners
// want it so.
func newCode(text string) fyne.CanvasObject {
	picture, err := workspace.QR(text)
	if err != nil {
		return formview.NewStack(0) // an address that is too long is to be read in words
	}
	image := canvas.NewImageFromImage(picture)
	image.ScaleMode, image.FillMode = canvas.ImageScalePixels, canvas.ImageFillContain
	side := 12 * theme.TextSize()
	image.SetMinSize(fyne.NewSize(side, side))
	return formview.NewRow(0, image)
}

func (h *hubbing) draw() fyne.CanvasObject {
	a, say := h.a, h.a.words.Say
	column := []fyne.CanvasObject{lines(heading(say("nav.hub")), wrapped(say("hub.why")))}
	if h.wrong != "" {
		column = append(column, formview.NewProblem(h.wrong))
	}
	switch {
	case !h.read:
		return page(column...)
	case !h.on && !h.joined:
		column = append(column, formview.NewPanel(formview.ColourSoft, "", formview.NewStack(gapCards,
			wrapped(say("hub.not_joined")), buttons(primary(say("join.title"), func() { a.showJoin("") })))))
		return page(column...)
	case !h.on:
		column = append(column, formview.NewPanel(formview.ColourSoft, "", formview.NewStack(gapCards,
			lines(strong(say("hub.off")), wrapped(say("hub.off_note"))), buttons(primary(say("hub.begin"), h.begin)))))
		return page(column...)
	}
	column = append(column, formview.NewPanel(formview.ColourSoft, "", formview.NewStack(gapCards,
		lines(strong(say("hub.on", locale.Values{"Name": h.state.Name})), wrapped(h.wayUp()), wrapped(h.held())),
		buttons(action(say("hub.try"), h.try), action(say("hub.end"), h.end)))))
	column = append(column, h.forPhones(), h.forDevices(), h.guests(), h.log())
	return page(column...)
}
