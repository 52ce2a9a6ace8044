package central

import (
	"context"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
)

var _ exchange.Clarifier = (*Server)(nil)

// Clarifications implements exchange.Clarifier. Whose they are the caller says, and
// nobody checks it: they are sealed, so that another learns only that there are some.
func (s *Server) Clarifications(ctx context.Context, peer exchange.Peer, ask batch.Ask, most int) ([]batch.Numbered, error) {
	all, err := s.store.Clarifications(ctx, peer, ask, most)
	if err != nil || peer.Role == batch.RoleHub {
		return all, err
	}
	for i := range all {
		all[i].Hubs = nil // this is the last stretch
	}
	return all, nil
}
