package session

// Visits is how often some node has been recomputed since the start: what an
// answer costs in work, whatever machine it is done on. Benchmarks and tests of
// the dependency graph count with it.
func (s *Session) Visits() int { return s.visits }
