package session_test

import (
	"strings"
	"testing"
	"time"

	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
)

func TestACopyHasTheAnswersAndAnIDAndTimesOfItsOwn(t *testing.T) {
	form := formstest.Read(t, `
		| survey | type  | name  | label |
		|        | start | start |       |
		|        | text  | home  | Home? |`)
	at := time.Date(2007, 6, 1, 8, 0, 0, 0, time.UTC)
	o := session.Options{Now: func() time.Time { at = at.Add(time.Hour); return at }}
	prog, err := session.Compile(form, nil)
	if err != nil {
		t.Fatal(err)
	}
	first, err := prog.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Set("/data/home", "Nansole"); err != nil {
		t.Fatal(err)
	}
	edited, err := prog.Edit(first.Draft().XML, o)
	if err != nil {
		t.Fatal(err)
	}
	for name, xml := range map[string][]byte{"of a response": first.Draft().XML, "of a correction": edited.Draft().XML} {
		copied, err := prog.Copy(xml, o)
		if err != nil {
			t.Fatal(name, err)
		}
		home, _ := copied.Node("/data/home")
		start, _ := copied.Node("/data/start")
		was, _ := first.Node("/data/start")
		if id := copied.InstanceID(); id == first.InstanceID() || id == edited.InstanceID() || copied.Revised() != "" || home.Value != "Nansole" || start.Value == was.Value || start.Value == "" {
			t.Errorf("%s: %s corrects %q, home %q, begun %q as %q", name, id, copied.Revised(), home.Value, start.Value, was.Value)
		}
		if xml := string(copied.Draft().XML); !strings.Contains(xml, copied.InstanceID()) || strings.Contains(xml, "deprecatedID") || strings.Contains(xml, first.InstanceID()) {
			t.Errorf("%s: %s", name, xml)
		}
	}
}
