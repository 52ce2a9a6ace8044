package workspace

import (
	"context"
	"sync"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
)

// A thrifty outbox hands out what may be sent, and nothing more: to the exchange the
// rest is as if it had not been made ready yet, so that a budget that is reached ends a
// run between two records, with a goodbye and all receipts, and not in the middle.
type thrifty struct {
	outbox
	*allowance
}

// An allowance is what a run may send.
type allowance struct {
	budget int64 // of the day, in bytes; 0: any number
	before int64 // of it was spent when the run began, with what opening the connection takes
	purse  *purse
	meter  *meter
	files  bool // attachments may go

	mu      sync.Mutex
	handed  int64 // bytes of frames that were handed out
	answers int64 // bytes that will come for them
	reached bool  // something stayed here for the budget
	held    bool  // something stayed here because it is an attachment
}

// What still comes when the last record has gone, in bytes: the goodbye, and for each
// record its acknowledgement and receipt.
const (
	closing    = 1200
	answerCost = 90
)

// may takes size bytes out of what may be sent, if they may.
func (a *allowance) may(size int64) bool {
	if a.budget <= 0 {
		return true
	}
	spent, _, err := a.purse.today(context.Background())
	if err != nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	up, down := a.meter.read()
	gone := spent + max(0, a.handed-up)
	if a.meter.purse == nil { // what HTTP has taken and the link has not counted yet is in neither of the two
		gone = max(gone, a.before+a.handed+down)
	}
	if gone+size+a.answers+answerCost+closing > a.budget {
		a.reached = true
		return false
	}
	a.handed += size
	a.answers += answerCost
	return true
}

// over reports whether so much came down that the budget doesn't even allow for a goodbye.
func (a *allowance) over() bool {
	if a.budget <= 0 {
		return false
	}
	spent, _, err := a.purse.today(context.Background())
	if err != nil || spent < a.budget {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reached = true
	return true
}

// stays notes that an attachment stays here.
func (a *allowance) stays() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.held = true
}

// outcome says what stayed here, and why.
func (a *allowance) outcome() (reached, held bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.reached, a.held
}

// Records implements exchange.Outbox.
func (t thrifty) Records(ctx context.Context, chain batch.Chain, after batch.Seq, most int) ([]batch.Carried, error) {
	if chain.Lane == batch.Attachments && !t.files {
		t.stays()
		return nil, nil
	}
	rs, err := t.outbox.Records(ctx, chain, after, most)
	for i, r := range rs {
		if !t.may(int64(len(r.Envelope)) + frameCost) {
			return rs[:i], err
		}
	}
	return rs, err
}

// Leaf implements exchange.Outbox.
func (t thrifty) Leaf(ctx context.Context, attachment batch.RecordID, index uint32) (batch.Leaf, error) {
	if !t.files {
		t.stays()
		return batch.Leaf{}, exchange.ErrNoLeaf
	}
	if !t.may(batch.LeafSize + leafCost) {
		return batch.Leaf{}, exchange.ErrNoLeaf
	}
	return t.outbox.Leaf(ctx, attachment, index)
}

// leafCost is what stands around a leaf, in bytes.
const leafCost = 64
