package formview

import (
	"image/color"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

const ranking = `
	| survey  | type   | name | label              |
	|         | rank c | k    | What comes first?  |
	| choices | list_name | name | label |
	|         | c         | cost | What it costs |
	|         | c         | time | How long it takes |
	|         | c         | road | How far it is |`

func labels(r *Rank) string {
	var all []string
	for _, row := range r.rows {
		all = append(all, row.choice.Value)
	}
	return strings.Join(all, " ")
}

func TestLinesAreMovedByButtonsKeysAndDragging(t *testing.T) {
	sh := fill(t, ranking)
	r := sh.field("k").control.(*Rank)
	if sh.value("k") != "" {
		t.Fatalf("before anything is done the answer is %q", sh.value("k"))
	}
	sh.sees("Not put in order yet")
	test.Tap(r.rows[0].down)
	if got := sh.value("k"); got != "time cost road" || labels(r) != got {
		t.Errorf("moved down it is %q, shown as %q", got, labels(r))
	}
	sh.doesNotSee("Not put in order yet")
	road := r.rows[2]
	sh.window.Canvas().Focus(road)
	road.TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp})
	road.TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp})
	road.TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp})
	if got := sh.value("k"); got != "road time cost" {
		t.Errorf("moved up by keys it is %q", got)
	}
	if sh.window.Canvas().Focused() != fyne.Focusable(road) || r.rows[0] != road {
		t.Error("the line that was moved lost the focus")
	}
	road.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(0, road.Size().Height*1.2)})
	road.DragEnd()
	if got := sh.value("k"); got != "time road cost" {
		t.Errorf("dragged down by one it is %q", got)
	}
	road.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(0, -5000)})
	if got := sh.value("k"); got != "road time cost" {
		t.Errorf("dragged far up it is %q", got)
	}
	if !r.rows[0].up.Disabled() || r.rows[0].down.Disabled() || !r.rows[2].down.Disabled() {
		t.Error("the ends can be moved beyond the ends")
	}
}

func TestAnOrderIsTakenAsItStandsAndTakenBack(t *testing.T) {
	sh := fill(t, ranking)
	r := sh.field("k").control.(*Rank)
	test.Tap(r.accept)
	if got := sh.value("k"); got != "cost time road" || !r.accept.Hidden {
		t.Errorf("taken as it is it is %q", got)
	}
	test.Tap(r.clear)
	if got := sh.value("k"); got != "" || r.accept.Hidden {
		t.Errorf("cleared it is %q", got)
	}
	sh.Reveal(sh.field("k").ref)
	if sh.window.Canvas().Focused() != fyne.Focusable(r.rows[0]) {
		t.Error("going to the question doesn't give its first line the focus")
	}
}

func TestLinesThatAreRankedShowTheirPictures(t *testing.T) {
	sh := fill(t, `
		| survey  | type   | name | label              |
		|         | rank c | k    | What comes first?  |
		| choices | list_name | name | label | media::image |
		|         | c         | cost | What it costs | coin.png |
		|         | c         | time | How long it takes | |`)
	withFiles(sh).of["coin.png"] = pngOf(t, 60, 30, color.Black)
	sh.Show(sh.Pages()[0])
	r := sh.field("k").control.(*Rank)
	if p := r.rows[0].plate; p == nil || p.shot.image.Image == nil || p.shot.image.Image.Bounds().Dx() != 60 {
		t.Error("the picture of a line is not there")
	}
	high := r.rows[0].Size().Height
	if r.rows[1].plate != nil || high < r.rows[1].Size().Height+theme.TextSize() {
		t.Errorf("the line with a picture is %v high, that without %v", high, r.rows[1].Size().Height)
	}
	test.Tap(r.rows[0].down)
	if got := sh.value("k"); got != "time cost" || r.rows[1].plate == nil {
		t.Errorf("moved it is %q, its picture gone", got)
	}
}

func TestThePlaceOfALineIsWrittenAsTheLanguageWritesIt(t *testing.T) {
	sh := fill(t, ranking)
	r := sh.field("k").control.(*Rank)
	for language, want := range map[string]string{"en": "1.", "zh": "1.", "ar": ".1"} { // as seen from left to right
		r.around.words.Use(language)
		r.rows[0].show(0, 3)
		place := r.rows[0].place
		place.lay()
		unmarked := strings.NewReplacer(string(leftMark), "", string(rightMark), "")
		if got := unmarked.Replace(place.lines[0].Text); got != want {
			t.Errorf("in %s the first place is drawn as %q, not %q", language, got, want)
		}
	}
}
