package formview

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"baraza.example/forms/geo"
)

func TestAPlaceIsReadAsMapsWriteIt(t *testing.T) {
	sh := fill(t, `
		| survey | type     | name  | label  |
		|        | geopoint | where | Where? |
		|        | text     | after | After  |`)
	for typed, want := range map[string]string{
		"-1.2833, 36.8167": "-1.2833 36.8167", "geo:-1.28,36.81": "-1.28 36.81", "1°17′S 36°49′12″E": "-1.2833333 36.82",
		"-1.28 36.82 1795 8": "-1.28 36.82 1795 8", "somewhere": "somewhere", "1°75′S 36°E": "1°75′S 36°E", "91, 0": "91 0",
	} {
		sh.entry("where").SetText("")
		sh.types("where", typed)
		if got := sh.value("where"); got != want {
			t.Errorf("%q is answered as %q, want %q", typed, got, want)
		}
	}
	sh.entry("where").SetText("91, 0")
	sh.window.Canvas().Focus(sh.entry("after"))
	sh.sees("This answer can't be taken as it is")
	sh.entry("where").SetText("14°30'N 17°30'W")
	sh.window.Canvas().Focus(sh.entry("where"))
	sh.window.Canvas().Focus(sh.entry("after"))
	if got := sh.entry("where").Text; got != "14.5 -17.5" {
		t.Errorf("when left it shows %q", got)
	}
}

const land = `
	| survey | type     | name  | label  |
	|        | geotrace | way   | Way?   |
	|        | geoshape | field | Field? |
	|        | geopoint | where | Where? |`

func (sh *sheet) places(name string) *Places { return sh.field(name).control.(*Places) }

func TestAFieldIsMarkedOutOnTheSketch(t *testing.T) {
	sh := fill(t, land)
	p := sh.places("field")
	s := p.sketch
	s.centre, s.scale, s.placed = geo.Place{Lat: 1, Lon: 1}, 1e5, true
	middle := fyne.NewPos(s.Size().Width/2, s.Size().Height/2)
	tap := func(dx, dy float32) { test.TapAt(s, middle.AddXY(dx, dy)) }
	tap(-50, -50)
	tap(50, -50)
	sh.sees("2 places", "an area needs three corners")
	tap(50, 50)
	if got := sh.value("field"); got != "1.0005 0.9994999; 1.0005 1.0005001; 0.9995 1.0005001; 1.0005 0.9994999" {
		t.Errorf("three taps are answered as %q", got)
	}
	sh.sees("3 places", "380 m", "6,196 m²")
	if got := strings.Count(p.field.Text, "\n"); got != 2 {
		t.Errorf("the field holds %q", p.field.Text)
	}
	// A corner is dragged in two goes of the finger, and that is one step.
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: middle.AddXY(52, 60)}, Dragged: fyne.NewDelta(2, 10)})
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: middle.AddXY(60, 90)}, Dragged: fyne.NewDelta(8, 30)})
	s.DragEnd()
	if got := p.line[2]; got.Lat > 0.9992 || len(p.line) != 3 {
		t.Errorf("the corner was dragged to %v", got)
	}
	test.Tap(p.undo)
	if got := p.line[2]; got.Lat != 0.9995 {
		t.Errorf("taken back, the corner stands at %v", got)
	}
	before := s.centre
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: middle.AddXY(0, 20)}, Dragged: fyne.NewDelta(0, 20)})
	s.DragEnd()
	if s.centre == before || p.line[2].Lat != 0.9995 {
		t.Error("dragging the ground did not move it, or moved a corner")
	}
	test.Tap(p.clear)
	if sh.value("field") != "" || !p.clear.Hidden {
		t.Errorf("cleared, it is %q", sh.value("field"))
	}
	test.Tap(p.undo)
	if len(p.line) != 3 {
		t.Errorf("after taking back the clearing there are %d corners", len(p.line))
	}
}

func TestTheSketchBeginsWithAllPlacesInSight(t *testing.T) {
	sh := fill(t, land)
	if err := sh.s.Set(sh.field("way").ref, "-1.28 36.8; -1.27 36.9"); err != nil {
		t.Fatal(err)
	}
	sh.Show(sh.Pages()[0])
	s := sh.places("way").sketch
	size := s.Size()
	s.placed = false
	s.Resize(fyne.NewSize(-24, 200)) // as layouts do before a window has its size
	s.Resize(size)
	if d := s.pos(s.line[1]).X - s.pos(s.line[0]).X; d < size.Width/2 || !s.inView() {
		t.Errorf("the places stand %v apart in %v", d, size)
	}
}

func TestTheSketchIsWorkedByKeys(t *testing.T) {
	sh := fill(t, land)
	s := sh.places("way").sketch
	sh.window.Canvas().Focus(s)
	key := func(names ...fyne.KeyName) {
		for _, n := range names {
			s.TypedKey(&fyne.KeyEvent{Name: n})
		}
	}
	key(fyne.KeyReturn, fyne.KeyRight, fyne.KeyDown, fyne.KeyReturn)
	line := sh.places("way").line
	if len(line) != 2 || line[1].Lon <= line[0].Lon || line[1].Lat >= line[0].Lat {
		t.Fatalf("two places were set by keys: %v", line)
	}
	key(fyne.KeyPageDown, fyne.KeyPageUp, fyne.KeyUp)
	if moved := sh.places("way").line; moved[0].Lat <= line[0].Lat && moved[1].Lat <= line[1].Lat {
		t.Errorf("no place was moved: %v", moved)
	}
	key(fyne.KeyDelete)
	if n := len(sh.places("way").line); n != 1 {
		t.Errorf("%d places are left", n)
	}
	before := s.scale
	s.TypedRune('+')
	if s.scale <= before {
		t.Error("+ does not go closer")
	}
}

func TestPlacesComeFromAFileOfAnotherProgram(t *testing.T) {
	var file string
	sh := fill(t, land)
	sh.o.Choose = func(_ int64, endings []string, take func(string, []byte)) { take("walk"+endings[0], []byte(file)) }
	sh.Show(sh.Pages()[0])
	takes := func(name, content, want string) {
		t.Helper()
		file = content
		test.Tap(sh.places(name).file)
		if got := sh.value(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	const track = `<gpx><trk><name>To the well</name><trkseg><trkpt lat="1" lon="2"/></trkseg><trkseg><trkpt lat="3" lon="4"/><trkpt lat="3" lon="5"/></trkseg></trk></gpx>`
	takes("way", track, "1 2; 3 4; 3 5")
	sh.sees("recorded in 2 parts")
	takes("field", track, "1 2; 3 4; 3 5; 1 2")
	takes("where", track, "")
	sh.sees("There is no single place in this file.")
	takes("where", `{"type":"Point","coordinates":[36.8,-1.28]}`, "-1.28 36.8")
	takes("where", "<!DOCTYPE gpx [<!ENTITY a 'b'>]><gpx/>", "-1.28 36.8")
	sh.sees("neither a GPX")
	takes("where", "<gpx>"+strings.Repeat(" ", geo.MaxBytes), "-1.28 36.8")
	sh.sees("too large to take places from")
	takes("where", `<gpx><wpt lat="1" lon="2"><name>The well</name></wpt><wpt lat="3" lon="4"/></gpx>`, "-1.28 36.8")
	sh.sees("Which of them?", "The well", "Number 2")
	for _, o := range sh.places("where").finds.Objects {
		if c, ok := o.(*Choice); ok && c.Label() == "The well" {
			test.Tap(c)
		}
	}
	if got := sh.value("where"); got != "1 2" {
		t.Errorf("the one picked is %q", got)
	}
	var long strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&long, `<trkpt lat="%.4f" lon="2"/>`, float64(i)/1e4)
	}
	file = "<gpx><trk><trkseg>" + long.String() + "</trkseg></trk></gpx>"
	test.Tap(sh.places("way").file)
	if n := len(sh.places("way").line); n != mostKept || !strings.Contains(sh.shown(), "5,000") && !strings.Contains(sh.shown(), "5000") {
		t.Errorf("%d places were taken, and it says %s", n, sh.places("way").said.Words())
	}
	if sh.places("way").typed.Visible() {
		t.Error("a thousand places stand in a field to be typed in")
	}
}

func TestALineIsPastedAndWhatIsNoneStaysAsItWasTyped(t *testing.T) {
	sh := fill(t, land)
	sh.entry("way").SetText("-1.28, 36.8\n1°17′S 36°49′12″E")
	if got := sh.value("way"); got != "-1.28 36.8; -1.2833333 36.82" {
		t.Errorf("pasted it is %q", got)
	}
	sh.entry("way").SetText("-1.28, 36.8\nbehind the church")
	if got := sh.value("way"); got != "-1.28, 36.8\nbehind the church" {
		t.Errorf("what is no line is kept as %q", got)
	}
	sh.window.Canvas().Focus(sh.entry("way"))
	sh.window.Canvas().Focus(sh.entry("where"))
	sh.sees("This answer can't be taken as it is")
}

func TestOnlyTheSketchIsShownWhereTheFormHidesTheField(t *testing.T) {
	sh := fill(t, `
		| survey | type     | name  | label  | appearance               |
		|        | geopoint | where | Where? | placement-map hide-input |`)
	p := sh.places("where")
	if p.typed.Visible() || !p.sketch.Visible() {
		t.Error("the field is shown, or the sketch isn't")
	}
	test.TapAt(p.sketch, fyne.NewPos(p.sketch.Size().Width/2, p.sketch.Size().Height/2))
	if got := sh.value("where"); got != "0 0" {
		t.Errorf("the middle of the earth is %q", got)
	}
	sh.Reveal(sh.field("where").ref)
	if sh.window.Canvas().Focused() != p.sketch {
		t.Error("the sketch is not gone to")
	}
}
