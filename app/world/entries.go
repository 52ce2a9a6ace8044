package world

import (
	"context"
	"fmt"

	"baraza.example/sync/central"
)

// An entry is what the secretariat finds of one submission.
type entry struct {
	ref        string // by which the desk finds it
	counted    int    // how often it counts
	deliveries int
	bytes      int
	road       []string
	carrier    central.Carrier
}

// Desk is the secretariat's side of the centre.
func (c *Centre) Desk() *central.Desk {
	d := &central.Desk{Store: c.store, Keys: c.desk}
	for _, f := range c.w.options.Forms {
		d.Forms = append(d.Forms, f.Definition)
	}
	return d
}

// entries reads what came in as the secretariat would, by instance id and
// revision. surplus is how many places of the log no record accounts for.
func (c *Centre) entries(ctx context.Context) (found map[string]entry, surplus int, err error) {
	found = map[string]entry{}
	for i, err := range c.Desk().List(ctx) {
		switch {
		case err != nil:
			return nil, 0, err
		case i.Problem != nil:
			return nil, 0, fmt.Errorf("%s: %w", i.Code, i.Problem)
		case i.Index < 0:
			continue // without a place in the log it was never received
		}
		r, err := c.store.Record(ctx, i.ID)
		if err != nil {
			return nil, 0, err
		}
		name := fmt.Sprintf("%s/%d", i.InstanceID, i.Revision)
		e := found[name]
		e.deliveries += i.Tries
		if i.Counted() {
			e.counted++
			e.ref = i.Ref().String()
			e.bytes, e.carrier = len(r.Envelope), r.Carrier
			for _, stop := range i.Path {
				e.road = append(e.road, c.w.hubName(stop.Hub))
			}
			e.road = append(e.road, CentreName)
		}
		found[name] = e
	}
	logged := 0
	for r, err := range c.store.Records(ctx, central.Query{}) {
		if err != nil {
			return nil, 0, err
		}
		if r.Index >= 0 {
			logged++
		}
	}
	head, err := c.store.Checkpoint(ctx)
	return found, int(head.Size) - logged, err
}

// forged counts the records that the centre holds and that are not as their
// device signed them.
func (c *Centre) forged(ctx context.Context) (n int, err error) {
	for r, err := range c.store.Records(ctx, central.Query{}) {
		if err != nil {
			return 0, err
		}
		g, err := c.store.Origin(ctx, r.Origin)
		if err != nil {
			return 0, err
		}
		if r.Verify(g.DeviceKey) != nil {
			n++
		}
	}
	return n, nil
}
