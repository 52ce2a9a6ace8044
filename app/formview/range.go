package formview

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// Range asks for a number between two ends, on a slider.
type Range struct {
	widget.BaseWidget
	OnAnswer func(value string)

	around *surroundings
	scale  scale
	slider *Slider
	legend *legend
	shown  *Label
	clear  *Button
	box    *fyne.Container
}

// newRange makes the slider of a scale, as the question wants it: with the
// appearances vertical and no-ticks, ticks so far apart, and the place where it
// waits for an answer.
func newRange(around *surroundings, s scale, q *forms.Question) *Range {
	looks := strings.Fields(q.Appearance)
	r := &Range{around: around, scale: s, shown: strong("")}
	every := int64(1)
	if by, ok := s.stepsIn(attribute(q, "tick-interval")); ok && by > 0 {
		every = by
	}
	if slices.Contains(looks, "no-ticks") {
		every = 0
	}
	r.slider = newSlider(s.steps, slices.Contains(looks, "vertical"), every)
	if at, ok := s.of(attribute(q, "placeholder")); ok {
		r.slider.rest = at
	}
	r.slider.OnMove = func(step int64) { r.answer(s.at(step)) }
	r.slider.OnFocus = func() { around.reveal(r.slider) }
	r.clear = around.low("fill.clear", nil, func() { r.answer("") })
	r.legend = newLegend(around, r.slider)
	from, to := quiet(around.words.Figures(s.at(0), false)), quiet(around.words.Figures(s.at(s.steps), false))
	if r.slider.upright {
		r.box = NewStack(gapWords, r.shown, to, r.slider, from, r.legend.box, r.clear)
	} else {
		r.box = NewStack(gapWords, r.shown, r.slider, newEnds(from, to), r.legend.box, r.clear)
	}
	r.ExtendBaseWidget(r)
	return r
}

// attribute is what a form says of a question in an attribute of ODK's, which is
// read with the prefix that the form gives it.
func attribute(q *forms.Question, name string) string {
	for _, a := range q.Attrs {
		if _, local, _ := strings.Cut(a.Name, ":"); local == name {
			return a.Value
		}
	}
	return ""
}

// Display shows the number of n on the slider; what is none leaves it without
// a knob and stands there as it is.
func (r *Range) Display(n session.Node) {
	at, ok := r.scale.of(n.Value)
	if !ok {
		at = -1
	}
	r.slider.disabled = n.ReadOnly
	r.slider.Set(at)
	r.legend.display(r.scale, n.Choices)
	words := r.around.words.Figures(n.Value, false)
	if name := r.legend.name(at); name != "" {
		words += " · " + name
	}
	if n.Value == "" {
		words = r.around.words.Say("fill.no_answer")
	}
	r.shown.SetWords(words)
	r.clear.Hidden = n.Value == "" || n.Required || n.ReadOnly
	r.around.settle()
}

func (r *Range) answer(value string) {
	if r.OnAnswer != nil {
		r.OnAnswer(value)
	}
}

// First is what gets the focus when the question is gone to.
func (r *Range) First() fyne.Focusable { return r.slider }

// CreateRenderer implements [fyne.Widget].
func (r *Range) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.box) }

// ends stand at the two sides of a line.
type ends struct{}

func newEnds(from, to *Label) *fyne.Container { return container.New(ends{}, from, to) }

func (ends) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	from, to := objects[0].(*Label), objects[1].(*Label)
	w := min(to.Natural(), size.Width/2)
	Place(from, fyne.NewPos(0, 0), fyne.NewSize(size.Width-w, from.MinSize().Height), size.Width)
	Place(to, fyne.NewPos(size.Width-w, 0), fyne.NewSize(w, to.MinSize().Height), size.Width)
}

func (ends) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, max(objects[0].MinSize().Height, objects[1].MinSize().Height))
}

// mostPicked is how many numbers a picker lists; a longer range has a slider.
const mostPicked = 10_000

// numbers are the choices of a picker.
func (s scale) numbers(around *surroundings) (all []session.Choice) {
	language := around.words.Language().Heading()
	for i := range s.steps + 1 {
		all = append(all, session.Choice{Value: s.at(i), Label: around.words.Figures(s.at(i), false), Language: language})
	}
	return all
}

// Picker asks for a number of a range by picking it from the list of all.
type Picker struct {
	*Pick
	numbers []session.Choice
}

func newPicker(around *surroundings, s scale) *Picker {
	return &Picker{Pick: newPick(around, false, true), numbers: s.numbers(around)}
}

// Display shows which of the numbers is picked.
func (p *Picker) Display(n session.Node) {
	n.Choices = p.numbers
	p.Pick.Display(n)
}

// button is a button that comes into sight when it gets the focus.
func (s *surroundings) button(id locale.ID, icon fyne.Resource, do func()) *Button {
	b := NewButton(s.words.Say(id), do)
	b.Icon = icon
	b.OnFocus = func() { s.reveal(b) }
	return b
}

// low is a button that may be passed over; its words begin where the others do.
func (s *surroundings) low(id locale.ID, icon fyne.Resource, do func()) *Button {
	b := s.button(id, icon, do)
	b.Low()
	return b
}
