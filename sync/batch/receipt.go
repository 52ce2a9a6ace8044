package batch

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

// A Log names a centre's transparency log: an RFC 6962 tree whose leaves are
// record ids.
type Log struct {
	Root identity.ID       // of the centre; part of the log's name
	Key  ed25519.PublicKey // signs checkpoints
}

// Origin is the log's name, the first line of each checkpoint.
func (l Log) Origin() string { return "baraza.example/log/" + l.Root.Hex() }

// A Checkpoint is the centre's signed word on how its log stands. Note shows
// it as a signed note (C2SP tlog-checkpoint) that other tools can verify.
type Checkpoint struct {
	Size      int64    `cbor:"1,keyasint"`
	Hash      [32]byte `cbor:"2,keyasint"` // of the tree
	Time      int64    `cbor:"3,keyasint"` // by the centre's clock
	Signature []byte   `cbor:"4,keyasint"`
}

// LeafHash is the hash of a record's leaf.
func LeafHash(id RecordID) [32]byte { return tlog.RecordHash(id[:]) }

// text is what the signature covers: origin, size, hash, and the time as an
// extension line.
func (c Checkpoint) text(l Log) []byte {
	return fmt.Appendf(nil, "%s\n%d\n%s\ntime %d\n", l.Origin(), c.Size, base64.StdEncoding.EncodeToString(c.Hash[:]), c.Time)
}

// SignCheckpoint completes c.
func SignCheckpoint(l Log, key ed25519.PrivateKey, c Checkpoint) Checkpoint {
	c.Signature = ed25519.Sign(key, c.text(l))
	return c
}

// Note is the checkpoint as a signed note.
func (c Checkpoint) Note(l Log) []byte {
	h := sha256.Sum256(append([]byte(l.Origin()+"\n\x01"), l.Key...))
	sig := binary.BigEndian.AppendUint32(nil, binary.BigEndian.Uint32(h[:4]))
	return fmt.Appendf(c.text(l), "\n— %s %s\n", l.Origin(), base64.StdEncoding.EncodeToString(append(sig, c.Signature...)))
}

// ErrReceipt means that a receipt, or the log behind it, can't be trusted.
var ErrReceipt = errors.New("the receipt's proof does not hold")

// ErrFork means that a centre signed two logs of the same size with different
// content. The two checkpoints together prove it to anyone. A consistency
// proof that does not hold is a plain ErrReceipt: any relay can spoil one.
var ErrFork = fmt.Errorf("%w: the log was changed after the fact", ErrReceipt)

// ErrKnown means that receipts are genuine and say nothing that their holder
// did not know.
var ErrKnown = errors.New("these receipts came before")

// ErrUnlinked means that receipts are genuine but start from another
// checkpoint than the holder's: ask again from one's own position.
var ErrUnlinked = errors.New("the receipts continue from another checkpoint")

func (c Checkpoint) check(l Log) error {
	if c.Size < 0 || len(l.Key) != ed25519.PublicKeySize || !ed25519.Verify(l.Key, c.text(l), c.Signature) {
		return fmt.Errorf("%w: signature of the checkpoint", ErrReceipt)
	}
	return nil
}

// A Receipt proves that the centre holds a record: the only meaning of
// "received".
type Receipt struct {
	Record     RecordID   `cbor:"1,keyasint"`
	Index      int64      `cbor:"2,keyasint"` // of its leaf
	Checkpoint Checkpoint `cbor:"3,keyasint"`
	Proof      [][32]byte `cbor:"4,keyasint"` // audit path, leaf to root
}

// Check verifies signature and inclusion, offline.
func (r Receipt) Check(l Log) error {
	if err := r.Checkpoint.check(l); err != nil {
		return err
	}
	proof := make(tlog.RecordProof, len(r.Proof))
	for i, h := range r.Proof {
		proof[i] = h
	}
	if err := tlog.CheckRecord(proof, r.Checkpoint.Size, r.Checkpoint.Hash, r.Index, LeafHash(r.Record)); err != nil {
		return fmt.Errorf("%w: %v", ErrReceipt, err)
	}
	return nil
}

// Receipts are the receipts of one origin under one checkpoint: what travels,
// and what hubs hand on without change.
type Receipts struct {
	Origin      identity.ID   `cbor:"1,keyasint"`
	Since       int64         `cbor:"2,keyasint"` // size of the checkpoint it continues from; 0: none
	Checkpoint  Checkpoint    `cbor:"3,keyasint"`
	Consistency [][32]byte    `cbor:"4,keyasint,omitempty"` // from Since to Checkpoint.Size
	Entries     []ReceiptLeaf `cbor:"5,keyasint"`           // by rising index
	Proof       [][32]byte    `cbor:"6,keyasint,omitempty"` // for all entries together
}

// A ReceiptLeaf places a record in the log.
type ReceiptLeaf struct {
	_      struct{} `cbor:",toarray"`
	Record RecordID
	Index  int64
}

// MaxReceipts is how many entries one Receipts carries at the most.
const MaxReceipts = 1000

// Encode writes rs for a frame or a store.
func (rs Receipts) Encode() []byte { return canon.Encode(rs) }

// DecodeReceipts reads what Encode wrote; it proves nothing yet.
func DecodeReceipts(raw []byte) (Receipts, error) {
	var rs Receipts
	if err := canon.DecodeExact(raw, &rs); err != nil {
		return rs, fmt.Errorf("%w: %v", ErrReceipt, err)
	}
	if len(rs.Entries) > MaxReceipts {
		return rs, fmt.Errorf("%w: %d entries", ErrReceipt, len(rs.Entries))
	}
	return rs, nil
}

// Check verifies the checkpoint's signature, that its log continues the one
// of from (the holder's last checkpoint, zero if it has none), and that every
// entry is in it. It returns one standing receipt for each.
func (rs Receipts) Check(l Log, from Checkpoint) ([]Receipt, error) {
	if err := rs.Checkpoint.check(l); err != nil {
		return nil, err
	}
	if err := rs.continues(from); err != nil {
		return nil, err
	}
	receipts, err := checkTogether(rs.Entries, rs.Proof, rs.Checkpoint)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrReceipt, err)
	}
	return receipts, nil
}

func (rs Receipts) continues(from Checkpoint) error {
	c := rs.Checkpoint
	switch {
	case from.Size == 0:
		return nil
	case c.Size == from.Size:
		if c.Hash != from.Hash {
			return ErrFork
		}
		return nil
	case c.Size < from.Size || rs.Since != from.Size:
		return ErrUnlinked
	}
	proof := make(tlog.TreeProof, len(rs.Consistency))
	for i, h := range rs.Consistency {
		proof[i] = h
	}
	if err := tlog.CheckTree(proof, c.Size, c.Hash, from.Size, from.Hash); err != nil {
		return fmt.Errorf("%w: consistency: %v", ErrReceipt, err)
	}
	return nil
}
