package bundle

import (
	"context"
	"slices"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

var (
	_ exchange.Clarifier          = (*Bundle)(nil)
	_ exchange.ClarificationTaker = (*Bundle)(nil)
)

// Ask implements [exchange.ClarificationTaker]: for all whose records are here,
// from the beginning, for a bundle doesn't remember whom it met.
func (b *Bundle) Ask(context.Context, batch.Peer) (*batch.Ask, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ask := &batch.Ask{}
	known := map[identity.ID]bool{}
	for _, s := range b.stores {
		if !known[s.origin] && len(ask.Origins) < batch.MaxAskOrigins {
			known[s.origin] = true
			ask.Origins = append(ask.Origins, s.origin)
		}
	}
	if len(ask.Origins) == 0 {
		return nil, nil
	}
	return ask, nil
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
	for _, a := range b.questions {
		if ask.Wants(peer, a) && len(all) < most {
			all = append(all, batch.Numbered{Addressed: a})
		}
	}
	return all, nil
}
