package formview

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"baraza.example/forms/geo"
)

const mapped = `
	| survey  | type         | name  | label  | appearance |
	|         | select_one w | well  | Which well? | map   |
	|         | select_multiple w | wells | Which wells? | map |
	|         | select_one p | none  | Where? | map        |
	| choices | list_name | name | label | geometry |
	|         | w         | north | Northern well | 0.5 36.5 0 0 |
	|         | w         | south | Southern well | -0.5 36.5 0 0 |
	|         | w         | lake  | The lake | 0 37 0 0; 0 37.5 0 0; 0.4 37.5 0 0; 0.4 37 0 0; 0 37 0 0 |
	|         | w         | pipe  | The pipe | -1 36 0 0; -1 37 0 0; -1 38 0 0 |
	|         | w         | else  | Another one | |
	|         | p         | here  | Here | |
	|         | p         | there | There | not a place |`

func (sh *sheet) mapped(name string) *Mapped { return sh.field(name).control.(*Mapped) }

func (m *Mapped) tap(p geo.Place) { test.TapAt(m.sketch, m.sketch.pos(p)) }

func TestAChoiceIsPickedWhereItLies(t *testing.T) {
	sh := fill(t, mapped)
	m := sh.mapped("well")
	for _, c := range []struct {
		at   geo.Place
		want string
	}{
		{geo.Place{Lat: 0.5, Lon: 36.5}, "north"}, {geo.Place{Lat: -0.5, Lon: 36.5}, "south"},
		{geo.Place{Lat: 0.2, Lon: 37.25}, "lake"}, {geo.Place{Lat: -1, Lon: 37.5}, "pipe"}, // within it, and between two of its ends
		{geo.Place{Lat: -0.75, Lon: 37.8}, "pipe"}, // nothing lies there
	} {
		if m.tap(c.at); sh.value("well") != c.want {
			t.Errorf("at %v the answer is %q, want %q", c.at, sh.value("well"), c.want)
		}
	}
	sh.picks2(m.Pick, "Another one")
	if sh.value("well") != "else" || !m.rows[4].Picked() {
		t.Errorf("from the list it is %q", sh.value("well"))
	}
	if len(m.sketch.line) != 0 {
		t.Error("a place was added to the map")
	}
}

func TestSeveralChoicesArePickedOnAMapByKeysToo(t *testing.T) {
	sh := fill(t, mapped)
	m := sh.mapped("wells")
	m.tap(geo.Place{Lat: 0.5, Lon: 36.5})
	m.sketch.centre = geo.Place{Lat: -0.5, Lon: 36.5}
	m.sketch.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got := sh.value("wells"); got != "north south" {
		t.Errorf("a tap and Return make it %q", got)
	}
	if s := m.sketch.spots; !s[0].picked || !s[1].picked || s[2].picked {
		t.Errorf("drawn as picked are %+v", s)
	}
	m.tap(geo.Place{Lat: 0.5, Lon: 36.5})
	if got := sh.value("wells"); got != "south" {
		t.Errorf("tapped once more it is %q", got)
	}
}

func TestAMapNamesWhatLiesOnItAndSaysWhenNothingDoes(t *testing.T) {
	sh := fill(t, mapped)
	names := map[string]bool{}
	for _, o := range test.WidgetRenderer(sh.mapped("well").sketch).Objects() {
		if words, ok := textOf(o); ok {
			names[words] = true
		}
	}
	if !names["Northern well"] || !names["Southern well"] || !names["The lake"] {
		t.Errorf("on the map stand %v", names)
	}
	sh.sees("Tap a place to choose it.", "No choice here says where it lies.")
	none := sh.mapped("none")
	if none.sketch.Visible() {
		t.Error("a map without anything on it is shown")
	}
	sh.picks2(none.Pick, "There")
	if got := sh.value("none"); got != "there" {
		t.Errorf("from the list it is %q", got)
	}
}

func textOf(o fyne.CanvasObject) (string, bool) {
	t, ok := o.(*canvas.Text)
	if !ok {
		return "", false
	}
	return t.Text, true
}
