package app

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"github.com/go-text/typesetting/di"
	gotext "github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"

	"baraza.example/app/workspace"
	"baraza.example/assets"
	"baraza.example/assets/locale"
)

func TestTheThemesFontIsTheMergedOne(t *testing.T) {
	l := newLook(workspace.Settings{}, locale.New())
	for name, style := range map[string]fyne.TextStyle{"BarazaSans-Regular.ttf": {}, "BarazaSans-Bold.ttf": {Bold: true}} {
		if got := l.Font(style).Name(); got != name {
			t.Errorf("%+v is drawn in %s, not %s", style, got, name)
		}
	}
	if got := l.Font(fyne.TextStyle{Monospace: true}).Name(); got == "BarazaSans-Regular.ttf" {
		t.Error("fixed width is drawn in the merged font")
	}
}

// What is drawn in Fyne's own font has to be in it, in both weights, and stand
// as high as in the merged one.
func TestPlainWordsAreAllInThePlainFont(t *testing.T) {
	l := newLook(workspace.Settings{}, locale.New())
	for _, style := range []fyne.TextStyle{{}, {Bold: true}} {
		small, large := parsed(t, l.FontOf("plain", style)), parsed(t, l.Font(style))
		for _, r := range plain.R16 {
			for c := rune(r.Lo); c <= rune(r.Hi); c++ {
				if _, ok := small.NominalGlyph(c); !ok {
					t.Errorf("%+v: %U is not in the plain font", style, c)
				}
			}
		}
		a, _ := small.FontHExtents()
		b, _ := large.FontHExtents()
		if a.Ascender != b.Ascender || small.Upem() != large.Upem() {
			t.Errorf("%+v: the plain font reaches %v high, the merged one %v", style, a.Ascender, b.Ascender)
		}
	}
}

// Languages are named in a part of the merged font, which has to have all of
// their letters, shape them alike and stand as high.
func TestLanguagesAreNamedInThePartOfTheMergedFont(t *testing.T) {
	l := newLook(workspace.Settings{}, locale.New())
	named := 0
	for _, style := range []fyne.TextStyle{{}, {Bold: true}} {
		for _, language := range locale.Languages() {
			font := l.FontOf(language.Name, style)
			if font == theme.DefaultTextFont() || font == theme.DefaultTextBoldFont() {
				continue
			}
			if font != fyne.Resource(namesRegular) && font != fyne.Resource(namesBold) {
				t.Errorf("%s is drawn in %v", language.English, font)
				continue
			}
			named++
			small, large := parsed(t, font), parsed(t, l.Font(style))
			if language.Script == "Hani" {
				large = parsed(t, han)
			}
			if a, b := shaped(small, language.Name), shaped(large, language.Name); a != b || a == 0 {
				t.Errorf("%s is %v wide in the part and %v in the whole", language.English, a, b)
			}
			a, _ := small.FontHExtents()
			b, _ := large.FontHExtents()
			if a != b || small.Upem() != large.Upem() {
				t.Errorf("%s: the part reaches from %v, the whole from %v", language.English, a, b)
			}
		}
	}
	if named < 5 {
		t.Errorf("%d names were looked at", named)
	}
}

// Fyne cuts off what stands out of a line: in the font of labels in Arabic nothing of
// what the program says does.
func TestNoMarkOfArabicStandsOutOfItsLine(t *testing.T) {
	l := newLook(workspace.Settings{}, locale.New())
	words, err := fs.ReadFile(assets.Locales, "ar.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, style := range []fyne.TextStyle{{}, {Bold: true}} {
		font := l.FontOf("أُرسل", style)
		face, whole := parsed(t, font), parsed(t, l.Font(style))
		line, _ := face.FontHExtents()
		usual, _ := whole.FontHExtents()
		if rise := line.Ascender - usual.Ascender; rise != font.(tall).Rise()*float32(face.Upem()) {
			t.Errorf("%+v: it reaches %v higher than the merged font", style, rise)
		}
		stood := 0
		for word := range bytes.FieldsSeq(words) {
			text := string(word)
			if !strings.ContainsFunc(text, isArabic) {
				continue
			}
			for _, out := range shapes(face, text, int(face.Upem())) {
				for _, g := range out.Glyphs {
					top := float32(g.YBearing+g.YOffset) / 64
					if low := top + float32(g.Height)/64; top > line.Ascender || low < line.Descender {
						t.Errorf("%+v: of %q something reaches from %v to %v", style, text, low, top)
					}
					if top > usual.Ascender {
						stood++
					}
				}
			}
			if a, b := shaped(face, text), shaped(whole, text); a != b {
				t.Errorf("%+v: %q is %v wide in the part and %v in the whole", style, text, a, b)
			}
		}
		if stood < 50 {
			t.Errorf("%+v: %d marks would be cut off in the merged font: is the other needed?", style, stood)
		}
	}
}

// shaped is how wide words are in a font.
func shaped(face *gotext.Face, words string) fixed.Int26_6 {
	var width fixed.Int26_6
	for _, out := range shapes(face, words, 16) {
		width += out.Advance
	}
	return width
}

func shapes(face *gotext.Face, words string, size int) (all []shaping.Output) {
	text := []rune(words)
	var shaper shaping.HarfbuzzShaper
	for _, part := range shaping.SplitByFace(shaping.Input{Text: text, RunEnd: len(text), Face: face, Size: fixed.I(size), Direction: di.DirectionRTL}, alone{face}) {
		all = append(all, shaper.Shape(part))
	}
	return all
}

type alone struct{ *gotext.Face }

func (a alone) ResolveFace(rune) *gotext.Face { return a.Face }

func parsed(t *testing.T, font fyne.Resource) *gotext.Face {
	t.Helper()
	face, err := gotext.ParseTTF(bytes.NewReader(font.Content()))
	if err != nil {
		t.Fatal(err)
	}
	return face
}

func TestWordsAreDrawnInTheSmallestFontThatHasThemAll(t *testing.T) {
	l := newLook(workspace.Settings{}, locale.New())
	own, names, arabic, merged, chinese := theme.DefaultTextFont().Name(), "BarazaNames-Regular.ttf", "BarazaArabic-Regular.ttf", "BarazaSans-Regular.ttf", "BarazaHan-Regular.ttf"
	for words, want := range map[string]string{
		"": own, "Answer the questionnaire · 12:30 — “Ọ̀rọ̀” …": own, "Réponse\nОтвет Απάντηση": own,
		"العربية": names, "አማርኛ": names, "رد": arabic, "Answer رد": arabic, "رد እ": merged, "የ": merged, "✓": merged,
		"\U0001F600": "", "北": chinese, "已收到 · A3B4C": chinese, "北 رد": "",
	} {
		got := ""
		if font := l.FontOf(words, fyne.TextStyle{}); font != nil {
			got = font.Name()
		}
		if got != want {
			t.Errorf("%q is drawn in %q, not %q", words, got, want)
		}
	}
	if l.FontOf("AB-12", fyne.TextStyle{Monospace: true}) != nil {
		t.Error("fixed width is not the theme's")
	}
}
