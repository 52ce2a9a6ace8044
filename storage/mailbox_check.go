package storage

import (
	"context"
	"errors"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// Check reads the whole mailbox and reports everything in it that contradicts
// something else: for tests, and for `store check`.
func (m *Mailbox) Check(ctx context.Context) error {
	return m.store.View(ctx, func(tx *Tx) error {
		c := checker{m: m, tx: tx, used: map[identity.ID]int64{}, abandoned: map[batch.Chain]bool{}}
		for _, step := range []func() error{c.chains, c.places, c.receipts, c.usage, c.copies} {
			if err := step(); err != nil {
				return err
			}
		}
		return errors.Join(c.faults...)
	})
}

type checker struct {
	m         *Mailbox
	tx        *Tx
	used      map[identity.ID]int64
	abandoned map[batch.Chain]bool
	entries   int
	faults    []error
}

func (c *checker) fault(format string, args ...any) {
	c.faults = append(c.faults, errMailbox(format, args...))
}

// chains walks every chain: no record that does not follow the one before it,
// no jump but to where its sender had said, heads and firsts right.
func (c *checker) chains() error {
	states := map[batch.Chain]chainState{}
	for item, err := range c.m.chains.In(c.tx).All("") {
		if err != nil {
			return err
		}
		chain, err := parseChainKey(item.Key)
		if err != nil {
			return err
		}
		states[chain], c.abandoned[chain] = item.Value, item.Value.Abandoned || item.Value.Revoked
		_, listed, err := lookup(c.m.pending.In(c.tx), item.Key)
		if err != nil {
			return err
		}
		if listed != item.Value.offered() {
			c.fault("chain %v: in the index of those that wait: %v, by its state: %v", chain, listed, item.Value.offered())
		}
	}
	seen := map[batch.Chain]*chainState{}
	for item, err := range c.m.entries.In(c.tx).All("") {
		if err != nil {
			return err
		}
		chain, err := parseChainKey(item.Key[:25])
		if err != nil {
			return err
		}
		if err := c.entry(chain, seqOf(item.Key), item.Value, seen); err != nil {
			return err
		}
	}
	for chain, s := range states {
		at := seen[chain]
		if at == nil {
			c.fault("chain %v: no records", chain)
			continue
		}
		if at.First == 0 {
			at.First = at.Top + 1
		}
		if at.Base != s.Base || at.First != s.First || at.Top != s.Top || at.Hash != s.Hash {
			c.fault("chain %v: state %+v, records %+v", chain, s, *at)
		}
	}
	return nil
}

func (c *checker) entry(chain batch.Chain, seq batch.Seq, e entryOf, seen map[batch.Chain]*chainState) error {
	c.entries++
	at := seen[chain]
	if at == nil {
		at = &chainState{Base: seq}
		seen[chain] = at
	}
	if chain.Origin == c.m.self && seq != at.Top+1 {
		c.fault("own chain %v: a gap before %d", chain, seq)
	}
	b, there, err := lookup(c.m.bodies.In(c.tx), seqKey(chain, seq))
	if err != nil {
		return err
	}
	switch {
	case there == e.Dropped:
		c.fault("record %s: dropped %v, its body is here %v", e.ID, e.Dropped, there)
	case e.Dropped && !e.Received && !c.abandoned[chain]:
		c.fault("record %s: dropped without a receipt", e.ID)
	case there:
		r, err := batch.Parse(b.Envelope)
		if err != nil {
			return err
		}
		if r.ID != e.ID || r.Chain != chain || r.Seq != seq {
			c.fault("record %s: another body", e.ID)
		}
		if seq > 1 && seq == at.Top+1 && r.Prev != at.Hash {
			c.fault("record %s: does not follow the one before it", e.ID)
		}
	}
	if chain.Origin != c.m.self && !e.Dropped {
		c.used[chain.Origin] += e.Size
	}
	if !e.Received && at.First == 0 {
		at.First = seq
	}
	at.Top, at.Hash = seq, e.ID.Hash8()
	_, proved, err := lookup(c.m.receipts.In(c.tx), idKey(e.ID))
	if err == nil && proved != (e.Received && chain.Origin == c.m.self) {
		c.fault("record %s: received %v, its receipt is here %v", e.ID, e.Received, proved)
	}
	return err
}

func (c *checker) places() error {
	n := 0
	for item, err := range c.m.places.In(c.tx).All("") {
		if err != nil {
			return err
		}
		n++
		e, found, err := lookup(c.m.entries.In(c.tx), seqKey(item.Value.chain(), item.Value.Seq))
		if err != nil {
			return err
		}
		if !found || idKey(e.ID) != item.Key {
			c.fault("a place %+v leads to another record", item.Value)
		}
	}
	if n != c.entries {
		c.fault("%d places for %d records", n, c.entries)
	}
	return nil
}

func (c *checker) receipts() error {
	for item, err := range c.m.receipts.In(c.tx).All("") {
		if err != nil {
			return err
		}
		if _, found, err := lookup(c.m.places.In(c.tx), item.Key); err != nil {
			return err
		} else if !found || idKey(item.Value.Receipt.Record) != item.Key {
			c.fault("a receipt without its record: %s", item.Value.Receipt.Record)
		}
	}
	return nil
}

func (c *checker) usage() error {
	all := int64(0)
	for item, err := range c.m.origins.In(c.tx).All("") {
		if err != nil {
			return err
		}
		id := identity.ID([]byte(item.Key))
		if item.Value.Used != c.used[id] {
			c.fault("%d bytes carried for %s, counted %d", c.used[id], id.Short(), item.Value.Used)
		}
		all += item.Value.Used
	}
	total, err := c.m.standing(c.tx)
	if err == nil && total.Used != all {
		c.fault("%d bytes carried, counted %d", all, total.Used)
	}
	return err
}

// copies checks that what is kept for copies of a device has its line, and that
// the chains ask for what the lines lack.
func (c *checker) copies() error {
	lines, stores := map[string]bool{}, map[string]incarnationState{}
	for item, err := range c.m.incarnations.In(c.tx).All("") {
		if err != nil {
			return err
		}
		stores[item.Key] = item.Value
		for _, l := range item.Value.Lines {
			lines[item.Key+number(l.Number)] = true
		}
	}
	for item, err := range c.m.relayed.In(c.tx).All("") {
		if err != nil {
			return err
		}
		if !lines[item.Key[:32]] {
			c.fault("receipts are kept for a line that does not exist")
		}
	}
	for item, err := range c.m.chains.In(c.tx).All("") {
		if err != nil {
			return err
		}
		chain, err := parseChainKey(item.Key)
		if err != nil {
			return err
		}
		st, known := stores[storeKey(chain)]
		if chain.Origin == c.m.self {
			continue
		}
		if !known || item.Value.Ask != st.asks(chain.Lane) || item.Value.Abandoned != st.givenUp() {
			c.fault("chain %v: state %+v, of its incarnation %+v", chain, item.Value, st)
		}
	}
	return nil
}
