package formview

import (
	"image/color"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"baraza.example/assets/locale"
)

// lines are the texts that a label draws at a width, from top to bottom.
func (l *Label) linesAt(width float32) []string {
	l.Resize(fyne.NewSize(width, 10))
	var all []string
	for _, t := range l.lines {
		all = append(all, t.Text)
	}
	return all
}

func TestWordsWrapAtTheWidthThereIsAndNoneIsLost(t *testing.T) {
	around(t)
	words := strings.Repeat("some words of various lengths ", 12)
	l := NewLabel(words)
	for _, width := range []float32{900, 400, 120, 60} {
		lines := l.linesAt(width)
		if got := strings.Join(lines, " "); got != strings.TrimSpace(words) {
			t.Errorf("at %v it reads %q", width, got)
		}
		for _, line := range lines {
			if w := fyne.MeasureText(line, theme.TextSize(), fyne.TextStyle{}).Width; w > width+2 {
				t.Errorf("at %v a line is %v wide: %q", width, w, line)
			}
		}
	}
	if a, b := len(l.linesAt(900)), len(l.linesAt(120)); a >= b {
		t.Errorf("wide it has %d lines, narrow %d", a, b)
	}
}

func TestNoLineBeginsWithAMarkThatFrenchSetsApart(t *testing.T) {
	letters := func(s string) float32 { return float32(utf8.RuneCountInString(s)) }
	for _, words := range []string{"Qui remplit ce formulaire ?", "parties prenantes « concernées » et participer", "Déplacez les lignes ; la première est en haut !", strings.Repeat("; ", 5000)} {
		for room := float32(15); room < 30; room++ {
			for i, line := range broken(words, room, letters) {
				if i > 0 && strings.IndexAny(line, "?!;»") == 0 && len(words) < 100 || strings.HasSuffix(line, "«") {
					t.Errorf("in a room of %v line %d is %q", room, i+1, line)
				}
				if letters(line) > room {
					t.Errorf("in a room of %v line %d is %v wide", room, i+1, letters(line))
				}
			}
		}
	}
}

func TestANumberKeepsItsUnit(t *testing.T) {
	for _, l := range locale.Languages() {
		for bytes := int64(1); bytes < 1e12; bytes *= 1000 {
			if said := locale.New(l.Code).Size(bytes); len(wordsOf("up to "+said+", or less")) != 5 {
				t.Errorf("%s: %q is not kept together", l.Code, said)
			}
		}
	}
	letters := func(s string) float32 { return float32(utf8.RuneCountInString(s)) }
	for _, words := range []string{"forms and documents of up to 102 KB each (all of them 1.5 MB).", "حتى 102 ك.ب لكل منها"} {
		for room := float32(10); room < 40; room++ {
			lines := broken(words, room, letters)
			for i, line := range lines {
				if strings.HasSuffix(line, "102") || strings.HasSuffix(line, "1.5") {
					t.Errorf("in a room of %v line %d is %q", room, i+1, line)
				}
				if letters(line) > room {
					t.Errorf("in a room of %v line %d is %v wide", room, i+1, letters(line))
				}
			}
			if got := strings.Join(lines, " "); got != words {
				t.Errorf("in a room of %v it is %q", room, got)
			}
		}
	}
}

func TestALabelIsAsHighAsItsLines(t *testing.T) {
	around(t)
	l := NewLabel("one\ntwo\nthree")
	l.Resize(fyne.NewSize(300, 0))
	three := l.MinSize().Height
	l.SetWords("one")
	if one := l.MinSize().Height; three < 2.9*one || three > 3.1*one {
		t.Errorf("three lines are %v high, one %v", three, one)
	}
}

func TestAWordWiderThanTheRoomIsCutBetweenLetters(t *testing.T) {
	around(t)
	word := strings.Repeat("W", 200)
	l := NewLabel(word)
	lines := l.linesAt(100)
	if len(lines) < 10 || strings.Join(lines, "") != word {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
}

func TestALetterAndItsMarksStayTogether(t *testing.T) {
	for word, want := range map[string][]string{
		"e\u0301a":     {"e\u0301", "a"},
		"\u1793\u17B6": {"\u1793\u17B6"},             // Khmer, a letter and its vowel
		"👩🏽\u200D🌾x":   {"👩🏽\u200D🌾", "x"},           // one person with a trade
		"ab":           {"a", "b"},                   //
		"":             nil,                          //
		"\u0301":       {"\u0301"},                   // a mark with no letter before it
		"क्ष":          {"क्", "ष"},                  // the virama belongs to its letter
		"สวัสดี":       {"ส", "วั", "ส", "ดี"},       // Thai
		"a\uFE0Fb":     {"a\uFE0F", "b"},             // a selector of a shape
		"é":            {"é"},                        //
		"🇰🇪":           {"\U0001F1F0", "\U0001F1EA"}, // flags may be cut: they are two letters
	} {
		if got := clusters(word); !slices.Equal(got, want) {
			t.Errorf("%q is cut into %q, want %q", word, got, want)
		}
	}
}

func TestWritingWithoutSpacesIsCutWhereTheLineEnds(t *testing.T) {
	letters := func(s string) float32 { return float32(utf8.RuneCountInString(s)) }
	if got, want := broken("ab ประเทศไทย", 6, letters), []string{"ab ประ", "เทศไทย"}; !slices.Equal(got, want) {
		t.Errorf("Thai is cut into %q, want %q", got, want)
	}
	for words, want := range map[string][]string{
		"一二三四五六，七。":  {"一二三四五", "六，七。"},  // no line begins with a comma
		"一二三四五（六）七":  {"一二三四五", "（六）七"},  // nor ends with what opens
		"一二三 Baraza": {"一二三", "Baraza"},  // nor with a blank
		"一二三四2007年":  {"一二三四", "2007年"},  // figures stay together
		"一abcdefgh二": {"一abcde", "fgh二"}, // unless the room is too small
	} {
		if got := broken(words, 6, letters); !slices.Equal(got, want) {
			t.Errorf("%s is cut into %q, want %q", words, got, want)
		}
	}
	if got, want := broken("ab cdefgh", 6, letters), []string{"ab", "cdefgh"}; !slices.Equal(got, want) {
		t.Errorf("Latin is cut into %q, want %q", got, want)
	}
}

func TestWhatDoesNotFitOneLineIsCutShort(t *testing.T) {
	around(t)
	l := NewLabel("Participation of all relevant stakeholders")
	l.OneLine = true
	if got := l.linesAt(1000); len(got) != 1 || got[0] != l.Words() {
		t.Errorf("with room enough it reads %q", got)
	}
	short := l.linesAt(120)
	if len(short) != 1 || !strings.HasSuffix(short[0], "…") || !strings.HasPrefix(l.Words(), strings.TrimSuffix(short[0], "…")) {
		t.Errorf("with little room it reads %q", short)
	}
	if got := l.linesAt(3); len(got) != 1 || got[0] != "…" {
		t.Errorf("with no room it reads %q", got)
	}
}

func TestMarksThatTurnLinesRoundAreNotDrawn(t *testing.T) {
	around(t)
	l := NewLabel("a\u202Eb\u2067c\u0007\td\uFEFF")
	if got := l.linesAt(500); got[0] != "abc d" {
		t.Errorf("drawn is %q", got)
	}
	if l.Words() == "abc d" {
		t.Error("the words themselves were changed")
	}
}

func TestOnMirroredScreensWordsBeginAtTheRight(t *testing.T) {
	mirror(t)
	for _, words := range []string{"Radio Mwalo", "القرار 141", "141"} {
		l := NewLabel(words)
		l.Resize(fyne.NewSize(300, 30))
		if a := l.lines[0].Alignment; a != fyne.TextAlignTrailing {
			t.Errorf("%q is aligned %v", words, a)
		}
	}
	l := NewLabel("القرار 141 بشأن ITU")
	if got := seen(l.linesAt(500)[0]); got != "ITU "+back("بشأن")+" 141 "+back("القرار") {
		t.Errorf("one sees %q", got)
	}
}

func TestOnOtherScreensArabicBeginsAtTheRightAndNamesInAListDoNot(t *testing.T) {
	around(t)
	l := NewLabel("العربية")
	l.Resize(fyne.NewSize(300, 30))
	if a := l.lines[0].Alignment; a != fyne.TextAlignTrailing {
		t.Errorf("a paragraph is aligned %v", a)
	}
	l = NewLabel("العربية")
	l.Aligned = true
	l.Resize(fyne.NewSize(300, 30))
	if a := l.lines[0].Alignment; a != fyne.TextAlignLeading {
		t.Errorf("one of a list is aligned %v", a)
	}
}

func TestTheFirstLetterDecidesWhereLinesBegin(t *testing.T) {
	for _, c := range []struct {
		words    string
		mirrored bool
		want     locale.Direction
	}{
		{"WSIS والاتحاد", false, locale.LeftToRight},
		{"WSIS والاتحاد", true, locale.RightToLeft},
		{"والاتحاد WSIS", false, locale.RightToLeft},
		{"123", true, locale.LeftToRight},
		{"", true, locale.LeftToRight},
		{"שלום", false, locale.RightToLeft},
	} {
		if got := directionOf(c.words, c.mirrored); got != c.want {
			t.Errorf("%q, mirrored %v: %v", c.words, c.mirrored, got)
		}
	}
}

func TestALabelTakesTheColourAndSizeItIsGiven(t *testing.T) {
	around(t)
	l := NewLabel("x")
	l.SizeName, l.Colour, l.Bold = theme.SizeNameHeadingText, theme.ColorNameError, true
	l.Resize(fyne.NewSize(100, 100))
	got := l.lines[0]
	if got.TextSize != theme.Size(theme.SizeNameHeadingText) || !got.TextStyle.Bold || !same(got.Color, theme.Color(theme.ColorNameError)) {
		t.Errorf("it is drawn as %+v", got)
	}
	l.Colour = theme.ColorNameSuccess
	l.Refresh()
	if !same(l.lines[0].Color, theme.Color(theme.ColorNameSuccess)) {
		t.Error("another colour is not drawn")
	}
}

func same(a, b color.Color) bool {
	r, g, bl, al := a.RGBA()
	r2, g2, b2, a2 := b.RGBA()
	return r == r2 && g == g2 && bl == b2 && al == a2
}

// drawn are all texts in an object.
func drawn(o fyne.CanvasObject) (all []string) {
	switch o := o.(type) {
	case *canvas.Text:
		return []string{o.Text}
	case *fyne.Container:
		for _, c := range o.Objects {
			if c.Visible() {
				all = append(all, drawn(c)...)
			}
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(o).Objects() {
			if c.Visible() {
				all = append(all, drawn(c)...)
			}
		}
	}
	return all
}

// FuzzBroken: whatever is written and however narrow the room, no letter is
// lost, added or moved.
func FuzzBroken(f *testing.F) {
	f.Add("some words of various lengths", uint8(10))
	f.Add("ประเทศไทย ab\u0301c 👩🏽‍🌾", uint8(3))
	f.Fuzz(func(t *testing.T, words string, room uint8) {
		if !utf8.ValidString(words) || len(words) > 500 {
			return
		}
		letters := func(s string) float32 { return float32(utf8.RuneCountInString(s)) }
		without := func(s string) string { return strings.Join(strings.Fields(s), "") }
		got := broken(words, float32(room), letters)
		if without(strings.Join(got, "")) != without(words) {
			t.Errorf("%q at %d became %q", words, room, got)
		}
	})
}

// oneWeight is a font without a bold hand.
type oneWeight struct{ fyne.Resource }

func (oneWeight) OneWeight() bool { return true }

func TestBoldWordsOfAFontWithoutABoldHandAreDrawnTwice(t *testing.T) {
	around(t)
	l := NewLabel("一二三\n四五六")
	l.Resize(fyne.NewSize(300, 100))
	texts := func(font fyne.Resource, bold bool) int {
		l.Bold = bold
		l.Refresh()
		for _, line := range l.lines {
			line.FontSource = font
		}
		r := newTextsRenderer(l)
		return len(r.Objects())
	}
	font := oneWeight{theme.DefaultTextFont()}
	if plain, bold, of := texts(font, false), texts(font, true), texts(theme.DefaultTextFont(), true); plain != 2 || bold != 4 || of != 2 {
		t.Errorf("two lines are drawn as %d texts, bold as %d, in a font with a bold hand as %d", plain, bold, of)
	}
}
