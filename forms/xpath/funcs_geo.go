package xpath

import (
	"math"
	"strings"

	"baraza.example/forms/geo"
)

// geoFunctions read points as "latitude longitude altitude accuracy" in degrees
// and metres (the last two may be missing); lines and shapes are points with
// ";" between them.
var geoFunctions = []function{
	{name: "area", min: 1, max: 1, call: area},
	{name: "enclosed-area", min: 1, max: 1, call: area}, // its older name
	{name: "distance", min: 1, max: -1, call: distance},
	{name: "geofence", min: 2, max: 2, call: geofence},
	{name: "intersects", min: 1, max: 1, call: intersects},
}

// points reads all points of texts; ok is false where one is no point.
func points(c args, texts []string) (all []geo.Place, ok bool) {
	for _, s := range texts {
		for _, one := range strings.Split(strings.TrimRight(strings.TrimSpace(s), "; \t\r\n"), ";") {
			c.ev.spend(4)
			p, valid := geo.Parse(one)
			if !valid {
				return nil, false
			}
			all = append(all, p)
		}
	}
	return all, true
}

// centi rounds to centimetres, as other engines do.
func centi(f float64) float64 { return math.Round(f*100) / 100 }

// area is 0 for what is no shape and for a blank answer, NaN for what are no
// points.
func area(c args) Value {
	texts := c.texts(0)
	ps, ok := points(c, texts)
	if !ok {
		return number(missing(texts))
	}
	return number(centi(geo.Area(ps)))
}

func distance(c args) Value {
	texts := c.texts(0)
	ps, ok := points(c, texts)
	if !ok || len(ps) == 0 {
		return number(missing(texts))
	}
	return number(centi(geo.Length(ps)))
}

// missing is 0 for a blank answer and NaN for a wrong one.
func missing(texts []string) float64 {
	if strings.TrimSpace(strings.Join(texts, "")) == "" {
		return 0
	}
	return math.NaN()
}

// geofence says whether a point lies in a shape: a line from it crosses the
// border an odd number of times.
func geofence(c args) Value {
	p, ok := points(c, []string{c.str(0)})
	shape, ok2 := points(c, []string{c.str(1)})
	if !ok || !ok2 || len(p) != 1 {
		return boolean(false)
	}
	inside := false
	for i, a := range shape {
		b := shape[(i+1)%len(shape)]
		if (a.Lon > p[0].Lon) != (b.Lon > p[0].Lon) &&
			p[0].Lat < (b.Lat-a.Lat)*(p[0].Lon-a.Lon)/(b.Lon-a.Lon)+a.Lat {
			inside = !inside
		}
	}
	return boolean(inside)
}

// intersects says whether a line or shape crosses or touches itself.
func intersects(c args) Value {
	ps, ok := points(c, c.texts(0))
	if !ok {
		return boolean(false)
	}
	last := len(ps) - 2 // index of the last segment
	closed := len(ps) > 2 && ps[0] == ps[len(ps)-1]
	for i := 0; i <= last; i++ {
		for j := i + 2; j <= last; j++ {
			c.ev.spend(1)
			if closed && i == 0 && j == last {
				continue // these two meet where the shape closes
			}
			if cross(ps[i], ps[i+1], ps[j], ps[j+1]) {
				return boolean(true)
			}
		}
	}
	return boolean(false)
}

// cross says whether the segments ab and cd have a point in common.
func cross(a, b, c, d geo.Place) bool {
	d1, d2 := side(c, d, a), side(c, d, b)
	d3, d4 := side(a, b, c), side(a, b, d)
	if d1*d2 < 0 && d3*d4 < 0 {
		return true
	}
	return d1 == 0 && onSegment(c, d, a) || d2 == 0 && onSegment(c, d, b) ||
		d3 == 0 && onSegment(a, b, c) || d4 == 0 && onSegment(a, b, d)
}

// side is positive where p lies to the left of the line from a to b.
func side(a, b, p geo.Place) float64 {
	return (b.Lon-a.Lon)*(p.Lat-a.Lat) - (b.Lat-a.Lat)*(p.Lon-a.Lon)
}

func onSegment(a, b, p geo.Place) bool {
	return min(a.Lon, b.Lon) <= p.Lon && p.Lon <= max(a.Lon, b.Lon) &&
		min(a.Lat, b.Lat) <= p.Lat && p.Lat <= max(a.Lat, b.Lat)
}
