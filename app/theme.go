package app

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// sizeCode is the size of a receipt code.
const sizeCode fyne.ThemeSizeName = "baraza-code"

// scale is the type scale and the spacing at 100 %, in Fyne's units. All of it
// grows with the text.
var scale = map[fyne.ThemeSizeName]float32{
	theme.SizeNameText:           16,
	theme.SizeNameCaptionText:    14,
	theme.SizeNameSubHeadingText: 19,
	theme.SizeNameHeadingText:    25,
	theme.SizeNameLineSpacing:    2,
	theme.SizeNamePadding:        5,
	theme.SizeNameInnerPadding:   10,
	theme.SizeNameInlineIcon:     20,
	theme.SizeNameInputRadius:    8,
	sizeCode:                     34,
}

// The bounds of the text size, in percent, and its steps.
const (
	minText  = 80
	maxText  = 200
	textStep = 20
)

// look is the theme: one palette, the scale at a text size, and Fyne's own
// icons. What is not in the tables is as Fyne has it. It asks which way the
// language of the screens runs, and stays the same when that changes: with
// another theme Fyne forgets all fonts and draws all that stands there once more.
// To Chinese and back it is another one, with another font.
type look struct {
	fyne.Theme
	percent int
	fixed   workspace.Look
	words   *locale.Localizer
	chinese bool // the language of the screens is written in Han
}

func newLook(s workspace.Settings, words *locale.Localizer) look {
	return look{theme.DefaultTheme(), textPercent(s), s.Look, words, words.Language().Script == "Hani"}
}

// textPercent is the text size that was chosen.
func textPercent(s workspace.Settings) int {
	if s.TextSize == 0 {
		return 100
	}
	return min(max(s.TextSize, minText), maxText)
}

// RightToLeft says that layouts begin at the right; [formview.Mirrored] asks.
func (l look) RightToLeft() bool { return l.words.Language().Direction == locale.RightToLeft }

func (l look) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	colours := light
	switch l.fixed {
	case workspace.LookDark:
		colours = dark
	case workspace.LookContrastLight:
		colours = contrastLight
	case workspace.LookContrastDark:
		colours = contrastDark
	case workspace.LookSystem:
		if variant == theme.VariantDark {
			colours = dark
		}
	}
	if c, ok := colours.of[name]; ok {
		return c
	}
	variant = colours.variant
	return l.Theme.Color(name, variant)
}

func (l look) Size(name fyne.ThemeSizeName) float32 {
	size, ok := scale[name]
	if !ok {
		return l.Theme.Size(name)
	}
	grown := size * float32(l.percent) / 100
	if name == theme.SizeNameHeadingText || name == theme.SizeNameSubHeadingText || name == sizeCode {
		// Large text needs no larger headings: they break in the middle of words.
		most := max(size, scale[theme.SizeNameText]*float32(l.percent)/100)
		return min(grown, max(most, size*1.2))
	}
	return grown
}
