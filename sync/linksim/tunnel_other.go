//go:build !linux

package linksim

import (
	"errors"
	"io"
	"time"
)

// A Tunnel is a bad link between two network namespaces, which only Linux has.
type Tunnel struct{ Near, Far, Address string }

// StartTunnel reports that there is none here.
func StartTunnel(int, Profile, uint64) (*Tunnel, error) {
	return nil, errors.New("a link between namespaces needs Linux")
}

// Close does nothing.
func (t *Tunnel) Close() error { return nil }

// SetCongestionControl does nothing.
func (t *Tunnel) SetCongestionControl(string) error { return nil }

// Stats is empty.
func (t *Tunnel) Stats() Stats { return Stats{} }

// Age is nothing.
func (t *Tunnel) Age() time.Duration { return 0 }

// WriteTimeline writes nothing.
func (t *Tunnel) WriteTimeline(io.Writer, time.Duration) error { return nil }
