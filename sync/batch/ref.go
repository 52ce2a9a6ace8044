package batch

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A Ref names a submission: a record, and in a pack the place in it.
type Ref struct {
	Record RecordID
	Place  int // from 1; 0: the record is not a pack
}

// Code is the receipt code people say: the record's, and in a pack ".3" for the
// third.
func (r Ref) Code() string { return r.Record.Code() + r.place() }

// String is the record id, and the place as in Code.
func (r Ref) String() string { return r.Record.String() + r.place() }

func (r Ref) place() string {
	if r.Place == 0 {
		return ""
	}
	return "." + strconv.Itoa(r.Place)
}

// CutPlace takes the place off what Code or String made, or off what people
// made of it. Without one it is 0.
func CutPlace(ref string) (rest string, place int, err error) {
	rest, text, found := strings.Cut(strings.TrimSpace(ref), ".")
	if !found {
		return rest, 0, nil
	}
	if place, err = strconv.Atoi(strings.TrimSpace(text)); err != nil || place < 1 || place > MaxPack {
		return rest, 0, fmt.Errorf("batch: %q: %w", ref, errPlace)
	}
	return rest, place, nil
}

var errPlace = errors.New("a place in a pack is a number from 1 to " + strconv.Itoa(MaxPack))
