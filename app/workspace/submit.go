package workspace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"baraza.example/forms/picture"
	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// submission is a response or contribution that was made ready. Until it is
// known for whom to seal it is frozen: its key begins with keyFrozen and Record
// is zero. Its content stays, so that a person can read what was sent.
type submission struct {
	Kind        batch.Kind
	Tag         string
	Made        int64
	Frozen      int64         // when, in nanoseconds: the order of making
	Content     batch.Content // without its author, who is this device
	Attachments []attachment
	Record      batch.RecordID
	Place       int // in a pack, from 1; 0: the record is its own
}

// attachment is how a file of a submission is sealed. The leaves are made from
// the blob each time they are sent: the same key gives the same bytes.
type attachment struct {
	File   batch.File
	Key    [32]byte
	Leaves [][16]byte
	Record batch.RecordID
	// Preview is a small picture of it that goes ahead; nil where there is none.
	Preview []byte `cbor:",omitempty"`
}

const (
	keyFrozen = "f/"
	keySealed = "s/"
)

func (s submission) name() string {
	return submissionName(s.Content.InstanceID, s.Content.Revision)
}

func submissionName(instanceID string, revision uint32) string {
	return fmt.Sprintf("%s/%d", instanceID, revision)
}

// ErrTooLong means that a text fits no record. Nothing was changed.
var ErrTooLong = fmt.Errorf("this is too long to be sent as one text (at most %d KB); put a part of it into an attachment", maxSealed>>10)

// maxSealed leaves room in a record for its header, the author's key and the
// signature. What is larger must not be frozen: it could never be sealed, nor
// what comes after it.
const maxSealed = batch.MaxRecord - 4<<10

// MaxText is about how many bytes of text fit one record; see ErrTooLong.
const MaxText = 1 << 20

// MaxDraft is how many bytes of text a draft may have and still be kept whole,
// with room for the marks around them.
const MaxDraft = storage.MaxUpdate / 2

// freeze makes s ready in one transaction with change: it is not changed any
// more, and waits to be sealed.
func (w *Workspace) freeze(ctx context.Context, s submission, change func(*storage.Tx) error) error {
	if w.self == nil {
		return ErrNotSetUp
	}
	if !s.Content.Fits(maxSealed) {
		return ErrTooLong
	}
	for _, f := range s.Content.Files {
		a, err := w.leaves(ctx, f)
		if err != nil {
			return err
		}
		s.Attachments = append(s.Attachments, a)
	}
	s.Frozen = w.clock().UnixNano()
	err := w.store.Update(ctx, func(tx *storage.Tx) error {
		if err := w.unmade(tx, s.name()); err != nil {
			return err
		}
		if err := change(tx); err != nil {
			return err
		}
		return w.tables.submissions.In(tx).Put(keyFrozen+s.name(), s)
	})
	if err != nil {
		return fmt.Errorf("make ready: %w", err)
	}
	return nil
}

// unmade returns ErrFinished if the submission of this name was made already.
func (w *Workspace) unmade(tx *storage.Tx, name string) error {
	for _, prefix := range []string{keyFrozen, keySealed} {
		_, err := w.tables.submissions.In(tx).Get(prefix + name)
		if err == nil {
			return ErrFinished
		}
		if !errors.Is(err, storage.ErrNotFound) {
			return err
		}
	}
	return nil
}

// leaves draws the key of an attachment and sums up its sealed leaves.
func (w *Workspace) leaves(ctx context.Context, f batch.File) (attachment, error) {
	a := attachment{File: f}
	if _, err := io.ReadFull(w.rand, a.Key[:]); err != nil {
		return a, err
	}
	blob, err := w.store.Blobs().Open(f.Hash)
	if err != nil {
		return a, fmt.Errorf("attachment %q: %w", f.Name, err)
	}
	defer blob.Close()
	plain := make([]byte, batch.LeafSize)
	for at := int64(0); at < f.Size; at += batch.LeafSize {
		piece := plain[:min(batch.LeafSize, f.Size-at)]
		if _, err := blob.ReadAt(piece, at); err != nil && !errors.Is(err, io.EOF) {
			return a, fmt.Errorf("attachment %q: %w", f.Name, err)
		}
		a.Leaves = append(a.Leaves, batch.LeafSum(batch.SealLeaf(a.Key, uint32(len(a.Leaves)), piece)))
	}
	a.Preview, err = preview(blob, f.Size)
	return a, err
}

// preview makes the small picture that goes ahead of a file. What is no picture, or
// one that can't be read here, has none: it is an attachment all the same.
func preview(file io.ReaderAt, size int64) ([]byte, error) {
	data, whole, err := readPicture(io.NewSectionReader(file, 0, size))
	if err != nil || !whole || picture.KindOf(data) == "" {
		return nil, err
	}
	small, err := picture.Preview(data)
	if err != nil {
		return nil, nil
	}
	return small, nil
}

// Seal makes the records of everything made ready, if it is known for whom:
// registration and keys, then the submissions in packs, in one transaction.
// Exchange does it when a road is open, because what waits together goes
// together; who wants a receipt code sooner calls it.
func (w *Workspace) Seal(ctx context.Context) error {
	w.making.Lock()
	defer w.making.Unlock()
	invite, joined, err := w.mail.Invite(ctx)
	if err != nil || !joined {
		return err
	}
	centre, err := w.mail.Centre(ctx)
	if err != nil || centre == nil {
		return err
	}
	incarnation, err := w.store.Incarnation(ctx)
	if err != nil {
		return err
	}
	return w.store.Update(ctx, func(tx *storage.Tx) error {
		s, err := w.sealer(tx, invite, *centre, incarnation)
		if err != nil {
			return err
		}
		if err := s.prepare(); err != nil {
			return err
		}
		if err := w.revocations(tx, s); err != nil {
			return err
		}
		all := w.tables.submissions.In(tx)
		frozen, err := collect(all, keyFrozen)
		if err != nil {
			return err
		}
		slices.SortStableFunc(frozen, func(a, b submission) int { return cmp.Or(cmp.Compare(a.Made, b.Made), cmp.Compare(a.Frozen, b.Frozen)) })
		files, err := s.submissions(frozen)
		if err != nil {
			return err
		}
		for _, f := range frozen {
			if err := errors.Join(all.Delete(keyFrozen+f.name()), all.Put(keySealed+f.name(), f)); err != nil {
				return err
			}
		}
		if len(s.made) == 0 {
			return nil
		}
		for _, e := range s.drawn {
			if err := w.tables.epochs.In(tx).Put(epochKey(e.Number, incarnation), e.Key); err != nil {
				return err
			}
		}
		if err := w.mail.AppendFor(tx, s.made, files, w.pathsOf(frozen)); err != nil {
			return err
		}
		return w.tables.sealing.In(tx).Put(keySealing, s.sealing)
	})
}

const keySealing = "sealing"

func (w *Workspace) sealer(tx *storage.Tx, invite identity.Invite, centre identity.Centre, incarnation uint64) (*sealer, error) {
	state, err := w.tables.sealing.In(tx).Get(keySealing)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return nil, err
	}
	if state.Incarnation != incarnation {
		// A new store, or one that was set back: it registers again and draws
		// its own epoch.
		state = sealing{Incarnation: incarnation, Renewals: state.Renewals, Renewed: state.Renewed}
	}
	s := &sealer{sealing: state, self: w.self, centre: centre, token: invite.Token, rand: w.rand, tails: map[batch.Lane]batch.Have{}}
	for _, lane := range []batch.Lane{batch.Control, batch.Text, batch.Previews, batch.Attachments} {
		chain := batch.Chain{Origin: w.self.ID(), Incarnation: incarnation, Lane: lane}
		if s.tails[lane], err = w.mail.Tail(tx, chain); err != nil {
			return nil, err
		}
	}
	return s, nil
}

const (
	firstPause = time.Minute
	lastPause  = 24 * time.Hour
)

// pause is how long to wait before another incarnation. A hub's word that there
// is a copy proves nothing, and each incarnation costs a registration, new keys
// and sending everything anew: so only what the centre receives makes the next
// one free, and hubs that lie are waited out, while other roads stay open.
func (s sealing) pause(now time.Time) time.Duration {
	if s.Renewals == 0 {
		return 0
	}
	pause := lastPause
	if s.Renewals < 12 {
		pause = min(firstPause<<(s.Renewals-1), lastPause)
	}
	since := now.Sub(time.Unix(s.Renewed, 0))
	if since < 0 { // the clock was set back: what it said before means nothing
		return 0
	}
	return max(pause-since, 0)
}

// mayRenew notes that another incarnation begins, unless it is too soon.
func (w *Workspace) mayRenew(tx *storage.Tx) (bool, error) {
	table, now := w.tables.sealing.In(tx), w.clock()
	state, err := table.Get(keySealing)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return false, err
	}
	if received, err := w.mail.Received(tx, state.Registration); err != nil {
		return false, err
	} else if received {
		state.Renewals = 0
	}
	if state.pause(now) > 0 {
		return false, nil
	}
	state.Renewals++
	state.Renewed = now.Unix()
	return true, table.Put(keySealing, state)
}

// diverged is called when a peer holds a record of ours that we never made:
// this store is a copy, or was set back. It goes on as a new incarnation and
// envelopes anew what has no receipt; the desk counts each submission once.
func (w *Workspace) diverged(ctx context.Context, _ batch.Have) (again bool, err error) {
	err = w.store.Update(ctx, func(tx *storage.Tx) (err error) {
		again, err = w.mayRenew(tx)
		return err
	})
	if err != nil || !again {
		return false, err
	}
	if _, err := w.store.NewIncarnation(ctx); err != nil {
		return false, err
	}
	err = w.store.Update(ctx, func(tx *storage.Tx) error {
		all := w.tables.submissions.In(tx)
		sealed, err := collect(all, keySealed)
		if err != nil {
			return err
		}
		for _, s := range sealed {
			if received, err := w.mail.Received(tx, s.Record); err != nil || received {
				if err != nil {
					return err
				}
				continue
			}
			s.Record, s.Place = batch.RecordID{}, 0
			for i := range s.Attachments {
				s.Attachments[i].Record = batch.RecordID{}
			}
			if err := errors.Join(all.Delete(keySealed+s.name()), all.Put(keyFrozen+s.name(), s)); err != nil {
				return err
			}
		}
		return w.mail.Abandon(tx)
	})
	if err != nil {
		return false, fmt.Errorf("go on as a new incarnation: %w", err)
	}
	return true, w.Seal(ctx)
}

// collect reads what stands under keys with a prefix.
func collect[T any](c storage.CollectionTx[T], prefix string) ([]T, error) {
	var found []T
	for item, err := range c.All(prefix) {
		if err != nil {
			return nil, err
		}
		if len(item.Key) < len(prefix) || item.Key[:len(prefix)] != prefix {
			break
		}
		found = append(found, item.Value)
	}
	return found, nil
}
