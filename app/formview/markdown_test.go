package formview

import (
	"strings"
	"testing"
	"time"

	"baraza.example/forms/formstest"
)

func TestANoteIsStyledByItsMarkdown(t *testing.T) {
	def := formstest.Read(t, `
		| survey | type | name | label |
		|        | note | n    | N     |
		|        | note | p    | 3 * 4 is 12, a_b_c stays, and so does <5 |`)
	def.Root.Children[0].Base().Label[""] = "# Read this\n- **First** of all\n- Then _that_\n**Take care**\n[The rules](https://www.itu.int/rules) say so"
	sh := fillDefinition(t, def)
	shown := sh.shown()
	for _, gone := range []string{"#", "**", "_that_", "](", "https://"} {
		if strings.Contains(shown, gone) {
			t.Errorf("%q is to be seen in %q", gone, shown)
		}
	}
	sh.sees("Read this", "• First of all", "Then that", "Take care", "The rules say so", "Open in the browser", "3 * 4 is 12, a_b_c stays, and so does <5")
	if sh.field("p").styled.Visible() || !sh.field("p").label.Visible() {
		t.Error("a plain note is styled")
	}
}

func TestMarksAreReadAsODKReadsThem(t *testing.T) {
	for _, c := range []struct {
		text string
		want []styled
	}{
		{"## Two", []styled{{words: "Two", level: 2}}},
		{"__all__", []styled{{words: "all", bold: true}}},
		{`<span style="color:#f58a1f">Orange</span>`, []styled{{words: "Orange"}}},
		{"a<br>b", []styled{{words: "a"}, {words: "b"}}},
		{`\*not\* this`, []styled{{words: "*not* this"}}},
		{"*a* *b*", []styled{{words: "a b", bold: true}}},
		{"the _second_ of **two things**.", []styled{{words: "the second of two things.", marked: "the ‹second› of ‹two things›."}}},
		{"<b>one <i>and</i></b> more</b>", []styled{{words: "one and more", marked: "‹one and› more"}}},
		{"a <em>never ended", []styled{{words: "a never ended", marked: "a ‹never ended›"}}},
		{"a \uE0F1 of its own", []styled{{words: "a  of its own"}}},
		{"[x](javascript:alert(1))", nil},
		{"#no heading", nil}, {"2*3*4", nil}, {"snake_case_name", nil}, {"plain\nlines", nil},
	} {
		got, ok := markdown(c.text)
		if ok != (c.want != nil) || ok && len(got) != len(c.want) {
			t.Errorf("%q is %+v, %v", c.text, got, ok)
			continue
		}
		for i := range c.want {
			got[i].marked = strings.NewReplacer(string(emphasisOn), "‹", string(emphasisOff), "›").Replace(got[i].marked)
			if got[i] != c.want[i] {
				t.Errorf("%q: line %d is %+v, want %+v", c.text, i, got[i], c.want[i])
			}
		}
	}
}

func TestHostileMarkdownTakesLittleTime(t *testing.T) {
	start := time.Now()
	for _, text := range []string{strings.Repeat("*", longestStyled), strings.Repeat("**a ", 4000), strings.Repeat("[", 15_000), strings.Repeat("_a ", 5000), strings.Repeat("<span ", 3000), strings.Repeat("x", 5_000_000), "\x00\\*\x00"} {
		markdown(text)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}

func FuzzMarkdown(f *testing.F) {
	f.Add("# a\n- **b** [c](https://d)\n\\*e")
	f.Fuzz(func(t *testing.T, text string) {
		lines, ok := markdown(text)
		if ok && strings.Count(text, "\n") >= len(lines) {
			t.Errorf("%q lost lines", text)
		}
	})
}
