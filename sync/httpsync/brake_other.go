//go:build !linux

package httpsync

import (
	"net"
	"time"
)

// brake does nothing here: the system doesn't tell how TCP does.
type brake struct{}

func newBrake(net.Conn, *link) *brake { return nil }

func (b *brake) write(p []byte, w func([]byte) (int, error)) (int, error) { return w(p) }

func (b *brake) until(time.Time) {}

func (b *brake) release() {}
