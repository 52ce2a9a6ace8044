// Package centraltest is the contract of central.Store and central.Blobs as
// tests, and a store in memory that fulfils it for worlds of many centres.
// Start at [Store] and [NewMemory].
package centraltest

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"baraza.example/sync/batch"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/central"
	"baraza.example/sync/identity"
)

// Memory is a central.Store that forgets everything when the program ends. It
// starts no goroutines and its zero value is not ready: use [NewMemory].
type Memory struct {
	mu          sync.Mutex
	arrived     []*central.Stored
	byID        map[batch.RecordID]*central.Stored
	chains      map[batch.Chain]batch.Have
	entries     map[entryKey]batch.Have
	epochs      map[epochKey]bool
	origins     map[identity.ID]batch.Registration
	revocations []identity.Revocation
	log         []batch.RecordID
	hashes      [][32]byte
	checkpoint  batch.Checkpoint
	tokens      []central.Token
	questions   []batch.Addressed
	attachments map[batch.RecordID]*attachment
	order       []batch.RecordID // of attachments, by arrival
	catalogue   []catalogue.Publication
	published   map[catalogue.ID][]byte
}

type entryKey struct {
	batch.Chain
	batch.Seq
}

type epochKey struct {
	origin      identity.ID
	incarnation uint64
	number      uint32
}

type attachment struct {
	origin identity.ID
	list   batch.LeafList
	leaves map[uint32][]byte
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{
		byID:        map[batch.RecordID]*central.Stored{},
		chains:      map[batch.Chain]batch.Have{},
		entries:     map[entryKey]batch.Have{},
		epochs:      map[epochKey]bool{},
		origins:     map[identity.ID]batch.Registration{},
		attachments: map[batch.RecordID]*attachment{},
		published:   map[catalogue.ID][]byte{},
	}
}

// Close does nothing: the store can be used again, as after a restart.
func (m *Memory) Close() error { return nil }

// Put implements central.Store.
func (m *Memory) Put(ctx context.Context, rs []central.Received) ([]central.Placed, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	placed := make([]central.Placed, len(rs))
	for i, r := range rs {
		placed[i] = m.put(r)
	}
	return placed, nil
}

func (m *Memory) put(r central.Received) central.Placed {
	road := central.Road{Path: r.Path, Carrier: r.Carrier, Time: r.Time}
	if s := m.byID[r.ID]; s != nil {
		s.Tries++
		if s.Tries <= central.MaxRoads {
			s.Roads = append(s.Roads, road)
		}
		return central.Placed{}
	}
	if refusal := central.Next(m.chains[r.Chain], r.Record); refusal != nil {
		return central.Placed{Refusal: refusal}
	}
	if r.Sealed != 0 && !m.epochs[epochKey{r.Origin, r.Incarnation, r.Sealed}] {
		return central.Placed{Refusal: central.NoEpoch(r)}
	}
	s := &central.Stored{Carried: r.Carried, Carrier: r.Carrier, Time: r.Time, Index: -1, Tries: 1, Roads: []central.Road{road}}
	m.arrived = append(m.arrived, s)
	m.byID[r.ID] = s
	m.chains[r.Chain] = r.Have()
	m.entries[entryKey{r.Chain, r.Seq}] = r.Have()
	if r.Opens != 0 {
		m.epochs[epochKey{r.Origin, r.Incarnation, r.Opens}] = true
	}
	if r.Registration != nil {
		m.origins[r.Origin] = *r.Registration
	}
	if v := r.Revocation; v != nil && !m.revoked(v.Device, v.OrgKey) && len(m.revocations) < batch.MaxRevocations {
		m.revocations = append(m.revocations, *v)
	}
	if r.Leaves != nil {
		m.attachments[r.ID] = &attachment{r.Origin, *r.Leaves, map[uint32][]byte{}}
		m.order = append(m.order, r.ID)
	}
	return central.Placed{New: true}
}

// Have implements central.Store.
func (m *Memory) Have(ctx context.Context, chains []batch.Chain) ([]batch.Have, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var haves []batch.Have
	for _, c := range chains {
		if h, ok := m.chains[c]; ok {
			haves = append(haves, h)
		}
	}
	return haves, ctx.Err()
}

// At implements central.Store.
func (m *Memory) At(ctx context.Context, c batch.Chain, seq batch.Seq) (batch.Have, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h, held := m.entries[entryKey{c, seq}]
	if !held {
		return h, central.ErrNotFound
	}
	return h, ctx.Err()
}

// copyOf is what leaves the store: its roads may grow meanwhile.
func copyOf(s *central.Stored) central.Stored {
	c := *s
	c.Roads = slices.Clone(s.Roads)
	return c
}

// Record implements central.Store.
func (m *Memory) Record(_ context.Context, id batch.RecordID) (central.Stored, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.byID[id]
	if s == nil {
		return central.Stored{}, central.ErrNotFound
	}
	return copyOf(s), nil
}

// ByCode implements central.Store.
func (m *Memory) ByCode(ctx context.Context, code string) ([]central.Stored, error) {
	var found []central.Stored
	for s, err := range m.Records(ctx, central.Query{Kinds: []batch.Kind{batch.KindResponse, batch.KindContribution, batch.KindPack, batch.KindReply, batch.KindWithdrawal}}) {
		if err != nil {
			return nil, err
		}
		if s.ID.Code() == code {
			found = append(found, s)
		}
	}
	return found, nil
}

// Records implements central.Store.
func (m *Memory) Records(ctx context.Context, q central.Query) iter.Seq2[central.Stored, error] {
	return func(yield func(central.Stored, error) bool) {
		for i := 0; ; i++ {
			s, ok := m.nth(i)
			switch {
			case !ok:
				return
			case ctx.Err() != nil:
				yield(central.Stored{}, ctx.Err())
				return
			case q.Consultation != nil && *q.Consultation != s.Consultation,
				q.Origin != nil && *q.Origin != s.Origin,
				len(q.Kinds) > 0 && !slices.Contains(q.Kinds, s.Kind):
				continue
			}
			if !yield(s, nil) {
				return
			}
		}
	}
}

func (m *Memory) nth(i int) (central.Stored, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i >= len(m.arrived) {
		return central.Stored{}, false
	}
	return copyOf(m.arrived[i]), true
}

// Origin implements central.Store.
func (m *Memory) Origin(_ context.Context, id identity.ID) (batch.Registration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	g, ok := m.origins[id]
	if !ok {
		return g, central.ErrNotFound
	}
	return g, nil
}

// Revoked implements central.Store.
func (m *Memory) Revoked(ctx context.Context, id identity.ID, org ed25519.PublicKey) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.revoked(id, org), ctx.Err()
}

func (m *Memory) revoked(id identity.ID, org ed25519.PublicKey) bool {
	return slices.ContainsFunc(m.revocations, func(v identity.Revocation) bool { return v.Of(org, id) })
}

// Revocations implements central.Store.
func (m *Memory) Revocations(ctx context.Context) ([]identity.Revocation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.revocations), ctx.Err()
}

// AddClarification implements central.Store.
func (m *Memory) AddClarification(ctx context.Context, a batch.Addressed) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !slices.ContainsFunc(m.questions, func(q batch.Addressed) bool { return q.ID() == a.ID() }) {
		m.questions = append(m.questions, a)
	}
	return ctx.Err()
}

// Unask forgets what was asked, as if the store had been set back.
func (m *Memory) Unask() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.questions = nil
}

// Clarifications implements central.Store.
func (m *Memory) Clarifications(ctx context.Context, caller batch.Peer, ask batch.Ask, max int) (all []batch.Numbered, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ask = ask.Within(uint64(len(m.questions)))
	for i, q := range m.questions {
		if n := (batch.Numbered{Number: uint64(i) + 1, Addressed: q}); ask.Wants(caller, n) && len(all) < max {
			all = append(all, n)
		}
	}
	return all, ctx.Err()
}

// Received implements central.Store.
func (m *Memory) Received(ctx context.Context, tails []batch.Tail, max int) ([]batch.ReceiptLeaf, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var leaves []batch.ReceiptLeaf
	for i, id := range m.log {
		r := m.byID[id]
		if len(leaves) < max && slices.ContainsFunc(tails, func(t batch.Tail) bool { return t.Chain == r.Chain && r.Seq >= t.First }) {
			leaves = append(leaves, batch.ReceiptLeaf{Record: id, Index: int64(i)})
		}
	}
	return leaves, ctx.Err()
}

// Unlogged implements central.Store.
func (m *Memory) Unlogged(ctx context.Context, max int) ([]batch.RecordID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []batch.RecordID
	for _, s := range m.arrived {
		if s.Index < 0 && m.whole(s.ID) && len(list) < max {
			list = append(list, s.ID)
		}
	}
	return list, ctx.Err()
}

// Append implements central.Store.
func (m *Memory) Append(ctx context.Context, from int64, leaves []batch.RecordID, hashes [][32]byte, c batch.Checkpoint) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(leaves) == 0 || c.Size != from+int64(len(leaves)) || int64(len(hashes)) != central.HashCount(c.Size)-central.HashCount(from) {
		return fmt.Errorf("extend the log: %d leaves and %d hashes do not lead from size %d to %d", len(leaves), len(hashes), from, c.Size)
	}
	if from != int64(len(m.log)) {
		return central.ErrMoved
	}
	seen := map[batch.RecordID]bool{}
	for _, id := range leaves {
		if s := m.byID[id]; s == nil || s.Index >= 0 || seen[id] {
			return central.ErrMoved
		}
		seen[id] = true
	}
	for _, id := range leaves {
		m.byID[id].Index = int64(len(m.log))
		m.log = append(m.log, id)
	}
	m.hashes = append(m.hashes, hashes...)
	m.checkpoint = c
	return nil
}

// Checkpoint implements central.Store.
func (m *Memory) Checkpoint(ctx context.Context) (batch.Checkpoint, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.checkpoint, ctx.Err()
}

// Hashes implements central.Store.
func (m *Memory) Hashes(ctx context.Context, indexes []int64) ([][32]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	hashes := make([][32]byte, 0, len(indexes))
	for _, i := range indexes {
		if i < 0 || i >= int64(len(m.hashes)) {
			return nil, central.ErrNotFound
		}
		hashes = append(hashes, m.hashes[i])
	}
	return hashes, ctx.Err()
}

// AddToken implements central.Store.
func (m *Memory) AddToken(ctx context.Context, t central.Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !slices.ContainsFunc(m.tokens, func(o central.Token) bool { return o.Token == t.Token }) {
		m.tokens = append(m.tokens, t)
	}
	return ctx.Err()
}

// WithdrawToken implements central.Store.
func (m *Memory) WithdrawToken(_ context.Context, token [16]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.tokens, func(t central.Token) bool { return t.Token == token })
	if i < 0 {
		return central.ErrNotFound
	}
	m.tokens[i].Withdrawn = true
	return nil
}

// Tokens implements central.Store.
func (m *Memory) Tokens(ctx context.Context) ([]central.Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	tokens := slices.Clone(m.tokens)
	slices.SortFunc(tokens, func(a, b central.Token) int {
		return cmp.Or(cmp.Compare(a.Made, b.Made), slices.Compare(a.Token[:], b.Token[:]))
	})
	return tokens, ctx.Err()
}

// PutLeaf implements central.Blobs.
func (m *Memory) PutLeaf(ctx context.Context, l batch.Leaf) (whole bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.attachments[l.Attachment]
	if a == nil {
		return false, central.ErrNotFound
	}
	if err := a.list.Check(l.Index, l.Sealed); err != nil {
		return false, err
	}
	a.leaves[l.Index] = slices.Clone(l.Sealed)
	return m.whole(l.Attachment), ctx.Err()
}

// whole reports whether id is no attachment or one with all its leaves.
func (m *Memory) whole(id batch.RecordID) bool {
	a := m.attachments[id]
	return a == nil || len(a.leaves) == len(a.list.Leaves)
}

// Leaf implements central.Blobs.
func (m *Memory) Leaf(_ context.Context, attachment batch.RecordID, index uint32) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a := m.attachments[attachment]; a != nil {
		if sealed, ok := a.leaves[index]; ok {
			return slices.Clone(sealed), nil
		}
	}
	return nil, central.ErrNotFound
}

// LeavesHeld implements central.Blobs.
func (m *Memory) LeavesHeld(_ context.Context, attachment batch.RecordID) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.attachments[attachment]
	if a == nil {
		return 0, central.ErrNotFound
	}
	return len(a.leaves), nil
}

// Lacking implements central.Blobs.
func (m *Memory) Lacking(ctx context.Context, origins []identity.ID, max int) ([]batch.Want, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var wants []batch.Want
	for _, o := range origins {
		bySize := slices.SortedStableFunc(slices.Values(m.order), func(a, b batch.RecordID) int {
			return cmp.Compare(len(m.attachments[a].list.Leaves), len(m.attachments[b].list.Leaves))
		})
		for _, id := range bySize {
			a := m.attachments[id]
			if a.origin != o || len(a.leaves) == len(a.list.Leaves) || max <= 0 {
				continue
			}
			w, n := central.WantMissing(id, len(a.list.Leaves), slices.Sorted(maps.Keys(a.leaves)), max)
			wants, max = append(wants, w), max-n
		}
	}
	return wants, ctx.Err()
}

var _ central.Store = (*Memory)(nil)
