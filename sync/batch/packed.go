package batch

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
	"baraza.example/sync/prose"
)

// MaxPack is how many submissions one envelope holds at the most.
const MaxPack = 10

// maxProse bounds the texts that are packed as prose, in bytes: longer ones
// would take a slow device seconds.
const maxProse = 256 << 10

// A Packed is one of the submissions of a pack.
type Packed struct {
	Kind Kind // KindResponse or KindContribution
	Content
}

type packedWire struct {
	_      struct{} `cbor:",toarray"`
	Author []byte
	Items  []packedItem
	Prose  []byte // a text for each item, packed by sync/prose
}

type packedItem struct {
	_        struct{} `cbor:",toarray"`
	Kind     uint8    // 0: the record's
	Instance []byte   // the UUID
	Revision uint32
	Ready    int64
	Files    []File
}

// The marks that stand in a text for what its head says already. No XML and no
// JSON has them.
const (
	markID      = "\x02"
	markForm    = ` id="` + "\x03" + `"`
	markVersion = ` version="` + "\x04" + `"`
)

// EncodePack is the plain text of a pack. It reports false where a submission
// is of a form that packs don't hold: it goes alone then.
func EncodePack(items []Packed) ([]byte, bool) {
	if len(items) == 0 || len(items) > MaxPack {
		return nil, false
	}
	w := packedWire{Author: items[0].Author}
	var texts []prose.Text
	total := 0
	for _, c := range items {
		text, ok := c.text()
		id, known := uuidOf(c.InstanceID)
		if total += len(text); !ok || !known || total > maxProse || !bytes.Equal(c.Author, w.Author) {
			return nil, false
		}
		w.Items = append(w.Items, packedItem{Kind: uint8(c.Kind), Instance: id, Revision: c.Revision, Ready: c.Ready, Files: c.Files})
		texts = append(texts, prose.Text{Dictionary: prose.For(c.Body, c.Language), Bytes: text})
	}
	var err error
	if w.Prose, err = prose.Pack(nil, texts...); err != nil {
		return nil, false
	}
	return append([]byte{prosePacked}, canon.Encode(w)...), true
}

// OpenPack opens a pack, whose signature the caller has verified, and checks
// that its author signed it.
func OpenPack(r Record, e identity.Epoch) ([]Packed, error) {
	plain, err := Unseal(r, e)
	if err != nil {
		return nil, err
	}
	if len(plain) == 0 || plain[0] != prosePacked {
		return nil, fmt.Errorf("%w: a pack in another form", ErrContent)
	}
	items, err := decodePacked(plain[1:])
	if err != nil {
		return nil, err
	}
	for i, c := range items {
		if !c.Kind.Submission() {
			return nil, fmt.Errorf("%w: item %d of a pack is a %v", ErrContent, i, c.Kind)
		}
		if err := c.by(r.Origin); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func decodePacked(raw []byte) ([]Packed, error) {
	var w packedWire
	if err := canon.DecodeExact(raw, &w); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrContent, err)
	}
	if len(w.Items) == 0 || len(w.Items) > MaxPack {
		return nil, fmt.Errorf("%w: %d submissions in one envelope", ErrContent, len(w.Items))
	}
	texts, err := prose.Unpack(w.Prose, maxProse)
	if errors.Is(err, prose.ErrDictionary) {
		return nil, fmt.Errorf("%w: %w", ErrNewer, err)
	}
	if err != nil || len(texts) != len(w.Items) {
		return nil, fmt.Errorf("%w: %d texts for %d submissions: %v", ErrContent, len(texts), len(w.Items), err)
	}
	var items []Packed
	for i, p := range w.Items {
		if len(p.Instance) != 16 {
			return nil, fmt.Errorf("%w: an instance id of %d bytes", ErrContent, len(p.Instance))
		}
		c := Packed{Kind(p.Kind), Content{Author: w.Author, InstanceID: uuidString(p.Instance), Revision: p.Revision, Ready: p.Ready}}
		if len(p.Files) > 0 {
			c.Files = p.Files
		}
		if err := c.setText(texts[i].Bytes); err != nil {
			return nil, err
		}
		items = append(items, c)
	}
	return items, nil
}

// text is what is packed of c: language, form, version, name and body, the
// body with marks for what it repeats.
func (c Content) text() ([]byte, bool) {
	body := c.Body
	for _, part := range [][]byte{[]byte(c.Language), []byte(c.FormID), []byte(c.Version), []byte(c.Name), body} {
		if bytes.ContainsAny(part, "\x00\x01\x02\x03\x04") {
			return nil, false
		}
	}
	body = bytes.Replace(body, []byte(c.InstanceID), []byte(markID), 1)
	if c.FormID != "" {
		body = bytes.Replace(body, []byte(` id="`+c.FormID+`"`), []byte(markForm), 1)
		body = bytes.Replace(body, []byte(` version="`+c.Version+`"`), []byte(markVersion), 1)
	}
	return append([]byte(c.Language+"\x00"+c.FormID+"\x00"+c.Version+"\x00"+c.Name+"\x00"), body...), true
}

// setText is the inverse of text.
func (c *Content) setText(text []byte) error {
	parts := bytes.SplitN(text, []byte{0}, 5)
	if len(parts) != 5 || !utf8.Valid(text[:len(text)-len(parts[len(parts)-1])]) {
		return fmt.Errorf("%w: a text of %d parts, or not UTF-8", ErrContent, len(parts))
	}
	c.Language, c.FormID, c.Version, c.Name = string(parts[0]), string(parts[1]), string(parts[2]), string(parts[3])
	body := bytes.Replace(parts[4], []byte(markVersion), []byte(` version="`+c.Version+`"`), 1)
	body = bytes.Replace(body, []byte(markForm), []byte(` id="`+c.FormID+`"`), 1)
	c.Body = bytes.Replace(body, []byte(markID), []byte(c.InstanceID), 1)
	return nil
}

const uuidPrefix = "uuid:"

// uuidOf returns the 16 bytes of an instance id in its usual form.
func uuidOf(id string) ([]byte, bool) {
	raw, err := hex.DecodeString(strings.ReplaceAll(strings.TrimPrefix(id, uuidPrefix), "-", ""))
	return raw, err == nil && len(raw) == 16 && uuidString(raw) == id
}

func uuidString(raw []byte) string {
	h := hex.EncodeToString(raw)
	return uuidPrefix + h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// by checks that the device named origin is the author.
func (c Content) by(origin identity.ID) error {
	if len(c.Author) != ed25519.PublicKeySize || identity.IDOf(c.Author) != origin {
		return fmt.Errorf("%w: another author than its origin", ErrContent)
	}
	return nil
}
