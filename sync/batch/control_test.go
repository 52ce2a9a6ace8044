package batch

import (
	"bytes"
	"errors"
	"testing"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

func (d *device) registration(card identity.Card, token [16]byte) Record {
	d.t.Helper()
	return d.make(d.header(KindRegistration, Control, 0), NewRegistration(card, token))
}

func TestARegistrationIsTheDevicesOwnAndItsOrganisations(t *testing.T) {
	token := [16]byte{1, 2, 3}
	d, other := newDevice(t, 1), newDevice(t, 2)
	got, err := ReadRegistration(d.registration(d.Card, token))
	if err != nil || !got.DeviceKey.Equal(d.Card.DeviceKey) || !got.OrgKey.Equal(d.Card.OrgKey) {
		t.Fatalf("read %+v, %v", got, err)
	}
	if !bytes.Equal(got.Proof, identity.Redeem(token, d.ID())) {
		t.Fatal("the proof is not the token's")
	}

	notCertified := d.Card
	notCertified.Certificate = other.Card.Certificate
	otherOrg := d.Card
	otherOrg.OrgKey, otherOrg.Certificate = other.Card.OrgKey, other.Card.Certificate
	for name, r := range map[string]Record{
		"another device's card":             d.registration(other.Card, token),
		"the certificate of another":        d.registration(notCertified, token),
		"an organisation that knows it not": d.registration(otherOrg, token),
		"no certificate":                    d.registration(identity.Card{OrgKey: d.Card.OrgKey, DeviceKey: d.Card.DeviceKey}, token),
		"no keys":                           d.registration(identity.Card{}, token),
		"no CBOR":                           d.make(d.header(KindRegistration, Control, 0), []byte("hello")),
		"nothing":                           d.make(d.header(KindRegistration, Control, 0), nil),
		"a response":                        d.response("hello"),
	} {
		if _, err := ReadRegistration(r); !errors.Is(err, ErrRegistration) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Somebody signs, in the device's name, what the device itself once sent.
	forged, err := Make(other.Device, d.header(KindRegistration, Control, 0), NewRegistration(d.Card, token))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadRegistration(forged); !errors.Is(err, ErrRegistration) {
		t.Errorf("forged: %v", err)
	}
}

func TestEveryRecipientOpensAnEpochAndNobodyElse(t *testing.T) {
	d := newDevice(t, 1)
	centre, keys := newCentre(t, 3)
	payload, err := NewEpochKeys(d.epoch, centre, d.ID())
	if err != nil {
		t.Fatal(err)
	}
	r := d.make(d.header(KindEpoch, Control, 0), payload)
	t.Logf("an epoch for %d recipients: %d bytes", len(keys), len(r.Envelope))
	for _, k := range keys {
		if e, err := OpenEpochKeys(r, k); err != nil || e != d.epoch {
			t.Fatalf("%s: %v", k.Name, err)
		}
	}
	stranger, _ := identity.NewRecipientKey(seeded(9), "stranger")
	if _, err := OpenEpochKeys(r, stranger); !errors.Is(err, identity.ErrSeal) {
		t.Fatalf("a stranger: %v", err)
	}

	// The same wraps in another device's record, for another consultation, or
	// under another number are of no use.
	other := newDevice(t, 2)
	elsewhere := d.header(KindEpoch, Control, 0)
	elsewhere.Consultation = ConsultationOf("another")
	var w EpochKeys
	if err := canon.Decode(payload, &w); err != nil {
		t.Fatal(err)
	}
	renumbered, unnumbered := w, w
	renumbered.Number, unnumbered.Number = 2, 0
	for name, r := range map[string]Record{
		"another device":       other.make(other.header(KindEpoch, Control, 0), payload),
		"another consultation": d.make(elsewhere, payload),
		"another number":       d.make(d.header(KindEpoch, Control, 0), canon.Encode(renumbered)),
		"no number":            d.make(d.header(KindEpoch, Control, 0), canon.Encode(unnumbered)),
	} {
		if _, err := OpenEpochKeys(r, keys[0]); !errors.Is(err, identity.ErrSeal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := OpenEpochKeys(d.response("x"), keys[0]); !errors.Is(err, ErrRecord) {
		t.Errorf("a response: %v", err)
	}
	if _, err := OpenEpochKeys(d.make(d.header(KindEpoch, Control, 0), []byte{0x61}), keys[0]); !errors.Is(err, ErrRecord) {
		t.Errorf("damaged: %v", err)
	}
}

func TestACardTravelsSealedAndIsItsOriginsOwn(t *testing.T) {
	d, other := newDevice(t, 1), newDevice(t, 2)
	own, _ := d.Card.MarshalBinary()
	r := d.sealed(KindCard, Control, own)
	if bytes.Contains(r.Envelope, []byte("Amani")) {
		t.Fatal("the organisation's name stands in clear")
	}
	if c, err := OpenCard(r, d.epoch); err != nil || c.Org != "Radio Amani" {
		t.Fatalf("opened %+v, %v", c, err)
	}
	foreign, _ := other.Card.MarshalBinary()
	if _, err := OpenCard(d.sealed(KindCard, Control, foreign), d.epoch); !errors.Is(err, identity.ErrCard) {
		t.Errorf("another's card: %v", err)
	}
	if _, err := OpenCard(r, other.epoch); !errors.Is(err, identity.ErrSeal) {
		t.Errorf("another's key: %v", err)
	}
	if _, err := OpenCard(d.response("x"), d.epoch); !errors.Is(err, ErrRecord) {
		t.Errorf("a response: %v", err)
	}
}

func TestAHubsWordOfCustodyIsItsOwn(t *testing.T) {
	hub, d := newDevice(t, 2), newDevice(t, 1)
	word := SignCustody(hub.Identity, Custody{Name: "Radio Amani", Held: []Have{d.response("a").Have(), d.registration(d.Card, [16]byte{}).Have()}, Time: 1_790_000_100})
	got, err := DecodeCustody(word.Encode())
	if err != nil || got.Hub != hub.ID() || got.Name != word.Name || len(got.Held) != 2 || got.Held[0] != word.Held[0] || got.Time != word.Time {
		t.Fatalf("read back %+v, %v", got, err)
	}
	everyFlip(word.Encode(), func(bit int, bad []byte) {
		if _, err := DecodeCustody(bad); !errors.Is(err, ErrCustody) {
			t.Fatalf("bit %d flipped: %v", bit, err)
		}
	})
	other := word
	other.HubKey = d.Card.DeviceKey
	if _, err := DecodeCustody(other.Encode()); !errors.Is(err, ErrCustody) {
		t.Fatalf("under another key: %v", err)
	}
	many := SignCustody(hub.Identity, Custody{Held: make([]Have, maxHeld+1)})
	if _, err := DecodeCustody(many.Encode()); !errors.Is(err, ErrCustody) {
		t.Fatalf("%d entries: %v", maxHeld+1, err)
	}
	empty := SignCustody(hub.Identity, Custody{Time: 1})
	if _, err := DecodeCustody(empty.Encode()); err != nil {
		t.Fatalf("a hub that holds nothing yet: %v", err)
	}
}
