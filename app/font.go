package app

import (
	"bytes"
	"io/fs"
	"strings"
	"sync"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	gotext "github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"

	"baraza.example/assets"
)

// Fyne draws a text in one font and has no list to fall back on, so the theme's
// font is one merged of many scripts. Fonts of fixed width stay Fyne's own.
const (
	regular merged = "BarazaSans-Regular.ttf"
	bold    merged = "BarazaSans-Bold.ttf"
)

// The font of Chinese, which has Latin as well, is the theme's on screens in that
// language, and that of single texts on others. All would have to read 20,000
// more letters if it were a part of the merged one.
const han oneWeight = "BarazaHan-Regular.ttf"

// The part of the merged font in which languages are called by their own names:
// a list of them, as on the first screens, would else have all of it parsed.
const (
	namesRegular merged = "BarazaNames-Regular.ttf"
	namesBold    merged = "BarazaNames-Bold.ttf"
)

// The part of the merged font for labels in Arabic. Its lines reach higher and deeper,
// so that Fyne, which cuts off what stands out of a line, leaves all marks on letters.
const (
	arabicRegular tall = "BarazaArabic-Regular.ttf"
	arabicBold    tall = "BarazaArabic-Bold.ttf"
)

// A merged font is read whenever it is asked for: Fyne parses it once and keeps
// what it needs, and a copy of the file would stay beside that.
type merged string

// Name implements [fyne.Resource].
func (m merged) Name() string { return string(m) }

// Content implements [fyne.Resource].
func (m merged) Content() []byte {
	content, err := fs.ReadFile(assets.Fonts(), string(m))
	if err != nil {
		panic(err) // it is embedded
	}
	return content
}

// A oneWeight is a font without a bold hand: labels draw it twice.
type oneWeight merged

// Name implements [fyne.Resource].
func (o oneWeight) Name() string { return string(o) }

// Content implements [fyne.Resource].
func (o oneWeight) Content() []byte { return merged(o).Content() }

// OneWeight says that bold words have to be made so; formview asks.
func (o oneWeight) OneWeight() bool { return true }

// A tall font reaches higher above the line than the others.
type tall merged

// Name implements [fyne.Resource].
func (t tall) Name() string { return string(t) }

// Content implements [fyne.Resource].
func (t tall) Content() []byte { return merged(t).Content() }

// Rise is how much higher, in sizes of the text (scripts/fonts.py, ARABIC_ASCENT);
// formview asks.
func (t tall) Rise() float32 { return 0.300 }

// Font is the merged font, or that of Chinese; there is no slanted one, because
// most scripts have none.
func (l look) Font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Monospace, style.Symbol:
		return l.Theme.Font(style)
	case l.chinese:
		return han
	case style.Bold:
		return bold
	}
	return regular
}

// FontOf is the one font in which all of words is drawn, so that no other has to
// be parsed: in the theme's place Fyne parses four more, which a start can do
// without. For letters of Latin, Greek and Cyrillic it is Fyne's own, which takes
// a fifth of what the merged one takes and has given it these letters; for the
// letters in which languages are named, and for Arabic, it is a part of the merged
// one. What is in none of them, as emoji, or Chinese beside Arabic, is the theme's.
func (l look) FontOf(words string, style fyne.TextStyle) fyne.Resource {
	if style.Monospace || style.Symbol {
		return nil
	}
	all := func(has func(r rune) bool) bool {
		return !strings.ContainsFunc(words, func(r rune) bool { return r != '\n' && !has(r) })
	}
	switch {
	case all(func(r rune) bool { return unicode.Is(plain, r) }):
		if style.Bold {
			return theme.DefaultTextBoldFont()
		}
		return theme.DefaultTextFont()
	case all(in(namesCharacters)):
		if style.Bold {
			return namesBold
		}
		return namesRegular
	case strings.ContainsFunc(words, isArabic) && all(in(arabicCharacters)):
		if style.Bold {
			return arabicBold
		}
		return arabicRegular
	case l.chinese && all(in(hanCharacters)):
		return han
	case all(in(mergedCharacters)):
		if style.Bold {
			return bold
		}
		return regular
	case all(in(hanCharacters)):
		return han
	}
	return nil
}

func isArabic(r rune) bool { return unicode.Is(unicode.Arabic, r) }

// in says whether a font has a character; both weights have the same.
func in(characters func() gotext.Cmap) func(r rune) bool {
	return func(r rune) bool {
		_, ok := characters().Lookup(r)
		return ok
	}
}

var (
	mergedCharacters = sync.OnceValue(regular.characters)
	namesCharacters  = sync.OnceValue(namesRegular.characters)
	hanCharacters    = sync.OnceValue(merged(han).characters)
	arabicCharacters = sync.OnceValue(merged(arabicRegular).characters)
)

// characters are those that a font has.
func (m merged) characters() gotext.Cmap {
	loader, err := opentype.NewLoader(bytes.NewReader(m.Content()))
	if err != nil {
		panic(err) // it is embedded
	}
	raw, err := loader.RawTable(opentype.MustNewTag("cmap"))
	if err != nil {
		panic(err)
	}
	table, _, err := tables.ParseCmap(raw)
	if err != nil {
		panic(err)
	}
	characters, _, err := gotext.ProcessCmap(table, tables.FPNone)
	if err != nil {
		panic(err)
	}
	return characters
}

// plain are the characters that Fyne's font has and that are drawn as in the
// merged one: letters of Latin, Greek and Cyrillic, their marks, punctuation and
// signs of currencies.
var plain = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x0020, Hi: 0x007E, Stride: 1},
	{Lo: 0x00A0, Hi: 0x0377, Stride: 1},
	{Lo: 0x0388, Hi: 0x038A, Stride: 1},
	{Lo: 0x038E, Hi: 0x03A1, Stride: 1},
	{Lo: 0x03A3, Hi: 0x03E1, Stride: 1},
	{Lo: 0x0400, Hi: 0x052F, Stride: 1},
	{Lo: 0x1E00, Hi: 0x1EFF, Stride: 1},
	{Lo: 0x2010, Hi: 0x2027, Stride: 1},
	{Lo: 0x202F, Hi: 0x205E, Stride: 1},
	{Lo: 0x20A0, Hi: 0x20BF, Stride: 1},
}, LatinOffset: 1}
