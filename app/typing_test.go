package app

import "testing"

// BenchmarkALetter is typed into the answer to question a), with the outline
// beside it, and saved now and then.
func BenchmarkALetter(b *testing.B) {
	p := known(b, laptop)
	p.taps("Answer the questionnaire")
	p.taps("Next")
	field := p.field(0)
	p.window.Canvas().Focus(field)
	for i := 0; b.Loop(); i++ {
		if i%2000 == 0 {
			field.SetText("")
		}
		field.TypedRune(rune("abcdef "[i%7]))
		if i%20 == 0 {
			p.aSecondPasses()
		}
	}
}
