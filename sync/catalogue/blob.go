package catalogue

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// LeafSize is how many bytes of a blob travel at a time; of an attachment it is
// the same.
const LeafSize = 8 << 10

// MaxContent is the largest content that can be published. It is unpacked in
// memory, and its sums fit one frame.
const MaxContent = 4000 * LeafSize

// An ID names a blob: it is the SHA-256 of its sums.
type ID [sha256.Size]byte

// String is the ID in hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// A Blob is some bytes, by their length and name.
type Blob struct {
	Size int64
	ID   ID
}

// Leaves is how many leaves the blob has.
func (b Blob) Leaves() int { return int((b.Size + LeafSize - 1) / LeafSize) }

// length is how many bytes leaf i has.
func (b Blob) length(i int) int64 { return min(LeafSize, b.Size-int64(i)*LeafSize) }

// Sums are the first 16 bytes of the SHA-256 of each leaf, one after the other.
type Sums []byte

const sumSize = 16

// MaxSums is how long the sums of a blob may be.
const MaxSums = MaxContent / LeafSize * sumSize

// ErrLeaf means that a leaf or the sums of a blob are not those that were
// published.
var ErrLeaf = errors.New("a piece of what was published is damaged")

// SumsOf returns the sums of a content and how it is called.
func SumsOf(content []byte) (Sums, Blob) {
	var s Sums
	for from := 0; from < len(content); from += LeafSize {
		h := sha256.Sum256(content[from:min(from+LeafSize, len(content))])
		s = append(s, h[:sumSize]...)
	}
	return s, Blob{Size: int64(len(content)), ID: sha256.Sum256(s)}
}

// Check reports ErrLeaf unless s are the sums of b.
func (s Sums) Check(b Blob) error {
	if len(s) != b.Leaves()*sumSize || sha256.Sum256(s) != b.ID {
		return fmt.Errorf("%w: its list of sums", ErrLeaf)
	}
	return nil
}

// CheckLeaf reports ErrLeaf unless leaf is number i of b, whose sums are s.
func (s Sums) CheckLeaf(b Blob, i int, leaf []byte) error {
	if i < 0 || i >= b.Leaves() || int64(len(leaf)) != b.length(i) {
		return fmt.Errorf("%w: leaf %d has %d bytes", ErrLeaf, i, len(leaf))
	}
	h := sha256.Sum256(leaf)
	if string(h[:sumSize]) != string(s[i*sumSize:(i+1)*sumSize]) {
		return fmt.Errorf("%w: leaf %d", ErrLeaf, i)
	}
	return nil
}

// OfOne returns the sums of a blob that has one leaf, which need not travel.
func OfOne(leaf []byte) Sums {
	h := sha256.Sum256(leaf)
	return h[:sumSize]
}
