package app

import (
	"fmt"
	"image"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
)

// focused is what has the focus, in words.
func (p *person) focused() string {
	switch o := p.window.Canvas().Focused().(type) {
	case *formview.Button:
		return o.Text
	case *line:
		return o.title.Words()
	case *formview.Choice:
		return o.Label()
	case *formview.Entry:
		return "<" + o.Text + ">"
	}
	return ""
}

// tabsTo presses Tab until what has the focus begins with the words, and sees
// that it is in sight.
func (p *person) tabsTo(words string) {
	p.t.Helper()
	var seen []string
	for range 150 {
		p.window.Canvas().FocusNext()
		if strings.HasPrefix(p.focused(), words) {
			p.isInSight(p.window.Canvas().Focused().(fyne.CanvasObject))
			return
		}
		seen = append(seen, p.focused())
	}
	p.t.Fatalf("by Tab nobody comes to %q; the way was %q", words, seen)
}

func (p *person) isInSight(o fyne.CanvasObject) {
	p.t.Helper()
	top := p.fyne.Driver().AbsolutePositionForObject(o).Y
	if top < 0 || top+min(o.Size().Height, 40) > p.window.Canvas().Size().Height {
		p.t.Errorf("%q has the focus and stands at %v, out of sight", p.focused(), top)
	}
}

func (p *person) presses(key fyne.KeyName) {
	p.window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: key})
}

func (p *person) writes(words string) {
	p.t.Helper()
	for _, r := range words {
		p.window.Canvas().Focused().TypedRune(r)
	}
}

// TestTheWholeJourneyGoesByKeyboardAlone uses Tab, Return, the space bar and
// letters only, from the first start to what was made ready.
func TestTheWholeJourneyGoesByKeyboardAlone(t *testing.T) {
	for name, size := range map[string]fyne.Size{"phone": phone, "laptop": laptop} {
		t.Run(name, func(t *testing.T) {
			p := sit(t, t.TempDir(), Options{}, size)
			p.tabsTo("Français")
			p.writes(" ")
			p.tabsTo("Suivant")
			p.tabsTo("English")
			p.writes(" ")
			p.tabsTo("Next")
			p.presses(fyne.KeyReturn)
			p.writes("Ujirani Cooperative") // the field has the focus already
			p.presses(fyne.KeyReturn)
			p.sees("Your next step")
			p.tabsTo("Answer the questionnaire")
			p.presses(fyne.KeyReturn)
			p.tabsTo("Next")
			p.presses(fyne.KeyReturn)
			p.tabsTo("<>")
			p.writes("Everybody concerned.")
			p.aSecondPasses()
			p.sees("<Everybody concerned.>")
			p.seesItSaved()
			p.filling.open(p.filling.form.PageOf(find(t, p, "collection_mode")))
			p.tabsTo("The organisation or group itself")
			p.writes(" ")
			if n, _ := p.filling.response.Node(find(t, p, "collection_mode")); n.Value != "own" {
				t.Errorf("picked is %q", n.Value)
			}
			p.showHome()
			p.tabsTo("Write a contribution")
			p.presses(fyne.KeyReturn)
			p.writes("What the lake needs") // it begins in the title
			p.tabsTo("<>")
			p.writes("Prices first.")
			p.tabsTo("Yes, with the name")
			p.writes(" ")
			p.tabsTo("Make ready")
			p.presses(fyne.KeyReturn)
			p.sees("What the lake needs", "on this device", "Waits for an invite")
			p.tabsTo("Read what was made ready")
			p.presses(fyne.KeyReturn)
			p.sees("Prices first.", "Original (English)")
		})
	}
}

func TestTabLeavesALongAnswerAndCtrlTabTypesOne(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	p.taps("Next")
	p.tabsTo("<>")
	long := p.window.Canvas().Focused().(*formview.Entry)
	p.writes("x")
	long.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyTab, Modifier: fyne.KeyModifierControl})
	if long.Text != "x\t" {
		t.Errorf("Ctrl+Tab made it %q", long.Text)
	}
	p.window.Canvas().FocusNext()
	if p.window.Canvas().Focused() == fyne.Focusable(long) {
		t.Error("Tab stays in the long answer")
	}
}

func TestTheWheelOverALongAnswerMovesTheForm(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	p.taps("Next")
	p.types(0, strings.Repeat("Many words about one thing. ", 60))
	before := p.fyne.Driver().AbsolutePositionForObject(p.field(0)).Y
	middle := fyne.NewPos(phone.Width/2, phone.Height/2)
	test.Scroll(p.window.Canvas(), middle, 0, 200)
	test.Scroll(p.window.Canvas(), middle, 0, -100)
	if after := p.fyne.Driver().AbsolutePositionForObject(p.field(0)).Y; after == before {
		t.Errorf("the field stands at %v as before", after)
	}
}

func TestWhatHasTheFocusIsScrolledIntoSightOnEveryScreen(t *testing.T) {
	if testing.Short() {
		t.Skip("it goes through every screen, thing by thing")
	}
	p := sit(t, t.TempDir(), Options{}, phone)
	samples, err := p.gallery()
	if err != nil {
		t.Fatal(err)
	}
	reached := 0
	for _, s := range samples {
		s.show()
		p.window.Canvas().Unfocus()
		first := fyne.Focusable(nil)
		for range 120 {
			p.window.Canvas().FocusNext()
			now := p.window.Canvas().Focused()
			if now == nil || now == first {
				break
			}
			if first == nil {
				first = now
			}
			reached++
			if _, isList := now.(*list); !isList {
				p.isInSight(now.(fyne.CanvasObject))
			}
		}
	}
	if reached < 150 {
		t.Errorf("only %d things had the focus", reached)
	}
}

// TestWhatHasTheFocusLooksOtherwise draws one of each kind of thing with the focus
// and without, and counts the pixels that differ clearly.
func TestWhatHasTheFocusLooksOtherwise(t *testing.T) {
	if testing.Short() {
		t.Skip("it draws many screens")
	}
	for _, look := range []workspace.Look{workspace.LookLight, workspace.LookDark, workspace.LookContrastLight, workspace.LookContrastDark} {
		t.Run(string(look), func(t *testing.T) {
			p := sitAt(t, t.TempDir(), Options{}, phone, inThoseDays)
			samples, err := p.gallery()
			if err != nil {
				t.Fatal(err)
			}
			p.settles(workspace.Settings{Look: look, Languages: []string{"en"}})
			seen := map[string]bool{}
			for _, s := range samples {
				s.show()
				p.window.Canvas().Unfocus()
				for first := fyne.Focusable(nil); ; {
					p.window.Canvas().FocusNext()
					now := p.window.Canvas().Focused()
					if now == nil || now == first {
						break
					}
					if first == nil {
						first = now
					}
					kind := fmt.Sprintf("%T", now)
					if b, ok := now.(*formview.Button); ok {
						kind += fmt.Sprint(b.Importance, b.OnHeader, b.Selected)
					}
					if !seen[kind] {
						seen[kind] = true
						if n := p.lit(now); n < 40 {
							t.Errorf("%s: of %s %q only %d pixels are clearly other with the focus", s.name, kind, p.focused(), n)
						}
					}
				}
			}
			if len(seen) < 12 {
				t.Errorf("only %d kinds of things had the focus", len(seen))
			}
		})
	}
}

// lit counts the pixels of what has the focus that have a contrast of three to
// one to what is there without.
func (p *person) lit(o fyne.Focusable) (n int) {
	canvas := p.window.Canvas()
	with := canvas.Capture()
	at, size := p.fyne.Driver().AbsolutePositionForObject(o.(fyne.CanvasObject)), o.(fyne.CanvasObject).Size()
	canvas.Unfocus()
	without := canvas.Capture()
	canvas.Focus(o)
	const around = 3
	box := image.Rect(int(at.X)-around, int(at.Y)-around, int(at.X+size.Width)+around, int(at.Y+size.Height)+around).Intersect(with.Bounds())
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if a, b := with.At(x, y), without.At(x, y); a != b && contrast(a, b) >= 3 {
				n++
			}
		}
	}
	return n
}
