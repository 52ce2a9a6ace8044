package identity

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
)

func TestACodeSurvivesBeingReadOutLoud(t *testing.T) {
	code := Code([]byte{0xde, 0xad, 0xbe, 0xef, 0x01, 0x23})
	if len(code) != 11 || code[5] != '-' {
		t.Fatalf("code %q is not shown 5-5", code)
	}
	spoken := strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(code, "-", " "), "0", "o"))
	if got, err := ParseCode(spoken); err != nil || got != code {
		t.Fatalf("ParseCode(%q) = %q, %v", spoken, got, err)
	}
}

func TestEveryWrongCharacterAndEverySwapInACodeIsNoticed(t *testing.T) {
	plain := strings.ReplaceAll(Code([]byte{1, 2, 3, 4, 5, 6}), "-", "")
	for i := range plain {
		for _, c := range crockford {
			if byte(c) == plain[i] {
				continue
			}
			if _, err := ParseCode(plain[:i] + string(c) + plain[i+1:]); err == nil {
				t.Fatalf("character %d changed to %c went unnoticed", i, c)
			}
		}
		for j := i + 1; j < len(plain)-1; j++ {
			if plain[i] == plain[j] {
				continue
			}
			b := []byte(plain)
			b[i], b[j] = b[j], b[i]
			if _, err := ParseCode(string(b)); err == nil {
				t.Fatalf("swap of %d and %d went unnoticed", i, j)
			}
		}
	}
}

func TestAnIDIsReadBackAndTwoMistakesAreNoticed(t *testing.T) {
	id := newIdentity(t).ID()
	if got, err := ParseID(strings.ToLower(id.String())); err != nil || got != id {
		t.Fatalf("ParseID(%q) = %v, %v", id, got, err)
	}
	ds, _ := digits(id.String())
	for i := range ds {
		for j := i + 1; j < len(ds); j++ {
			bad := bytes.Clone(ds)
			bad[i] ^= 3
			bad[j] ^= 17
			if _, err := ParseID(letters(bad)); err == nil {
				t.Fatalf("mistakes at %d and %d went unnoticed", i, j)
			}
		}
	}
}

func TestACardWithAnotherDeviceKeyIsRefused(t *testing.T) {
	a, b := newIdentity(t), newIdentity(t)
	card := a.Card
	card.DeviceKey = b.Card.DeviceKey
	raw, _ := card.MarshalBinary()
	var c Card
	if err := c.UnmarshalBinary(raw); !errors.Is(err, ErrCard) {
		t.Fatalf("a swapped key gave %v", err)
	}
}

func TestAnIdentityIsReadBack(t *testing.T) {
	a := newIdentity(t)
	raw, _ := a.MarshalBinary()
	var b Identity
	if err := b.UnmarshalBinary(raw); err != nil || b.ID() != a.ID() || b.Card.Org != "Radio Amani" {
		t.Fatalf("read back %v, %v", b.Card, err)
	}
}

func TestAnEnvelopeVerifiesAndAnyFlippedBitIsNoticed(t *testing.T) {
	i := newIdentity(t)
	raw, err := SignEnvelope(i.Device, []byte("header"), []byte("payload"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := ParseEnvelope(raw)
	if err != nil || string(e.Header) != "header" || string(e.Payload) != "payload" {
		t.Fatalf("parsed %q %q %v", e.Header, e.Payload, err)
	}
	if err := e.Verify(i.Card.DeviceKey); err != nil {
		t.Fatal(err)
	}
	for bit := range len(raw) * 8 {
		bad := bytes.Clone(raw)
		bad[bit/8] ^= 1 << (bit % 8)
		if e, err := ParseEnvelope(bad); err == nil && e.Verify(i.Card.DeviceKey) == nil {
			t.Fatalf("bit %d flipped unnoticed", bit)
		}
	}
	t.Logf("an envelope adds %d bytes to header and payload", len(raw)-len("header")-len("payload"))
}

func TestAnUnprotectedHeaderAddedOnTheWayIsRefused(t *testing.T) {
	i := newIdentity(t)
	raw, _ := SignEnvelope(i.Device, []byte("h"), []byte("p"))
	at := bytes.Index(raw, []byte{0xa0})
	bad := append(append(bytes.Clone(raw[:at]), 0xa1, 0x04, 0x41, 'x'), raw[at+1:]...)
	if _, err := ParseEnvelope(bad); !errors.Is(err, ErrEnvelope) {
		t.Fatalf("got %v", err)
	}
}

func TestEveryRecipientOpensWhatIsSealedAndNobodyElse(t *testing.T) {
	var keys []RecipientKey
	var to []Recipient
	for _, name := range []string{"one", "two", "offline"} {
		k, err := NewRecipientKey(rand.Reader, name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := k.Public()
		if err != nil {
			t.Fatal(err)
		}
		keys, to = append(keys, k), append(to, p)
	}
	epoch, _ := NewEpoch(rand.Reader)
	wraps, err := epoch.Wrap(to, []byte("place"))
	if err != nil {
		t.Fatal(err)
	}
	sealed := epoch.Seal([]byte("header"), []byte("words"))
	if len(sealed) != len("words")+SealOverhead {
		t.Fatalf("sealing added %d bytes", len(sealed)-len("words"))
	}
	for _, k := range keys {
		e, err := OpenEpoch(k, epoch.Number, wraps, []byte("place"))
		if err != nil {
			t.Fatalf("%s: %v", k.Name, err)
		}
		if words, err := e.Open([]byte("header"), sealed); err != nil || string(words) != "words" {
			t.Fatalf("%s reads %q, %v", k.Name, words, err)
		}
	}
	if _, err := OpenEpoch(keys[0], epoch.Number, wraps, []byte("another place")); !errors.Is(err, ErrSeal) {
		t.Fatalf("wraps moved to another place: %v", err)
	}
	stranger, _ := NewRecipientKey(rand.Reader, "stranger")
	if _, err := OpenEpoch(stranger, epoch.Number, wraps, []byte("place")); !errors.Is(err, ErrSeal) {
		t.Fatalf("a stranger got %v", err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := epoch.Open([]byte("header"), bad); !errors.Is(err, ErrSeal) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	if _, err := epoch.Open([]byte("another header"), sealed); !errors.Is(err, ErrSeal) {
		t.Fatalf("another header: %v", err)
	}
}

func TestTwoTextsNeverShareAKeyStream(t *testing.T) {
	e, _ := NewEpoch(rand.Reader)
	zero := make([]byte, 64)
	a := e.Seal([]byte("h1"), zero)[SealOverhead:]
	b := e.Seal([]byte("h2"), zero)[SealOverhead:]
	if bytes.Equal(a, b) {
		t.Fatal("the same key stream under two headers")
	}
}

func newIdentity(t *testing.T) *Identity {
	t.Helper()
	i, err := New(rand.Reader, "Radio Amani", "studio laptop")
	if err != nil {
		t.Fatal(err)
	}
	return i
}
