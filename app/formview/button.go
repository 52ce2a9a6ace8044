package formview

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A Button is pressed by a tap, by Return or by the space bar. Its words wrap
// where there is no room for them.
type Button struct {
	widget.BaseWidget
	Press
	Text       string
	Icon       fyne.Resource
	Importance widget.Importance // high for what comes next, low for what may be passed over
	Leading    bool              // words begin at the side instead of standing in the middle
	Selected   bool              // it leads to what is shown
	OnHeader   bool              // it stands on the band at the top
	Brief      string            // the words, and the icon, where there is little room: see [Button.SetBrief]
	BriefIcon  fyne.Resource

	small  bool // it may be passed over: small words, little around them
	flush  bool // words begin almost where those above it do: it has no edge to be seen
	brief  bool
	label  *Label
	icon   *canvas.Image
	ground *canvas.Rectangle
}

// NewButton makes a button.
func NewButton(label string, tapped func()) *Button {
	b := &Button{Text: label, label: NewLabel(label), icon: canvas.NewImageFromResource(nil), ground: canvas.NewRectangle(color.Transparent)}
	b.icon.FillMode = canvas.ImageFillContain
	b.label.Bold, b.OnTapped = true, tapped
	b.Of(b)
	b.ExtendBaseWidget(b)
	return b
}

// SetText changes the words.
func (b *Button) SetText(words string) {
	b.Text = words
	b.Refresh()
}

// SetBrief changes between the words and the brief ones, where it has any.
func (b *Button) SetBrief(brief bool) {
	if brief = brief && (b.Brief != "" || b.BriefIcon != nil); brief != b.brief {
		b.brief = brief
		b.Refresh()
	}
}

// Shown is what stands on the button now.
func (b *Button) Shown() (words string, icon fyne.Resource) {
	if b.brief {
		return b.Brief, b.BriefIcon
	}
	return b.Text, b.Icon
}

// Small makes the button one that may be passed over: in the size of a caption,
// beginning where the words above it do.
func (b *Button) Small() {
	b.small, b.Leading = true, true
	b.label.SizeName = theme.SizeNameCaptionText
}

// Low makes the button one that may be passed over, in the size of the other words
// and beginning where they do.
func (b *Button) Low() {
	b.Importance, b.Leading, b.flush = widget.LowImportance, true, true
}

// Enable implements [fyne.Disableable].
func (b *Button) Enable() { b.disabled = false; b.Refresh() }

// Disable implements [fyne.Disableable].
func (b *Button) Disable() { b.disabled = true; b.Refresh() }

// Disabled implements [fyne.Disableable].
func (b *Button) Disabled() bool { return b.disabled }

// side and air are what stands around the words; tight is what of the side has
// to be left where there is little room.
func (b *Button) side() float32 {
	if b.small || b.flush {
		return theme.TextSize() * 0.3
	}
	return theme.TextSize() * 0.9
}

func (b *Button) air() float32 {
	if b.small {
		return theme.TextSize() * 0.35
	}
	return theme.TextSize() * 0.62
}

func (b *Button) tight() float32 { return theme.TextSize() * 0.35 }

// sideAt is the side in a button of a width.
func (b *Button) sideAt(width float32) float32 {
	if b.Leading { // one of a list: all begin at the same place
		return b.side()
	}
	return min(b.side(), max(b.tight(), (width-b.drawn()-b.label.Natural())/2))
}

// Tight is how narrow the button may be with its words in one line.
func (b *Button) Tight() float32 { return b.Natural() - 2*b.side() + 2*b.tight() }

// drawn is the width of the icon with what stands behind it.
func (b *Button) drawn() float32 {
	words, icon := b.Shown()
	switch {
	case icon == nil:
		return 0
	case words == "":
		return theme.IconInlineSize()
	}
	return theme.IconInlineSize() + theme.TextSize()*0.5
}

// Natural is the width of the button with its words in one line.
func (b *Button) Natural() float32 {
	b.label.words, _ = b.Shown()
	return b.label.Natural() + b.drawn() + 2*b.side()
}

// CreateRenderer implements [fyne.Widget].
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := buttonRenderer{b}
	r.Refresh()
	return r
}

type buttonRenderer struct{ b *Button }

func (r buttonRenderer) Layout(size fyne.Size) {
	b := r.b
	b.ground.Resize(size)
	side := b.sideAt(size.Width)
	room := size.Width - 2*side - b.drawn()
	width := max(0, min(room, b.label.Natural()))
	b.label.Resize(fyne.NewSize(width, 0))
	h := b.label.MinSize().Height
	left := side
	if !b.Leading {
		left += (room - width) / 2
	}
	icon := theme.IconInlineSize()
	Place(b.icon, fyne.NewPos(left, (size.Height-icon)/2), fyne.NewSquareSize(icon), size.Width)
	Place(b.label, fyne.NewPos(left+b.drawn(), (size.Height-h)/2), fyne.NewSize(width, h), size.Width)
}

func (r buttonRenderer) MinSize() fyne.Size {
	b := r.b
	wide := b.Natural()
	if have := b.BaseWidget.Size().Width; have > 0 && have < wide {
		b.label.Resize(fyne.NewSize(max(1, have-2*b.sideAt(have)-b.drawn()), 0))
	} else {
		b.label.Resize(fyne.NewSize(b.label.Natural(), 0))
	}
	return fyne.NewSize(wide, max(b.label.MinSize().Height, theme.IconInlineSize())+2*b.air())
}

func (r buttonRenderer) Objects() []fyne.CanvasObject {
	if _, icon := r.b.Shown(); icon == nil {
		return []fyne.CanvasObject{r.b.ground, r.b.label}
	}
	return []fyne.CanvasObject{r.b.ground, r.b.icon, r.b.label}
}

func (r buttonRenderer) Destroy() {}

func (r buttonRenderer) Refresh() {
	b := r.b
	colour := func(name fyne.ThemeColorName) color.Color {
		return b.Theme().Color(name, fyne.CurrentApp().Settings().ThemeVariant())
	}
	ground, words, edge := colour(ColourCard), theme.ColorNameForeground, colour(theme.ColorNameInputBorder)
	switch {
	case b.disabled:
		ground, words, edge = colour(theme.ColorNameDisabledButton), theme.ColorNameDisabled, colour(ColourEdge)
	case b.OnHeader:
		ground, words, edge = color.Transparent, ColourOnHeader, color.Transparent
	case b.Importance == widget.HighImportance:
		ground, words, edge = colour(theme.ColorNamePrimary), theme.ColorNameForegroundOnPrimary, color.Transparent
	case b.Selected:
		ground, words, edge = colour(ColourSoft), theme.ColorNamePrimary, color.Transparent
	case b.Importance == widget.LowImportance:
		ground, words, edge = color.Transparent, theme.ColorNamePrimary, color.Transparent
	}
	g := b.ground
	g.FillColor, g.StrokeColor, g.StrokeWidth, g.CornerRadius = ground, edge, 1, theme.InputRadiusSize()
	if b.hovered && !b.disabled {
		g.StrokeColor, g.StrokeWidth = colour(words), 1
	}
	if b.focused { // a change of colour alone is easily missed
		g.StrokeColor, g.StrokeWidth = colour(theme.ColorNameForeground), 3
		if b.OnHeader {
			g.StrokeColor = colour(ColourOnHeader)
		}
	}
	text, icon := b.Shown()
	b.label.words, b.label.Colour = text, words
	if icon != nil {
		b.icon.Resource = theme.NewColoredResource(icon, words)
	}
	r.Layout(b.BaseWidget.Size())
	g.Refresh()
	b.icon.Refresh()
	b.label.Refresh()
}
