package identity

import (
	"bytes"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/veraison/go-cose"

	"baraza.example/sync/vectortest"
)

func TestAnyCOSELibraryVerifiesAnEnvelope(t *testing.T) {
	i := newIdentity(t)
	raw, err := SignEnvelope(i.Device, []byte("header"), []byte("payload"))
	if err != nil {
		t.Fatal(err)
	}
	var m cose.UntaggedSign1Message
	if err := m.UnmarshalCBOR(raw); err != nil {
		t.Fatal(err)
	}
	v, err := cose.NewVerifier(cose.AlgorithmEdDSA, i.Card.DeviceKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Verify([]byte(external), v); err != nil {
		t.Fatal(err)
	}
	if err := m.Verify(nil, v); err == nil {
		t.Fatal("it verifies as another program's message")
	}
}

func TestAHostileEnvelopeCostsLittleMemory(t *testing.T) {
	deep := append(bytes.Repeat([]byte{0x81}, 1<<20), 0x00)
	nested := append([]byte{0x84, 0x40, 0xa1, 0x04}, append(deep, 0x40, 0x40)...)
	wide := append([]byte{0x84, 0x40, 0xa1, 0x04, 0x9a, 0x00, 0x0f, 0, 0}, make([]byte, 0x0f0000)...)
	wide = append(wide, 0x40, 0x40)
	for name, raw := range map[string][]byte{
		"a million lists in each other":        nested,
		"a million numbers, unprotected":       wide,
		"a payload of 2⁶² bytes promised":      {0x84, 0x40, 0xa0, 0x5b, 0x40, 0, 0, 0, 0, 0, 0, 0},
		"more bytes than an envelope may have": make([]byte, MaxEnvelope+1),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ParseEnvelope(raw)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrEnvelope) {
			t.Errorf("%s: %v", name, err)
		}
		allocated := after.TotalAlloc - before.TotalAlloc
		if allocated > uint64(4*len(raw)+8<<10) {
			t.Errorf("%s: %d bytes allocated for %d", name, allocated, len(raw))
		}
	}
}

func TestAnIdentityWithAnotherOnesCardIsRefused(t *testing.T) {
	a, b := newIdentity(t), newIdentity(t)
	for name, mixed := range map[string]*Identity{
		"another device's key":       {Org: a.Org, Device: b.Device, Card: a.Card},
		"another organisation's key": {Org: b.Org, Device: a.Device, Card: a.Card},
	} {
		raw, _ := mixed.MarshalBinary()
		if err := new(Identity).UnmarshalBinary(raw); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func TestASignatureForOnePurposeIsNoneForAnother(t *testing.T) {
	i := newIdentity(t)
	s := i.Sign("custody v1", []byte("message"))
	if !Verify(i.Card.DeviceKey, "custody v1", []byte("message"), s) {
		t.Fatal("it does not verify")
	}
	for name, ok := range map[string]bool{
		"another purpose": Verify(i.Card.DeviceKey, "centre v1", []byte("message"), s),
		"another message": Verify(i.Card.DeviceKey, "custody v1", []byte("message "), s),
		"no key":          Verify(nil, "custody v1", []byte("message"), s),
		"a short key":     Verify(i.Card.DeviceKey[:31], "custody v1", []byte("message"), s),
		"no signature":    Verify(i.Card.DeviceKey, "custody v1", []byte("message"), nil),
	} {
		if ok {
			t.Errorf("%s: it verifies", name)
		}
	}
}

func TestAnInviteIsFoundInAMailOfAnyEncoding(t *testing.T) {
	v := newInvite(t)
	for name, around := range map[string]string{
		"Turkish":        "İyi günler,\n",
		"Latin-1":        "Chers coll\xe8gues,\n",
		"UTF-16 remains": "\xff\xfe\x00\n",
		"words about it": "The line begins with baraza: and then letters.\n",
	} {
		got, err := ParseInvite([]byte(around + strings.Replace(v.Line(), "baraza", "Baraza", 1) + "\n"))
		if err != nil || got.Token != v.Token {
			t.Errorf("%s: %v", name, err)
		}
	}
	many := strings.Repeat(Scheme, 256<<10/len(Scheme))
	if _, err := ParseInvite([]byte(many)); !errors.Is(err, ErrInviteCut) {
		t.Errorf("nothing but schemes: %v", err)
	}
	if _, err := ParseInvite([]byte(strings.Repeat(" ", maxInviteText+1))); !errors.Is(err, ErrNotInvite) {
		t.Errorf("a file that is too long: %v", err)
	}
}

func FuzzCard(f *testing.F) {
	raw, _ := vectorIdentity().Card.MarshalBinary()
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var c, again Card
		if c.UnmarshalBinary(raw) != nil {
			return
		}
		raw, _ = c.MarshalBinary()
		if err := again.UnmarshalBinary(raw); err != nil || again.ID() != c.ID() {
			t.Fatalf("written and read again: %v", err)
		}
	})
}

func FuzzCentre(f *testing.F) {
	raw := vectortest.Hex(f, vectortest.Load(f, "centre", nil).Valid[0]["centre"])
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var c Centre
		if c.UnmarshalBinary(raw) != nil {
			return
		}
		if again, _ := c.MarshalBinary(); !bytes.Equal(again, raw) {
			t.Fatal("decoded and encoded it is other bytes")
		}
	})
}
