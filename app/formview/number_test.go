package formview

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/mobile"
	"fyne.io/fyne/v2/test"
)

const figures = `
	| survey | type    | name  | label        | appearance    | constraint | read_only | default |
	|        | integer | age   | How old?     |               | . < 150    |           |         |
	|        | decimal | share | What share?  |               |            |           |         |
	|        | integer | money | How much?    | thousands-sep |            |           |         |
	|        | integer | goats | How many?    | counter       |            |           |         |
	|        | decimal | angle | Which way?   | bearing       |            |           |         |
	|        | text    | phone | Which number?| numbers       |            |           |         |
	|        | integer | fixed | Fixed        |               |            | yes       | 7       |`

func TestANumberIsTypedInTheDigitsOfThePerson(t *testing.T) {
	sh := fill(t, figures)
	for _, c := range []struct{ name, typed, want string }{
		{"age", "42", "42"}, {"age", "٤٢", "42"}, {"age", "४२", "42"}, {"share", "2.5", "2.5"}, {"share", "2,5", "2.5"}, {"share", "1,234.5", "1234.5"},
		{"money", "1,000,000", "1000000"}, {"angle", "271.5", "271.5"},
	} {
		sh.entry(c.name).SetText("")
		sh.types(c.name, c.typed)
		if got := sh.value(c.name); got != c.want {
			t.Errorf("%s: %q is answered as %q, want %q", c.name, c.typed, got, c.want)
		}
	}
}

func TestLettersAreNotTakenByANumberButPastedOnesStay(t *testing.T) {
	sh := fill(t, figures)
	sh.types("age", "4x2!")
	if got := sh.value("age"); got != "42" {
		t.Errorf("it is answered with %q", got)
	}
	clip := test.NewClipboard()
	clip.SetContent(" about forty")
	sh.entry("age").TypedShortcut(&fyne.ShortcutPaste{Clipboard: clip})
	if got := sh.value("age"); got != "42 about forty" {
		t.Errorf("after pasting it is answered with %q", got)
	}
	sh.window.Canvas().Unfocus()
	sh.sees("This answer can't be taken as it is", "42 about forty")
	sh.types("phone", "+254 (20) 271-12x34")
	if got := sh.value("phone"); got != "+254 (20) 271-1234" {
		t.Errorf("a text of figures is %q", got)
	}
	if k := sh.entry("age").Keyboard(); k != mobile.NumberKeyboard {
		t.Errorf("a phone shows keyboard %v", k)
	}
}

func TestThousandsAreMarkedWhileNobodyTypes(t *testing.T) {
	sh := fill(t, figures)
	sh.types("money", "1234567")
	if got := sh.entry("money").Text; got != "1234567" {
		t.Errorf("while typing it shows %q", got)
	}
	sh.window.Canvas().Unfocus()
	if got := sh.entry("money").Text; got != "1,234,567" || sh.value("money") != "1234567" {
		t.Errorf("when left it shows %q for %q", got, sh.value("money"))
	}
	sh.window.Canvas().Focus(sh.entry("money"))
	if got := sh.entry("money").Text; got != "1234567" {
		t.Errorf("when typed in again it shows %q", got)
	}
	fr := fill(t, figures, "fr")
	fr.types("share", "1234,5")
	fr.window.Canvas().Unfocus()
	if got := fr.entry("share").Text; got != "1234,5" || fr.value("share") != "1234.5" {
		t.Errorf("in French it shows %q for %q", got, fr.value("share"))
	}
}

func TestACounterCountsUpAndDown(t *testing.T) {
	sh := fill(t, figures)
	press := func(words string) {
		t.Helper()
		for _, b := range buttons(sh.field("goats").box) {
			if b.Text == words {
				test.Tap(b)
				return
			}
		}
		t.Fatalf("there is no button %q", words)
	}
	press("One more")
	press("One more")
	press("One less")
	if got := sh.value("goats"); got != "1" || sh.entry("goats").Text != "1" {
		t.Errorf("it counted to %q and shows %q", got, sh.entry("goats").Text)
	}
	sh.entry("goats").SetText("nine")
	press("One more")
	if got := sh.value("goats"); got != "nine" {
		t.Errorf("what is no number became %q", got)
	}
}

func TestANumberOfTheFormIsReadOnly(t *testing.T) {
	sh := fill(t, figures)
	sh.types("fixed", "9")
	if sh.value("fixed") != "7" || sh.entry("fixed").Text != "7" || !sh.entry("fixed").Disabled() {
		t.Errorf("it is %q, shows %q", sh.value("fixed"), sh.entry("fixed").Text)
	}
	sh.Reveal(sh.field("money").ref)
	if sh.window.Canvas().Focused() != fyne.Focusable(sh.entry("money")) {
		t.Error("going to a number doesn't give it the focus")
	}
	if strings.Contains(sh.shown(), "Needed") {
		t.Error("what may stay blank is said to be needed")
	}
}

// buttons are those that are seen below o.
func buttons(o fyne.CanvasObject) (all []*Button) {
	if !o.Visible() {
		return nil
	}
	switch o := o.(type) {
	case *Button:
		return []*Button{o}
	case *fyne.Container:
		for _, c := range o.Objects {
			all = append(all, buttons(c)...)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(o).Objects() {
			all = append(all, buttons(c)...)
		}
	}
	return all
}
