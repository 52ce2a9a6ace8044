package batch

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"baraza.example/sync/identity"
)

// A testLog is a centre's log in memory.
type testLog struct {
	Log
	t      testing.TB
	key    ed25519.PrivateKey
	ids    []RecordID
	hashes []tlog.Hash
}

func newLog(t testing.TB, size int64) *testLog {
	t.Helper()
	root, _, _ := ed25519.GenerateKey(seeded(50))
	pub, key, err := ed25519.GenerateKey(seeded(51))
	if err != nil {
		t.Fatal(err)
	}
	l := &testLog{Log: Log{identity.IDOf(root), pub}, t: t, key: key}
	l.grow(size, 0)
	return l
}

// grow appends leaves up to size; other logs have other leaves.
func (l *testLog) grow(size int64, other byte) {
	for n := int64(len(l.ids)); n < size; n++ {
		id := RecordID(sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, uint64(n)), other)))
		hashes, err := tlog.StoredHashes(n, id[:], l)
		if err != nil {
			l.t.Fatal(err)
		}
		l.ids, l.hashes = append(l.ids, id), append(l.hashes, hashes...)
	}
}

// ReadHashes makes it a tlog.HashReader.
func (l *testLog) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		out[i] = l.hashes[at]
	}
	return out, nil
}

func (l *testLog) checkpoint(size int64) Checkpoint {
	l.t.Helper()
	hash, err := tlog.TreeHash(size, l)
	if err != nil {
		l.t.Fatal(err)
	}
	return SignCheckpoint(l.Log, l.key, Checkpoint{Size: size, Hash: hash, Time: 1_790_000_000 + size})
}

// receipts are those of the leaves at indexes, continuing from since.
func (l *testLog) receipts(since, size int64, indexes ...int64) Receipts {
	l.t.Helper()
	rs := Receipts{Origin: identity.ID{1}, Since: since, Checkpoint: l.checkpoint(size)}
	var err error
	if rs.Proof, err = ProveTogether(size, indexes, l); err != nil {
		l.t.Fatal(err)
	}
	for _, i := range indexes {
		rs.Entries = append(rs.Entries, ReceiptLeaf{Record: l.ids[i], Index: i})
	}
	if since > 0 && since < size {
		proof, err := tlog.ProveTree(size, since, l)
		if err != nil {
			l.t.Fatal(err)
		}
		for _, h := range proof {
			rs.Consistency = append(rs.Consistency, h)
		}
	}
	return rs
}
