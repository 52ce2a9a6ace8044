package storage

import "baraza.example/forms/session"

// Drafts are the responses being written, by instance id.
func (s *Store) Drafts() *Collection[session.Draft] {
	return NewCollection[session.Draft](s, KindDraft)
}

// Responses are the finished responses, by instance id.
func (s *Store) Responses() *Collection[session.Submission] {
	return NewCollection[session.Submission](s, KindResponse)
}
