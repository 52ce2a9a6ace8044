package app

import (
	"testing"

	"fyne.io/fyne/v2"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

func TestTheThemesFontIsTheMergedOne(t *testing.T) {
	l := newLook(workspace.Settings{}, locale.LeftToRight)
	for name, style := range map[string]fyne.TextStyle{"BarazaSans-Regular.ttf": {}, "BarazaSans-Bold.ttf": {Bold: true}} {
		if got := l.Font(style).Name(); got != name {
			t.Errorf("%+v is drawn in %s, not %s", style, got, name)
		}
	}
	if got := l.Font(fyne.TextStyle{Monospace: true}).Name(); got == "BarazaSans-Regular.ttf" {
		t.Error("fixed width is drawn in the merged font")
	}
}
