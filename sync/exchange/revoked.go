package exchange

import (
	"context"
	"fmt"
	"slices"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// tellRevoked tells the caller those revocations that choose leaves of all that are known.
func (s *server) tellRevoked(ctx context.Context, choose func([]identity.Revocation) []identity.Revocation) error {
	r, keeps := s.in.(Revoker)
	if !keeps {
		return nil
	}
	all, err := r.Revocations(ctx)
	if err != nil {
		return fmt.Errorf("list revocations: %w", err)
	}
	all = choose(all)
	for part := range slices.Chunk(all[:min(len(all), batch.MaxRevocations)], batch.RevocationsPerFrame) {
		s.say(batch.Frame{Type: batch.FrameRevoked, Revoked: part})
	}
	return nil
}

// explain shows the proof, once for each origin, before a record is refused because its device
// was revoked: the device need not believe a mere word.
func (s *server) explain(ctx context.Context, r batch.Refusal, origin identity.ID) error {
	if r.Code != batch.RefusedRevoked || s.proved[origin] || s.report.Peer.Role == batch.RoleHub {
		return nil
	}
	s.proved[origin] = true
	return s.tellRevoked(ctx, func(all []identity.Revocation) []identity.Revocation {
		return slices.DeleteFunc(slices.Clone(all), func(v identity.Revocation) bool { return v.Device != origin })
	})
}
