package session_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"baraza.example/forms"
	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
	"baraza.example/forms/xlsform"
)

const household = `
	| survey  | type               | name     | label    | relevant         | constraint | required |
	|         | integer            | many     | Many?    |                  | . < 20     | yes      |
	|         | select_one yn      | home     | Home?    |                  |            |          |
	|         | select_multiple c  | colours  | Colours  |                  |            |          |
	|         | begin group        | more     | More     | ${home} = 'yes'  |            |          |
	|         | text               | name     | Name     |                  |            |          |
	|         | end group          |          |          |                  |            |          |
	|         | begin group        | owner    | Owner    |                  |            |          |
	|         | text               | name     | Name     | ${late} = 'x'    |            |          |
	|         | text               | late     | Late     |                  |            |          |
	|         | end group          |          |          |                  |            |          |
	|         | begin repeat       | member   | Member   |                  |            |          |
	|         | text               | name     | Name     |                  |            | yes      |
	|         | integer            | age      | Age      |                  |            |          |
	|         | end repeat         |          |          |                  |            |          |
	| choices | list_name          | name     | label    |
	|         | yn                 | yes      | Yes      |
	|         | yn                 | no       | No       |
	|         | c                  | red      | Red      |
	|         | c                  | blue     | Blue     |`

func answers(t *testing.T, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAnswersAreFilledInByName(t *testing.T) {
	f := formstest.Fill(t, household)
	err := session.Fill(f.Session, answers(t, `{
		"many": 12, "home": true, "colours": ["red", "blue"], "more/name": "Asha",
		"owner": {"name": "Ben", "late": "x"},
		"member": [{"name": "Cyd", "age": 7}, {"name": "Dan"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := `<many>12</many><home>yes</home><colours>red blue</colours><more><name>Asha</name></more>` +
		`<owner><name>Ben</name><late>x</late></owner><member><name>Cyd</name><age>7</age></member><member><name>Dan</name><age/></member>`
	if got := string(f.Submission().XML); !strings.Contains(got, want) {
		t.Errorf("got %s", got)
	}
}

func TestARepeatThatAnswersDontMentionIsLeftOut(t *testing.T) {
	f := formstest.Fill(t, household)
	if err := session.Fill(f.Session, answers(t, `{"many": 1}`)); err != nil {
		t.Fatal(err)
	}
	if sub := f.Submission(); strings.Contains(string(sub.XML), "member") {
		t.Errorf("%s", sub.XML)
	}
}

func TestRefusedAnswersNameTheQuestionAndTheReason(t *testing.T) {
	for _, c := range []struct {
		answers, key, reason string
		kind                 session.ViolationKind
	}{
		{`{"nobody": 1}`, "nobody", "no question of this name", ""},
		{`{"name": "x"}`, "name", "more/name or owner/name", ""},
		{`{"age": 3}`, "age", "repeat member", ""},
		{`{"many": 25}`, "many", "not allowed", session.ViolatesConstraint},
		{`{"many": 1.5}`, "many", "whole number", session.ViolatesType},
		{`{"home": "maybe"}`, "home", `"maybe" is not among the choices`, session.ViolatesChoice},
		{`{"colours": ["red", "green"]}`, "colours", `"green" is not among the choices`, session.ViolatesChoice},
		{`{"colours": true}`, "colours", "not among the choices", ""},
		{`{"home": ["yes"]}`, "home", "not a list", ""},
		{`{"home": "no", "more/name": "x"}`, "more/name", "the group more is asked only when ${home} = 'yes'", session.ViolatesRelevant},
		{`{"member": {"name": "x"}}`, "member", "list of objects", ""},
		{`{"member": [{"name": "x"}, {"age": "y"}]}`, "member[2]/age", "whole number", session.ViolatesType},
		{`{"more": "x"}`, "more", "object", ""},
	} {
		f := formstest.Fill(t, household)
		err := session.Fill(f.Session, answers(t, c.answers))
		var v *session.Violation
		switch {
		case err == nil:
			t.Errorf("%s: was taken", c.answers)
		case !strings.HasPrefix(err.Error(), c.key+": ") || !strings.Contains(err.Error(), c.reason):
			t.Errorf("%s: got %v", c.answers, err)
		case errors.As(err, &v) != (c.kind != "") || v != nil && v.Kind != c.kind:
			t.Errorf("%s: got the violation %+v", c.answers, v)
		}
	}
}

func TestTheQuestionnaireIsFilledFromAnswers(t *testing.T) {
	shared := os.Getenv("BARAZA_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	wb, err := xlsform.Open(filepath.Join(shared, "questionnaire/questionnaire_xlsform.xlsx"))
	if err != nil {
		t.Skip("the questionnaire's workbook is not here: set BARAZA_SHARED to the folder that holds questionnaire/")
	}
	def, found := xlsform.Read(wb)
	if err := forms.Usable(found); err != nil {
		t.Fatal(err)
	}
	f := formstest.Start(t, def, func(o *session.Options) {
		o.File = func(name string) ([]byte, error) { return []byte("name,label\nKE,Kenya\nTN,Tunisia\n"), nil }
	})
	if err := session.Fill(f.Session, answers(t, `{
		"org_name": "Radio Ain Zaghouan", "org_category": "community_radio", "nonprofit": true, "country": "TN",
		"scope": "local", "answer_language": "fr", "receipt_channel": "none", "collection_mode": "relay",
		"behalf_group": "Listeners", "behalf_how": ["radio", "phone"], "collector_name": "Leila", "behalf_consent": "oral",
		"behalf_people": 40, "behalf_date": "2026-03-01",
		"publication": "full", "consent_processing": true, "consent_translation": false,
		"a": "Quels critères ?\n\nCeux-ci.", "a_criteria": ["field", "context"], "b_state": "no_opinion", "f_any": "some", "f_areas": ["council"],
		"attachments": [{"att_title": "Notes", "att_kind": "contribution", "att_file": "notes.pdf"}]}`)); err != nil {
		t.Fatal(err)
	}
	sub := f.Submission()
	if sub.InstanceName != "Radio Ain Zaghouan — TN" || fmt.Sprint(sub.Attachments) != "[notes.pdf]" {
		t.Errorf("%q %q", sub.InstanceName, sub.Attachments)
	}
	in, err := session.ReadInstance(sub.XML)
	if err != nil || in.FormID != "wgstudy_questionnaire" || in.InstanceID != sub.InstanceID {
		t.Fatalf("%+v %v", in, err)
	}
	for _, a := range in.Answers {
		if a.Ref == "/data/questions/q_a/a" && a.Value == "Quels critères ?\n\nCeux-ci." {
			return
		}
	}
	t.Errorf("the answer to a is not in %+v", in.Answers)
}
