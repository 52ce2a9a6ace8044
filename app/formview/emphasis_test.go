package formview

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

func emphasisOf(text string) *emphasised {
	return newEmphasised(strings.NewReplacer("‹", string(emphasisOn), "›", string(emphasisOff)).Replace(text))
}

func TestEmphasisedWordsStandBetweenTheOthers(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		order    []string // of the first row, from the left
		mirrored bool
	}{
		"left to right":                 {"How ‹many› boats", []string{"How ", "many", " boats"}, false},
		"right to left":                 {"كم ‹عدد› القوارب", []string{" القوارب", "عدد", "كم "}, false},
		"English on a screen in Arabic": {"How ‹many› boats", []string{"How ", "many", " boats"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if around(t); c.mirrored {
				mirror(t)
			}
			e := emphasisOf(c.text)
			e.Resize(fyne.NewSize(400, 40))
			e.CreateRenderer().Layout(e.Size())
			row := slices.Clone(e.pieces)
			slices.SortFunc(row, func(a, b piece) int { return int(a.text.Position().X - b.text.Position().X) })
			var order []string
			for i, p := range row {
				order = append(order, strings.Trim(p.text.Text, string(leftMark)))
				if i > 0 && p.text.Position().X < row[i-1].text.Position().X+row[i-1].wide-0.01 {
					t.Errorf("%q stands on %q", p.text.Text, row[i-1].text.Text)
				}
				if bold := p.text.TextStyle.Bold; bold != (i == 1) {
					t.Errorf("%q is bold: %v", p.text.Text, bold)
				}
			}
			if trimmed := func(all []string) string {
				for i := range all {
					all[i] = strings.TrimSpace(strings.ReplaceAll(all[i], string(leftMark), ""))
				}
				return strings.Join(all, "|")
			}; trimmed(order) != trimmed(c.order) {
				t.Errorf("from the left stand %q, want %q", order, c.order)
			}
			last := row[len(row)-1]
			if right := last.text.Position().X + last.wide; (name != "left to right") != (right > 399.9) {
				t.Errorf("the row ends at %v of 400", right)
			}
		})
	}
}

func TestEmphasisIsKeptWhereALineIsBroken(t *testing.T) {
	around(t)
	e := emphasisOf("some words " + strings.Repeat("‹of which many are emphasised› and others are not ", 10))
	e.Resize(fyne.NewSize(200, 40))
	e.CreateRenderer().Layout(e.Size())
	var plain, emphatic string
	for _, p := range e.pieces {
		if right := p.text.Position().X + p.wide; right > 200 {
			t.Errorf("%q reaches to %v of 200", p.text.Text, right)
		}
		if p.emphatic {
			emphatic += p.text.Text + " "
		} else {
			plain += p.text.Text + " "
		}
	}
	words := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	if got, want := words(emphatic), words(strings.Repeat("of which many are emphasised ", 10)); got != want {
		t.Errorf("emphasised are %q", got)
	}
	if got, want := words(plain), words("some words "+strings.Repeat("and others are not ", 10)); got != want {
		t.Errorf("plain are %q", got)
	}
	if e.rows() < 10 || e.MinSize().Height != float32(e.rows())*e.pitch() {
		t.Errorf("%d rows are %v high", e.rows(), e.MinSize().Height)
	}
}

func TestWithinBoldWordsEmphasisHasAColour(t *testing.T) {
	around(t)
	e := emphasisOf("Is it ‹not› so?")
	e.Bold = true
	e.Refresh()
	e.CreateRenderer().Layout(e.Size())
	for _, p := range e.pieces {
		want := theme.ColorNameForeground
		if p.emphatic {
			want = theme.ColorNamePrimary
		}
		if !same(p.text.Color, theme.Color(want)) {
			t.Errorf("%q has the colour %v", p.text.Text, p.text.Color)
		}
	}
}
