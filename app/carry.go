package app

import (
	"net/mail"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/sync/hub"
)

// otherRoads are the ways without a connection: a stick, and mail.
func (o *outbox) otherRoads() fyne.CanvasObject {
	a, say := o.a, o.a.words.Say
	stick := newWay(theme.DocumentSaveIcon(), say("carry.stick"), say("carry.stick_why"), o.toStick)
	mails := newWay(theme.MailComposeIcon(), say("carry.mail"), say("carry.mail_why"), func() { a.showMail() })
	return section(say("carry.title"), formview.NewStack(gapCards, stick, mails, o.throughNear()))
}

// hub is what this device carries for others, nil where it is none.
func (a *App) hub() *hub.Hub {
	if a.station == nil {
		return nil
	}
	return a.station.Hub()
}

// toStick asks for a folder and writes there what waits.
func (o *outbox) toStick() { o.a.chooseFolder(o.saveTo) }

func (o *outbox) saveTo(folder string) {
	a := o.a
	h := a.hub()
	var done workspace.Carried
	a.jobs.run(func() (err error) {
		done, err = a.work.SaveToFolder(a.ctx, folder, h)
		return err
	}, func(err error) {
		words := a.carried(done)
		switch {
		case err != nil:
			words = a.explain(err)
		case len(done.Files) == 0 && slices.ContainsFunc(o.items, func(i workspace.Item) bool { return i.Waiting() == "card" }):
			words = a.words.Say("wait.card")
		}
		a.shell.say(words) // the way here stands at the end of the page, where its beginning is out of sight
		o.load()
	})
}

// mailing is the screen on which mails are written.
type mailing struct {
	a      *App
	to     string
	said   string
	failed bool
}

func (a *App) showMail() {
	m := &mailing{a: a}
	a.goTo(place{draw: m.draw})
}

func (m *mailing) draw() screen {
	a, say := m.a, m.a.words.Say
	content := formview.NewStack(gapParts)
	scroll := formview.NewScroll(formview.NewColumn(content))
	entry, field := newField(scroll, false, m.to, func(s string) { m.to = s })
	entry.PlaceHolder = "centre@example.org"
	entry.OnSubmitted = func(string) { m.choose() }
	column := []fyne.CanvasObject{lines(heading(say("carry.mail")), wrapped(say("carry.mail_how")))}
	switch {
	case m.said != "" && m.failed:
		column = append(column, formview.NewProblem(m.said))
	case m.said != "":
		column = append(column, formview.NewNotice(theme.ConfirmIcon(), theme.ColorNameSuccess, m.said))
	}
	column = append(column, formview.NewStack(gapWords, lines(strong(say("carry.mail_to")), field),
		buttons(primary(say("carry.choose_folder"), m.choose), action(say("nav.outbox"), a.showOutbox))))
	content.Objects = column
	return screen{title: say("carry.mail"), way: "nav.outbox", body: scroll}
}

// choose asks for the folder of the mails.
func (m *mailing) choose() {
	a := m.a
	if _, err := mail.ParseAddress(strings.TrimSpace(m.to)); err != nil {
		m.said, m.failed = a.words.Say("carry.no_mail_address"), true
		a.again()
		return
	}
	a.chooseFolder(m.save)
}

func (m *mailing) save(folder string) {
	a, h := m.a, m.a.hub()
	var made []string
	a.jobs.run(func() (err error) {
		made, err = a.work.SaveMails(a.ctx, folder, strings.TrimSpace(m.to), "Baraza", a.words.Say("carry.mail_text"), h)
		return err
	}, func(err error) {
		if m.failed = err != nil; m.failed {
			m.said = a.explain(err)
		} else if m.said = a.words.Count("carry.mails", len(made), locale.Values{"Folder": folder}); len(made) == 0 {
			m.said = a.words.Say("carry.nothing")
		}
		a.again()
	})
}
