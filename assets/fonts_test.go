package assets_test

import (
	"bytes"
	"io/fs"
	"testing"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"

	"baraza.example/assets"
)

// scripts are a few words of each script, with what the script is hard at.
var scripts = []struct {
	name   string
	script language.Script
	words  string
}{
	{"Latin", language.Latin, "Gĩkũyũ Ẹ̀kọ́ ŋ ɓ ƙ Français “à déterminer” …"},
	{"Greek", language.Greek, "Ελληνικά ᾤ"},
	{"Cyrillic", language.Cyrillic, "Русский Ѣ ҡ Қазақша"},
	{"Armenian", language.Armenian, "Հայերեն"},
	{"Hebrew", language.Hebrew, "עִבְרִית"},
	{"Arabic", language.Arabic, "القرار 141 (أنطاليا، 2006) نصٌّ مُشكَّلٌ پاکستان ڤ"},
	{"Thaana", language.Thaana, "ދިވެހި"},
	{"N’Ko", language.Nko, "ߒߞߏ"},
	{"Devanagari", language.Devanagari, "हिन्दी क्षत्रिय र्क"},
	{"Bengali", language.Bengali, "বাংলা ক্ষ"},
	{"Gurmukhi", language.Gurmukhi, "ਪੰਜਾਬੀ"},
	{"Gujarati", language.Gujarati, "ગુજરાતી ક્ષ"},
	{"Odia", language.Oriya, "ଓଡ଼ିଆ"},
	{"Tamil", language.Tamil, "தமிழ் கொ"},
	{"Telugu", language.Telugu, "తెలుగు స్త్రీ"},
	{"Kannada", language.Kannada, "ಕನ್ನಡ"},
	{"Malayalam", language.Malayalam, "മലയാളം ക്ഷ"},
	{"Sinhala", language.Sinhala, "සිංහල ශ්\u200dරී"},
	{"Thai", language.Thai, "ภาษาไทย น้ำ"},
	{"Lao", language.Lao, "ພາສາລາວ"},
	{"Burmese", language.Myanmar, "မြန်မာ က္က"},
	{"Georgian", language.Georgian, "ქართული Ა"},
	{"Ethiopic", language.Ethiopic, "አማርኛ ትግርኛ"},
	{"Khmer", language.Khmer, "ភាសាខ្មែរ"},
	{"Tifinagh", language.Tifinagh, "ⵜⴰⵎⴰⵣⵉⵖⵜ"},
	{"Vai", language.Vai, "ꕙꔤ"},
	{"signs", language.Common, "← → ↑ ↓ ✓ ✗ ● ○ ■ □ – — · • € ₦"},
}

func face(t *testing.T, name string) *font.Face {
	data, err := fs.ReadFile(assets.Fonts(), name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := font.ParseTTF(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func shaped(f *font.Face, script language.Script, words string) shaping.Output {
	direction := di.DirectionLTR
	switch script {
	case language.Arabic, language.Hebrew, language.Thaana, language.Nko:
		direction = di.DirectionRTL
	}
	text := []rune(words)
	return (&shaping.HarfbuzzShaper{}).Shape(shaping.Input{
		Text: text, RunEnd: len(text), Direction: direction, Face: f, Size: fixed.I(16), Script: script,
	})
}

func TestTheFontsDrawEveryScript(t *testing.T) {
	for _, name := range []string{"BarazaSans-Regular.ttf", "BarazaSans-Bold.ttf"} {
		f := face(t, name)
		for _, s := range scripts {
			for _, g := range shaped(f, s.script, s.words).Glyphs {
				if g.GlyphID == 0 {
					t.Errorf("%s draws an empty box in %s, at character %d of %q", name, s.name, g.TextIndex(), s.words)
				}
			}
		}
	}
}

// TestLettersJoinAndStack asks that what makes a script more than its letters
// came through the merging: joined forms, conjuncts, marks in their places.
func TestLettersJoinAndStack(t *testing.T) {
	f := face(t, "BarazaSans-Regular.ttf")
	for _, c := range []struct {
		script language.Script
		words  string
		most   int // glyphs, fewer than the characters
	}{
		{language.Devanagari, "क्ष", 1},
		{language.Bengali, "ক্ষ", 1},
		{language.Arabic, "لا", 1},
		{language.Myanmar, "က္က", 2},
		{language.Sinhala, "ශ්\u200dරී", 4},
	} {
		if n := len(shaped(f, c.script, c.words).Glyphs); n > c.most {
			t.Errorf("%q is drawn with %d glyphs, at most %d are right", c.words, n, c.most)
		}
	}
	alone, _ := f.NominalGlyph('ه')
	for _, g := range shaped(f, language.Arabic, "ههه").Glyphs {
		if g.GlyphID == alone {
			t.Error("Arabic letters stand alone within a word")
		}
	}
	mark := shaped(f, language.Thai, "ป้").Glyphs
	if len(mark) != 2 || mark[1].Advance != 0 && mark[0].Advance != 0 {
		t.Errorf("a Thai tone mark takes room of its own: %+v", mark)
	}
}

func TestLinesAreAsTallAsTheirLettersAndNoTaller(t *testing.T) {
	for _, name := range []string{"BarazaSans-Regular.ttf", "BarazaSans-Bold.ttf"} {
		f := face(t, name)
		e, ok := f.FontHExtents()
		if !ok || e.Ascender-e.Descender+e.LineGap > 1550 {
			t.Errorf("%s: lines are %v of 1000 units high", name, e)
		}
		for _, c := range []struct {
			script language.Script
			text   string
		}{{language.Latin, "gjy"}, {language.Arabic, "في"}, {language.Arabic, "مجتمع"}, {language.Myanmar, "မြန်မာ"}, {language.Devanagari, "क्षि"}, {language.Khmer, "ខ្មែរ"}} {
			low := float32(0) // in thousandths of the size
			for _, g := range shaped(f, c.script, c.text).Glyphs {
				low = min(low, 1000/16*float32(g.YBearing+g.YOffset+g.Height)/64)
			}
			if low < e.Descender-20 {
				t.Errorf("%s: %s reaches down to %v, the line to %v", name, c.text, low, e.Descender)
			}
		}
	}
}

func TestTheFontOfChineseHasWhatIsWrittenEveryDay(t *testing.T) {
	f := face(t, "BarazaHan-Regular.ttf")
	for _, r := range "可以使用哪些标准来界定与国际电联信息社会世界峰会活动相关的利益攸关方臺灣電腦網際網路，。「」、？！（）：；％ひらがなカタカナ" {
		if _, ok := f.NominalGlyph(r); !ok {
			t.Errorf("no letter for %c", r)
		}
	}
	n := 0
	for r := rune(0x4E00); r <= 0x9FA5; r++ {
		if _, ok := f.NominalGlyph(r); ok {
			n++
		}
	}
	if n != 0x9FA5-0x4E00+1 {
		t.Errorf("%d of the 20,902 ideographs of Unicode 1.1", n)
	}
}

func TestTheFontsCarryTheirLicence(t *testing.T) {
	text, err := fs.ReadFile(assets.Fonts(), "OFL.txt")
	if err != nil || !bytes.Contains(text, []byte("SIL OPEN FONT LICENSE Version 1.1")) || len(text) < 4000 {
		t.Errorf("%d bytes: %v", len(text), err)
	}
	text, err = fs.ReadFile(assets.Fonts(), "Apache-2.0.txt")
	if err != nil || !bytes.Contains(text, []byte("Apache License")) || len(text) < 10000 {
		t.Errorf("%d bytes: %v", len(text), err)
	}
}
