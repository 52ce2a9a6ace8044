// Package session fills a form: it keeps the primary instance, recomputes what
// depends on a changed answer, and says what is relevant, required and valid.
// Every screen, page and script is a client of this package.
//
// The rules are those of the ODK XForms specification. Start at [Start].
package session

import (
	"math/rand/v2"
	"time"

	"baraza.example/forms"
)

// Options are what a session takes from its surroundings. The zero value works.
type Options struct {
	Languages []string          // fallback chain, e.g. "Kiswahili (sw)", "English (en)"
	Now       func() time.Time  // nil means time.Now
	Rand      *rand.Rand        // nil means a random source
	Property  map[string]string // deviceid, username …
	// File opens a file the form names (countries.csv).
	File func(name string) ([]byte, error)
}

// A Draft is a response that is still being written: enough to go on with it
// after a restart, on the same or another version of the form.
type Draft struct {
	FormID     string
	Version    string
	InstanceID string // "uuid:…", drawn at the start and kept
	XML        []byte // the primary instance, parts that are not relevant included
	Started    time.Time
	Changed    time.Time
}

// A Submission is a finished response: what is made ready and signed.
type Submission struct {
	FormID       string
	Version      string
	InstanceID   string
	InstanceName string
	XML          []byte   // the primary instance without what is not relevant
	Attachments  []string // file names that XML refers to
	Finished     time.Time
}

// A Violation says why an answer or a form can't be taken.
type Violation struct {
	Ref     forms.Ref
	Kind    ViolationKind
	Message string // in the session's language
}

func (v *Violation) Error() string { return string(v.Ref) + ": " + v.Message }

// ViolationKind is the rule that an answer breaks.
type ViolationKind string

// The rules. Type means that the value is not of the question's data type.
const (
	ViolatesType       ViolationKind = "type"
	ViolatesConstraint ViolationKind = "constraint"
	ViolatesRequired   ViolationKind = "required"
)
