package bundle

import (
	"context"
	"slices"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

var (
	_ exchange.Revoker         = (*Bundle)(nil)
	_ exchange.RevocationTaker = (*Bundle)(nil)
)

// revocations are the words of organisations that stand in the parts, each once and signed:
// whoever put them there, they hold. What is more than a party keeps is left out. The bundle
// itself goes on carrying what it has of a lost device: of that, receipts may still be owed.
type revocations struct {
	all  []identity.Revocation
	here map[revoked]bool
}

type revoked struct {
	device identity.ID
	org    [32]byte
}

func (r *revocations) add(v identity.Revocation) {
	key := revoked{v.Device, [32]byte(v.OrgKey)}
	if r.here[key] || len(r.all) >= batch.MaxRevocations {
		return
	}
	if r.here == nil {
		r.here = map[revoked]bool{}
	}
	r.here[key] = true
	r.all = append(r.all, v)
}

// Revocations implements [exchange.Revoker]: those that were told as such, and those that travel
// as records to the centre.
func (b *Bundle) Revocations(context.Context) ([]identity.Revocation, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.revoked.all), nil
}

// TakeRevocations implements [exchange.RevocationTaker]: they go on to whoever has the bundle next.
func (b *Bundle) TakeRevocations(_ context.Context, _ batch.Peer, rs []identity.Revocation) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var fresh []identity.Revocation
	for _, v := range rs {
		if err := v.Check(); err != nil {
			return err
		}
		before := len(b.revoked.all)
		if b.revoked.add(v); len(b.revoked.all) > before {
			fresh = append(fresh, v)
		}
	}
	for part := range slices.Chunk(fresh, batch.RevocationsPerFrame) {
		if err := b.say(batch.Frame{Type: batch.FrameRevoked, Revoked: part}); err != nil {
			return err
		}
	}
	return nil
}
