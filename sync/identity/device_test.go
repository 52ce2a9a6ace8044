package identity

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
)

func TestASecondDeviceGetsItsCardByTwoLines(t *testing.T) {
	first, err := New(rand.Reader, "Umoja wa Wavuvi", "the laptop")
	if err != nil {
		t.Fatal(err)
	}
	second, request, err := NewDevice(rand.Reader, "the phone")
	if err != nil {
		t.Fatal(err)
	}
	// By mail, broken over lines, in small letters, with words around it.
	line := strings.ToLower(request.Line())
	mail := "Hello,\nhere it is: " + line[:40] + "\n" + line[40:] + "\n\nGreetings"
	got, err := ParseRequest([]byte(mail))
	if err != nil || got.ID() != request.ID() || got.Device != "the phone" {
		t.Fatalf("%+v, %v", got, err)
	}
	card, err := first.Certify(got)
	if err != nil {
		t.Fatal(err)
	}
	read, err := ParseCard([]byte("The card: " + card.Line() + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Accept(read); err != nil {
		t.Fatal(err)
	}
	if second.Card.OrgID() != first.Card.OrgID() || second.ID() == first.ID() || second.Card.Org != "Umoja wa Wavuvi" {
		t.Errorf("%+v", second.Card)
	}
	raw, err := second.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var kept Identity
	if err := kept.UnmarshalBinary(raw); err != nil || kept.Org != nil || kept.ID() != second.ID() {
		t.Errorf("%+v, %v", kept, err)
	}
	if len(card.Line()) > 500 {
		t.Errorf("a card's line has %d characters", len(card.Line()))
	}

	// It can't certify others, nor take the card of another device.
	if _, err := second.Certify(request); !errors.Is(err, ErrNoOrgKey) {
		t.Error(err)
	}
	if _, err := second.Revoke(first.ID()); !errors.Is(err, ErrNoOrgKey) {
		t.Error(err)
	}
	if err := second.Accept(first.Card); !errors.Is(err, ErrCard) {
		t.Error(err)
	}
}

func TestAlteredRequestsAndCardsAreRefused(t *testing.T) {
	first, err := New(rand.Reader, "Org", "a")
	if err != nil {
		t.Fatal(err)
	}
	_, request, err := NewDevice(rand.Reader, "b")
	if err != nil {
		t.Fatal(err)
	}
	renamed := request
	renamed.Device = "the director's laptop"
	stolen := request
	stolen.DeviceKey = first.Card.DeviceKey
	for name, line := range map[string]string{
		"another name": renamed.Line(), "another key": stolen.Line(), "cut": request.Line()[:80], "a card": first.Card.Line(), "empty": "",
		"a wrong letter": request.Line()[:40] + mistyped(request.Line()[40:]),
	} {
		if _, err := ParseRequest([]byte(line)); !errors.Is(err, ErrRequest) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := first.Card
	c.DeviceKey = request.DeviceKey
	for name, line := range map[string]string{"another device": c.Line(), "cut": first.Card.Line()[:90], "a request": request.Line()} {
		if _, err := ParseCard([]byte(line)); !errors.Is(err, ErrCard) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// mistyped makes the first letter of a text another one.
func mistyped(s string) string {
	if s[0] == 'A' {
		return "B" + s[1:]
	}
	return "A" + s[1:]
}

func TestARevocationIsItsOrganisationsWordAlone(t *testing.T) {
	ours, err := New(rand.Reader, "Org", "a")
	if err != nil {
		t.Fatal(err)
	}
	other, err := New(rand.Reader, "Other", "b")
	if err != nil {
		t.Fatal(err)
	}
	r, err := ours.Revoke(ours.ID())
	if err != nil || r.Check() != nil || !r.Of(ours.Card.OrgKey, ours.ID()) {
		t.Fatalf("%+v, %v", r, err)
	}
	foreign, err := other.Revoke(ours.ID())
	if err != nil || foreign.Of(ours.Card.OrgKey, ours.ID()) {
		t.Error("another organisation's word counts")
	}
	raw, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var back Revocation
	if err := back.UnmarshalBinary(raw); err != nil || !back.Of(ours.Card.OrgKey, ours.ID()) {
		t.Fatal(err)
	}
	for i := range raw {
		bad := bytes.Clone(raw)
		bad[i] ^= 1 << (i % 8)
		if err := back.UnmarshalBinary(bad); !errors.Is(err, ErrRevocation) {
			t.Errorf("byte %d altered: %v", i, err)
		}
		if err := back.UnmarshalBinary(raw[:i]); !errors.Is(err, ErrRevocation) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
	}
	if err := back.UnmarshalBinary(append(raw, 0)); !errors.Is(err, ErrRevocation) {
		t.Error("a byte more is taken")
	}
}

func FuzzLines(f *testing.F) {
	i, err := New(rand.Reader, "Org", "a")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(i.Card.Line()))
	f.Add([]byte(i.Request("b").Line()))
	f.Add([]byte(CardScheme))
	f.Fuzz(func(t *testing.T, text []byte) {
		if c, err := ParseCard(text); err == nil {
			if again, err := ParseCard([]byte(c.Line())); err != nil || again.ID() != c.ID() {
				t.Error("a card that was read can't be read again")
			}
		}
		if r, err := ParseRequest(text); err == nil {
			if again, err := ParseRequest([]byte(r.Line())); err != nil || again.ID() != r.ID() {
				t.Error("a request that was read can't be read again")
			}
		}
	})
}

func FuzzRevocation(f *testing.F) {
	i, err := New(rand.Reader, "Org", "a")
	if err != nil {
		f.Fatal(err)
	}
	r, _ := i.Revoke(i.ID())
	raw, _ := r.MarshalBinary()
	f.Add(raw)
	f.Fuzz(func(t *testing.T, data []byte) {
		var r Revocation
		if r.UnmarshalBinary(data) == nil {
			if again, _ := r.MarshalBinary(); !bytes.Equal(again, data) {
				t.Errorf("%x became %x", data, again)
			}
		}
	})
}
