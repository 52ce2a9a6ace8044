package geo

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of a file. Beyond them nothing of it is taken.
const (
	MaxBytes  = 8 << 20
	MaxPlaces = 200_000
	MaxFinds  = 10_000 // points, lines and shapes
	maxDepth  = 64
	maxName   = 200 // characters; a longer name is cut
)

// What is wrong with a file; the errors of [ReadFile] wrap one of them.
var (
	ErrNoPlaces = errors.New("no places in it")
	ErrTooLarge = errors.New("too large")
	ErrFormat   = errors.New("neither GPX nor KML nor GeoJSON")
)

// Kind is what places are together.
type Kind string

// The kinds.
const (
	Point Kind = "point"
	Trace Kind = "trace"
	Shape Kind = "shape" // its first place is also its last
)

// A Find is something a file holds.
type Find struct {
	Kind  Kind
	Name  string // as the file names it; may be empty
	Line  []Place
	Parts int // of a track that was recorded in pieces, joined here; else 1
}

// ReadFile reads a GPX, KML or GeoJSON file; which of them it is its content
// says. The finds are in the order of the file.
func ReadFile(data []byte) ([]Find, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("%w: more than %d MB", ErrTooLarge, MaxBytes>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%w: it is not UTF-8", ErrFormat)
	}
	c := &collector{}
	var err error
	switch start := bytes.TrimSpace(data); {
	case bytes.HasPrefix(start, []byte("{")):
		err = c.geoJSON(start)
	case bytes.HasPrefix(start, []byte("<")):
		err = c.xml(start)
	default:
		err = ErrFormat
	}
	if err == nil {
		err = c.err
	}
	if err != nil {
		return nil, err
	}
	if len(c.finds) == 0 {
		return nil, ErrNoPlaces
	}
	return c.finds, nil
}

// A collector gathers what is found within the limits.
type collector struct {
	finds  []Find
	places int
	err    error // the first limit that was passed
}

func (c *collector) add(kind Kind, name string, line []Place, parts int) {
	for _, p := range line {
		if !p.Valid() {
			c.fail(fmt.Errorf("%w: %v is not on the earth", ErrFormat, p))
			return
		}
	}
	switch {
	case kind == Shape && len(Open(line)) < 3, kind == Trace && len(line) < 2, len(line) == 0:
		return // nothing to be taken for an answer
	case kind == Shape:
		line = Closed(line)
	}
	if len(c.finds) >= MaxFinds {
		c.fail(fmt.Errorf("%w: more than %d things", ErrTooLarge, MaxFinds))
		return
	}
	c.finds = append(c.finds, Find{Kind: kind, Name: shortened(name), Line: line, Parts: parts})
}

// room says whether another place may be read.
func (c *collector) room() bool {
	if c.places++; c.places > MaxPlaces {
		c.fail(fmt.Errorf("%w: more than %d places", ErrTooLarge, MaxPlaces))
		return false
	}
	return true
}

func (c *collector) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

func shortened(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if runes := []rune(name); len(runes) > maxName {
		return string(runes[:maxName])
	}
	return name
}
