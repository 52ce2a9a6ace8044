package batch

import (
	"errors"
	"fmt"

	"baraza.example/sync/identity"
)

// A Have says that its sender holds a chain up to Seq, whose record begins
// with Hash. A device that is told a hash it does not know was cloned or set
// back.
type Have struct {
	Chain
	Seq  Seq
	Hash [8]byte
}

// A Tail is what a sender offers of a chain: everything from First, the first
// record without a receipt, up to Top.
type Tail struct {
	Chain
	First Seq
	Top   Have
}

// A Position is how far an origin has followed the centre's log: the size of
// the last checkpoint it took. The next receipts start from there.
type Position struct {
	Size int64
	Root [32]byte // so that a log that forked is noticed at once
}

// An Offer opens what a sender says of one origin in one incarnation: where it
// stands in the log and which chains it has records of, each of another lane.
// The copies of a cloned device stand at different places, so who carries for
// them makes several offers of one origin; a chain may stand in more than one.
type Offer struct {
	Origin   identity.ID
	Position Position
	Tails    []Tail
}

type haveWire struct {
	_           struct{} `cbor:",toarray"`
	Origin      [16]byte
	Incarnation uint64
	Lane        uint8
	Seq         uint64
	Hash        [8]byte
}

type tailWire struct {
	_           struct{} `cbor:",toarray"`
	Incarnation uint64
	Lane        uint8
	First       uint64
	Top         uint64
	Hash        [8]byte
}

type offerWire struct {
	_      struct{} `cbor:",toarray"`
	Origin [16]byte
	Size   int64
	Root   []byte
	Tails  []tailWire
}

func havesToWire(hs []Have) []haveWire {
	ws := make([]haveWire, len(hs))
	for i, h := range hs {
		ws[i] = haveWire{Origin: h.Origin, Incarnation: h.Incarnation, Lane: uint8(h.Lane), Seq: uint64(h.Seq), Hash: h.Hash}
	}
	return ws
}

func havesFromWire(ws []haveWire) ([]Have, error) {
	hs := make([]Have, len(ws))
	for i, w := range ws {
		if w.Lane >= uint8(lanes) {
			return nil, fmt.Errorf("lane %d does not exist", w.Lane)
		}
		hs[i] = Have{Chain{w.Origin, w.Incarnation, Lane(w.Lane)}, Seq(w.Seq), w.Hash}
	}
	return hs, nil
}

func (o Offer) wire() offerWire {
	w := offerWire{Origin: o.Origin, Size: o.Position.Size}
	if o.Position.Size > 0 {
		w.Root = o.Position.Root[:]
	}
	for _, t := range o.Tails {
		w.Tails = append(w.Tails, tailWire{Incarnation: t.Incarnation, Lane: uint8(t.Lane), First: uint64(t.First), Top: uint64(t.Top.Seq), Hash: t.Top.Hash})
	}
	return w
}

func (w offerWire) offer() (Offer, error) {
	o := Offer{Origin: w.Origin, Position: Position{Size: w.Size}}
	copy(o.Position.Root[:], w.Root)
	if w.Size < 0 || w.Size == 0 && len(w.Root) != 0 || w.Size > 0 && len(w.Root) != 32 {
		return o, errors.New("position out of range")
	}
	var lane [lanes]bool
	for _, t := range w.Tails {
		if t.Lane >= uint8(lanes) || t.First == 0 || t.Top < t.First {
			return o, errors.New("tail out of range")
		}
		if lane[t.Lane] || t.Incarnation != w.Tails[0].Incarnation {
			return o, errors.New("an offer is of one incarnation and has each lane once")
		}
		lane[t.Lane] = true
		c := Chain{w.Origin, t.Incarnation, Lane(t.Lane)}
		o.Tails = append(o.Tails, Tail{c, Seq(t.First), Have{c, Seq(t.Top), t.Hash}})
	}
	return o, nil
}
