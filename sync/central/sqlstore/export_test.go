package sqlstore

import (
	"context"
	"testing"
)

// Pragma asks the writer's connection.
func (s *Store) Pragma(ctx context.Context, t *testing.T, name string) (value string) {
	t.Helper()
	if err := s.writer.QueryRowContext(ctx, "PRAGMA "+name).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}
