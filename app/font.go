package app

import (
	"io/fs"
	"sync"

	"fyne.io/fyne/v2"

	"baraza.example/assets"
)

// Fyne draws a text in one font and has no list to fall back on, so the theme's
// font is one merged of many scripts. Fonts of fixed width stay Fyne's own.
var (
	regular = sync.OnceValue(func() fyne.Resource { return font("BarazaSans-Regular.ttf") })
	bold    = sync.OnceValue(func() fyne.Resource { return font("BarazaSans-Bold.ttf") })
)

func font(name string) fyne.Resource {
	content, err := fs.ReadFile(assets.Fonts(), name)
	if err != nil {
		panic(err) // it is embedded
	}
	return fyne.NewStaticResource(name, content)
}

// Font is the merged font; there is no slanted one, because most of its scripts
// have none.
func (l look) Font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Monospace, style.Symbol:
		return l.Theme.Font(style)
	case style.Bold:
		return bold()
	}
	return regular()
}
