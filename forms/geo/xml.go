package geo

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// xml reads GPX (https://www.topografix.com/GPX/1/1/) or KML
// (OGC 07-147r2), token by token. Document types are refused, so that there are
// no entities to expand.
func (c *collector) xml(data []byte) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	var handle interface {
		start(e xml.StartElement)
		end(name, text string)
	}
	var open []string
	var text []byte
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrFormat, err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return fmt.Errorf("%w: a document type is not allowed", ErrFormat)
		case xml.StartElement:
			if len(open) >= maxDepth {
				return fmt.Errorf("%w: more than %d levels", ErrTooLarge, maxDepth)
			}
			if handle == nil {
				switch t.Name.Local {
				case "gpx":
					handle = &gpx{c: c}
				case "kml":
					handle = &kml{c: c}
				default:
					return ErrFormat
				}
			}
			open, text = append(open, t.Name.Local), text[:0]
			handle.start(t)
		case xml.CharData:
			text = append(text, t...)
		case xml.EndElement:
			handle.end(t.Name.Local, strings.TrimSpace(string(text)))
			open, text = open[:len(open)-1], text[:0]
		}
		if c.err != nil {
			return c.err
		}
	}
	if handle == nil {
		return ErrFormat
	}
	return nil
}

// gpx has waypoints (wpt), routes (rte of rtept) and tracks (trk of trkseg of
// trkpt).
type gpx struct {
	c       *collector
	at      *Place // the point that is being read
	name    string // of the point
	line    []Place
	named   string // of the line
	parts   int
	inPoint bool
}

func (g *gpx) start(e xml.StartElement) {
	switch e.Name.Local {
	case "trk", "rte":
		g.line, g.named, g.parts = nil, "", 0
	case "trkseg":
		g.parts++
	case "wpt", "rtept", "trkpt":
		p := Place{Lat: attribute(e, "lat"), Lon: attribute(e, "lon")}
		if !p.Valid() {
			g.c.fail(fmt.Errorf("%w: a point without a place on the earth", ErrFormat))
			return
		}
		g.at, g.name, g.inPoint = &p, "", g.c.room()
	}
}

func (g *gpx) end(name, text string) {
	switch name {
	case "name":
		if g.inPoint {
			g.name = text
		} else {
			g.named = text
		}
	case "ele":
		if f, ok := number(text); ok && g.inPoint {
			g.at.Altitude = f
		}
	case "wpt":
		if g.inPoint {
			g.c.add(Point, g.name, []Place{*g.at}, 1)
		}
		g.inPoint = false
	case "rtept", "trkpt":
		if g.inPoint {
			g.line = append(g.line, *g.at)
		}
		g.inPoint = false
	case "trk", "rte":
		g.c.add(Trace, g.named, g.line, max(1, g.parts))
		g.line, g.named, g.parts = nil, "", 0
	}
}

// attribute is a number, or one that is no place where there is none.
func attribute(e xml.StartElement, name string) float64 {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			if f, ok := number(a.Value); ok {
				return f
			}
		}
	}
	return 1000
}

func number(text string) (float64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return f, err == nil
}

// kml has placemarks with points, lines and rings, alone or in several, and
// tracks of the extension gx.
type kml struct {
	c     *collector
	name  string // of the placemark
	mark  bool
	inner bool // a hole of a polygon
	kind  Kind
	track []Place
}

func (k *kml) start(e xml.StartElement) {
	switch e.Name.Local {
	case "Placemark":
		k.name, k.mark = "", true
	case "Point":
		k.kind = Point
	case "LineString":
		k.kind = Trace
	case "LinearRing":
		k.kind = Shape
	case "innerBoundaryIs":
		k.inner = true
	case "Track":
		k.track = nil
	}
}

func (k *kml) end(name, text string) {
	switch name {
	case "Placemark":
		k.mark, k.name = false, ""
	case "name":
		if k.mark {
			k.name = text
		}
	case "innerBoundaryIs":
		k.inner = false
	case "Point", "LineString", "LinearRing":
		k.kind = ""
	case "coordinates":
		if k.kind != "" && !k.inner {
			k.coordinates(text)
		}
	case "coord":
		if p, ok := k.place(strings.Fields(text)); ok {
			k.track = append(k.track, p)
		}
	case "Track":
		k.c.add(Trace, k.name, k.track, 1)
		k.track = nil
	}
}

// coordinates are longitude,latitude,altitude with spaces between.
func (k *kml) coordinates(text string) {
	var line []Place
	for tuple := range strings.FieldsSeq(text) {
		p, ok := k.place(strings.Split(tuple, ","))
		if !ok {
			return
		}
		line = append(line, p)
	}
	if k.kind == Point && len(line) > 1 {
		line = line[:1]
	}
	k.c.add(k.kind, k.name, line, 1)
}

func (k *kml) place(numbers []string) (Place, bool) {
	var f [3]float64
	if len(numbers) < 2 || len(numbers) > 3 || !k.c.room() {
		k.c.fail(fmt.Errorf("%w: coordinates that are no place", ErrFormat))
		return Place{}, false
	}
	for i, n := range numbers {
		x, ok := number(n)
		if !ok {
			k.c.fail(fmt.Errorf("%w: coordinates that are no numbers", ErrFormat))
			return Place{}, false
		}
		f[i] = x
	}
	return Place{Lat: f[1], Lon: f[0], Altitude: f[2]}, true
}
