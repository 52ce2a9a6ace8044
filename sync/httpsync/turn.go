package httpsync

import (
	"encoding/binary"
	"errors"
)

// Where a proxy hands on nothing but whole requests and whole answers, a run
// goes in turns: each is one bounded POST with an answer that ends. The streams
// of the run are cut into turns anywhere; offsets say which bytes a turn has, so
// that one whose answer was lost is simply sent again. docs/protocol/http.md has
// the layout.

// TurnType is the content type of a turn and of its answer.
const TurnType = "application/vnd.baraza.turn"

// A turn is a stretch of one of a run's streams, and how far its sender has
// got with the other.
type turn struct {
	run   runID
	flags byte
	up    uint64 // of a caller: where data begins; of a server: how many bytes it has taken
	down  uint64 // of a caller: how many bytes it has; of a server: where data begins
	data  []byte
}

// runID names a run. It is drawn at random: who does not know it can't speak in the run.
type runID [16]byte

const (
	turnMagic = 0xb7 // no frame of an exchange and no page begins with it

	turnEnd  = 1 // the sender's stream ends behind data
	turnMore = 2 // of a caller: more is ready, so the answer need not wait for a word
	turnGone = 4 // of a server: the run is not here, or was given up

	turnFlags = turnEnd | turnMore | turnGone
	maxTurn   = 1 << 20 // bytes of data
	turnHead  = 1 + len(runID{}) + 1 + 2*binary.MaxVarintLen64
)

var errTurn = errors.New("this is no turn of an exchange")

func (t turn) appendHead(b []byte) []byte {
	b = append(b, turnMagic)
	b = append(b, t.run[:]...)
	b = append(b, t.flags)
	b = binary.AppendUvarint(b, t.up)
	return binary.AppendUvarint(b, t.down)
}

func (t turn) encode() []byte { return append(t.appendHead(nil), t.data...) }

// parseTurn reads the head of a turn; data is what follows it in b.
func parseTurn(b []byte) (t turn, err error) {
	if len(b) < 2+len(t.run) || b[0] != turnMagic || b[1+len(t.run)]&^byte(turnFlags) != 0 {
		return turn{}, errTurn
	}
	copy(t.run[:], b[1:])
	t.flags = b[1+len(t.run)]
	b = b[2+len(t.run):]
	for _, v := range []*uint64{&t.up, &t.down} {
		n := 0
		if *v, n = binary.Uvarint(b); n <= 0 || n > 1 && b[n-1] == 0 || *v > 1<<62 {
			return turn{}, errTurn
		}
		b = b[n:]
	}
	t.data = b
	return t, nil
}
