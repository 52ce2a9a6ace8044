package bundle

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

var (
	_ exchange.Clarifier          = (*Bundle)(nil)
	_ exchange.ClarificationTaker = (*Bundle)(nil)
)

// Ask implements [exchange.ClarificationTaker]: for all whose records are here and all
// who asked, from the beginning, for a bundle doesn't remember whom it met. One ask names
// so many; [Bundle.Bring] asks for the others in further runs.
func (b *Bundle) Ask(context.Context, batch.Peer) (*batch.Ask, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.askedFor = b.unasked()
	b.askedFor = b.askedFor[:min(len(b.askedFor), batch.MaxAskOrigins)]
	if len(b.askedFor) == 0 {
		return nil, nil
	}
	return &batch.Ask{Origins: b.askedFor}, nil
}

// unasked lists whom a peer was not asked about yet in this Bring.
func (b *Bundle) unasked() (origins []identity.ID) {
	known := maps.Clone(b.heard)
	for _, s := range b.stores {
		if !known[s.origin] {
			known[s.origin] = true
			origins = append(origins, s.origin)
		}
	}
	for _, o := range slices.SortedFunc(maps.Keys(b.asking), func(x, y identity.ID) int { return bytes.Compare(x[:], y[:]) }) {
		if !known[o] {
			origins = append(origins, o)
		}
	}
	return origins
}

// hasHeard notes that the last ask was answered, and reports whether more is to be asked.
func (b *Bundle) hasHeard() (more bool) {
	if len(b.askedFor) == 0 {
		return false
	}
	for _, o := range b.askedFor {
		b.heard[o] = true
	}
	b.askedFor = nil
	return len(b.unasked()) > 0
}

// asks has it stand in the bundle that a device wants to hear what is asked back. One
// whose records are here does so anyway; another, that has receipts for all it sent and
// carries a new stick, would wait for ever. A hub says so for the devices that come to it.
func (b *Bundle) asks(device identity.ID) error {
	if b.asking[device] || slices.ContainsFunc(b.stores, func(s store) bool { return s.origin == device }) {
		return nil
	}
	return b.say(batch.Frame{Type: batch.FrameOffer, Offer: batch.Offer{Origin: device}})
}

// TakeClarifications implements [exchange.ClarificationTaker]: each once.
func (b *Bundle) TakeClarifications(_ context.Context, _ batch.Peer, c batch.Clarified) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	c.List = slices.DeleteFunc(slices.Clone(c.List), func(a batch.Addressed) bool { return b.asked[a.ID()] })
	if len(c.List) == 0 {
		return nil
	}
	c.UpTo = 0 // a number of the one who was asked
	return b.say(batch.Frame{Type: batch.FrameClarified, Clarified: c})
}

// Clarifications implements [exchange.Clarifier]. They have no numbers here.
func (b *Bundle) Clarifications(_ context.Context, peer batch.Peer, ask batch.Ask, most int) (all []batch.Numbered, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if peer.Role == batch.RoleDevice {
		if err := b.asks(peer.ID); err != nil {
			return nil, err
		}
	}
	for _, d := range ask.Named {
		if err := b.asks(d.Origin); err != nil {
			return nil, err
		}
	}
	for _, a := range b.questions {
		if n := (batch.Numbered{Addressed: a}); ask.Wants(peer, n) && len(all) < most {
			all = append(all, n)
		}
	}
	return all, nil
}
