package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// The colours that a theme has for these screens beside Fyne's own. A theme
// that doesn't know them draws what Fyne draws for an unknown name.
const (
	ColourHeader   fyne.ThemeColorName = "baraza-header"    // the band at the top
	ColourOnHeader fyne.ThemeColorName = "baraza-on-header" // words on it
	ColourRail     fyne.ThemeColorName = "baraza-rail"      // the ways to other screens, and the foot
	ColourCard     fyne.ThemeColorName = "baraza-card"      // a thing that can be opened
	ColourEdge     fyne.ThemeColorName = "baraza-edge"      // around cards and badges
	ColourTrack    fyne.ThemeColorName = "baraza-track"     // what is left of a way, behind how far one is
	ColourSoft     fyne.ThemeColorName = "baraza-soft"      // behind what one should see first
	ColourAccent   fyne.ThemeColorName = "baraza-accent"    // marks of what is on its way
)

// A mirroring theme says that the language of the screens runs from right to
// left, so that layouts begin at the right.
type mirroring interface{ RightToLeft() bool }

// Mirrored says whether layouts begin at the right.
func Mirrored() bool {
	m, ok := theme.Current().(mirroring)
	return ok && m.RightToLeft()
}

// Place stands o in a box of a width, at from the side where lines begin.
func Place(o fyne.CanvasObject, at fyne.Position, size fyne.Size, width float32) {
	if Mirrored() {
		at.X = width - at.X - size.Width
	}
	o.Resize(size)
	o.Move(at)
}
