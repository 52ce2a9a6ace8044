// Package batch defines the unit of agreement, the [Record], and the unit of
// transfer, the batch: the frames of one request or bundle.
//
// A record is one envelope, one leaf of the centre's log and one receipt. The
// byte layouts are docs/protocol/record.md, receipt.md and batch.md. Lengths
// are bytes, times are seconds since 1970 in UTC, encodings are those of
// package canon. Start at [Make], [Parse] and [Reader].
package batch

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

// A RecordID is the SHA-256 of the COSE Sig_structure of a record's envelope.
type RecordID [32]byte

// Code is the receipt code people write down or say on the air.
func (id RecordID) Code() string { return identity.Code(id[:]) }

// String is hexadecimal, for logs and file names.
func (id RecordID) String() string { return hex.EncodeToString(id[:]) }

// Hash8 is the short hash that have entries and Header.Prev hold.
func (id RecordID) Hash8() [8]byte { return [8]byte(id[:8]) }

// ParseRecordID reads String's form.
func ParseRecordID(s string) (RecordID, error) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != 32 {
		return RecordID{}, fmt.Errorf("batch: %q is no record id", s)
	}
	return RecordID(raw), nil
}

// A Lane is one of the gapless sequences of a device; the lower goes first.
type Lane uint8

// The lanes.
const (
	Control Lane = iota
	Text
	Previews
	Attachments
	lanes
)

func (l Lane) String() string {
	if l < lanes {
		return [...]string{"control", "text", "previews", "attachments"}[l]
	}
	return fmt.Sprintf("lane %d", uint8(l))
}

// A Kind says what a record holds. It stands in the clear header: relays and
// the centre's public listener act on it.
type Kind uint8

// The kinds and the lanes they travel in.
const (
	KindRegistration Kind = 1  // control, not sealed: Registration
	KindEpoch        Kind = 2  // control, not sealed: EpochKeys
	KindCard         Kind = 3  // control, sealed: identity.Card
	KindRevocation   Kind = 4  // control, not sealed: identity.Revocation
	KindResponse     Kind = 16 // text, sealed: Content
	KindContribution Kind = 17 // text, sealed: Content
	KindPack         Kind = 18 // text, sealed: several of the two
	KindReply        Kind = 19 // text, sealed: Content with a Reply
	KindWithdrawal   Kind = 20 // text, sealed: Content with a Withdrawal
	KindPreview      Kind = 24 // previews, sealed: Preview
	KindAttachment   Kind = 32 // attachments: LeafList
)

func (k Kind) String() string {
	switch k {
	case KindRegistration:
		return "registration"
	case KindEpoch:
		return "epoch"
	case KindCard:
		return "card"
	case KindRevocation:
		return "revocation"
	case KindResponse:
		return "response"
	case KindContribution:
		return "contribution"
	case KindPack:
		return "pack"
	case KindReply:
		return "reply"
	case KindWithdrawal:
		return "withdrawal"
	case KindPreview:
		return "preview"
	case KindAttachment:
		return "attachment"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Submission reports whether k is a response or a contribution: what is
// counted, and what a person waits to see received.
func (k Kind) Submission() bool { return k == KindResponse || k == KindContribution }

// lane is where a kind travels. Kinds of newer versions travel anywhere.
func (k Kind) lane(l Lane) bool {
	switch k {
	case 0:
		return false
	case KindRegistration, KindEpoch, KindCard, KindRevocation:
		return l == Control
	case KindResponse, KindContribution, KindPack, KindReply, KindWithdrawal:
		return l == Text
	case KindPreview:
		return l == Previews
	case KindAttachment:
		return l == Attachments
	}
	return l < lanes
}

// sealing reports whether a record of kind k may stand under this epoch: what
// people wrote never travels in clear, what relays act on is never sealed.
func (k Kind) sealing(epoch uint32) bool {
	switch k {
	case KindRegistration, KindEpoch, KindRevocation, KindAttachment:
		return epoch == 0
	case KindCard, KindResponse, KindContribution, KindPack, KindReply, KindWithdrawal, KindPreview:
		return epoch != 0
	}
	return true
}

// A Seq counts the records of a chain from 1, without gaps.
type Seq uint64

// A Chain is one gapless sequence: a device's lane in one incarnation of its
// store. The incarnation is drawn anew when a store is created or restored.
type Chain struct {
	Origin      identity.ID
	Incarnation uint64
	Lane        Lane
}

// Consultation is the short name of a consultation in headers.
type Consultation [8]byte

// ConsultationOf returns the first 8 bytes of the SHA-256 of its ID.
func ConsultationOf(id string) Consultation {
	h := sha256.Sum256([]byte(id))
	return Consultation(h[:8])
}

// A Header is what relays may read of a record. It holds no text.
type Header struct {
	Chain
	Seq          Seq
	Kind         Kind
	Consultation Consultation
	Prev         [8]byte // Hash8 of the record before it in its chain; zero for the first
	Epoch        uint32  // under which the payload is sealed; 0: it is not
}

// headerVersion is the first element of every header; n−1 and n−2 stay readable.
const headerVersion = 1

type headerWire struct {
	_            struct{} `cbor:",toarray"`
	Version      uint
	Origin       [16]byte
	Incarnation  uint64
	Lane         uint8
	Seq          uint64
	Kind         uint8
	Consultation [8]byte
	Prev         [8]byte
	Epoch        uint32
}

// Bytes is the header as it is signed and as sealing binds it.
func (h Header) Bytes() []byte {
	return canon.Encode(headerWire{Version: headerVersion, Origin: h.Origin, Incarnation: h.Incarnation, Lane: uint8(h.Lane),
		Seq: uint64(h.Seq), Kind: uint8(h.Kind), Consultation: h.Consultation, Prev: h.Prev, Epoch: h.Epoch})
}

func parseHeader(raw []byte) (Header, error) {
	var w headerWire
	if err := canon.DecodeExact(raw, &w); err != nil {
		// An array whose first element is a small number above ours.
		if len(raw) > 1 && raw[0]>>5 == 4 && raw[1] > headerVersion && raw[1] < 24 {
			err = fmt.Errorf("header version %d is newer than this program", raw[1])
		}
		return Header{}, err
	}
	h := Header{Chain{w.Origin, w.Incarnation, Lane(w.Lane)}, Seq(w.Seq), Kind(w.Kind), w.Consultation, w.Prev, w.Epoch}
	switch {
	case w.Version != headerVersion:
		return h, fmt.Errorf("header version %d is not known to this program", w.Version)
	case h.Lane >= lanes || h.Seq == 0 || !h.Kind.lane(h.Lane):
		return h, errors.New("lane, sequence or kind out of range")
	case !h.Kind.sealing(h.Epoch):
		return h, fmt.Errorf("a %v under epoch %d", h.Kind, h.Epoch)
	case h.Seq == 1 && h.Prev != [8]byte{}:
		return h, errors.New("a first record names one before it")
	}
	return h, nil
}

// MaxRecord bounds an envelope, in bytes: room for the leaf list of a 512 MB
// attachment.
const MaxRecord = 1200 << 10

// A Record is one envelope and what stands in it for relays to read.
type Record struct {
	Header
	ID       RecordID
	Payload  []byte // sealed, or clear where Header.Epoch is 0
	Envelope []byte // the bytes that travel; never made anew

	envelope identity.Envelope
}

// ErrRecord means bytes that are no record: damaged, or of a kind and version
// this program can't read.
var ErrRecord = errors.New("damaged or unknown record")

// Make signs a record.
func Make(key ed25519.PrivateKey, h Header, payload []byte) (Record, error) {
	raw, err := identity.SignEnvelope(key, h.Bytes(), payload)
	if err != nil {
		return Record{}, err
	}
	return Parse(raw)
}

// Parse reads a record without checking its signature. Whoever keeps it must
// Verify it first: the signature is not part of its ID, so a false one would
// keep the true record out as a duplicate.
func Parse(raw []byte) (Record, error) {
	if len(raw) > MaxRecord {
		return Record{}, fmt.Errorf("%w: %d bytes, more than %d", ErrRecord, len(raw), MaxRecord)
	}
	e, err := identity.ParseEnvelope(raw)
	if err != nil {
		return Record{}, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	h, err := parseHeader(e.Header)
	if err != nil {
		return Record{}, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	return Record{Header: h, ID: e.Digest(), Payload: e.Payload, Envelope: raw, envelope: e}, nil
}

// Verify reports identity.ErrSignature unless key signed r and is the key that
// r's origin names.
func (r Record) Verify(key ed25519.PublicKey) error {
	if identity.IDOf(key) != r.Origin {
		return identity.ErrSignature
	}
	return r.envelope.Verify(key)
}

// Have is the have entry of r: what its holder can say it holds.
func (r Record) Have() Have { return Have{r.Chain, r.Seq, r.ID.Hash8()} }

// A Stop is a hub that a record passed, and when by the hub's clock.
type Stop struct {
	_    struct{} `cbor:",toarray"`
	Hub  identity.ID
	Time int64
}

// Carried is a record on the road: its path grows, its envelope never changes.
type Carried struct {
	Record
	Path []Stop
}
