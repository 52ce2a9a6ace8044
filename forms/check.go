package forms

import (
	"errors"
	"fmt"
	"strings"
)

// A Diagnostic is something wrong or doubtful in a form, for the person who
// wrote it: where it stands, what is wrong and, where there is one, the
// nearest right word.
type Diagnostic struct {
	Code    string `json:"code"` // stable, e.g. "unknown-type"; tests and translations go by it
	Place   Place  `json:"place"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Warning bool   `json:"warning,omitempty"` // the form is usable all the same
}

func (d Diagnostic) Error() string {
	where := d.Place.Sheet
	if d.Place.Row > 0 {
		unit := "row"
		if where == XML {
			unit = "line"
		}
		where = fmt.Sprintf("%s %s %d", where, unit, d.Place.Row)
	}
	if d.Place.Column != "" {
		where += ", column " + d.Place.Column
	}
	if where != "" {
		where += ": "
	}
	if d.Hint != "" {
		return where + d.Message + " (" + d.Hint + ")"
	}
	return where + d.Message
}

// Usable joins the diagnostics that keep a form from being filled into one
// error, a line each; nil means that there is none and the form may be used.
func Usable(all []Diagnostic) error {
	var errs []error
	for _, d := range all {
		if !d.Warning {
			errs = append(errs, d)
		}
	}
	return errors.Join(errs...)
}

// Convertible joins the diagnostics that keep a form from being written in
// another shape: all errors but those of expressions, which are carried over as
// they are, to be mended there as well as here.
func Convertible(all []Diagnostic) error {
	var errs []error
	for _, d := range all {
		if !d.Warning && d.Code != "bad-expression" {
			errs = append(errs, d)
		}
	}
	return errors.Join(errs...)
}

// MaxElements bounds the questions, groups and repeats of a form, and the nodes
// of a response to it. A workbook of a hundred thousand rows stays below it,
// with what its rows bring along (counts of repeats, answers to "other").
const MaxElements = 200_000

// Check says what is structurally wrong with d, whatever it was read from:
// names that are no XML names or stand twice side by side, selects whose list
// is missing, more than [MaxElements].
func Check(d *Definition) []Diagnostic {
	var found []Diagnostic
	report := func(c *Common, code, column, format string, args ...any) {
		place := c.Place
		place.Column = column
		found = append(found, Diagnostic{Code: code, Place: place, Message: fmt.Sprintf(format, args...)})
	}
	elements := 0
	for e := range d.All() {
		c := e.Base()
		if elements++; elements > MaxElements {
			report(c, "too-many", "", "the form has more than %d questions, groups and repeats", MaxElements)
			break
		}
		if !ValidName(c.Name) {
			report(c, "bad-name", "name", "%q can't be a name: it must begin with a letter or _ and hold only letters, digits, - _ .", c.Name)
		}
		seen := map[string]*Common{}
		for _, child := range ChildrenOf(e) {
			cc := child.Base()
			full := strings.ToLower(cc.Prefix + ":" + cc.Name)
			first, twice := seen[full]
			if twice {
				report(cc, "duplicate-name", "name", "the name %q is taken by row %d of the same group", cc.Name, first.Place.Row)
				found[len(found)-1].Warning = first.Name != cc.Name // they differ in case: XML tells them apart
				continue
			}
			seen[full] = cc
		}
		if q, ok := e.(*Question); ok && q.List != "" {
			if _, ok := d.Lists[q.List]; !ok {
				report(c, "missing-list", "type", "there is no list %q of choices", q.List)
			}
		}
	}
	return found
}

// ValidName reports whether s may name an element: an XML name without a
// colon, of at most 256 bytes.
func ValidName(s string) bool {
	if s == "" || len(s) > 256 {
		return false
	}
	for i, r := range s {
		switch {
		case r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0xC0 && r != 0xD7 && r != 0xF7 && r < 0xFFFE:
		case i > 0 && (r == '-' || r == '.' || r >= '0' && r <= '9'):
		default:
			return false
		}
	}
	return true
}
