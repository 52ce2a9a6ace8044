package app

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// looking is what was found of hubs on the local network.
type looking struct {
	running bool
	looked  bool
	found   []workspace.Near
}

// look asks the local network for hubs.
func (j *joining) look() {
	a := j.a
	j.near = looking{running: true}
	a.again()
	at := a.visit
	var found []workspace.Near
	a.jobs.run(func() (err error) {
		found, err = a.work.Nearby(a.ctx)
		return err
	}, func(err error) {
		j.near = looking{looked: true, found: found}
		if a.visit == at {
			a.redraw()
		}
		a.shell.trouble(err)
	})
}

// take sends through a hub from now on, whose fingerprint was compared.
func (j *joining) take(n workspace.Near) {
	a := j.a
	var kept workspace.Settings
	a.jobs.run(func() (err error) {
		kept, err = a.work.Trust(a.ctx, n.Pin)
		return err
	}, func(err error) {
		if err != nil {
			a.shell.trouble(err)
			return
		}
		a.chosen.Trusted = kept.Trusted
		j.hub = n.Address
		j.setHub()
	})
}

// nearby lists the hubs that were found, each with what is to be compared once.
func (j *joining) nearby() fyne.CanvasObject {
	say := j.a.words.Say
	find := action(say("hub.look"), j.look)
	find.Icon = theme.SearchIcon()
	box := formview.NewStack(gapCards)
	switch {
	case j.near.running:
		box.Add(wrapped(say("hub.looking")))
		return box
	case j.near.looked && len(j.near.found) == 0:
		box.Add(wrapped(say("hub.none_near")))
	}
	for _, n := range j.near.found {
		host, _, _ := strings.Cut(strings.TrimPrefix(n.Address, "https://"), "#")
		note, words := say("hub.compare"), say("hub.same")
		if n.Trusted {
			note, words = say("hub.compared"), say("join.use_hub")
		}
		box.Add(formview.NewPanel(formview.ColourSoft, "", formview.NewStack(gapWords,
			lines(strong(n.Name), quiet(host)),
			lines(quiet(say("hub.fingerprint")), subheading(n.Fingerprint)), wrapped(note),
			buttons(action(words, func() { j.take(n) })))))
	}
	box.Add(buttons(find))
	return box
}

// throughNear is the way to a hub on the local network, in the outbox: the one that
// is trusted is taken when the one that was chosen has another address.
func (o *outbox) throughNear() fyne.CanvasObject {
	a, say := o.a, o.a.words.Say
	return newWay(theme.SearchIcon(), say("hub.near"), say("hub.near_why"), func() { a.showJoin("") })
}

// carried says what was written to be carried, and what came back.
func (a *App) carried(c workspace.Carried) string {
	var said []string
	if len(c.Files) > 0 {
		said = append(said, a.words.Count("carry.written", c.Sent))
	}
	if c.Receipts > 0 {
		said = append(said, a.words.Count("carry.receipts", c.Receipts))
	}
	if len(said) == 0 {
		return a.words.Say("carry.nothing")
	}
	return locale.Sentences(said...)
}
