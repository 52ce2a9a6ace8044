package formview

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

const ranges = `
	| survey | type  | name  | label        | parameters             | appearance | required |
	|        | range | warm  | How warm?    | start=0 end=10 step=1  |            |          |
	|        | range | fine  | How fine?    | start=0 end=1 step=0.1 | no-ticks   | yes      |
	|        | range | high  | How high?    | start=0 end=10 step=1  | vertical   |          |
	|        | range | pick  | Which one?   | start=1 end=60 step=1  | picker     |          |
	|        | range | stars | How good?    | start=1 end=5 step=1   | rating     |          |`

func TestASliderIsTappedDraggedAndMovedByKeys(t *testing.T) {
	sh := fill(t, ranges)
	s := sh.field("warm").control.(*Range).slider
	sh.sees("No answer yet")
	if sh.value("warm") != "" || s.at != -1 {
		t.Errorf("before anything is done the answer is %q", sh.value("warm"))
	}
	test.TapAt(s, s.placeOf(7))
	if got := sh.value("warm"); got != "7" {
		t.Errorf("tapped at 7 it is %q", got)
	}
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: s.placeOf(3).AddXY(2, 30)}})
	s.DragEnd()
	if got := sh.value("warm"); got != "3" {
		t.Errorf("dragged to 3 it is %q", got)
	}
	for _, c := range []struct {
		key  fyne.KeyName
		want string
	}{{fyne.KeyRight, "4"}, {fyne.KeyUp, "5"}, {fyne.KeyLeft, "4"}, {fyne.KeyDown, "3"}, {fyne.KeyEnd, "10"}, {fyne.KeyRight, "10"}, {fyne.KeyHome, "0"}, {fyne.KeyLeft, "0"}, {fyne.KeyPageUp, "1"}} {
		s.TypedKey(&fyne.KeyEvent{Name: c.key})
		if got := sh.value("warm"); got != c.want {
			t.Errorf("after %s it is %q, want %q", c.key, got, c.want)
		}
	}
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(-500, 0)}})
	if got := sh.value("warm"); got != "0" {
		t.Errorf("far to the left it is %q", got)
	}
}

func TestASliderCanBeClearedUnlessItIsNeeded(t *testing.T) {
	sh := fill(t, ranges)
	r := sh.field("warm").control.(*Range)
	r.slider.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	if r.clear.Hidden {
		t.Fatal("there is no way to clear it")
	}
	test.Tap(r.clear)
	if sh.value("warm") != "" || r.slider.at != -1 || !r.clear.Hidden {
		t.Errorf("cleared it is %q, the knob at %d", sh.value("warm"), r.slider.at)
	}
	fine := sh.field("fine").control.(*Range)
	for range 4 {
		fine.slider.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	}
	if got := sh.value("fine"); got != "0.3" {
		t.Errorf("after four steps of 0.1 from nowhere it is %q", got)
	}
	if !fine.clear.Hidden || fine.slider.every != 0 {
		t.Error("what is needed can be cleared, or has ticks that nobody wants")
	}
}

func TestAnUprightSliderGrowsUpwards(t *testing.T) {
	sh := fill(t, ranges)
	s := sh.field("high").control.(*Range).slider
	if !s.upright || s.Size().Height < 10*theme.TextSize() {
		t.Errorf("it is %v", s.Size())
	}
	if s.placeOf(10).Y >= s.placeOf(0).Y {
		t.Error("more stands below less")
	}
	test.TapAt(s, s.placeOf(8))
	if got := sh.value("high"); got != "8" {
		t.Errorf("tapped at 8 it is %q", got)
	}
}

func TestASliderRunsFromTheRightOnMirroredScreens(t *testing.T) {
	mirror(t)
	s := newSlider(10, false, 1)
	s.Resize(fyne.NewSize(300, 30))
	s.Set(2)
	if s.placeOf(2).X <= s.placeOf(8).X || s.stepAt(s.placeOf(2)) != 2 {
		t.Errorf("2 stands at %v, 8 at %v", s.placeOf(2), s.placeOf(8))
	}
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	if s.at != 3 {
		t.Errorf("to the left comes %d", s.at)
	}
}

func TestANumberIsPickedFromAList(t *testing.T) {
	sh := fill(t, ranges)
	p := sh.field("pick").control.(*Picker)
	p.find.SetText("42")
	if len(p.rows) != 1 || p.rows[0].Label() != "42" {
		t.Fatalf("the search finds %d numbers", len(p.rows))
	}
	test.Tap(p.rows[0])
	if got := sh.value("pick"); got != "42" {
		t.Errorf("it is %q", got)
	}
}

func TestStarsAreTappedAndTyped(t *testing.T) {
	sh := fill(t, ranges)
	r := sh.field("stars").control.(*Rating)
	s := r.stars
	test.TapAt(s, fyne.NewPos(3.5*s.side(), s.side()/2))
	if got := sh.value("stars"); got != "4" || s.lit != 4 {
		t.Errorf("after the fourth star it is %q, %d are full", got, s.lit)
	}
	sh.sees("4 of 5")
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	if got := sh.value("stars"); got != "5" {
		t.Errorf("after two more of five it is %q", got)
	}
	s.TypedRune('2')
	if got := sh.value("stars"); got != "2" {
		t.Errorf("typing 2 makes it %q", got)
	}
	test.Tap(r.clear)
	if got := sh.value("stars"); got != "" || s.lit != 0 {
		t.Errorf("cleared it is %q", got)
	}
	s.Resize(fyne.NewSize(s.side()*2.5, 0))
	if got := s.MinSize().Height; got < 3*s.side() {
		t.Errorf("five stars with room for two beside each other are %v high", got)
	}
}

const named = `
	| survey  | type  | name  | label      | parameters                                             | appearance |
	|         | range | often | How often? | start=0 end=10 step=1 tick_interval=5 placeholder=5 tick_labelset=f |  |
	|         | range | long  | How long?  | start=0 end=10 step=5 tick_labelset=l                  |            |
	|         | range | high  | How high?  | start=0 end=10 step=5 tick_labelset=f                  | vertical   |
	| choices | list_name | name | label |
	|         | f     | 0     | Never      |
	|         | f     | 5     | Now and then |
	|         | f     | 10    | Always     |
	|         | l     | 0     | For less time than it takes to boil a pot of water |
	|         | l     | 5     | For about as long as a meeting of the whole village takes |
	|         | l     | 10    | For longer than anybody can remember |`

func TestNumbersOfARangeHaveTheNamesThatTheFormGivesThem(t *testing.T) {
	sh := fill(t, named)
	r := sh.field("often").control.(*Range)
	sh.sees("Never", "Now and then", "Always")
	for i, want := range []string{"Never", "Now and then", "Always"} {
		l := r.legend.box.Objects[i].(*Label)
		middle, tick := l.Position().X+l.Size().Width/2, r.slider.placeOf(int64(5*i)).X
		if l.Words() != want || i == 1 && (middle < tick-2 || middle > tick+2) || l.Position().Y != 0 {
			t.Errorf("%q stands at %v, its tick at %v", l.Words(), l.Position(), tick)
		}
	}
	test.TapAt(r.slider, r.slider.placeOf(10))
	sh.sees("10 · Always")
	test.TapAt(r.slider, r.slider.placeOf(9))
	sh.doesNotSee("9 · Always")
	for _, name := range []string{"long", "high"} { // no room beside each other
		box := sh.field(name).control.(*Range).legend.box
		if y := box.Objects[2].Position().Y; y <= box.Objects[1].Position().Y {
			t.Errorf("%s: they stand on each other", name)
		}
		if box.MinSize().Height < 3*theme.CaptionTextSize() {
			t.Errorf("%s: all of them are %v high", name, box.MinSize().Height)
		}
	}
	sh.sees("10 · For longer than anybody can remember", "5 · Now and then")
}

func TestASliderWaitsWhereTheFormSaysWithoutBeingAnAnswer(t *testing.T) {
	sh := fill(t, named)
	r := sh.field("often").control.(*Range)
	if sh.value("often") != "" || r.slider.at != -1 || r.slider.rest != 5 || r.slider.every != 5 {
		t.Errorf("the answer is %q, it waits at %d, with a tick every %d", sh.value("often"), r.slider.rest, r.slider.every)
	}
	sh.sees("No answer yet")
	r.slider.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	if got := sh.value("often"); got != "6" {
		t.Errorf("one step from there is %q", got)
	}
}
