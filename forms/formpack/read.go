package formpack

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"baraza.example/forms/squeeze"
)

// A DamageError says where a packed form stops being readable. The parts before
// were verified and may be kept.
type DamageError struct {
	Part string // "" for the manifest
	Err  error
}

func (e *DamageError) Error() string {
	if e.Part == "" {
		return fmt.Sprintf("the packed form is damaged: %v", e.Err)
	}
	return fmt.Sprintf("the packed form is damaged at its part %s: %v", e.Part, e.Err)
}

func (e *DamageError) Unwrap() error { return e.Err }

// Read reads what Write wrote for one who has base, and takes from base the
// parts that it left out. Where the error is a *[DamageError] and the package
// is not nil, it holds the parts that came before the damage.
func Read(r io.Reader, base *Package) (*Package, error) {
	in := &reader{in: bufio.NewReader(r), base: base}
	p, err := in.manifest()
	if err != nil {
		return nil, &DamageError{Err: err}
	}
	in.p = p
	if base != nil {
		p.Fill(base)
	}
	last := 0
	for {
		number, err := binary.ReadUvarint(in.in)
		switch {
		case err != nil:
			return p, &DamageError{"after " + p.Manifest.Parts[max(last-1, 0)].Name, truncated(err)}
		case number == 0:
			return p, nil
		case number <= uint64(last) || number > uint64(len(p.Manifest.Parts)):
			return p, &DamageError{fmt.Sprint(number), errors.New("there is no such part, or it came before")}
		}
		last = int(number)
		part := p.Manifest.Parts[last-1]
		content, err := in.part(part)
		if err != nil {
			return p, &DamageError{part.Name, err}
		}
		p.content[part.Hash] = content
	}
}

// truncated is the error of a read that found the end too early.
func truncated(err error) error {
	if errors.Is(err, io.EOF) {
		return squeeze.ErrCut
	}
	return err
}

type reader struct {
	in   *bufio.Reader
	p    *Package
	base *Package
}

func (r *reader) manifest() (*Package, error) {
	begin := make([]byte, len(magic))
	if _, err := io.ReadFull(r.in, begin); err != nil || string(begin) != magic && string(begin) != plainMagic {
		return nil, errors.New("this is no packed form")
	}
	text, err := r.frame(MaxManifest)
	if err == nil && string(begin) == magic {
		text, err = squeeze.Unpack(text, MaxManifest)
	}
	if err != nil {
		return nil, err
	}
	m, err := decodeManifest(text)
	if err != nil {
		return nil, err
	}
	return &Package{Manifest: m, content: map[Hash][]byte{}}, nil
}

// frame reads a length and as many bytes, at most most.
func (r *reader) frame(most int) ([]byte, error) {
	n, err := binary.ReadUvarint(r.in)
	if err != nil {
		return nil, truncated(err)
	}
	if n > uint64(most) {
		return nil, fmt.Errorf("%d bytes are too many", n)
	}
	// It grows as bytes come: a length promises nothing.
	data, err := io.ReadAll(io.LimitReader(r.in, int64(n)))
	if err == nil && len(data) < int(n) {
		err = squeeze.ErrCut
	}
	return data, err
}

func (r *reader) part(part Part) ([]byte, error) {
	b, err := r.in.ReadByte()
	if err != nil {
		return nil, truncated(err)
	}
	data, err := r.frame(part.Size)
	if err != nil {
		return nil, err
	}
	content := data
	switch how := method(b); how {
	case stored:
	case squeezed:
		content, err = squeeze.Unpack(data, part.Size)
	case afterForm, afterBase:
		history := r.p.history(part, how, r.base)
		if history == nil {
			return nil, errors.New("it builds on a part that is not here")
		}
		content, err = squeeze.UnpackAfter(data, history, part.Size)
	default:
		return nil, fmt.Errorf("it is packed in the unknown way %d", b)
	}
	if err != nil {
		return nil, err
	}
	if len(content) != part.Size || sha256.Sum256(content) != part.Hash {
		return nil, errors.New("its content is not what the manifest says")
	}
	return content, nil
}
