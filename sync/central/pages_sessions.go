package central

import (
	"sync"
	"time"
)

// sessions keeps who is logged in, in memory alone: a desk that was stopped has
// forgotten its keys, so it is right that people show anew who they are, and no
// token lies in a backup of the database. It is an scs.Store; that of
// scs/memstore starts a goroutine and races when it is ended at once.
type sessions struct {
	mu   sync.Mutex
	kept map[string]keptSession // by the hash of the token
}

type keptSession struct {
	data    []byte
	expires time.Time
}

// Find implements scs.Store.
func (s *sessions) Find(token string) (data []byte, found bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.kept[token]
	if !ok || time.Now().After(k.expires) {
		return nil, false, nil
	}
	return k.data, true, nil
}

// Commit implements scs.Store. A session begins with a login, which is rare and
// slow, so this is the moment to forget those that have ended.
func (s *sessions) Commit(token string, data []byte, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.kept[token]; !known {
		now := time.Now()
		for t, k := range s.kept {
			if now.After(k.expires) {
				delete(s.kept, t)
			}
		}
	}
	s.kept[token] = keptSession{data, expires}
	return nil
}

// Delete implements scs.Store.
func (s *sessions) Delete(token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, token)
	return nil
}
