package batch

import (
	"bytes"
	"errors"
	"testing"

	"baraza.example/sync/identity"
)

func TestARecordIsReadBackAsItWasMade(t *testing.T) {
	d := newDevice(t, 1)
	first, second := d.response("one"), d.response("two")
	for _, r := range []Record{first, second} {
		got, err := Parse(r.Envelope)
		if err != nil || got.Header != r.Header || got.ID != r.ID || !bytes.Equal(got.Payload, r.Payload) {
			t.Fatalf("read back %+v, %v", got.Header, err)
		}
		if err := got.Verify(d.Card.DeviceKey); err != nil {
			t.Fatal(err)
		}
	}
	if second.Prev != first.ID.Hash8() || first.Have() != (Have{first.Chain, 1, first.ID.Hash8()}) {
		t.Fatalf("the second names %x, the first is %v", second.Prev, first.Have())
	}
	if id, err := ParseRecordID(first.ID.String()); err != nil || id != first.ID {
		t.Fatalf("ParseRecordID: %v, %v", id, err)
	}
	if _, err := ParseRecordID(first.ID.String()[2:]); err == nil {
		t.Fatal("an id without its first byte was read")
	}
}

func TestAnyFlippedBitOfARecordIsNoticed(t *testing.T) {
	d := newDevice(t, 1)
	everyFlip(d.response("one").Envelope, func(bit int, bad []byte) {
		if r, err := Parse(bad); err == nil && r.Verify(d.Card.DeviceKey) == nil {
			t.Fatalf("bit %d flipped unnoticed", bit)
		}
	})
}

func TestARecordCutShortOrWithMoreBehindItIsRefused(t *testing.T) {
	raw := newDevice(t, 1).response("one").Envelope
	for n := range raw {
		if _, err := Parse(raw[:n]); !errors.Is(err, ErrRecord) {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
	if _, err := Parse(append(bytes.Clone(raw), 0)); !errors.Is(err, ErrRecord) {
		t.Fatalf("a byte more: %v", err)
	}
}

func TestAKeyThatIsNotTheOriginsVerifiesNothing(t *testing.T) {
	a, b := newDevice(t, 1), newDevice(t, 2)
	if err := a.response("mine").Verify(b.Card.DeviceKey); !errors.Is(err, identity.ErrSignature) {
		t.Fatalf("b's key for a's record: %v", err)
	}
	h := a.header(KindResponse, Text, 1)
	forged, err := Make(b.Device, h, []byte("in a's name"))
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]*device{"a": a, "b": b} {
		if err := forged.Verify(d.Card.DeviceKey); !errors.Is(err, identity.ErrSignature) {
			t.Fatalf("forged by b, checked with %s's key: %v", name, err)
		}
	}
}

func TestKindsTravelInTheirLanesAndSealedAsTheyMust(t *testing.T) {
	d := newDevice(t, 1)
	for _, c := range []struct {
		kind  Kind
		lane  Lane
		epoch uint32
		ok    bool
	}{
		{KindRegistration, Control, 0, true},
		{KindRegistration, Text, 0, false},
		{KindRegistration, Control, 1, false},
		{KindEpoch, Control, 0, true},
		{KindEpoch, Attachments, 0, false},
		{KindCard, Control, 1, true},
		{KindCard, Control, 0, false},
		{KindResponse, Text, 1, true},
		{KindResponse, Control, 1, false},
		{KindResponse, Text, 0, false}, // words of people, in clear
		{KindContribution, Text, 1, true},
		{KindContribution, Previews, 1, false},
		{KindPreview, Previews, 1, true},
		{KindPreview, Attachments, 1, false},
		{KindPreview, Previews, 0, false},
		{KindAttachment, Attachments, 0, true},
		{KindAttachment, Text, 0, false},
		{KindAttachment, Attachments, 1, false},
		{0, Text, 0, false},
		{99, Previews, 5, true}, // of a newer version: carried all the same
		{99, lanes, 5, false},
	} {
		h := Header{Chain: Chain{d.ID(), 7, c.lane}, Seq: 1, Kind: c.kind, Epoch: c.epoch}
		if _, err := Make(d.Device, h, []byte("x")); (err == nil) != c.ok || err != nil && !errors.Is(err, ErrRecord) {
			t.Errorf("%v in lane %v under epoch %d: %v", c.kind, c.lane, c.epoch, err)
		}
	}
}

func TestHeadersThatAreNotOursAreRefused(t *testing.T) {
	d := newDevice(t, 1)
	good := d.header(KindResponse, Text, 1).Bytes()
	if _, err := parseHeader(good); err != nil {
		t.Fatal(err)
	}
	first := d.header(KindResponse, Text, 1)
	first.Prev = [8]byte{1}
	zero := d.header(KindResponse, Text, 1)
	zero.Seq = 0
	newer := bytes.Clone(good)
	newer[1] = 2
	longer := append([]byte{0x8a}, append(bytes.Clone(newer[1:]), 0)...)
	long := append([]byte{0x98, 0x09}, good[1:]...)          // its length in two bytes
	version := append([]byte{0x89, 0x18, 0x01}, good[2:]...) // the version in two bytes
	origin := bytes.Replace(good, []byte{0x50}, []byte{}, 1) // no head on the origin
	short := append([]byte{0x89, 1, 0x4f}, good[4:]...)      // an origin of 15 bytes
	numbers := append([]byte{0x89, 1, 0x90}, good[3:]...)    // an origin as a list
	indefinite := append([]byte{0x9f}, append(bytes.Clone(good[1:]), 0xff)...)
	for name, raw := range map[string][]byte{
		"a first record that names one before it": first.Bytes(),
		"sequence 0":           zero.Bytes(),
		"a newer version":      newer,
		"a newer, longer one":  longer,
		"a long array head":    long,
		"a long version":       version,
		"an origin unframed":   origin,
		"an origin cut":        short,
		"an origin of numbers": numbers,
		"an indefinite array":  indefinite,
		"a byte more":          append(bytes.Clone(good), 0),
		"an empty map":         {0xa0},
		"nothing":              {},
	} {
		if h, err := parseHeader(raw); err == nil {
			t.Errorf("%s: read as %+v", name, h)
		}
		signed, err := identity.SignEnvelope(d.Device, raw, []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(signed); !errors.Is(err, ErrRecord) {
			t.Errorf("%s, signed: %v", name, err)
		}
	}
}

func TestARecordIsAtMostAsLongAsTheLeafListOfTheLargestAttachment(t *testing.T) {
	d := newDevice(t, 1)
	h := d.header(KindResponse, Text, 1)
	overhead := len(d.make(h, make([]byte, 70_000)).Envelope) - 70_000
	if _, err := Make(d.Device, h, make([]byte, MaxRecord-overhead)); err != nil {
		t.Fatalf("%d bytes: %v", MaxRecord, err)
	}
	if _, err := Make(d.Device, h, make([]byte, MaxRecord-overhead+1)); !errors.Is(err, ErrRecord) {
		t.Fatalf("%d bytes: %v", MaxRecord+1, err)
	}
	h = d.header(KindAttachment, Attachments, 0)
	list := NewLeafList(h, d.epoch, Manifest{Author: d.Card.DeviceKey, Name: "film.mp4"}, MaxAttachment, make([][16]byte, LeafCount(MaxAttachment)))
	if _, err := ReadLeafList(d.make(h, list)); err != nil {
		t.Fatalf("the leaf list of %d bytes: %v", MaxAttachment, err)
	}
}

func TestWhatARecordAddsToItsText(t *testing.T) {
	d := newDevice(t, 1)
	r := d.sealed(KindResponse, Text, make([]byte, 1000))
	header := len(r.Header.Bytes())
	seal, all := len(r.Payload)-1000, len(r.Envelope)-1000
	signature := 64
	cose := all - header - seal - signature
	t.Logf("first of its chain: header %d, signature %d, COSE framing %d, seal %d: %d bytes", header, signature, cose, seal, all)
	if all > 160 {
		t.Errorf("an envelope adds %d bytes", all)
	}
}

func FuzzParse(f *testing.F) {
	d := newDevice(f, 1)
	f.Add(d.response("one").Envelope)
	f.Add(d.response("two").Envelope)
	r, _ := d.attachment(make([]byte, LeafSize+1))
	f.Add(r.Envelope)
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := Parse(raw)
		if err != nil {
			return
		}
		if !bytes.Equal(r.envelope.Bytes(), raw) || !bytes.Equal(r.envelope.Header, r.Header.Bytes()) {
			t.Fatal("decoded and encoded it is other bytes")
		}
	})
}
