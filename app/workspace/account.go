package workspace

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

// A Run is a line of the account of what was sent: one try, or several in a row that
// went alike. It holds no answer and no title, so that it can be read out to whoever
// helps.
type Run struct {
	Began, Ended int64       // by the device's clock
	Tries        int         // in a row, from 1
	ByHand       bool        // a person asked for it
	Road         string      // address that was tried last, without the pin
	Peer         identity.ID // who answered; zero: nobody
	Role         batch.Role  // of who answered
	Name         string      // of a hub that answered
	Up, Down     int64       // bytes of frames
	Link         int64       // bytes over the link, both ways, with HTTP and TLS
	Said         int64       // the estimate before it, for the link
	Opened       int64       // bytes that a connection took before its first request; 0: there was one, or it isn't known
	Records      int         // that were taken there
	Leaves       int         // pieces of attachments that were taken there
	Receipts     int         // that came
	Complete     bool        // both sides had said all
	Stopped      bool        // by the person
	Held         Hold        // the rule that ended it early
	Trouble      Trouble     // what went wrong
	Failed       bool        // something went wrong, even where no word is known for it
}

// RoadBundle is the Road of a Run that wrote a bundle: on a stick, or as mails.
const RoadBundle = "bundle"

// Who may have answered; see Run.Role.
const (
	RoleHub    = batch.RoleHub
	RoleCentre = batch.RoleCentre
)

// quiet reports whether a run changed nothing for anybody.
func (r Run) quiet() bool { return r.Records+r.Leaves+r.Receipts == 0 && !r.ByHand && !r.Stopped }

// alike reports whether two runs in a row are one line.
func (r Run) alike(next Run) bool {
	return r.quiet() && next.quiet() && r.Trouble == next.Trouble && r.Failed == next.Failed && r.Held == next.Held && r.Road == next.Road && (r.Failed || r.Peer == next.Peer)
}

// an entry of the account is a run, or under keyDay the day.
type entry struct {
	Run   *Run
	Day   string // as 2006-01-02
	Spent int64  // bytes in it
	Full  bool   // the budget has stopped a run in it
}

const (
	keyDay   = "day"
	keyRuns  = "run"
	keptRuns = 200
)

// Runs lists the account, the last run first.
func (w *Workspace) Runs(ctx context.Context) ([]Run, error) {
	all, err := w.written(ctx)
	w.book.mu.Lock()
	defer w.book.mu.Unlock()
	if w.book.waits && len(all) > 0 {
		all[0] = *w.book.last
	}
	return all, err
}

// written is the account as it is on the disk.
func (w *Workspace) written(ctx context.Context) (all []Run, err error) {
	err = w.store.View(ctx, func(tx *storage.Tx) error {
		all = nil
		for item, err := range w.tables.runs.In(tx).All(keyRuns) {
			if err != nil {
				return err
			}
			if item.Value.Run != nil {
				all = append(all, *item.Value.Run)
			}
		}
		return nil
	})
	slices.Reverse(all)
	return all, err
}

// lastAt is the last run over a road in which somebody answered; nil for none.
func (w *Workspace) lastAt(ctx context.Context, road string) (*Run, error) {
	all, err := w.Runs(ctx)
	road, _, _ = strings.Cut(road, "#")
	i := slices.IndexFunc(all, func(r Run) bool { return r.Road == road && r.Peer != identity.ID{} })
	if err != nil || i < 0 {
		return nil, err
	}
	return &all[i], nil
}

// A book writes runs into the account. Runs in which nothing happened are written now and
// then: a hub has one a minute.
type book struct {
	w       *Workspace
	mu      sync.Mutex
	last    *Run // as it was written last, with what was not
	waits   bool // last is more than what was written
	written int64
}

// writeEvery is how many seconds runs in which nothing happened may wait to be written.
const writeEvery = 600

func (b *book) enter(ctx context.Context, r Run) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.last != nil && b.last.alike(r) {
		r = b.last.and(r)
		since := r.Ended - b.written
		b.last, b.waits = &r, true
		if since >= 0 && since < writeEvery {
			return nil
		}
		return b.write(ctx, true)
	}
	err := b.flush(ctx)
	again := b.last != nil
	b.last = &r
	if !again { // of this program; the one before it may have ended alike
		all, failed := b.w.written(ctx)
		if failed != nil {
			return errors.Join(err, failed)
		}
		if len(all) > 0 && all[0].alike(r) {
			r = all[0].and(r)
			return errors.Join(err, b.write(ctx, true))
		}
	}
	return errors.Join(err, b.write(ctx, false))
}

// close writes what waits. What of it is lost with a disk that fails is no more than how often
// nothing happened.
func (b *book) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.flush(context.Background()); err != nil {
		b.w.log.Debug("the account was not written", "error", err)
	}
}

// flush writes what waits.
func (b *book) flush(ctx context.Context) error {
	if !b.waits {
		return nil
	}
	return b.write(ctx, true)
}

// write puts the last run at the end of the account, or in the place of its last line.
func (b *book) write(ctx context.Context, instead bool) error {
	b.waits, b.written = false, b.last.Ended
	return b.w.store.Update(ctx, func(tx *storage.Tx) error {
		runs := b.w.tables.runs.In(tx)
		var keys []string
		for item, err := range runs.All(keyRuns) {
			if err != nil {
				return err
			}
			keys = append(keys, item.Key)
		}
		number := uint64(1)
		if n := len(keys); n > 0 {
			number = binary.BigEndian.Uint64([]byte(keys[n-1][len(keyRuns):]))
			if !instead {
				number++
			}
		}
		for ; !instead && len(keys) >= keptRuns; keys = keys[1:] {
			if err := runs.Delete(keys[0]); err != nil {
				return err
			}
		}
		return runs.Put(keyRuns+string(binary.BigEndian.AppendUint64(nil, number)), entry{Run: b.last})
	})
}

// and is one line of two runs that are alike.
func (r Run) and(next Run) Run {
	next.Began, next.Tries = r.Began, r.Tries+next.Tries
	next.Up, next.Down, next.Link, next.Said = next.Up+r.Up, next.Down+r.Down, next.Link+r.Link, next.Said+r.Said
	return next
}

// describeRun is the line of a run that ended with err.
func describeRun(report exchange.Report, err error) (r Run) {
	r = Run{Tries: 1, Peer: report.Peer.ID, Role: report.Peer.Role, Up: report.BytesUp, Down: report.BytesDown,
		Records: report.Sent, Leaves: report.Leaves, Receipts: report.Receipts, Complete: report.Complete}
	if r.Role == batch.RoleHub {
		r.Name = report.Peer.Name
	}
	var held *HeldError
	switch {
	case errors.As(err, &held):
		r.Held = held.Why
	case errors.Is(err, context.Canceled):
		r.Stopped = true
	case err != nil:
		r.Failed, r.Trouble = true, TroubleOf(err)
	}
	return r
}

// A purse counts the bytes that go over links in a day. What it counted is on the disk
// before it is much: after a power cut it has counted a little more than went, never
// less, so that a budget holds.
type purse struct {
	w      *Workspace
	mu     sync.Mutex
	loaded bool
	day    string
	spent  int64
	kept   int64 // what is on the disk
	full   bool  // the budget has stopped a run today
	all    int64 // since the program began
}

// How many bytes are written down before they are spent: in a run, and after one, so that
// a run in which nothing is new writes nothing.
const (
	advance = 16 << 10
	late    = 4 << 10
)

func (p *purse) load(ctx context.Context) error {
	if p.loaded {
		return nil
	}
	e, err := p.w.tables.runs.Get(ctx, keyDay)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	p.loaded, p.day, p.spent, p.kept, p.full = true, e.Day, e.Spent, e.Spent, e.Full
	return nil
}

// turn begins another day, if it is one.
func (p *purse) turn() {
	if day := p.w.clock().Format(time.DateOnly); day != p.day {
		p.day, p.spent, p.kept, p.full = day, 0, 0, false
	}
}

// today is what was spent today, and whether the budget has stopped a run.
func (p *purse) today(ctx context.Context) (spent int64, full bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.load(ctx); err != nil {
		return 0, false, err
	}
	p.turn()
	return p.spent, p.full, nil
}

// take counts bytes that have just moved. It is called from the goroutines that move them.
func (p *purse) take(bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ctx := context.Background()
	if err := p.load(ctx); err != nil {
		p.w.log.Warn("the account can't be read", "error", err)
	}
	p.turn()
	p.spent += int64(bytes)
	p.all += int64(bytes)
	if p.spent > p.kept {
		p.keep(ctx, p.spent+advance)
	}
}

// settle writes down what was really spent, and whether the budget stopped the run.
func (p *purse) settle(ctx context.Context, full bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	changed := full && !p.full
	p.full = p.full || full
	if p.loaded && (changed || (p.kept < p.spent || p.kept > p.spent+late)) {
		p.keep(ctx, p.spent+late)
	}
}

func (p *purse) keep(ctx context.Context, spent int64) {
	if err := p.w.tables.runs.Put(ctx, keyDay, entry{Day: p.day, Spent: spent, Full: p.full}); err != nil {
		p.w.log.Debug("the account was not written", "error", err) // a disk that fails ends the run by itself, and says so once
		return
	}
	p.kept = spent
}

// moved is what went over links since the program began.
func (p *purse) moved() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all
}

// Spent is how many bytes went over links today, and how many are left of the budget
// where there is one: left is -1 without.
func (w *Workspace) Spent(ctx context.Context) (today, left int64, err error) {
	chosen, err := w.Settings(ctx)
	if err != nil {
		return 0, 0, err
	}
	if today, _, err = w.purse.today(ctx); err != nil {
		return 0, 0, err
	}
	left = -1
	if b := chosen.Rules.Budget; b > 0 {
		left = max(0, b-today)
	}
	return today, left, nil
}
