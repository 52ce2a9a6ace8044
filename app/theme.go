package app

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// A palette is the colours of one brightness. Text on each ground has a
// contrast of at least 7 to 1, borders and marks at least 3 to 1.
type palette map[fyne.ThemeColorName]color.NRGBA

var light = palette{
	formview.ColourHeader:              rgb(0x0A4A4C),
	formview.ColourOnHeader:            rgb(0xFFFFFF),
	formview.ColourRail:                rgb(0xF3F1EA),
	formview.ColourCard:                rgb(0xFFFFFF),
	formview.ColourEdge:                rgb(0xD8D5C8),
	formview.ColourSoft:                rgb(0xE0EEEB),
	formview.ColourAccent:              rgb(0x9A5600),
	theme.ColorNameBackground:          rgb(0xFBFAF6),
	theme.ColorNameForeground:          rgb(0x1B2226),
	theme.ColorNamePlaceHolder:         rgb(0x4C565B),
	theme.ColorNameDisabled:            rgb(0x566066),
	theme.ColorNameDisabledButton:      rgb(0xE7E6E0),
	theme.ColorNameButton:              rgb(0xE9EDEB),
	theme.ColorNamePrimary:             rgb(0x0A5557),
	theme.ColorNameForegroundOnPrimary: rgb(0xFFFFFF),
	theme.ColorNameHyperlink:           rgb(0x0A5557),
	theme.ColorNameFocus:               rgba(0x0A5557, 0x38),
	theme.ColorNameHover:               rgba(0x0A5557, 0x14),
	theme.ColorNamePressed:             rgba(0x0A5557, 0x2C),
	theme.ColorNameSelection:           rgba(0x0A5557, 0x33),
	theme.ColorNameInputBackground:     rgb(0xFFFFFF),
	theme.ColorNameInputBorder:         rgb(0x7C888D),
	theme.ColorNameSeparator:           rgb(0xD9D9D1),
	theme.ColorNameScrollBar:           rgba(0x1B2226, 0x77),
	theme.ColorNameHeaderBackground:    rgb(0xF1F0EA),
	theme.ColorNameMenuBackground:      rgb(0xF1F0EA),
	theme.ColorNameOverlayBackground:   rgb(0xFFFFFF),
	theme.ColorNameShadow:              rgba(0x000000, 0x30),
	theme.ColorNameError:               rgb(0x9A1B1B),
	theme.ColorNameForegroundOnError:   rgb(0xFFFFFF),
	theme.ColorNameSuccess:             rgb(0x14592B),
	theme.ColorNameForegroundOnSuccess: rgb(0xFFFFFF),
	theme.ColorNameWarning:             rgb(0x6B4700),
	theme.ColorNameForegroundOnWarning: rgb(0xFFFFFF),
}

var dark = palette{
	formview.ColourHeader:              rgb(0x0D3234),
	formview.ColourOnHeader:            rgb(0xF2F5F2),
	formview.ColourRail:                rgb(0x161E21),
	formview.ColourCard:                rgb(0x1B2427),
	formview.ColourEdge:                rgb(0x3B4A4D),
	formview.ColourSoft:                rgb(0x15393B),
	formview.ColourAccent:              rgb(0xF0BE77),
	theme.ColorNameBackground:          rgb(0x12181B),
	theme.ColorNameForeground:          rgb(0xECEFEC),
	theme.ColorNamePlaceHolder:         rgb(0xB2BCBC),
	theme.ColorNameDisabled:            rgb(0xA3AEAE),
	theme.ColorNameDisabledButton:      rgb(0x20282B),
	theme.ColorNameButton:              rgb(0x263034),
	theme.ColorNamePrimary:             rgb(0x8AD5CE),
	theme.ColorNameForegroundOnPrimary: rgb(0x0B2524),
	theme.ColorNameHyperlink:           rgb(0x8AD5CE),
	theme.ColorNameFocus:               rgba(0x8AD5CE, 0x4C),
	theme.ColorNameHover:               rgba(0x8AD5CE, 0x1C),
	theme.ColorNamePressed:             rgba(0x8AD5CE, 0x38),
	theme.ColorNameSelection:           rgba(0x8AD5CE, 0x44),
	theme.ColorNameInputBackground:     rgb(0x1B2326),
	theme.ColorNameInputBorder:         rgb(0x82908F),
	theme.ColorNameSeparator:           rgb(0x323D40),
	theme.ColorNameScrollBar:           rgba(0xECEFEC, 0x77),
	theme.ColorNameHeaderBackground:    rgb(0x192124),
	theme.ColorNameMenuBackground:      rgb(0x192124),
	theme.ColorNameOverlayBackground:   rgb(0x1B2326),
	theme.ColorNameShadow:              rgba(0x000000, 0x70),
	theme.ColorNameError:               rgb(0xFFB3AB),
	theme.ColorNameForegroundOnError:   rgb(0x3A0906),
	theme.ColorNameSuccess:             rgb(0x9BDDAE),
	theme.ColorNameForegroundOnSuccess: rgb(0x06290F),
	theme.ColorNameWarning:             rgb(0xF2CE87),
	theme.ColorNameForegroundOnWarning: rgb(0x2E1F00),
}

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
type look struct {
	fyne.Theme
	percent int
	fixed   workspace.Look
	words   *locale.Localizer
}

func newLook(s workspace.Settings, words *locale.Localizer) look {
	return look{theme.DefaultTheme(), textPercent(s), s.Look, words}
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
	if l.fixed == workspace.LookDark || l.fixed == workspace.LookSystem && variant == theme.VariantDark {
		colours, variant = dark, theme.VariantDark
	} else {
		variant = theme.VariantLight
	}
	if c, ok := colours[name]; ok {
		return c
	}
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

func rgb(c uint32) color.NRGBA { return rgba(c, 0xFF) }

func rgba(c uint32, alpha uint8) color.NRGBA {
	return color.NRGBA{R: uint8(c >> 16), G: uint8(c >> 8), B: uint8(c), A: alpha}
}
