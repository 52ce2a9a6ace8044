package webform_test

import (
	"strings"
	"testing"

	"baraza.example/forms/webform"
)

// Without a script a ranking is given by places; who gives none has not answered.
func TestARankingIsGivenByPlaces(t *testing.T) {
	s := newSite(t, `
| survey   |           |      |                  |
|          | type      | name | label            |
|          | rank c    | order | What comes first? |
| choices  | list_name | name | label            |
|          | c         | fish | Fish             |
|          | c         | nets | Nets             |
|          | c         | boat | A boat           |
| settings | form_title | form_id |              |
|          | Order     | order |                  |`, webform.Options{})
	p := s.phone().get("/").send("/begin")
	p.sees("What comes first?", "Give each its place", `name="rank:/data/order:fish"`)
	p.send("/page/1", "go", "stay")
	if xml := string(s.draft().XML); !strings.Contains(xml, "<order/>") && !strings.Contains(xml, "<order></order>") {
		t.Errorf("without a place it is answered: %s", xml)
	}
	p.send("/page/1", "rank:/data/order:boat", "1", "rank:/data/order:fish", "2", "rank:/data/order:nets", "7", "go", "stay")
	if xml := string(s.draft().XML); !strings.Contains(xml, "<order>boat fish nets</order>") {
		t.Errorf("kept is %s", xml)
	}
	p.get("/page/1").sees(`<option value="1" selected>1`)
}
