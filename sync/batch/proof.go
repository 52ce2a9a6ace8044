package batch

import (
	"cmp"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// One proof for many leaves: walking the RFC 6962 tree from its root, every
// subtree without one of the leaves is one hash of the proof, in the order of
// the walk. For a run of neighbours that is about log₂(size) hashes in all,
// not for each.

// ProveTogether returns the proof for the leaves at indexes (rising, distinct)
// in the tree of the given size. For no leaves there is nothing to prove.
func ProveTogether(size int64, indexes []int64, hashes tlog.HashReader) ([][32]byte, error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	last := int64(-1)
	for _, i := range indexes {
		if i <= last || i >= size {
			return nil, fmt.Errorf("%w: leaf %d after %d in a log of %d", errProof, i, last, size)
		}
		last = i
	}
	var stored []int64
	walk(0, size, indexes, func(lo, hi int64) { stored = subtree(stored, lo, hi) })
	read, err := hashes.ReadHashes(stored)
	if err != nil {
		return nil, err
	}
	var proof [][32]byte
	walk(0, size, indexes, func(lo, hi int64) {
		var h tlog.Hash
		h, read = joinSubtree(read, lo, hi)
		proof = append(proof, h)
	})
	return proof, nil
}

// walk calls missing for each largest subtree [lo, hi) without any of the leaves.
func walk(lo, hi int64, leaves []int64, missing func(lo, hi int64)) {
	switch {
	case lo >= hi:
	case len(leaves) == 0:
		missing(lo, hi)
	case hi-lo > 1:
		mid := lo + split(hi-lo)
		i, _ := slices.BinarySearch(leaves, mid)
		walk(lo, mid, leaves[:i], missing)
		walk(mid, hi, leaves[i:], missing)
	}
}

// split is the largest power of two below n, n > 1.
func split(n int64) int64 { return 1 << (bits.Len64(uint64(n-1)) - 1) }

// subtree appends the stored hashes that make up [lo, hi).
func subtree(stored []int64, lo, hi int64) []int64 {
	for lo < hi {
		k := bits.Len64(uint64(hi-lo)) - 1
		stored = append(stored, tlog.StoredHashIndex(k, lo>>k))
		lo += 1 << k
	}
	return stored
}

// joinSubtree takes the hashes that subtree listed off read and joins them.
func joinSubtree(read []tlog.Hash, lo, hi int64) (tlog.Hash, []tlog.Hash) {
	n := len(subtree(nil, lo, hi))
	h := read[n-1]
	for i := n - 2; i >= 0; i-- {
		h = tlog.NodeHash(read[i], h)
	}
	return h, read[n:]
}

var errProof = errors.New("inclusion")

// checkTogether verifies a proof of ProveTogether and derives from it each
// leaf's own audit path.
func checkTogether(leaves []ReceiptLeaf, proof [][32]byte, c Checkpoint) ([]Receipt, error) {
	receipts := make([]Receipt, len(leaves))
	for i, l := range leaves {
		if l.Index < 0 || l.Index >= c.Size || i > 0 && l.Index <= leaves[i-1].Index {
			return nil, errProof
		}
		receipts[i] = Receipt{Record: l.Record, Index: l.Index, Checkpoint: c}
	}
	if len(leaves) == 0 {
		if len(proof) != 0 {
			return nil, errProof
		}
		return nil, nil
	}
	root, rest, err := rebuild(0, c.Size, receipts, proof)
	if err != nil || len(rest) != 0 || root != c.Hash {
		return nil, errProof
	}
	return receipts, nil
}

// rebuild computes the hash of [lo, hi) from the leaves in it and the proof,
// and gives every leaf the sibling on its way up.
func rebuild(lo, hi int64, leaves []Receipt, proof [][32]byte) ([32]byte, [][32]byte, error) {
	if len(leaves) == 0 {
		if len(proof) == 0 {
			return [32]byte{}, nil, errProof
		}
		return proof[0], proof[1:], nil
	}
	if hi-lo == 1 {
		return LeafHash(leaves[0].Record), proof, nil
	}
	mid := lo + split(hi-lo)
	i, _ := slices.BinarySearchFunc(leaves, mid, func(r Receipt, at int64) int { return cmp.Compare(r.Index, at) })
	left, proof, err := rebuild(lo, mid, leaves[:i], proof)
	if err != nil {
		return left, nil, err
	}
	right, proof, err := rebuild(mid, hi, leaves[i:], proof)
	if err != nil {
		return right, nil, err
	}
	for j := range leaves[:i] {
		leaves[j].Proof = append(leaves[j].Proof, right)
	}
	for j := range leaves[i:] {
		leaves[i+j].Proof = append(leaves[i+j].Proof, left)
	}
	return tlog.NodeHash(left, right), proof, nil
}
