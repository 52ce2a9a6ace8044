package storage

// SetSegmentSize makes the journal of s go on in a new file after n bytes, so that
// tests see many of them.
func SetSegmentSize(s *Store, n int64) {
	s.flushing.Lock()
	defer s.flushing.Unlock()
	s.journal.most = n
}

// Tidied returns when what s does on its own is done.
func Tidied(s *Store) { s.tidying.Wait() }
