package formview

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"baraza.example/forms/session"
)

// A legend is the words that a form gives to numbers of a range. They stand
// below their ticks where all have room there, else below each other behind
// their numbers, as they do beside an upright slider.
type legend struct {
	around *surroundings
	slider *Slider
	marks  []mark
	box    *fyne.Container // a label for each mark
}

// A mark is a step with a name.
type mark struct {
	step         int64
	number, name string
}

func newLegend(around *surroundings, slider *Slider) *legend {
	l := &legend{around: around, slider: slider}
	l.box = container.New(l)
	l.box.Hide()
	return l
}

// display names steps by choices whose values are numbers of the scale.
func (l *legend) display(s scale, choices []session.Choice) {
	var marks []mark
	for _, c := range choices {
		if at, ok := s.of(c.Value); ok {
			marks = append(marks, mark{at, l.around.words.Figures(c.Value, false), c.Label})
		}
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return int(a.step - b.step) })
	if slices.Equal(marks, l.marks) {
		return
	}
	l.marks = marks
	l.box.RemoveAll()
	for _, m := range marks {
		l.box.Add(quiet(m.name))
	}
	l.box.Hidden = len(marks) == 0
}

// name is what a step is called; most have no name.
func (l *legend) name(step int64) string {
	for _, m := range l.marks {
		if m.step == step {
			return m.name
		}
	}
	return ""
}

// Layout implements [fyne.Layout].
func (l *legend) Layout(labels []fyne.CanvasObject, size fyne.Size) {
	if l.slider.upright || !l.below(labels, size) {
		l.list(labels, size)
	}
}

// below stands the words below their ticks, and says whether they have room.
func (l *legend) below(labels []fyne.CanvasObject, size fyne.Size) bool {
	places := make([]fyne.Position, len(labels))
	for i, o := range labels {
		label := o.(*Label)
		label.SetWords(l.marks[i].name)
		w := label.Natural()
		left := min(max(0, l.slider.placeOf(l.marks[i].step).X-w/2), size.Width-w)
		label.Resize(fyne.NewSize(w, label.MinSize().Height))
		places[i] = fyne.NewPos(left, 0)
	}
	for i, at := range places {
		for j := range i {
			first, second := j, i
			if places[first].X > at.X {
				first, second = second, first
			}
			if places[first].X+labels[first].Size().Width+theme.Padding() > places[second].X {
				return false
			}
		}
		if at.X < 0 {
			return false
		}
	}
	for i, o := range labels {
		o.Move(places[i])
	}
	return true
}

// list stands them below each other.
func (l *legend) list(labels []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for i, o := range labels {
		o.(*Label).SetWords(l.marks[i].number + " · " + l.marks[i].name)
		h := Fit(o, size.Width)
		o.Move(fyne.NewPos(0, y))
		y += h
	}
}

// MinSize implements [fyne.Layout]: as high as it was laid out.
func (l *legend) MinSize(labels []fyne.CanvasObject) (size fyne.Size) {
	for _, o := range labels {
		size.Height = max(size.Height, o.Position().Y+o.MinSize().Height)
	}
	return size
}
