package batch

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"baraza.example/sync/canon"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/identity"
)

// A batch is a stream of frames: one byte of type, the length as a varint in
// its shortest form, the payload. It has no signature of its own, for everything in it that matters
// is signed; cut short, it counts up to the cut. The same frames are the body
// of a request, a bundle file and a mail attachment.

// FrameType names what a frame holds.
type FrameType uint8

// The frames. Types that a reader does not know are passed over.
const (
	FrameHello     FrameType = 1  // both ways, first: Hello
	FrameOffer     FrameType = 2  // up: Offer
	FrameRecord    FrameType = 3  // up: Carried
	FrameLeaf      FrameType = 4  // up: Leaf
	FrameHave      FrameType = 5  // down: []Have, for the chains offered
	FrameAck       FrameType = 6  // down: how many record, leaf and want frames are durable or refused
	FrameCustody   FrameType = 7  // down, from a hub: Custody
	FrameReceipts  FrameType = 8  // down: Receipts
	FrameRefusal   FrameType = 9  // down: Refusal
	FrameWant      FrameType = 10 // down: Want; up: of what was asked for, what the caller lacks too
	FrameCentre    FrameType = 11 // down: the centre's card
	FrameBye       FrameType = 12 // both ways, last: nothing more to say
	FrameNext      FrameType = 13 // up: Carried, without what the record frame before it says; from version 2 on
	FrameRevoked   FrameType = 14 // down, to a hub: revocations that are known
	FrameGet       FrameType = 15 // up: Get, for what the centre published
	FramePublished FrameType = 16 // down: []catalogue.Publication
	FrameSums      FrameType = 17 // down: Sums
	FramePiece     FrameType = 18 // down: Piece
	FrameAsk       FrameType = 20 // up: Ask
	FrameClarified FrameType = 21 // down: Clarified
	FrameNamed     FrameType = 22 // up, before an ask: Ask.Named
)

// limit is the longest payload of each frame, in bytes.
func (t FrameType) limit() int {
	switch t {
	case FrameRecord, FrameNext:
		return MaxRecord + 4096
	case FrameLeaf, FramePiece:
		return LeafSize + 256
	case FrameAck:
		return binary.MaxVarintLen64
	case FrameReceipts:
		return 1 << 20
	case FrameHave, FrameCustody:
		return 256 << 10
	}
	return 64 << 10
}

// Role is what a party does in an exchange.
type Role uint8

// The roles.
const (
	RoleDevice Role = 1
	RoleHub    Role = 2
	RoleCentre Role = 3
)

// ProtocolVersion is the newest version of the exchange that this program
// speaks; it also understands OldestVersion and what lies between.
const (
	ProtocolVersion = 2 // which has FrameNext
	OldestVersion   = 1
)

// A Hello opens each side's frames.
type Hello struct {
	Oldest uint        `cbor:"1,keyasint"`
	Newest uint        `cbor:"2,keyasint"`
	Role   Role        `cbor:"3,keyasint"`
	ID     identity.ID `cbor:"4,keyasint"`           // of the device, hub or the centre's root
	Name   string      `cbor:"5,keyasint,omitempty"` // of a hub or centre; devices tell theirs only inside the seal
	Time   int64       `cbor:"6,keyasint,omitempty"` // by the sender's clock
	Centre [16]byte    `cbor:"7,keyasint,omitzero"`  // hash of the centre's card the sender holds; zero: none
	// Revoked names the revocations that a hub which calls knows: RevocationsHash; zero: none.
	Revoked [8]byte `cbor:"8,keyasint,omitzero"`
	// Published is how far the catalogue goes that a server holds, catalogue.Cursor's Bytes; zero:
	// it has none to hand down.
	Published [16]byte `cbor:"9,keyasint,omitzero"`
}

// A Peer is who stands at the other end of an exchange, as its hello says.
type Peer struct {
	ID   identity.ID
	Role Role
	Name string
}

// BundleID is that of every bundle: no key's, so nothing can be signed in it.
var BundleID = func() identity.ID {
	h := sha256.Sum256([]byte("baraza bundle"))
	return identity.ID(h[:16])
}()

// Refuse codes. They are stable; words for people are chosen at the edge.
type RefuseCode string

// Why a record or a run is refused.
const (
	RefusedUnknown   RefuseCode = "unknown-origin" // its registration has to come first
	RefusedToken     RefuseCode = "token"          // the invite is not this centre's, or was withdrawn
	RefusedSignature RefuseCode = "signature"
	RefusedMalformed RefuseCode = "malformed"
	RefusedGap       RefuseCode = "gap"       // a record before it is missing
	RefusedFork      RefuseCode = "fork"      // another record stands at its place: a cloned device
	RefusedElsewhere RefuseCode = "elsewhere" // for another consultation
	RefusedRevoked   RefuseCode = "revoked"   // its organisation revoked the device
	RefusedQuota     RefuseCode = "quota"
	RefusedFull      RefuseCode = "full"
	RefusedVersion   RefuseCode = "version"
	RefusedBusy      RefuseCode = "busy"
)

// Temporary reports whether the same record may be taken later without a
// change on the sender's side.
func (c RefuseCode) Temporary() bool {
	switch c {
	case RefusedUnknown, RefusedGap, RefusedQuota, RefusedFull, RefusedBusy:
		return true
	}
	return false
}

// A Refusal says that a record was not taken, and why. A zero Record refuses
// the whole run.
type Refusal struct {
	Record RecordID   `cbor:"1,keyasint"`
	Code   RefuseCode `cbor:"2,keyasint"`
	Detail string     `cbor:"3,keyasint,omitempty"` // English, for logs
	After  int64      `cbor:"4,keyasint,omitempty"` // seconds to wait before trying again
}

func (r Refusal) Error() string {
	if r.Detail == "" {
		return "refused: " + string(r.Code)
	}
	return "refused: " + string(r.Code) + ": " + r.Detail
}

// An Outcome is what became of one record that was offered to a keeper.
type Outcome struct {
	New     bool     // false: it was known already, or refused
	Refusal *Refusal // nil: it is held
}

// A Frame is one decoded frame. Exactly the field of its Type is set.
type Frame struct {
	Type     FrameType
	Hello    Hello
	Offer    Offer
	Record   Carried
	Next     bool // of a record: it travels as FrameNext
	Leaf     Leaf
	Have     []Have
	Ack      uint64
	Custody  Custody
	Receipts Receipts
	Refusal  Refusal
	Want     Want
	Centre   []byte // for identity.Centre.UnmarshalBinary
	Revoked  []identity.Revocation

	Get       Get
	Published []catalogue.Publication
	Sums      Sums
	Piece     Piece
	Ask       Ask
	// Clarified is set in an answer to an Ask.
	Clarified Clarified
}

type recordWire struct {
	_        struct{} `cbor:",toarray"`
	Envelope []byte
	Path     []Stop
}

// MaxPath bounds the hubs on a record's way; there are rarely more than three.
const MaxPath = 16

// Append encodes f at the end of b.
func (f Frame) Append(b []byte) []byte {
	if f.Type == FrameRecord && !f.Next {
		return f.Record.appendFrame(b)
	}
	payload, t := f.payload(), f.Type
	if f.Next {
		t = FrameNext
	}
	b = append(b, byte(t))
	b = binary.AppendUvarint(b, uint64(len(payload)))
	return append(b, payload...)
}

// appendFrame writes a record's frame where it goes, without a copy between: most
// of what travels is records. It is what canon makes of a [recordWire].
func (c Carried) appendFrame(b []byte) []byte {
	path := canon.Encode(c.Path)
	size := 1 + canon.HeadSize(uint64(len(c.Envelope))) + len(c.Envelope) + len(path)
	b = slices.Grow(b, 1+binary.MaxVarintLen64+size)
	b = append(b, byte(FrameRecord))
	b = binary.AppendUvarint(b, uint64(size))
	b = append(b, canon.ArrayOfTwo)
	b = canon.AppendBytes(b, c.Envelope)
	return append(b, path...)
}

func (f Frame) payload() []byte {
	switch f.Type {
	case FrameHello:
		return canon.Encode(f.Hello)
	case FrameOffer:
		return canon.Encode(f.Offer.wire())
	case FrameRecord:
		return f.Record.next()
	case FrameLeaf:
		return canon.Encode(f.Leaf)
	case FrameHave:
		return canon.Encode(havesToWire(f.Have))
	case FrameAck:
		return binary.AppendUvarint(nil, f.Ack)
	case FrameCustody:
		return f.Custody.Encode()
	case FrameReceipts:
		return f.Receipts.Encode()
	case FrameRefusal:
		return canon.Encode(f.Refusal)
	case FrameWant:
		return canon.Encode(f.Want)
	case FrameCentre:
		return f.Centre
	case FrameRevoked:
		return encodeRevocations(f.Revoked)
	case FrameGet:
		return canon.Encode(f.Get)
	case FramePublished:
		return encodePublished(f.Published)
	case FrameSums:
		return canon.Encode(f.Sums)
	case FramePiece:
		return canon.Encode(f.Piece)
	case FrameAsk:
		return f.Ask.encode()
	case FrameNamed:
		return encodeNamed(f.Ask.Named)
	case FrameClarified:
		return f.Clarified.encode()
	}
	return nil
}

// A DamageError says where a batch stops being readable. What came before
// Offset was whole.
type DamageError struct {
	Offset int64
	Err    error
}

func (e *DamageError) Error() string { return fmt.Sprintf("damaged at byte %d: %v", e.Offset, e.Err) }
func (e *DamageError) Unwrap() error { return e.Err }

// A Reader reads frames. It holds one frame at a time in memory.
type Reader struct {
	r      *bufio.Reader
	offset int64
	last   *Record // that a frame brought
	err    error   // the first, for good: behind it nothing can be trusted to be a frame
}

// NewReader returns a Reader of r.
func NewReader(r io.Reader) *Reader { return &Reader{r: bufio.NewReaderSize(r, 16<<10)} }

// Offset is how many bytes were read as whole frames.
func (r *Reader) Offset() int64 { return r.offset }

// Next returns the next frame of a type this program knows, io.EOF at the end
// of the stream, io.ErrUnexpectedEOF inside a frame, a *DamageError, or what
// the stream itself failed with. Once it failed it fails for good.
func (r *Reader) Next() (Frame, error) {
	for r.err == nil {
		f, known, err := r.frame()
		if err != nil {
			r.err = err
		} else if known {
			return f, nil
		}
	}
	return Frame{}, r.err
}

// payload reads n bytes. Of a long frame it holds what has come, not what was
// promised: a server has many callers at once.
func (r *Reader) payload(n int) ([]byte, error) {
	if n <= 64<<10 {
		b := make([]byte, n)
		_, err := io.ReadFull(r.r, b)
		return b, err
	}
	var b bytes.Buffer
	_, err := io.CopyN(&b, r.r, int64(n))
	return b.Bytes(), err
}

func (r *Reader) frame() (f Frame, known bool, err error) {
	t, err := r.r.ReadByte()
	if err != nil {
		return Frame{}, false, err
	}
	head, n, err := readLength(r.r, FrameType(t).limit())
	if err != nil {
		return Frame{}, false, r.failed(err)
	}
	payload, err := r.payload(n)
	if err != nil {
		return Frame{}, false, r.failed(err)
	}
	if FrameType(t) == FrameNext {
		f.Type, f.Next, known = FrameRecord, true, true
		f.Record, err = decodeNext(payload, r.last)
	} else {
		f, known, err = decodeFrame(FrameType(t), payload)
	}
	if err != nil {
		return Frame{}, false, &DamageError{r.offset, err}
	}
	if f.Type == FrameRecord {
		r.last = &f.Record.Record
	}
	r.offset += int64(1 + head + n)
	return f, known, nil
}

// failed tells damage from a stream that ended or broke inside a frame.
func (r *Reader) failed(err error) error {
	switch {
	case errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	case errors.Is(err, errLength):
		return &DamageError{r.offset, err}
	}
	return err
}

var errLength = errors.New("the length of a frame is above its limit or not in the shortest form")

// readLength reads a varint of at most limit, which it may not exceed at any
// byte: a hostile one ends after as many bytes as limit itself would take. It
// returns how many bytes it took, and the number.
func readLength(r io.ByteReader, limit int) (head, n int, err error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return head, 0, err
		}
		n |= int(b&0x7f) << (7 * head)
		head++
		switch last := b < 0x80; {
		case n > limit, last && b == 0 && head > 1, !last && limit>>(7*head) == 0:
			return head, 0, errLength
		case last:
			return head, n, nil
		}
	}
}

func decodeFrame(t FrameType, payload []byte) (f Frame, known bool, err error) {
	f.Type = t
	switch t {
	case FrameHello:
		err = canon.Decode(payload, &f.Hello)
		if err == nil && len(f.Hello.Name) > identity.MaxName {
			err = errors.New("name too long")
		}
	case FrameOffer:
		var w offerWire
		if err = canon.DecodeExact(payload, &w); err == nil {
			f.Offer, err = w.offer()
		}
	case FrameRecord:
		f.Record, err = decodeCarried(payload)
	case FrameLeaf:
		err = canon.DecodeExact(payload, &f.Leaf)
	case FrameHave:
		var w []haveWire
		if err = canon.DecodeExact(payload, &w); err == nil {
			f.Have, err = havesFromWire(w)
		}
	case FrameAck:
		var n int
		if f.Ack, n = binary.Uvarint(payload); n != len(payload) || n <= 0 || n > 1 && payload[n-1] == 0 {
			err = errors.New("acknowledgement is no number")
		}
	case FrameCustody:
		f.Custody, err = DecodeCustody(payload)
	case FrameReceipts:
		f.Receipts, err = DecodeReceipts(payload)
	case FrameRefusal:
		err = canon.Decode(payload, &f.Refusal)
	case FrameWant:
		err = canon.DecodeExact(payload, &f.Want)
	case FrameCentre:
		f.Centre = payload
	case FrameRevoked:
		f.Revoked, err = decodeRevocations(payload)
	case FrameGet:
		err = canon.DecodeExact(payload, &f.Get)
	case FramePublished:
		f.Published, err = decodePublished(payload)
	case FrameSums:
		err = canon.DecodeExact(payload, &f.Sums)
	case FramePiece:
		err = canon.DecodeExact(payload, &f.Piece)
	case FrameAsk:
		f.Ask, err = decodeAsk(payload)
	case FrameNamed:
		f.Ask.Named, err = decodeNamed(payload)
	case FrameClarified:
		f.Clarified, err = decodeClarified(payload)
	case FrameBye:
	default:
		return f, false, nil
	}
	return f, true, err
}

func decodeCarried(payload []byte) (Carried, error) {
	var w recordWire
	if err := canon.DecodeExact(payload, &w); err != nil {
		return Carried{}, err
	}
	if len(w.Path) > MaxPath {
		return Carried{}, errors.New("a path of too many hubs")
	}
	r, err := Parse(w.Envelope)
	if err != nil {
		return Carried{}, err
	}
	c := Carried{Record: r}
	if len(w.Path) > 0 {
		c.Path = w.Path
	}
	return c, nil
}
