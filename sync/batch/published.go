package batch

import (
	"errors"

	"baraza.example/sync/canon"
	"baraza.example/sync/catalogue"
)

// A Get asks a server for what the centre published: for leaves of a blob, for the
// sums of a blob where Ranges is empty, or for publications by their numbers where
// the ID is zero.
type Get struct {
	_      struct{} `cbor:",toarray"`
	ID     catalogue.ID
	Ranges [][2]uint32 // from, up to but not including
}

// Sums are the sums of a blob on the road; none says that they are not there.
type Sums struct {
	_    struct{} `cbor:",toarray"`
	ID   catalogue.ID
	Sums catalogue.Sums
}

// A Piece is a leaf of a blob on the road; no bytes say that it is not there.
type Piece struct {
	_     struct{} `cbor:",toarray"`
	ID    catalogue.ID
	Index uint32
	Bytes []byte
}

// PublishedSize is how many bytes of publications a frame may hold; a larger one
// is alone in its frame.
const PublishedSize = 32 << 10

func encodePublished(ps []catalogue.Publication) []byte {
	all := make([][]byte, len(ps))
	for i, p := range ps {
		all[i] = p.Encode()
	}
	return canon.Encode(all)
}

func decodePublished(payload []byte) ([]catalogue.Publication, error) {
	var all [][]byte
	if err := canon.DecodeExact(payload, &all); err != nil {
		return nil, err
	}
	if len(all) > catalogue.MaxPublications {
		return nil, errors.New("too many publications in a frame")
	}
	ps := make([]catalogue.Publication, len(all))
	for i, one := range all {
		var err error
		if ps[i], err = catalogue.Decode(one); err != nil {
			return nil, err
		}
	}
	return ps, nil
}
