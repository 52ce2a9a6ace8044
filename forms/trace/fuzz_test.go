package trace

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// FuzzReplay fills in whatever form comes: it ends, and what it gives is a
// response that can be gone on with.
func FuzzReplay(f *testing.F) {
	head := `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"><h:head><model>`
	f.Add(head+`<instance><d id="f"><n/><r jr:template=""><x/><y a="1"/></r><s/></d></instance><instance id="l"><root><item><name>a</name><label>A</label></item><item><name>b</name><label>B</label></item></root></instance>
<bind nodeset="/d/n" type="int"/><bind nodeset="/d/r/y" calculate="../x * position(..)"/><bind nodeset="/d/r/y/@a" calculate="count(/d/r)"/><bind nodeset="/d/s" relevant="/d/n &gt; 1" required="true()"/>
<setvalue event="odk-instance-first-load" ref="/d/n" value="1"/></model></h:head><h:body><input ref="/d/n"><setvalue event="xforms-value-changed" ref="/d/s" value="'a'"/></input>
<repeat nodeset="/d/r"><input ref="/d/r/x"/></repeat><select ref="/d/s"><itemset nodeset="instance('l')/root/item[name != /d/n]"><value ref="name"/><label ref="label"/></itemset></select></h:body></h:html>`,
		`[{"op":"next"},{"op":"answer","args":["/d/n",3]},{"op":"createNewRepeat","args":["/d/r"]},{"op":"answer","args":["/d/r[1]/x","2.5"]},{"op":"answer","args":["/d/s","b","a"]},{"op":"choices","ref":"/d/s"},{"op":"validate"},{"op":"removeRepeat","args":["/d/r[1]"]}]`)
	f.Add(head+`<instance><d id="f"><n/><r><x/></r></d></instance><bind nodeset="/d/n" calculate="count(/d/r) + 1"/></model></h:head><h:body><repeat nodeset="/d/r" jr:count="/d/n"><input ref="/d/r/x"/></repeat></h:body></h:html>`,
		`[{"op":"answer","args":["/d/r[1]/x","a"]},{"op":"prev"}]`)
	f.Fuzz(func(t *testing.T, xml, ops string) {
		r := Request{XML: xml, Now: "2026-03-31T12:00:00Z"}
		if json.Unmarshal([]byte(ops), &r.Ops) != nil || len(r.Ops) > 20 {
			return
		}
		begin := time.Now()
		reply, err := Replay(r, time.UTC)
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("it took %v", took)
		}
		if err != nil {
			return
		}
		last := reply.Initial
		for _, s := range reply.Steps {
			if strings.HasPrefix(s.After, "<") {
				last = s.After
			}
		}
		if strings.HasPrefix(reply.Final, "<") {
			last = reply.Final
		}
		if _, err := Replay(Request{XML: xml, Now: r.Now, Instance: last}, time.UTC); err != nil {
			t.Errorf("the response can't be gone on with: %v\n%s", err, last)
		}
	})
}
