package world

import (
	"context"
	"io/fs"
	"time"

	"baraza.example/sync/catalogue"
	"baraza.example/sync/central"
)

// Publish has the centre publish the next version of something.
func (c *Centre) Publish(ctx context.Context, p catalogue.Publication, content []byte) (catalogue.Publication, error) {
	return c.keys.Publish(ctx, c.store, p, content, time.Now())
}

// PublishForm has the centre publish a form in all its languages, and the files it
// names, if there are any.
func (c *Centre) PublishForm(ctx context.Context, xml []byte, files fs.FS) ([]catalogue.Publication, error) {
	return c.keys.PublishForm(ctx, c.store, xml, files, "", time.Now())
}

// InForce is what the centre's catalogue says now.
func (c *Centre) InForce(ctx context.Context) ([]catalogue.Publication, error) {
	all, err := c.store.Publications(ctx, 1, catalogue.MaxPublications)
	return catalogue.InForce(all), err
}

// Published reads what a publication of the centre is about.
func (c *Centre) Published(ctx context.Context, p catalogue.Publication) ([]byte, error) {
	return central.ReadBlob(ctx, c.store, p.Content)
}
