package formview

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// plain is Fyne's theme with colours for the names that are ours, each its own.
type plain struct{ fyne.Theme }

func (p plain) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	for i, own := range []fyne.ThemeColorName{ColourHeader, ColourOnHeader, ColourRail, ColourCard, ColourEdge, ColourTrack, ColourSoft, ColourAccent} {
		if name == own {
			return color.NRGBA{R: uint8(20 * i), G: 90, B: uint8(255 - 20*i), A: 255}
		}
	}
	return p.Theme.Color(name, v)
}

// rtl is a theme of a language that runs from right to left.
type rtl struct{ plain }

func (rtl) RightToLeft() bool { return true }

// mirror makes the screens run from right to left until the test ends.
func mirror(t *testing.T) {
	t.Helper()
	test.NewTempApp(t)
	test.ApplyTheme(t, rtl{plain{theme.DefaultTheme()}})
	if !Mirrored() {
		t.Fatal("the screens are not mirrored")
	}
}
