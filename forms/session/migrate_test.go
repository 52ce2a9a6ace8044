package session_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
)

const firstVersion = `
	| survey   | type              | name  | label |
	|          | text              | name  | Name  |
	|          | text              | phone | Phone |
	|          | text              | fax   | Fax   |
	|          | integer           | boats | Boats |
	|          | text              | size  | Size  |
	|          | select_one colour | hull  | Hull  |
	|          | begin repeat      | crew  | Crew  |
	|          | text              | who   | Who   |
	|          | end repeat        |       |       |
	| choices  | list_name | name | label |
	|          | colour    | red  | Red   |
	|          | colour    | blue | Blue  |
	| settings | form_id | version |
	|          | boats   | 1       |`

func TestADraftMovesToANewerVersionAndSaysWhatChanged(t *testing.T) {
	f := formstest.Fill(t, firstVersion)
	for name, answer := range map[string]string{"name": "Asha", "phone": "123", "fax": "456", "boats": "3", "size": "large", "hull": "red"} {
		f.Answer(name, answer)
	}
	f.Answer("crew[1]/who", "Ben")
	if _, err := f.AddRepeat("/data/crew"); err != nil {
		t.Fatal(err)
	}
	f.Answer("crew[2]/who", "Chi")

	next := formstest.Read(t, `
		| survey   | type              | name  | label |
		|          | text              | name  | Name  |
		|          | begin group       | reach | Reach |
		|          | text              | phone | Phone |
		|          | text              | mail  | Mail  |
		|          | end group         |       |       |
		|          | integer           | boats | Boats |
		|          | integer           | size  | Metres |
		|          | select_one colour | hull  | Hull  |
		|          | begin repeat      | crew  | Crew  |
		|          | begin group       | p     | P     |
		|          | text              | who   | Who   |
		|          | end group         |       |       |
		|          | end repeat        |       |       |
		| choices  | list_name | name | label |
		|          | colour    | blue | Blue  |
		| settings | form_id | version |
		|          | boats   | 2       |`)
	draft := f.Draft()
	var mismatch *session.MismatchError
	if _, err := session.Resume(next, draft, session.Options{}); !errors.As(err, &mismatch) {
		t.Errorf("resumed as it is: %v", err)
	}
	s, changes, err := session.Migrate(next, draft, session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range changes {
		got = append(got, fmt.Sprintf("%s %s → %s %s", c.Kind, c.From, c.To, c.Value))
	}
	want := []string{
		"moved /data/crew[1]/who → /data/crew[1]/p/who Ben",
		"moved /data/crew[2]/who → /data/crew[2]/p/who Chi",
		"lost /data/fax →  456",
		"refused /data/hull → /data/hull red",
		"moved /data/phone → /data/reach/phone 123",
		"refused /data/size → /data/size large",
		"new  → /data/reach/mail ",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	moved := s.Draft()
	if moved.Version != "2" || moved.InstanceID != draft.InstanceID || !strings.Contains(string(moved.XML), "<boats>3</boats>") {
		t.Errorf("the draft is %+v\n%s", moved, moved.XML)
	}
	if _, err := session.Resume(next, moved, session.Options{}); err != nil {
		t.Errorf("the migrated draft can't be resumed: %v", err)
	}

	other := formstest.Read(t, strings.Replace(firstVersion, "|          | boats   | 1 ", "|          | planes  | 1 ", 1))
	if _, _, err := session.Migrate(other, draft, session.Options{}); !errors.As(err, &mismatch) {
		t.Errorf("a draft of another form: %v", err)
	}
}
