package session_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
)

func TestHostileInstancesAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":             "",
		"no XML":              "<html",
		"an entity trick":     `<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><d>&b;</d>`,
		"an unknown entity":   `<d>&nbsp;</d>`,
		"an instruction":      `<?php x ?><d/>`,
		"two roots":           `<d/><e/>`,
		"text outside":        `x<d/>`,
		"too deep":            strings.Repeat("<d>", 300) + strings.Repeat("</d>", 300),
		"unclosed":            `<d><e></d>`,
		"another encoding":    `<?xml version="1.0" encoding="UTF-16"?><d/>`,
		"no UTF-8":            "<d>\xff</d>",
		"too many elements":   "<d>" + strings.Repeat("<e/>", session.MaxNodes) + "</d>",
		"too large":           "<d>" + strings.Repeat(" ", session.MaxXMLBytes) + "</d>",
		"names beyond reason": longNames(),
	} {
		if _, err := session.ReadInstance([]byte(text)); !errors.Is(err, session.ErrInstance) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// longNames is small itself, but the paths in it are not.
func longNames() string {
	name := strings.Repeat("n", 20_000)
	return strings.Repeat("<"+name+">", 200) + strings.Repeat("<e>1</e>", 40_000) + strings.Repeat("</"+name+">", 200)
}

func TestAnInstanceOfAnotherProgramIsRead(t *testing.T) {
	in, err := session.ReadInstance([]byte(`<?xml version='1.0' ?>
		<data id="f" version="2" xmlns="http://opendatakit.org/submissions" xmlns:orx="http://openrosa.org/xforms">
			<a>one &amp; <![CDATA[<two>]]></a><b/>
			<r><c>1</c></r><r><c>2</c><d> </d></r>
			<meta><instanceID>uuid:x</instanceID><orx:instanceName>N</orx:instanceName></meta>
		</data>`))
	if err != nil {
		t.Fatal(err)
	}
	if in.FormID != "f" || in.Version != "2" || in.InstanceID != "uuid:x" || in.InstanceName != "N" {
		t.Errorf("%+v", in)
	}
	want := []session.Answer{{Ref: "/data/a", Value: "one & <two>"}, {Ref: "/data/r[1]/c", Value: "1"}, {Ref: "/data/r[2]/c", Value: "2"}, {Ref: "/data/r[2]/d", Value: " "}}
	if len(in.Answers) != len(want) {
		t.Fatalf("%+v", in.Answers)
	}
	for i := range want {
		if in.Answers[i] != want[i] {
			t.Errorf("%+v, want %+v", in.Answers[i], want[i])
		}
	}
}

func TestTheExampleOfTheInstancePageIsADraft(t *testing.T) {
	page, err := os.ReadFile("../../docs/protocol/instance.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```\n")
	example, _, ok := strings.Cut(rest, "\n```")
	if !ok || !strings.Contains(string(page), fmt.Sprintf("(one line, %d bytes)", len(example))) {
		t.Fatalf("the example has %d bytes", len(example))
	}
	def := formstest.Read(t, `
		| survey   | type         | name   | label |
		|          | text         | home   | Home? |
		|          | begin repeat | member | M     |
		|          | text         | name   | Name  |
		|          | end repeat   |        |       |
		| settings | form_id      | version |
		|          | home         | 3       |`)
	s, err := session.Resume(def, session.Draft{XML: []byte(example)}, session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(s.Draft().XML); got != example {
		t.Errorf("got %s", got)
	}
}

// FuzzResume: a draft that is accepted is written as the same bytes from then
// on, and its submission can be read.
func FuzzResume(f *testing.F) {
	def := formstest.Read(f, draftForm)
	f.Add([]byte(`<data><n>2</n><a>x</a><r><b>1</b></r><s/><s><d>q</d></s><meta><instanceID>uuid:1</instanceID></meta></data>`))
	f.Add([]byte("<data>&#13;<a>&#13;\t<![CDATA[ x ]]></a></data>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = session.ReadInstance(data)
		s, err := session.Resume(def, session.Draft{XML: data, InstanceID: "uuid:2"}, session.Options{})
		if err != nil {
			return
		}
		d := s.Draft()
		again, err := session.Resume(def, d, session.Options{})
		if err != nil {
			t.Fatalf("%v\n%s", err, d.XML)
		}
		if got := again.Draft(); !bytes.Equal(got.XML, d.XML) {
			t.Errorf("\n%s\n%s", d.XML, got.XML)
		}
		if sub, found := s.Finalize(); len(found) == 0 {
			if _, err := session.ReadInstance(sub.XML); err != nil {
				t.Errorf("%v\n%s", err, sub.XML)
			}
		}
	})
}

const draftForm = `
	| survey | type         | name | label | relevant   | repeat_count | constraint | calculation |
	|        | integer      | n    | N     |            |              | . < 9      |             |
	|        | text         | a    | A     | ${n} > 1   |              |            |             |
	|        | begin repeat | r    | R     |            | ${n}         |            |             |
	|        | text         | b    | B     |            |              |            |             |
	|        | end repeat   |      |       |            |              |            |             |
	|        | begin repeat | s    | S     |            |              |            |             |
	|        | text         | d    | D     |            |              |            |             |
	|        | calculate    | c    |       |            |              |            | concat(${d}, ${n}) |
	|        | end repeat   |      |       |            |              |            |             |`
