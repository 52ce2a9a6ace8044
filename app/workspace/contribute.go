package workspace

import (
	"context"
	"iter"

	"baraza.example/forms/contribution"
	"baraza.example/storage"
	"baraza.example/sync/batch"
)

// SaveContribution has a contribution's draft on the disk when it returns.
func (w *Workspace) SaveContribution(ctx context.Context, c *contribution.Contribution) error {
	return w.tables.contributions.Put(ctx, c.ID, *c)
}

// Contributions yields the drafts of contributions.
func (w *Workspace) Contributions(ctx context.Context) iter.Seq2[storage.Item[contribution.Contribution], error] {
	return w.tables.contributions.All(ctx)
}

// MakeContributionReady freezes a contribution, and seals and signs it as soon
// as it is known for whom. Its draft goes.
func (w *Workspace) MakeContributionReady(ctx context.Context, c *contribution.Contribution, tag string) (Item, error) {
	if found := c.Check(); len(found) > 0 {
		return Item{}, found[0]
	}
	body, err := contribution.Encode(c)
	if err != nil {
		return Item{}, err
	}
	now := w.clock().Unix()
	s := submission{Kind: batch.KindContribution, Tag: tag, Made: now, Content: batch.Content{
		InstanceID: c.ID, Revision: 1, Ready: now, Language: c.Language, Name: c.Title, Body: body,
	}}
	if err := w.freeze(ctx, s, func(tx *storage.Tx) error { return w.tables.contributions.In(tx).Delete(c.ID) }); err != nil {
		return Item{}, err
	}
	return w.sealed(ctx, s.name())
}
