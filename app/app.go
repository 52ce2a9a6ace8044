// Package app is the Fyne application. It draws workspace and session state and
// turns gestures into calls; it decides nothing else.
//
// Everything here belongs to the goroutine that draws, but for what stands in a
// job. Sizes are Fyne's units. Start at [New]; each screen is a method show….
package app

import (
	"context"
	"errors"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/station"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/consultation"
)

// Options are what the application takes from its surroundings. The zero value
// works.
type Options struct {
	Invite  []byte // to join with at the start; may be nil
	Offered []byte // an invite to be shown at the start, and taken when the person says so; may be nil
	Version string // of the program
	Folder  string // of the store, to be shown; how the screens looked last is kept there
	// People are those who share the device. Nil means that the workspace stands
	// alone: then nothing is said of locks, other people, restoring and wiping.
	People *workspace.People
	// Opened is called before the window is shown for the first time; may be nil.
	Opened func(fyne.Window)
	// Ready is called once, where drawing is done, when the first screen stands
	// in the window with all that belongs on it; may be nil.
	Ready func(fyne.Window)
	// Hidden keeps a hub from being found on the local network: for tests.
	Hidden bool
	Tray   bool // the system has one: the program has a menu there
	Log    Log  // of the program, to be given to whoever helps; may be nil
}

// A Log is what was logged so far, without answers and names;
// [workspace.Diary] has it.
type Log interface {
	Text(context.Context) ([]byte, error)
	Clear() error
}

// An App is the application's window, over one workspace at a time.
type App struct {
	fyne         fyne.App
	work         *workspace.Workspace
	station      *station.Station // nil: this device is no hub now
	sender       *byItself        // nil: nothing is sent by itself
	consultation *consultation.Consultation
	o            Options
	words        *locale.Localizer
	chosen       workspace.Settings
	choices      choices // of chosen, what is not kept yet
	jobs         jobs
	working      func(context.Context) jobs // makes them
	spawn        func(func())               // begins what runs as long as the workspace is open; nil: nothing does
	clock        func() time.Time
	ctx          context.Context // of all jobs; ends with the window, or when the workspace is left
	end          func()          // ends it
	whole        context.Context // of the window

	window  fyne.Window
	shell   *shell
	place   place            // what is shown
	trail   []place          // what was shown before it
	visit   int              // counts how often another was shown
	running *outbox          // while something is sent by hand
	outbox  *outbox          // that was shown last
	newsAt  int              // the visit in which a screen was shown that tells how things stand,
	news    func()           // and what reads it anew
	trayed  string           // what stands in the system's tray
	taught  string           // the language of Fyne's own words
	filling *filling         // the response that was opened last
	safe    safety           // as it stood when it was looked for
	watch   *workspace.Watch // says when to lock
	opened  string           // folder of the documents that other programs show; "" where there are none
}

// A place is a screen that can be shown again: after going back, and when the
// language, the look or what it shows has changed.
type place struct {
	draw  func() screen
	enter func() // called each time it comes to be shown, to read what it shows; may be nil
	leave func() // called when another is shown; may be nil
	// within is the response that is filled in or reviewed there; nil elsewhere.
	within *filling
}

// New makes the application; tests hand it test.NewTempApp's. w may be nil for
// [App.Run].
func New(a fyne.App, w *workspace.Workspace, c *consultation.Consultation, o Options) *App {
	app := &App{fyne: a, work: w, consultation: c, o: o, words: locale.New(), clock: time.Now}
	app.spawn = func(f func()) { go f() }
	app.working = func(ctx context.Context) jobs { return background(func() bool { return ctx.Err() != nil }, fyne.Do) }
	return app
}

// Run shows the window and returns when it is closed, and the workspace with it.
// The window stands before opened, which may take its time, has returned the
// workspace, or nil where somebody has to be asked first; its error ends the window
// and is Run's.
func (a *App) Run(ctx context.Context, opened func() (*workspace.Workspace, error)) (err error) {
	a.frame(ctx)
	defer func() {
		a.end() // however the window was ended
		if closing := a.closing(); a.work != nil {
			err = errors.Join(err, closing())
		}
	}()
	a.window.SetContent(a.opening())
	if a.o.Opened != nil {
		a.o.Opened(a.window)
	}
	var failed error
	var found beginning
	a.jobs.run(func() (err error) {
		if a.work, err = opened(); err != nil || a.work == nil {
			return err
		}
		if found, err = a.begin(); err == nil && found.named {
			found.mine, found.trouble = a.mine(a.ctx)
		}
		return err
	}, func(err error) {
		switch {
		case err != nil:
			failed = err
			a.window.Close()
		case a.work == nil:
			a.standBefore()
		default:
			a.enterAs(found)
		}
	})
	a.window.ShowAndRun()
	return failed
}

// open makes the window over the workspace that is there.
func (a *App) open(ctx context.Context) error {
	a.frame(ctx)
	if err := a.enter(); err != nil {
		a.end()
		return err
	}
	return nil
}

// A beginning is what the first screen needs of the workspace. It is read away
// from where drawing is done, so that the screen is made once, with all on it.
type beginning struct {
	chosen  workspace.Settings
	named   bool // somebody has said whose device this is
	mine    mine // where named; what was not read is read once the screen stands
	trouble error
}

func (a *App) begin() (b beginning, err error) {
	b.chosen, err = a.work.Settings(a.ctx)
	_, unnamed := a.work.Card()
	b.named = unnamed == nil
	return b, err
}

// frame makes the window as it is before anything is known of the person.
func (a *App) frame(ctx context.Context) {
	a.whole = ctx
	a.afresh()
	a.use(workspace.LastLook(a.o.Folder))
	a.window = a.fyne.NewWindow(a.words.Say("app.name"))
	a.window.SetPadded(false)
	a.window.Resize(a.lastSize())
	a.window.SetCloseIntercept(a.shut)
	a.window.SetMaster() // the tray has a window of its own
	a.renewTray()
}

// shut saves what is open and ends the program: the window was closed by its frame, or from the tray.
func (a *App) shut() {
	a.keepSize()
	a.leave()
	a.away(place{})
	a.end()
	a.forgetOpened()
	a.window.Close()
}

// lastSize is how large the window was when it was closed. Where it stood Fyne
// doesn't tell.
func (a *App) lastSize() fyne.Size {
	if s := workspace.LastWindow(a.o.Folder); s.Width > 0 {
		return fyne.NewSize(max(s.Width, leastWindow), max(s.Height, leastWindow))
	}
	return fyne.NewSize(1000, 700)
}

// leastWindow is how small a window begins at least.
const leastWindow = 200

// keepSize keeps it for the next start. That it could not be kept nobody needs
// to hear of.
func (a *App) keepSize() {
	if !fyne.CurrentDevice().IsMobile() && !a.window.FullScreen() {
		size := a.window.Canvas().Size()
		_ = workspace.KeepWindow(a.o.Folder, workspace.WindowSize{Width: size.Width, Height: size.Height})
	}
}

// afresh begins other jobs than those there were, of which nothing comes back.
func (a *App) afresh() {
	if a.end != nil {
		a.end()
	}
	a.forgetOpened()
	a.ctx, a.end = context.WithCancel(a.whole)
	a.jobs = a.working(a.ctx)
}

// opening is what stands in the window while the store is opened. It promises
// nothing about what is in there.
func (a *App) opening() fyne.CanvasObject { return a.interlude(a.words.Say("start.opening")) }

// interlude is a name and what is being done, alone in the window.
func (a *App) interlude(what string) fyne.CanvasObject {
	name, words := heading(a.words.Say("app.name")), quiet(what)
	name.Centred, words.Centred = true, true
	return container.NewStack(canvas.NewRectangle(theme.Color(theme.ColorNameBackground)),
		container.NewVBox(layout.NewSpacer(), newEmblem(theme.ColorNamePrimary, 6), name, words, layout.NewSpacer()))
}

// enter puts the first screen of whose workspace is open into the window.
func (a *App) enter() error {
	b, err := a.begin()
	if err == nil {
		a.enterAs(b)
	}
	return err
}

func (a *App) enterAs(b beginning) {
	a.use(b.chosen)
	a.shell = newShell(a)
	a.window.SetContent(a.shell.root)
	a.window.SetOnDropped(a.dropped)
	a.shortcuts(a.window.Canvas().AddShortcut)
	a.fyne.Lifecycle().SetOnEnteredForeground(func() {
		if a.sender != nil {
			a.sender.Tell(workspace.OccasionFront)
		}
	})
	a.fyne.Lifecycle().SetOnExitedForeground(func() {
		if a.place.leave != nil {
			a.place.leave()
		}
	})
	if b.named {
		a.showHomeOf(&b.mine)
		a.shell.trouble(b.trouble)
		a.joinAtStart()
		a.hubAtStart()
		if !a.chosen.BeHub {
			a.startSender()
		}
	} else {
		a.showWelcome()
	}
	a.ready()
	if a.o.People != nil {
		a.watch = nil
		a.lookAround(nil)
		a.guard()
	}
}

// use makes choices visible; where no language was chosen it is the system's.
func (a *App) use(s workspace.Settings) {
	if a.chosen = s; len(s.Languages) == 0 {
		a.chosen.Languages = []string{systemLocale().String()}
	}
	a.apply()
}

// apply makes the choices in a.chosen visible.
func (a *App) apply() {
	defer func() {
		if a.window != nil {
			a.renewTray()
		}
	}()
	for _, l := range a.chosen.Languages {
		if a.words.Use(l) {
			break
		}
	}
	a.teachFyne()
	if l := newLook(a.chosen, a.words); a.fyne.Settings().Theme() != l {
		a.fyne.Settings().SetTheme(l) // all fonts are parsed again then
	}
}

// choose applies what a person chose and keeps it.
func (a *App) choose(change func(*workspace.Settings)) {
	a.keepChoice(change)
	a.apply()
	a.shell.renew()
	a.redraw()
}

// keepChoice keeps it without drawing anything anew.
func (a *App) keepChoice(change func(*workspace.Settings)) {
	change(&a.chosen)
	w := a.work
	a.choices.add(change, a.chosen)
	a.jobs.run(func() error { return a.choices.keep(a.ctx, w, a.o.Folder) }, func(err error) {
		a.shell.trouble(err)
		if w != nil && w == a.work {
			a.ruled()
		}
	})
}

// languages is the chain in which forms look for their texts.
func (a *App) languages() []string { return a.words.Language().Chain() }

// form is the built-in consultation's.
func (a *App) form() (*forms.Definition, error) {
	f, err := a.work.Form(a.consultation.Form.ID)
	return f.Definition, err
}

// goTo shows a screen and remembers the way back.
func (a *App) goTo(p place) {
	if a.place.draw != nil {
		a.leave()
		a.trail = append(a.trail, a.place)
	}
	a.turn(p)
}

// start shows a screen from which there is no way back.
func (a *App) start(p place) {
	a.leave()
	a.trail = nil
	a.turn(p)
}

// back shows what was there before.
func (a *App) back() {
	if len(a.trail) == 0 {
		a.showHome()
		return
	}
	a.leave()
	last := a.trail[len(a.trail)-1]
	a.trail = a.trail[:len(a.trail)-1]
	a.turn(last)
}

// turn shows another screen.
func (a *App) turn(to place) {
	a.away(to)
	a.shell.hush()
	a.visit++
	a.place = to
	a.again()
	if to.enter != nil {
		to.enter()
	}
}

// away ends the visit to a response, if to is no place of it.
func (a *App) away(to place) {
	if from := a.place.within; from != nil && from != to.within {
		from.closed()
	}
}

// again draws the screen anew.
func (a *App) again() {
	if a.place.draw != nil {
		a.shell.show(a.place.draw())
	}
}

// redraw draws the screen anew after what it shows has changed: it stays where
// it was scrolled to.
func (a *App) redraw() {
	before, _ := a.shell.shown.body.(*formview.Scroll)
	a.again()
	if now, ok := a.shell.shown.body.(*formview.Scroll); ok && before != nil && now != before {
		now.Resume(before)
		a.refocus(now, before, framesAwaited)
	}
}

// How long a page is given to be drawn the first time.
const (
	frameTime     = 30 * time.Millisecond
	framesAwaited = 20
)

// refocus hands the focus over from one page to the one in its place, as soon as
// that was drawn.
func (a *App) refocus(now, before *formview.Scroll, tries int) {
	if a.shell.shown.body == fyne.CanvasObject(now) && !now.TakeFocus(before) && tries > 0 {
		a.jobs.after(frameTime, func() { a.refocus(now, before, tries-1) })
	}
}

// ready tells whoever started the application that the first screen stands.
func (a *App) ready() {
	if tell := a.o.Ready; tell != nil {
		a.o.Ready = nil
		tell(a.window)
	}
}

func (a *App) leave() {
	if a.place.leave != nil {
		a.place.leave()
	}
}

// maxInvite bounds what is read of a file that may be an invite.
const maxInvite = 1 << 20

func readFile(u fyne.URI) ([]byte, error) {
	r, err := storage.Reader(u)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readAtMost(r, maxInvite)
}
