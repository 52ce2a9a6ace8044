package identity

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/veraison/go-cose"

	"baraza.example/sync/canon"
)

// An Envelope is a signed message: COSE_Sign1, untagged, EdDSA, with a header
// of the caller's as the byte string parameter "h" and nothing unprotected.
type Envelope struct {
	Header    []byte
	Payload   []byte
	Signature []byte
	protected []byte // the protected bucket as it was signed
}

// ErrEnvelope means bytes that are no envelope of ours: damaged, in another
// encoding than the deterministic one, or with an unprotected header, which a
// relay could add without breaking the signature.
var ErrEnvelope = errors.New("damaged or foreign envelope")

// ErrSignature means that the key did not sign the envelope.
var ErrSignature = errors.New("the signature does not fit")

const (
	headerLabel = "h"
	// external is the external_aad of RFC 9052: it is signed, never sent, and
	// keeps a record's signature from being taken for another program's.
	external = "baraza record v1"
)

// MaxEnvelope bounds an envelope, in bytes.
const MaxEnvelope = 4 << 20

// SignEnvelope returns the envelope's bytes.
func SignEnvelope(key ed25519.PrivateKey, header, payload []byte) ([]byte, error) {
	signer, err := cose.NewSigner(cose.AlgorithmEdDSA, key)
	if err != nil {
		return nil, err
	}
	m := cose.UntaggedSign1Message{
		Headers: cose.Headers{Protected: cose.ProtectedHeader{
			cose.HeaderLabelAlgorithm: cose.AlgorithmEdDSA,
			headerLabel:               header,
		}},
		Payload: payload,
	}
	if err := m.Sign(nil, []byte(external), signer); err != nil {
		return nil, fmt.Errorf("sign envelope: %w", err)
	}
	return m.MarshalCBOR()
}

// ParseEnvelope reads an envelope without checking its signature.
func ParseEnvelope(raw []byte) (Envelope, error) {
	if len(raw) > MaxEnvelope {
		return Envelope{}, fmt.Errorf("%w: %d bytes, more than %d", ErrEnvelope, len(raw), MaxEnvelope)
	}
	var m cose.UntaggedSign1Message
	if err := m.UnmarshalCBOR(raw); err != nil {
		return Envelope{}, fmt.Errorf("%w: %v", ErrEnvelope, err)
	}
	header, ok := m.Headers.Protected[headerLabel].([]byte)
	alg, err := m.Headers.Protected.Algorithm()
	if !ok || err != nil || alg != cose.AlgorithmEdDSA || len(m.Headers.Protected) != 2 || len(m.Headers.Unprotected) != 0 {
		return Envelope{}, fmt.Errorf("%w: headers", ErrEnvelope)
	}
	// Rebuilt from its parts it must be the same bytes, else it is not the
	// deterministic encoding.
	e := Envelope{Header: header, Payload: m.Payload, Signature: m.Signature, protected: protectedBucket(header)}
	if !bytes.Equal(e.Bytes(), raw) {
		return Envelope{}, fmt.Errorf("%w: %v", ErrEnvelope, canon.ErrNotCanonical)
	}
	return e, nil
}

// protectedBucket is the CBOR map {1: -8, "h": header}.
func protectedBucket(header []byte) []byte {
	return append([]byte{0xa2, 0x01, 0x27, 0x61, 'h'}, canon.Encode(header)...)
}

// Bytes returns the envelope as it travels.
func (e Envelope) Bytes() []byte {
	return canon.Encode([]any{e.protected, map[int]int{}, e.Payload, e.Signature})
}

// sigStructure is RFC 9052, section 4.4.
func (e Envelope) sigStructure() []byte {
	return canon.Encode([]any{"Signature1", e.protected, []byte(external), e.Payload})
}

// Digest is the SHA-256 of what is signed: it names the envelope whatever the
// signature's bytes are.
func (e Envelope) Digest() [32]byte { return sha256.Sum256(e.sigStructure()) }

// Verify reports ErrSignature unless key signed e.
func (e Envelope) Verify(key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, e.sigStructure(), e.Signature) {
		return ErrSignature
	}
	return nil
}
