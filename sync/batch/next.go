package batch

import (
	"errors"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

// nextWire is a record that follows the one before it in its chain: the reader
// knows origin, incarnation, lane, sequence, consultation and previous hash, and
// how an envelope is written. That is 65 bytes of a record on a thin link.
type nextWire struct {
	_         struct{} `cbor:",toarray"`
	Kind      uint8
	Epoch     uint32 // 0: not sealed
	Payload   []byte
	Signature []byte
	Path      []Stop
}

// Follows reports whether r can travel as a FrameNext behind a record frame of
// before: as the next record of the same chain and consultation.
func (r Record) Follows(before Record) bool {
	return r.Chain == before.Chain && r.Seq == before.Seq+1 && r.Prev == before.ID.Hash8() && r.Consultation == before.Consultation
}

func (c Carried) next() []byte {
	return canon.Encode(nextWire{Kind: uint8(c.Kind), Epoch: c.Epoch, Payload: c.Payload, Signature: c.envelope.Signature, Path: c.Path})
}

var errNext = errors.New("a record that follows none")

// decodeNext puts the envelope together as its author signed it.
func decodeNext(payload []byte, before *Record) (Carried, error) {
	var w nextWire
	if err := canon.DecodeExact(payload, &w); err != nil {
		return Carried{}, err
	}
	if before == nil {
		return Carried{}, errNext
	}
	if len(w.Path) > MaxPath {
		return Carried{}, errors.New("a path of too many hubs")
	}
	h := Header{Chain: before.Chain, Seq: before.Seq + 1, Kind: Kind(w.Kind), Consultation: before.Consultation, Prev: before.ID.Hash8(), Epoch: w.Epoch}
	r, err := Parse(identity.JoinEnvelope(h.Bytes(), w.Payload, w.Signature).Bytes())
	if err != nil {
		return Carried{}, err
	}
	c := Carried{Record: r}
	if len(w.Path) > 0 {
		c.Path = w.Path
	}
	return c, nil
}
