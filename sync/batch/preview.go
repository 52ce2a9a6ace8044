package batch

import (
	"errors"
	"fmt"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

// A Preview shows what a picture is of while the picture itself is on its way. It
// goes ahead of all attachments, in a record of its own.
type Preview struct {
	Author     []byte   `cbor:"1,keyasint"`
	InstanceID string   `cbor:"2,keyasint"` // of the submission that the picture belongs to
	Hash       [32]byte `cbor:"3,keyasint"` // SHA-256 of the picture's plain bytes
	Picture    []byte   `cbor:"4,keyasint"` // a small JPEG; whoever shows it looks at it first
}

// MaxPreview bounds what a reader takes as a preview's picture, in bytes.
const MaxPreview = 16 << 10

// ErrPreview means that a preview is damaged.
var ErrPreview = errors.New("a preview is damaged")

// Encode is the plain text that is sealed. A JPEG can't be pressed any more.
func (p Preview) Encode() []byte { return canon.Encode(p) }

// OpenPreview opens the preview in r, whose signature the caller has verified,
// and checks that its author signed it.
func OpenPreview(r Record, e identity.Epoch) (Preview, error) {
	if r.Kind != KindPreview {
		return Preview{}, fmt.Errorf("%w: it is a %v", ErrPreview, r.Kind)
	}
	plain, err := Unseal(r, e)
	if err != nil {
		return Preview{}, err
	}
	p, err := decodePreview(plain)
	if err == nil && identity.IDOf(p.Author) != r.Origin {
		err = fmt.Errorf("%w: another author than its origin", ErrPreview)
	}
	return p, err
}

func decodePreview(plain []byte) (Preview, error) {
	var p Preview
	if err := canon.DecodeExact(plain, &p); err != nil {
		return Preview{}, fmt.Errorf("%w: %v", ErrPreview, err)
	}
	if len(p.Picture) == 0 || len(p.Picture) > MaxPreview {
		return Preview{}, fmt.Errorf("%w: a picture of %d bytes", ErrPreview, len(p.Picture))
	}
	return p, nil
}
