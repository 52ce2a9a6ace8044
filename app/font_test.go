package app

import (
	"bytes"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"github.com/go-text/typesetting/di"
	gotext "github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"

	"baraza.example/app/workspace"
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

// shaped is how wide words are in a font.
func shaped(face *gotext.Face, words string) fixed.Int26_6 {
	text := []rune(words)
	var shaper shaping.HarfbuzzShaper
	var width fixed.Int26_6
	for _, part := range shaping.SplitByFace(shaping.Input{Text: text, RunEnd: len(text), Face: face, Size: fixed.I(16), Direction: di.DirectionRTL}, alone{face}) {
		width += shaper.Shape(part).Advance
	}
	return width
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
	own, names, merged, chinese := theme.DefaultTextFont().Name(), "BarazaNames-Regular.ttf", "BarazaSans-Regular.ttf", "BarazaHan-Regular.ttf"
	for words, want := range map[string]string{
		"": own, "Answer the questionnaire · 12:30 — “Ọ̀rọ̀” …": own, "Réponse\nОтвет Απάντηση": own,
		"العربية": names, "አማርኛ": names, "رد": merged, "Answer رد": merged, "የ": merged, "✓": merged,
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
