package app

import (
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/app/formview"
	"baraza.example/assets/locale"
)

// A screen is what stands in the shell.
type screen struct {
	title   string
	body    fyne.CanvasObject
	outline fyne.CanvasObject // beside the body where there is room; may be nil
	bar     fyne.CanvasObject // what to do, always in sight below the body; may be nil
	bare    bool              // without the ways to other screens: nobody has a name yet
}

// The shell is what stands around every screen: where one is, the ways to other
// screens, and, always, whether all is saved and how much waits to be sent.
type shell struct {
	a       *App
	root    *fyne.Container
	frame   *frame
	header  *fyne.Container
	rail    *fyne.Container
	body    *fyne.Container
	bar     *fyne.Container
	title   *widget.Label
	saved   *widget.Label
	waiting *formview.Button
	note    *widget.Label // what happened, until the next screen
	waits   int
	shown   screen
}

func newShell(a *App) *shell {
	s := &shell{a: a, title: widget.NewLabel(""), saved: widget.NewLabel(""), note: wrapped(""), rail: container.NewStack(), body: container.NewStack(), bar: container.NewStack(), header: container.NewStack()}
	s.title.TextStyle.Bold = true
	s.title.Truncation = fyne.TextTruncateEllipsis
	s.saved.SizeName = theme.SizeNameCaptionText
	s.saved.Truncation = fyne.TextTruncateEllipsis
	s.note.Importance = widget.WarningImportance
	s.note.Hide()
	s.waiting = formview.NewButton("", func() { a.showOutbox() })
	s.waiting.Importance = widget.LowImportance
	s.frame = &frame{s: s}
	foot := newGround(theme.ColorNameHeaderBackground, container.NewBorder(nil, nil, nil, s.waiting, s.saved))
	s.root = container.New(s.frame, newGround(theme.ColorNameHeaderBackground, s.header), newGround(theme.ColorNameHeaderBackground, s.rail), s.note, s.body, s.bar, foot)
	s.renew()
	return s
}

// renew says everything again, in the language there is now.
func (s *shell) renew() {
	s.saved.SetText(s.a.words.Say("screen.all_saved"))
	s.setWaiting(s.waits)
}

func (s *shell) show(c screen) {
	s.shown = c
	s.title.SetText(c.title)
	s.body.Objects = []fyne.CanvasObject{c.body}
	s.bar.Objects = nil
	if c.bar != nil {
		s.bar.Objects = []fyne.CanvasObject{newGround(theme.ColorNameBackground, container.NewPadded(c.bar))}
	}
	s.waiting.Hidden = c.bare
	s.arrange()
	s.count()
}

// arrange puts the header and the rail together for the room there is.
func (s *shell) arrange() {
	say := s.a.words.Say
	s.header.Objects = nil
	back := formview.NewButton(say("nav.back"), s.a.back)
	back.Icon, back.Importance = theme.NavigateBackIcon(), widget.LowImportance
	var left, right fyne.CanvasObject
	if len(s.a.trail) > 0 && !s.shown.bare {
		left = back
	}
	if !s.frame.wide && !s.shown.bare {
		menu := formview.NewButton(say("nav.menu"), s.a.showMenu)
		menu.Icon, menu.Importance = theme.MenuIcon(), widget.LowImportance
		right = menu
	}
	s.header.Objects = []fyne.CanvasObject{newBar(left, s.title, right, true)}
	s.rail.Objects = nil
	if s.frame.wide && !s.shown.bare {
		ways := formview.NewStack(0, s.a.ways()...)
		if s.shown.outline != nil {
			s.rail.Objects = []fyne.CanvasObject{container.NewBorder(container.NewVBox(ways, widget.NewSeparator()), nil, nil, nil, s.shown.outline)}
		} else {
			s.rail.Objects = []fyne.CanvasObject{container.NewBorder(ways, nil, nil, nil)}
		}
	}
	s.root.Refresh()
}

// outline puts another outline into the rail.
func (s *shell) outline(o fyne.CanvasObject) {
	s.shown.outline = o
	s.arrange()
}

// ways are the buttons to the main screens.
func (a *App) ways() []fyne.CanvasObject {
	var all []fyne.CanvasObject
	for _, w := range []struct {
		id   locale.ID
		icon fyne.Resource
		show func()
	}{
		{"nav.consultation", theme.HomeIcon(), a.showHome},
		{"nav.outbox", theme.MailSendIcon(), a.showOutbox},
		{"screen.join", theme.LoginIcon(), func() { a.showJoin("") }},
		{"nav.settings", theme.SettingsIcon(), a.showSettings},
		{"nav.about", theme.InfoIcon(), a.showAbout},
	} {
		b := formview.NewButton(a.words.Say(w.id), w.show)
		b.Icon, b.Alignment, b.Importance = w.icon, widget.ButtonAlignLeading, widget.LowImportance
		all = append(all, b)
	}
	return all
}

// saving, savedAt and notSaved tell how it stands with what was typed.
func (s *shell) saving() { s.status(s.a.words.Say("saved.saving"), widget.MediumImportance) }

func (s *shell) savedAt(t time.Time) {
	s.status(s.a.words.Say("saved.at", locale.Values{"Time": t.Format("15:04:05")}), widget.SuccessImportance)
}

func (s *shell) notSaved(err error) {
	s.status(s.a.words.Say("saved.not_saved"), widget.DangerImportance)
	s.say(s.a.words.Say("saved.failed") + " " + s.a.explain(err))
}

func (s *shell) status(words string, i widget.Importance) {
	if s.saved.Text == words {
		return
	}
	s.saved.Importance = i
	s.saved.SetText(words)
}

// say shows what happened, above the screen, until the next one.
func (s *shell) say(words string) {
	s.note.SetText(words)
	s.note.Show()
	s.root.Refresh()
}

// trouble says what went wrong, if anything did.
func (s *shell) trouble(err error) {
	if err != nil {
		s.say(s.a.explain(err))
	}
}

// count looks how many things wait to be sent.
func (s *shell) count() {
	waits := 0
	s.a.jobs.run(func() error {
		items, err := s.a.work.Items(s.a.ctx)
		for _, i := range items {
			if i.Waiting() != "" {
				waits++
			}
		}
		return err
	}, func(err error) {
		if err == nil {
			s.setWaiting(waits)
		}
	})
}

func (s *shell) setWaiting(n int) {
	s.waits = n
	words := s.a.words.Count("outbox.waiting", n)
	switch {
	case n == 0 && s.frame.wide:
		words = s.a.words.Say("send.nothing")
	case n == 0:
		words = s.a.words.Say("nav.outbox")
	case !s.frame.wide: // the number alone fits beside the other
		words = s.a.words.Count("screen.waiting", n)
	}
	s.waiting.SetText(words)
}

// frame lays the shell out: on a narrow window one column, on a wide one the
// rail beside it.
type frame struct {
	s    *shell
	wide bool
}

// wideFrom is from which width on there is a rail, in widths of the text.
const wideFrom = 50

func (f *frame) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	header, rail, note, body, bar, foot := objects[0], objects[1], objects[2], objects[3], objects[4], objects[5]
	if wide := size.Width >= wideFrom*theme.TextSize(); wide != f.wide {
		f.wide = wide
		f.s.setWaiting(f.s.waits)
		f.s.arrange() // lays out again, with wide as it is now
		return
	}
	left := float32(0)
	railed := f.wide && !f.s.shown.bare
	if railed {
		rail.Show()
	} else {
		rail.Hide()
	}
	top := header.MinSize().Height
	header.Resize(fyne.NewSize(size.Width, top))
	header.Move(fyne.NewPos(0, 0))
	low := foot.MinSize().Height
	foot.Resize(fyne.NewSize(size.Width, low))
	foot.Move(fyne.NewPos(0, size.Height-low))
	if railed {
		left = 15 * theme.TextSize()
		rail.Resize(fyne.NewSize(left, max(0, size.Height-top-low)))
		rail.Move(fyne.NewPos(0, top))
	}
	width := size.Width - left
	if note.Visible() {
		note.Resize(fyne.NewSize(width, note.Size().Height))
		h := note.MinSize().Height
		note.Resize(fyne.NewSize(width, h))
		note.Move(fyne.NewPos(left, top))
		top += h
	}
	high := float32(0)
	if len(f.s.bar.Objects) > 0 {
		bar.Resize(fyne.NewSize(width, bar.MinSize().Height)) // it has its rows at its width
		high = bar.MinSize().Height
		bar.Resize(fyne.NewSize(width, high))
		bar.Move(fyne.NewPos(left, size.Height-low-high))
	}
	body.Resize(fyne.NewSize(width, max(0, size.Height-top-low-high)))
	body.Move(fyne.NewPos(left, top))
}

// MinSize is small: every screen scrolls.
func (f *frame) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(160, 160) }

// ground is a coloured area behind an object that follows the theme.
type ground struct {
	widget.BaseWidget
	name    fyne.ThemeColorName
	content fyne.CanvasObject
}

func newGround(name fyne.ThemeColorName, content fyne.CanvasObject) *ground {
	g := &ground{name: name, content: content}
	g.ExtendBaseWidget(g)
	return g
}

// CreateRenderer implements [fyne.Widget].
func (g *ground) CreateRenderer() fyne.WidgetRenderer {
	r := canvas.NewRectangle(color.Transparent)
	gr := &groundRenderer{g: g, rect: r, objects: []fyne.CanvasObject{r, g.content}}
	gr.Refresh()
	return gr
}

type groundRenderer struct {
	g       *ground
	rect    *canvas.Rectangle
	objects []fyne.CanvasObject
}

func (r *groundRenderer) Layout(size fyne.Size) {
	r.rect.Resize(size)
	r.g.content.Resize(size)
}
func (r *groundRenderer) MinSize() fyne.Size           { return r.g.content.MinSize() }
func (r *groundRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *groundRenderer) Destroy()                     {}
func (r *groundRenderer) Refresh() {
	r.rect.FillColor = r.g.Theme().Color(r.g.name, fyne.CurrentApp().Settings().ThemeVariant())
	r.rect.Refresh()
	r.g.content.Refresh()
}

func wrapped(words string) *widget.Label {
	l := widget.NewLabel(words)
	l.Wrapping = fyne.TextWrapWord
	return l
}

func strong(words string) *widget.Label {
	l := wrapped(words)
	l.TextStyle.Bold = true
	return l
}

func quiet(words string) *widget.Label {
	l := wrapped(words)
	l.SizeName, l.Importance = theme.SizeNameCaptionText, widget.LowImportance
	return l
}

func heading(words string) *widget.Label {
	l := wrapped(words)
	l.SizeName, l.TextStyle.Bold = theme.SizeNameHeadingText, true
	return l
}

func subheading(words string) *widget.Label {
	l := wrapped(words)
	l.SizeName, l.TextStyle.Bold = theme.SizeNameSubHeadingText, true
	return l
}

// page is a scrolled readable column.
func page(objects ...fyne.CanvasObject) *formview.Scroll {
	return formview.NewScroll(formview.NewColumn(objects...))
}

// buttons stand side by side where they fit, below each other else.
func buttons(objects ...fyne.CanvasObject) fyne.CanvasObject {
	return inset(container.New(layout.NewRowWrapLayout(), objects...))
}

func action(label string, do func()) *formview.Button { return formview.NewButton(label, do) }

func primary(label string, do func()) *formview.Button {
	b := formview.NewButton(label, do)
	b.Importance = widget.HighImportance
	return b
}
