package centraltest

import (
	"crypto/rand"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/canon"
	"baraza.example/sync/central"
	"baraza.example/sync/identity"
)

// An Author makes genuine records for tests: one device, whose chains grow
// with each record.
type Author struct {
	*identity.Identity
	Consultation batch.Consultation
	Incarnation  uint64
	Epoch        uint32 // number of the one that its texts are sealed under

	t    testing.TB
	last map[batch.Lane]batch.Have
}

// NewAuthor draws a device. name stands on its card.
func NewAuthor(t testing.TB, consultation, name string) *Author {
	t.Helper()
	id, err := identity.New(rand.Reader, name, "laptop of "+name)
	if err != nil {
		t.Fatal(err)
	}
	return &Author{Identity: id, Consultation: batch.ConsultationOf(consultation), Incarnation: 1<<63 + 5, Epoch: 1, t: t, last: map[batch.Lane]batch.Have{}}
}

// NewAuthorOf is the same device with an empty store.
func NewAuthorOf(a *Author) *Author {
	c := *a
	c.last = map[batch.Lane]batch.Have{}
	return &c
}

// Clone is a copy of the device as it stands, as a copied folder is.
func (a *Author) Clone() *Author {
	c := *a
	c.last = map[batch.Lane]batch.Have{}
	for l, h := range a.last {
		c.last[l] = h
	}
	return &c
}

// Header is that of the author's next record.
func (a *Author) Header(lane batch.Lane, kind batch.Kind, epoch uint32) batch.Header {
	last := a.last[lane]
	return batch.Header{Chain: batch.Chain{Origin: a.ID(), Incarnation: a.Incarnation, Lane: lane}, Seq: last.Seq + 1,
		Kind: kind, Consultation: a.Consultation, Prev: last.Hash, Epoch: epoch}
}

// Sign makes the record with header h, which becomes the last of its chain.
func (a *Author) Sign(h batch.Header, payload []byte) batch.Record {
	a.t.Helper()
	r, err := batch.Make(a.Device, h, payload)
	if err != nil {
		a.t.Fatal(err)
	}
	a.last[h.Lane] = r.Have()
	return r
}

// Register is the author's registration with an invite's token.
func (a *Author) Register(token [16]byte) batch.Record {
	a.t.Helper()
	return a.Sign(a.Header(batch.Control, batch.KindRegistration, 0), batch.NewRegistration(a.Card, token))
}

// Begin is the record of the author's epoch, with keys for nobody.
func (a *Author) Begin() batch.Record {
	a.t.Helper()
	return a.Sign(a.Header(batch.Control, batch.KindEpoch, 0), canon.Encode(batch.EpochKeys{Number: a.Epoch, Recipients: []byte{}, Wraps: []identity.Wrap{}}))
}

// Text is a response that nobody can open: enough for who only carries it.
func (a *Author) Text(payload string) batch.Record {
	a.t.Helper()
	return a.Sign(a.Header(batch.Text, batch.KindResponse, a.Epoch), []byte(payload))
}

// Attachment makes the record of a file and its sealed leaves.
func (a *Author) Attachment(e identity.Epoch, m batch.Manifest, plain []byte) (batch.Record, []batch.Leaf) {
	a.t.Helper()
	var leaves []batch.Leaf
	var sums [][16]byte
	for i := uint32(0); int(i)*batch.LeafSize < len(plain); i++ {
		sealed := batch.SealLeaf(m.Key, i, plain[int(i)*batch.LeafSize:min(len(plain), int(i+1)*batch.LeafSize)])
		leaves = append(leaves, batch.Leaf{Index: i, Sealed: sealed})
		sums = append(sums, batch.LeafSum(sealed))
	}
	m.Author = a.Card.DeviceKey
	h := a.Header(batch.Attachments, batch.KindAttachment, 0)
	r := a.Sign(h, batch.NewLeafList(h, e, m, int64(len(plain)), sums))
	for i := range leaves {
		leaves[i].Attachment = r.ID
	}
	return r, leaves
}

// Take is r as a listener hands it to a store, checked. Only what is checked of
// epochs is left out: [Sealed] has it, too.
func Take(t testing.TB, r batch.Record, at int64, path ...batch.Stop) central.Received {
	t.Helper()
	got := central.Received{Carried: batch.Carried{Record: r, Path: path}, Time: at}
	switch r.Kind {
	case batch.KindRegistration:
		g, err := batch.ReadRegistration(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Registration = &g
	case batch.KindAttachment:
		l, err := batch.ReadLeafList(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Leaves = &l
	}
	return got
}

// Sealed is Take with the epochs that r needs or brings.
func Sealed(t testing.TB, r batch.Record) central.Received {
	t.Helper()
	got := Take(t, r, 1)
	switch r.Kind {
	case batch.KindEpoch:
		keys, err := batch.ReadEpochKeys(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Opens = keys.Number
	case batch.KindAttachment:
		got.Sealed = got.Leaves.Epoch
	default:
		got.Sealed = r.Header.Epoch
	}
	return got
}
