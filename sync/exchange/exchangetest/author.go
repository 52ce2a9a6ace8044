package exchangetest

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"maps"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// A Root is the private side of a centre for tests: it signs a card and a log.
type Root struct {
	Card  identity.Centre
	Key   ed25519.PrivateKey // signs the card
	Log   ed25519.PrivateKey
	Token [16]byte // of an invite that may be redeemed
}

// Consultation is the one that NewRoot's centres receive for.
const Consultation = "exchangetest"

// NewRoot draws a centre's keys.
func NewRoot(t testing.TB) Root {
	t.Helper()
	var r Root
	_, root, err := ed25519.GenerateKey(rand.Reader)
	ok(t, err)
	public, log, err := ed25519.GenerateKey(rand.Reader)
	ok(t, err)
	r.Key, r.Log = root, log
	card := identity.Centre{Name: "test centre", Consultation: Consultation, LogKey: public, Issued: 1}
	for range identity.MinRecipients {
		key, err := identity.NewRecipientKey(rand.Reader, "recipient")
		ok(t, err)
		recipient, err := key.Public()
		ok(t, err)
		card.Recipients = append(card.Recipients, recipient)
	}
	r.Card, err = identity.SignCentre(root, card)
	ok(t, err)
	r.Token, err = identity.NewToken(rand.Reader)
	ok(t, err)
	return r
}

// LogName is the log that receipts of this centre are checked against.
func LogName(c identity.Centre) batch.Log { return batch.Log{Root: c.Root(), Key: c.LogKey} }

// An Author is a device that has something to say: a registration and an epoch
// first, then what the test makes.
type Author struct {
	t           testing.TB
	Identity    *identity.Identity
	Incarnation uint64
	centre      identity.Centre
	epoch       identity.Epoch
	Records     []batch.Carried // in the order made
	Leaves      map[batch.RecordID][][]byte
	Files       map[batch.RecordID]File // of attachments, before they were sealed
	last        map[batch.Lane]batch.Have
}

// A File is the plain side of an attachment.
type File struct {
	Plain []byte
	Key   [32]byte // of its leaves
}

// NewAuthor draws a device and registers it with token.
func NewAuthor(t testing.TB, c identity.Centre, token [16]byte) *Author {
	t.Helper()
	me, err := identity.New(rand.Reader, "an organisation", "a device")
	ok(t, err)
	epoch, err := identity.NewEpoch(rand.Reader)
	ok(t, err)
	a := &Author{t: t, Identity: me, Incarnation: 7, centre: c, epoch: epoch,
		Leaves: map[batch.RecordID][][]byte{}, Files: map[batch.RecordID]File{}, last: map[batch.Lane]batch.Have{}}
	a.Make(batch.Control, batch.KindRegistration, func(batch.Header) []byte { return batch.NewRegistration(me.Card, token) })
	keys, err := batch.NewEpochKeys(epoch, c, me.ID())
	ok(t, err)
	a.Make(batch.Control, batch.KindEpoch, func(batch.Header) []byte { return keys })
	return a
}

// Make adds a record to the end of its lane.
func (a *Author) Make(lane batch.Lane, kind batch.Kind, payload func(batch.Header) []byte) batch.Carried {
	a.t.Helper()
	last := a.last[lane]
	h := batch.Header{Chain: batch.Chain{Origin: a.Identity.ID(), Incarnation: a.Incarnation, Lane: lane},
		Seq: last.Seq + 1, Kind: kind, Consultation: batch.ConsultationOf(a.centre.Consultation), Prev: last.Hash}
	if kind.Submission() {
		h.Epoch = a.epoch.Number
	}
	r, err := batch.Make(a.Identity.Device, h, payload(h))
	ok(a.t, err)
	a.last[lane] = r.Have()
	c := batch.Carried{Record: r}
	a.Records = append(a.Records, c)
	return c
}

// Respond makes a response with that text, sealed.
func (a *Author) Respond(text string) batch.Carried {
	a.t.Helper()
	c := batch.Content{Author: a.Identity.Card.DeviceKey, InstanceID: "uuid:" + rand.Text(), Revision: 1, Language: "en", FormID: "f", Version: "1", Body: []byte(text)}
	return a.Make(batch.Text, batch.KindResponse, func(h batch.Header) []byte { return a.epoch.Seal(h.Bytes(), c.Encode()) })
}

// Attach makes an attachment of size bytes and its leaves.
func (a *Author) Attach(size int) batch.Carried {
	a.t.Helper()
	plain := make([]byte, size)
	_, err := rand.Read(plain)
	ok(a.t, err)
	m := batch.Manifest{Author: a.Identity.Card.DeviceKey, InstanceID: "uuid:" + rand.Text(), Name: "file", Hash: sha256.Sum256(plain)}
	rand.Read(m.Key[:])
	var sealed [][]byte
	var sums [][16]byte
	for i := range batch.LeafCount(int64(size)) {
		piece := plain[i*batch.LeafSize : min((i+1)*batch.LeafSize, size)]
		sealed = append(sealed, batch.SealLeaf(m.Key, uint32(i), piece))
		sums = append(sums, batch.LeafSum(sealed[i]))
	}
	c := a.Make(batch.Attachments, batch.KindAttachment, func(h batch.Header) []byte {
		return batch.NewLeafList(h, a.epoch, m, int64(size), sums)
	})
	a.Leaves[c.ID], a.Files[c.ID] = sealed, File{plain, m.Key}
	return c
}

// Clone is a copy of the author as a copied folder makes it: same keys, same
// incarnation, same chains so far.
func (a *Author) Clone() *Author {
	c := *a
	c.Records = append([]batch.Carried(nil), a.Records...)
	c.Leaves, c.Files, c.last = maps.Clone(a.Leaves), maps.Clone(a.Files), maps.Clone(a.last)
	return &c
}

// Renew begins new chains, as a device does that found it was copied, with its
// registration and its epoch first.
func (a *Author) Renew() {
	a.t.Helper()
	first := a.Records[:2]
	a.Incarnation++
	a.last = map[batch.Lane]batch.Have{}
	for _, r := range first {
		a.Make(r.Lane, r.Kind, func(batch.Header) []byte { return r.Payload })
	}
}

// First is, per chain, the first record: what a new sender offers from.
func (a *Author) First() map[batch.Chain]batch.Seq {
	first := map[batch.Chain]batch.Seq{}
	for _, r := range a.Records {
		if first[r.Chain] == 0 {
			first[r.Chain] = r.Seq
		}
	}
	return first
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
