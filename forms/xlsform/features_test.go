package xlsform_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"baraza.example/forms"
	"baraza.example/forms/formstest"
	"baraza.example/forms/xlsform"
)

// TestALoopAsksTheSameOfEachChoice is filled in as a person would.
func TestALoopAsksTheSameOfEachChoice(t *testing.T) {
	f := formstest.Fill(t, `
		| survey  | type              | name  | label                  | calculation |
		|         | begin loop over c | boats | Boats                  |             |
		|         | integer           | many  | How many of %(label)s? |             |
		|         | end loop          |       |                        |             |
		|         | calculate         | all   |                        | sum(/data/boats/*/many) |
		| choices | list_name         | name  | label                  |
		|         | c                 | dhow  | Dhow                   |
		|         | c                 | none  | None of these          |
		|         | c                 | canoe | Canoe                  |`)
	f.Answer("boats/dhow/many", "2")
	f.Answer("boats/canoe/many", "3")
	f.Value("all", "5")
	if q := question(t, f.Definition(), "/data/boats/canoe/many"); q.Label[""] != "How many of Canoe?" {
		t.Errorf("label %q", q.Label[""])
	}
}

// TestATableListShowsTheChoicesOnce looks at what stands for the appearance.
func TestATableListShowsTheChoicesOnce(t *testing.T) {
	def := read(t, `
		| survey  | type         | name | label  | appearance |
		|         | begin group  | g    | Rate   | table-list minimal |
		|         | select_one c | a    | First  |            |
		|         | select_one c | b    | Second |            |
		|         | end group    |      |        |            |
		| choices | list_name    | name | label  |
		|         | c            | 1    | Bad    |`)
	g := def.Root.Children[0].(*forms.Group)
	var shape []string
	for _, e := range g.Children {
		shape = append(shape, e.Base().Name+" "+e.Base().Appearance)
	}
	want := "generated_table_list_label_2 |reserved_name_for_field_list_labels_3 label|a list-nolabel|b list-nolabel"
	if got := strings.Join(shape, "|"); got != want || g.Appearance != "field-list minimal" {
		t.Errorf("%s in %q", got, g.Appearance)
	}
}

func TestAnEntityStandsBesideWhatItTakesItsValuesFrom(t *testing.T) {
	def := read(t, `
		| survey   | type         | name | label | save_to |
		|          | begin repeat | tree | Tree  |         |
		|          | text         | kind | Kind  | species |
		|          | end repeat   |      |       |         |
		| entities | list_name    | label     |
		|          | trees        | ${kind}   |`)
	e := def.Element("/data/tree/meta/entity")
	if e == nil || len(e.Base().Attributes) != 3 || question(t, def, "/data/tree/meta/entity/label").Bind.Calculate != " ../../../kind " {
		t.Fatalf("%+v", e)
	}
	repeat := def.Element("/data/tree").(*forms.Repeat)
	if len(def.Actions) != 1 || len(repeat.Actions) != 1 || repeat.Actions[0].Target != "/data/tree/meta/entity/@id" {
		t.Errorf("actions %v %v", def.Actions, repeat.Actions)
	}
	if question(t, def, "/data/tree/kind").Bind.SaveTo != "species" {
		t.Error("kind is not saved")
	}
}

func TestOneColumnUnderTwoHeadingsIsRefusedOnEverySheet(t *testing.T) {
	for _, sheet := range []struct{ name, rows string }{
		{"survey", `
		| survey | type | name | value | label |
		|        | text | a    | b     | A     |`},
		{"entities", `
		| survey   | type      | name    | label  |
		|          | text      | a       | A      |
		| entities | list_name | dataset | label  |
		|          | trees     | bushes  | ${a}   |`},
	} {
		_, found := xlsform.Read(formstest.Table(sheet.rows))
		if !slices.ContainsFunc(found, func(d forms.Diagnostic) bool {
			return d.Code == "duplicate-heading" && d.Place.Sheet == sheet.name
		}) {
			t.Errorf("%s: %v", sheet.name, found)
		}
	}
}

func TestFaultsOfParametersNameRowAndRightWord(t *testing.T) {
	_, found := xlsform.Read(formstest.Table(`
		| survey | type  | name | label | parameters            |
		|        | range | a    | A     | start=1 end=1e99999   |
		|        | range | b    | B     | start=0 end=10 step=0 |
		|        | image | c    | C     | max_pixels=3          |
		|        | audio | d    | D     | quality=loud          |
		|        | text  | e    | E     | rows=                 |
		|        | geotrace | f | F     | incremental=no        |
		|        | select_one x | g | G  | randomize=maybe       |
		|        | audit |      |       | location-max-age=3    |`))
	says := map[int]string{
		2: "end of a range must be a number", 3: "step of a range must not be 0", 4: `did you mean "max-pixels"?`, 5: `quality is voice-only, low, normal, external, not "loud"`,
		6: "parameters are written name=value", 7: "incremental is true or left out", 8: "randomize is true or false", 9: "location-min-interval and location-priority is needed as well",
	}
	for row, words := range says {
		ok := false
		for _, d := range found {
			ok = ok || d.Place.Row == row && d.Place.Sheet == "survey" && !d.Warning && strings.Contains(d.Error(), words)
		}
		if !ok {
			t.Errorf("row %d: no %q among %v", row, words, found)
		}
	}
}

func TestFormsThatGrowAreStopped(t *testing.T) {
	var b strings.Builder
	b.WriteString("| survey | type | name | label |\n")
	for range 5 {
		b.WriteString("| | begin loop over c | l | L |\n")
	}
	b.WriteString("| | text | q | Q |\n")
	for range 5 {
		b.WriteString("| | end loop | | |\n")
	}
	b.WriteString("| choices | list_name | name | label |\n")
	for i := range 100 {
		fmt.Fprintf(&b, "| | c | c%d | C |\n", i)
	}
	_, found := xlsform.Read(formstest.Table(b.String()))
	if err := forms.Usable(found); err == nil || !strings.Contains(err.Error(), "loops of the form make more than") {
		t.Errorf("%v", err)
	}
}

// TestAFormWrongThroughoutIsToldInBoundedTime has a fault in each of 20,000 rows.
func TestAFormWrongThroughoutIsToldInBoundedTime(t *testing.T) {
	s := xlsform.Sheet{Name: "survey", Headings: []string{"type", "name", "label", "relevant"}}
	for i := range 20_000 {
		s.Rows = append(s.Rows, xlsform.Row{Number: i + 2, Cells: []string{"text", fmt.Sprintf("q%d", i), "Q", fmt.Sprintf("${nowhere%d}", i)}})
	}
	_, found := xlsform.Read(xlsform.Workbook{Sheets: []xlsform.Sheet{s}})
	if len(found) < 1_000 || len(found) > 5_000 || forms.Usable(found) == nil {
		t.Errorf("%d diagnostics", len(found))
	}
}

func TestWorkbooksAreWrittenAndReadTheSame(t *testing.T) {
	wb := formstest.Table(`
		| survey  | type         | name | label::English (en) | label::Kiswahili (sw) | relevant |
		|         | select_one c | home | Home \| house?      | Nyumbani?             |          |
		|         |              |      |                     |                       |          |
		|         | text         | who  | Who?                | Nani?                 | ${home}='y' |
		| choices | list_name    | name | label::English (en) | label::Kiswahili (sw) |
		|         | c            | y    | Yes                 | Ndiyo                 |`)
	def, _ := xlsform.Read(wb)
	want := xformOf(t, def)
	var md, sheet, again bytes.Buffer
	if err := xlsform.WriteMarkdown(&md, wb); err != nil {
		t.Fatal(err)
	}
	if err := xlsform.WriteXLSX(&sheet, wb); err != nil {
		t.Fatal(err)
	}
	if err := xlsform.WriteXLSX(&again, wb); err != nil || !bytes.Equal(sheet.Bytes(), again.Bytes()) {
		t.Errorf("the workbook differs from one writing to the next (%v)", err)
	}
	dir := t.TempDir()
	if err := xlsform.WriteCSV(dir, wb); err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() (xlsform.Workbook, error){
		"table": func() (xlsform.Workbook, error) { return xlsform.OpenMarkdown(md.String()) },
		"xlsx":  func() (xlsform.Workbook, error) { return xlsform.OpenXLSX(sheet.Bytes()) },
		"csv":   func() (xlsform.Workbook, error) { return xlsform.Open(dir) },
	} {
		back, err := open()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if def, found := xlsform.Read(back); forms.Usable(found) != nil || xformOf(t, def) != want {
			t.Errorf("%s: another form: %v", name, found)
		}
		if s := back.Sheets[0]; s.Rows[len(s.Rows)-1].Number != 4 {
			t.Errorf("%s: the last row is row %d", name, s.Rows[len(s.Rows)-1].Number)
		}
	}
}

func TestNamesComeBackWhereAPathMeansTheSame(t *testing.T) {
	def := read(t, `
		| survey | type         | name   | label           | calculation | relevant |
		|        | integer      | a      | A               |             |          |
		|        | begin repeat | r      | R               |             |          |
		|        | integer      | b      | More than ${a}? |             | ${a} > 1 |
		|        | calculate    | c      |                 | ${b} + ${a} + '/data/a' + ${last-saved#a} + sum(${r}) | |
		|        | end repeat   |        |                 |             |          |`)
	wb, lost := xlsform.FromDefinition(def)
	if len(lost) > 0 {
		t.Error(lost)
	}
	var b bytes.Buffer
	if err := xlsform.WriteMarkdown(&b, wb); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"More than ${a}?", "${a} > 1", "${b} + ${a} + '/data/a' + ${last-saved#a} + sum(${r})"} {
		if !strings.Contains(b.String(), words) {
			t.Errorf("%s is missing in\n%s", words, b.String())
		}
	}
}

func TestAttributesComeBackAsTheParametersThatTheirAuthorWrote(t *testing.T) {
	wb := formstest.Table(`
		| survey | type     | name | label | parameters                                        | bind::odk:note | bind::odk:quality |
		|        | audio    | a    | A     | quality=voice-only                                |                |                   |
		|        | image    | i    | I     | max-pixels=1024                                   | kept           |                   |
		|        | text     | t    | T     | rows=4                                            |                |                   |
		|        | geopoint | p    | P     | capture-accuracy=5 warning-accuracy=50 allow-mock-accuracy=true |  |                   |
		|        | geotrace | g    | G     | incremental=true                                  |                |                   |
		|        | audio    | b    | B     |                                                   |                | loud              |`)
	def, found := xlsform.Read(wb)
	if len(found) > 0 {
		t.Errorf("found %v", found)
	}
	back, lost := xlsform.FromDefinition(def)
	if len(lost) > 0 {
		t.Errorf("lost %v", lost)
	}
	again, found := xlsform.Read(back)
	if len(found) > 0 || xformOf(t, again) != xformOf(t, def) {
		t.Errorf("another form comes back: %v", found)
	}
	var md bytes.Buffer
	if err := xlsform.WriteMarkdown(&md, back); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"quality=voice-only", "max-pixels=1024", "rows=4", "capture-accuracy=5 warning-accuracy=50 allow-mock-accuracy=true", "incremental=true", "kept", "loud"} {
		if !strings.Contains(md.String(), want) {
			t.Errorf("%s is not to be found in\n%s", want, md.String())
		}
	}
}
