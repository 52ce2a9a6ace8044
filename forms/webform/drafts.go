package webform

import (
	"container/list"
	"context"
	"sync"
)

// drafts are the responses that are open. A few stay in memory between two
// pages of a phone; on the disk they all are.
type drafts struct {
	keeper Keeper
	most   int

	mu   sync.Mutex
	open map[string]*draft
	used *list.List // of *draft, the one used last in front
}

// A draft is one response that is open. Whoever has it holds its lock.
type draft struct {
	mu       sync.Mutex
	key      string
	language string
	response Response // nil: not read yet
	place    *list.Element
	holders  int // who has it or waits for it
	finished bool
}

func newDrafts(k Keeper, most int) *drafts {
	return &drafts{keeper: k, most: most, open: map[string]*draft{}, used: list.New()}
}

// take returns the response of a key, for the caller alone until give.
func (d *drafts) take(ctx context.Context, key, language string, chain []string) (*draft, error) {
	d.mu.Lock()
	one := d.open[key]
	if one == nil {
		one = &draft{key: key}
		one.place = d.used.PushFront(one)
		d.open[key] = one
	}
	one.holders++
	d.used.MoveToFront(one.place)
	d.mu.Unlock()
	one.mu.Lock()
	if one.response == nil && !one.finished {
		r, err := d.keeper.Open(ctx, key, chain...)
		if err != nil {
			d.drop(one)
			return nil, err
		}
		one.response, one.language = r, language
	}
	if one.finished {
		d.drop(one)
		return nil, ErrNoResponse
	}
	if one.language != language {
		one.response.Session().SetLanguages(chain...)
		one.language = language
	}
	return one, nil
}

// put adds a response that has just begun.
func (d *drafts) put(key, language string, r Response) {
	one := &draft{key: key, language: language, response: r}
	d.mu.Lock()
	defer d.mu.Unlock()
	one.place = d.used.PushFront(one)
	d.open[key] = one
	d.shrink()
}

// give ends what take began.
func (d *drafts) give(one *draft) {
	one.mu.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	one.holders--
	d.shrink()
}

// drop gives a draft back and forgets it: what is read of it next comes from
// the keeper.
func (d *drafts) drop(one *draft) {
	one.mu.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	one.holders--
	if d.open[one.key] == one {
		delete(d.open, one.key)
		d.used.Remove(one.place)
	}
}

// shrink forgets what nobody uses, the longest unused first.
func (d *drafts) shrink() {
	for at := d.used.Back(); at != nil && d.used.Len() > d.most; {
		one, before := at.Value.(*draft), at.Prev()
		if one.holders == 0 {
			delete(d.open, one.key)
			d.used.Remove(at)
		}
		at = before
	}
}
