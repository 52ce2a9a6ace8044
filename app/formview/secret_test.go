package formview

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

const words = `
	| survey | type | name | label        | appearance | parameters |
	|        | text | pin  | Your number? | masked     |            |
	|        | text | site | Which page?  | url        |            |
	|        | text | long | Tell us      |            | rows=8     |`

func TestAMaskedTextIsShownOnlyWhenAsked(t *testing.T) {
	sh := fill(t, words)
	sh.types("pin", "ab 12")
	if got := sh.value("pin"); got != "ab 12" {
		t.Errorf("the answer is %q", got)
	}
	sh.doesNotSee("ab 12")
	s := sh.field("pin").control.(*Secret)
	if x := s.hidden.Button.icon.Position().X; x > theme.TextSize()/2 {
		t.Errorf("its button begins %v beside the words above it", x)
	}
	test.Tap(s.hidden.Button)
	sh.sees("Hide what is typed")
	if s.hidden.Field.Password {
		t.Error("it is still hidden")
	}
	test.Tap(s.hidden.Button)
	if !s.hidden.Field.Password {
		t.Error("it can't be hidden again")
	}
}

func TestAnAddressIsOpenedInTheBrowserAndNothingElseIs(t *testing.T) {
	sh := fill(t, words)
	l := sh.field("site").control.(*Link)
	if !l.open.Hidden {
		t.Error("nothing can be opened")
	}
	sh.types("site", "https://www.itu.int/council")
	if l.open.Hidden || sh.value("site") != "https://www.itu.int/council" {
		t.Errorf("the address %q can't be opened", sh.value("site"))
	}
	if l.open.Size().Width > l.open.Natural()+1 {
		t.Errorf("the button is %v wide, its words %v", l.open.Size().Width, l.open.Natural())
	}
	for _, bad := range []string{"file:///etc/passwd", "javascript:alert(1)", "itu.int", "http://", "ms-msdt:x", "https://%zz", "data:text/html,x"} {
		if u := address(bad); u != nil {
			t.Errorf("%q would be opened as %v", bad, u)
		}
	}
	sh.Reveal(sh.field("site").ref)
	if sh.window.Canvas().Focused() != fyne.Focusable(sh.entry("site")) {
		t.Error("going to the address doesn't give it the focus")
	}
}

func TestAFieldIsAsHighAsTheFormAsks(t *testing.T) {
	sh := fill(t, words)
	one := sh.entry("site").MinSize().Height
	if got := sh.entry("long").MinSize().Height; got < 4*one {
		t.Errorf("eight rows are %v high, one %v", got, one)
	}
	sh.types("long", "a\nb")
	if got := sh.value("long"); got != "a\nb" {
		t.Errorf("it takes no lines: %q", got)
	}
}
