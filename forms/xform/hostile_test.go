package xform

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"baraza.example/forms"
)

// formOf is a form with the given model and body.
func formOf(model, body string) string {
	return `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>T</h:title><model>` +
		model + `</model></h:head><h:body>` + body + `</h:body></h:html>`
}

func TestHostileXMLIsRefusedWithAReasonInBoundedTime(t *testing.T) {
	data := `<instance><data id="f"><a/></data></instance>`
	long := strings.Repeat("n", 4000)
	deepNames := func(n int) string {
		return strings.Repeat("<"+long+">", n) + strings.Repeat("</"+long+">", n)
	}
	var wide strings.Builder
	for i := range forms.MaxElements + 10 {
		fmt.Fprintf(&wide, "<q%d/>", i)
	}
	some := wide.String()[:strings.Index(wide.String(), "<q2000/>")]
	cases := []struct{ name, xml, code string }{
		{"nothing", "", "bad-xml"},
		{"no XML", "survey,type\n", "bad-xml"},
		{"not closed", "<h:html><h:head>", "bad-xml"},
		{"entities", `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + formOf(data, ""), "bad-xml"},
		{"undefined entity", formOf(data, "<input ref='/data/a'><label>&b;</label></input>"), "bad-xml"},
		{"external entity", `<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>`, "bad-xml"},
		{"deep", strings.Repeat("<a>", 100_000), "bad-xml"},
		{"deep groups", formOf(data, strings.Repeat("<group>", 200)+strings.Repeat("</group>", 200)), "bad-xml"},
		{"two roots", formOf(data, "") + formOf(data, ""), "bad-xml"},
		{"not UTF-8", "<?xml version='1.0'?><x>\xff</x>", "bad-xml"},
		{"another encoding", "<?xml version='1.0' encoding='UTF-16'?><x/>", "bad-xml"},
		{"another root", "<html><body/></html>", "no-model"},
		{"no form", "<rss/>", "no-form"},
		{"no instance", formOf("", ""), "no-instance"},
		{"long paths", formOf("<instance><data id='f'>"+strings.Repeat("<"+long[:250]+">", 100)+some+strings.Repeat("</"+long[:250]+">", 100)+"</data></instance>", ""), "bad-name"},
		{"long names", formOf("<instance><data id='f'>"+deepNames(90)+"</data></instance>", ""), "bad-name"},
		{"too many nodes", formOf("<instance><data id='f'>"+wide.String()+"</data></instance>", ""), "too-many"},
		{"two of a name", formOf("<instance><data id='f'><a/><a/></data></instance>", ""), "duplicate-name"},
		{"a group asked as a question", formOf("<instance><data id='f'><a><b/></a></data></instance>", "<input ref='/data/a'/>"), "not-a-leaf"},
		{"a repeat of nothing", formOf(data, "<repeat nodeset='/data/x'/>"), "no-node"},
		{"a repeat twice", formOf("<instance><data id='f'><r><b/></r></data></instance>", "<repeat nodeset='/data/r'/><repeat nodeset='/data/r'/>"), "repeat-twice"},
		{"no such list", formOf(data, "<select1 ref='/data/a'><itemset nodeset=\"instance('x')/root/item\"><value ref='name'/><label ref='label'/></itemset></select1>"), "missing-list"},
		{"no such event", formOf(data+"<setvalue event='never' ref='/data/a'/>", ""), "unknown-event"},
		{"no such target", formOf(data+"<setvalue event='odk-instance-load' ref='/data/x'/>", ""), "no-target"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			begin := time.Now()
			_, found := Read([]byte(c.xml))
			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
			err := forms.Usable(found)
			if err == nil {
				t.Fatalf("it is taken: %v", found)
			}
			for _, d := range found {
				if d.Code == c.code {
					return
				}
			}
			t.Errorf("want %s, got %.300s", c.code, err)
		})
	}
}

func TestLargeFormsAreReadInTimeThatGrowsWithTheirSize(t *testing.T) {
	var nodes, lists, binds, body, wide strings.Builder
	const n = 20_000
	for i := range n {
		fmt.Fprintf(&nodes, "<q%d/>", i)
		fmt.Fprintf(&lists, "<instance id='l%d'><root><item><code>x</code></item></root></instance>", i)
		fmt.Fprintf(&binds, "<bind id='b%d' nodeset='/data/q%d' relevant='/data/q%d = 1'/>", i, i, max(0, i-1))
		fmt.Fprintf(&body, "<select1 bind='b%d'><itemset nodeset=\"instance('l%d')/root/item\"><value ref='code'/></itemset></select1>", i, i)
		fmt.Fprintf(&wide, "<c%d/>", i)
	}
	form := formOf("<instance><data id='f'>"+nodes.String()+"</data></instance>"+lists.String()+
		"<instance id='wide'><root><item><name>x</name>"+wide.String()+"</item></root></instance>"+binds.String(), body.String())
	begin := time.Now()
	d, found := Read([]byte(form))
	if err := forms.Usable(found); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 20*time.Second { // a tenth of it is usual, the square would take minutes
		t.Errorf("it took %v", took)
	}
	if len(d.Root.Children) != n+1 || len(d.Instances) != n+1 {
		t.Errorf("%d nodes and %d instances were read", len(d.Root.Children), len(d.Instances))
	}
}

func TestDiagnosticsNameTheLine(t *testing.T) {
	_, found := Read([]byte(formOf("\n<instance><data id='f'><a/></data></instance>\n", "\n\n<input ref='/data/nowhere'/>")))
	if len(found) != 1 || found[0].Place.Row != 5 || !found[0].Warning {
		t.Errorf("got %+v", found)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(formOf(`<itext><translation lang="en"><text id="a"><value>A <output value="/d/a"/></value><value form="image">jr://images/a.png</value></text></translation></itext>
<instance><d id="f" version="1"><a x="1">5</a><r jr:template=""><b/></r><g><c/></g></d></instance>
<instance id="l"><root><item><name>x</name><label>X</label></item></root></instance><instance id="e" src="jr://file-csv/e.csv"/>
<bind nodeset="/d/a" type="int" constraint=". &gt; 1" jr:constraintMsg="no"/><bind nodeset="/d/a/@x" calculate="1"/>
<setvalue event="odk-instance-first-load" ref="/d/a" value="2"/><submission action="https://example.org" method="post"/>`,
		`<input ref="/d/a"><label ref="jr:itext('a')"/><hint>H</hint></input><group ref="/d/r"><label>R</label><repeat nodeset="/d/r" jr:count="/d/a"><select1 ref="/d/r/b"><itemset nodeset="instance('l')/root/item[name != '']"><value ref="name"/><label ref="label"/></itemset></select1></repeat></group><group><range ref="/d/g/c" start="1" end="5" step="1"/></group>`)))
	f.Add([]byte(formOf("<instance><data id='f'><a/></data></instance>", "<select ref='/data/a'><item><label>x</label><value>y</value></item></select>")))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, found := Read(data)
		if d == nil || forms.Usable(found) != nil {
			return
		}
		var out bytes.Buffer
		if err := Write(&out, d); err != nil {
			return
		}
		again, found := Read(out.Bytes())
		if again == nil {
			t.Fatalf("what was written is no XML: %v\n%s", found, out.Bytes())
		}
		if forms.Usable(found) != nil {
			return // names that only a prefix tells apart
		}
		var twice bytes.Buffer
		if err := Write(&twice, again); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out.Bytes(), twice.Bytes()) {
			third, _ := Read(twice.Bytes())
			var last bytes.Buffer
			if third == nil || Write(&last, third) != nil || !bytes.Equal(last.Bytes(), twice.Bytes()) {
				t.Errorf("it never comes to rest:\n%s\n%s", out.Bytes(), twice.Bytes())
			}
		}
	})
}
