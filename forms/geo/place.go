// Package geo reads and writes places on the earth, and lines and shapes of
// them: as answers of ODK forms hold them
// (https://getodk.github.io/xforms-spec/#data-types, geopoint, geotrace and
// geoshape), as people type them, and as files of other programs have them: GPX
// 1.0 and 1.1, KML 2.2 and GeoJSON (RFC 7946).
//
// Latitude and longitude are degrees on WGS 84, north and east positive;
// altitude, accuracy and lengths are metres, areas square metres. Start at
// [Place] and [ReadFile].
package geo

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Place is a point on the earth.
type Place struct {
	Lat, Lon           float64
	Altitude, Accuracy float64 // 0 where nobody knows
}

// Valid says whether p is on the earth.
func (p Place) Valid() bool {
	far := func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }
	return math.Abs(p.Lat) <= 90 && math.Abs(p.Lon) <= 180 && !far(p.Altitude) && !far(p.Accuracy)
}

// String writes p as an answer does: "latitude longitude", and altitude and
// accuracy behind them where there is one.
func (p Place) String() string {
	s := decimal(p.Lat) + " " + decimal(p.Lon)
	if p.Altitude != 0 || p.Accuracy != 0 {
		s += " " + decimal(p.Altitude) + " " + decimal(p.Accuracy)
	}
	return s
}

// decimal writes a number as briefly as it can be read back, without exponent.
func decimal(f float64) string {
	if f == 0 {
		return "0" // and not -0
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// Rounded is p to seven places behind the point, about a centimetre: what a
// finger on a map says.
func (p Place) Rounded() Place {
	p.Lat, p.Lon = math.Round(p.Lat*1e7)/1e7, math.Round(p.Lon*1e7)/1e7
	return p
}

// Parse reads the place of an answer: two to four numbers with spaces between.
func Parse(s string) (Place, bool) {
	parts := strings.Fields(s)
	if len(parts) < 2 || len(parts) > 4 {
		return Place{}, false
	}
	var numbers [4]float64
	for i, part := range parts {
		if strings.Trim(part, "+-.0123456789eE") != "" { // Go's own names and notations are none here
			return Place{}, false
		}
		f, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return Place{}, false
		}
		numbers[i] = f
	}
	p := Place{numbers[0], numbers[1], numbers[2], numbers[3]}
	return p, p.Valid()
}

// ParseLine reads the places of an answer, with semicolons between and perhaps
// one at the end.
func ParseLine(s string) ([]Place, bool) {
	s = strings.TrimRight(s, "; \t\r\n")
	if strings.TrimSpace(s) == "" {
		return nil, false
	}
	var all []Place
	for one := range strings.SplitSeq(s, ";") {
		p, ok := Parse(one)
		if !ok {
			return nil, false
		}
		all = append(all, p)
	}
	return all, true
}

// WriteLine writes the places of a line, as [ParseLine] reads them.
func WriteLine(line []Place) string {
	all := make([]string, len(line))
	for i, p := range line {
		all[i] = p.String()
	}
	return strings.Join(all, "; ")
}

// Closed is line with its first place once more at the end, as a shape has it.
// Fewer than three places make no shape and stay as they are.
func Closed(line []Place) []Place {
	if len(line) < 3 || line[0] == line[len(line)-1] {
		return line
	}
	return append(slices.Clone(line), line[0])
}

// Open is the corners of a shape, each once.
func Open(line []Place) []Place {
	if n := len(line); n > 1 && line[0] == line[n-1] {
		return line[:n-1]
	}
	return line
}

var (
	decimalPlace = regexp.MustCompile(`^(?:geo:)?\s*([+-]?\d{1,3}(?:\.\d{1,15})?)°?\s*[,;\s]\s*([+-]?\d{1,3}(?:\.\d{1,15})?)°?$`)
	anglePlace   = regexp.MustCompile(`^` + angle + `([NSns])[,;\s]*` + angle + `([EWOewo])$`)
)

// angle is degrees, and minutes and seconds where there are any.
const angle = `(\d{1,3}(?:\.\d{1,15})?)\s*°?\s*(?:(\d{1,2}(?:\.\d{1,15})?)\s*['′’]\s*)?(?:(\d{1,2}(?:\.\d{1,15})?)\s*(?:"|″|”|'')\s*)?\s*`

// ReadTyped reads a latitude and a longitude as maps and devices write them
// ("-1.2833, 36.8167", "geo:-1.28,36.81" of RFC 5870, "1°17′0″S 36°49′E"), and
// returns them as an answer holds them, with the digits that were typed.
func ReadTyped(typed string) (string, bool) {
	typed = strings.TrimSpace(typed)
	if m := decimalPlace.FindStringSubmatch(typed); m != nil {
		return strings.TrimPrefix(m[1], "+") + " " + strings.TrimPrefix(m[2], "+"), true
	}
	m := anglePlace.FindStringSubmatch(typed)
	if m == nil {
		return "", false
	}
	degrees := func(parts []string, negative bool) (string, bool) {
		sum := 0.0
		for i, unit := range []float64{1, 60, 3600} {
			if parts[i] == "" {
				continue
			}
			x, err := strconv.ParseFloat(parts[i], 64)
			if err != nil || i > 0 && x >= 60 {
				return "", false
			}
			sum += x / unit
		}
		if negative {
			sum = -sum
		}
		short := strings.TrimRight(strconv.FormatFloat(sum, 'f', 7, 64), "0")
		return strings.TrimSuffix(short, "."), true
	}
	north, ok1 := degrees(m[1:4], strings.EqualFold(m[4], "s"))
	east, ok2 := degrees(m[5:8], !strings.EqualFold(m[8], "e")) // O is west in French
	return north + " " + east, ok1 && ok2
}

// ReadTypedLine reads places, one a line or with semicolons between, each as an
// answer or as [ReadTyped] takes it. It gives up at the first that is none, and
// says which of them that is, from 1.
func ReadTypedLine(typed string) (line []Place, wrong int) {
	apart := func(r rune) bool { return r == '\n' || r == '\r' || r == ';' }
	for one := range strings.FieldsFuncSeq(typed, apart) {
		if strings.TrimSpace(one) == "" {
			continue
		}
		p, ok := Parse(one)
		if !ok {
			read, readable := ReadTyped(one)
			if p, ok = Parse(read); !readable || !ok {
				return nil, len(line) + 1
			}
		}
		line = append(line, p)
	}
	return line, 0
}
