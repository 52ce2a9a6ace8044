// Package consultation is what is being asked: a matter with its rounds, the
// dates of which may still be open, the regions it is for, its timeline, and
// the form that carries the questions.
//
// A consultation is a folder: consultation.toml beside the sheets of its form.
// Dates are calendar days without a time zone; they inform people and lock
// nobody out, for nothing is refused for lateness. Regions are named as in the
// UN standard M49. Start at [Read].
package consultation

// A Consultation is one matter on which opinions are asked.
type Consultation struct {
	ID           string   `toml:"id"` // stable; record headers carry a hash of it
	Title        string   `toml:"title"`
	Introduction string   `toml:"introduction"` // paragraphs, an empty line between them
	Source       string   `toml:"source"`       // what it follows, for the curious
	Regions      []string `toml:"regions"`      // none means all
	Form         Form     `toml:"form"`
	Rounds       []Round  `toml:"round"`
	Events       []Event  `toml:"event"` // the timeline, in the order to show
}

// A Form says which form carries the questions and where it lies.
type Form struct {
	ID     string `toml:"id"`     // form_id in its settings sheet
	Folder string `toml:"folder"` // below the consultation's own
}

// A Round is a stretch of time in which answers or contributions are taken.
type Round struct {
	ID      string   `toml:"id"`
	Title   string   `toml:"title"`
	Regions []string `toml:"regions"` // none means those of the consultation
	Opens   Date     `toml:"opens"`
	Closes  Date     `toml:"closes"`
	Note    string   `toml:"note"`
	Source  string   `toml:"source"`
}

// An Event is an entry of the timeline that isn't a round.
type Event struct {
	Title  string `toml:"title"`
	When   Date   `toml:"when"`
	Note   string `toml:"note"`
	Source string `toml:"source"`
}
