package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/app/formview"
	"baraza.example/assets/locale"
)

// The distances on all screens, in paddings.
const (
	gapTight = 0.6 // lines of one thing
	gapWords = 1.6 // words and what they are about
	gapCards = 2   // one card and the next
	gapParts = 5   // one part of a page and the next
)

func wrapped(words string) *formview.Label { return formview.NewLabel(words) }

func strong(words string) *formview.Label {
	l := wrapped(words)
	l.Bold = true
	return l
}

func quiet(words string) *formview.Label {
	l := wrapped(words)
	l.SizeName, l.Colour = theme.SizeNameCaptionText, theme.ColorNamePlaceHolder
	return l
}

func heading(words string) *formview.Label {
	l := strong(words)
	l.SizeName = theme.SizeNameHeadingText
	return l
}

func subheading(words string) *formview.Label {
	l := strong(words)
	l.SizeName = theme.SizeNameSubHeadingText
	return l
}

// section is a part of a page: its name, and what stands in it.
func section(name string, objects ...fyne.CanvasObject) *fyne.Container {
	return formview.NewStack(gapWords, append([]fyne.CanvasObject{subheading(name)}, objects...)...)
}

// lines are several short lines below each other.
func lines(objects ...fyne.CanvasObject) *fyne.Container {
	return formview.NewStack(gapTight, objects...)
}

// onePiece keeps a file's name in its own order within words that run from right to
// left: it begins with a mark that runs from left to right.
func onePiece(path string) string { return "\u200e" + path }

// page is a scrolled readable column.
func page(objects ...fyne.CanvasObject) *formview.Scroll {
	return formview.NewScroll(formview.NewColumn(objects...))
}

// buttons stand side by side where they fit, below each other else.
func buttons(objects ...fyne.CanvasObject) fyne.CanvasObject {
	return formview.NewRow(gapCards, objects...)
}

func action(label string, do func()) *formview.Button { return formview.NewButton(label, do) }

func primary(label string, do func()) *formview.Button {
	b := formview.NewButton(label, do)
	b.Importance = widget.HighImportance
	return b
}

// backIcon points to where one came from: to the side where lines begin.
func backIcon() fyne.Resource {
	if formview.Mirrored() {
		return theme.NavigateNextIcon()
	}
	return theme.NavigateBackIcon()
}

// low is a button that may be passed over.
func low(label string, icon fyne.Resource, do func()) *formview.Button {
	b := formview.NewButton(label, do)
	b.Icon, b.Importance = icon, widget.LowImportance
	return b
}

// badges says of the program's own words what a reader has to know: that
// nobody has reviewed them, or that they are in another language.
func (a *App) badges(found locale.Found) *fyne.Container {
	row := formview.NewRow(1)
	if found.Fallback {
		row.Add(formview.NewBadge(a.words.Say("translation.fallback", locale.Values{"Language": a.words.NameOf(found.Language)})))
	}
	if found.Draft {
		row.Add(formview.NewBadge(a.words.Say("translation.needs_review")))
	}
	return row
}
