package main

import (
	"bytes"
	"io"
	"sync"
)

// held keeps back what a window says on its way up, until it is known whether
// that is a reason for having none: then the reason alone is worth reading.
type held struct {
	out      io.Writer
	noWindow func() // called once, when there is a reason

	mu     sync.Mutex
	said   tail
	known  bool // there is a reason
	passes bool // what is said goes out at once
}

// Write implements [io.Writer].
func (h *held) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.passes {
		return h.out.Write(p)
	}
	_, _ = h.said.Write(p)
	if !h.known && explain(h.said.String()) != "" {
		h.known = true
		h.noWindow()
	}
	return len(p), nil
}

// release lets out what was kept, and from now on all that is said, unless
// there is no window.
func (h *held) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.passes && !h.known {
		h.passes = true
		_, _ = io.WriteString(h.out, h.said.String())
	}
}

// why is the reason why there is no window, or "".
func (h *held) why() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.known {
		return ""
	}
	return explain(h.said.String())
}

// A tail keeps the end of what is written to it.
type tail struct{ buf bytes.Buffer }

const tailBytes = 16 << 10

// Write implements [io.Writer].
func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	if t.buf.Len()+n > 2*tailBytes {
		kept := t.buf.Bytes()
		kept = bytes.Clone(kept[max(0, len(kept)-tailBytes):])
		t.buf.Reset()
		t.buf.Write(kept)
		p = p[max(0, len(p)-tailBytes):]
	}
	t.buf.Write(p)
	return n, nil
}

func (t *tail) String() string { return t.buf.String() }
