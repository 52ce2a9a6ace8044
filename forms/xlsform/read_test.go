package xlsform_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"baraza.example/forms"
	"baraza.example/forms/formstest"
	"baraza.example/forms/xlsform"
)

// read reads a table that must be a usable form.
func read(t *testing.T, table string) *forms.Definition {
	t.Helper()
	def, found := xlsform.Read(formstest.Table(table))
	if err := forms.Usable(found); err != nil {
		t.Fatal(err)
	}
	return def
}

func question(t *testing.T, def *forms.Definition, ref forms.Ref) *forms.Question {
	t.Helper()
	q, ok := def.Element(ref).(*forms.Question)
	if !ok {
		t.Fatalf("no question at %s", ref)
	}
	return q
}

func TestNamesInBracesBecomePaths(t *testing.T) {
	def := read(t, `
		| survey | type         | name   | label            | relevant   | calculation          | choice_filter |
		|        | text         | home   | Home?            |            |                      |  |
		|        | begin group  | g      | G                |            |                      |  |
		|        | integer      | age    | Age in ${home}?  | ${home}='y'|                      |  |
		|        | end group    |        |                  |            |                      |  |
		|        | begin repeat | person | Person           |            |                      |  |
		|        | text         | name   | Name             |            |                      |  |
		|        | begin_group  | more   | More             |            |                      |  |
		|        | calculate    | twice  |                  |            | concat(${name}, ${name}, ${home}) | |
		|        | select_one c | pick   | Pick, ${name}    |            |                      | of = ${name} |
		|        | end_group    |        |                  |            |                      |  |
		|        | end repeat   |        |                  |            |                      |  |
		|        | calculate    | many   |                  |            | count(${person})     |  |
		| choices| list_name    | name   | label            | of         |
		|        | c            | a      | A                | x          |`)
	for _, c := range []struct{ what, got, want string }{
		{"outside a repeat: absolute", question(t, def, "/data/g/age").Bind.Relevant, " /data/home ='y'"},
		{"a text", question(t, def, "/data/g/age").Label[""], "Age in ${ /data/home }?"},
		{"within a repeat: relative", question(t, def, "/data/person/more/twice").Bind.Calculate, "concat( ../../name ,  ../../name ,  /data/home )"},
		{"a filter: from current()", question(t, def, "/data/person/more/pick").ChoiceFilter, "of =  current()/../../name "},
		{"the repeat itself", question(t, def, "/data/many").Bind.Calculate, "count( /data/person )"},
		{"a text in a repeat", question(t, def, "/data/person/more/pick").Label[""], "Pick, ${ ../../name }"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, c.got, c.want)
		}
	}
}

func TestInAPredicateNamesAreSoughtFromTheQuestion(t *testing.T) {
	def := read(t, `
		| survey  | type         | name | label::English | label::Kiswahili | calculation |
		|         | begin repeat | r    | R              | R                |             |
		|         | text         | code | Code           | Kodi             |             |
		|         | note         | n    | It is ${code}  | Ni ${code}       |             |
		|         | calculate    | c    |                |                  | instance('l')/root/item[name = ${code}]/label |
		|         | end repeat   |      |                |                  |             |`)
	if got, want := question(t, def, "/data/r/c").Bind.Calculate, "instance('l')/root/item[name =  current()/../code ]/label"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := question(t, def, "/data/r/n"); n.Label["English"] != "It is ${ ../code }" || n.Label["Kiswahili"] != "Ni ${ ../code }" {
		t.Errorf("labels %q", n.Label)
	}
}

func TestArgumentsOfIndexedRepeatStayAbsolute(t *testing.T) {
	def := read(t, `
		| survey | type         | name   | label | calculation |
		|        | begin repeat | person | P     |             |
		|        | integer      | pos    | Pos   |             |
		|        | text         | name   | Name  |             |
		|        | calculate    | prev   |       | concat(${name}, indexed-repeat(${name}, ${person}, ${pos}-1)) |
		|        | end repeat   |        |       |             |`)
	got := question(t, def, "/data/person/prev").Bind.Calculate
	want := "concat( ../name , indexed-repeat( /data/person/name ,  /data/person ,  ../pos -1))"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestColumnsMayBeWrittenInManyWays(t *testing.T) {
	for _, heading := range []string{"relevant", "Relevance", "bind::relevant", "skip logic"} {
		def := read(t, `
			| survey | type | name | label | `+heading+` |
			|        | text | a    | A     |             |
			|        | text | b    | B     | ${a} = '1'  |`)
		if got := question(t, def, "/data/b").Bind.Relevant; got != " /data/a  = '1'" {
			t.Errorf("%s: got %q", heading, got)
		}
	}
	def := read(t, `
		| survey | type | name | label::English (en) | label::Kiswahili (sw) | Constraint Message::English (en) | constraint | media::image::English (en) |
		|        | text | a    | Name                | Jina                  | Too long                         | . != ''    | face.png |`)
	q := question(t, def, "/data/a")
	if q.Label["Kiswahili (sw)"] != "Jina" || q.Bind.ConstraintMessage["English (en)"] != "Too long" || q.Media["image"]["English (en)"] != "face.png" {
		t.Errorf("translations: %+v", q.Common)
	}
	if want := []string{"English (en)", "Kiswahili (sw)"}; !slices.Equal(def.Languages, want) {
		t.Errorf("languages %q, want %q", def.Languages, want)
	}
}

func TestEveryTypeHasItsControlAndDataType(t *testing.T) {
	for _, c := range []struct {
		written string
		control forms.Control
		data    forms.DataType
	}{
		{"text", forms.Input, forms.String}, {"int", forms.Input, forms.Int}, {"Integer", forms.Input, forms.Int},
		{"decimal", forms.Input, forms.Decimal}, {"note", forms.Note, forms.String},
		{"dateTime", forms.Input, forms.DateTime}, {"datetime", forms.Input, forms.DateTime},
		{"photo", forms.Upload, forms.Binary}, {"file", forms.Upload, forms.Binary}, {"background-audio", forms.Hidden, forms.Binary},
		{"select_one c", forms.Select1, forms.String}, {"select one from c", forms.Select1, forms.String},
		{"select all that apply from c", forms.Select, forms.String}, {"rank c", forms.RankList, forms.Rank},
		{"acknowledge", forms.Trigger, forms.String}, {"trigger", forms.Trigger, ""},
		{"start", forms.Hidden, forms.DateTime}, {"today", forms.Hidden, forms.Date}, {"hidden", forms.Hidden, forms.String},
		{"gps", forms.Input, forms.GeoPoint}, {"barcode", forms.Input, forms.Barcode}, {"range", forms.Range, forms.Int},
	} {
		def := read(t, `
			| survey  | type            | name | label |
			|         | `+c.written+` | q    | Q     |
			| choices | list_name       | name | label |
			|         | c               | a    | A     |`)
		q := question(t, def, "/data/q")
		if q.Control != c.control || q.Bind.Type != c.data {
			t.Errorf("%s: control %q, type %q", c.written, q.Control, q.Bind.Type)
		}
	}
}

func TestOrOtherAddsAChoiceAndAQuestion(t *testing.T) {
	def := read(t, `
		| survey  | type                  | name | label |
		|         | select_one c or_other | q    | Q     |
		| choices | list_name             | name | label |
		|         | c                     | a    | A     |`)
	if got := question(t, def, "/data/q_other").Bind.Relevant; got != "selected(../q, 'other')" {
		t.Errorf("relevant is %q", got)
	}
	if list := def.Lists["c"]; len(list.Choices) != 2 || list.Choices[1].Value != "other" {
		t.Errorf("choices: %+v", list.Choices)
	}
}

func TestAllFaultsAreReportedAtOnceWithTheirPlace(t *testing.T) {
	_, found := xlsform.Read(formstest.Table(`
		| survey  | type           | name  | label | relevant          | calculation | relevent |
		|         | text           | home  | Home  |                   |             |  |
		|         | integr         | age   | Age   |                   |             |  |
		|         | select_one yno | ok    | Ok    | ${hme} = 1        |             |  |
		|         |                |       |       |                   |             |  |
		|         | text           | 2nd   | Two   |                   |             |  |
		|         | text           | home  | Again |                   |             |  |
		|         | text           |       | None  |                   |             |  |
		|         | begin group    | open  | Open  |                   |             |  |
		|         | calculate      | c     |       |                   |             |  |
		|         | text           | d     | D     | (1 = 1            |             |  |
		| choices | list_name      | name  | label |
		|         | yn             | yes   | Yes   |
		|         | yn             | yes   | Yes   |`))
	for _, want := range []string{
		`unknown-heading|survey row 1, column relevent: the column "relevent" has no meaning here (did you mean "relevant"?)`,
		`unknown-type|survey row 3, column type: there is no type "integr" (did you mean "integer"?)`,
		`missing-list|survey row 4, column type: the choices sheet has no list "yno" (did you mean "yn"?)`,
		`unknown-name|survey row 4, column relevant: there is no question called "hme" (did you mean "home"?)`,
		`bad-name|survey row 6, column name`,
		`duplicate-name|survey row 7, column name`,
		`no-name|survey row 8, column name`,
		`unmatched-begin|survey row 9`,
		`no-calculation|survey row 10`,
		`bad-expression|survey row 11, column relevant`,
		`duplicate-choice|choices row 3, column name`,
	} {
		code, text, _ := strings.Cut(want, "|")
		if !slices.ContainsFunc(found, func(d forms.Diagnostic) bool { return d.Code == code && strings.HasPrefix(d.Error(), text) }) {
			t.Errorf("no diagnostic %s: %s", code, text)
		}
	}
	if t.Failed() {
		for _, d := range found {
			t.Log(d.Code, d.Error())
		}
	}
}

func TestAWrongTypeHidesNoOtherFaultAndMakesNone(t *testing.T) {
	_, found := xlsform.Read(formstest.Table(`
		| survey | type       | name | label | relevant  |
		|        | integr     | age  | Age   | ${zz} = 1 |
		|        | select_one | sex  | Sex   |           |
		|        | text       | b    | B     | ${age} > 3 and ${sex} = 'f' |
		|        | txt        | b    | B     |           |`))
	var got []string
	for _, d := range found {
		got = append(got, d.Code)
	}
	if want := []string{"unknown-type", "unknown-name", "no-list", "unknown-type", "duplicate-name"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAWrongNameIsReportedWhereTheColumnDoesNothing(t *testing.T) {
	_, found := xlsform.Read(formstest.Table(`
		| survey | type | name | label | choice_filter | repeat_count |
		|        | text | a    | A     | x = ${b}      |              |
		|        | text | c    | C     | x = ${a}      | ${d}         |`))
	var got []string
	for _, d := range found {
		got = append(got, d.Error())
	}
	want := []string{
		`survey row 2, column choice_filter: there is no question called "b"`,
		`survey row 3, column repeat_count: there is no question called "d"`,
	}
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Error(got)
	}
}

func TestAFolderOfCSVFilesIsAForm(t *testing.T) {
	dir := fstest.MapFS{
		"survey.csv": {Data: []byte("\xEF\xBB\xBFtype,name,label\r\ntext,home,\"Home,\nsweet\"\r\n\r\nselect_one_from_file countries.csv,country,Country\r\ntext,home,x\r\n")},
	}
	wb, err := xlsform.OpenCSV(dir)
	if err != nil {
		t.Fatal(err)
	}
	def, found := xlsform.Read(wb)
	if q := question(t, def, "/data/home"); q.Label[""] != "Home,\nsweet" {
		t.Errorf("label %q", q.Label)
	}
	if !slices.Equal(def.Files(), []string{"countries.csv"}) || question(t, def, "/data/country").List != "countries" {
		t.Errorf("files %q", def.Files())
	}
	if len(found) == 0 || found[len(found)-1].Place.Row != 5 {
		t.Errorf("the blank row must count: %v", found)
	}
}

func TestTheQuestionnaireIsRead(t *testing.T) {
	def := questionnaire(t)
	if got := question(t, def, "/wgstudy_questionnaire/questions/q_a/a").Bind.Relevant; got != " /wgstudy_questionnaire/questions/q_a/a_state  = 'answer'" &&
		!strings.Contains(got, "a_state") {
		t.Errorf("relevance of question a: %q", got)
	}
}

// questionnaire reads the Annex 2 questionnaire as its authors handed it over.
func questionnaire(t *testing.T) *forms.Definition {
	t.Helper()
	shared := os.Getenv("BARAZA_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	path := filepath.Join(shared, "questionnaire/questionnaire_xlsform.xlsx")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the questionnaire's workbook is not here: set BARAZA_SHARED to the folder that holds questionnaire/")
	}
	wb, err := xlsform.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	wb.Name = "wgstudy_questionnaire"
	def, found := xlsform.Read(wb)
	for _, d := range found {
		t.Log(d.Error())
	}
	if err := forms.Usable(found); err != nil {
		t.Fatal(err)
	}
	return def
}
