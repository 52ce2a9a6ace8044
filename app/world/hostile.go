package world

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"sync"

	"baraza.example/sync/batch"
	"baraza.example/sync/canon"
	"baraza.example/sync/exchange"
)

// Mischief is what hostile hubs have done to what they carry.
type Mischief struct{ Dropped, Swapped, Replayed, Altered int }

// All is how often.
func (m Mischief) All() int { return m.Dropped + m.Swapped + m.Replayed + m.Altered }

// A saboteur takes records on their way from a hub to whom it meets, and now and
// then drops one, sends it behind the next, sends it twice or changes a bit of it.
type saboteur struct {
	exchange.Transport
	share float64

	mu   sync.Mutex
	r    *rand.Rand
	done Mischief
}

// Open implements exchange.Transport.
func (s *saboteur) Open(ctx context.Context) (exchange.Conn, error) {
	c, err := s.Transport.Open(ctx)
	if err != nil {
		return nil, err
	}
	return &sabotaged{Conn: c, s: s}, nil
}

// A sabotaged connection hands on whole frames.
type sabotaged struct {
	exchange.Conn
	s    *saboteur
	rest []byte // of a frame that is not whole yet
	held []byte // a record that goes behind the next frame
}

// Write implements exchange.Conn.
func (c *sabotaged) Write(b []byte) (int, error) {
	c.rest = append(c.rest, b...)
	var out []byte
	for {
		n := frameLength(c.rest)
		if n == 0 {
			break
		}
		out = append(out, c.pass(c.rest[:n])...)
		c.rest = c.rest[n:]
	}
	if len(out) > 0 {
		if _, err := c.Conn.Write(out); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// frameLength is how many bytes the frame at the beginning of b has, 0 while it
// is not whole.
func frameLength(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	size, n := binary.Uvarint(b[1:])
	if n <= 0 || uint64(len(b)) < uint64(1+n)+size {
		return 0
	}
	return 1 + n + int(size)
}

// pass returns what is sent of a frame.
func (c *sabotaged) pass(frame []byte) []byte {
	frame = append([]byte(nil), frame...)
	held := c.held
	c.held = nil
	if t := batch.FrameType(frame[0]); t != batch.FrameRecord && t != batch.FrameNext {
		return append(held, frame...) // at the latest before anything else
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.s.r.Float64() >= c.s.share {
		return append(frame, held...)
	}
	switch c.s.r.IntN(4) {
	case 0:
		c.s.done.Dropped++
		return held
	case 1:
		if held == nil {
			c.s.done.Swapped++
			c.held = frame
			return nil
		}
		return append(frame, held...)
	case 2:
		c.s.done.Replayed++
		return append(append(frame, frame...), held...)
	}
	c.s.done.Altered++
	_, head := binary.Uvarint(frame[1:])
	first, end := 1+head, len(frame)-pathLength(frame)
	if c.s.r.IntN(2) == 0 {
		first = max(first, end-signature) // else it is nearly always the text
	}
	frame[first+c.s.r.IntN(end-first)] ^= 1 << c.s.r.IntN(8)
	return append(frame, held...)
}

// signature is how many bytes it has; it stands before the path.
const signature = 64

// pathLength is how many bytes at the end of a record's frame are the path: the
// word of the hubs themselves, which nobody signed and which tells nothing but
// the way.
func pathLength(frame []byte) int {
	_, n := binary.Uvarint(frame[1:])
	payload := frame[1+n:]
	var first struct {
		_        struct{} `cbor:",toarray"`
		Envelope []byte
		Path     []batch.Stop
	}
	if canon.DecodeExact(payload, &first) == nil {
		return len(canon.Encode(first.Path))
	}
	var next struct {
		_                  struct{} `cbor:",toarray"`
		Kind, Epoch        uint32
		Payload, Signature []byte
		Path               []batch.Stop
	}
	if canon.DecodeExact(payload, &next) == nil {
		return len(canon.Encode(next.Path))
	}
	return 0
}
