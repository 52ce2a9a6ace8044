package xform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"baraza.example/forms"
)

// placeless is a definition as JSON without places and without what the body
// says of elements that stand in Root too.
func placeless(t *testing.T, d *forms.Definition) string {
	t.Helper()
	for e := range d.All() {
		c := e.Base()
		c.Place = forms.Place{}
		for i := range c.Actions {
			c.Actions[i].Place = forms.Place{}
		}
	}
	for i := range d.Actions {
		d.Actions[i].Place = forms.Place{}
	}
	var blocks func([]*forms.Block)
	blocks = func(all []*forms.Block) {
		for _, b := range all {
			b.Element.Base().Place = forms.Place{}
			blocks(b.Blocks)
		}
	}
	blocks(d.Body)
	data, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// reread writes a definition and reads it again.
func reread(t *testing.T, d *forms.Definition) (*forms.Definition, []byte) {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, d); err != nil {
		t.Fatal(err)
	}
	again, found := Read(out.Bytes())
	if err := forms.Usable(found); err != nil || again == nil {
		t.Fatalf("what was written can't be read: %v\n%s", err, out.String())
	}
	return again, out.Bytes()
}

func TestCorpusFormsAreTheSameWhenWrittenAndReadAgain(t *testing.T) {
	for i, form := range corpusForms(t) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			d, _ := Read([]byte(form))
			if d == nil {
				t.Skip("can't be read")
			}
			again, written := reread(t, d)
			if a, b := placeless(t, d), placeless(t, again); a != b {
				t.Errorf("%s\n%s\nfirst difference: %s", form, written, firstDifference(a, b))
			}
			_, twice := reread(t, again)
			if !bytes.Equal(written, twice) {
				t.Errorf("written twice it differs:\n%s\n%s", written, twice)
			}
		})
	}
}

func firstDifference(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	cut := func(s string) string { return s[max(0, n-200):min(len(s), n+200)] }
	return cut(a) + "\n------ and ------\n" + cut(b)
}
