package identity

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"testing"

	"baraza.example/sync/canon"
	"baraza.example/sync/vectortest"
)

// mistypedAt has another letter at one place of a line.
func mistypedAt(line string, at int) string { return line[:at] + mistyped(line[at:]) }

func TestVectorsOfCardLines(t *testing.T) {
	v := vectortest.Load(t, "cardline", func() vectortest.File {
		c := vectorIdentity().Card
		raw, _ := c.MarshalBinary()
		swapped := c
		swapped.DeviceKey = ed25519.NewKeyFromSeed(seed(3)).Public().(ed25519.PublicKey)
		line := c.Line()
		return vectortest.File{About: "Cards as lines (docs/protocol/identity.md).",
			Valid: []map[string]string{
				{"line": line, "card": hex.EncodeToString(raw)},
				{"line": "words before it\n" + string(bytes.ToLower([]byte(line[:60]))) + "\r\n " + line[60:] + "\n\nand behind it", "card": hex.EncodeToString(raw)},
			},
			Damaged: []map[string]string{
				{"why": "another device's key under the certificate", "line": swapped.Line()},
				{"why": "a character mistyped", "line": mistypedAt(line, 40)},
				{"why": "cut short", "line": line[:len(line)-4]},
				{"why": "another scheme", "line": RequestScheme + line[len(CardScheme):]},
				{"why": "a byte behind the map", "line": makeLine(CardScheme, append(bytes.Clone(raw), 0))},
				{"why": "nothing behind the scheme", "line": CardScheme},
			}}
	})
	for _, m := range v.Valid {
		c, err := ParseCard([]byte(m["line"]))
		if err != nil {
			t.Fatal(err)
		}
		if raw, err := c.MarshalBinary(); err != nil || hex.EncodeToString(raw) != m["card"] {
			t.Errorf("read as %x, %v", raw, err)
		}
	}
	for _, m := range v.Damaged {
		if _, err := ParseCard([]byte(m["line"])); !errors.Is(err, ErrCard) {
			t.Errorf("%s: %v", m["why"], err)
		}
	}
}

func TestVectorsOfRequests(t *testing.T) {
	v := vectortest.Load(t, "request", func() vectortest.File {
		second := &Identity{Device: ed25519.NewKeyFromSeed(seed(5))}
		r := second.Request("the phone")
		card, err := vectorIdentity().Certify(r)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := card.MarshalBinary()
		renamed, stolen := r, r
		renamed.Device = "another name"
		stolen.DeviceKey = vectorIdentity().Card.DeviceKey
		long := second.Request("x")
		long.Device = string(bytes.Repeat([]byte("a"), MaxName+1))
		long.Signature = second.Sign(domainRequest, long.signed())
		wide := canon.Encode([]any{[]byte(r.DeviceKey), r.Device, r.Signature, 1})
		line := r.Line()
		return vectortest.File{About: "Requests of second devices (docs/protocol/identity.md), and the cards that answer them. Seeds are Ed25519 private keys as in RFC 8032.",
			Valid: []map[string]string{{"device_seed": hex.EncodeToString(seed(5)), "device_key": hex.EncodeToString(r.DeviceKey), "name": r.Device, "id": r.ID().Hex(),
				"line": line, "org_seed": hex.EncodeToString(seed(1)), "org": "Radio Amani", "card": hex.EncodeToString(raw)}},
			Damaged: []map[string]string{
				{"why": "another name than was signed", "line": renamed.Line()},
				{"why": "another key than signed it", "line": stolen.Line()},
				{"why": "a name of 301 bytes", "line": long.Line()},
				{"why": "a list of four", "line": makeLine(RequestScheme, wide)},
				{"why": "a character mistyped", "line": mistypedAt(line, 50)},
				{"why": "cut short", "line": line[:len(line)-2]},
				{"why": "a card", "line": vectorIdentity().Card.Line()},
			}}
	})
	for _, m := range v.Valid {
		r, err := ParseRequest([]byte(m["line"]))
		if err != nil || r.ID().Hex() != m["id"] || r.Device != m["name"] || hex.EncodeToString(r.DeviceKey) != m["device_key"] {
			t.Fatalf("read as %+v, %v", r, err)
		}
		if again := (&Identity{Device: ed25519.NewKeyFromSeed(vectortest.Hex(t, m["device_seed"]))}).Request(m["name"]).Line(); again != m["line"] {
			t.Errorf("asked again it is %s", again)
		}
		card, err := vectorIdentity().Certify(r)
		if err != nil {
			t.Fatal(err)
		}
		if raw, _ := card.MarshalBinary(); hex.EncodeToString(raw) != m["card"] {
			t.Errorf("the card is %x", raw)
		}
	}
	for _, m := range v.Damaged {
		if _, err := ParseRequest([]byte(m["line"])); !errors.Is(err, ErrRequest) {
			t.Errorf("%s: %v", m["why"], err)
		}
	}
}

func TestVectorsOfRevocations(t *testing.T) {
	v := vectortest.Load(t, "revocation", func() vectortest.File {
		i := vectorIdentity()
		r, err := i.Revoke(i.ID())
		if err != nil {
			t.Fatal(err)
		}
		encoded := func(r Revocation) string { raw, _ := r.MarshalBinary(); return hex.EncodeToString(raw) }
		damaged := func(why string, change func(*Revocation)) map[string]string {
			c := r
			c.Signature = bytes.Clone(r.Signature)
			change(&c)
			return map[string]string{"why": why, "revocation": encoded(c)}
		}
		good := encoded(r)
		return vectortest.File{About: "Revocations of devices (docs/protocol/identity.md).",
			Valid: []map[string]string{{"org_seed": hex.EncodeToString(seed(1)), "device": i.ID().Hex(), "revocation": good}},
			Damaged: []map[string]string{
				damaged("another device", func(r *Revocation) { r.Device[0] ^= 1 }),
				damaged("another organisation", func(r *Revocation) { r.OrgKey = ed25519.NewKeyFromSeed(seed(9)).Public().(ed25519.PublicKey) }),
				damaged("signed by the device", func(r *Revocation) { r.Signature = Sign(i.Device, domainRevocation, r.signed()) }),
				damaged("signed for another purpose", func(r *Revocation) { r.Signature = Sign(i.Org, domainCertificate, r.signed()) }),
				damaged("a bit of the signature flipped", func(r *Revocation) { r.Signature[63] ^= 1 }),
				damaged("a key of 31 bytes", func(r *Revocation) { r.OrgKey = r.OrgKey[:31] }),
				{"why": "the key's length in two bytes", "revocation": good[:2] + "590020" + good[6:]},
				{"why": "a byte more", "revocation": good + "00"},
				{"why": "cut short", "revocation": good[:len(good)-2]},
			}}
	})
	for _, m := range v.Valid {
		var r Revocation
		if err := r.UnmarshalBinary(vectortest.Hex(t, m["revocation"])); err != nil || r.Device.Hex() != m["device"] {
			t.Fatalf("read as %+v, %v", r, err)
		}
		again, err := (&Identity{Org: ed25519.NewKeyFromSeed(vectortest.Hex(t, m["org_seed"]))}).Revoke(r.Device)
		if err != nil {
			t.Fatal(err)
		}
		if raw, _ := again.MarshalBinary(); hex.EncodeToString(raw) != m["revocation"] {
			t.Errorf("signed again it is %x", raw)
		}
	}
	for _, m := range v.Damaged {
		var r Revocation
		if err := r.UnmarshalBinary(vectortest.Hex(t, m["revocation"])); !errors.Is(err, ErrRevocation) {
			t.Errorf("%s: %v", m["why"], err)
		}
	}
}

func TestExamplesOfDevicesInTheDocumentsAreVectors(t *testing.T) {
	vectortest.Quoted(t, "identity", "revocation", 0, "revocation")
}
