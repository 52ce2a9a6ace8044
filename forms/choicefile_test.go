package forms

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestChoicesAreReadFromEachKindOfFile(t *testing.T) {
	geo := `{"type":"FeatureCollection","features":[
		{"type":"Feature","id":7,"geometry":{"type":"Point","coordinates":[36.8,-1.3,1661]},"properties":{"title":"Nairobi","cold":false,"old":null}},
		{"type":"Feature","geometry":{"type":"LineString","coordinates":[[1,2],[3,4]]},"properties":{"id":"line","title":"Road","length":2.5}},
		{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]},"properties":{"id":"area"}},
		{"type":"Feature","geometry":null,"properties":{"id":"nowhere","title":"?"}}]}`
	cases := []struct {
		file, data, value, label string
		columns                  []string
		choices                  []Choice
	}{
		{"a.csv", "\xEF\xBB\xBFname,label::English (en),zone\nx,X,1\n", "", "", []string{"name", "label::English (en)", "zone"}, []Choice{
			{Value: "x", Label: Text{"English (en)": "X"}, Extra: map[string]string{"name": "x", "label::English (en)": "X", "zone": "1"}},
		}},
		{"a.csv", "name;label\r\nx;\"X; Y\"\r\n\r\n", "", "", []string{"name", "label"}, []Choice{
			{Value: "x", Label: Text{"": "X; Y"}, Extra: map[string]string{"name": "x", "label": "X; Y"}},
		}},
		{"a.xml", "<root><item><code>x</code><title>X &amp; Y</title></item><item><code>z</code></item></root>", "code", "title", []string{"code", "title"}, []Choice{
			{Value: "x", Label: Text{"": "X & Y"}, Extra: map[string]string{"code": "x", "title": "X & Y"}},
			{Value: "z", Label: Text{}, Extra: map[string]string{"code": "z", "title": ""}},
		}},
		{"a.geojson", geo, "", "", []string{"id", "geometry", "title", "cold", "old", "length"}, []Choice{
			{Value: "7", Label: Text{"": "Nairobi"}, Extra: map[string]string{"id": "7", "geometry": "-1.3 36.8 1661 0", "title": "Nairobi", "cold": "false", "old": ""}},
			{Value: "line", Label: Text{"": "Road"}, Extra: map[string]string{"id": "line", "geometry": "2 1 0 0; 4 3 0 0", "title": "Road", "cold": "", "old": "", "length": "2.5"}},
			{Value: "area", Label: Text{}, Extra: map[string]string{"id": "area", "geometry": "0 0 0 0; 0 1 0 0; 1 1 0 0; 0 0 0 0", "title": "", "cold": "", "old": "", "length": ""}},
			{Value: "nowhere", Label: Text{"": "?"}, Extra: map[string]string{"id": "nowhere", "geometry": "", "title": "?", "cold": "", "old": "", "length": ""}},
		}},
	}
	for _, c := range cases {
		list, err := ReadChoices(ChoiceList{File: c.file}, []byte(c.data), c.value, c.label)
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		if !reflect.DeepEqual(list.Columns, c.columns) {
			t.Errorf("%s has the columns %q", c.file, list.Columns)
		}
		if !reflect.DeepEqual(list.Choices, c.choices) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", c.file, list.Choices, c.choices)
		}
	}
}

func TestHostileFilesOfChoicesAreRefusedWithAReasonInBoundedTime(t *testing.T) {
	feature := func(geometry string) string {
		return `{"type":"FeatureCollection","features":[{"type":"Feature","id":"x","geometry":` + geometry + `,"properties":{}}]}`
	}
	for name, c := range map[string]struct{ file, data string }{
		"nothing":           {"a.csv", ""},
		"no UTF-8":          {"a.csv", "name,label\n\xff,x\n"},
		"zero bytes":        {"a.csv", "name\n\x00\n"},
		"no column name":    {"a.csv", "code,label\nx,X\n"},
		"too many rows":     {"a.csv", "name\n" + strings.Repeat("x\n", MaxChoices+1)},
		"too large":         {"a.csv", "name\n" + strings.Repeat("x", MaxChoiceBytes)},
		"no GeoJSON":        {"a.geojson", "name,label\n"},
		"one feature":       {"a.geojson", `{"type":"Feature"}`},
		"deep JSON":         {"a.geojson", strings.Repeat("[", 1_000_000)},
		"many coordinates":  {"a.geojson", feature(`{"type":"Point","coordinates":[1]}`)},
		"another geometry":  {"a.geojson", feature(`{"type":"MultiPoint","coordinates":[]}`)},
		"words for numbers": {"a.geojson", feature(`{"type":"Point","coordinates":["a","b"]}`)},
		"no XML":            {"a.xml", "name,label\n"},
		"a document type":   {"a.xml", `<!DOCTYPE r [<!ENTITY a "b">]><root><item><name>&a;</name></item></root>`},
		"deep XML":          {"a.xml", strings.Repeat("<a>", 100_000)},
		"comments":          {"a.xml", "<root><item><label>" + strings.Repeat("a<!---->", 1_000_000) + "</label></item></root>"},
	} {
		begin := time.Now()
		_, err := ReadChoices(ChoiceList{File: c.file}, []byte(c.data), "", "")
		if err == nil {
			t.Errorf("%s: it is taken", name)
		} else if !strings.HasPrefix(err.Error(), c.file) {
			t.Errorf("%s: the error doesn't name the file: %v", name, err)
		}
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("%s: it took %v", name, took)
		}
	}
}

func FuzzReadChoices(f *testing.F) {
	f.Add("a.csv", []byte("name,label::English (en)\nx,\"X, y\"\n"))
	f.Add("a.xml", []byte("<root><item><name>x</name><label>X</label></item></root>"))
	f.Add("a.geojson", []byte(`{"type":"FeatureCollection","features":[{"type":"Feature","id":"x","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"title":"X"}}]}`))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		list, err := ReadChoices(ChoiceList{File: name}, data, "", "")
		if err != nil {
			return
		}
		for _, c := range list.Choices {
			for column := range c.Extra {
				found := false
				for _, h := range list.Columns {
					found = found || h == column
				}
				if !found {
					t.Errorf("%q is no column of %q", column, list.Columns)
				}
			}
		}
	})
}
