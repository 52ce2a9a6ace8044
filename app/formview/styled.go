package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// showStyled fills a stack with the lines of a text in Markdown; not ok means
// that there is nothing to style, and that a label shows it.
func showStyled(around *surroundings, into *fyne.Container, text string, bold bool) bool {
	lines, ok := markdown(text)
	into.RemoveAll()
	into.Hidden = !ok
	if !ok {
		return false
	}
	for _, line := range lines {
		l := NewLabel(line.words)
		var shown fyne.CanvasObject = l
		if line.marked != "" {
			e := newEmphasised(line.marked)
			l, shown = &e.Label, e
		}
		l.Bold = bold || line.bold || line.level > 0
		switch line.level {
		case 1, 2:
			l.SizeName = theme.SizeNameHeadingText
		case 3, 4:
			l.SizeName = theme.SizeNameSubHeadingText
		}
		if line.item {
			mark := NewLabel("•")
			into.Add(newHanging(mark, shown))
		} else {
			into.Add(shown)
		}
		if at := address(line.link); at != nil {
			open := around.low("fill.open_link", theme.ComputerIcon(), func() {
				// Without a browser nothing happens; the words stand there all the same.
				_ = fyne.CurrentApp().OpenURL(at)
			})
			into.Add(NewRow(gapControl, open))
		}
	}
	return true
}
