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

// SignEnvelope returns the envelope's bytes. An empty payload is allowed.
func SignEnvelope(key ed25519.PrivateKey, header, payload []byte) ([]byte, error) {
	signer, err := cose.NewSigner(cose.AlgorithmEdDSA, key)
	if err != nil {
		return nil, err
	}
	m := cose.UntaggedSign1Message{
		Headers: cose.Headers{Protected: cose.ProtectedHeader{
			cose.HeaderLabelAlgorithm: cose.AlgorithmEdDSA,
			headerLabel:               append([]byte{}, header...), // nil would be null
		}},
		Payload: append([]byte{}, payload...), // nil would mean that it travels elsewhere
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
	// The form is so narrow that a general COSE decoder is not needed, nor the
	// memory that it would spend on headers we refuse anyway.
	var w envelopeWire
	if err := canon.DecodeExact(raw, &w); err != nil {
		return Envelope{}, fmt.Errorf("%w: %v", ErrEnvelope, err)
	}
	var header []byte
	rest, ok := bytes.CutPrefix(w.Protected, protectedPrefix)
	if !ok || canon.DecodeExact(rest, &header) != nil || len(w.Signature) != ed25519.SignatureSize {
		return Envelope{}, fmt.Errorf("%w: headers or length of the signature", ErrEnvelope)
	}
	return Envelope{Header: header, Payload: w.Payload, Signature: w.Signature, protected: w.Protected}, nil
}

// JoinEnvelope puts an envelope together again from its parts.
func JoinEnvelope(header, payload, signature []byte) Envelope {
	return Envelope{Header: header, Payload: payload, Signature: signature, protected: append(protectedPrefix[:len(protectedPrefix):len(protectedPrefix)], canon.Encode(header)...)}
}

// envelopeWire is COSE_Sign1. Unprotected has no fields: whatever stands in
// that map is gone when it is encoded again, and so DecodeExact refuses it.
type envelopeWire struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected struct{}
	Payload     []byte
	Signature   []byte
}

// protectedPrefix begins the protected bucket {1: -8, "h": header}.
var protectedPrefix = []byte{0xa2, 0x01, 0x27, 0x61, headerLabel[0]}

// Bytes returns the envelope as it travels.
func (e Envelope) Bytes() []byte {
	return canon.Encode(envelopeWire{Protected: e.protected, Payload: e.Payload, Signature: e.Signature})
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
