package formview

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
)

// countries is a form that asks for one of many: those named, and forty lands.
func countries(t *testing.T, named ...string) (*sheet, *Pick) {
	t.Helper()
	var table strings.Builder
	table.WriteString("| survey | type | name | label |\n| | select_one c | country | Country |\n| choices | list_name | name | label |\n")
	for _, choice := range named {
		fmt.Fprintf(&table, "| | c | %s |\n", choice)
	}
	for i := range 40 {
		fmt.Fprintf(&table, "| | c | c%d | Land %d |\n", i, i)
	}
	sh := fill(t, table.String())
	return sh, sh.field("country").control.(*Pick)
}

func TestALongListIsSearchedAsPeopleWriteTheNames(t *testing.T) {
	_, p := countries(t, "ci | Côte d’Ivoire", "er | إريتريا", "cd | République démocratique du Congo")
	for typed, want := range map[string]string{"COTE D’I": "ci", "اريت": "er", "congo republique": "cd"} {
		p.find.SetText(typed)
		if len(p.rows) != 1 || p.rows[0].Value != want {
			t.Errorf("%q finds %d, not %q", typed, len(p.rows), want)
		}
	}
}

func TestALongListIsSearched(t *testing.T) {
	sh, p := countries(t)
	if len(p.rows) != 0 || !strings.Contains(p.more.Words(), "40 more") {
		t.Errorf("%d rows before anything is typed, and %q", len(p.rows), p.more.Words())
	}
	test.Type(p.find, "land 3")
	if len(p.rows) != shownMatches || p.rows[0].Label() != "Land 3" {
		t.Errorf("%d rows, the first is %q", len(p.rows), p.rows[0].Label())
	}
	sh.picks("country", "Land 31")
	if sh.value("country") != "c31" || p.find.Text != "" || len(p.rows) != 1 {
		t.Errorf("picked is %q, the search says %q, %d rows", sh.value("country"), p.find.Text, len(p.rows))
	}
	test.Type(p.find, "zz")
	if len(p.rows) != 1 || !p.rows[0].Picked() {
		t.Error("what was picked is out of sight")
	}
}
