package batch

import (
	"bytes"
	"errors"
	"testing"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

func TestAFileTravelsInLeavesAndComesOutWhole(t *testing.T) {
	for size, count := range map[int]int{0: 0, 1: 1, 8191: 1, 8192: 1, 8193: 2, 16384: 2, 20000: 3} {
		if got := LeafCount(int64(size)); got != count {
			t.Errorf("%d bytes make %d leaves, not %d", size, count, got)
		}
		d := newDevice(t, 1)
		plain := make([]byte, size)
		_, _ = seeded(7).Read(plain)
		r, leaves := d.attachment(plain)
		l, err := ReadLeafList(r)
		if err != nil || len(l.Leaves) != count || l.Size != int64(size) {
			t.Fatalf("%d bytes: %d leaves, %v", size, len(l.Leaves), err)
		}
		m, err := OpenManifest(r, l, d.epoch)
		if err != nil || m.Name != "minutes.pdf" {
			t.Fatalf("%d bytes: %+v, %v", size, m, err)
		}
		var out []byte
		for i, sealed := range leaves {
			if err := l.Check(uint32(i), sealed); err != nil {
				t.Fatal(err)
			}
			piece, err := OpenLeaf(m.Key, uint32(i), sealed)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, piece...)
		}
		if !bytes.Equal(out, plain) {
			t.Fatalf("%d bytes came out as %d", size, len(out))
		}
	}
}

func TestALeafIsTheOneThatWasSignedAtItsPlace(t *testing.T) {
	d := newDevice(t, 1)
	r, leaves := d.attachment(make([]byte, 3*LeafSize))
	l, err := ReadLeafList(r)
	if err != nil {
		t.Fatal(err)
	}
	key := [32]byte{9}
	bad := bytes.Clone(leaves[1])
	bad[100] ^= 1
	for name, c := range map[string]struct {
		index  uint32
		sealed []byte
	}{
		"a flipped bit":    {1, bad},
		"another place":    {2, leaves[1]},
		"behind the last":  {3, leaves[2]},
		"far behind it":    {1 << 31, leaves[2]},
		"cut short":        {1, leaves[1][:100]},
		"nothing":          {1, nil},
		"longer by a byte": {1, append(bytes.Clone(leaves[1]), 0)},
		"another file's":   {1, SealLeaf([32]byte{8}, 1, make([]byte, LeafSize))},
	} {
		if err := l.Check(c.index, c.sealed); !errors.Is(err, ErrLeaf) {
			t.Errorf("%s: Check gave %v", name, err)
		}
		if _, err := OpenLeaf(key, c.index, c.sealed); !errors.Is(err, ErrLeaf) {
			t.Errorf("%s: OpenLeaf gave %v", name, err)
		}
	}
	if !bytes.Equal(SealLeaf(key, 1, make([]byte, LeafSize)), leaves[1]) {
		t.Error("the same leaf sealed again is other bytes")
	}
	if bytes.Equal(leaves[0][:LeafSize], leaves[1][:LeafSize]) {
		t.Error("two leaves share a key stream")
	}
}

func TestLeavesAreAsLongAsTheSizeSays(t *testing.T) {
	sealed := SealLeaf([32]byte{9}, 0, make([]byte, 300))
	honest := LeafList{Size: 300, Leaves: [][16]byte{LeafSum(sealed)}}
	if err := honest.Check(0, sealed); err != nil {
		t.Fatal(err)
	}
	for _, size := range []int64{1, 299, 301, LeafSize} {
		if err := (LeafList{Size: size, Leaves: honest.Leaves}).Check(0, sealed); !errors.Is(err, ErrLeaf) {
			t.Errorf("300 bytes in a file of %d: %v", size, err)
		}
	}
}

func TestALeafListThatContradictsItselfIsRefused(t *testing.T) {
	d := newDevice(t, 1)
	list := func(l LeafList) Record { return d.make(d.header(KindAttachment, Attachments, 0), canon.Encode(l)) }
	for name, r := range map[string]Record{
		"a leaf too few":   list(LeafList{Size: LeafSize + 1, Leaves: make([][16]byte, 1), Epoch: 1}),
		"a leaf too many":  list(LeafList{Size: LeafSize, Leaves: make([][16]byte, 2), Epoch: 1}),
		"a negative size":  list(LeafList{Size: -1, Epoch: 1}),
		"too large":        list(LeafList{Size: MaxAttachment + 1, Leaves: make([][16]byte, MaxAttachment/LeafSize+1), Epoch: 1}),
		"2⁶³−1 bytes":      list(LeafList{Size: 1<<63 - 1, Epoch: 1}),
		"an unsealed name": list(LeafList{Size: 1, Leaves: make([][16]byte, 1)}),
		"no list":          d.make(d.header(KindAttachment, Attachments, 0), []byte{0x80, 0}),
		"a response":       d.response("x"),
	} {
		if l, err := ReadLeafList(r); !errors.Is(err, ErrLeaf) {
			t.Errorf("%s: %d leaves, %v", name, len(l.Leaves), err)
		}
	}
}

func TestAManifestIsItsOriginsAndOfItsRecord(t *testing.T) {
	d, thief := newDevice(t, 1), newDevice(t, 2)
	r, _ := d.attachment([]byte("x"))
	l, err := ReadLeafList(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenManifest(r, l, thief.epoch); !errors.Is(err, identity.ErrSeal) {
		t.Errorf("another key: %v", err)
	}
	later := d.epoch
	later.Number = 2
	if _, err := OpenManifest(r, l, later); !errors.Is(err, identity.ErrSeal) {
		t.Errorf("another number: %v", err)
	}
	moved := thief.make(thief.header(KindAttachment, Attachments, 0), r.Payload)
	if _, err := OpenManifest(moved, l, d.epoch); !errors.Is(err, identity.ErrSeal) {
		t.Errorf("under another header: %v", err)
	}
	h := thief.header(KindAttachment, Attachments, 0)
	stolen := thief.make(h, NewLeafList(h, d.epoch, Manifest{Author: d.Card.DeviceKey}, 1, l.Leaves))
	if _, err := OpenManifest(stolen, leafList(t, stolen), d.epoch); !errors.Is(err, ErrLeaf) {
		t.Errorf("sealed anew with the author of another: %v", err)
	}
}

func leafList(t *testing.T, r Record) LeafList {
	t.Helper()
	l, err := ReadLeafList(r)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
