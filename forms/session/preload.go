package session

import (
	crypto "crypto/rand"
	"encoding/hex"
	"time"
)

// timestamp is how JavaRosa writes a date-time.
const timestamp = "2006-01-02T15:04:05.000-07:00"

// preload fills in what the form takes from its surroundings at the start
// (jr:preload in the ODK XForms specification).
func (s *Session) preload(n *node) {
	if n.plan.q == nil {
		for _, c := range n.below() {
			s.preload(c)
		}
		return
	}
	b := n.plan.c.Bind
	value := ""
	switch b.Preload {
	case "timestamp":
		if b.PreloadParams == "start" {
			value = s.started.Format(timestamp)
		}
	case "date":
		value = s.now().Format(time.DateOnly)
	case "property":
		value = s.opts.Property[b.PreloadParams]
	case "uid":
		value = s.instanceID
		if n.plan.c.Name != "instanceID" {
			value = "uuid:" + s.uuid()
		}
	}
	if value != "" {
		s.store(n, clean(n.plan.q, value))
	}
}

// stampEnd fills in the times that are taken when the response is finished.
func (s *Session) stampEnd(n *node, at time.Time) {
	s.eachQuestion(n, func(q *node) {
		if b := q.plan.c.Bind; b.Preload == "timestamp" && b.PreloadParams == "end" {
			s.store(q, at.Format(timestamp))
		}
	})
}

// uuid draws a random UUID (RFC 9562, version 4).
func (s *Session) uuid() string {
	var b [16]byte
	if s.opts.Rand != nil {
		for i := range b {
			b[i] = byte(s.opts.Rand.Uint32())
		}
	} else {
		crypto.Read(b[:]) // never fails
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	x := hex.EncodeToString(b[:])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}
