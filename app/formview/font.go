package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// A sparing theme knows for most words one font that has all of them. Fyne then
// parses that one, and not all that a theme's text may need.
type sparing interface {
	// FontOf is nil where there is no such font. All that it returns reach
	// equally high above the line, but for those that say how much higher.
	FontOf(words string, style fyne.TextStyle) fyne.Resource
}

// deepLine is the height of a line in the theme's font, in sizes of the text;
// the others may reach less deep (scripts/fonts.py, DESCENT).
const deepLine = 1.069 + 0.470

// fontOf is the font in which words are drawn; nil is what the theme has for all.
func fontOf(words string, style fyne.TextStyle) fyne.Resource {
	if s, ok := theme.Current().(sparing); ok {
		return s.FontOf(words, style)
	}
	return nil
}

// riseOf is how much higher than others a font reaches above the line, in sizes of
// the text: its words begin so much further up.
func riseOf(font fyne.Resource) float32 {
	if f, ok := font.(interface{ Rise() float32 }); ok {
		return f.Rise()
	}
	return 0
}

// needsBold says whether words are bold and their font has no bold hand: then
// they are drawn twice, a little aside.
func needsBold(style fyne.TextStyle, font fyne.Resource) bool {
	f, ok := font.(interface{ OneWeight() bool })
	return ok && style.Bold && f.OneWeight()
}

// bolder is how far aside the second drawing stands, in sizes of the text.
const bolder = 0.035

func widthOf(words string, size float32, style fyne.TextStyle, font fyne.Resource) float32 {
	s, _ := fyne.CurrentApp().Driver().RenderedTextSize(words, size, style, font)
	return s.Width
}
