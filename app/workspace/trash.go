package workspace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"baraza.example/storage"
	"baraza.example/sync/batch"
)

// trashed is a draft or contribution that was put into the trash, under its id. The
// pieces of a long text stay where they are.
type trashed struct {
	Text         bool // a contribution, not a response
	Draft        draft
	Contribution textDraft
	At           int64  // when it was put there
	Days         int    // on how many days since then this device was used
	Day          string // the last of them
}

// TrashDays is on how many days a device has to be used before it destroys what was
// put into the trash. They are days of use, because a clock that jumps must not empty it.
const TrashDays = 30

// A Trashed is what a list shows of something in the trash.
type Trashed struct {
	Brief
	At   time.Time // when it was put there
	Left int       // days of use until it is destroyed
}

// ErrNotInTrash means that there is nothing of this id in the trash.
var ErrNotInTrash = errors.New("this is not in the trash")

// PutAside puts a draft or a contribution that is being written into the trash.
func (w *Workspace) PutAside(ctx context.Context, id string) error {
	return w.store.Update(ctx, func(tx *storage.Tx) error {
		now := w.clock()
		t := trashed{At: now.Unix(), Day: now.Format(time.DateOnly)}
		d, err := w.tables.drafts.In(tx).Get(id)
		switch {
		case err == nil:
			t.Draft = d
		case errors.Is(err, storage.ErrNotFound):
			if t.Contribution, err = w.tables.contributions.In(tx).Get(id); t.Contribution.Made {
				err = ErrNoDraft
			}
			if err != nil {
				return fmt.Errorf("put %s into the trash: %w", id, err)
			}
			t.Text = true
		default:
			return err
		}
		return errors.Join(w.tables.trash.In(tx).Put(id, t), w.tables.drafts.In(tx).Delete(id), w.tables.contributions.In(tx).Delete(id), w.tables.briefs.In(tx).Delete(id))
	})
}

// Trash lists what is in the trash, what was put there last first.
func (w *Workspace) Trash(ctx context.Context) ([]Trashed, error) {
	var all []Trashed
	for item, err := range w.tables.trash.All(ctx) {
		if err != nil {
			return nil, err
		}
		t := item.Value
		b := briefOf(t.Draft)
		if t.Text {
			b = briefOfText(t.Contribution)
		}
		all = append(all, Trashed{Brief{ID: item.Key, Text: t.Text, Title: b.Title, Changed: b.Changed}, time.Unix(t.At, 0), max(0, TrashDays-t.Days)})
	}
	slices.SortStableFunc(all, func(a, b Trashed) int { return cmp.Compare(b.At.Unix(), a.At.Unix()) })
	return all, nil
}

// Restore takes something out of the trash, as it was.
func (w *Workspace) Restore(ctx context.Context, id string) error {
	return w.store.Update(ctx, func(tx *storage.Tx) error {
		t, err := w.trashed(tx, id)
		if err != nil {
			return err
		}
		gone := w.tables.trash.In(tx).Delete(id)
		if t.Text {
			// of a correction another one may have been sent meanwhile
			if err := w.unmade(tx, submissionName(t.Contribution.of())); err != nil {
				return err
			}
			return errors.Join(gone, w.tables.contributions.In(tx).Put(id, t.Contribution), w.tables.briefs.In(tx).Put(id, briefOfText(t.Contribution)))
		}
		if t.Draft.Revision > 1 {
			if err := w.unmade(tx, submissionName(t.Draft.Of, t.Draft.Revision)); err != nil {
				return err
			}
		}
		return errors.Join(gone, w.tables.drafts.In(tx).Put(id, t.Draft), w.tables.briefs.In(tx).Put(id, briefOf(t.Draft)))
	})
}

func (w *Workspace) trashed(tx *storage.Tx, id string) (trashed, error) {
	t, err := w.tables.trash.In(tx).Get(id)
	if errors.Is(err, storage.ErrNotFound) {
		err = fmt.Errorf("%s: %w", id, ErrNotInTrash)
	}
	return t, err
}

// Destroy removes something in the trash for good, with its files.
func (w *Workspace) Destroy(ctx context.Context, id string) error {
	var files map[string]batch.File
	err := w.store.Update(ctx, func(tx *storage.Tx) error {
		t, err := w.trashed(tx, id)
		if err != nil {
			return err
		}
		files = t.Draft.Files
		return errors.Join(w.putPieces(tx, id, nil), w.tables.trash.In(tx).Delete(id))
	})
	if err != nil || len(files) == 0 {
		return err
	}
	return w.destroyFiles(ctx, files)
}

// destroyFiles deletes those files that nothing else on this device names.
func (w *Workspace) destroyFiles(ctx context.Context, files map[string]batch.File) error {
	used := map[[32]byte]bool{}
	uses := func(files map[string]batch.File) {
		for _, f := range files {
			used[f.Hash] = true
		}
	}
	for d, err := range w.tables.drafts.All(ctx) {
		if err != nil {
			return err
		}
		uses(d.Value.Files)
	}
	for t, err := range w.tables.trash.All(ctx) {
		if err != nil {
			return err
		}
		uses(t.Value.Draft.Files)
	}
	for s, err := range w.tables.submissions.All(ctx) {
		if err != nil {
			return err
		}
		for _, f := range s.Value.Content.Files {
			used[f.Hash] = true
		}
	}
	for _, f := range files {
		if !used[f.Hash] {
			used[f.Hash] = true
			if err := w.store.Blobs().Delete(ctx, f.Hash); err != nil {
				return fmt.Errorf("delete a file: %w", err)
			}
		}
	}
	return nil
}

// EmptyTrash counts this day for all that is in the trash, and destroys what was there for
// [TrashDays]. It is called when the device is used.
func (w *Workspace) EmptyTrash(ctx context.Context) error {
	today := w.clock().Format(time.DateOnly)
	var due []string
	err := w.store.Update(ctx, func(tx *storage.Tx) error {
		due = nil
		var older []storage.Item[trashed]
		for item, err := range w.tables.trash.In(tx).All("") {
			if err != nil {
				return err
			}
			if item.Value.Day != today {
				older = append(older, item)
			}
		}
		for _, item := range older {
			item.Value.Day = today
			if item.Value.Days++; item.Value.Days >= TrashDays {
				due = append(due, item.Key)
			}
			if err := w.tables.trash.In(tx).Put(item.Key, item.Value); err != nil {
				return err
			}
		}
		return nil
	})
	for _, id := range due {
		err = errors.Join(err, w.Destroy(ctx, id))
	}
	return err
}
