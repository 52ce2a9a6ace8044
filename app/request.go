package app

import (
	"errors"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/assets/locale"
	"baraza.example/sync/identity"
)

// requesting is the screen on which a device that is new asks for the card of an
// organisation that has a device already.
type requesting struct {
	a       *App
	name    string
	request *identity.Request // nil before it was made
	typed   string            // the card that came
	problem string
}

func (a *App) showRequest() {
	r := &requesting{a: a}
	a.goTo(place{draw: r.draw})
}

func (r *requesting) draw() screen {
	a, say := r.a, r.a.words.Say
	content := formview.NewStack(gapParts)
	scroll := formview.NewScroll(formview.NewColumn(content))
	s := screen{title: say("request.title"), bare: true, body: scroll}
	content.Objects = []fyne.CanvasObject{lines(heading(say("request.title")), wrapped(say("request.why")))}
	if r.problem != "" {
		content.Add(formview.NewProblem(r.problem))
	}
	back := action(say("nav.back"), a.back)
	if r.request == nil {
		entry, field := newField(scroll, false, r.name, func(s string) { r.name = s })
		entry.PlaceHolder = say("request.name_hint")
		entry.OnSubmitted = func(string) { r.ask() }
		content.Add(formview.NewStack(gapWords, strong(say("request.name")), field))
		s.bar = newBar(back, nil, primary(say("request.ask"), r.ask), false)
	} else {
		content.Add(section(say("request.first"), wrapped(say("request.first_how")), strong(onePiece(r.request.ID().String())), a.lineParts(r.request.Line(), "baraza-request")))
		_, field := newField(scroll, true, r.typed, func(s string) { r.typed = s })
		choose := action(say("action.choose_file"), func() { a.chooseText(func(text string) { r.typed = text; r.take() }) })
		choose.Icon = theme.FolderOpenIcon()
		content.Add(section(say("request.second"), wrapped(say("request.second_how")), field, buttons(choose)))
		s.bar = newBar(back, nil, primary(say("start.begin"), r.take), false)
	}
	scroll.Follow()
	return s
}

// ask makes the request. Asked again it is the same device's.
func (r *requesting) ask() {
	a, w, name := r.a, r.a.work, strings.TrimSpace(r.name)
	if name == "" {
		r.problem = a.words.Say("request.name_missing")
		a.again()
		return
	}
	var made identity.Request
	a.jobs.run(func() (err error) {
		made, err = w.RequestCard(a.ctx, name)
		return err
	}, func(err error) {
		if r.request, r.problem = &made, ""; err != nil {
			r.request, r.problem = nil, a.explain(err)
		}
		a.again()
	})
}

// take sets the device up with the card that came.
func (r *requesting) take() {
	a, w, text := r.a, r.a.work, []byte(r.typed)
	a.jobs.run(func() error { return w.TakeCard(a.ctx, text) }, func(err error) {
		if err != nil {
			r.problem = a.explain(err)
			a.again()
			return
		}
		a.showHome()
		a.joinAtStart()
	})
}

// chooseText asks for a file with a line that somebody carried here.
func (a *App) chooseText(take func(text string)) {
	a.chooseNamed(func(file fyne.URI) { a.readText(file, take) })
}

// readText reads a file in which a line stands.
func (a *App) readText(file fyne.URI, take func(text string)) {
	var content []byte
	a.jobs.run(func() (err error) {
		content, err = readFile(file)
		return err
	}, func(err error) {
		switch {
		case errors.Is(err, errTooLarge):
			a.shell.say(a.words.Say("error.file_unlike", locale.Values{"Name": file.Name()}))
		case err != nil:
			a.noFile(file.Name())
		default:
			take(string(content))
		}
	})
}

// noFile says that a file isn't there, or not to be read.
func (a *App) noFile(name string) {
	a.shell.say(a.words.Say("error.file_gone", locale.Values{"Name": name}))
}
