package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"baraza.example/forms/geo"
	"baraza.example/forms/session"
)

// A Mapped list is one whose choices lie on a sketch map, as the appearance map
// asks: what is tapped there is picked. The list of choices stands below it, for
// the keyboard, for names, and for choices that don't say where they lie.
type Mapped struct {
	widget.BaseWidget
	*Pick
	sketch *Sketch
	tools  *fyne.Container
	hint   *Label
	lost   *Label // instead, where no choice says where it lies
	all    *fyne.Container
	placed []session.Choice // on the sketch, in its order
	locked bool
}

func newMapped(p *Pick) *Mapped {
	around := p.around
	m := &Mapped{Pick: p, sketch: newSketch(geo.Point, around.distance)}
	m.sketch.locked = true // nothing is added or moved here
	m.sketch.OnFocus = func() { around.reveal(m.sketch) }
	m.sketch.OnSpot = func(i int) {
		if !m.locked {
			m.pick(m.placed[i].Value)
		}
	}
	m.hint, m.lost = quiet(around.words.Say("place.choose_hint")), quiet(around.words.Say("place.no_choice_placed"))
	m.tools = NewRow(gapLow, around.sketchTools(m.sketch)...)
	m.all = NewStack(gapControl, m.lost, m.hint, m.sketch, m.tools, p)
	m.BaseWidget.ExtendBaseWidget(m)
	return m
}

// Display shows the choices of n on the map and in the list.
func (m *Mapped) Display(n session.Node) {
	m.locked = n.ReadOnly
	m.Pick.Display(n)
	m.placed = nil
	var spots []spot
	for _, c := range n.Choices {
		if s, ok := newSpot(c.Label, c.Geometry); ok {
			s.picked = m.has(c.Value)
			m.placed, spots = append(m.placed, c), append(spots, s)
		}
	}
	m.sketch.setSpots(spots)
	none := len(spots) == 0
	m.lost.Hidden = !none
	m.sketch.Hidden, m.hint.Hidden, m.tools.Hidden = none, none, none
	m.around.settle()
}

// First is what gets the focus when the question is gone to: the list.
func (m *Mapped) First() fyne.Focusable { return m.Pick.First() }

// CreateRenderer implements [fyne.Widget].
func (m *Mapped) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(m.all) }
