package workspace

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"baraza.example/storage"
	"baraza.example/sync/batch"
)

// Errors of Withdraw, and of what corrects.
var (
	ErrWithdrawn  = errors.New("this was withdrawn already")
	ErrCorrecting = errors.New("a correction of this is being written: make it ready first, or put it into the trash")
)

// Withdraw takes back what was made ready, in all its revisions. Nothing disappears:
// a record says that it was withdrawn, and stands beside those before it. The desk
// shows it as withdrawn, and so do its tables.
func (w *Workspace) Withdraw(ctx context.Context, name, reason string) (Item, error) {
	s, err := w.submission(ctx, name)
	if err != nil {
		return Item{}, err
	}
	if s.strangers() {
		return Item{}, ErrStrangers
	}
	if s, err = w.newest(ctx, s); err != nil {
		return Item{}, err
	}
	switch {
	case s.Kind == batch.KindWithdrawal:
		return Item{}, ErrWithdrawn
	case !s.Kind.Submission():
		return Item{}, ErrNoResponse
	}
	if begun, err := w.correcting(ctx, s); err != nil || begun != "" {
		if err == nil {
			err = ErrCorrecting
		}
		return Item{}, err
	}
	body := batch.Withdrawal{Kind: s.Kind, Reason: strings.TrimSpace(reason)}.Encode()
	if _, err := batch.DecodeWithdrawal(body); err != nil {
		return Item{}, err
	}
	now := w.clock().Unix()
	c := s.Content
	taken := submission{Kind: batch.KindWithdrawal, Made: now, Content: batch.Content{InstanceID: c.InstanceID, Revision: c.Revision + 1, Ready: now,
		Language: c.Language, FormID: c.FormID, Version: c.Version, Name: c.Name, Body: body}}
	if err := w.freeze(ctx, taken, func(*storage.Tx) error { return nil }); err != nil {
		return Item{}, fmt.Errorf("withdraw %s: %w", name, err)
	}
	return w.Item(ctx, taken.name())
}

// withdrawn reports whether the newest revision of what s is one of says so.
func (w *Workspace) withdrawn(ctx context.Context, s submission) (bool, error) {
	if !s.Kind.Submission() {
		return false, nil
	}
	last, err := w.newest(ctx, s)
	return last.Kind == batch.KindWithdrawal, err
}
