package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A Notice is a sign and what it has to say: what is wrong with an answer, what
// just happened. The sign has a shape, so that the colour is not the only one.
type Notice struct {
	widget.BaseWidget
	sign   fyne.Resource
	colour fyne.ThemeColorName
	icon   *canvas.Image
	label  *Label
}

// NewNotice makes a notice in a colour; the icon says the same by its shape.
func NewNotice(icon fyne.Resource, colour fyne.ThemeColorName, words string) *Notice {
	n := &Notice{sign: icon, colour: colour, icon: canvas.NewImageFromResource(icon), label: NewLabel(words)}
	n.icon.FillMode = canvas.ImageFillContain
	n.ExtendBaseWidget(n)
	return n
}

// NewProblem says what is wrong.
func NewProblem(words string) *Notice {
	return NewNotice(theme.WarningIcon(), theme.ColorNameError, words)
}

// Words is what the notice says.
func (n *Notice) Words() string { return n.label.Words() }

// SetWords says something else.
func (n *Notice) SetWords(words string) { n.label.SetWords(words) }

// Natural is the width of the notice in one line.
func (n *Notice) Natural() float32 {
	return n.label.Natural() + theme.IconInlineSize() + 1.6*theme.Padding()
}

// OneLine makes the notice one small line that is cut short where it doesn't fit.
func (n *Notice) OneLine() {
	n.label.OneLine, n.label.SizeName = true, theme.SizeNameCaptionText
	n.label.Refresh()
}

// CreateRenderer implements [fyne.Widget].
func (n *Notice) CreateRenderer() fyne.WidgetRenderer {
	r := noticeRenderer{n}
	r.Refresh()
	return r
}

type noticeRenderer struct{ n *Notice }

func (r noticeRenderer) Layout(size fyne.Size) {
	icon := theme.IconInlineSize()
	left := icon + 1.6*theme.Padding()
	width := max(0, size.Width-left)
	Place(r.n.icon, fyne.NewPos(0, (r.n.label.pitch()-icon)/2), fyne.NewSquareSize(icon), size.Width)
	Place(r.n.label, fyne.NewPos(left, 0), fyne.NewSize(width, Fit(r.n.label, width)), size.Width)
}

func (r noticeRenderer) MinSize() fyne.Size {
	return fyne.NewSize(0, max(r.n.label.MinSize().Height, theme.IconInlineSize()))
}

func (r noticeRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.n.icon, r.n.label}
}

func (r noticeRenderer) Destroy() {}

func (r noticeRenderer) Refresh() {
	r.n.icon.Resource = theme.NewColoredResource(r.n.sign, r.n.colour)
	r.n.label.Colour = r.n.colour
	r.n.icon.Refresh()
	r.n.label.Refresh()
}
