package geo

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

const (
	aGPX = `<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><metadata><name>A walk</name></metadata>
		<wpt lat="-1.28" lon="36.81"><ele>1795</ele><name>The well</name></wpt>
		<trk><name>To the well</name><trkseg><trkpt lat="-1.28" lon="36.8"/><trkpt lat="-1.281" lon="36.805"/></trkseg><trkseg><trkpt lat="-1.28" lon="36.81"><ele>1795</ele></trkpt></trkseg></trk>
		<rte><rtept lat="1" lon="2"/><rtept lat="3" lon="4"/></rte></gpx>`
	aKML = `<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Land</name>
		<Placemark><name>House</name><Point><coordinates>36.8,-1.28,0</coordinates></Point></Placemark>
		<Placemark><name>Field</name><Polygon><outerBoundaryIs><LinearRing><coordinates>0,0 0,1 1,1 0,0</coordinates></LinearRing></outerBoundaryIs>
		<innerBoundaryIs><LinearRing><coordinates>0.1,0.1 0.1,0.2 0.2,0.2 0.1,0.1</coordinates></LinearRing></innerBoundaryIs></Polygon></Placemark>
		<Placemark><LineString><coordinates>1,2,3
			4,5,6</coordinates></LineString></Placemark>
		<Placemark><gx:Track xmlns:gx="http://www.google.com/kml/ext/2.2"><gx:coord>1 2 3</gx:coord><gx:coord>4 5 6</gx:coord></gx:Track></Placemark></Document></kml>`
	aGeoJSON = `{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"name":"House"},"geometry":{"type":"Point","coordinates":[36.8,-1.28]}},
		{"type":"Feature","properties":null,"geometry":{"type":"Polygon","coordinates":[[[0,0],[0,1],[1,1],[0,0]],[[0.1,0.1],[0.1,0.2],[0.2,0.2],[0.1,0.1]]]}},
		{"type":"Feature","properties":{},"geometry":{"type":"GeometryCollection","geometries":[{"type":"LineString","coordinates":[[1,2,3],[4,5,6]]}]}},
		{"type":"Feature","properties":{},"geometry":null}]}`
)

func TestFilesOfOtherProgramsAreRead(t *testing.T) {
	triangle := []Place{{}, {Lat: 1}, {Lat: 1, Lon: 1}, {}}
	line := []Place{{2, 1, 3, 0}, {5, 4, 6, 0}}
	for name, c := range map[string]struct {
		file string
		want []Find
	}{
		"GPX": {aGPX, []Find{
			{Point, "The well", []Place{{-1.28, 36.81, 1795, 0}}, 1},
			{Trace, "To the well", []Place{{Lat: -1.28, Lon: 36.8}, {Lat: -1.281, Lon: 36.805}, {-1.28, 36.81, 1795, 0}}, 2},
			{Trace, "", []Place{{Lat: 1, Lon: 2}, {Lat: 3, Lon: 4}}, 1},
		}},
		"KML": {aKML, []Find{
			{Point, "House", []Place{{Lat: -1.28, Lon: 36.8}}, 1}, {Shape, "Field", triangle, 1}, {Trace, "", line, 1}, {Trace, "", line, 1},
		}},
		"GeoJSON":             {aGeoJSON, []Find{{Point, "House", []Place{{Lat: -1.28, Lon: 36.8}}, 1}, {Shape, "", triangle, 1}, {Trace, "", line, 1}}},
		"a byte order mark":   {"\uFEFF" + aGPX, nil},
		"a ring that is open": {`{"type":"Polygon","coordinates":[[[0,0],[0,1],[1,1]]]}`, []Find{{Shape, "", triangle, 1}}},
	} {
		got, err := ReadFile([]byte(c.file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if c.want != nil && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n got %v\nwant %v", name, got, c.want)
		}
	}
}

func TestAHostileFileIsRefused(t *testing.T) {
	bomb := `<!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><gpx><wpt lat="1" lon="1"><name>&b;</name></wpt></gpx>`
	for name, c := range map[string]struct {
		file string
		want error
	}{
		"an entity bomb":      {bomb, ErrFormat},
		"an unknown entity":   {`<gpx><wpt lat="1" lon="1"><name>&x;</name></wpt></gpx>`, ErrFormat},
		"a file of others":    {`<!DOCTYPE gpx SYSTEM "file:///etc/passwd"><gpx/>`, ErrFormat},
		"deep":                {"<gpx>" + strings.Repeat("<a>", 1000), ErrTooLarge},
		"deep GeoJSON":        {strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 100) + strings.Repeat("]}", 100), ErrTooLarge},
		"many points":         {"<gpx><trk><trkseg>" + strings.Repeat(`<trkpt lat="1" lon="1"/>`, MaxPlaces+1) + "</trkseg></trk></gpx>", ErrTooLarge},
		"many things":         {"<gpx>" + strings.Repeat(`<wpt lat="1" lon="1"/>`, MaxFinds+1) + "</gpx>", ErrTooLarge},
		"large":               {"<gpx>" + strings.Repeat(" ", MaxBytes), ErrTooLarge},
		"nothing":             {"", ErrFormat},
		"a page":              {"<html></html>", ErrFormat},
		"a picture":           {"\x89PNG\r\n\x1a\n", ErrFormat},
		"no places":           {"<gpx></gpx>", ErrNoPlaces},
		"not on the earth":    {`<gpx><wpt lat="91" lon="0"/></gpx>`, ErrFormat},
		"no number":           {`<gpx><wpt lat="NaN" lon="0"/></gpx>`, ErrFormat},
		"without a place":     {`<gpx><wpt/></gpx>`, ErrFormat},
		"an endless altitude": {`<gpx><wpt lat="1" lon="1"><ele>+Inf</ele></wpt></gpx>`, ErrFormat},
		"words for places":    {`<kml><Placemark><Point><coordinates>here</coordinates></Point></Placemark></kml>`, ErrFormat},
		"a half place":        {`{"type":"Point","coordinates":[1]}`, ErrFormat},
		"no geometry":         {`{"type":"Circle"}`, ErrFormat},
		"cut off":             {aKML[:300], ErrFormat},
	} {
		if got, err := ReadFile([]byte(c.file)); !errors.Is(err, c.want) {
			t.Errorf("%s: read %d things, %v; want %v", name, len(got), err, c.want)
		}
	}
}

// What is read holds to the limits, and stays the same when it is written as an
// answer and read again.
func fuzzFile(f *testing.F, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		finds, err := ReadFile(data)
		if err != nil {
			return
		}
		if len(finds) == 0 || len(finds) > MaxFinds {
			t.Fatalf("%d things without an error", len(finds))
		}
		for _, find := range finds {
			again, ok := ParseLine(WriteLine(find.Line))
			if !ok || fmt.Sprint(again) != fmt.Sprint(find.Line) {
				t.Errorf("%v is written %q and read as %v", find.Line, WriteLine(find.Line), again)
			}
			if find.Kind == Shape && (len(find.Line) < 4 || find.Line[0] != find.Line[len(find.Line)-1]) {
				t.Errorf("the shape %v is not closed", find.Line)
			}
		}
	})
}

func FuzzGPX(f *testing.F)     { fuzzFile(f, aGPX) }
func FuzzKML(f *testing.F)     { fuzzFile(f, aKML) }
func FuzzGeoJSON(f *testing.F) { fuzzFile(f, aGeoJSON) }
