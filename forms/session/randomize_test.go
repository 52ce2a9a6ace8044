package session_test

import (
	"slices"
	"testing"

	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
)

const fruits = `
	| survey  | type         | name  | label | parameters               |
	|         | select_one f | one   | One   | randomize=true, seed=42  |
	|         | integer      | s     | S     |                          |
	|         | select_one f | other | Other | randomize=true, seed=${s} |
	| choices | list_name | name | label |
	|         | f         | a    | A     |
	|         | f         | b    | B     |
	|         | f         | c    | C     |
	|         | f         | d    | D     |
	|         | f         | e    | E     |
	|         | f         | f    | F     |`

func order(f *formstest.Scenario, name string) []string {
	var values []string
	for _, c := range f.Of(name).Choices {
		values = append(values, c.Value)
	}
	return values
}

// The order that the seed 42 gives six choices is that of other ODK programs.
func TestShuffledChoicesFollowTheirSeed(t *testing.T) {
	f := formstest.Fill(t, fruits)
	want := []string{"a", "f", "c", "b", "d", "e"}
	if got := order(f, "one"); !slices.Equal(got, want) {
		t.Errorf("order %q, want %q", got, want)
	}
	f.Answer("s", "42")
	if got := order(f, "other"); !slices.Equal(got, want) {
		t.Errorf("with the seed answered: %q, want %q", got, want)
	}
	f.Answer("s", "1")
	if got, want := order(f, "other"), []string{"b", "f", "e", "a", "c", "d"}; !slices.Equal(got, want) {
		t.Errorf("with another seed: %q, want %q", got, want)
	}
}

func TestALastSavedAnswerIsTheDefaultOfTheNext(t *testing.T) {
	const table = `
		| survey | type | name  | label  | default              |
		|        | text | place | Where? | ${last-saved#place}  |`
	first := formstest.Fill(t, table)
	first.Value("place", "")
	first.Answer("place", "Kisumu")
	saved := first.Submission().XML
	next := formstest.Fill(t, table, func(o *session.Options) { o.LastSaved = saved })
	next.Value("place", "Kisumu")
}
