package exchangetest

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"slices"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

// A Keeper is an Inbox in memory: a centre with its log, or with Hub set a hub
// that gives custody. It checks what real ones check.
type Keeper struct {
	Root Root
	Hub  *identity.Identity // nil: it is the centre

	*Library // what the centre published, and is here

	mu      sync.Mutex
	keys    map[identity.ID]batch.Registration
	chains  map[batch.Chain][]batch.Carried
	leaves  map[batch.RecordID]map[uint32][]byte
	lists   map[batch.RecordID]batch.LeafList
	log     []batch.RecordID
	hashes  []tlog.Hash
	index   map[batch.RecordID]int64
	commits int
	again   int
}

var _ exchange.Inbox = (*Keeper)(nil)

// NewKeeper returns an empty centre, or a hub.
func NewKeeper(r Root, hub *identity.Identity) *Keeper {
	return &Keeper{Root: r, Hub: hub, Library: NewLibrary(r.Card), keys: map[identity.ID]batch.Registration{}, chains: map[batch.Chain][]batch.Carried{},
		leaves: map[batch.RecordID]map[uint32][]byte{}, lists: map[batch.RecordID]batch.LeafList{}, index: map[batch.RecordID]int64{}}
}

// Serve runs the serving side for c.
func (k *Keeper) Serve(ctx context.Context, c exchange.Conn) (exchange.Report, error) {
	return exchange.Serve(ctx, c, k, exchange.Options{Self: k.Self()})
}

// Self is what the keeper says of itself.
func (k *Keeper) Self() exchange.Peer {
	if k.Hub != nil {
		return exchange.Peer{ID: k.Hub.ID(), Role: batch.RoleHub, Name: "test hub"}
	}
	return exchange.Peer{ID: k.Root.Card.Root(), Role: batch.RoleCentre, Name: k.Root.Card.Name}
}

// Held lists what is held, per chain in order.
func (k *Keeper) Held() map[batch.Chain][]batch.Carried {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := map[batch.Chain][]batch.Carried{}
	for c, rs := range k.chains {
		out[c] = slices.Clone(rs)
	}
	return out
}

// Commits is how often Accept was called, Redelivered how many records came
// once more.
func (k *Keeper) Commits() int     { k.mu.Lock(); defer k.mu.Unlock(); return k.commits }
func (k *Keeper) Redelivered() int { k.mu.Lock(); defer k.mu.Unlock(); return k.again }

// Missing reports the first record or leaf of a that is not held exactly once
// and in its place.
func (k *Keeper) Missing(a *Author) error {
	held, n := k.Held(), 0
	for _, r := range a.Records {
		n++
		rs := held[r.Chain]
		if i := int(r.Seq) - 1; i >= len(rs) || rs[i].ID != r.ID {
			return fmt.Errorf("%v %d is not in its place", r.Lane, r.Seq)
		}
	}
	for c, rs := range held {
		if c.Origin == a.Identity.ID() {
			n -= len(rs)
		}
	}
	if n != 0 {
		return fmt.Errorf("%d records are held more than once", -n)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for id, ls := range a.Leaves {
		for i, l := range ls {
			if !slices.Equal(k.leaves[id][uint32(i)], l) {
				return fmt.Errorf("leaf %d of %v is missing", i, id)
			}
		}
	}
	return nil
}

// Have implements exchange.Inbox.
func (k *Keeper) Have(_ context.Context, tails []batch.Tail) (have []batch.Have, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, t := range tails {
		rs := k.chains[t.Chain]
		if len(rs) == 0 {
			continue
		}
		h := rs[len(rs)-1].Have()
		if i := slices.IndexFunc(rs, func(r batch.Carried) bool { return r.Seq == t.Top.Seq }); i >= 0 && rs[i].Have() != t.Top {
			h = rs[i].Have()
		}
		have = append(have, h)
	}
	return have, nil
}

// Accept implements exchange.Inbox.
func (k *Keeper) Accept(_ context.Context, _ exchange.Peer, records []batch.Carried, first map[batch.Chain]batch.Seq) ([]exchange.Outcome, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.commits++
	out := make([]exchange.Outcome, len(records))
	for i, r := range records {
		isNew, code := k.accept(r, first[r.Chain])
		if out[i].New = isNew; code != "" {
			out[i].Refusal = &batch.Refusal{Record: r.ID, Code: code}
		}
	}
	return out, nil
}

func (k *Keeper) accept(r batch.Carried, first batch.Seq) (bool, batch.RefuseCode) {
	reg, known := k.keys[r.Origin]
	if r.Kind == batch.KindRegistration {
		var err error
		if reg, err = batch.ReadRegistration(r.Record); err != nil {
			return false, batch.RefusedSignature
		}
		if !slices.Equal(reg.Proof, identity.Redeem(k.Root.Token, r.Origin)) {
			return false, batch.RefusedToken
		}
	} else if !known {
		return false, batch.RefusedUnknown
	}
	if r.Verify(ed25519.PublicKey(reg.DeviceKey)) != nil {
		return false, batch.RefusedSignature
	}
	held := k.chains[r.Chain]
	var next batch.Seq = 1
	var prev [8]byte
	if len(held) > 0 {
		last := held[len(held)-1]
		next, prev = last.Seq+1, last.ID.Hash8()
	}
	if k.Hub != nil && (len(held) == 0 || r.Seq == first && first > next) { // a hub goes on where receipts end, as it is told
		next, prev = max(first, 1), r.Prev
	}
	switch {
	case r.Seq < next:
		i := slices.IndexFunc(held, func(h batch.Carried) bool { return h.ID == r.ID })
		if i < 0 {
			return false, batch.RefusedFork
		}
		k.again++
		return false, ""
	case r.Seq > next:
		return false, batch.RefusedGap
	case r.Prev != prev:
		return false, batch.RefusedFork
	}
	if r.Kind == batch.KindAttachment {
		list, err := batch.ReadLeafList(r.Record)
		if err != nil {
			return false, batch.RefusedMalformed
		}
		k.lists[r.ID], k.leaves[r.ID] = list, map[uint32][]byte{}
	}
	k.keys[r.Origin] = reg
	k.chains[r.Chain] = append(held, r)
	k.receive(r.ID)
	return true, ""
}

// receive writes a record into the log once it is complete.
func (k *Keeper) receive(id batch.RecordID) {
	list := k.lists[id]
	if _, logged := k.index[id]; logged || k.Hub != nil || len(k.leaves[id]) < len(list.Leaves) {
		return
	}
	n := int64(len(k.log))
	k.log = append(k.log, id)
	k.index[id] = n
	hashes, err := tlog.StoredHashesForRecordHash(n, batch.LeafHash(id), k)
	if err != nil {
		panic(err) // k reads its own memory
	}
	k.hashes = append(k.hashes, hashes...)
}

// ReadHashes implements tlog.HashReader.
func (k *Keeper) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = k.hashes[x]
	}
	return out, nil
}

// AcceptLeaf implements exchange.Inbox.
func (k *Keeper) AcceptLeaf(_ context.Context, l batch.Leaf) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	list, held := k.lists[l.Attachment]
	if !held {
		return fmt.Errorf("%w: unknown attachment", batch.ErrLeaf)
	}
	if err := list.Check(l.Index, l.Sealed); err != nil {
		return err
	}
	k.leaves[l.Attachment][l.Index] = l.Sealed
	k.receive(l.Attachment)
	return nil
}

// Wants implements exchange.Inbox.
func (k *Keeper) Wants(_ context.Context, origins []identity.ID, most int) (wants []batch.Want, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, o := range origins {
		for c, rs := range k.chains {
			if c.Origin != o || c.Lane != batch.Attachments {
				continue
			}
			for _, r := range rs {
				w := batch.Want{Attachment: r.ID}
				for i := range uint32(len(k.lists[r.ID].Leaves)) {
					if k.leaves[r.ID][i] == nil && most > 0 {
						w.Ranges = append(w.Ranges, [2]uint32{i, i + 1})
						most--
					}
				}
				if len(w.Ranges) > 0 {
					wants = append(wants, w)
				}
			}
		}
	}
	return wants, nil
}

// Custody implements exchange.Inbox.
func (k *Keeper) Custody(_ context.Context, chains []batch.Chain) (*batch.Custody, error) {
	if k.Hub == nil {
		return nil, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	var held []batch.Have
	for _, c := range chains {
		if rs := k.chains[c]; len(rs) > 0 {
			held = append(held, rs[len(rs)-1].Have())
		}
	}
	c := batch.SignCustody(k.Hub, batch.Custody{Name: "test hub", Held: held, Time: 1})
	return &c, nil
}

// Receipts implements exchange.Inbox.
func (k *Keeper) Receipts(_ context.Context, o batch.Offer) ([]batch.Receipts, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var entries []batch.ReceiptLeaf
	for _, t := range o.Tails {
		for _, r := range k.chains[t.Chain] {
			if i, logged := k.index[r.ID]; logged && r.Seq >= t.First {
				entries = append(entries, batch.ReceiptLeaf{Record: r.ID, Index: i})
			}
		}
	}
	size := int64(len(k.log))
	if len(entries) == 0 || o.Position.Size > size {
		return nil, nil
	}
	slices.SortFunc(entries, func(a, b batch.ReceiptLeaf) int { return int(a.Index - b.Index) })
	indexes := make([]int64, len(entries))
	for i, e := range entries {
		indexes[i] = e.Index
	}
	proof, err := batch.ProveTogether(size, indexes, k)
	if err != nil {
		return nil, err
	}
	root, err := tlog.TreeHash(size, k)
	if err != nil {
		return nil, err
	}
	rs := batch.Receipts{Origin: o.Origin, Since: o.Position.Size, Entries: entries, Proof: proof,
		Checkpoint: batch.SignCheckpoint(LogName(k.Root.Card), k.Root.Log, batch.Checkpoint{Size: size, Hash: root, Time: 1})}
	if o.Position.Size > 0 {
		tree, err := tlog.ProveTree(size, o.Position.Size, k)
		if err != nil {
			return nil, err
		}
		for _, h := range tree {
			rs.Consistency = append(rs.Consistency, h)
		}
	}
	return []batch.Receipts{rs}, nil
}

// Centre implements exchange.Inbox.
func (k *Keeper) Centre(context.Context) (*identity.Centre, error) { return &k.Root.Card, nil }

// Received reports how many of a's records the log has.
func (k *Keeper) Received(t testing.TB, a *Author) (n int) {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, r := range a.Records {
		if _, logged := k.index[r.ID]; logged {
			n++
		}
	}
	return n
}

// Forget empties the keeper: another begins at the same address.
func (k *Keeper) Forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.keys)
	clear(k.chains)
	clear(k.leaves)
	clear(k.lists)
	clear(k.index)
	k.log, k.hashes, k.commits, k.again = nil, nil, 0, 0
}
