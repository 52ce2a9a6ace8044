package formview

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// atEveryWidth calls check with an empty field at widths of which some are filled
// by a line but for the space behind it.
func atEveryWidth(t *testing.T, check func(e *Entry, width float32)) {
	t.Helper()
	around(t)
	e := NewEntry(true)
	w := test.NewTempWindow(t, e)
	for width := float32(150); width < 230; width++ {
		e.SetText("")
		w.Resize(fyne.NewSize(width, 900))
		check(e, width)
	}
}

func TestASpaceAtTheEndOfAFullLineStaysWhereItWasTyped(t *testing.T) {
	const text = "many words stand here in one line and then in the next of them"
	atEveryWidth(t, func(e *Entry, width float32) {
		test.Type(e, text)
		if e.Text != text {
			t.Errorf("%v wide: typed is %q", width, e.Text)
		}
		for range "of them" { // and back to where a line was full
			e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
		}
		if want := strings.TrimSuffix(text, "of them"); e.Text != want {
			t.Errorf("%v wide: taken back is %q", width, e.Text)
		}
	})
}

func TestWhatIsPastedAndReturnComeBehindTheSpaceOfAFullLine(t *testing.T) {
	const words = "many words stand here in one line and then in the next "
	atEveryWidth(t, func(e *Entry, width float32) {
		for word := range strings.SplitAfterSeq(words, " ") {
			clipboard := test.NewClipboard()
			clipboard.SetContent(word)
			e.TypedShortcut(&fyne.ShortcutPaste{Clipboard: clipboard})
		}
		if e.Text != words {
			t.Errorf("%v wide: pasted is %q", width, e.Text)
		}
		e.SetText("")
		for line := range strings.SplitAfterSeq("one here \nmany words stand \n", "\n") {
			test.Type(e, strings.TrimSuffix(line, "\n"))
			if strings.HasSuffix(line, "\n") {
				e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			}
		}
		if e.Text != "one here \nmany words stand \n" {
			t.Errorf("%v wide: lines are %q", width, e.Text)
		}
	})
}

func TestBeforeASpaceThatIsSeenLettersComeBeforeIt(t *testing.T) {
	around(t)
	e := NewEntry(true)
	test.NewTempWindow(t, e).Resize(fyne.NewSize(300, 900))
	test.Type(e, "one ")
	e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	test.Type(e, "s")
	if e.Text != "ones " {
		t.Errorf("typed is %q", e.Text)
	}
}
