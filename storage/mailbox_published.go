package storage

import (
	"context"
	"fmt"
	"sync"

	"baraza.example/sync/batch"
	"baraza.example/sync/catalogue"
)

// published is the catalogue as it stands in the store, in memory: it is short,
// and every question about it goes through all of it.
type published struct {
	mu     sync.Mutex
	loaded bool
	all    []catalogue.Publication
	ways   map[catalogue.ID]catalogue.Blob        // of all publications
	of     map[catalogue.ID]catalogue.Publication // by their content
	full   bool                                   // there is no room: nothing is asked for in this run
}

// shelf returns the catalogue, for as long as the caller holds m.published.mu.
func (m *Mailbox) shelf(ctx context.Context) (*published, error) {
	c := &m.published
	if c.loaded {
		return c, nil
	}
	var all []catalogue.Publication
	err := m.store.View(ctx, func(tx *Tx) error {
		all = nil
		for item, err := range m.publications.In(tx).All("") {
			if err != nil {
				return err
			}
			p, err := catalogue.Decode(item.Value)
			if err != nil || p.Number != uint64(len(all)+1) {
				return errMailbox("publication %d: %v", len(all)+1, err)
			}
			all = append(all, p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	c.set(all)
	return c, nil
}

func (c *published) set(all []catalogue.Publication) {
	c.loaded, c.all = true, all
	c.ways, c.of = map[catalogue.ID]catalogue.Blob{}, map[catalogue.ID]catalogue.Publication{}
	for _, p := range all {
		c.of[p.Content.ID] = p
		for _, y := range p.Ways {
			c.ways[y.ID] = y.Blob
		}
	}
}

// Published lists the whole catalogue, as far as it has come.
func (m *Mailbox) Published(ctx context.Context) ([]catalogue.Publication, error) {
	m.published.mu.Lock()
	defer m.published.mu.Unlock()
	c, err := m.shelf(ctx)
	if err != nil {
		return nil, err
	}
	return c.all[:len(c.all):len(c.all)], nil
}

// Catalogue implements exchange.Publisher.
func (m *Mailbox) Catalogue(ctx context.Context) (catalogue.Cursor, error) {
	all, err := m.Published(ctx)
	if err != nil || len(all) == 0 {
		return catalogue.Cursor{}, err
	}
	return all[len(all)-1].Cursor(), nil
}

// Publications implements exchange.Publisher.
func (m *Mailbox) Publications(ctx context.Context, from uint64, most int) ([]catalogue.Publication, error) {
	all, err := m.Published(ctx)
	if from = max(from, 1); err != nil || from > uint64(len(all)) {
		return nil, err
	}
	rest := all[from-1:]
	return rest[:min(most, len(rest))], nil
}

// Behind implements exchange.Subscriber. Until the centre's card is here, nobody
// can tell what it signed.
func (m *Mailbox) Behind(ctx context.Context, peer catalogue.Cursor) (uint64, error) {
	centre, err := m.Centre(ctx)
	if err != nil || centre == nil {
		return 0, err
	}
	all, err := m.Published(ctx)
	m.published.mu.Lock()
	m.published.full = false
	m.published.mu.Unlock()
	return catalogue.Behind(peer, uint64(len(all)), func(n uint64) [8]byte { return all[n-1].Hash8() }), err
}

// TakePublications implements exchange.Subscriber.
func (m *Mailbox) TakePublications(ctx context.Context, ps []catalogue.Publication) error {
	centre, err := m.Centre(ctx)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if centre == nil {
			return catalogue.ErrPublication
		}
		if err := p.Verify(*centre); err != nil {
			return fmt.Errorf("publication %d: %w", p.Number, err)
		}
	}
	m.published.mu.Lock()
	defer m.published.mu.Unlock()
	c, err := m.shelf(ctx)
	if err != nil {
		return err
	}
	stay, keep := catalogue.Follow(c.all, ps)
	if len(keep) == 0 {
		return nil
	}
	err = m.store.Update(ctx, func(tx *Tx) error {
		table := m.publications.In(tx)
		for _, gone := range c.all[stay:] {
			if err := table.Delete(number(gone.Number)); err != nil {
				return err
			}
		}
		for _, p := range keep {
			if err := table.Put(number(p.Number), p.Encode()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.set(append(c.all[:stay:stay], keep...))
	return nil
}

// Wanted implements exchange.Subscriber for who carries for others: everything.
func (m *Mailbox) Wanted(ctx context.Context, most int) ([]batch.Get, error) {
	return m.wanted(ctx, most, func(c *published, h holding) []catalogue.Blob {
		return catalogue.Carried(catalogue.InForce(c.all), h.blob)
	})
}

// WantedBy is Wanted for a device that takes what its person chose.
func (m *Mailbox) WantedBy(ctx context.Context, choose func(catalogue.Publication) bool, most int) ([]batch.Get, error) {
	return m.wanted(ctx, most, func(c *published, h holding) []catalogue.Blob {
		return catalogue.Wanted(h.usable(catalogue.InForce(c.all)), choose, h.content)
	})
}

func (m *Mailbox) wanted(ctx context.Context, most int, list func(*published, holding) []catalogue.Blob) (gets []batch.Get, err error) {
	m.published.mu.Lock()
	defer m.published.mu.Unlock()
	c, err := m.shelf(ctx)
	if err != nil || c.full || len(c.all) == 0 {
		return nil, err
	}
	h, err := m.holding(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, b := range list(c, h) {
		if most <= 0 {
			break
		}
		s := h.all[b.ID]
		get := batch.Get{ID: b.ID}
		if s.Sums != nil || b.Leaves() == 1 {
			if get.Ranges, err = m.lackingLeavesOf(ctx, b, most); err != nil {
				return nil, err
			}
			if len(get.Ranges) == 0 { // the program ended before it was put together
				if err := m.finish(ctx, c, b); err != nil {
					return nil, err
				}
				continue
			}
		}
		for _, r := range get.Ranges {
			most -= int(r[1] - r[0])
		}
		if len(get.Ranges) == 0 {
			most--
		}
		gets = append(gets, get)
	}
	return gets, nil
}
