package batch

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
)

func TestAReceiptStandsAlone(t *testing.T) {
	l := newLog(t, 37)
	receipts, err := l.receipts(0, 37, 0, 5, 6, 36).Check(l.Log, Checkpoint{})
	if err != nil || len(receipts) != 4 {
		t.Fatalf("%d receipts, %v", len(receipts), err)
	}
	for _, r := range receipts {
		if err := r.Check(l.Log); err != nil {
			t.Fatalf("leaf %d: %v", r.Index, err)
		}
		for bit := range 8 {
			for name, spoil := range map[string]func(*Receipt){
				"record":    func(r *Receipt) { r.Record[31] ^= 1 << bit },
				"index":     func(r *Receipt) { r.Index ^= 1 << bit },
				"root":      func(r *Receipt) { r.Checkpoint.Hash[0] ^= 1 << bit },
				"size":      func(r *Receipt) { r.Checkpoint.Size ^= 1 << bit },
				"time":      func(r *Receipt) { r.Checkpoint.Time ^= 1 << bit },
				"signature": func(r *Receipt) { r.Checkpoint.Signature[9] ^= 1 << bit },
				"proof":     func(r *Receipt) { r.Proof[0][3] ^= 1 << bit },
			} {
				bad := r
				bad.Proof = append([][32]byte(nil), r.Proof...)
				bad.Checkpoint.Signature = bytes.Clone(r.Checkpoint.Signature)
				spoil(&bad)
				if err := bad.Check(l.Log); !errors.Is(err, ErrReceipt) {
					t.Fatalf("bit %d of %s: %v", bit, name, err)
				}
			}
		}
	}
	other := l.Log
	other.Root[0] ^= 1
	if err := receipts[0].Check(other); !errors.Is(err, ErrReceipt) {
		t.Fatalf("as another centre's: %v", err)
	}
	if err := receipts[0].Check(Log{Root: l.Root}); !errors.Is(err, ErrReceipt) {
		t.Fatalf("without a key: %v", err)
	}
	negative := receipts[0]
	negative.Checkpoint = SignCheckpoint(l.Log, l.key, Checkpoint{Size: -1})
	if err := negative.Check(l.Log); !errors.Is(err, ErrReceipt) {
		t.Fatalf("a log of −1: %v", err)
	}
}

func TestAnyFlippedBitOfReceiptsIsRefusedOrHarmless(t *testing.T) {
	l := newLog(t, 37)
	from := l.checkpoint(20)
	good := l.receipts(20, 37, 21, 22, 30)
	want, err := good.Check(l.Log, from)
	if err != nil {
		t.Fatal(err)
	}
	harmless := 0
	everyFlip(good.Encode(), func(bit int, bad []byte) {
		rs, err := DecodeReceipts(bad)
		if err != nil {
			return
		}
		got, err := rs.Check(l.Log, from)
		if err != nil {
			return
		}
		// Only the origin says nothing of its own: each receipt names its record.
		if rs.Origin == good.Origin || !cmp.Equal(got, want) {
			t.Fatalf("bit %d flipped unnoticed", bit)
		}
		harmless++
	})
	if harmless != 128 {
		t.Errorf("%d bits do not matter, the origin has 128", harmless)
	}
}

func TestTheLogOfANewCheckpointContinuesTheOneHeld(t *testing.T) {
	l := newLog(t, 40)
	forked := newLog(t, 15)
	forked.grow(40, 1)
	for from := int64(0); from <= 40; from++ {
		for size := max(1, from); size <= 40; size++ {
			held := Checkpoint{}
			if from > 0 {
				held = l.checkpoint(from)
			}
			if _, err := l.receipts(from, size, size-1).Check(l.Log, held); err != nil {
				t.Fatalf("from %d to %d: %v", from, size, err)
			}
			if from <= 15 {
				continue
			}
			_, err := forked.receipts(from, size, size-1).Check(l.Log, held)
			if !errors.Is(err, ErrReceipt) || errors.Is(err, ErrFork) != (from == size) {
				t.Fatalf("forked, from %d to %d: %v", from, size, err)
			}
		}
	}
}

func TestReceiptsFromAnotherCheckpointAreAskedForAgain(t *testing.T) {
	l := newLog(t, 40)
	for name, c := range map[string]struct{ since, size, held int64 }{
		"from the beginning":      {0, 40, 20},
		"from an earlier one":     {10, 40, 20},
		"from a later one":        {30, 40, 20},
		"older than what is held": {0, 15, 20},
		"older, as if it went on": {20, 15, 20},
	} {
		if _, err := l.receipts(c.since, c.size, 3).Check(l.Log, l.checkpoint(c.held)); !errors.Is(err, ErrUnlinked) || errors.Is(err, ErrReceipt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := l.receipts(10, 40, 3).Check(l.Log, Checkpoint{}); err != nil {
		t.Errorf("who holds none takes any: %v", err)
	}
}

func TestASpoiledConsistencyProofAccusesNobody(t *testing.T) {
	l := newLog(t, 40)
	for name, spoil := range map[string]func(*Receipts){
		"a bit":       func(rs *Receipts) { rs.Consistency[0][0] ^= 1 },
		"none":        func(rs *Receipts) { rs.Consistency = nil },
		"a hash more": func(rs *Receipts) { rs.Consistency = append(rs.Consistency, [32]byte{}) },
	} {
		rs := l.receipts(20, 40, 33)
		spoil(&rs)
		if _, err := rs.Check(l.Log, l.checkpoint(20)); !errors.Is(err, ErrReceipt) || errors.Is(err, ErrFork) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReceiptsWithNothingNewMoveTheHolderOn(t *testing.T) {
	l := newLog(t, 40)
	rs, err := DecodeReceipts(l.receipts(20, 40).Encode())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := rs.Check(l.Log, l.checkpoint(20)); err != nil || len(got) != 0 {
		t.Fatalf("%v, %v", got, err)
	}
}

func TestACheckpointIsASignedNoteForOtherTools(t *testing.T) {
	l := newLog(t, 9)
	key, err := note.NewEd25519VerifierKey(l.Origin(), l.Key)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		t.Fatal(err)
	}
	c := l.checkpoint(9)
	n, err := note.Open(c.Note(l.Log), note.VerifierList(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%s\n9\n", l.Origin()); n.Text[:len(want)] != want || n.Text[len(n.Text)-len("time 1790000009\n"):] != "time 1790000009\n" {
		t.Fatalf("the note reads %q", n.Text)
	}
	everyFlip(c.text(l.Log), func(bit int, bad []byte) {
		bad = append(bad, c.Note(l.Log)[len(bad):]...)
		if n, err := note.Open(bad, note.VerifierList(verifier)); err == nil && len(n.Sigs) > 0 {
			t.Fatalf("bit %d flipped unnoticed", bit)
		}
	})
}

func TestReceiptsHaveAnUpperLimit(t *testing.T) {
	rs := Receipts{Entries: make([]ReceiptLeaf, MaxReceipts)}
	if _, err := DecodeReceipts(rs.Encode()); err != nil {
		t.Fatal(err)
	}
	rs.Entries = make([]ReceiptLeaf, MaxReceipts+1)
	if _, err := DecodeReceipts(rs.Encode()); !errors.Is(err, ErrReceipt) {
		t.Fatalf("%d entries: %v", len(rs.Entries), err)
	}
	full := Receipts{Entries: make([]ReceiptLeaf, MaxReceipts), Proof: make([][32]byte, 8*MaxReceipts), Consistency: make([][32]byte, 64)}
	for i := range full.Entries {
		full.Entries[i].Index = math.MaxInt64
	}
	if n := len(full.Encode()); n > FrameReceipts.limit() {
		t.Fatalf("as many as allowed take %d bytes", n)
	}
}

func FuzzDecodeReceipts(f *testing.F) {
	l := newLog(f, 37)
	from := l.checkpoint(20)
	f.Add(l.receipts(20, 37, 21, 22, 30).Encode())
	f.Add(l.receipts(0, 37).Encode())
	f.Fuzz(func(t *testing.T, raw []byte) {
		rs, err := DecodeReceipts(raw)
		if err != nil {
			return
		}
		if !bytes.Equal(rs.Encode(), raw) {
			t.Fatal("decoded and encoded it is other bytes")
		}
		receipts, err := rs.Check(l.Log, from)
		if err != nil {
			return
		}
		for _, r := range receipts {
			if l.ids[r.Index] != r.Record {
				t.Fatalf("record %v is not at %d", r.Record, r.Index)
			}
		}
	})
}
