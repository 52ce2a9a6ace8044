package consultation

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"baraza.example/forms"
)

const small = `
id = "water-2027"
title = "Water"
[form]
id = "water"
folder = "questionnaire"
[[round]]
id = "one"
title = "First round"
regions = ["Africa"]
opens = "2027-03"
closes = "to be determined"
[[event]]
title = "Meeting"
when = "2027-09-04/2027-09-14"
`

func folder(description string) fstest.MapFS {
	return fstest.MapFS{
		FileName:                   {Data: []byte(description)},
		"questionnaire/survey.csv": {Data: []byte("type,name\n")},
	}
}

func TestAConsultationIsRead(t *testing.T) {
	c, err := Read(folder(small))
	if err != nil {
		t.Fatal(err)
	}
	if c.ID != "water-2027" || c.Form.Folder != "questionnaire" || len(c.Rounds) != 1 || len(c.Events) != 1 {
		t.Errorf("read %+v", c)
	}
	r := c.Rounds[0]
	if !r.Opens.Determined() || r.Closes.Determined() {
		t.Errorf("opens %s, closes %s", r.Opens, r.Closes)
	}
	if got := r.Opens.Last(); !got.Equal(time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("a round that opens in March opens at the latest on %s", got)
	}
}

func TestDates(t *testing.T) {
	for text, want := range map[string][2]string{
		"2007-06-22":            {"2007-06-22", "2007-06-22"},
		"2008-02":               {"2008-02-01", "2008-02-29"},
		"2009":                  {"2009-01-01", "2009-12-31"},
		"2007-09-04/2007-09-14": {"2007-09-04", "2007-09-14"},
		"2007-12/2008-02":       {"2007-12-01", "2008-02-29"},
	} {
		d, err := ParseDate(text)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := [2]string{d.First().Format(time.DateOnly), d.Last().Format(time.DateOnly)}; got != want {
			t.Errorf("%s lies between %v, want %v", text, got, want)
		}
		if d.String() != text {
			t.Errorf("%s is written %s", text, d)
		}
	}
	for _, text := range []string{"", "soon", "2007-13", "2007-02-30", "22.6.2007", "2007-09-14/2007-09-04", "/", "2007/"} {
		if d, err := ParseDate(text); err == nil {
			t.Errorf("accepted %q as %s", text, d)
		}
	}
}

func TestFaultsAreNamed(t *testing.T) {
	for name, c := range map[string]struct{ old, with, code string }{
		"syntax":                   {`title = "Water"`, `title = Water`, "syntax"},
		"a key nobody knows":       {`title = "Water"`, "title = \"Water\"\ncolour = \"red\"", "unknown-key"},
		"no title":                 {`title = "Water"`, ``, "missing"},
		"an endless title":         {`"Water"`, `"` + strings.Repeat("w", MaxTitle+1) + `"`, "too-long"},
		"an id with a blank":       {`"water-2027"`, `"water 2027"`, "bad-id"},
		"a folder outside":         {`"questionnaire"`, `"../other"`, "bad-folder"},
		"no such folder":           {`"questionnaire"`, `"sheets"`, "no-form"},
		"no such region":           {`"Africa"`, `"Afrika"`, "unknown-region"},
		"a date in words":          {`"2027-03"`, `"in spring"`, "syntax"},
		"closed before it opens":   {`"to be determined"`, `"2026"`, "dates"},
		"two rounds with one name": {`[[event]]`, "[[round]]\nid=\"one\"\ntitle=\"x\"\n[[event]]", "twice"},
		"too many rounds":          {`[[event]]`, strings.Repeat("[[round]]\nid=\"x\"\ntitle=\"x\"\n", MaxRounds) + "[[event]]", "too-many"},
		"too large":                {`title =`, "# " + strings.Repeat("x", MaxBytes) + "\ntitle =", "too-large"},
		"not UTF-8":                {`Water`, "W\xe4sser", "no-utf8"},
	} {
		text := strings.Replace(small, c.old, c.with, 1)
		if text == small {
			t.Fatalf("%s: changes nothing", name)
		}
		_, err := Read(folder(text))
		d, ok := errors.AsType[forms.Diagnostic](err)
		if !ok || d.Code != c.code {
			t.Errorf("%s: %v, want a diagnostic %s", name, err, c.code)
		}
	}
}

func TestAFaultySyntaxNamesItsLine(t *testing.T) {
	_, err := Read(folder("id = \"x\"\n\ntitle = = 3\n"))
	if d, ok := errors.AsType[forms.Diagnostic](err); !ok || d.Place.Row != 3 {
		t.Errorf("got %v, want a fault in row 3", err)
	}
}

func TestAFolderWithoutDescription(t *testing.T) {
	if _, err := Read(fstest.MapFS{}); err == nil {
		t.Error("read a consultation out of nothing")
	}
}

// FuzzRead: what is read keeps the limits, and its dates are written as they
// were read.
func FuzzRead(f *testing.F) {
	f.Add(small)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Read(folder(text))
		if err != nil {
			return
		}
		if len(c.Rounds) > MaxRounds || len(c.Events) > MaxEvents || c.Title == "" {
			t.Errorf("out of bounds: %+v", c)
		}
		for _, r := range c.Rounds {
			again, err := ParseDate(r.Opens.String())
			if err != nil || again != r.Opens {
				t.Errorf("%v written and read is %v, %v", r.Opens, again, err)
			}
		}
	})
}

func TestDeepNestingIsRefusedInNoTime(t *testing.T) {
	if _, err := Read(folder("a = " + strings.Repeat("[", MaxBytes-10))); err == nil {
		t.Error("accepted")
	}
}
