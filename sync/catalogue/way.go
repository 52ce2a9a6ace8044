package catalogue

import (
	"fmt"

	"baraza.example/forms/squeeze"
)

// Method is how a content is packed for the road.
type Method uint8

// The methods. A reader passes over those that it doesn't know.
const (
	Stored   Method = 0 // as it is
	Squeezed Method = 1 // Brotli
	After    Method = 2 // what changed: Zstandard with the content Base as history
)

// A Way is one in which a content can travel: a blob that becomes the content
// when it is unpacked.
type Way struct {
	Method Method
	Blob
	Base ID // of After: the content that the reader has
}

// most is up to which size contents are squeezed and compared with others:
// texts are shorter, and pictures or packed documents win nothing by it.
const most = 8 << 20

// A Packed is a way and the bytes that travel.
type Packed struct {
	Way
	Bytes []byte
}

// Pack returns the ways that are worth having to a content: on its own, in the
// smaller form, and after each base that makes it smaller still.
func Pack(content []byte, bases ...[]byte) []Packed {
	_, blob := SumsOf(content)
	alone := Packed{Way{Method: Stored, Blob: blob}, content}
	if len(content) <= most {
		if small := squeeze.Pack(content); len(small) < len(content)-len(content)/32 {
			_, b := SumsOf(small)
			alone = Packed{Way{Method: Squeezed, Blob: b}, small}
		}
	}
	ways := []Packed{alone}
	for _, base := range bases {
		_, of := SumsOf(base)
		if len(base) < squeeze.LeastHistory || len(base) > most || len(content) > most || of.ID == blob.ID || len(ways) == MaxWays {
			continue
		}
		// Naming one more way takes room in the publication, too.
		const named = 80
		if patch := squeeze.PackAfter(content, base); len(patch)+named < len(alone.Bytes) {
			_, b := SumsOf(patch)
			ways = append(ways, Packed{Way{Method: After, Blob: b, Base: of.ID}, patch})
		}
	}
	return ways
}

// Best returns the way to p's content that takes the fewest bytes for one who has
// the contents that have says.
func (p Publication) Best(have func(ID) bool) (best Way, found bool) {
	for _, y := range p.Ways {
		usable := y.Method == Stored || y.Method == Squeezed || y.Method == After && have(y.Base)
		if usable && (!found || y.Size < best.Size) {
			best, found = y, true
		}
	}
	return best, found
}

// Unpack returns p's content from the bytes that travelled in this way; base is
// the content of the way's Base. What comes of it is compared with what was
// published.
func (p Publication) Unpack(y Way, packed, base []byte) (content []byte, err error) {
	size := int(p.Content.Size)
	switch y.Method {
	case Stored:
		content = packed
	case Squeezed:
		content, err = squeeze.Unpack(packed, size)
	case After:
		content, err = squeeze.UnpackAfter(packed, base, size)
	default:
		return nil, fmt.Errorf("it is packed in the unknown way %d", y.Method)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrLeaf, err)
	}
	if _, blob := SumsOf(content); blob != p.Content {
		return nil, fmt.Errorf("%w: it unpacks to something else", ErrLeaf)
	}
	return content, nil
}
