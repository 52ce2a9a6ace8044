package app

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
)

// A palette is the colours of one look. Text on each ground has a contrast of
// at least 7 to 1, borders and marks at least 3 to 1.
type palette struct {
	variant fyne.ThemeVariant // of Fyne's colours, for those that have none here
	of      map[fyne.ThemeColorName]color.NRGBA
}

var light = palette{theme.VariantLight, map[fyne.ThemeColorName]color.NRGBA{
	formview.ColourHeader:              rgb(0x0A4A4C),
	formview.ColourOnHeader:            rgb(0xFFFFFF),
	formview.ColourRail:                rgb(0xF3F1EA),
	formview.ColourCard:                rgb(0xFFFFFF),
	formview.ColourEdge:                rgb(0xD8D5C8),
	formview.ColourTrack:               rgb(0xD8D5C8),
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
}}

var dark = palette{theme.VariantDark, map[fyne.ThemeColorName]color.NRGBA{
	formview.ColourHeader:              rgb(0x0D3234),
	formview.ColourOnHeader:            rgb(0xF2F5F2),
	formview.ColourRail:                rgb(0x161E21),
	formview.ColourCard:                rgb(0x1B2427),
	formview.ColourEdge:                rgb(0x3B4A4D),
	formview.ColourTrack:               rgb(0x3B4A4D),
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
}}

// contrastLight and contrastDark are for those who see little: black and white,
// every edge drawn, no shades. Words have a contrast of at least 12 to 1.
var contrastLight = palette{theme.VariantLight, map[fyne.ThemeColorName]color.NRGBA{
	formview.ColourHeader:              rgb(0x000000),
	formview.ColourOnHeader:            rgb(0xFFFFFF),
	formview.ColourRail:                rgb(0xECECEC),
	formview.ColourCard:                rgb(0xFFFFFF),
	formview.ColourEdge:                rgb(0x000000),
	formview.ColourTrack:               rgb(0xD0D0D0),
	formview.ColourSoft:                rgb(0xFFF4B8),
	formview.ColourAccent:              rgb(0x5C3300),
	theme.ColorNameBackground:          rgb(0xFFFFFF),
	theme.ColorNameForeground:          rgb(0x000000),
	theme.ColorNamePlaceHolder:         rgb(0x000000),
	theme.ColorNameDisabled:            rgb(0x1A1A1A),
	theme.ColorNameDisabledButton:      rgb(0xE0E0E0),
	theme.ColorNameButton:              rgb(0xFFFFFF),
	theme.ColorNamePrimary:             rgb(0x00224F),
	theme.ColorNameForegroundOnPrimary: rgb(0xFFFFFF),
	theme.ColorNameHyperlink:           rgb(0x00224F),
	theme.ColorNameFocus:               rgba(0x00224F, 0x30),
	theme.ColorNameHover:               rgba(0x00224F, 0x30),
	theme.ColorNamePressed:             rgba(0x00224F, 0x44),
	theme.ColorNameSelection:           rgba(0x00224F, 0x44),
	theme.ColorNameInputBackground:     rgb(0xFFFFFF),
	theme.ColorNameInputBorder:         rgb(0x000000),
	theme.ColorNameSeparator:           rgb(0x000000),
	theme.ColorNameScrollBar:           rgb(0x000000),
	theme.ColorNameHeaderBackground:    rgb(0xFFFFFF),
	theme.ColorNameMenuBackground:      rgb(0xFFFFFF),
	theme.ColorNameOverlayBackground:   rgb(0xFFFFFF),
	theme.ColorNameShadow:              rgb(0x000000),
	theme.ColorNameError:               rgb(0x6E0000),
	theme.ColorNameForegroundOnError:   rgb(0xFFFFFF),
	theme.ColorNameSuccess:             rgb(0x003310),
	theme.ColorNameForegroundOnSuccess: rgb(0xFFFFFF),
	theme.ColorNameWarning:             rgb(0x3D2600),
	theme.ColorNameForegroundOnWarning: rgb(0xFFFFFF),
}}

var contrastDark = palette{theme.VariantDark, map[fyne.ThemeColorName]color.NRGBA{
	formview.ColourHeader:              rgb(0x00224F),
	formview.ColourOnHeader:            rgb(0xFFFF66),
	formview.ColourRail:                rgb(0x14141F),
	formview.ColourCard:                rgb(0x000000),
	formview.ColourEdge:                rgb(0xFFFFFF),
	formview.ColourTrack:               rgb(0x4A4A55),
	formview.ColourSoft:                rgb(0x26263A),
	formview.ColourAccent:              rgb(0xFFD27A),
	theme.ColorNameBackground:          rgb(0x000000),
	theme.ColorNameForeground:          rgb(0xFFFFFF),
	theme.ColorNamePlaceHolder:         rgb(0xFFFFFF),
	theme.ColorNameDisabled:            rgb(0xE8E8E8),
	theme.ColorNameDisabledButton:      rgb(0x242424),
	theme.ColorNameButton:              rgb(0x000000),
	theme.ColorNamePrimary:             rgb(0xFFFF66),
	theme.ColorNameForegroundOnPrimary: rgb(0x000000),
	theme.ColorNameHyperlink:           rgb(0xFFFF66),
	theme.ColorNameFocus:               rgba(0xFFFF66, 0x48),
	theme.ColorNameHover:               rgba(0xFFFF66, 0x48),
	theme.ColorNamePressed:             rgba(0xFFFF66, 0x58),
	theme.ColorNameSelection:           rgba(0xFFFF66, 0x58),
	theme.ColorNameInputBackground:     rgb(0x000000),
	theme.ColorNameInputBorder:         rgb(0xFFFFFF),
	theme.ColorNameSeparator:           rgb(0xFFFFFF),
	theme.ColorNameScrollBar:           rgb(0xFFFFFF),
	theme.ColorNameHeaderBackground:    rgb(0x000000),
	theme.ColorNameMenuBackground:      rgb(0x000000),
	theme.ColorNameOverlayBackground:   rgb(0x000000),
	theme.ColorNameShadow:              rgb(0xFFFFFF),
	theme.ColorNameError:               rgb(0xFFC2BC),
	theme.ColorNameForegroundOnError:   rgb(0x000000),
	theme.ColorNameSuccess:             rgb(0xB5FFC9),
	theme.ColorNameForegroundOnSuccess: rgb(0x000000),
	theme.ColorNameWarning:             rgb(0xFFE08A),
	theme.ColorNameForegroundOnWarning: rgb(0x000000),
}}

func rgb(c uint32) color.NRGBA { return rgba(c, 0xFF) }

func rgba(c uint32, alpha uint8) color.NRGBA {
	return color.NRGBA{R: uint8(c >> 16), G: uint8(c >> 8), B: uint8(c), A: alpha}
}
