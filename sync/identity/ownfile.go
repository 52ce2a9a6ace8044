package identity

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
)

// A FileSeed is the secret of whoever seals files to themselves, as backups are. The
// files are age files (age-encryption.org/v1) to the hybrid recipient of this seed,
// ML-KEM-768 with X25519, so that the age program opens them, too: [FileSeed.AgeKey].
type FileSeed [32]byte

// ErrOtherSeed means that a file is sealed for somebody else, or is no age file.
var ErrOtherSeed = errors.New("this file is not sealed for this key")

// ageKeyPrefix is what identities of this kind begin with (age, pq.go).
const ageKeyPrefix = "AGE-SECRET-KEY-PQ-"

// AgeKey is the seed as an identity file of the age program has it.
func (s FileSeed) AgeKey() string {
	return strings.ToUpper(bech32(strings.ToLower(ageKeyPrefix), s[:]))
}

func (s FileSeed) identity() (*age.HybridIdentity, error) {
	return age.ParseHybridIdentity(s.AgeKey())
}

// Seal returns a writer whose content goes to w sealed. It must be closed; what was
// not closed does not open to its end.
func (s FileSeed) Seal(w io.Writer) (io.WriteCloser, error) {
	id, err := s.identity()
	if err != nil {
		return nil, err
	}
	return age.Encrypt(w, id.Recipient())
}

// Open returns what Seal was given. Each 64 KiB are authentic when they are read; the
// end is when it reads as io.EOF.
func (s FileSeed) Open(r io.Reader) (io.Reader, error) {
	id, err := s.identity()
	if err != nil {
		return nil, err
	}
	plain, err := age.Decrypt(r, id)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOtherSeed, err)
	}
	return plain, nil
}

const bech32Letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 writes bytes as BIP-173 does, prefix in lower case.
func bech32(prefix string, data []byte) string {
	var fives []byte
	bits, n := uint32(0), 0
	for _, b := range data {
		bits, n = bits<<8|uint32(b), n+8
		for ; n >= 5; n -= 5 {
			fives = append(fives, byte(bits>>(n-5)&31))
		}
	}
	if n > 0 {
		fives = append(fives, byte(bits<<(5-n)&31))
	}
	sum := uint32(1)
	feed := func(v byte) {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range [...]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	for _, c := range []byte(prefix) {
		feed(c >> 5)
	}
	feed(0)
	for _, c := range []byte(prefix) {
		feed(c & 31)
	}
	for _, v := range fives {
		feed(v)
	}
	for range 6 {
		feed(0)
	}
	sum ^= 1
	text := []byte(prefix + "1")
	for _, v := range fives {
		text = append(text, bech32Letters[v])
	}
	for i := range 6 {
		text = append(text, bech32Letters[sum>>(5*(5-i))&31])
	}
	return string(text)
}
