package batch

import (
	"errors"
	"testing"

	"baraza.example/sync/identity"
)

func (d *device) revocation(v identity.Revocation) Record {
	d.t.Helper()
	return d.make(d.header(KindRevocation, Control, 0), NewRevocation(v))
}

func TestARevocationIsReadFromARecordOfAnyDevice(t *testing.T) {
	d, other := newDevice(t, 1), newDevice(t, 2)
	v, err := d.Revoke(other.ID())
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadRevocation(d.revocation(v))
	if err != nil || !got.Of(d.Card.OrgKey, other.ID()) {
		t.Fatalf("%+v, %v", got, err)
	}
	ofOrg := Registration{OrgKey: d.Card.OrgKey, DeviceKey: other.Card.DeviceKey}
	if !ofOrg.RevokedBy(got) || (Registration{OrgKey: other.Card.OrgKey, DeviceKey: other.Card.DeviceKey}).RevokedBy(got) {
		t.Error("it counts for another organisation's device, or not for its own")
	}
	forged := v
	forged.OrgKey = other.Card.OrgKey
	for name, r := range map[string]Record{
		"another organisation's name": d.revocation(forged),
		"no CBOR":                     d.make(d.header(KindRevocation, Control, 0), []byte("hello")),
		"nothing":                     d.make(d.header(KindRevocation, Control, 0), nil),
		"a registration":              d.registration(d.Card, [16]byte{1}),
	} {
		if _, err := ReadRevocation(r); !errors.Is(err, identity.ErrRevocation) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// It never travels sealed, nor in another lane.
	for _, h := range []Header{d.header(KindRevocation, Text, 0), d.header(KindRevocation, Control, 7)} {
		if _, err := Make(d.Device, h, NewRevocation(v)); err == nil {
			t.Errorf("made in lane %v under epoch %d", h.Lane, h.Epoch)
		}
	}
}

func TestASetOfRevocationsHasOneNameInAnyOrder(t *testing.T) {
	d := newDevice(t, 1)
	a, _ := d.Revoke(identity.ID{1})
	b, _ := d.Revoke(identity.ID{2})
	one, two := RevocationsHash([]identity.Revocation{a, b}), RevocationsHash([]identity.Revocation{b, a})
	if one != two || one == RevocationsHash([]identity.Revocation{a}) || RevocationsHash(nil) != [8]byte{} {
		t.Error("the name depends on the order, or not on the content")
	}
	many := Frame{Type: FrameRevoked}
	for i := range RevocationsPerFrame {
		v, err := d.Revoke(identity.ID{byte(i), byte(i >> 8)})
		if err != nil {
			t.Fatal(err)
		}
		many.Revoked = append(many.Revoked, v)
	}
	if n := len(many.Append(nil)); n > FrameRevoked.limit() {
		t.Errorf("a full frame has %d bytes", n)
	}
	if _, err := decodeRevocations(many.payload()); err != nil {
		t.Error(err)
	}
	many.Revoked = append(many.Revoked, a)
	if _, err := decodeRevocations(many.payload()); err == nil {
		t.Error("one more than fits is taken")
	}
}
