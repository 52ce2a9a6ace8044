package forms

import "fmt"

// A Diagnostic is something wrong or doubtful in a form, for the person who
// wrote it: where it stands, what is wrong and, where there is one, the
// nearest right word.
type Diagnostic struct {
	Code    string // stable, e.g. "unknown-type"; tests and translations go by it
	Place   Place
	Message string
	Hint    string
	Warning bool // the form is usable all the same
}

func (d Diagnostic) Error() string {
	where := d.Place.Sheet
	if d.Place.Row > 0 {
		where = fmt.Sprintf("%s row %d", where, d.Place.Row)
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
