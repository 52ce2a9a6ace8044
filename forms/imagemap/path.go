package imagemap

import (
	"math"
	"strings"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
)

// path flattens the outlines of a path; a curve becomes some straight lines.
func path(d string) (rings [][]Point) {
	var c oksvg.PathCursor
	c.ErrorMode = oksvg.IgnoreErrorMode
	if err := c.CompilePath(d); err != nil {
		return nil
	}
	at := func(i int) Point { return Point{float64(c.Path[i]) / 64, float64(c.Path[i+1]) / 64} }
	var ring []Point
	end := func() {
		if len(ring) > 0 {
			rings = append(rings, ring)
		}
		ring = nil
	}
	for i := 0; i < len(c.Path); {
		command := rasterx.PathCommand(c.Path[i])
		points := map[rasterx.PathCommand]int{rasterx.PathMoveTo: 1, rasterx.PathLineTo: 1, rasterx.PathQuadTo: 2, rasterx.PathCubicTo: 3}[command]
		if i+2*points >= len(c.Path) && points > 0 {
			break
		}
		switch command {
		case rasterx.PathMoveTo:
			end()
			ring = append(ring, at(i+1))
		case rasterx.PathLineTo:
			ring = append(ring, at(i+1))
		case rasterx.PathQuadTo, rasterx.PathCubicTo:
			var curve []Point
			if len(ring) > 0 {
				curve = append(curve, ring[len(ring)-1])
			}
			for j := range points {
				curve = append(curve, at(i+1+2*j))
			}
			ring = append(ring, bend(curve)...)
		case rasterx.PathClose:
			end()
		}
		i += 1 + 2*points
	}
	end()
	return rings
}

// bend is a Bézier curve as straight lines, without its beginning (de Casteljau).
func bend(curve []Point) (line []Point) {
	const parts = 12
	for i := 1; i <= parts; i++ {
		t := float64(i) / parts
		work := append([]Point{}, curve...)
		for n := len(work) - 1; n > 0; n-- {
			for j := range n {
				work[j] = Point{work[j].X + t*(work[j+1].X-work[j].X), work[j].Y + t*(work[j+1].Y-work[j].Y)}
			}
		}
		line = append(line, work[0])
	}
	return line
}

// A matrix moves points: x' = a·x + c·y + e, y' = b·x + d·y + f.
type matrix struct{ a, b, c, d, e, f float64 }

var unit = matrix{a: 1, d: 1}

func (m matrix) of(p Point) Point {
	return Point{m.a*p.X + m.c*p.Y + m.e, m.b*p.X + m.d*p.Y + m.f}
}

// times is n first, and then m.
func (m matrix) times(n matrix) matrix {
	return matrix{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b,
		m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

// transform reads the attribute of that name (SVG 1.1, 7.6). What it doesn't know
// moves nothing.
func transform(s string) matrix {
	m := unit
	for range maxDepth {
		name, rest, ok := strings.Cut(s, "(")
		if !ok {
			break
		}
		inner, after, _ := strings.Cut(rest, ")")
		s = after
		n := numbers(inner)
		at := func(i int) float64 {
			if i < len(n) {
				return n[i]
			}
			return 0
		}
		switch strings.Trim(name, " ,\t\r\n") {
		case "matrix":
			if len(n) == 6 {
				m = m.times(matrix{n[0], n[1], n[2], n[3], n[4], n[5]})
			}
		case "translate":
			m = m.times(matrix{1, 0, 0, 1, at(0), at(1)})
		case "scale":
			y := at(1)
			if len(n) == 1 {
				y = at(0)
			}
			m = m.times(matrix{at(0), 0, 0, y, 0, 0})
		case "rotate":
			sin, cos := math.Sincos(at(0) * math.Pi / 180)
			m = m.times(matrix{1, 0, 0, 1, at(1), at(2)}).times(matrix{cos, sin, -sin, cos, 0, 0}).times(matrix{1, 0, 0, 1, -at(1), -at(2)})
		case "skewX":
			m = m.times(matrix{1, 0, math.Tan(at(0) * math.Pi / 180), 1, 0, 0})
		case "skewY":
			m = m.times(matrix{1, math.Tan(at(0) * math.Pi / 180), 0, 1, 0, 0})
		}
	}
	return m
}
