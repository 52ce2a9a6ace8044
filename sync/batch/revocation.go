package batch

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

// NewRevocation is the payload of a record that brings a revocation. Any device of the
// organisation may carry it: what counts is the organisation's signature inside.
func NewRevocation(r identity.Revocation) []byte {
	raw, _ := r.MarshalBinary() // never fails
	return raw
}

// ReadRevocation reads a revocation out of r and checks its signature. Whether the
// device was of that organisation, the registrations of both say.
func ReadRevocation(r Record) (v identity.Revocation, err error) {
	if r.Kind != KindRevocation || r.Epoch != 0 {
		return v, fmt.Errorf("%w: it is a %v", identity.ErrRevocation, r.Kind)
	}
	err = v.UnmarshalBinary(r.Payload)
	return v, err
}

// RevokedBy reports whether v revokes the device of this registration.
func (g Registration) RevokedBy(v identity.Revocation) bool {
	return v.Of(g.OrgKey, identity.IDOf(g.DeviceKey))
}

// MaxRevocations is how many of them a party keeps and tells. They are rare: one for
// each device that was lost.
const MaxRevocations = 10_000

// RevocationsPerFrame is how many fit one frame.
const RevocationsPerFrame = 400

// RevocationsHash names a set of revocations: the first 8 bytes of the SHA-256 of their
// encodings in rising order; zero for none.
func RevocationsHash(rs []identity.Revocation) (sum [8]byte) {
	if len(rs) == 0 {
		return sum
	}
	all := make([][]byte, len(rs))
	for i, r := range rs {
		all[i] = NewRevocation(r)
	}
	slices.SortFunc(all, bytes.Compare)
	h := sha256.New()
	for _, one := range all {
		h.Write(one)
	}
	return [8]byte(h.Sum(nil))
}

func encodeRevocations(rs []identity.Revocation) []byte {
	all := make([][]byte, len(rs))
	for i, r := range rs {
		all[i] = NewRevocation(r)
	}
	return canon.Encode(all)
}

// decodeRevocations checks their signatures, too.
func decodeRevocations(payload []byte) ([]identity.Revocation, error) {
	var all [][]byte
	if err := canon.DecodeExact(payload, &all); err != nil {
		return nil, err
	}
	if len(all) > RevocationsPerFrame {
		return nil, errors.New("too many revocations in a frame")
	}
	rs := make([]identity.Revocation, len(all))
	for i, one := range all {
		if err := rs[i].UnmarshalBinary(one); err != nil {
			return nil, err
		}
	}
	return rs, nil
}
