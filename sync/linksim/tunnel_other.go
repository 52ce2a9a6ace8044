//go:build !linux

package linksim

import "errors"

// A Tunnel is a bad link between two network namespaces, which only Linux has.
type Tunnel struct{ Near, Far, Address string }

// StartTunnel reports that there is none here.
func StartTunnel(int, Profile, uint64) (*Tunnel, error) {
	return nil, errors.New("a link between namespaces needs Linux")
}

// Close does nothing.
func (t *Tunnel) Close() error { return nil }

// Stats is empty.
func (t *Tunnel) Stats() Stats { return Stats{} }
