package batch

import (
	"bytes"
	"crypto/ed25519"
	"io"
	"math/rand/v2"
	"testing"

	"baraza.example/sync/identity"
)

// A device makes records as the application does, from a seed.
type device struct {
	*identity.Identity
	t     testing.TB
	epoch identity.Epoch
	tails map[Lane]Have
}

const (
	consultation = "wg-study"
	incarnation  = 0x9f3c5b2a71d0e846
)

func seeded(n byte) io.Reader { return rand.NewChaCha8([32]byte{n}) }

func newDevice(t testing.TB, seed byte) *device {
	t.Helper()
	self, err := identity.New(seeded(seed), "Radio Amani", "studio laptop")
	if err != nil {
		t.Fatal(err)
	}
	epoch, err := identity.NewEpoch(seeded(seed + 100))
	if err != nil {
		t.Fatal(err)
	}
	return &device{self, t, epoch, map[Lane]Have{}}
}

func (d *device) header(kind Kind, lane Lane, epoch uint32) Header {
	return Header{
		Chain:        Chain{d.ID(), incarnation, lane},
		Seq:          d.tails[lane].Seq + 1,
		Kind:         kind,
		Consultation: ConsultationOf(consultation),
		Prev:         d.tails[lane].Hash,
		Epoch:        epoch,
	}
}

func (d *device) make(h Header, payload []byte) Record {
	d.t.Helper()
	r, err := Make(d.Device, h, payload)
	if err != nil {
		d.t.Fatal(err)
	}
	d.tails[h.Lane] = r.Have()
	return r
}

func (d *device) content(body string) Content {
	return Content{Author: d.Card.DeviceKey, InstanceID: "uuid:8a6c2f0e", Revision: 1, Ready: 1_790_000_000,
		Language: "sw", FormID: "annex2", Version: "1", Name: "Radio Amani", Body: []byte(body)}
}

// response is a sealed response with this body.
func (d *device) response(body string) Record {
	d.t.Helper()
	return d.sealed(KindResponse, Text, d.content(body).Encode())
}

func (d *device) sealed(kind Kind, lane Lane, plain []byte) Record {
	d.t.Helper()
	h := d.header(kind, lane, d.epoch.Number)
	return d.make(h, d.epoch.Seal(h.Bytes(), plain))
}

// attachment is the record of a file of this size, and its sealed leaves.
func (d *device) attachment(plain []byte) (Record, [][]byte) {
	d.t.Helper()
	key := [32]byte{9}
	var leaves [][]byte
	var sums [][16]byte
	for i := range LeafCount(int64(len(plain))) {
		leaf := SealLeaf(key, uint32(i), plain[i*LeafSize:min(len(plain), (i+1)*LeafSize)])
		leaves, sums = append(leaves, leaf), append(sums, LeafSum(leaf))
	}
	h := d.header(KindAttachment, Attachments, 0)
	m := Manifest{Author: d.Card.DeviceKey, InstanceID: "uuid:8a6c2f0e", Name: "minutes.pdf", Key: key}
	return d.make(h, NewLeafList(h, d.epoch, m, int64(len(plain)), sums)), leaves
}

// newCentre returns a centre's card and what opens what is sealed for it.
func newCentre(t testing.TB, seed byte) (identity.Centre, []identity.RecipientKey) {
	t.Helper()
	random := seeded(seed)
	_, root, _ := ed25519.GenerateKey(random)
	logKey, _, _ := ed25519.GenerateKey(random)
	c := identity.Centre{Name: "Secretariat", Consultation: consultation, LogKey: logKey, Issued: 1_790_000_000}
	var keys []identity.RecipientKey
	for _, name := range []string{"first", "second", "offline"} {
		k, err := identity.NewRecipientKey(random, name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := k.Public()
		if err != nil {
			t.Fatal(err)
		}
		c.Recipients, keys = append(c.Recipients, p), append(keys, k)
	}
	c, err := identity.SignCentre(root, c)
	if err != nil {
		t.Fatal(err)
	}
	return c, keys
}

// everyFlip calls check with raw in which one bit is wrong, for each bit.
func everyFlip(raw []byte, check func(bit int, bad []byte)) {
	for bit := range len(raw) * 8 {
		bad := bytes.Clone(raw)
		bad[bit/8] ^= 1 << (bit % 8)
		check(bit, bad)
	}
}
