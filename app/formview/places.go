package formview

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
	"baraza.example/forms/geo"
	"baraza.example/forms/session"
)

// Places asks for a place on the earth, or for several in a row: a way, or the
// corners of an area. They are typed or pasted, taken from a file of another
// program, or set on a sketch; there is no position of the device to be had.
type Places struct {
	widget.BaseWidget
	OnAnswer func(value string)
	OnLeave  func()
	// Choose asks for a file; nil where there are none.
	Choose func(take func(name string, content []byte))

	around *surroundings
	kind   geo.Kind
	field  *Entry
	typed  fyne.CanvasObject
	state  *Label
	sketch *Sketch
	tools  *fyne.Container // of the sketch
	help   *Label          // of the sketch
	open   *Button
	undo   *Button
	clear  *Button
	file   *Button
	finds  *fyne.Container // what a file holds, to choose from
	said   *Notice         // of a file
	box    *fyne.Container
	value  string
	line   []geo.Place // of value; nil where it can't be read
	before []string    // values that the undo button goes back to
	locked bool
	hidden bool // the form wants no field (hide-input)
}

// mostTyped is how many places stand in the field; of more only their number is
// said. mostKept is how many of a file are taken.
const (
	mostTyped = 200
	mostKept  = 1000
	mostFinds = 24
)

// without says that a file has nothing of a kind.
var without = map[geo.Kind]locale.ID{
	geo.Point: "place.file_without_point", geo.Trace: "place.file_without_trace", geo.Shape: "place.file_without_shape",
}

// newPlaces makes the control. The appearances maps, placement-map and map open
// the sketch at once; a line or an area has it open anyway.
func newPlaces(around *surroundings, kind geo.Kind, looks []string) *Places {
	p := &Places{around: around, kind: kind, field: NewEntry(kind != geo.Point), state: quiet(""), finds: NewStack(0.4), said: NewNotice(theme.InfoIcon(), theme.ColorNamePlaceHolder, "")}
	say := around.words.Say
	p.field.PlaceHolder = say("fill.point_hint")
	if kind != geo.Point {
		p.field.PlaceHolder = say("place.lines_hint")
	}
	p.field.OnText = func(text string) { p.set(p.read(text)) }
	p.field.OnGrow = around.settle
	p.field.OnFocus = func(gained bool) {
		if gained {
			around.reveal(p.field)
			p.step()
			return
		}
		p.write() // as it was understood
		if p.OnLeave != nil {
			p.OnLeave()
		}
	}
	p.typed = UnderWheel(around.page, p.field)
	p.sketch = newSketch(kind, around.distance)
	p.sketch.OnFocus = func() { around.reveal(p.sketch) }
	p.sketch.OnBegin = p.step
	p.sketch.OnChange = p.draw
	p.undo = around.low("action.undo", theme.ContentUndoIcon(), p.back)
	p.clear = around.low("fill.clear", theme.DeleteIcon(), func() { p.step(); p.draw(nil) })
	p.tools = NewRow(gapLow, append(around.sketchTools(p.sketch), p.undo, p.clear)...)
	p.open = around.button("place.show_map", nil, func() { p.show(p.sketch.Hidden) })
	p.file = around.button("place.from_file", theme.FolderOpenIcon(), p.choose)
	p.finds.Hide()
	p.said.Hide()
	p.help = quiet(say("place.map_hint"))
	p.box = NewStack(gapControl, quiet(say("place.no_position")), p.typed, p.state, p.sketch, p.help, p.tools, NewRow(gapControl, p.open, p.file), p.said, p.finds)
	p.show(kind != geo.Point || slices.ContainsFunc(looks, func(l string) bool { return l == "maps" || l == "placement-map" || l == "map" }))
	p.hidden = slices.Contains(looks, "hide-input")
	if p.hidden {
		p.show(true)
		p.open.Hide()
	}
	p.ExtendBaseWidget(p)
	return p
}

// sketchTools are the buttons that show more or less of a sketch.
func (s *surroundings) sketchTools(on *Sketch) []fyne.CanvasObject {
	return []fyne.CanvasObject{
		s.low("place.nearer", theme.ZoomInIcon(), func() { on.Zoom(2) }),
		s.low("place.farther", theme.ZoomOutIcon(), func() { on.Zoom(0.5) }),
		s.low("place.whole", theme.ZoomFitIcon(), on.Whole),
	}
}

// show opens or closes the sketch.
func (p *Places) show(open bool) {
	p.sketch.Hidden, p.tools.Hidden, p.help.Hidden = !open, !open, !open
	id := locale.ID("place.show_map")
	if open {
		id = "place.hide_map"
	}
	p.open.SetText(p.around.words.Say(id))
	p.around.settle()
	if open {
		p.sketch.Refresh()
	}
}

// read is the answer that a typed text stands for: the text itself where it
// can't be read.
func (p *Places) read(text string) string {
	text = strings.TrimSpace(text)
	if p.kind == geo.Point {
		if read, ok := geo.ReadTyped(text); ok {
			return read
		}
		return text
	}
	line, wrong := geo.ReadTypedLine(text)
	if wrong > 0 || len(line) == 0 {
		return text
	}
	return p.written(line)
}

// written is the answer of a line; an area is closed in it.
func (p *Places) written(line []geo.Place) string {
	if p.kind == geo.Shape {
		line = geo.Closed(line)
	}
	return geo.WriteLine(line)
}

// set takes a value and answers with it.
func (p *Places) set(value string) {
	p.take(value)
	if p.OnAnswer != nil {
		p.OnAnswer(value)
	}
}

// take understands a value and shows it on the sketch.
func (p *Places) take(value string) {
	p.value = value
	line, ok := geo.ParseLine(value)
	if !ok {
		line = nil
	}
	if p.kind == geo.Shape {
		line = geo.Open(line)
	}
	p.line = line
	p.sketch.SetLine(line)
	p.state.SetWords(p.measures())
	p.state.Hidden = p.state.Words() == ""
	p.undo.Hidden, p.clear.Hidden = len(p.before) == 0, value == ""
	p.typed.(*fyne.Container).Hidden = p.hidden || len(line) > mostTyped
}

// measures says how many places there are, how long their way is, and what they
// enclose.
func (p *Places) measures() string {
	n := len(p.line)
	if p.kind == geo.Point || n == 0 {
		return ""
	}
	words := []string{p.around.words.Count("place.count", n)}
	around := p.line
	if p.kind == geo.Shape {
		around = geo.Closed(p.line)
	}
	if n > 1 {
		words = append(words, p.around.distance(geo.Length(around)))
	}
	if p.kind == geo.Shape && n > 2 {
		words = append(words, p.around.surface(geo.Area(p.line)))
	}
	if p.kind == geo.Shape && n < 3 {
		words = append(words, p.around.words.Say("place.shape_needs"))
	}
	return strings.Join(words, " · ")
}

// draw takes places that were set on the sketch or came from a file.
func (p *Places) draw(line []geo.Place) {
	if p.locked {
		return
	}
	value := ""
	if len(line) > 0 {
		value = p.written(line)
	}
	p.set(value)
	p.write()
	if p.OnLeave != nil && p.sketch.moved < 0 {
		p.OnLeave()
	}
	p.around.settle()
}

// step remembers the value, to go back to it.
func (p *Places) step() {
	if n := len(p.before); n > 0 && p.before[n-1] == p.value {
		return
	}
	const most = 100
	p.before = append(p.before, p.value)
	if len(p.before) > most {
		p.before = p.before[1:]
	}
}

func (p *Places) back() {
	for len(p.before) > 0 {
		last := p.before[len(p.before)-1]
		p.before = p.before[:len(p.before)-1]
		if last != p.value {
			p.set(last)
			p.write()
			p.around.settle()
			return
		}
	}
}

// choose takes places from a file.
func (p *Places) choose() {
	if p.Choose == nil || p.locked {
		return
	}
	p.Choose(func(_ string, content []byte) {
		finds, err := geo.ReadFile(content)
		fitting := p.fitting(finds)
		switch {
		case errors.Is(err, geo.ErrTooLarge):
			p.tell("place.file_large")
		case err != nil && !errors.Is(err, geo.ErrNoPlaces):
			p.tell("place.file_strange")
		case len(fitting) == 0:
			p.tell(without[p.kind])
		case len(fitting) == 1:
			p.takeFind(fitting[0])
		default:
			p.offer(fitting)
		}
		p.around.settle()
	})
}

// fitting are the finds that can be an answer here. Points in a row make a line
// where the file has no other.
func (p *Places) fitting(finds []geo.Find) (fit []geo.Find) {
	var points []geo.Place
	for _, f := range finds {
		switch {
		case f.Kind == geo.Point && p.kind == geo.Point:
			fit = append(fit, f)
		case f.Kind == geo.Point:
			points = append(points, f.Line...)
		case p.kind == geo.Trace, p.kind == geo.Shape && len(geo.Open(f.Line)) > 2:
			fit = append(fit, f)
		}
	}
	if least := map[geo.Kind]int{geo.Trace: 2, geo.Shape: 3}[p.kind]; len(fit) == 0 && least > 0 && len(points) >= least {
		fit = append(fit, geo.Find{Kind: geo.Trace, Line: points, Parts: 1})
	}
	return fit
}

func (p *Places) takeFind(f geo.Find) {
	p.finds.Hide()
	line, off := geo.Thin(f.Line, mostKept)
	if p.kind == geo.Shape {
		line = geo.Open(line)
	}
	p.step()
	p.draw(line)
	p.sketch.Whole()
	switch {
	case len(line) < len(geo.Open(f.Line)):
		p.tell("place.thinned", locale.Values{"Total": len(f.Line), "Count": len(line), "Distance": p.around.distance(math.Ceil(off))})
	case f.Parts > 1:
		p.tell("place.joined", locale.Values{"Count": f.Parts})
	default:
		p.said.Hide()
	}
}

// offer lists what a file holds.
func (p *Places) offer(finds []geo.Find) {
	p.finds.RemoveAll()
	p.finds.Add(quiet(p.around.words.Say("place.which_of_file")))
	for i, f := range finds[:min(len(finds), mostFinds)] {
		name := f.Name
		if name == "" {
			name = p.around.words.Say("place.find", locale.Values{"Number": i + 1})
		}
		row := NewChoice("", name, false)
		note := f.Line[0].String()
		if f.Kind != geo.Point {
			note = p.around.words.Count("place.count", len(f.Line)) + " · " + p.around.distance(geo.Length(f.Line))
		}
		row.SetNote(note)
		row.OnFocus = func() { p.around.reveal(row) }
		row.OnPick = func() {
			p.takeFind(f)
			p.around.settle()
		}
		p.finds.Add(row)
	}
	if more := len(finds) - mostFinds; more > 0 {
		p.finds.Add(quiet(p.around.words.Count("screen.more_choices", more)))
	}
	p.said.Hide()
	p.finds.Show()
}

func (p *Places) tell(id locale.ID, values ...locale.Values) {
	p.said.SetWords(p.around.words.Say(id, values...))
	p.said.Show()
	p.finds.Hide()
}

// Display shows the places of n.
func (p *Places) Display(n session.Node) {
	if p.locked != n.ReadOnly || p.field.Disabled() != n.ReadOnly {
		p.locked, p.sketch.locked = n.ReadOnly, n.ReadOnly
		if n.ReadOnly {
			p.field.Disable()
		} else {
			p.field.Enable()
		}
	}
	p.file.Hidden = n.ReadOnly || p.Choose == nil
	if n.Value != p.value || p.state.Words() == "" {
		p.take(n.Value)
		if !p.field.here {
			p.write()
		}
	}
}

// write puts the value into the field, one place a line.
func (p *Places) write() {
	text := p.value
	if p.kind != geo.Point && p.line != nil {
		if len(p.line) > mostTyped {
			return
		}
		lines := make([]string, len(p.line))
		for i, place := range p.line {
			lines[i] = place.String()
		}
		text = strings.Join(lines, "\n")
	}
	if p.field.Text == text {
		return
	}
	told := p.field.OnText
	p.field.OnText = nil
	p.field.SetText(text)
	p.field.grow()
	p.field.OnText = told
}

// First is what gets the focus when the question is gone to.
func (p *Places) First() fyne.Focusable {
	if !p.typed.Visible() {
		return p.sketch
	}
	return p.field
}

// CreateRenderer implements [fyne.Widget].
func (p *Places) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.box) }

// distance writes metres, or kilometres from a thousand on.
func (s *surroundings) distance(metres float64) string {
	if metres >= 1000 {
		return s.words.Say("place.kilometres", locale.Values{"Number": s.figure(metres / 1000)})
	}
	return s.words.Say("place.metres", locale.Values{"Number": s.figure(metres)})
}

// surface writes square metres, hectares or square kilometres.
func (s *surroundings) surface(metres float64) string {
	switch {
	case metres >= 1e6:
		return s.words.Say("place.square_kilometres", locale.Values{"Number": s.figure(metres / 1e6)})
	case metres >= 1e4:
		return s.words.Say("place.hectares", locale.Values{"Number": s.figure(metres / 1e4)})
	}
	return s.words.Say("place.square_metres", locale.Values{"Number": s.figure(metres)})
}

// figure is a number with three digits that count, in the person's digits.
func (s *surroundings) figure(x float64) string {
	places := 0
	if x > 0 && x < 100 {
		places = min(3, max(0, 2-int(math.Floor(math.Log10(x)))))
	}
	text := strconv.FormatFloat(x, 'f', places, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return s.words.Figures(text, true)
}
