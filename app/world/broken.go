package world

import (
	"context"
	"crypto/ed25519"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"baraza.example/storage"
	"baraza.example/storage/simdisk"
	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

// A Variant is a simulated world with a fault built in, to see that the account
// at the end notices it.
type Variant string

// The variants.
const (
	Sound             Variant = ""
	AcknowledgesEarly Variant = "acknowledge before fsync"
	CountsTwice       Variant = "no dedupe"
	InventsReceipts   Variant = "receipt without log entry"
	ReusesSequence    Variant = "sequence reused after a clone"
	TakesUnopenable   Variant = "taken without its epoch"
	TrustsTheLost     Variant = "taken from a revoked device"
	TakesUnsigned     Variant = "taken without a look at its signature"
	DropsQuestions    Variant = "what is asked back lost at hubs and on sticks"
	RepliesTwice      Variant = "a reply made ready twice"
	KnowsRoadsOnly    Variant = "what is asked back told to none but hubs on its road"
)

// Variants lists the broken ones that any play shows; TrustsTheLost needs a lost
// device, TakesUnsigned a hostile hub, DropsQuestions and RepliesTwice that something
// is asked back, and KnowsRoadsOnly that the device is at another hub then.
var Variants = []Variant{AcknowledgesEarly, CountsTwice, InventsReceipts, ReusesSequence, TakesUnopenable}

// disk is the file system of a party.
func (v Variant) disk(d *simdisk.Disk) storage.FS {
	if v == AcknowledgesEarly {
		return lying{d}
	}
	return d
}

// store is what the centre keeps, as the account will see it.
func (v Variant) store(s central.Store) central.Store {
	switch v {
	case CountsTwice:
		return &forgetful{Store: s}
	case TakesUnopenable:
		return careless{s}
	case DropsQuestions:
		return untold{s}
	case KnowsRoadsOnly:
		return nameless{s}
	}
	return s
}

// replies is how often a device makes a reply ready that a person gives once.
func (v Variant) replies() int {
	if v == RepliesTwice {
		return 2
	}
	return 1
}

// served is the store that the centre's server works on.
func (v Variant) served(ctx context.Context, s central.Store) (central.Store, error) {
	switch v {
	case TrustsTheLost:
		return trusting{s}, nil
	case InventsReceipts:
	default:
		return s, nil
	}
	tokens, err := s.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	elsewhere := centraltest.NewMemory()
	for _, t := range tokens {
		if err := elsewhere.AddToken(ctx, t); err != nil {
			return nil, err
		}
	}
	return elsewhere, nil
}

// serving is how the centre meets its callers, and the bundles of a carrier.
func (v Variant) serving(s *central.Server, store central.Store, by central.Carrier) serving {
	var in exchange.Inbox
	switch v {
	case ReusesSequence:
		in = credulous{s}
	case TakesUnsigned:
		in = unseeing{s, store}
	default:
		if by == central.CarrierLink {
			return s.Serve
		}
		return func(ctx context.Context, c exchange.Conn) (exchange.Report, error) { return s.ServeBundle(ctx, c, by) }
	}
	return func(ctx context.Context, c exchange.Conn) (exchange.Report, error) {
		return exchange.Serve(ctx, c, in, exchange.Options{Self: exchange.Peer{Role: batch.RoleCentre}})
	}
}

// lying is a disk that says it has synced the journal and has not.
type lying struct{ *simdisk.Disk }

func (l lying) Append(name string) (storage.File, error) {
	f, err := l.Disk.Append(name)
	if err != nil || !strings.Contains(name, "journal") {
		return f, err
	}
	return unsyncedFile{f}, nil
}

type unsyncedFile struct{ storage.File }

func (unsyncedFile) Sync() error { return nil }

// forgetful gives a record that comes again another place in the log.
type forgetful struct {
	central.Store
	mu     sync.Mutex
	again  []batch.RecordID
	leaves []batch.RecordID
	hashes [][32]byte
	head   batch.Checkpoint
}

func (f *forgetful) Put(ctx context.Context, rs []central.Received) ([]central.Placed, error) {
	placed, err := f.Store.Put(ctx, rs)
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, p := range placed {
		if p.Refusal == nil {
			f.again = append(f.again, rs[i].ID)
		}
	}
	return placed, err
}

func (f *forgetful) Unlogged(_ context.Context, max int) ([]batch.RecordID, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.again[:min(max, len(f.again))]), nil
}

func (f *forgetful) Append(_ context.Context, from int64, leaves []batch.RecordID, hashes [][32]byte, c batch.Checkpoint) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if from != int64(len(f.leaves)) {
		return central.ErrMoved
	}
	f.leaves, f.hashes, f.head = append(f.leaves, leaves...), append(f.hashes, hashes...), c
	f.again = f.again[len(leaves):]
	return nil
}

func (f *forgetful) Checkpoint(context.Context) (batch.Checkpoint, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.head, nil
}

func (f *forgetful) Hashes(_ context.Context, indexes []int64) ([][32]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	found := make([][32]byte, len(indexes))
	for i, at := range indexes {
		if at >= tlog.StoredHashCount(int64(len(f.leaves))) {
			return nil, central.ErrNotFound
		}
		found[i] = f.hashes[at]
	}
	return found, nil
}

func (f *forgetful) Received(ctx context.Context, tails []batch.Tail, max int) ([]batch.ReceiptLeaf, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []batch.ReceiptLeaf
	for i, id := range f.leaves {
		r, err := f.Store.Record(ctx, id)
		if err != nil {
			return nil, err
		}
		if len(found) < max && slices.ContainsFunc(tails, func(t batch.Tail) bool { return t.Chain == r.Chain && r.Seq >= t.First }) {
			found = append(found, batch.ReceiptLeaf{Record: id, Index: int64(i)})
		}
	}
	return found, nil
}

func (f *forgetful) Records(ctx context.Context, q central.Query) iter.Seq2[central.Stored, error] {
	return func(yield func(central.Stored, error) bool) {
		for r, err := range f.Store.Records(ctx, q) {
			f.mu.Lock()
			r.Index = int64(slices.Index(f.leaves, r.ID))
			f.mu.Unlock()
			if !yield(r, err) {
				return
			}
		}
	}
}

// trusting has never heard of a revocation.
type trusting struct{ central.Store }

func (trusting) Revoked(context.Context, identity.ID, ed25519.PublicKey) (bool, error) {
	return false, nil
}

// careless takes sealed records whose keys have not come.
type careless struct{ central.Store }

func (c careless) Put(ctx context.Context, rs []central.Received) ([]central.Placed, error) {
	open := slices.Clone(rs)
	for i := range open {
		open[i].Sealed = 0
	}
	return c.Store.Put(ctx, open)
}

// untold hands nothing that is asked back to those who would carry it.
type untold struct{ central.Store }

func (u untold) Clarifications(ctx context.Context, caller batch.Peer, ask batch.Ask, most int) ([]batch.Numbered, error) {
	if caller.Role == batch.RoleHub {
		return nil, nil
	}
	return u.Store.Clarifications(ctx, caller, ask, most)
}

// nameless passes over which devices have come to a hub, as the centre did once.
type nameless struct{ central.Store }

func (n nameless) Clarifications(ctx context.Context, caller batch.Peer, ask batch.Ask, most int) ([]batch.Numbered, error) {
	ask.Named = nil
	return n.Store.Clarifications(ctx, caller, ask, most)
}

// credulous takes a record for known when it has one of the same number, as a
// centre would that goes by sequences instead of hashes; so nobody tells a
// cloned device that it is one.
type credulous struct{ exchange.Inbox }

func (c credulous) Accept(ctx context.Context, from exchange.Peer, rs []batch.Carried, first map[batch.Chain]batch.Seq) ([]exchange.Outcome, error) {
	outcomes, err := c.Inbox.Accept(ctx, from, rs, first)
	for i := range outcomes {
		if r := outcomes[i].Refusal; r != nil && r.Code == batch.RefusedFork {
			outcomes[i].Refusal = nil
		}
	}
	return outcomes, err
}

func (c credulous) Have(context.Context, []batch.Tail) ([]batch.Have, error) {
	return nil, nil
}

// unseeing keeps what has a false signature like everything else.
type unseeing struct {
	*central.Server
	store central.Store
}

func (u unseeing) Accept(ctx context.Context, from exchange.Peer, rs []batch.Carried, first map[batch.Chain]batch.Seq) ([]exchange.Outcome, error) {
	outcomes, err := u.Server.Accept(ctx, from, rs, first)
	if err != nil {
		return nil, err
	}
	for i, o := range outcomes {
		if o.Refusal == nil || o.Refusal.Code != batch.RefusedSignature {
			continue
		}
		placed, err := u.store.Put(ctx, []central.Received{{Carried: rs[i], Time: time.Now().Unix(), Sealed: rs[i].Epoch}})
		if err != nil {
			return nil, err
		}
		outcomes[i] = exchange.Outcome{New: placed[0].New, Refusal: placed[0].Refusal}
	}
	_, err = u.Server.Accept(ctx, from, nil, first) // gives what was put its place in the log
	return outcomes, err
}
