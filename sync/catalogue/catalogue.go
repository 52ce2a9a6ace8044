// Package catalogue is what a centre publishes for everybody who takes part:
// forms, their translations, documents and announcements.
//
// A [Publication] says that one version of one of these is there, or that it was
// withdrawn. It is signed by the key that signs the centre's log. The
// publications of a centre are numbered from 1 without a gap, and each names the
// one before it: that list is the catalogue, and whoever has it up to a number
// asks for what follows. What a publication is about is a [Blob], known by a hash
// over the hashes of its leaves, so that each leaf can be checked as it comes,
// from whomever. A blob can travel in several ways: as it is, made small, or as
// what changed since the version before.
//
// The byte layout is docs/protocol/catalogue.md. Lengths are bytes, times are
// seconds since 1970 in UTC by the centre's clock. Start at [Publication].
package catalogue

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

// Kind is what is published.
type Kind uint8

// The kinds.
const (
	Form         Kind = 1 // the questions in one version, with one of its languages and its files
	Translation  Kind = 2 // of a form, in a further language
	Document     Kind = 3
	Announcement Kind = 4 // its Text is all there is
)

// A Publication is the centre's word that a version of something is there.
type Publication struct {
	Number   uint64  // its place in the catalogue, from 1
	Previous [8]byte // Hash8 of the one before; zeros for the first
	Issued   int64

	Kind     Kind
	Name     string // what its versions have in common: of a form its form_id
	Version  string // as people call it: "Rev. 1"
	Language string // BCP 47, of a translation as the form calls it; may be empty
	Title    string
	Text     string // of an announcement; of others what is said about it
	File     string // of a document: what its file is called

	Content   Blob  // zero of an announcement
	Ways      []Way // how Content can travel, one for those who have nothing among them
	Withdrawn bool  // it doesn't hold any more; it can still be read

	signed, signature []byte // as it came
}

// Limits of a catalogue and of a publication.
const (
	MaxPublications = 10_000
	MaxEncoded      = 16 << 10 // of one publication
	MaxText         = 8 << 10
	MaxName         = 255 // of its other texts
	MaxWays         = 8
)

// ErrPublication means that a publication is damaged or was not signed by this
// centre.
var ErrPublication = errors.New("what was published is damaged or not this centre's")

const domain = "publication v1"

type wire struct {
	Number    uint64    `cbor:"1,keyasint"`
	Previous  [8]byte   `cbor:"2,keyasint"`
	Issued    int64     `cbor:"3,keyasint"`
	Kind      Kind      `cbor:"4,keyasint"`
	Name      string    `cbor:"5,keyasint,omitempty"`
	Version   string    `cbor:"6,keyasint,omitempty"`
	Language  string    `cbor:"7,keyasint,omitempty"`
	Title     string    `cbor:"8,keyasint,omitempty"`
	Text      string    `cbor:"9,keyasint,omitempty"`
	File      string    `cbor:"10,keyasint,omitempty"`
	Content   *blobWire `cbor:"11,keyasint,omitempty"`
	Ways      []wayWire `cbor:"12,keyasint,omitempty"`
	Withdrawn bool      `cbor:"13,keyasint,omitempty"`
}

type blobWire struct {
	_    struct{} `cbor:",toarray"`
	Size int64
	ID   ID
}

type wayWire struct {
	_      struct{} `cbor:",toarray"`
	Method Method
	Size   int64
	ID     ID
	Base   []byte // of After: 32 bytes
}

// Sign completes p with the signature of the centre's log key.
func Sign(key ed25519.PrivateKey, centre identity.Centre, p Publication) (Publication, error) {
	if err := p.check(); err != nil {
		return p, err
	}
	p.signed = p.body()
	p.signature = identity.Sign(key, domain, message(centre, p.signed))
	if len(p.Encode()) > MaxEncoded {
		return p, fmt.Errorf("%w: longer than %d bytes", ErrPublication, MaxEncoded)
	}
	return p, p.Verify(centre)
}

// message binds a publication to its centre and consultation, which everybody
// who can check it knows: they take no room on the road.
func message(centre identity.Centre, body []byte) []byte {
	root := centre.Root()
	return canon.Encode([][]byte{root[:], []byte(centre.Consultation), body})
}

// Verify reports ErrPublication unless centre signed p.
func (p Publication) Verify(centre identity.Centre) error {
	if !identity.Verify(centre.LogKey, domain, message(centre, p.signed), p.signature) {
		return ErrPublication
	}
	return nil
}

func (p Publication) body() []byte {
	w := wire{Number: p.Number, Previous: p.Previous, Issued: p.Issued, Kind: p.Kind, Name: p.Name, Version: p.Version,
		Language: p.Language, Title: p.Title, Text: p.Text, File: p.File, Withdrawn: p.Withdrawn}
	if p.Content != (Blob{}) {
		w.Content = &blobWire{Size: p.Content.Size, ID: p.Content.ID}
	}
	for _, y := range p.Ways {
		ww := wayWire{Method: y.Method, Size: y.Size, ID: y.ID}
		if y.Method == After {
			ww.Base = y.Base[:]
		}
		w.Ways = append(w.Ways, ww)
	}
	return canon.Encode(w)
}

// Encode writes a publication as it was signed: a CBOR array of the signed bytes
// and the signature.
func (p Publication) Encode() []byte { return canon.Encode([][]byte{p.signed, p.signature}) }

// Hash8 names a publication towards the one after it.
func (p Publication) Hash8() [8]byte {
	h := sha256.Sum256(p.signed)
	return [8]byte(h[:8])
}

// Cursor is how far a catalogue goes that ends with p.
func (p Publication) Cursor() Cursor { return Cursor{Number: p.Number, Hash: p.Hash8()} }

// A Cursor says how far a catalogue goes; the zero value is none.
type Cursor struct {
	Number uint64
	Hash   [8]byte // of the publication of that number
}

// Bytes is how a cursor travels: the number, big-endian, and the hash.
func (c Cursor) Bytes() (b [16]byte) {
	binary.BigEndian.PutUint64(b[:], c.Number)
	copy(b[8:], c.Hash[:])
	return b
}

// CursorOf reads what Bytes wrote.
func CursorOf(b [16]byte) Cursor {
	return Cursor{Number: binary.BigEndian.Uint64(b[:]), Hash: [8]byte(b[8:])}
}

// Decode reads a publication. Whether the centre signed it, Verify says.
func Decode(data []byte) (p Publication, err error) {
	if len(data) > MaxEncoded {
		return p, fmt.Errorf("%w: %d bytes", ErrPublication, len(data))
	}
	var parts [][]byte
	if err := canon.DecodeExact(data, &parts); err != nil || len(parts) != 2 || len(parts[1]) != ed25519.SignatureSize {
		return p, ErrPublication
	}
	var w wire
	if err := canon.Decode(parts[0], &w); err != nil {
		return p, fmt.Errorf("%w: %v", ErrPublication, err)
	}
	p = Publication{Number: w.Number, Previous: w.Previous, Issued: w.Issued, Kind: w.Kind, Name: w.Name, Version: w.Version,
		Language: w.Language, Title: w.Title, Text: w.Text, File: w.File, Withdrawn: w.Withdrawn, signed: parts[0], signature: parts[1]}
	if w.Content != nil {
		p.Content = Blob{Size: w.Content.Size, ID: w.Content.ID}
	}
	for _, ww := range w.Ways {
		y := Way{Method: ww.Method, Blob: Blob{Size: ww.Size, ID: ww.ID}}
		switch {
		case y.Method == After && len(ww.Base) == len(y.Base):
			y.Base = ID(ww.Base)
		case y.Method == After, len(ww.Base) != 0:
			return Publication{}, fmt.Errorf("%w: a way without its base", ErrPublication)
		}
		p.Ways = append(p.Ways, y)
	}
	if err := p.check(); err != nil {
		return Publication{}, err
	}
	return p, nil
}

// check says what is wrong with what p tells.
func (p Publication) check() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrPublication, fmt.Sprintf(format, args...))
	}
	for _, text := range []string{p.Name, p.Version, p.Language, p.Title, p.File} {
		if len(text) > MaxName || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			return wrong("%q is no name", text)
		}
	}
	switch {
	case p.Number == 0 || p.Number > MaxPublications:
		return wrong("its number is %d", p.Number)
	case len(p.Text) > MaxText || !utf8.ValidString(p.Text):
		return wrong("its text has %d bytes", len(p.Text))
	case p.Kind == 0:
		return wrong("it is of no kind")
	case strings.ContainsAny(p.File, `/\:`) || strings.HasPrefix(p.File, "."):
		return wrong("%q is no name for a file", p.File)
	case (p.Kind == Form || p.Kind == Translation || p.Kind == Document) && p.Name == "":
		return wrong("it has no name")
	}
	return p.checkContent(wrong)
}

func (p Publication) checkContent(wrong func(string, ...any) error) error {
	if p.Content == (Blob{}) {
		if len(p.Ways) > 0 || (p.Kind != Announcement && !p.Withdrawn && p.Kind <= Announcement) {
			return wrong("its content and the ways to it don't fit")
		}
		return nil
	}
	if p.Content.Size < 1 || p.Content.Size > MaxContent {
		return wrong("its content has %d bytes", p.Content.Size)
	}
	if len(p.Ways) > MaxWays {
		return wrong("%d ways", len(p.Ways))
	}
	alone := false
	for _, y := range p.Ways {
		switch {
		case y.Size < 1 || y.Size > p.Content.Size:
			return wrong("a way of %d bytes to %d", y.Size, p.Content.Size)
		case y.Method == Stored && y.Blob != p.Content:
			return wrong("a way that brings something else")
		}
		alone = alone || y.Method == Stored || y.Method == Squeezed
	}
	if !alone {
		return wrong("no way for those who have nothing")
	}
	return nil
}
