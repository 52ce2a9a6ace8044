package locale

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// A Direction is the base direction of a language's lines.
type Direction string

// The two directions.
const (
	LeftToRight Direction = "ltr"
	RightToLeft Direction = "rtl"
)

// A Language is one that a person may choose.
type Language struct {
	Code      string    `toml:"code"`    // "sw"
	Name      string    `toml:"name"`    // in itself: "Kiswahili"
	English   string    `toml:"english"` // in English: "Swahili"
	Direction Direction `toml:"direction"`
	Fallback  []string  `toml:"chain"`      // codes tried when a text is missing
	Months    []string  `toml:"months"`     // for dates within a text
	Day       string    `toml:"day"`        // pattern of {d}, {m}, {y}
	First     string    `toml:"first"`      // {d} on the first of a month: "1er"
	MonthYear string    `toml:"month_year"` // pattern of {m}, {y}
	Clock     string    `toml:"clock"`      // as in package time
	Numbers   string    `toml:"numbers"`    // tag, where it is not the code
	Plurals   string    `toml:"plurals"`    // tag, where it is not the code
	Script    string    `toml:"script"`     // of ISO 15924, where a screen needs another font for it
	Words     string    `toml:"words"`      // how much of the program's own words is there: "all", "some"
	Draft     bool      `toml:"draft"`      // nobody has reviewed them

	Calendars map[string][]string `toml:"calendars"` // months of calendars beside the Gregorian

	Interface bool `toml:"-"` // the program's own words are there, at least some
	Complete  bool `toml:"-"` // all of them
	numbers   language.Tag
}

// Chain returns the codes of the language itself and of those tried after it,
// as sessions and texts of forms want them.
func (l Language) Chain() []string {
	chain := append([]string{l.Code}, l.Fallback...)
	if !slices.Contains(chain, Source) {
		chain = append(chain, Source)
	}
	return chain
}

// Heading is how forms name the language: "Kiswahili (sw)".
func (l Language) Heading() string { return l.Name + " (" + l.Code + ")" }

// Languages returns all that may be chosen, in the order to show them.
func Languages() []Language { return slices.Clone(catalogues().languages) }

// Named finds a language by its code, by a form's heading ("Kiswahili (sw)")
// or by the tag of a system ("sw_KE.UTF-8").
func Named(code string) (Language, bool) {
	if _, inside, ok := strings.Cut(code, "("); ok {
		code = strings.TrimSuffix(inside, ")")
	}
	if end := strings.IndexAny(code, "-_.@"); end >= 0 {
		code = code[:end]
	}
	for _, l := range catalogues().languages {
		if strings.EqualFold(l.Code, code) {
			return l, true
		}
	}
	return Language{}, false
}

// Accepted lists the codes of an Accept-Language header in their order; the
// weights that nearly everybody sends go down in the same order.
func Accepted(header string) (codes []string) {
	for part := range strings.SplitSeq(header[:min(len(header), 200)], ",") {
		code, _, _ := strings.Cut(part, ";")
		codes = append(codes, strings.TrimSpace(code))
	}
	return codes
}
