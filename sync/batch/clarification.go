package batch

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

// A Clarification is what the secretariat asks back about one submission, on its
// way down to the device that made it. It is sealed under an epoch of that
// device: nobody but the device and the recipients has its key, so that who
// sealed it is one of them, and hubs that carry it can neither read nor make one.
type Clarification struct {
	Origin       identity.ID  // the device that is asked
	Consultation Consultation // that the submission was for
	Epoch        uint32       // under which it is sealed
	Asked        int64        // by the centre's clock
	Sealed       []byte
}

// A ClarificationID names a clarification: the first 16 bytes of the SHA-256 of
// its encoding.
type ClarificationID [16]byte

// String is hexadecimal, for logs and commands.
func (id ClarificationID) String() string { return hex.EncodeToString(id[:]) }

// A Question is what a clarification says.
type Question struct {
	InstanceID string // of the submission that it is about
	Revision   uint32 // that was read
	Text       string
	About      string // path of the question that is meant, or "": the whole
	From       string // who asks, as the desk knows them; may be empty
	Language   string // of the text; may be empty
}

// Limits of clarifications.
const (
	MaxQuestion       = 4000     // characters of a question or reply
	maxClarification  = 20 << 10 // bytes of one on the road
	MaxClarifications = 10_000   // that a party keeps, and hands down in one run
	MaxAskOrigins     = 1000     // that one ask names, in either way
	maxAbout          = 1000     // bytes of a path
)

// ErrClarification means that a clarification or a reply is damaged, or says
// more than it may.
var ErrClarification = errors.New("the question or the reply is damaged or too long")

type clarificationWire struct {
	_            struct{} `cbor:",toarray"`
	Version      uint8
	Origin       identity.ID
	Consultation Consultation
	Epoch        uint32
	Asked        int64
	Sealed       []byte
}

type clarificationHead struct {
	_            struct{} `cbor:",toarray"`
	Purpose      string   // unlike a record's header, which begins with a number
	Origin       identity.ID
	Consultation Consultation
	Epoch        uint32
	Asked        int64
}

type questionWire struct {
	InstanceID string `cbor:"1,keyasint"`
	Revision   uint32 `cbor:"2,keyasint"`
	Text       string `cbor:"3,keyasint"`
	About      string `cbor:"4,keyasint,omitempty"`
	From       string `cbor:"5,keyasint,omitempty"`
	Language   string `cbor:"6,keyasint,omitempty"`
}

func (c Clarification) head() []byte {
	return canon.Encode(clarificationHead{Purpose: "clarification v1", Origin: c.Origin, Consultation: c.Consultation, Epoch: c.Epoch, Asked: c.Asked})
}

// Check reports what is wrong with q, nil for nothing.
func (q Question) Check() error {
	if q.InstanceID == "" || len(q.InstanceID) > maxAbout || len(q.About) > maxAbout || len(q.From) > identity.MaxName || len(q.Language) > identity.MaxName {
		return ErrClarification
	}
	return checkText(q.Text)
}

func checkText(text string) error {
	if text == "" || utf8.RuneCountInString(text) > MaxQuestion {
		return fmt.Errorf("%w: a text has 1 to %d characters", ErrClarification, MaxQuestion)
	}
	return nil
}

// NewClarification seals q for the device origin, under the epoch e of it.
func NewClarification(e identity.Epoch, origin identity.ID, of Consultation, asked int64, q Question) (Clarification, error) {
	if err := q.Check(); err != nil {
		return Clarification{}, err
	}
	c := Clarification{Origin: origin, Consultation: of, Epoch: e.Number, Asked: asked}
	c.Sealed = e.Seal(c.head(), compress(canon.Encode(questionWire(q))))
	return c, nil
}

// Open returns what c says, if e is the epoch that it was sealed under.
func (c Clarification) Open(e identity.Epoch) (Question, error) {
	if c.Epoch == 0 || c.Epoch != e.Number {
		return Question{}, identity.ErrSeal
	}
	plain, err := e.Open(c.head(), c.Sealed)
	if err != nil {
		return Question{}, err
	}
	raw, err := decompress(plain)
	if err != nil {
		return Question{}, err
	}
	var w questionWire
	if err := canon.Decode(raw, &w); err != nil {
		return Question{}, fmt.Errorf("%w: %v", ErrClarification, err)
	}
	q := Question(w)
	return q, q.Check()
}

// Encode is c as it travels and is kept.
func (c Clarification) Encode() []byte {
	return canon.Encode(clarificationWire{Version: 1, Origin: c.Origin, Consultation: c.Consultation, Epoch: c.Epoch, Asked: c.Asked, Sealed: c.Sealed})
}

// DecodeClarification reads what Encode wrote.
func DecodeClarification(raw []byte) (Clarification, error) {
	var w clarificationWire
	if len(raw) > maxClarification {
		return Clarification{}, ErrClarification
	}
	if err := canon.DecodeExact(raw, &w); err != nil {
		return Clarification{}, fmt.Errorf("%w: %v", ErrClarification, err)
	}
	if w.Version != 1 || w.Epoch == 0 || w.Asked < 0 || len(w.Sealed) <= identity.SealOverhead {
		return Clarification{}, ErrClarification
	}
	return Clarification{w.Origin, w.Consultation, w.Epoch, w.Asked, w.Sealed}, nil
}

// ID names c.
func (c Clarification) ID() ClarificationID {
	h := sha256.Sum256(c.Encode())
	return ClarificationID(h[:16])
}

// An Addressed is a clarification with the hubs that carried what it is about:
// the way down to its device.
type Addressed struct {
	Clarification
	Hubs []identity.ID // at most MaxPath; none on the last stretch
}

// A Numbered clarification has a place in the order in which a party came by it.
type Numbered struct {
	Number uint64 // from 1
	Addressed
}

// An Ask asks for clarifications. Numbers are the peer's, and mean nothing
// elsewhere.
type Ask struct {
	After   uint64        // those up to this number have been taken
	Origins []identity.ID // of these devices; none: the caller's own or, of a hub, all that went through it
	// Named are devices of which the caller asks besides, whichever way went what
	// they sent. They travel in a frame of their own, before the ask.
	Named []Named
}

// Named is a device that is asked for by name: it came by at a hub where nothing of it
// may ever have passed.
type Named struct {
	Origin identity.ID
	After  uint64 // those up to this number have been taken
}

// Wants reports whether n is for who asks, and new there: by name, or else for the
// caller itself and, of a hub, for those whose records it brought.
func (a Ask) Wants(caller Peer, n Numbered) bool {
	if slices.ContainsFunc(a.Named, func(d Named) bool { return d.Origin == n.Origin && n.above(d.After) }) {
		return true
	}
	switch {
	case !n.above(a.After):
		return false
	case len(a.Origins) > 0:
		return slices.Contains(a.Origins, n.Origin)
	case n.Origin == caller.ID:
		return true
	}
	return caller.Role == RoleHub && slices.Contains(n.Hubs, caller.ID)
}

// above reports whether n comes after a number. In a bundle nothing has one.
func (n Numbered) above(after uint64) bool { return n.Number > after || n.Number == 0 }

// Within is a for a party whose last number is last. It was set back where more was
// taken of it, and is asked from the beginning.
func (a Ask) Within(last uint64) Ask {
	if a.After > last {
		a.After = 0
	}
	a.Named = slices.Clone(a.Named)
	for i, d := range a.Named {
		if d.After > last {
			a.Named[i].After = 0
		}
	}
	return a
}

// First is the number above which all stand that a can want.
func (a Ask) First() uint64 {
	first := a.After
	for _, d := range a.Named {
		first = min(first, d.After)
	}
	return first
}

// Clarified is an answer to an Ask.
type Clarified struct {
	UpTo uint64 // the peer's number of the last of them
	List []Addressed
}

type askWire struct {
	_       struct{} `cbor:",toarray"`
	After   uint64
	Origins []identity.ID
}

type clarifiedWire struct {
	_    struct{} `cbor:",toarray"`
	UpTo uint64
	List []addressedWire
}

type addressedWire struct {
	_             struct{} `cbor:",toarray"`
	Clarification []byte
	Hubs          []identity.ID
}

func (a Ask) encode() []byte {
	return canon.Encode(askWire{After: a.After, Origins: append([]identity.ID{}, a.Origins...)})
}

func decodeAsk(payload []byte) (Ask, error) {
	var w askWire
	if err := canon.DecodeExact(payload, &w); err != nil {
		return Ask{}, err
	}
	if len(w.Origins) > MaxAskOrigins {
		return Ask{}, errors.New("an ask of too many devices")
	}
	return Ask{After: w.After, Origins: w.Origins}, nil
}

type namedWire struct {
	_      struct{} `cbor:",toarray"`
	Origin identity.ID
	After  uint64
}

func encodeNamed(all []Named) []byte {
	w := []namedWire{}
	for _, d := range all {
		w = append(w, namedWire{Origin: d.Origin, After: d.After})
	}
	return canon.Encode(w)
}

func decodeNamed(payload []byte) (all []Named, err error) {
	var w []namedWire
	if err := canon.DecodeExact(payload, &w); err != nil {
		return nil, err
	}
	if len(w) > MaxAskOrigins {
		return nil, errors.New("an ask of too many devices")
	}
	for _, d := range w {
		all = append(all, Named{d.Origin, d.After})
	}
	return all, nil
}

func (c Clarified) encode() []byte {
	w := clarifiedWire{UpTo: c.UpTo, List: []addressedWire{}}
	for _, a := range c.List {
		w.List = append(w.List, addressedWire{Clarification: a.Encode(), Hubs: append([]identity.ID{}, a.Hubs...)})
	}
	return canon.Encode(w)
}

func decodeClarified(payload []byte) (c Clarified, err error) {
	var w clarifiedWire
	if err := canon.DecodeExact(payload, &w); err != nil {
		return c, err
	}
	c.UpTo = w.UpTo
	for _, a := range w.List {
		if len(a.Hubs) > MaxPath {
			return c, errors.New("a way of too many hubs")
		}
		one, err := DecodeClarification(a.Clarification)
		if err != nil {
			return c, err
		}
		c.List = append(c.List, Addressed{one, a.Hubs})
	}
	return c, nil
}

// Answers makes frames out of what is to be handed down to who asked so. One that named
// devices is told at the end up to where it has heard all of them.
func Answers(ask Ask, all []Numbered) (frames []Frame) {
	var c Clarified
	size := 0
	for _, a := range all {
		n := len(a.Encode()) + 17*len(a.Hubs) + 16
		if len(c.List) > 0 && size+n > FrameClarified.limit()-64 {
			frames, c, size = append(frames, Frame{Type: FrameClarified, Clarified: c}), Clarified{}, 0
		}
		c.UpTo, c.List, size = a.Number, append(c.List, a.Addressed), size+n
	}
	if len(c.List) > 0 {
		frames = append(frames, Frame{Type: FrameClarified, Clarified: c})
	}
	if len(ask.Named) > 0 {
		upTo := c.UpTo
		if len(all) < MaxClarifications {
			upTo = max(upTo, ask.After)
		}
		frames = append(frames, Frame{Type: FrameClarified, Clarified: Clarified{UpTo: upTo}})
	}
	return frames
}

// A Reply is the body of a KindReply: what an author answers to a clarification.
type Reply struct {
	To    ClarificationID `cbor:"1,keyasint"`
	About string          `cbor:"2,keyasint"` // instanceID of the submission that was asked about
	Text  string          `cbor:"3,keyasint"`
}

// Encode is the body.
func (r Reply) Encode() []byte { return canon.Encode(r) }

// DecodeReply reads a body.
func DecodeReply(body []byte) (r Reply, err error) {
	if err := canon.Decode(body, &r); err != nil {
		return r, fmt.Errorf("%w: %v", ErrClarification, err)
	}
	if r.About == "" || len(r.About) > maxAbout {
		return r, ErrClarification
	}
	return r, checkText(r.Text)
}

// A Withdrawal is the body of a KindWithdrawal: the author of the submission with
// the content's instanceID takes it back. What it was stays where it is.
type Withdrawal struct {
	Kind   Kind   `cbor:"1,keyasint"` // of what is withdrawn
	Reason string `cbor:"2,keyasint,omitempty"`
}

// Encode is the body.
func (w Withdrawal) Encode() []byte { return canon.Encode(w) }

// DecodeWithdrawal reads a body.
func DecodeWithdrawal(body []byte) (w Withdrawal, err error) {
	if err := canon.Decode(body, &w); err != nil {
		return w, fmt.Errorf("%w: %v", ErrClarification, err)
	}
	if !w.Kind.Submission() || utf8.RuneCountInString(w.Reason) > MaxQuestion {
		return w, ErrClarification
	}
	return w, nil
}
