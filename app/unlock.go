package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// unlocking is the screen on which somebody opens their workspace.
type unlocking struct {
	a        *App
	who      workspace.Person
	shared   bool // others are on the device, too
	byWords  bool // the recovery words are asked for
	typed    string
	problem  string
	cancel   context.CancelFunc // of the try that runs; nil: none does
	until    time.Time          // before which the try is held up
	waits    *formview.Label
	field    *formview.Entry
	scrolled *formview.Scroll
}

func (a *App) showUnlock(who workspace.Person, shared bool) {
	u := &unlocking{a: a, who: who, shared: shared}
	p := place{draw: u.draw, enter: u.focus, leave: u.stop}
	if shared {
		a.goTo(p)
	} else {
		a.start(p)
	}
}

func (u *unlocking) focus() {
	if u.field != nil {
		u.a.window.Canvas().Focus(u.field)
	}
}

// stop ends the try that runs. What was held up was not counted.
func (u *unlocking) stop() {
	if u.cancel != nil {
		u.cancel()
	}
}

func (u *unlocking) draw() screen {
	a, say := u.a, u.a.words.Say
	content := formview.NewStack(gapParts)
	u.scrolled = formview.NewScroll(formview.NewColumn(content))
	name := a.personName(u.who)
	if !u.shared {
		name = say("unlock.title")
	}
	content.Objects = []fyne.CanvasObject{heading(name)}
	open := primary(say("action.open"), u.open)
	switch {
	case u.cancel != nil:
		u.field, u.waits = nil, strong("")
		u.tell()
		content.Add(formview.NewStack(gapWords, u.waits, buttons(action(say("action.cancel"), u.stop))))
		open.Disable()
	default:
		content.Add(u.ask())
	}
	if u.cancel == nil {
		content.Add(u.otherWays())
	}
	var back fyne.CanvasObject
	switch {
	case u.byWords:
		back = action(say("nav.back"), func() { u.turn(false) })
	case u.shared:
		back = action(say("nav.back"), a.back)
	}
	u.scrolled.Follow()
	return screen{title: say("app.name"), bare: true, body: u.scrolled, bar: newBar(back, nil, open, false)}
}

// ask is the field for what opens the workspace.
func (u *unlocking) ask() fyne.CanvasObject {
	a, say := u.a, u.a.words.Say
	box := formview.NewStack(gapWords)
	if u.byWords {
		entry, field := newField(u.scrolled, true, u.typed, func(s string) { u.typed = s })
		u.field = entry
		box.Objects = []fyne.CanvasObject{strong(say("recovery.type_words")), field, quiet(say("recovery.type_words_hint"))}
	} else {
		hidden := a.newSecret(u.scrolled, u.typed, func(s string) { u.typed = s }, u.open)
		u.field = hidden.Field
		box.Objects = []fyne.CanvasObject{strong(say("lock.word")), hidden}
	}
	if u.problem != "" {
		box.Add(formview.NewProblem(u.problem))
	}
	if u.who.Delay > 0 && !u.byWords {
		box.Add(quiet(a.words.Say("unlock.held_up", locale.Values{"Time": a.length(u.who.Delay)})))
	}
	return box
}

// otherWays are for those who have forgotten, or are somebody else.
func (u *unlocking) otherWays() fyne.CanvasObject {
	a, say := u.a, u.a.words.Say
	box := formview.NewStack(gapCards)
	if !u.byWords {
		box.Add(newWay(theme.DocumentIcon(), say("unlock.by_words"), say("unlock.by_words_why"), func() { u.turn(true) }))
	}
	if !u.shared {
		for _, w := range a.waysIn() {
			box.Add(w)
		}
	}
	box.Add(newWay(theme.DeleteIcon(), say("wipe.way"), say("unlock.wipe_why"), func() { a.showWipe(u.who) }))
	return section(say("unlock.else"), box)
}

// turn asks for the recovery words, or for the passphrase again.
func (u *unlocking) turn(toWords bool) {
	u.byWords, u.typed, u.problem = toWords, "", ""
	u.a.redraw()
	u.focus()
}

// open tries what was typed. After wrong passphrases the try is held up, and that is
// counted down.
func (u *unlocking) open() {
	a := u.a
	if u.cancel != nil {
		return
	}
	with := workspace.Unlocking{Passphrase: []byte(u.typed)}
	if u.byWords {
		words, err := workspace.ParseWords(u.typed)
		if err != nil {
			u.fails(err)
			return
		}
		with = workspace.Unlocking{Words: words}
	}
	if strings.TrimSpace(u.typed) == "" {
		u.fails(workspace.ErrPassphraseNeeded)
		return
	}
	ctx, cancel := context.WithCancel(a.ctx)
	u.cancel, u.problem, u.until = cancel, "", a.clock()
	if !u.byWords {
		u.until = u.until.Add(u.who.Delay)
	}
	a.redraw()
	u.count()
	var w *workspace.Workspace
	who := u.who
	a.jobs.run(func() (err error) {
		if w, err = a.o.People.Open(ctx, u.who.ID, with); err != nil {
			if all, failed := a.o.People.List(); failed == nil {
				for _, p := range all {
					if p.ID == who.ID {
						who = p
					}
				}
			}
		}
		return err
	}, func(err error) {
		cancel()
		u.cancel, u.who = nil, who
		if err != nil {
			u.fails(err)
			return
		}
		u.typed = ""
		a.come(w)
		if u.byWords {
			a.showLock()
			a.shell.say(a.words.Say("unlock.by_words_done"))
		}
	})
}

// fails says why it stays locked.
func (u *unlocking) fails(err error) {
	a := u.a
	u.problem = ""
	if !errors.Is(err, context.Canceled) {
		u.problem = a.explain(err)
	}
	if !u.byWords {
		u.typed = ""
	}
	a.redraw()
	u.focus()
}

// count tells each second how long the try is still held up.
func (u *unlocking) count() {
	if u.cancel == nil {
		return
	}
	u.tell()
	if u.until.After(u.a.clock()) {
		u.a.jobs.after(time.Second, u.count)
	}
}

func (u *unlocking) tell() {
	words := u.a.words.Say("unlock.trying")
	if left := u.until.Sub(u.a.clock()); left > 0 {
		words = u.a.words.Say("unlock.waits", locale.Values{"Time": u.a.length(left)})
	}
	u.waits.SetWords(words)
}

// length writes how long something takes, in whole seconds or minutes.
func (a *App) length(d time.Duration) string {
	seconds := int((d + time.Second - 1) / time.Second)
	if seconds < 60 {
		return a.words.Count("length.seconds", seconds)
	}
	return a.words.Count("length.minutes", (seconds+59)/60)
}

// newSecret is a field on a page for what nobody is to read over the shoulder.
func (a *App) newSecret(on *formview.Scroll, text string, changed func(string), done func()) *formview.Hidden {
	h := formview.NewHidden(a.words, on)
	h.Field.SetText(text)
	h.Field.OnText = changed
	h.Field.OnFocus = func(gained bool) {
		if gained {
			on.Reveal(h.Field)
		}
	}
	h.Field.OnSubmitted = func(string) {
		if done != nil {
			done()
		}
	}
	return h
}
