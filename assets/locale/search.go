package locale

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// A Folder makes texts alike that people take for the same when they look for
// something: without case, accents, vowel signs of Arabic and Hebrew and other
// marks, and with one shape of each Arabic letter. It is for one goroutine.
type Folder struct {
	marks transform.Transformer
	fold  cases.Caser
}

// NewFolder makes one.
func NewFolder() *Folder {
	return &Folder{marks: transform.Chain(norm.NFKD, runes.Remove(runes.Predicate(dropped)), runes.Map(oneShape), norm.NFKC), fold: cases.Fold()}
}

// dropped are marks that stand on letters of scripts in which people leave them
// out. Those of Indic scripts are vowels, and stay.
func dropped(r rune) bool {
	switch {
	case r == 'ـ': // tatweel, which only stretches
		return true
	case unicode.In(r, unicode.Cf): // joiners and marks of direction
		return true
	case !unicode.Is(unicode.Mn, r):
		return false
	}
	return unicode.In(r, unicode.Inherited, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Latin, unicode.Greek, unicode.Cyrillic)
}

// oneShape joins letters of the Arabic script that are typed for each other.
func oneShape(r rune) rune {
	switch r {
	case 'ٱ': // alef wasla; those with hamza and madda were taken apart before
		return 'ا'
	case 'ى', 'ی', 'ے': // alef maksura, and the yeh of Persian and Urdu
		return 'ي'
	case 'ة', 'ہ', 'ە', 'ھ': // teh marbuta, and other heh
		return 'ه'
	case 'ک': // keheh
		return 'ك'
	}
	return r
}

// Of folds a text. Words are set apart by one space.
func (f *Folder) Of(text string) string {
	plain, _, err := transform.String(f.marks, text)
	if err != nil {
		plain = text
	}
	return strings.Join(strings.Fields(f.fold.String(plain)), " ")
}

// A Search is what somebody looks for: every word has to stand in what is found.
type Search struct {
	folder *Folder
	whole  string
	words  []string
}

// Search is the one for the words of a text.
func (f *Folder) Search(text string) Search {
	whole := f.Of(text)
	return Search{f, whole, strings.Fields(whole)}
}

// Empty reports whether nothing is looked for.
func (s Search) Empty() bool { return len(s.words) == 0 }

// In reports whether every word stands in one of the texts.
func (s Search) In(texts ...string) bool { return s.InFolded(s.folder.Of(strings.Join(texts, "\n"))) }

// InFolded is In for a text that was folded before.
func (s Search) InFolded(folded string) bool {
	for _, w := range s.words {
		if !strings.Contains(folded, w) {
			return false
		}
	}
	return true
}

// BeginsFolded reports whether a text that was folded before begins with what is looked for.
func (s Search) BeginsFolded(folded string) bool { return strings.HasPrefix(folded, s.whole) }
