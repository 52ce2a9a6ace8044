package session_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"baraza.example/forms"
	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
	"baraza.example/forms/xform"
)

// xformed begins a response to a form given by its model and body.
func xformed(t *testing.T, model, body string, change ...func(*session.Options)) *formstest.Scenario {
	t.Helper()
	return formstest.Start(t, readXForm(t, model, body), change...)
}

func readXForm(t *testing.T, model, body string) *forms.Definition {
	t.Helper()
	def, found := xform.Read([]byte(`<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:odk="http://www.opendatakit.org/xforms"><h:head><h:title>T</h:title><model>` +
		model + `</model></h:head><h:body>` + body + `</h:body></h:html>`))
	if err := forms.Usable(found); err != nil {
		t.Fatal(err)
	}
	return def
}

func TestActionsHappenOnTheirEvents(t *testing.T) {
	f := xformed(t, `
		<instance><data id="f"><a/><b/><c/><d/><r jr:template=""><n/><m/></r><place/></data></instance>
		<bind nodeset="/data/d" type="int"/>
		<setvalue event="odk-instance-first-load" ref="/data/a" value="1 + 1"/>
		<odk:setgeopoint event="odk-instance-first-load" ref="/data/place"/>
		<setvalue event="xforms-revalidate" ref="/data/c">done</setvalue>`, `
		<input ref="/data/a"><setvalue event="xforms-value-changed" ref="/data/b" value="/data/a * 10"/></input>
		<input ref="/data/b"><setvalue event="xforms-value-changed" ref="/data/d" value="/data/b div 4"/></input>
		<repeat nodeset="/data/r"><setvalue event="odk-new-repeat" ref="/data/r/n" value="position(..)"/>
			<input ref="/data/r/n"/><input ref="/data/r/m"/></repeat>`,
		func(o *session.Options) { o.Locate = func() string { return "1.5 36.8" } })
	f.Value("a", "2")
	f.Value("b", "") // nothing was changed yet
	f.Value("place", "1.5 36.8 0.0 0.0")
	f.Answer("a", "3")
	f.Value("b", "30")
	f.Value("d", "7") // and so on, cast to its type
	for range 2 {
		if _, err := f.AddRepeat("/data/r"); err != nil {
			t.Fatal(err)
		}
	}
	f.Value("r[2]/n", "2")
	if sub := string(f.Submission().XML); !strings.Contains(sub, "<c>done</c>") {
		t.Errorf("what happens at the end did not: %s", sub)
	}
}

func TestActionsThatFollowFromEachOtherWithoutEndAreStoppedAndReported(t *testing.T) {
	f := xformed(t, `<instance><data id="f"><a>0</a><b/></data></instance>`, `
		<input ref="/data/a"><setvalue event="xforms-value-changed" ref="/data/b" value="/data/a + 1"/></input>
		<input ref="/data/b"><setvalue event="xforms-value-changed" ref="/data/a" value="/data/b + 1"/></input>`)
	f.Answer("a", "1")
	if faults := f.Faults(); len(faults) != 1 || !errors.Is(faults[0], session.ErrEndless) {
		t.Errorf("faults: %v", faults)
	}
}

func TestConditionsThatNeverComeToRestAreStoppedAndReported(t *testing.T) {
	f := xformed(t, `<instance><data id="f"><a>x</a><b>y</b></data></instance>
		<bind nodeset="/data/a" relevant="not(/data/b = 'y')"/><bind nodeset="/data/b" relevant="/data/a = 'x'"/>`,
		`<input ref="/data/a"/><input ref="/data/b"/>`)
	if faults := f.Faults(); len(faults) != 1 || !errors.Is(faults[0], session.ErrEndless) {
		t.Errorf("faults: %v", faults)
	}
}

func TestAttributesOfNodesAreComputedAndRestored(t *testing.T) {
	model := `<instance><data id="f" kind="k"><a/><e x="1" y=""/></data></instance>
		<bind nodeset="/data/e/@y" calculate="concat(/data/a, '-', ../@x)"/><bind nodeset="/data/a" relevant="/data/e/@x = 1"/>`
	f := xformed(t, model, `<input ref="/data/a"/>`)
	f.Answer("a", "7")
	draft := f.Draft()
	if want := `<data id="f" kind="k"><a>7</a><e x="1" y="7-1"/>`; !strings.HasPrefix(string(draft.XML), want) {
		t.Errorf("got %s", draft.XML)
	}
	s, err := session.Resume(readXForm(t, model, `<input ref="/data/a"/>`), draft, session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if again := s.Draft().XML; string(again) != string(draft.XML) {
		t.Errorf("%s became %s", draft.XML, again)
	}
}

func TestChoicesComeFromAnswersGivenInARepeat(t *testing.T) {
	f := xformed(t, `<instance><data id="f"><who><name/><age/></who><head/></data></instance>`, `
		<repeat nodeset="/data/who"><input ref="/data/who/name"/><input ref="/data/who/age"/></repeat>
		<select1 ref="/data/head"><itemset nodeset="../who[age &gt;= 18]"><value ref="name"/><label ref="concat(name, ', ', age)"/></itemset></select1>`)
	f.Answer("who[1]/name", "Asha")
	f.Answer("who[1]/age", "17")
	if _, err := f.AddRepeat("/data/who"); err != nil {
		t.Fatal(err)
	}
	f.Answer("who[2]/name", "Ben")
	f.Answer("who[2]/age", "40")
	if got := f.Of("head").Choices; len(got) != 1 || got[0].Value != "Ben" || got[0].Label != "Ben, 40" {
		t.Errorf("choices %+v", got)
	}
	f.Answer("head", "Ben")
	f.Violates("head", "Asha", session.ViolatesChoice)
	f.Answer("head", "Ben")
	if err := f.RemoveRepeat("/data/who[2]"); err != nil {
		t.Fatal(err)
	}
	f.Value("head", "")
}

func TestInstancesAreReadFromFilesOfAllKinds(t *testing.T) {
	files := map[string]string{
		"towns.csv":      "code,title,zone\nn,Nairobi,1\nm,Mombasa,2\n",
		"places.geojson": `{"type":"FeatureCollection","features":[{"type":"Feature","id":"p1","geometry":{"type":"Point","coordinates":[36.8,-1.3]},"properties":{"title":"Well","depth":12}}]}`,
		"tree.xml":       `<root><item kind="a"><name>x</name><label>X</label></item></root>`,
	}
	f := xformed(t, `<instance><data id="f"><t/><p/><x/><depth/><where/><attr/><last/></data></instance>
		<instance id="towns" src="jr://file-csv/towns.csv"/><instance id="places" src="jr://file/places.geojson"/><instance id="tree" src="jr://file/tree.xml"/>
		<instance id="before" src="jr://instance/last-saved"/>
		<bind nodeset="/data/depth" calculate="instance('places')/root/item[id = /data/p]/depth"/>
		<bind nodeset="/data/where" calculate="pulldata('places', 'geometry', 'id', /data/p)"/>
		<bind nodeset="/data/attr" calculate="instance('tree')/root/item[@kind='a']/label"/>
		<bind nodeset="/data/last" calculate="once(instance('before')/data/t)"/>`, `
		<select1 ref="/data/t"><itemset nodeset="instance('towns')/root/item[zone = 2]"><value ref="code"/><label ref="title"/></itemset></select1>
		<select1 ref="/data/p"><itemset nodeset="instance('places')/root/item"><value ref="id"/><label ref="title"/></itemset></select1>
		<select1 ref="/data/x"><itemset nodeset="instance('tree')/root/item"><value ref="name"/><label ref="label"/></itemset></select1>`,
		func(o *session.Options) {
			o.LastSaved = []byte(`<data id="f"><t>n</t></data>`)
			o.File = func(name string) ([]byte, error) {
				if text, ok := files[name]; ok {
					return []byte(text), nil
				}
				return nil, errors.New("there is none")
			}
		})
	for name, want := range map[string]session.Choice{"t": {Value: "m", Label: "Mombasa"}, "p": {Value: "p1", Label: "Well", Geometry: "-1.3 36.8 0 0"}, "x": {Value: "x", Label: "X"}} {
		if got := f.Of(name).Choices; len(got) != 1 || got[0] != want {
			t.Errorf("%s offers %+v, want %+v", name, got, want)
		}
	}
	f.Answer("p", "p1")
	f.Value("depth", "12")
	f.Value("where", "-1.3 36.8 0 0")
	f.Value("attr", "X")
	f.Value("last", "n")
}

func TestARepeatThatAsksForOneMoreUntilOneIsTheLastGrowsWithItsAnswers(t *testing.T) {
	f := xformed(t, `<instance><data id="f"><n/><want/><flat jr:template=""><last/></flat></data></instance>
		<bind nodeset="/data/n" calculate="count(/data/flat)"/>
		<bind nodeset="/data/want" calculate="if(/data/n = 0 or indexed-repeat(/data/flat/last, /data/flat, /data/n) != 'yes', /data/n + 1, /data/n)"/>`,
		`<repeat nodeset="/data/flat" jr:count="/data/want"><input ref="/data/flat/last"/></repeat>`)
	flats := func(want int) {
		t.Helper()
		if got := len(f.Of("flat").Children); got != want {
			t.Errorf("there are %d, want %d", got, want)
		}
	}
	flats(1)
	f.Answer("flat[1]/last", "no")
	flats(2)
	f.Answer("flat[2]/last", "no")
	flats(3)
	f.Answer("flat[3]/last", "yes")
	flats(3)
	s, err := session.Resume(f.Definition(), f.Draft(), session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := s.Node("/data/flat"); len(n.Children) != 3 {
		t.Errorf("resumed there are %d", len(n.Children))
	}
}

func TestAnEditedResponseHasANewIDAndNamesTheOneBefore(t *testing.T) {
	model := `<instance><data id="f"><a>1</a><b>default</b><meta><instanceID/></meta></data></instance>
		<bind nodeset="/data/b" relevant="/data/a = 2"/><bind nodeset="/data/meta/instanceID" jr:preload="uid"/>
		<setvalue event="odk-instance-first-load" ref="/data/a" value="9"/>`
	def := readXForm(t, model, `<input ref="/data/a"/><input ref="/data/b"/>`)
	s, err := session.Edit(def, []byte(`<data id="f"><a>1</a><meta><instanceID>uuid:old</instanceID></meta></data>`), session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	xml := string(s.Relevant())
	if s.InstanceID() == "uuid:old" || !strings.Contains(xml, "<instanceID>"+s.InstanceID()+"</instanceID><deprecatedID>uuid:old</deprecatedID>") {
		t.Errorf("got %s", xml)
	}
	if err := s.Set("/data/a", "2"); err != nil {
		t.Fatal(err)
	}
	if n, _ := s.Node("/data/b"); n.Value != "default" {
		t.Errorf("what the submission left out is %q, not its default", n.Value)
	}
	if _, found := def.Element("/data/meta/deprecatedID").(*forms.Question); found {
		t.Error("the form itself was changed")
	}
}

func TestTheBodySaysTheOrderOfTheSteps(t *testing.T) {
	f := xformed(t, `<instance><data id="f"><a/><r><x/></r><b/></data></instance><bind nodeset="/data/a" relevant="/data/b != 'no'"/>`, `
		<input ref="/data/b"/><group><label>G</label><repeat nodeset="/data/r"><input ref="/data/r/x"/></repeat><input ref="/data/a"/></group>`)
	order := func() string {
		var all []string
		for _, s := range f.Steps() {
			all = append(all, fmt.Sprintf("%s %s", s.Kind, s.Ref))
		}
		return strings.Join(all, "\n")
	}
	want := "question /data/b\ninstance /data/r[1]\nquestion /data/r[1]/x\nnew-repeat /data/r\nquestion /data/a"
	if got := order(); got != want {
		t.Errorf("got\n%s", got)
	}
	f.Answer("b", "no")
	if got := order(); got != strings.TrimSuffix(want, "\nquestion /data/a") {
		t.Errorf("what is not relevant is come to:\n%s", got)
	}
}

func TestTenThousandInstancesTakeVisitsInProportionToTheirNumber(t *testing.T) {
	grow := func(n int) {
		f := xformed(t, `<instance><data id="f"><n/><r jr:template=""><x/><twice/></r><total/></data></instance>
			<bind nodeset="/data/n" type="int"/><bind nodeset="/data/r/twice" calculate="../x * 2"/><bind nodeset="/data/total" calculate="sum(/data/r/twice)"/>`,
			`<input ref="/data/n"/><repeat nodeset="/data/r" jr:count="/data/n"><input ref="/data/r/x"/></repeat>`)
		before := f.Session.Visits()
		f.Answer("n", fmt.Sprint(n))
		if visits := f.Session.Visits() - before; visits > 10*n {
			t.Errorf("%d instances take %d visits", n, visits)
		}
	}
	grow(100)
	grow(session.MaxInstances)
}

func TestTheFirstInstanceOfACountedRepeatHasItsDefaultToo(t *testing.T) {
	f := xformed(t, `<instance><data id="f"><r jr:template=""><x/></r><r><x/></r></data></instance>
		<setvalue event="odk-instance-first-load" ref="/data/r/x" value="concat('n', position(..))"/>`, `
		<group ref="/data/r"><repeat nodeset="/data/r" jr:count="3"><setvalue event="odk-new-repeat" ref="/data/r/x" value="concat('n', position(..))"/>
		<input ref="/data/r/x"/></repeat></group>`)
	if faults := f.Faults(); len(faults) > 0 {
		t.Error(faults)
	}
	if got := string(f.Draft().XML); !strings.Contains(got, "<r><x>n1</x></r><r><x>n2</x></r><r><x>n3</x></r>") {
		t.Error(got)
	}
}

func TestWhoReadsAGroupReadsWhatIsAnsweredInIt(t *testing.T) {
	def := readXForm(t, `<instance><data id="d"><a><x>1</x><y>2</y></a><r><z/></r><all/><n/></data></instance>
		<bind nodeset="/data/all" calculate="concat(/data/a, '/', /data/r[1])"/>
		<bind nodeset="/data/n" calculate="count(/data/r)"/>`,
		`<input ref="/data/a/x"/><input ref="/data/a/y"/><group ref="/data/r"><repeat nodeset="/data/r"><input ref="/data/r/z"/></repeat></group>`)
	s, err := session.Start(def, session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	before := s.Visits()
	if err := errors.Join(s.Set("/data/a/y", "8"), s.Set("/data/r[1]/z", "9")); err != nil {
		t.Fatal(err)
	}
	if n, _ := s.Node("/data/all"); n.Value != "18/9" {
		t.Errorf("all is %q", n.Value)
	}
	if visits := s.Visits() - before; visits != 2 {
		t.Errorf("%d visits: what only counts the repeat is not computed anew", visits)
	}
}

func TestANewInstanceHasTheValuesOfTheTemplateAndNotOfTheFirst(t *testing.T) {
	for instance, want := range map[string]string{
		`<r><x>1</x></r>`: "1,", `<r jr:template=""><x>2</x></r><r><x>1</x></r>`: "1,2", `<r><x>1</x></r><r><x>3</x></r>`: "1,3,",
		`<r jr:template=""><x>2</x></r>`: "2",
	} {
		def := readXForm(t, `<instance><data id="d">`+instance+`</data></instance>`, `<group ref="/data/r"><repeat nodeset="/data/r"><input ref="/data/r/x"/></repeat></group>`)
		s, err := session.Start(def, session.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.AddRepeat("/data/r"); err != nil {
			t.Fatal(err)
		}
		r, _ := s.Node("/data/r")
		var got []string
		for _, ref := range r.Children {
			n, _ := s.Node(ref.Child("x"))
			got = append(got, n.Value)
		}
		if strings.Join(got, ",") != want {
			t.Errorf("%s: %q, want %s", instance, got, want)
		}
	}
}

func TestGroupsThatReadEachOtherComeToAnEnd(t *testing.T) {
	def := readXForm(t, `<instance><data id="d"><a><x/><ax/></a><b><y/><by/></b></data></instance>
		<bind nodeset="/data/a/ax" calculate="concat(/data/b, 'a')"/>
		<bind nodeset="/data/b/by" calculate="concat(/data/a, 'b')"/>`,
		`<input ref="/data/a/x"/><input ref="/data/b/y"/>`)
	s, err := session.Start(def, session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Set("/data/a/x", "1"), s.Set("/data/b/y", "2")); err != nil {
		t.Fatal(err)
	}
	if n, _ := s.Node("/data/a/ax"); len(n.Value) == 0 || len(n.Value) > 20 {
		t.Errorf("ax is %q", n.Value)
	}
}

func TestScreensAskInTheOrderOfTheBody(t *testing.T) {
	def := readXForm(t, `<instance><data id="d"><a/><hidden/><g><x/><y/></g><b/><meta><instanceID/></meta></data></instance>`,
		`<group><label>First of all</label><input ref="/data/b"><label>B</label></input>
		<group ref="/data/g"><input ref="/data/g/y"/><input ref="/data/g/x"/></group></group><input ref="/data/a"/><input ref="/data/b"/>`)
	s, err := session.Start(def, session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []forms.Ref
	var walk func(n session.Node)
	walk = func(n session.Node) {
		for _, ref := range n.Children {
			c, _ := s.Node(ref)
			got = append(got, ref)
			walk(c)
		}
	}
	walk(s.Root())
	want := []forms.Ref{"/data/b", "/data/g", "/data/g/y", "/data/g/x", "/data/a", "/data/hidden", "/data/meta", "/data/meta/instanceID"}
	if !slices.Equal(got, want) {
		t.Errorf("asked %v, want %v", got, want)
	}
	if b, _ := s.Node("/data/b"); !slices.Equal(b.Above, []string{"First of all"}) {
		t.Errorf("above b stands %q", b.Above)
	}
	if xml := string(s.Draft().XML); strings.Index(xml, "<a/>") > strings.Index(xml, "<b/>") {
		t.Errorf("the instance is in another order: %s", xml)
	}
}
