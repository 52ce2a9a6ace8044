package formview

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
)

// A Badge is a few words in a frame: what is to be known of the thing beside
// it, like that its translation needs review.
type Badge struct {
	widget.BaseWidget
	label *Label
	frame *canvas.Rectangle
}

// NewBadge makes a badge.
func NewBadge(words string) *Badge {
	b := &Badge{label: NewLabel(words), frame: canvas.NewRectangle(color.Transparent)}
	b.label.Aligned = true
	b.label.SizeName, b.label.Colour = theme.SizeNameCaptionText, theme.ColorNamePlaceHolder
	b.ExtendBaseWidget(b)
	return b
}

// Words is what the badge says.
func (b *Badge) Words() string { return b.label.Words() }

// Natural is the width of the badge in one line.
func (b *Badge) Natural() float32 { return b.label.Natural() + 2*b.side() }

func (b *Badge) side() float32 { return theme.CaptionTextSize() * 0.6 }

// badges says of words that were found in a language what a reader has to know:
// that it is not the one asked for, and that nobody has reviewed them.
func (s *surroundings) badges(language string, needsReview bool) (all []string) {
	if found, ok := locale.Named(language); ok && found.Code != s.words.Language().Code {
		all = append(all, s.words.Say("translation.fallback", locale.Values{"Language": s.words.NameOf(found)}))
	}
	if needsReview {
		all = append(all, s.words.Say("translation.needs_review"))
	}
	return all
}

// showBadges makes row hold badges with the words, if it doesn't.
func showBadges(row *fyne.Container, words []string) {
	row.Hidden = len(words) == 0
	if slices.EqualFunc(row.Objects, words, func(o fyne.CanvasObject, w string) bool { return o.(*Badge).Words() == w }) {
		return
	}
	row.RemoveAll()
	for _, w := range words {
		row.Add(NewBadge(w))
	}
}

// CreateRenderer implements [fyne.Widget].
func (b *Badge) CreateRenderer() fyne.WidgetRenderer {
	r := badgeRenderer{b}
	r.Refresh()
	return r
}

type badgeRenderer struct{ b *Badge }

func (r badgeRenderer) Layout(size fyne.Size) {
	side, air := r.b.side(), r.b.side()*0.4
	r.b.frame.Resize(size)
	r.b.label.Resize(fyne.NewSize(size.Width-2*side, size.Height-2*air))
	r.b.label.Move(fyne.NewPos(side, air))
}

func (r badgeRenderer) MinSize() fyne.Size {
	return fyne.NewSize(0, r.b.label.MinSize().Height+0.8*r.b.side())
}

func (r badgeRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.b.frame, r.b.label}
}

func (r badgeRenderer) Destroy() {}

func (r badgeRenderer) Refresh() {
	v := fyne.CurrentApp().Settings().ThemeVariant()
	r.b.frame.FillColor = r.b.Theme().Color(ColourCard, v)
	r.b.frame.StrokeColor, r.b.frame.StrokeWidth = r.b.Theme().Color(ColourEdge, v), 1
	r.b.frame.CornerRadius = theme.InputRadiusSize() * 0.75
	r.b.frame.Refresh()
	r.b.label.Refresh()
}
