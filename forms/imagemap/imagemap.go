// Package imagemap reads drawings of lines (SVG 1.1) that a form shows: to draw
// them, and to tell which part of them was touched. A part is an element with an
// id, as the appearance image-map of ODK wants it
// (https://docs.getodk.org/form-question-types/#image-map-select-widgets).
//
// Lengths are those of the drawing's own coordinates. Start at [Read].
package imagemap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
)

// Limits of a drawing.
const (
	MaxBytes   = 2 << 20
	MaxParts   = 2000    // elements with an id
	MaxCorners = 500_000 // of all parts
	maxDepth   = 64
	maxSide    = 4096 // points of a picture
)

// ErrDrawing is wrapped by what is wrong with a drawing.
var ErrDrawing = errors.New("this is no drawing that can be read")

// A Point is a place on a drawing.
type Point struct{ X, Y float64 }

// A Part is what has an id: the outlines of it and of all in it.
type Part struct {
	ID    string
	Rings [][]Point
}

// A Drawing is an SVG file that was read.
type Drawing struct {
	X, Y, Width, Height float64 // of what is seen of it
	Parts               []Part  // in the order of the file: later ones lie above
	icon                *oksvg.SvgIcon
}

// Read reads a drawing. Document types are refused, and so is what passes the
// limits. Styles, gradients, texts and pictures in it are drawn as far as the
// toolkit can.
func Read(data []byte) (d *Drawing, err error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("%w: more than %d MB", ErrDrawing, MaxBytes>>20)
	}
	defer func() { // the library that draws was not written for what an attacker sends
		if r := recover(); r != nil {
			d, err = nil, fmt.Errorf("%w: %v", ErrDrawing, r)
		}
	}()
	r := &reader{}
	if err := r.read(data); err != nil {
		return nil, err
	}
	icon, err := oksvg.ReadIconStream(bytes.NewReader(data), oksvg.IgnoreErrorMode)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDrawing, err)
	}
	view := icon.ViewBox
	out := &Drawing{X: view.X, Y: view.Y, Width: view.W, Height: view.H, Parts: r.parts, icon: icon}
	if !(out.Width > 0 && out.Height > 0 && out.Width < 1e6 && out.Height < 1e6) {
		return nil, fmt.Errorf("%w: it has no size", ErrDrawing)
	}
	return out, nil
}

// Image draws it with its longest side so many points.
func (d *Drawing) Image(side int) (m image.Image, err error) {
	side = min(max(side, 1), maxSide)
	scale := float64(side) / max(d.Width, d.Height)
	w, h := max(1, int(d.Width*scale)), max(1, int(d.Height*scale))
	defer func() {
		if r := recover(); r != nil {
			m, err = nil, fmt.Errorf("%w: %v", ErrDrawing, r)
		}
	}()
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	d.icon.SetTarget(-d.X*scale, -d.Y*scale, float64(w), float64(h))
	d.icon.Draw(rasterx.NewDasher(w, h, rasterx.NewScannerGV(w, h, to, to.Bounds())), 1)
	return to, nil
}

// At is the id of the part at a place that among allows, the topmost; "" where
// there is none.
func (d *Drawing) At(p Point, among func(id string) bool) string {
	for i := len(d.Parts) - 1; i >= 0; i-- {
		if part := d.Parts[i]; among(part.ID) && part.Holds(p) {
			return part.ID
		}
	}
	return ""
}

// Holds says whether p lies in the part: a line from it crosses the outlines an
// odd number of times.
func (p Part) Holds(at Point) bool {
	inside := false
	for _, ring := range p.Rings {
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			if (a.Y > at.Y) != (b.Y > at.Y) && at.X < (b.X-a.X)*(at.Y-a.Y)/(b.Y-a.Y)+a.X {
				inside = !inside
			}
		}
	}
	return inside
}

// A reader finds the parts.
type reader struct {
	parts   []Part
	open    []level
	corners int
}

// A level is an open element.
type level struct {
	place  matrix
	part   int  // the part it is or lies in, or -1
	hidden bool // nothing in it is drawn where it stands: a definition
}

func (r *reader) read(data []byte) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	found := false
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDrawing, err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return fmt.Errorf("%w: a document type is not allowed", ErrDrawing)
		case xml.StartElement:
			if !found && t.Name.Local != "svg" {
				return fmt.Errorf("%w: it begins with %.40q", ErrDrawing, t.Name.Local)
			}
			found = true
			if err := r.start(t); err != nil {
				return err
			}
		case xml.EndElement:
			r.open = r.open[:len(r.open)-1]
		}
	}
	if !found {
		return ErrDrawing
	}
	return nil
}

func (r *reader) start(e xml.StartElement) error {
	if len(r.open) >= maxDepth {
		return fmt.Errorf("%w: more than %d levels", ErrDrawing, maxDepth)
	}
	at := level{place: unit, part: -1}
	if n := len(r.open); n > 0 {
		at = r.open[n-1]
	}
	attrs := map[string]string{}
	for _, a := range e.Attr {
		attrs[a.Name.Local] = a.Value
	}
	switch e.Name.Local {
	case "defs", "symbol", "clipPath", "mask", "pattern", "marker":
		at.hidden = true
	}
	at.place = at.place.times(transform(attrs["transform"]))
	if id := attrs["id"]; id != "" && !at.hidden && len(r.open) > 0 {
		if len(r.parts) >= MaxParts {
			return fmt.Errorf("%w: more than %d parts", ErrDrawing, MaxParts)
		}
		r.parts = append(r.parts, Part{ID: id})
		at.part = len(r.parts) - 1
	}
	r.open = append(r.open, at)
	if at.part < 0 || at.hidden {
		return nil
	}
	for _, ring := range outline(e.Name.Local, attrs) {
		if r.corners += len(ring); r.corners > MaxCorners {
			return fmt.Errorf("%w: more than %d corners", ErrDrawing, MaxCorners)
		}
		for i, p := range ring {
			ring[i] = at.place.of(p)
		}
		if len(ring) > 2 {
			r.parts[at.part].Rings = append(r.parts[at.part].Rings, ring)
		}
	}
	return nil
}

// outline is what an element covers.
func outline(name string, attrs map[string]string) [][]Point {
	n := func(key string) float64 { return length(attrs[key]) }
	switch name {
	case "rect":
		x, y, w, h := n("x"), n("y"), n("width"), n("height")
		return [][]Point{{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}}
	case "circle":
		return [][]Point{around(n("cx"), n("cy"), n("r"), n("r"))}
	case "ellipse":
		return [][]Point{around(n("cx"), n("cy"), n("rx"), n("ry"))}
	case "polygon", "polyline":
		return [][]Point{pairs(attrs["points"])}
	case "path":
		return path(attrs["d"])
	}
	return nil
}

func around(cx, cy, rx, ry float64) (ring []Point) {
	const corners = 48
	for i := range corners {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		ring = append(ring, Point{cx + rx*cos, cy + ry*sin})
	}
	return ring
}

func numbers(s string) (all []float64) {
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' || r == '\r' }) {
		f, err := strconv.ParseFloat(part, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return all
		}
		all = append(all, f)
	}
	return all
}

func pairs(s string) (ring []Point) {
	all := numbers(s)
	for i := 0; i+1 < len(all); i += 2 {
		ring = append(ring, Point{all[i], all[i+1]})
	}
	return ring
}

// length reads a number, with its unit left out: those of a drawing for screens
// are all the same.
func length(s string) float64 {
	s = strings.TrimRight(strings.TrimSpace(s), "px%")
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}
