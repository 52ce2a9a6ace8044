package workspace

import "context"

// Leaving is what there is on this device of a consultation that a person thinks of
// leaving. All of it stays: who has left sends nothing any more, and may come back.
type Leaving struct {
	Drafts   int   // and contributions that are being written
	Waiting  int   // made ready, and not received yet
	Bytes    int64 // about how many it takes to send those
	Received int
}

// Leaving counts it.
func (w *Workspace) Leaving(ctx context.Context) (l Leaving, err error) {
	drafts, err := w.Briefs(ctx)
	if err != nil {
		return l, err
	}
	items, err := w.Items(ctx)
	if err != nil {
		return l, err
	}
	l.Drafts = len(drafts)
	for _, i := range items {
		if i.Waiting() != "" {
			l.Waiting++
		} else {
			l.Received++
		}
	}
	_, l.Bytes, err = w.Pending(ctx)
	return l, err
}
