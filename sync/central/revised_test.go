package central_test

import (
	"strings"
	"testing"

	"baraza.example/sync/central"
)

// The newest revision counts, and who reads an older one is told: of one's own organisation alone.
func TestAnOlderRevisionNamesTheNewest(t *testing.T) {
	s := newSite(t, true)
	d, other := s.device(t, "Radio Maisha"), s.device(t, "Another")
	first := d.respond("uuid:1", 1, "<a>x</a>")
	d.respond("uuid:1", 2, "<a>y</a>")
	last := d.respond("uuid:1", 3, "<a>z</a>")
	others := other.respond("uuid:1", 4, "<a>mine</a>")
	alone := d.respond("uuid:2", 1, "<a>x</a>")

	all := list(t, s.desk)
	central.MarkRevised(all)
	counted := 0
	for _, i := range all {
		older := i.InstanceID == "uuid:1" && i.Revision < 3
		if older != (i.RevisedBy != nil) || older && i.RevisedBy.Record != last.ID {
			t.Errorf("revision %d of %s by %s is revised by %v", i.Revision, i.InstanceID, i.Organisation, i.RevisedBy)
		}
		if i.Counted() {
			counted++
		}
	}
	if len(all) != 5 || counted != 3 {
		t.Errorf("%d of %d counted", counted, len(all))
	}
	s.login()
	for path, want := range map[string]string{
		"/": "Counted once each: 3.", "/item/" + first.ID.Code(): `<a href="/item/` + last.ID.String(),
		"/item/" + last.ID.Code(): "", "/item/" + others.ID.Code(): "", "/item/" + alone.ID.Code(): "",
	} {
		_, body := s.ask("GET", path, nil)
		if !strings.Contains(body, want) || strings.Contains(body, "Replaced by a newer revision") != (want != "") {
			t.Errorf("%s doesn't say %q: %s", path, want, body)
		}
	}
}
