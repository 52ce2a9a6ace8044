package webform_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"baraza.example/forms/webform"
)

const household = `
| survey |              |         |                  |
|        | type         | name    | label            |
|        | begin_group  | home    | The household    |
|        | text         | where   | Where?           |
|        | begin_group  | land    | Its land         |
|        | text         | size    | How large?       |
|        | begin_repeat | field   | Its fields       |
|        | text         | crop    | What grows?      |
|        | begin_group  | water   | Water            |
|        | text         | source  | From where?      |
|        | end_group    |         |                  |
|        | end_repeat   |         |                  |
|        | end_group    |         |                  |
|        | end_group    |         |                  |
|        | begin_repeat | child   | Children         |
|        | text         | first   | First name       |
|        | end_repeat   |         |                  |
`

var heading = regexp.MustCompile(`<h(\d)[^>]*>(.*?)</h`)

// headings are those of a page, a level and the words each.
func (p *phone) headings() (all []string) {
	for _, m := range heading.FindAllStringSubmatch(p.page, -1) {
		all = append(all, m[1]+" "+regexp.MustCompile(`<[^>]*>`).ReplaceAllString(m[2], ""))
	}
	return all
}

// A group that has the page's own name shows none of its own, and what is in it
// then stands a level higher.
func TestHeadingsLeaveNoLevelOut(t *testing.T) {
	p := newSite(t, household, webform.Options{}).phone().get("/").send("/begin")
	if got, want := p.headings(), []string{"1 The household", "2 Its land", "3 Its fields", "4 1 of 1", "4 Water"}; !slices.Equal(got, want) {
		t.Errorf("the headings are %q, want %q", got, want)
	}
	p.get("/page/2")
	if got, want := p.headings(), []string{"1 Children", "2 1 of 1"}; !slices.Equal(got, want) {
		t.Errorf("of a repeat with the page's name they are %q, want %q", got, want)
	}
}

// A group that is too long for a page stands on several, and who looks for one in
// the list of all can tell which is which.
func TestPagesOfOneNameAreTold(t *testing.T) {
	var form strings.Builder
	form.WriteString("| survey | | | | |\n| | type | name | label | hint |\n| | text | first | Who? | |\n| | begin_group | long | About you | |\n")
	for i := range 6 {
		fmt.Fprintf(&form, "| | text | q%d | Question %d | %s |\n", i, i, strings.Repeat("A long hint. ", 400))
	}
	form.WriteString("| | end_group | | | |\n")
	p := newSite(t, form.String(), webform.Options{}).phone().get("/").send("/begin").get("/review")
	p.sees("About you</span> (1 of 3)", "About you</span> (2 of 3)", "About you</span> (3 of 3)")
	p.seesNot("(1 of 1)")
	p.get("/page/3")
	p.sees("About you</span> <small>(2 of 3)", "<title>About you, 2 of 3 – Page 3 of 4")
}
