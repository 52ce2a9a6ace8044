package session

// Visits is how many nodes s has recomputed so far.
func Visits(s *Session) int { return s.visits }
