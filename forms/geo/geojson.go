package geo

import (
	"encoding/json"
	"fmt"
)

// object is any object of GeoJSON (RFC 7946).
type object struct {
	Type        string
	Features    []object
	Geometry    *object
	Geometries  []object
	Coordinates json.RawMessage
	Properties  map[string]json.RawMessage
}

func (c *collector) geoJSON(data []byte) error {
	var o object
	if err := json.Unmarshal(data, &o); err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return c.object(o, "", 0)
}

func (c *collector) object(o object, name string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%w: more than %d levels", ErrTooLarge, maxDepth)
	}
	switch o.Type {
	case "FeatureCollection":
		return c.objects(o.Features, name, depth)
	case "Feature":
		if o.Geometry == nil {
			return nil // a feature without a place is allowed
		}
		for _, key := range []string{"name", "title", "label"} {
			var s string
			if json.Unmarshal(o.Properties[key], &s) == nil && s != "" {
				name = s
				break
			}
		}
		return c.object(*o.Geometry, name, depth+1)
	case "GeometryCollection":
		return c.objects(o.Geometries, name, depth)
	}
	return c.geometry(o, name)
}

func (c *collector) objects(all []object, name string, depth int) error {
	for _, o := range all {
		if err := c.object(o, name, depth+1); err != nil || c.err != nil {
			return err
		}
	}
	return nil
}

func (c *collector) geometry(o object, name string) error {
	var points []position
	var lines [][]position
	var shapes [][][]position
	var err error
	read := func(into any) { err = json.Unmarshal(o.Coordinates, into) }
	switch o.Type {
	case "Point":
		points = make([]position, 1)
		read(&points[0])
	case "MultiPoint":
		read(&points)
	case "LineString":
		lines = make([][]position, 1)
		read(&lines[0])
	case "MultiLineString":
		read(&lines)
	case "Polygon":
		shapes = make([][][]position, 1)
		read(&shapes[0])
	case "MultiPolygon":
		read(&shapes)
	default:
		return fmt.Errorf("%w: %.40q is no geometry", ErrFormat, o.Type)
	}
	if err != nil {
		return fmt.Errorf("%w: coordinates: %w", ErrFormat, err)
	}
	for _, p := range points {
		c.positions(Point, name, []position{p})
	}
	for _, l := range lines {
		c.positions(Trace, name, l)
	}
	for _, s := range shapes {
		if len(s) > 0 {
			c.positions(Shape, name, s[0]) // the outer ring; an answer has no holes
		}
	}
	return nil
}

// A position is longitude, latitude and perhaps altitude.
type position []float64

func (c *collector) positions(kind Kind, name string, all []position) {
	var line []Place
	for _, p := range all {
		if len(p) < 2 {
			c.fail(fmt.Errorf("%w: a place has fewer than two coordinates", ErrFormat))
			return
		}
		if !c.room() {
			return
		}
		place := Place{Lat: p[1], Lon: p[0]}
		if len(p) > 2 {
			place.Altitude = p[2]
		}
		line = append(line, place)
	}
	c.add(kind, name, line, 1)
}
