package batch

import (
	"errors"
	"math/bits"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// together checks that a proof for these leaves holds and gives each of them
// the audit path that RFC 6962 does.
func together(t rapid.TB, l *testLog, size int64, indexes []int64) {
	proof, err := ProveTogether(size, indexes, l)
	if err != nil {
		t.Fatal(err)
	}
	root, err := tlog.TreeHash(size, l)
	if err != nil {
		t.Fatal(err)
	}
	leaves := make([]ReceiptLeaf, len(indexes))
	for i, at := range indexes {
		leaves[i] = ReceiptLeaf{Record: l.ids[at], Index: at}
	}
	receipts, err := checkTogether(leaves, proof, Checkpoint{Size: size, Hash: root})
	if err != nil {
		t.Fatalf("leaves %v of %d: %v", indexes, size, err)
	}
	for i, r := range receipts {
		want, err := tlog.ProveRecord(size, indexes[i], l)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(r.Proof, want, func(a [32]byte, b tlog.Hash) bool { return a == b }) {
			t.Fatalf("leaf %d of %d, proved with %v, has another path than alone", indexes[i], size, indexes)
		}
	}
}

// chosen are the indexes whose bit is set.
func chosen(mask uint64) (indexes []int64) {
	for ; mask != 0; mask &= mask - 1 {
		indexes = append(indexes, int64(bits.TrailingZeros64(mask)))
	}
	return indexes
}

func TestLeavesAreProvedTogetherAsEachAlone(t *testing.T) {
	l := newLog(t, 40)
	random := seeded(60)
	for size := int64(1); size <= 40; size++ {
		if size <= 10 {
			for mask := uint64(1); mask < 1<<size; mask++ {
				together(t, l, size, chosen(mask))
			}
			continue
		}
		for i := range size {
			for j := i; j < size; j++ {
				run := make([]int64, 0, size)
				for k := i; k <= j; k++ {
					run = append(run, k)
				}
				together(t, l, size, run)
				together(t, l, size, slices.Compact([]int64{i, j}))
			}
		}
		var b [8]byte
		for range 200 {
			_, _ = random.Read(b[:])
			mask := uint64(0)
			for i, c := range b {
				mask |= uint64(c) << (8 * i)
			}
			if indexes := chosen(mask & (1<<size - 1)); len(indexes) > 0 {
				together(t, l, size, indexes)
			}
		}
	}
}

func TestLeavesOfLargeLogsAreProvedTogether(t *testing.T) {
	l := newLog(t, 3000)
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(1, 3000).Draw(t, "size")
		indexes := rapid.SliceOfNDistinct(rapid.Int64Range(0, size-1), 1, 40, rapid.ID).Draw(t, "indexes")
		slices.Sort(indexes)
		together(t, l, size, indexes)
	})
}

func TestNeighboursShareTheirProof(t *testing.T) {
	l := newLog(t, 3000)
	var run []int64
	for i := int64(1000); i < 1100; i++ {
		run = append(run, i)
	}
	proof, err := ProveTogether(3000, run, l)
	if err != nil {
		t.Fatal(err)
	}
	alone := 0
	for _, i := range run {
		p, _ := tlog.ProveRecord(3000, i, l)
		alone += len(p)
	}
	t.Logf("100 neighbours in a log of 3,000: %d hashes together, %d one by one", len(proof), alone)
	if len(proof) > 2*12 {
		t.Errorf("%d hashes for a run", len(proof))
	}
}

func TestNothingIsProvedForLeavesThatAreNotThere(t *testing.T) {
	l := newLog(t, 8)
	for _, indexes := range [][]int64{{8}, {-1}, {3, 3}, {4, 2}, {1 << 40}} {
		if proof, err := ProveTogether(8, indexes, l); !errors.Is(err, errProof) {
			t.Errorf("%v: %d hashes, %v", indexes, len(proof), err)
		}
	}
	if proof, err := ProveTogether(8, nil, l); err != nil || len(proof) != 0 {
		t.Errorf("no leaves: %d hashes, %v", len(proof), err)
	}
}

func TestAProofThatDoesNotFitIsRefused(t *testing.T) {
	l := newLog(t, 21)
	good := l.receipts(0, 21, 2, 3, 9, 20)
	check := func(rs Receipts) error {
		_, err := checkTogether(rs.Entries, rs.Proof, rs.Checkpoint)
		return err
	}
	if err := check(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Receipts){
		"a hash less":        func(rs *Receipts) { rs.Proof = rs.Proof[1:] },
		"a hash more":        func(rs *Receipts) { rs.Proof = append(rs.Proof, [32]byte{}) },
		"no hashes":          func(rs *Receipts) { rs.Proof = nil },
		"two hashes swapped": func(rs *Receipts) { rs.Proof[0], rs.Proof[1] = rs.Proof[1], rs.Proof[0] },
		"an entry less":      func(rs *Receipts) { rs.Entries = rs.Entries[1:] },
		"an entry twice":     func(rs *Receipts) { rs.Entries = append(rs.Entries[:1:1], rs.Entries...) },
		"entries swapped":    func(rs *Receipts) { rs.Entries[0], rs.Entries[1] = rs.Entries[1], rs.Entries[0] },
		"records swapped": func(rs *Receipts) {
			rs.Entries[0].Record, rs.Entries[1].Record = rs.Entries[1].Record, rs.Entries[0].Record
		},
		"another index":         func(rs *Receipts) { rs.Entries[2].Index = 8 },
		"an index too high":     func(rs *Receipts) { rs.Entries[3].Index = 21 },
		"a negative index":      func(rs *Receipts) { rs.Entries[0].Index = -1 },
		"another record":        func(rs *Receipts) { rs.Entries[0].Record[5] ^= 1 },
		"another size":          func(rs *Receipts) { rs.Checkpoint.Size = 20 },
		"another root":          func(rs *Receipts) { rs.Checkpoint.Hash[0] ^= 1 },
		"an empty log":          func(rs *Receipts) { rs.Checkpoint.Size = 0 },
		"a log of 2⁶² leaves":   func(rs *Receipts) { rs.Checkpoint.Size = 1 << 62 },
		"hashes but no entries": func(rs *Receipts) { rs.Entries = nil },
		"an inner node as leaf": func(rs *Receipts) { rs.Entries[0].Record = RecordID(rs.Proof[0]) },
	} {
		rs := good
		rs.Entries, rs.Proof = slices.Clone(good.Entries), slices.Clone(good.Proof)
		spoil(&rs)
		if err := check(rs); !errors.Is(err, errProof) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
