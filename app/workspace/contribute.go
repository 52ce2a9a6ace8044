package workspace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"baraza.example/forms/contribution"
	"baraza.example/storage"
	"baraza.example/sync/batch"
)

// SaveContribution has a contribution's draft on the disk when it returns.
func (w *Workspace) SaveContribution(ctx context.Context, c *contribution.Contribution) error {
	return w.store.Update(ctx, func(tx *storage.Tx) error {
		kept := *c
		var text []byte
		if textSize(c) > longText {
			var err error
			if text, err = json.Marshal(c.Paragraphs); err != nil {
				return err
			}
			kept.Paragraphs = nil
		}
		return errors.Join(w.putPieces(tx, c.ID, text), w.tables.contributions.In(tx).Put(c.ID, kept), w.tables.briefs.In(tx).Put(c.ID, briefOfText(kept)))
	})
}

func textSize(c *contribution.Contribution) (bytes int) {
	for _, p := range c.Paragraphs {
		bytes += len(p.Text)
	}
	return bytes
}

// Contributions yields the drafts of contributions.
func (w *Workspace) Contributions(ctx context.Context) iter.Seq2[storage.Item[contribution.Contribution], error] {
	return func(yield func(storage.Item[contribution.Contribution], error) bool) {
		for c, err := range w.tables.contributions.All(ctx) {
			if err == nil {
				err = w.whole(ctx, &c.Value)
			}
			if !yield(c, err) {
				return
			}
		}
	}
}

// ErrNoDraft means that there is no draft of this id: it was made ready, or thrown
// away.
var ErrNoDraft = fmt.Errorf("there is no such draft: %w", storage.ErrNotFound)

// Contribution returns the draft of the contribution with this id, or ErrNoDraft.
func (w *Workspace) Contribution(ctx context.Context, id string) (contribution.Contribution, error) {
	c, err := w.tables.contributions.Get(ctx, id)
	if errors.Is(err, storage.ErrNotFound) {
		err = ErrNoDraft
	}
	if err != nil {
		return c, err
	}
	return c, w.whole(ctx, &c)
}

// whole puts the paragraphs of a long text back.
func (w *Workspace) whole(ctx context.Context, c *contribution.Contribution) error {
	if len(c.Paragraphs) > 0 {
		return nil
	}
	text, err := w.readPieces(ctx, c.ID)
	if err != nil || len(text) == 0 {
		return err
	}
	return json.Unmarshal(text, &c.Paragraphs)
}

// MakeContributionReady freezes a contribution, and seals and signs it as soon
// as it is known for whom. Its draft goes.
func (w *Workspace) MakeContributionReady(ctx context.Context, c *contribution.Contribution, tag string) (Item, error) {
	if found := c.Check(); len(found) > 0 {
		return Item{}, found[0]
	}
	body, err := contribution.Encode(c)
	if err != nil {
		return Item{}, errors.Join(ErrTooLong, err) // Check has found nothing else to say
	}
	now := w.clock().Unix()
	s := submission{Kind: batch.KindContribution, Tag: tag, Made: now, Content: batch.Content{
		InstanceID: c.ID, Revision: 1, Ready: now, Language: c.Language, Name: c.Title, Body: body,
	}}
	if err := w.freeze(ctx, s, func(tx *storage.Tx) error {
		return errors.Join(w.putPieces(tx, c.ID, nil), w.tables.contributions.In(tx).Delete(c.ID), w.tables.briefs.In(tx).Delete(c.ID))
	}); err != nil {
		return Item{}, err
	}
	return w.Item(ctx, s.name())
}
