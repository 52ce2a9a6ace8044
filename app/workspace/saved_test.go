package workspace

import (
	"errors"
	"testing"

	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
)

const savedForm = `
	| survey   | type | name | label | default             |
	|          | text | town | Town  | ${last-saved#town}  |
	|          | text | note | Note  |                     |
	| settings | form_id | version |
	|          | visits  | 1       |`

func TestTheNextResponseBeginsWithWhatWasSavedLast(t *testing.T) {
	w := device(t, t.TempDir())
	w.forms["visits"] = Form{Definition: formstest.Read(t, savedForm)}
	towns := []string{"", "Mombasa", "Nairobi"}
	for i, before := range towns {
		r, err := w.Start(t.Context(), "visits", "")
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := r.Node("/data/town"); n.Value != before {
			t.Errorf("response %d begins with %q, want %q", i, n.Value, before)
		}
		if i+1 == len(towns) {
			return
		}
		if err := r.Set("/data/town", towns[i+1]); err != nil {
			t.Fatal(err)
		}
		if i == 1 { // a draft counts as well as what was made ready
			if err := r.Save(t.Context()); err != nil {
				t.Fatal(err)
			}
		} else if _, violations, err := r.MakeReady(t.Context(), "en"); err != nil || len(violations) > 0 {
			t.Fatal(violations, err)
		}
	}
}

func TestADraftMovesToTheFormOfToday(t *testing.T) {
	w := device(t, t.TempDir())
	w.forms["visits"] = Form{Definition: formstest.Read(t, savedForm)}
	r, err := w.Start(t.Context(), "visits", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Set("/data/note", "rain"), r.Save(t.Context())); err != nil {
		t.Fatal(err)
	}
	w.forms["visits"] = Form{Definition: formstest.Read(t, `
		| survey   | type | name | label |
		|          | text | town | Town  |
		| settings | form_id | version |
		|          | visits  | 2       |`)}
	if _, err := w.Resume(t.Context(), r.InstanceID()); err == nil {
		t.Error("the draft is resumed as if nothing had been lost")
	}
	again, changes, err := w.Migrate(t.Context(), r.InstanceID())
	if err != nil {
		t.Fatal(err)
	}
	if len(changes) != 1 || changes[0].Kind != session.ChangeLost || changes[0].Value != "rain" {
		t.Errorf("changes %+v", changes)
	}
	if err := again.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r, err = w.Resume(t.Context(), again.InstanceID()); err != nil || r.Draft().Version != "2" {
		t.Errorf("the moved draft is not resumed: %v", err)
	}
}
