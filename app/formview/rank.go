package formview

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
	"baraza.example/forms/session"
)

// Rank asks to put all choices into an order. Each line is moved by its buttons,
// by the arrow keys, or by dragging. As long as nothing was moved there is no
// answer; a button takes the order as it stands.
type Rank struct {
	widget.BaseWidget
	OnAnswer func(value string)

	around *surroundings
	form   *Form // that its pictures are of
	order  []session.Choice
	rows   []*ranked
	value  string
	locked bool
	list   *fyne.Container
	state  *Label
	accept *Button
	clear  *Button
	box    *fyne.Container
}

func newRank(f *Form) *Rank {
	around := f.around
	r := &Rank{around: around, form: f, list: NewStack(gapWords), state: quiet("")}
	r.accept = around.button("fill.order_as_it_is", nil, r.answer)
	r.clear = around.low("fill.clear", nil, func() {
		if r.OnAnswer != nil {
			r.OnAnswer("")
		}
	})
	r.box = NewStack(gapControl, r.state, r.list, NewRow(gapControl, r.accept, r.clear))
	r.ExtendBaseWidget(r)
	return r
}

// Display shows the choices of n in the order of its answer; those that the
// answer doesn't name come last.
func (r *Rank) Display(n session.Node) {
	picked := strings.Fields(n.Value)
	at := func(c session.Choice) int {
		if i := slices.Index(picked, c.Value); i >= 0 {
			return i
		}
		return len(picked)
	}
	order := slices.Clone(n.Choices)
	slices.SortStableFunc(order, func(a, b session.Choice) int { return at(a) - at(b) })
	r.value, r.locked = n.Value, n.ReadOnly
	if !slices.Equal(order, r.order) || len(r.rows) != len(order) {
		r.order = order
		r.build()
	}
	for i, row := range r.rows {
		row.up.Hidden, row.down.Hidden = r.locked, r.locked
		row.show(i, len(r.rows))
	}
	state := locale.ID("fill.ordered")
	if n.Value == "" {
		state = "fill.not_ordered"
	}
	r.state.SetWords(r.around.words.Say(state))
	r.accept.Hidden = n.Value != "" || r.locked || len(order) == 0
	r.clear.Hidden = n.Value == "" || r.locked || n.Required
	r.around.settle()
}

// build makes the rows anew, but keeps those of choices that are there already,
// so that the one that is moved keeps the focus.
func (r *Rank) build() {
	old := map[session.Choice]*ranked{}
	for _, row := range r.rows {
		old[row.choice] = row
	}
	r.rows = nil
	r.list.RemoveAll()
	for _, c := range r.order {
		row := old[c]
		if row == nil {
			row = newRanked(r, c)
		}
		delete(old, c)
		r.rows = append(r.rows, row)
		r.list.Add(row)
	}
}

// move puts a row so many places further down, and answers with the new order.
func (r *Rank) move(row *ranked, by int) bool {
	from := slices.Index(r.rows, row)
	to := from + by
	if r.locked || from < 0 || to < 0 || to >= len(r.rows) {
		return false
	}
	moved := r.order[from]
	r.order = slices.Insert(slices.Delete(r.order, from, from+1), to, moved)
	r.build()
	r.answer()
	r.around.reveal(row)
	return true
}

func (r *Rank) answer() {
	values := make([]string, len(r.order))
	for i, c := range r.order {
		values[i] = c.Value
	}
	if r.OnAnswer != nil {
		r.OnAnswer(strings.Join(values, " "))
	}
}

// First is what gets the focus when the question is gone to.
func (r *Rank) First() fyne.Focusable {
	if len(r.rows) == 0 {
		return nil
	}
	return r.rows[0]
}

// CreateRenderer implements [fyne.Widget].
func (r *Rank) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.box) }

// A ranked line has its place, its words and the buttons that move it.
type ranked struct {
	widget.BaseWidget
	Press
	rank     *Rank
	choice   session.Choice
	place    *Label
	words    *Label
	plate    *plate // nil where the form has no pictures or sounds for it
	up, down *Button
	card     *Panel
	dragged  float32
}

func newRanked(r *Rank, c session.Choice) *ranked {
	w := &ranked{rank: r, choice: c, place: strong(""), words: NewLabel(c.Label)}
	w.words.Aligned = true
	w.up = r.around.button("fill.move_up", theme.MoveUpIcon(), func() { r.move(w, -1) })
	w.down = r.around.button("fill.move_down", theme.MoveDownIcon(), func() { r.move(w, 1) })
	w.OnFocus = func() { r.around.reveal(w) }
	inside := NewStack(gapWords, newHanging(w.place, w.words))
	if c.Media != (session.Media{}) {
		w.plate = newPlate(r.form, choiceShot, false)
		w.plate.display(c.Media)
		inside.Add(w.plate.box)
	}
	inside.Add(NewRow(gapControl, w.up, w.down))
	w.card = newFrame(inside)
	w.Of(w)
	w.ExtendBaseWidget(w)
	return w
}

// show says at which place of how many the line stands.
func (w *ranked) show(i, total int) {
	l := w.rank.around.words
	// A number has no letters by which the label could tell where the dot stands.
	w.place.SetWords(inOrder(l.Say("fill.rank", locale.Values{"Number": l.Figures(strconv.Itoa(i+1), false)}), l.Language().Direction))
	for b, off := range map[*Button]bool{w.up: i == 0, w.down: i == total-1} {
		if b.disabled != off {
			b.disabled = off
			b.Refresh()
		}
	}
}

// Tapped implements [fyne.Tappable]: it takes the focus, for the keys.
func (w *ranked) Tapped(*fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(w); c != nil && !fyne.CurrentDevice().IsMobile() {
		c.Focus(w)
	}
}

// TypedKey implements [fyne.Focusable].
func (w *ranked) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyUp:
		w.rank.move(w, -1)
	case fyne.KeyDown:
		w.rank.move(w, 1)
	}
}

// Dragged implements [fyne.Draggable]: past half of its neighbour the line
// changes places with it.
func (w *ranked) Dragged(e *fyne.DragEvent) {
	w.dragged += e.Dragged.DY
	step := w.Size().Height
	for w.dragged > step/2 && w.rank.move(w, 1) {
		w.dragged -= step
	}
	for w.dragged < -step/2 && w.rank.move(w, -1) {
		w.dragged += step
	}
}

// DragEnd implements [fyne.Draggable].
func (w *ranked) DragEnd() { w.dragged = 0 }

// Refresh shows whether the line has the focus.
func (w *ranked) Refresh() {
	w.card.light(w.focused)
}

// CreateRenderer implements [fyne.Widget].
func (w *ranked) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(w.card) }
