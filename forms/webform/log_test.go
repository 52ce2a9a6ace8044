package webform_test

import (
	"slices"
	"strings"
	"testing"

	"baraza.example/forms/webform"
)

const logged = `
	| survey   | type  | name | label  | parameters                              |
	|          | text  | name | Name   |                                         |
	|          | text  | view | Views? |                                         |
	|          | audit |      |        | track-changes=true identify-user=true   |
	| settings | form_id | version |
	|          | logged  | 1       |`

func TestTheLogOfAFormSaysWhoWroteOnThePagesAndWhen(t *testing.T) {
	s := newSite(t, logged, webform.Options{})
	p := s.phone().get("/").send("/begin")
	p.sees("Who fills this in?")
	p.seesNot("Views?")
	p.send("/identify", "name", " ")
	p.sees("Who fills this in?")
	p.get("/review")
	p.sees("Who fills this in?")
	p.send("/identify", "name", "Asha")
	p.sees("Views?")
	code := p.code()
	p.send("/page/1", "/data/name", "Asha", "/data/view", "Yes, all of it", "go", "leave")
	p.sees(code)
	s.serve(webform.Options{}) // a restart: whose code it is, is known
	p = s.phone().get("/").send("/continue", "code", code)
	p.sees("Views?")
	p.send("/page/1", "/data/name", "Asha", "/data/view", "No", "go", "review")
	p.send("/finish")
	if len(s.done) != 1 {
		t.Fatal("it was not finished")
	}
	var got []string
	for line := range strings.Lines(string(s.done[0].Audit)) {
		f := strings.SplitN(strings.TrimSpace(line), ",", 5)
		got = append(got, f[0]+"|"+f[1]+"|"+f[4])
	}
	want := []string{
		"event|node|old-value,new-value,user", "form start||,,Asha", "question|/data/name|,Asha,Asha", `question|/data/view|,"Yes, all of it",Asha`,
		"form save||,,Asha", "form exit||,,Asha", "form resume||,,Asha", "question|/data/name|,,Asha", `question|/data/view|"Yes, all of it",No,Asha`,
		"end screen||,,Asha", "form save||,,Asha", "form exit||,,Asha", "form finalize||,,Asha",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
