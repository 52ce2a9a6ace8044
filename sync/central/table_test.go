package central_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
)

// table exports and reads back: rows by receipt code, each by column.
func table(t testing.TB, d *central.Desk, o central.ExportOptions) (columns []string, rows map[string]map[string]string) {
	t.Helper()
	var b bytes.Buffer
	if err := d.ExportCSV(t.Context(), &b, o); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(b.String(), "\ufeff")
	if !ok {
		t.Error("no byte order mark")
	}
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows = map[string]map[string]string{}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, cell := range line {
			row[lines[0][i]] = cell
		}
		if rows[row["code"]] != nil {
			t.Errorf("two rows for %s", row["code"])
		}
		rows[row["code"]] = row
	}
	return lines[0], rows
}

func TestTheTableHasTheQuestionnairesOrderAndNoContacts(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	def := questionnaire(t)
	var codes []string
	for _, sample := range []string{"ngo-english.json", "university-french.json", "union-espanol.json", "network-arabic.json", "radio-kiswahili.json"} {
		d := c.device(t, sample)
		sub := fill(t, def, sample)
		r := d.submit(batch.KindResponse, batch.Content{InstanceID: sub.InstanceID, Revision: 1, Language: "xx", FormID: sub.FormID, Version: sub.Version, Body: sub.XML})
		codes = append(codes, r.ID.Code())
	}
	columns, rows := table(t, c.desk(t, def), central.ExportOptions{})
	var asked []string
	for _, col := range columns {
		if strings.HasPrefix(col, "questions/q_") && strings.Count(col, "/") == 2 && len(col) == len("questions/q_a/a") {
			asked = append(asked, col[len(col)-1:])
		}
		if strings.Contains(col, "contact") || strings.HasSuffix(col, "receipt_address") || strings.HasSuffix(col, "collector_name") {
			t.Errorf("column %s", col)
		}
	}
	if got := strings.Join(asked, ""); got != "abcef" {
		t.Errorf("questions in the order %s", got)
	}
	for _, code := range codes {
		if rows[code]["publication"] == "" || rows[code]["questions/q_a/a"] == "" || rows[code]["state"] != "ok" {
			t.Errorf("%s: %v", code, rows[code])
		}
	}
	with, _ := table(t, c.desk(t, def), central.ExportOptions{WithContacts: true})
	if !slices.ContainsFunc(with, func(c string) bool { return strings.HasSuffix(c, "contact/contact_email") }) ||
		!slices.ContainsFunc(with, func(c string) bool { return strings.HasSuffix(c, "receipt_address") }) {
		t.Errorf("contacts were asked for: %v", with)
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	d := c.device(t, `=HYPERLINK("http://evil.example")`)
	cells := map[string]string{
		"f1": "=1+1", "f2": "+1", "f3": "-1", "f4": "@SUM(A1)", "f5": "\t=1", "f6": " =1", "f7": "＝1", "f8": "\n=1",
		"t1": "a = b", "t2": "", "t3": "1-2", "t4": "'quoted", "t5": "line\r\nline", "t6": "عربي",
	}
	var xml strings.Builder
	for name, v := range cells {
		xml.WriteString("<" + name + ">" + strings.NewReplacer("\r", "&#13;", "\t", "&#9;", "\n", "&#10;").Replace(v) + "</" + name + ">")
	}
	r := d.respond("uuid:1", 1, xml.String())
	var raw bytes.Buffer
	if err := c.desk(t).ExportCSV(t.Context(), &raw, central.ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	_, rows := table(t, c.desk(t), central.ExportOptions{})
	row := rows[r.ID.Code()]
	for name, v := range cells {
		want := v
		if name[0] == 'f' {
			want = "'" + v
		}
		if row[name] != strings.ReplaceAll(want, "\r\n", "\n") { // as csv.Reader reads a quoted line end
			t.Errorf("%s: %q, want %q", name, row[name], want)
		}
	}
	if !strings.HasPrefix(row["organisation"], "'=") || !strings.Contains(raw.String(), "line\r\nline") {
		t.Errorf("organisation %q", row["organisation"])
	}
}

func TestRepeatsHaveTheSameColumnsInEveryRow(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	d := c.device(t, "d")
	one := d.respond("uuid:1", 1, "<before>x</before><m><n>only</n></m><after>y</after>")
	two := d.respond("uuid:2", 1, "<before>x</before><m><n>first</n></m><m><n>second</n></m><after>y</after>")
	columns, rows := table(t, c.desk(t), central.ExportOptions{})
	at := slices.Index(columns, "before")
	if at < 0 || !slices.Equal(columns[at:], []string{"before", "m[1]/n", "m[2]/n", "after"}) {
		t.Errorf("columns %v", columns)
	}
	if rows[one.ID.Code()]["m[1]/n"] != "only" || rows[two.ID.Code()]["m[2]/n"] != "second" {
		t.Errorf("%v", rows)
	}
}

// Somebody who makes up names can't make a table that no program opens, and
// what they wrote is still in it.
func TestATableHasBounds(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	d := c.device(t, "d")
	var xml strings.Builder
	for i := range 5000 {
		name := strings.Repeat("n", 1+i%7) + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676))
		xml.WriteString("<" + name + ">v" + name + "</" + name + ">")
	}
	r := d.respond("uuid:1", 1, xml.String()+"<contact><last>secret</last></contact><last>not lost</last>")
	columns, rows := table(t, c.desk(t), central.ExportOptions{})
	rest := rows[r.ID.Code()]["other_answers"]
	if len(columns) > 4100 || !strings.Contains(rest, "last: not lost") || strings.Contains(rest, "secret") {
		t.Errorf("%d columns, %d bytes in the rest", len(columns), len(rest))
	}
}
