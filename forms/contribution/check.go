package contribution

import (
	"fmt"
	"regexp"
	"unicode/utf8"
)

// Limits of a contribution.
const (
	MaxParagraph  = 10_000 // characters; longer ones are split, or typing gets slow
	MaxParagraphs = 2_000
	MaxTitle      = 300     // characters of the title, and of the name
	MaxBytes      = 1 << 20 // of the encoding
)

// A Violation says why a contribution can't be made ready.
type Violation struct {
	Field     string // "title", "onBehalf", "language", "publication", "paragraphs"
	Paragraph int    // its number, or 0
	Kind      ViolationKind
}

// ViolationKind is the rule that a text breaks.
type ViolationKind string

// The rules.
const (
	Missing   ViolationKind = "missing"
	TooLong   ViolationKind = "too long"
	Unknown   ViolationKind = "unknown"      // a language or level that isn't one
	Unordered ViolationKind = "not in order" // paragraphs are not numbered 1, 2, 3 …
)

func (v Violation) Error() string {
	if v.Paragraph > 0 {
		return fmt.Sprintf("%s %d: %s", v.Field, v.Paragraph, v.Kind)
	}
	return fmt.Sprintf("%s: %s", v.Field, v.Kind)
}

// languageTag is the shape of BCP 47; which tags exist is decided elsewhere.
var languageTag = regexp.MustCompile(`^[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8}){0,4}$`)

// Check says what is missing or too much before the contribution can be made
// ready. An unfinished one may be kept all the same.
func (c *Contribution) Check() []Violation {
	var found []Violation
	report := func(field string, paragraph int, kind ViolationKind) {
		found = append(found, Violation{field, paragraph, kind})
	}
	length := func(field string, paragraph int, text string, most int) {
		switch n := utf8.RuneCountInString(text); {
		case n == 0:
			report(field, paragraph, Missing)
		case n > most:
			report(field, paragraph, TooLong)
		}
	}
	length("title", 0, c.Title, MaxTitle)
	length("onBehalf", 0, c.OnBehalf, MaxTitle)
	switch {
	case c.Language == "":
		report("language", 0, Missing)
	case !languageTag.MatchString(c.Language):
		report("language", 0, Unknown)
	}
	switch c.Publication {
	case Full, Anonymous, Summary, Closed:
	case "":
		report("publication", 0, Missing)
	default:
		report("publication", 0, Unknown)
	}
	switch n := len(c.Paragraphs); {
	case n == 0:
		report("paragraphs", 0, Missing)
	case n > MaxParagraphs:
		report("paragraphs", 0, TooLong)
		return found
	}
	for i, p := range c.Paragraphs {
		if p.Number != i+1 {
			report("paragraphs", i+1, Unordered)
		}
		length("paragraphs", i+1, p.Text, MaxParagraph)
	}
	return found
}
