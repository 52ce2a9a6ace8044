package formview

import (
	"unicode"

	"fyne.io/fyne/v2/driver/mobile"
)

// Keyboard implements [mobile.Keyboardable].
func (e *Entry) Keyboard() mobile.KeyboardType {
	if e.keys != mobile.DefaultKeyboard {
		return e.keys
	}
	return e.Entry.Keyboard()
}

// TypedRune implements [fyne.Focusable]: what the field doesn't take is passed
// over, and so is what no key stands for, as some ways to type other scripts send.
func (e *Entry) TypedRune(r rune) {
	if unicode.IsControl(r) && r != '\t' && r != '\n' {
		return
	}
	if e.Takes == nil || e.Takes(r) {
		e.past()
		e.Entry.TypedRune(r)
	}
}

// numeric makes e a field for figures: a phone shows the keyboard for them,
// and letters are not taken. What is pasted is put in as it is, so that a
// person sees what is wrong with it.
func (e *Entry) numeric(others string) {
	e.keys = mobile.NumberKeyboard
	e.Takes = func(r rune) bool {
		if unicode.IsDigit(r) || unicode.IsSpace(r) {
			return true
		}
		for _, o := range others {
			if r == o {
				return true
			}
		}
		return false
	}
}

// The marks that stand among the digits of a number.
const (
	signs     = "+-−"
	fractions = ".,'’٫٬"
)
