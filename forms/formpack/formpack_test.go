package formpack_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"baraza.example/forms/formpack"
)

// market is a form in three languages with a list, a picture and a sound; word
// stands in each of its texts.
func market(version, word string) []byte {
	var b strings.Builder
	b.WriteString(`<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>Market</h:title><model><itext>`)
	for i, language := range []string{"Français (fr)", "English (en)", "Kiswahili (sw)"} {
		mark := ""
		if i == 1 {
			mark = ` default="true()"`
		}
		fmt.Fprintf(&b, "\n<translation lang=%q%s>", language, mark)
		for q := range 20 {
			fmt.Fprintf(&b, `<text id="/data/q%d:label"><value>%s %s, question %d</value></text>`, q, language, word, q)
		}
		b.WriteString(`<text id="/data/q0:hint"><value>?</value><value form="image">jr://images/stall.png</value></text></translation>`)
	}
	fmt.Fprintf(&b, `</itext><instance><data id="market" version=%q>`, version)
	for q := range 20 {
		fmt.Fprintf(&b, "<q%d/>", q)
	}
	b.WriteString(`</data></instance><instance id="towns" src="jr://file-csv/towns.csv"/>`)
	for q := range 20 {
		fmt.Fprintf(&b, `<bind nodeset="/data/q%d" type="string"/>`, q)
	}
	b.WriteString(`</model></h:head><h:body>`)
	for q := range 20 {
		hint := ""
		if q == 0 {
			hint = `<hint ref="jr:itext('/data/q0:hint')"/>`
		}
		fmt.Fprintf(&b, `<input ref="/data/q%d"><label ref="jr:itext('/data/q%d:label')"/>%s</input>`, q, q, hint)
	}
	b.WriteString(`</h:body></h:html>`)
	return []byte(b.String())
}

func stall() fstest.MapFS {
	return fstest.MapFS{
		"towns.csv": {Data: []byte("name,label\nkisumu,Kisumu\nmwanza,Mwanza\n")},
		"stall.png": {Data: []byte("\x89PNG and what a picture is made of")},
		"notes.csv": {Data: []byte("not for the road")},
	}
}

func packed(t testing.TB, version, word string) *formpack.Package {
	t.Helper()
	p, err := formpack.New(market(version, word), stall())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// carry writes and reads a package.
func carry(t testing.TB, p, base *formpack.Package, want func(formpack.Part) bool) (*formpack.Package, int) {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b, base, want); err != nil {
		t.Fatal(err)
	}
	n := b.Len()
	q, err := formpack.Read(&b, base)
	if err != nil {
		t.Fatal(err)
	}
	if q.ID() != p.ID() {
		t.Fatal("what arrived is another package")
	}
	return q, n
}

func names(parts []formpack.Part) string {
	var all []string
	for _, p := range parts {
		all = append(all, p.Name)
	}
	return strings.Join(all, ", ")
}

func TestAFormArrivesAsItWas(t *testing.T) {
	p := packed(t, "1", "fish")
	if got, want := names(p.Manifest.Parts), "form.xml, Français (fr), Kiswahili (sw), towns.csv, stall.png"; got != want {
		t.Fatalf("parts %s, want %s", got, want)
	}
	q, _ := carry(t, p, nil, nil)
	if missing := q.Missing(); len(missing) > 0 {
		t.Errorf("%s did not come", names(missing))
	}
	xml, err := q.XML()
	if err != nil || !bytes.Equal(xml, market("1", "fish")) {
		t.Errorf("the form is another (%v):\n%s", err, xml)
	}
	for name, want := range stall() {
		got, err := q.File(name)
		if name == "notes.csv" {
			if !errors.Is(err, formpack.ErrNoPart) {
				t.Errorf("%s: %v", name, err)
			}
		} else if err != nil || !bytes.Equal(got, want.Data) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if m := q.Manifest; m.Form != "market" || m.Version != "1" || m.Title != "Market" {
		t.Errorf("form %q, version %q, title %q", m.Form, m.Version, m.Title)
	}
}

func TestTheSameFormIsTheSamePackage(t *testing.T) {
	first, second := packed(t, "1", "fish"), packed(t, "1", "fish")
	if first.ID() != second.ID() {
		t.Error("two packages of one form differ")
	}
	if packed(t, "1", "fish").ID() == packed(t, "2", "fish").ID() {
		t.Error("two versions are one package")
	}
}

func TestADeviceTakesItsLanguageFirstAndTheRestLater(t *testing.T) {
	p := packed(t, "1", "fish")
	first, small := carry(t, p, nil, formpack.Needs(false, "Kiswahili (sw)"))
	if got := names(first.Missing()); got != "Français (fr), stall.png" {
		t.Errorf("%s are missing", got)
	}
	def, err := first.Definition()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"English (en)", "Kiswahili (sw)"}; !slices.Equal(def.Languages, want) {
		t.Errorf("languages %q, want %q", def.Languages, want)
	}
	if _, err := first.File("stall.png"); !errors.Is(err, formpack.ErrNotHere) {
		t.Errorf("the picture: %v", err)
	}
	all, rest := carry(t, p, first, nil)
	if missing := all.Missing(); len(missing) > 0 {
		t.Errorf("%s never came", names(missing))
	}
	if xml, _ := all.XML(); !bytes.Equal(xml, market("1", "fish")) {
		t.Error("put together it is another form")
	}
	_, whole := carry(t, p, nil, nil)
	if small >= whole || rest >= whole {
		t.Errorf("%d bytes first and %d later, beside %d at once", small, rest, whole)
	}
}

func TestAnUpdateCarriesWhatChanged(t *testing.T) {
	old, next := packed(t, "1", "fish"), packed(t, "2", "fresh fish")
	q, update := carry(t, next, old, nil)
	if xml, _ := q.XML(); !bytes.Equal(xml, market("2", "fresh fish")) {
		t.Error("the updated form is another")
	}
	_, whole := carry(t, next, nil, nil)
	if update > whole*2/3 {
		t.Errorf("the update takes %d bytes, the whole %d", update, whole)
	}
	// Who has only a part of the old version can still be sent the new one.
	part := old.Only(formpack.Needs(false, "Kiswahili (sw)"))
	if q, _ := carry(t, next, part, nil); len(q.Missing()) > 0 {
		t.Errorf("%s did not come", names(q.Missing()))
	}
}

func TestAFormInThreeLanguagesIsSmall(t *testing.T) {
	p := packed(t, "1", "fish")
	_, n := carry(t, p, nil, formpack.Needs(false))
	t.Logf("%d bytes of form in three languages travel as %d", len(market("1", "fish")), n)
	if n > len(market("1", "fish"))/5 {
		t.Errorf("%d bytes travel as %d", len(market("1", "fish")), n)
	}
}

func TestPartsOfAnySizeArrive(t *testing.T) {
	files := stall()
	instances := ""
	sizes := []int{0, 1, 7, 8, 200, 255, 256, 300, 70_000}
	if !testing.Short() {
		sizes = append(sizes, 9<<20) // more than a window
	}
	for _, n := range sizes {
		name := fmt.Sprintf("f%d.csv", n)
		files[name] = &fstest.MapFile{Data: bytes.Repeat([]byte("a,b\n"), n/4+1)[:n]}
		instances += fmt.Sprintf(`<instance id="f%d" src="jr://file-csv/%s"/>`, n, name)
	}
	form := strings.Replace(string(market("1", "fish")), "<bind ", instances+"<bind ", 1)
	p, err := formpack.New([]byte(form), files)
	if err != nil {
		t.Fatal(err)
	}
	q, _ := carry(t, p, nil, nil)
	for name, want := range files {
		if got, err := q.File(name); name != "notes.csv" && (err != nil || !bytes.Equal(got, want.Data)) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

func TestListsOfOlderFormsTravelToo(t *testing.T) {
	form := string(market("1", "fish"))
	form = strings.Replace(form, `<input ref="/data/q1">`, `<input ref="/data/q1" appearance="minimal search('boats', 'matches', 'kind', 'x')">`, 1)
	form = strings.Replace(form, `<input ref="/data/q2">`, `<input ref="/data/q2" query="instance('lakes')/root/item">`, 1)
	_, err := formpack.New([]byte(form), stall())
	if err == nil || !strings.Contains(err.Error(), "boats.csv, itemsets.csv") {
		t.Errorf("without the lists: %v", err)
	}
	files := stall()
	files["boats.csv"], files["itemsets.csv"] = &fstest.MapFile{Data: []byte("a\n")}, &fstest.MapFile{Data: []byte("b\n")}
	p, err := formpack.New([]byte(form), files)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(p.Manifest.Parts), "form.xml, Français (fr), Kiswahili (sw), boats.csv, itemsets.csv, towns.csv, stall.png"; got != want {
		t.Errorf("parts %s, want %s", got, want)
	}
}

func TestFormsThatCanNotBePackedSayWhy(t *testing.T) {
	for name, c := range map[string]struct {
		xml   string
		files fstest.MapFS
		want  string
	}{
		"no XML":         {"market", stall(), "outside the root element"},
		"no form":        {"<a/>", stall(), "not the <h:html>"},
		"missing files":  {string(market("1", "fish")), fstest.MapFS{"towns.csv": {}}, "files that are not here: stall.png"},
		"no files given": {string(market("1", "fish")), nil, "stall.png, towns.csv"},
		"path":           {strings.ReplaceAll(string(market("1", "fish")), "stall.png", "../stall.png"), stall(), "../stall.png"},
	} {
		var err error
		if c.files == nil {
			_, err = formpack.New([]byte(c.xml), nil)
		} else {
			_, err = formpack.New([]byte(c.xml), c.files)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestAPackageCutShortKeepsWhatCame(t *testing.T) {
	p := packed(t, "1", "fish")
	var b bytes.Buffer
	if err := p.Write(&b, nil, nil); err != nil {
		t.Fatal(err)
	}
	kept := 0
	for n := range b.Len() {
		q, err := formpack.Read(bytes.NewReader(b.Bytes()[:n]), nil)
		var damage *formpack.DamageError
		if !errors.As(err, &damage) {
			t.Fatalf("cut after %d bytes: %v", n, err)
		}
		if q == nil {
			continue
		}
		here := len(q.Manifest.Parts) - len(q.Missing())
		if here < kept {
			t.Fatalf("cut after %d bytes there are %d parts, and %d before", n, here, kept)
		}
		kept = here
		if n%100 != 0 {
			continue
		}
		if rest, _ := carry(t, p, q, nil); len(rest.Missing()) > 0 {
			t.Fatalf("cut after %d bytes the rest does not complete it", n)
		}
	}
	if kept != len(p.Manifest.Parts) {
		t.Errorf("only %d parts were ever kept", kept)
	}
}

func TestEveryFlippedBitIsNoticed(t *testing.T) {
	p := packed(t, "1", "fish")
	var b bytes.Buffer
	if err := p.Write(&b, nil, nil); err != nil {
		t.Fatal(err)
	}
	for i := range b.Len() {
		data := bytes.Clone(b.Bytes())
		data[i] ^= 1 << (i % 8)
		q, err := formpack.Read(bytes.NewReader(data), nil)
		if err == nil && q.ID() == p.ID() && len(q.Missing()) == 0 {
			// Some bits of a frame's header change nothing about its content.
			if xml, _ := q.XML(); !bytes.Equal(xml, market("1", "fish")) {
				t.Fatalf("bit in byte %d: another form passes as this one", i)
			}
		}
	}
}

func TestHostilePackagesAreRefused(t *testing.T) {
	const magic = "BRZFORM1"
	for name, data := range map[string]string{
		"empty":          "",
		"other file":     "PK\x03\x04 and so on",
		"long manifest":  magic + "\xff\xff\xff\xff\x7f" + "x",
		"endless length": magic + strings.Repeat("\xff", 20),
		"no frame":       magic + "\x04abcd",
		"no end":         magic,
	} {
		if q, err := formpack.Read(strings.NewReader(data), nil); err == nil || q != nil {
			t.Errorf("%s: was read", name)
		}
	}
}

// What is published travels after the version before as a whole, and languages
// alone.
func TestAPlainPackageIsReadBackAndTakesLanguagesThatCameAlone(t *testing.T) {
	p := packed(t, "1", "fish")
	var b bytes.Buffer
	if err := p.WritePlain(&b, func(part formpack.Part) bool { return part.Kind != formpack.Language }); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b.Bytes(), []byte("Kisumu")) {
		t.Error("it is not plain")
	}
	q, err := formpack.Read(bytes.NewReader(b.Bytes()), nil)
	if err != nil || q.ID() != p.ID() {
		t.Fatal(q, err)
	}
	for _, part := range q.Missing() {
		if part.Kind != formpack.Language || !q.Take(p.Content(part)) {
			t.Errorf("%s: not taken", part.Name)
		}
	}
	if q.Take([]byte("a language of another version")) {
		t.Error("what is no part was taken")
	}
	if got, err := q.XML(); err != nil || !bytes.Equal(got, market("1", "fish")) {
		t.Errorf("the form is not as it was: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	p := packed(f, "1", "fish")
	var plain bytes.Buffer
	if err := p.WritePlain(&plain, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(plain.Bytes())
	for _, want := range []func(formpack.Part) bool{nil, formpack.Needs(false), formpack.Needs(true, "Kiswahili (sw)")} {
		var b bytes.Buffer
		if err := p.Write(&b, nil, want); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		q, err := formpack.Read(bytes.NewReader(data), nil)
		if err != nil {
			var damage *formpack.DamageError
			if !errors.As(err, &damage) {
				t.Fatalf("%v says no place", err)
			}
		}
		if q == nil {
			return
		}
		q.XML()
		again, _ := carry(t, q, nil, nil)
		if len(again.Missing()) != len(q.Missing()) {
			t.Fatal("written and read again it has other parts")
		}
	})
}
