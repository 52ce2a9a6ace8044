package forms

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// readGeoJSON gives each feature of a FeatureCollection (RFC 7946) to row: its
// id, its geometry as ODK writes places, and its properties by name
// (https://docs.getodk.org/form-datasets/#selects-from-geojson-files).
func readGeoJSON(data []byte, row func([]string) error, head *[]string) error {
	var doc struct {
		Type     string
		Features []struct {
			Type       string
			ID         json.RawMessage `json:"id"`
			Geometry   *geometry
			Properties json.RawMessage
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return fmt.Errorf("it is no GeoJSON: %w", err)
	}
	if doc.Type != "FeatureCollection" {
		return errors.New("it is no GeoJSON FeatureCollection")
	}
	columns := map[string]int{}
	column := func(name string) int {
		i, ok := columns[name]
		if !ok {
			i = len(*head)
			columns[name] = i
			*head = append(*head, name)
		}
		return i
	}
	const maxColumns = 1000
	column("id")
	column("geometry")
	for i, f := range doc.Features {
		place, err := f.Geometry.odk()
		if err != nil {
			return fmt.Errorf("feature %d: %w", i+1, err)
		}
		record := make([]string, len(*head))
		set := func(name, value string) {
			at := column(name)
			for len(record) <= at {
				record = append(record, "")
			}
			record[at] = value
		}
		set("geometry", place)
		names, values, err := properties(f.Properties)
		if err != nil {
			return fmt.Errorf("feature %d: %w", i+1, err)
		}
		for j, name := range names {
			if ValidName(name) && name != "geometry" {
				set(name, values[j])
			}
		}
		if len(f.ID) > 0 && string(f.ID) != "null" {
			set("id", scalar(f.ID))
		}
		if len(*head) > maxColumns {
			return fmt.Errorf("more than %d different properties", maxColumns)
		}
		if err := row(record); err != nil {
			return err
		}
	}
	return nil
}

// properties reads an object in its own order.
func properties(raw json.RawMessage) (names, values []string, err error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil, nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, nil, fmt.Errorf("its properties are no object: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	depth := 0
	for {
		t, err := d.Token()
		if err != nil {
			break
		}
		switch t := t.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
			} else {
				depth--
			}
		case string:
			if depth == 1 && !slices.Contains(names, t) && all[t] != nil {
				names = append(names, t)
				values = append(values, scalar(all[t]))
				var skip json.RawMessage
				if err := d.Decode(&skip); err != nil {
					return nil, nil, err
				}
			}
		}
	}
	return names, values, nil
}

// scalar is a JSON value as text.
func scalar(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if v := string(raw); v != "null" {
		return v
	}
	return ""
}

type geometry struct {
	Type        string
	Coordinates json.RawMessage
}

// odk writes a geometry as latitude, longitude, altitude and accuracy.
func (g *geometry) odk() (string, error) {
	if g == nil {
		return "", nil
	}
	var points [][]float64
	var err error
	switch g.Type {
	case "Point":
		var p []float64
		err = json.Unmarshal(g.Coordinates, &p)
		points = [][]float64{p}
	case "LineString":
		err = json.Unmarshal(g.Coordinates, &points)
	case "Polygon":
		var rings [][][]float64
		if err = json.Unmarshal(g.Coordinates, &rings); err == nil && len(rings) > 0 {
			points = rings[0]
		}
	default:
		return "", fmt.Errorf("the geometry %q is no Point, LineString or Polygon", g.Type)
	}
	if err != nil {
		return "", fmt.Errorf("its coordinates: %w", err)
	}
	var out []string
	for _, p := range points {
		if len(p) < 2 {
			return "", errors.New("a place has fewer than two coordinates")
		}
		write := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
		altitude := "0"
		if len(p) > 2 {
			altitude = write(p[2])
		}
		out = append(out, write(p[1])+" "+write(p[0])+" "+altitude+" 0")
	}
	return strings.Join(out, "; "), nil
}

// readItems gives each item of an XML file to row: <root><item>…, as secondary
// instances are.
func readItems(data []byte, row func([]string) error, head *[]string) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	columns := map[string]int{}
	var record []string
	var cell strings.Builder
	depth, at := 0, -1
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("it is no XML: %w", err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return errors.New("a document type is not allowed")
		case xml.StartElement:
			if depth++; depth > 64 {
				return errors.New("it nests deeper than 64 levels")
			}
			switch depth {
			case 2:
				record = make([]string, len(*head))
			case 3:
				var ok bool
				if at, ok = columns[t.Name.Local]; !ok {
					if at = len(*head); at == 1000 {
						return errors.New("more than 1000 different columns")
					}
					columns[t.Name.Local] = at
					*head = append(*head, t.Name.Local)
				}
				for len(record) <= at {
					record = append(record, "")
				}
			}
		case xml.CharData:
			if depth >= 3 {
				cell.Write(t)
			}
		case xml.EndElement:
			switch depth {
			case 3:
				record[at] = cell.String()
				cell.Reset()
			case 2:
				if err := row(record); err != nil {
					return err
				}
			}
			depth--
		}
	}
}
