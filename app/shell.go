package app

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/app/formview"
	"baraza.example/assets/locale"
)

// A screen is what stands in the shell.
type screen struct {
	title   string
	short   string    // in a narrow window, where the page's own heading says the rest; "" for the title
	way     locale.ID // of the ways to the main screens, the one that leads here
	body    fyne.CanvasObject
	outline fyne.CanvasObject // beside the body where there is room; may be nil
	bar     fyne.CanvasObject // what to do, always in sight below the body; may be nil
	done    float32           // how far one is, 0 to 1, where that can be said
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
	footed  *fyne.Container
	foot    *foot
	done    *progress
	title   *formview.Label
	waiting *formview.Button
	note    *formview.Notice // what happened, until the next screen
	noted   *formview.Panel
	waits   int
	unsaved bool // the last try to save what was typed failed
	shown   screen
}

func newShell(a *App) *shell {
	s := &shell{a: a, rail: container.NewStack(), body: container.NewStack(), bar: container.NewStack(), header: container.NewStack(), footed: container.NewStack(), done: newProgress()}
	s.title = strong("")
	s.title.OneLine, s.title.TwoLines, s.title.Colour = true, true, formview.ColourOnHeader
	s.note = formview.NewNotice(theme.InfoIcon(), theme.ColorNameForeground, "")
	s.noted = formview.NewGround(formview.ColourSoft, container.New(margins{4, 2}, s.note))
	s.noted.Hide()
	s.waiting = formview.NewButton("", func() { a.showOutbox() })
	s.waiting.Importance, s.waiting.Icon = widget.LowImportance, theme.MailSendIcon()
	s.frame = &frame{s: s}
	s.root = container.New(s.frame,
		formview.NewGround(formview.ColourHeader, container.New(margins{2, 1}, s.header)),
		s.noted, s.done, s.body,
		formview.NewGround(theme.ColorNameBackground, s.bar),
		formview.NewGround(formview.ColourRail, s.rail), // behind the page in the order of the focus
		formview.NewGround(formview.ColourRail, container.New(margins{3, 0.4}, s.footed)))
	s.renew()
	return s
}

// renew says everything again, in the language there is now.
func (s *shell) renew() {
	s.status(theme.ConfirmIcon(), theme.ColorNameSuccess, s.a.words.Say("screen.all_saved"), s.a.words.Say("saved.short"))
	s.setWaiting(s.waits)
}

func (s *shell) show(c screen) {
	s.shown = c
	s.body.Objects = []fyne.CanvasObject{c.body}
	s.bar.Objects = nil
	if c.bar != nil {
		s.bar.Objects = []fyne.CanvasObject{container.New(barred{}, c.bar)}
		s.bar.Refresh()
	}
	s.waiting.Hidden = c.bare
	s.done.share = c.done
	s.done.Hidden = c.done == 0
	if page, ok := c.body.(*formview.Scroll); ok {
		page.OnMove = s.entitle
	}
	s.arrange()
}

// arrange puts the header and the rail together for the room there is.
func (s *shell) arrange() {
	say := s.a.words.Say
	s.entitle()
	var left, right fyne.CanvasObject
	if len(s.a.trail) > 0 && !s.shown.bare {
		back := formview.NewButton(say("nav.back"), s.a.back)
		back.Icon, back.OnHeader = backIcon(), true
		left = back
	} else {
		left = newEmblem(formview.ColourOnHeader, 2.72) // as high as a button, so that the page stays where it is
	}
	if !s.frame.wide && !s.shown.bare && s.shown.way != "nav.menu" && (len(s.a.trail) == 0 || s.root.Size().Width > 15*theme.TextSize()) {
		menu := formview.NewButton(say("nav.menu"), s.a.showMenu)
		menu.Icon, menu.OnHeader = theme.MenuIcon(), true
		right = menu
	}
	s.header.Objects = []fyne.CanvasObject{newBar(left, s.title, right, true)}
	s.header.Refresh() // lays it out, so that it knows how high it is
	s.rail.Objects = nil
	if s.frame.wide && !s.shown.bare {
		ways := container.New(margins{2, 2}, formview.NewStack(gapTight, s.a.ways(s.shown.way)...))
		if s.shown.outline != nil {
			s.rail.Objects = []fyne.CanvasObject{container.New(above{}, container.NewVBox(ways, widget.NewSeparator()), s.shown.outline)}
		} else {
			s.rail.Objects = []fyne.CanvasObject{container.New(above{}, ways)}
		}
	}
	s.root.Refresh()
}

// retitle gives what is shown another title.
func (s *shell) retitle(title string) {
	s.shown.title = title
	s.entitle()
}

// entitle puts the title into the header. As long as the page says the same right
// below, the header says whose program it is, or, beside the way back, nothing.
func (s *shell) entitle() {
	says := s.shown.title
	if s.shown.short != "" && !s.frame.wide {
		says = s.shown.short
	}
	words := says
	if page, ok := s.shown.body.(*formview.Scroll); ok {
		said := func(head *formview.Label) bool { return head.Words() == says && !page.Passed(head) }
		if slices.ContainsFunc(page.Heads(), said) {
			if words = ""; len(s.a.trail) == 0 || s.shown.bare {
				words = s.a.words.Say("app.name")
			}
		}
	}
	if s.title.Words() != words {
		s.title.SetWords(words)
		s.header.Refresh()
	}
}

// outline puts another outline into the rail.
func (s *shell) outline(o fyne.CanvasObject) {
	s.shown.outline = o
	s.arrange()
}

// A way leads to one of the main screens.
type way struct {
	id   locale.ID
	icon fyne.Resource
	show func()
}

func (a *App) allWays() []way {
	return []way{
		{"nav.consultation", theme.HomeIcon(), a.showHome},
		{"nav.messages", theme.QuestionIcon(), a.showMessages},
		{"nav.outbox", theme.MailSendIcon(), a.showOutbox},
		{"nav.hub", theme.ComputerIcon(), a.showHub},
		{"screen.join", theme.LoginIcon(), func() { a.showJoin("") }},
		{"nav.settings", theme.SettingsIcon(), a.showSettings},
		{"nav.about", theme.InfoIcon(), a.showAbout},
	}
}

// ways are the buttons to the main screens; here is the one that is shown.
func (a *App) ways(here locale.ID) []fyne.CanvasObject {
	var all []fyne.CanvasObject
	for _, w := range a.allWays() {
		b := low(a.words.Say(w.id), w.icon, w.show)
		b.Leading, b.Selected = true, w.id == here
		all = append(all, b)
	}
	if a.safe.lockable() {
		b := low(a.words.Say("lock.now"), theme.LogoutIcon(), a.lock)
		b.Leading = true
		all = append(all, b)
	}
	if l := a.words.Language(); l.Draft {
		state := formview.NewRow(1, formview.NewBadge(l.Name+" · "+a.words.Say("translation.draft")))
		if !l.Complete {
			state.Add(formview.NewBadge(a.words.Say("translation.partly")))
		}
		all = append(all, container.New(margins{2, 1}, state))
	}
	return all
}

// saving, savedAt and notSaved tell how it stands with what was typed.
func (s *shell) saving() {
	s.status(theme.DocumentSaveIcon(), theme.ColorNameForeground, s.a.words.Say("saved.saving"), s.a.words.Say("saved.saving_short"))
}

func (s *shell) savedAt(t time.Time) {
	s.unsaved = false
	at := locale.Values{"Time": t.Format("15:04:05")}
	s.status(theme.ConfirmIcon(), theme.ColorNameSuccess, s.a.words.Say("saved.at", at), s.a.words.Say("saved.short_at", at))
}

func (s *shell) notSaved(err error) {
	s.unsaved = true
	words := s.a.words.Say("saved.not_saved")
	s.status(theme.WarningIcon(), theme.ColorNameError, words, words)
	s.say(locale.Sentences(s.a.words.Say("saved.failed"), s.a.explain(err)))
}

func (s *shell) status(icon fyne.Resource, colour fyne.ThemeColorName, words, short string) {
	if f := s.foot; f == nil || f.words != words {
		saved := formview.NewNotice(icon, colour, words)
		saved.OneLine()
		s.foot = &foot{s.waiting, saved, words, short}
		s.footed.Objects = []fyne.CanvasObject{container.New(s.foot, saved, s.waiting)}
		s.footed.Refresh()
	}
}

// say shows what happened, above the screen, until the next one.
func (s *shell) say(words string) {
	s.note.SetWords(words)
	s.noted.Show()
	s.root.Refresh()
}

func (s *shell) hush() { s.noted.Hide() }

// trouble says what went wrong, if anything did.
func (s *shell) trouble(err error) {
	if err != nil {
		s.say(s.a.explain(err))
	}
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
	if s.waiting.Text != words {
		s.waiting.SetText(words)
		s.footed.Refresh()
	}
}
