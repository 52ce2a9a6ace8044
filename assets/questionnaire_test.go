package assets_test

import (
	"encoding/csv"
	"os"
	"regexp"
	"strings"
	"testing"

	"baraza.example/assets"
	"baraza.example/forms/consultation"
)

const english = "label::English (en)"

func TestTheBuiltInConsultationIsRead(t *testing.T) {
	c, err := consultation.Read(assets.Consultation)
	if err != nil {
		t.Fatal(err)
	}
	settings := sheet(t, "settings")
	if len(settings) != 1 || settings[0]["form_id"] != c.Form.ID || c.Form.ID != "wgstudy_questionnaire" {
		t.Errorf("the consultation asks by form %q, the sheets are %v", c.Form.ID, settings)
	}
	open := 0
	for _, r := range c.Rounds {
		if !r.Closes.Determined() {
			open++
		}
	}
	if open == 0 || len(c.Events) == 0 {
		t.Errorf("%d rounds to be determined, %d events", open, len(c.Events))
	}
}

// TestTheFiveQuestionsAreVerbatim compares with Annex 2 as it was published,
// trailing blanks aside.
func TestTheFiveQuestionsAreVerbatim(t *testing.T) {
	annex, err := os.ReadFile("testdata/annex2.txt")
	if err != nil {
		t.Fatal(err)
	}
	published := regexp.MustCompile(`(?m)^([a-z])\) *\n(.*?) *$`).FindAllStringSubmatch(string(annex), -1)
	letters := ""
	labels := labelsByName(t)
	for _, q := range published {
		letters += q[1]
		if want := q[1] + ") " + q[2]; labels[q[1]] != want {
			t.Errorf("question %s is\n%s, published was\n%s", q[1], labels[q[1]], want)
		}
	}
	if letters != "abcef" {
		t.Errorf("letters %q, want abcef", letters)
	}
	for name := range labels {
		if name == "d" || name == "q_d" || strings.HasPrefix(name, "d_") {
			t.Errorf("%s: there never was a question d", name)
		}
	}
}

// TestTheQuestionsComeFirst: nobody has to pass a profile to reach them, and
// each open text stands before everything else of its question.
func TestTheQuestionsComeFirst(t *testing.T) {
	var group string
	first := map[string]string{} // by group, the first question in it
	for _, row := range sheet(t, "survey") {
		switch kind := row["type"]; {
		case kind == "begin_group" && (row["name"] == "questions" || strings.HasPrefix(row["name"], "q_")):
			group = row["name"]
		case kind == "begin_group" && len(first) == 0:
			t.Fatalf("group %s stands before the questions", row["name"])
		case kind == "start" || kind == "end" || kind == "note" || group == "":
		case first[group] == "":
			first[group] = row["name"]
		}
	}
	for _, letter := range []string{"a", "b", "c", "e", "f"} {
		if first["q_"+letter] != letter {
			t.Errorf("question %s begins with %q", letter, first["q_"+letter])
		}
	}
}

// TestFewAnswersAreRequired: what everybody must say.
func TestFewAnswersAreRequired(t *testing.T) {
	required := 0
	for _, row := range sheet(t, "survey") {
		if row["required"] == "yes" && row["relevant"] == "" && !strings.HasPrefix(row["name"], "behalf_") && row["name"] != "collector_name" {
			required++
		}
	}
	if required > 8 {
		t.Errorf("%d answers are required of everybody", required)
	}
}

// TestChoicesAreLabelledAndUsed: every list is used, every item has a label
// that no other of its list has.
func TestChoicesAreLabelledAndUsed(t *testing.T) {
	used := map[string]bool{}
	for _, row := range sheet(t, "survey") {
		if f := strings.Fields(row["type"]); len(f) == 2 {
			used[f[1]] = true
		}
	}
	seen := map[string]bool{}
	for _, row := range sheet(t, "choices") {
		list, name, label := row["list_name"], row["name"], row[english]
		if label == "" || seen[list+"/"+name] || seen[list+" "+label] {
			t.Errorf("%s %s: label %q missing or twice", list, name, label)
		}
		seen[list+"/"+name], seen[list+" "+label] = true, true
		if !used[list] {
			t.Errorf("list %s is not used", list)
		}
	}
}

func labelsByName(t *testing.T) map[string]string {
	labels := map[string]string{}
	for _, row := range sheet(t, "survey") {
		labels[row["name"]] = row[english]
	}
	return labels
}

// sheet returns the rows of a sheet of the questionnaire by heading.
func sheet(t *testing.T, name string) []map[string]string {
	f, err := assets.Consultation.Open("questionnaire/" + name + ".csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, line := range table[1:] {
		row := map[string]string{}
		for i, h := range table[0] {
			row[h] = line[i]
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		t.Fatalf("%s.csv has no rows", name)
	}
	return rows
}
