package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// A guide is what a form says of a question for who wants to know more: a button
// until then.
type guide struct {
	around *surroundings
	open   *Button
	words  *Label
	box    *fyne.Container
}

func newGuide(around *surroundings) *guide {
	g := &guide{around: around, words: quiet("")}
	g.open = around.low("filling.guidance", theme.HelpIcon(), g.press)
	g.open.Small()
	g.words.Hide()
	g.box = NewStack(gapWords, NewRow(1, g.open), g.words)
	return g
}

func (g *guide) press() {
	g.words.Hidden = !g.words.Hidden
	g.open.SetText(g.around.words.Say("filling.guidance"))
	if !g.words.Hidden {
		g.open.SetText(g.around.words.Say("filling.guidance_close"))
	}
	g.around.settle()
}

func (g *guide) display(words string) {
	g.words.SetWords(words)
	g.box.Hidden = words == ""
}
