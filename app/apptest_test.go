package app

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
)

// A person sits before the window: they see words, tap, type and press keys.
type person struct {
	*App
	t     testing.TB
	dir   string
	later []func() // what waits for its time
}

// sit opens the application on the store in dir, in a window of the size. Jobs
// run at once; what waits for a time waits for [person.aSecondPasses].
func sit(t testing.TB, dir string, o Options, size fyne.Size) *person {
	t.Helper()
	return sitAt(t, dir, o, size, time.Now)
}

// sitAt is sit by another clock, and with more forms.
func sitAt(t testing.TB, dir string, o Options, size fyne.Size, clock func() time.Time, more ...workspace.Form) *person {
	t.Helper()
	consultation, form, err := workspace.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	w, err := workspace.Open(t.Context(), dir, workspace.Options{Forms: append(more, form), Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	p := &person{App: New(test.NewTempApp(t), w, consultation, o), t: t, dir: dir}
	p.clock = clock
	p.working, p.spawn = p.atOnce, nil
	if err := p.open(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	p.window.Resize(size)
	return p
}

// atOnce are jobs that run where they are asked for. Nothing comes back when ctx
// has ended.
func (p *person) atOnce(ctx context.Context) jobs {
	unlessEnded := func(f func()) {
		if ctx.Err() == nil {
			f()
		}
	}
	return jobs{
		away: func(f func()) { f() },
		here: unlessEnded,
		after: func(_ time.Duration, f func()) func() {
			p.later = append(p.later, func() { unlessEnded(f) })
			return func() {}
		},
	}
}

var (
	phone  = fyne.NewSize(360, 640)
	laptop = fyne.NewSize(1366, 768)
)

// known sits down at a device whose name is known already.
func known(t testing.TB, size fyne.Size) *person {
	t.Helper()
	p := sit(t, t.TempDir(), Options{}, size)
	if err := p.work.SetUp(t.Context(), "Ujirani Cooperative", ""); err != nil {
		t.Fatal(err)
	}
	p.showHome()
	return p
}

// takes looks at an invite and takes it.
func (p *person) takes(invite string) {
	p.t.Helper()
	p.showJoin(invite)
	p.taps("Join")
	p.sees("Joined: ")
}

// settles makes the settings as they are in s.
func (p *person) settles(s workspace.Settings) {
	p.choose(func(now *workspace.Settings) { *now = s })
}

func (p *person) aSecondPasses() {
	due := p.later
	p.later = nil
	for _, f := range due {
		f()
	}
}

// visit calls do for everything that is to be seen, in the order of drawing.
func visit(o fyne.CanvasObject, do func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	do(o)
	if _, ok := o.(*formview.Button); ok {
		return // its words are its own
	}
	for _, c := range children(o) {
		visit(c, do)
	}
}

// children are what is drawn in o.
func children(o fyne.CanvasObject) (all []fyne.CanvasObject) {
	switch o := o.(type) {
	case *fyne.Container:
		all = o.Objects
	case fyne.Widget:
		all = test.WidgetRenderer(o).Objects()
	}
	return slices.DeleteFunc(slices.Clone(all), func(c fyne.CanvasObject) bool { return c == nil || !c.Visible() })
}

// shown is the text of everything to be seen.
func (p *person) shown() string {
	var b strings.Builder
	visit(p.window.Content(), func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *formview.Label:
			b.WriteString(o.Words() + "\n")
		case *formview.Button:
			b.WriteString("[" + o.Text + "]\n")
		case *formview.Entry:
			b.WriteString("<" + o.Text + ">\n")
		}
	})
	return b.String()
}

func (p *person) sees(words ...string) {
	p.t.Helper()
	shown := p.shown()
	for _, w := range words {
		if !strings.Contains(shown, w) {
			p.t.Errorf("%q is not to be seen in\n%s", w, shown)
		}
	}
}

// seesItSaved looks for the time of saving, which is said in fewer words where
// there is little room.
func (p *person) seesItSaved() {
	p.t.Helper()
	if shown := p.shown(); !strings.Contains(shown, "Saved on this device at") && !strings.Contains(shown, "Saved at") {
		p.t.Errorf("it is not said to be saved in\n%s", shown)
	}
}

func (p *person) doesNotSee(words ...string) {
	p.t.Helper()
	shown := p.shown()
	for _, w := range words {
		if strings.Contains(shown, w) {
			p.t.Errorf("%q is to be seen in\n%s", w, shown)
		}
	}
}

// taps presses the first button, line or choice with the words.
func (p *person) taps(words string) {
	p.t.Helper()
	var found fyne.Tappable
	visit(p.window.Content(), func(o fyne.CanvasObject) {
		if found != nil {
			return
		}
		switch o := o.(type) {
		case *formview.Button:
			if o.Text == words && !o.Disabled() {
				found = o
			}
		case *line:
			if strings.HasPrefix(o.title.Words(), words) {
				found = o
			}
		case *formview.Choice:
			if o.Label() == words {
				found = o
			}
		}
	})
	if found == nil {
		p.t.Fatalf("there is nothing to tap called %q in\n%s", words, p.shown())
	}
	test.Tap(found)
}

// lines counts the lines whose title begins with the words.
func (p *person) lines(words string) (n int) {
	visit(p.window.Content(), func(o fyne.CanvasObject) {
		if l, ok := o.(*line); ok && strings.HasPrefix(l.title.Words(), words) {
			n++
		}
	})
	return n
}

// field is the n-th field to type in.
func (p *person) field(n int) *formview.Entry {
	p.t.Helper()
	var all []*formview.Entry
	visit(p.window.Content(), func(o fyne.CanvasObject) {
		if e, ok := o.(*formview.Entry); ok {
			all = append(all, e)
		}
	})
	if n >= len(all) {
		p.t.Fatalf("there are %d fields in\n%s", len(all), p.shown())
	}
	return all[n]
}

func (p *person) types(n int, text string) {
	p.t.Helper()
	f := p.field(n)
	p.window.Canvas().Focus(f)
	test.Type(f, text)
}
