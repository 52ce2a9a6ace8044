package translate_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"baraza.example/forms"
	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
	"baraza.example/forms/translate"
	"baraza.example/forms/xlsform"
)

const (
	english = "English (en)"
	swahili = "Kiswahili (sw)"
)

const household = `
	| survey   | type              | name   | label::English (en)   | hint::English (en) | label::Kiswahili (sw) | constraint | constraint_message::English (en) |
	|          | text              | name   | Your name             | As on paper        | Jina lako             |            |                                  |
	|          | integer           | age    | How old is ${name}?   |                    |                       | . > 0      | More than 0, please              |
	|          | select_one yes_no | work   | Does ${name} work?    |                    |                       |            |                                  |
	| choices  | list_name         | name   | label::English (en)   |                    |                       |            |                                  |
	|          | yes_no            | yes    | Yes                   |                    |                       |            |                                  |
	|          | yes_no            | no     | No                    |                    |                       |            |                                  |
	| settings | form_id           | version| default_language      |                    |                       |            |                                  |
	|          | household         | 1      | English (en)          |                    |                       |            |                                  |`

func read(t testing.TB, table string) *forms.Definition {
	t.Helper()
	def, found := xlsform.Read(formstest.Table(table))
	if err := forms.Usable(found); err != nil {
		t.Fatal(err)
	}
	return def
}

// unit returns the unit called id, to be changed in place.
func unit(t testing.TB, c *translate.Catalogue, id string) *translate.Unit {
	t.Helper()
	for i := range c.Units {
		if c.Units[i].ID == id {
			return &c.Units[i]
		}
	}
	t.Fatalf("there is no unit %s", id)
	return nil
}

func put(t testing.TB, c *translate.Catalogue, id, target string, state translate.State) {
	u := unit(t, c, id)
	u.Target, u.State = target, state
}

func TestEveryTextOfAFormIsAUnit(t *testing.T) {
	c := translate.Extract(read(t, household), english, swahili)
	var got []string
	for _, u := range c.Units {
		got = append(got, fmt.Sprintf("%s | %s | %s | %s", u.ID, u.Source, u.Target, u.State))
	}
	want := []string{
		"/data/name#label | Your name | Jina lako | in-form",
		"/data/name#hint | As on paper |  | new",
		"/data/age#label | How old is ${name}? |  | new",
		"/data/age#constraint | More than 0, please |  | new",
		"/data/work#label | Does ${name} work? |  | new",
		"yes_no/yes#label | Yes |  | new",
		"yes_no/no#label | No |  | new",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestATranslationIsShownAndMarkedUntilReviewed(t *testing.T) {
	def := read(t, household)
	c := translate.Extract(def, english, swahili)
	put(t, &c, "/data/age#label", "${name} ana umri gani?", translate.NeedsReview)
	put(t, &c, "/data/work#label", "Je, ${name} anafanya kazi?", translate.Reviewed)
	put(t, &c, "yes_no/yes#label", "Ndiyo", translate.NeedsReview)
	put(t, &c, "/data/age#constraint", "Zaidi ya 0, tafadhali", translate.NeedsReview)
	if found := c.Apply(def); len(found) > 0 {
		t.Fatal(found)
	}
	s, err := session.Start(def, session.Options{Languages: []string{"ki", "sw", "en"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Set("/data/name", "Wanjiru"); err != nil {
		t.Fatal(err)
	}
	age, _ := s.Node("/data/age")
	if age.Label != "Wanjiru ana umri gani?" || age.Language != swahili || !age.NeedsReview {
		t.Errorf("age: %q in %s, needs review: %v", age.Label, age.Language, age.NeedsReview)
	}
	work, _ := s.Node("/data/work")
	if work.Label != "Je, Wanjiru anafanya kazi?" || work.NeedsReview {
		t.Errorf("work: %q, needs review: %v", work.Label, work.NeedsReview)
	}
	yes, no := work.Choices[0], work.Choices[1]
	if yes.Label != "Ndiyo" || !yes.NeedsReview || no.Label != "No" || no.Language != english || no.NeedsReview {
		t.Errorf("choices: %+v", work.Choices)
	}
	name, _ := s.Node("/data/name")
	if name.NeedsReview {
		t.Error("what the form's author wrote is marked as a draft")
	}
	s.SetLanguages("en")
	if age, _ := s.Node("/data/age"); age.NeedsReview || age.Label != "How old is Wanjiru?" {
		t.Errorf("in English: %q, needs review: %v", age.Label, age.NeedsReview)
	}
}

func TestATranslationOfOtherWordsIsNotShown(t *testing.T) {
	for name, change := range map[string]func(*translate.Unit){
		"stale":        func(u *translate.Unit) { u.Hash = translate.Hash("How old are you?") },
		"placeholder":  func(u *translate.Unit) { u.Target = "Ana umri gani?" },
		"unknown-unit": func(u *translate.Unit) { u.ID = "/data/years#label" },
	} {
		def := read(t, household)
		c := translate.Extract(def, english, swahili)
		put(t, &c, "/data/age#label", "${name} ana umri gani?", translate.Reviewed)
		change(unit(t, &c, "/data/age#label"))
		found := c.Apply(def)
		if len(found) != 1 || found[0].Code != name || !found[0].Warning {
			t.Errorf("%s: %v", name, found)
		}
		if got := def.Element("/data/age").Base().Label[swahili]; got != "" {
			t.Errorf("%s: it shows %q", name, got)
		}
	}
}

func TestTranslationsOfAnotherFormAreRefused(t *testing.T) {
	c := translate.Extract(read(t, household), english, swahili)
	c.Form = "village"
	if found := c.Apply(read(t, household)); len(found) != 1 || found[0].Code != "other-form" {
		t.Error(found)
	}
}

func TestANewVersionKeepsTheWorkAndNoticesWhatChanged(t *testing.T) {
	old := translate.Extract(read(t, household), english, swahili)
	put(t, &old, "/data/age#label", "${name} ana umri gani?", translate.Reviewed)
	put(t, &old, "/data/name#hint", "Kama kwenye karatasi", translate.Reviewed)
	unit(t, &old, "yes_no/no#label").Comment = "hapana or la?"
	changed := strings.NewReplacer("How old is ${name}?", "How many years is ${name}?", "As on paper       ", "                  ").Replace(household)
	now := old.Merge(translate.Extract(read(t, changed), english, swahili))
	if u := unit(t, &now, "/data/age#label"); !u.Stale() || u.Target == "" {
		t.Errorf("the changed question: %+v", u)
	}
	if u := unit(t, &now, "/data/name#hint"); u.Target != "Kama kwenye karatasi" {
		t.Error("the translation of a text that went away is lost")
	}
	if u := unit(t, &now, "yes_no/no#label"); u.Comment != "hapana or la?" || u.Stale() {
		t.Errorf("a comment is lost: %+v", u)
	}
}

func workbook(t testing.TB, c translate.Catalogue) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := translate.WriteWorkbook(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// edited is a workbook after a translator has typed into its cells.
func edited(t testing.TB, data []byte, cells map[string]string) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for at, words := range cells {
		sheet, cell, _ := strings.Cut(at, "!")
		if err := f.SetCellStr(sheet, cell, words); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAWorkbookComesBackAsItWent(t *testing.T) {
	c := translate.Extract(read(t, household), english, swahili)
	put(t, &c, "/data/age#label", "=${name} ana\numri gani? 007", translate.NeedsReview)
	unit(t, &c, "/data/age#label").Comment = " two lines\n"
	got, found, err := translate.ReadWorkbook(workbook(t, c), c)
	if err != nil || len(found) > 0 {
		t.Fatal(found, err)
	}
	if d := cmp.Diff(c, got); d != "" {
		t.Error(d)
	}
}

func TestATranslatorsWorkIsTakenBack(t *testing.T) {
	fresh := translate.Extract(read(t, household), english, swahili)
	data := edited(t, workbook(t, fresh), map[string]string{
		"texts!D4": "${name} ana umri gani?", "texts!E4": "Reviewed ", "texts!F4": "asked my aunt",
		"texts!D2": "Jina lako kamili", "about!B5": "Amina",
	})
	got, found, err := translate.ReadWorkbook(data, fresh)
	if err != nil || len(found) > 0 {
		t.Fatal(found, err)
	}
	u := unit(t, &got, "/data/age#label")
	if u.Target != "${name} ana umri gani?" || u.State != translate.Reviewed || u.Comment != "asked my aunt" || got.Author != "Amina" {
		t.Errorf("%+v by %s", u, got.Author)
	}
	if u := unit(t, &got, "/data/name#label"); u.State != translate.NeedsReview {
		t.Errorf("what the form's author wrote was changed, and is %s", u.State)
	}
	if fresh.Units[2].Target != "" {
		t.Error("the catalogue given was changed")
	}
}

func TestFaultsOfAWorkbookHaveTheirRowAndLoseNothing(t *testing.T) {
	fresh := translate.Extract(read(t, household), english, swahili)
	put(t, &fresh, "/data/name#hint", "Kama kwenye karatasi", translate.Reviewed)
	data := edited(t, workbook(t, fresh), map[string]string{
		"texts!D3": "", // the hint was emptied
		"texts!D4": "Ana umri gani?",
		"texts!D5": "Zaidi ya 0", "texts!E5": "finished",
		"texts!D6": "Je, ${name} anafanya kazi?", "texts!G6": "0123456789abcdef",
		"texts!A7": "yes_no/maybe#label", "texts!D7": "Labda",
		"texts!A8": "/data/name#label", "texts!D8": "Jina",
		"texts!D9": "mine",
	})
	got, found, err := translate.ReadWorkbook(data, fresh)
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, d := range found {
		places = append(places, fmt.Sprintf("%d %s %v", d.Place.Row, d.Code, d.Warning))
	}
	want := []string{"3 emptied true", "4 placeholder false", "5 unknown-state false", "6 stale true", "7 unknown-unit false", "8 twice false", "9 no-id false"}
	if d := cmp.Diff(want, places); d != "" {
		t.Error(d)
	}
	if u := unit(t, &got, "/data/name#hint"); u.Target != "Kama kwenye karatasi" {
		t.Errorf("an emptied cell took the earlier translation away: %+v", u)
	}
	if u := unit(t, &got, "/data/work#label"); !u.Stale() || u.Target == "" {
		t.Errorf("work on an earlier source is lost: %+v", u)
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	fresh := translate.Extract(read(t, household), english, swahili)
	other, french := fresh, fresh
	other.Form, french.Language = "village", "Français (fr)"
	for name, data := range map[string][]byte{
		"no zip":         []byte("hello"),
		"empty":          nil,
		"another form":   workbook(t, other),
		"another tongue": workbook(t, french),
		"no columns":     edited(t, workbook(t, fresh), map[string]string{"texts!D1": "Übersetzung"}),
		"cut short":      workbook(t, fresh)[:2000],
		"too large":      make([]byte, 17<<20),
	} {
		got, _, err := translate.ReadWorkbook(data, fresh)
		if !errors.Is(err, translate.ErrNotWorkbook) {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(fresh, got); d != "" {
			t.Errorf("%s: something was lost: %s", name, d)
		}
	}
}

func TestHostileCataloguesAreRefused(t *testing.T) {
	unit := `{"id":"a","source":"x","source_sha256":"","state":"new"}`
	for name, data := range map[string]string{
		"no JSON":     "hello",
		"no form":     `{"language":"x","units":[]}`,
		"two alike":   `{"form":"f","language":"x","units":[` + unit + "," + unit + `]}`,
		"no state":    `{"form":"f","language":"x","units":[{"id":"a","state":"perfect"}]}`,
		"long":        `{"form":"f","language":"x","units":[{"id":"a","state":"new","target":"` + strings.Repeat("x", translate.MaxText+1) + `"}]}`,
		"many":        `{"form":"f","language":"x","units":[` + strings.Repeat(unit+",", translate.MaxUnits) + unit + `]}`,
		"deep":        strings.Repeat("[", 100_000),
		"not UTF-8":   "{\"form\":\"\xff\"}",
		"much":        strings.Repeat(" ", translate.MaxBytes+1),
		"no unit id":  `{"form":"f","language":"x","units":[{"state":"new"}]}`,
		"no language": `{"form":"f"}`,
	} {
		if _, err := translate.Decode([]byte(data)); !errors.Is(err, translate.ErrNotCatalogue) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	c := translate.Extract(read(f, household), english, swahili)
	seed, err := c.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(`{"form":"household","source":"English (en)","language":"x","units":[{"id":"/data/age#label","target":"${${","state":"reviewed"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := translate.Decode(data)
		if err != nil {
			return
		}
		first, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := translate.Decode(first)
		if err != nil {
			t.Fatalf("its own file is refused: %v", err)
		}
		if second, err := again.Encode(); err != nil || !bytes.Equal(first, second) {
			t.Errorf("%s\nbecame\n%s (%v)", first, second, err)
		}
		c.Apply(read(t, household))
	})
}

func FuzzReadWorkbook(f *testing.F) {
	fresh := translate.Extract(read(f, household), english, swahili)
	f.Add(workbook(f, fresh))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _, err := translate.ReadWorkbook(data, fresh)
		if err != nil {
			return
		}
		if len(got.Units) != len(fresh.Units) {
			t.Errorf("%d units of %d", len(got.Units), len(fresh.Units))
		}
		if _, err := got.Encode(); err != nil {
			t.Error(err)
		}
	})
}
