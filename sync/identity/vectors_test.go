package identity

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"testing"
	"testing/cryptotest"

	"baraza.example/sync/vectortest"
)

func seed(n byte) []byte { return bytes.Repeat([]byte{n}, 32) }

func vectorIdentity() *Identity {
	org, dev := ed25519.NewKeyFromSeed(seed(1)), ed25519.NewKeyFromSeed(seed(2))
	return &Identity{Org: org, Device: dev, Card: certify(org, dev.Public().(ed25519.PublicKey), "Radio Amani", "studio laptop")}
}

func TestVectorsOfCards(t *testing.T) {
	v := vectortest.Load(t, "card", func() vectortest.File {
		i := vectorIdentity()
		raw, _ := i.Card.MarshalBinary()
		swapped := i.Card
		swapped.DeviceKey = ed25519.NewKeyFromSeed(seed(3)).Public().(ed25519.PublicKey)
		swappedRaw, _ := swapped.MarshalBinary()
		long := i.Card
		long.Org = string(bytes.Repeat([]byte("a"), MaxName+1))
		longRaw, _ := long.MarshalBinary()
		return vectortest.File{About: "Keys, their IDs and cards (docs/protocol/identity.md). Seeds are Ed25519 private keys as in RFC 8032.",
			Valid: []map[string]string{{"org_seed": hex.EncodeToString(seed(1)), "device_seed": hex.EncodeToString(seed(2)),
				"org_key": hex.EncodeToString(i.Card.OrgKey), "device_key": hex.EncodeToString(i.Card.DeviceKey),
				"id": i.ID().Hex(), "id_text": i.ID().String(), "id_short": i.ID().Short(),
				"org": i.Card.Org, "device": i.Card.Device, "certificate": hex.EncodeToString(i.Card.Certificate), "card": hex.EncodeToString(raw)}},
			Damaged: []map[string]string{
				{"why": "another device key", "card": hex.EncodeToString(swappedRaw)},
				{"why": "the organisation's name is 301 bytes", "card": hex.EncodeToString(longRaw)},
				{"why": "cut short", "card": hex.EncodeToString(raw[:len(raw)-1])},
				{"why": "a bit of the certificate flipped", "card": hex.EncodeToString(append(bytes.Clone(raw[:len(raw)-1]), raw[len(raw)-1]^1))},
			}}
	})
	for _, m := range v.Valid {
		i := vectorIdentity()
		var c Card
		if err := c.UnmarshalBinary(vectortest.Hex(t, m["card"])); err != nil {
			t.Fatal(err)
		}
		key := ed25519.NewKeyFromSeed(vectortest.Hex(t, m["device_seed"]))
		if !c.DeviceKey.Equal(key.Public()) || c.ID().Hex() != m["id"] || c.ID().String() != m["id_text"] || c.ID().Short() != m["id_short"] || c.Org != m["org"] || c.Device != m["device"] {
			t.Errorf("read as %+v", c)
		}
		if !bytes.Equal(i.Card.Certificate, vectortest.Hex(t, m["certificate"])) {
			t.Error("the certificate made again is another")
		}
		if id, err := ParseID(m["id_text"]); err != nil || id != c.ID() {
			t.Errorf("ParseID: %v", err)
		}
	}
	for _, m := range v.Damaged {
		var c Card
		if err := c.UnmarshalBinary(vectortest.Hex(t, m["card"])); !errors.Is(err, ErrCard) {
			t.Errorf("%s: %v", m["why"], err)
		}
	}
}

func TestVectorsOfEnvelopes(t *testing.T) {
	v := vectortest.Load(t, "envelope", func() vectortest.File {
		key := ed25519.NewKeyFromSeed(seed(2))
		valid := func(header, payload []byte) map[string]string {
			raw, err := SignEnvelope(key, header, payload)
			if err != nil {
				t.Fatal(err)
			}
			e, err := ParseEnvelope(raw)
			if err != nil {
				t.Fatal(err)
			}
			d := e.Digest()
			return map[string]string{"seed": hex.EncodeToString(seed(2)), "header": hex.EncodeToString(header), "payload": hex.EncodeToString(payload),
				"sig_structure": hex.EncodeToString(e.sigStructure()), "digest": hex.EncodeToString(d[:]), "code": Code(d[:]), "envelope": hex.EncodeToString(raw)}
		}
		good := valid([]byte("header"), []byte("payload"))
		raw := vectortest.Hex(t, good["envelope"])
		at := bytes.Index(raw, []byte{0xa0, 0x47})
		splice := func(from, to int, with ...byte) string {
			return hex.EncodeToString(append(append(bytes.Clone(raw[:from]), with...), raw[to:]...))
		}
		flip := func(i int) string { return splice(i, i+1, raw[i]^1) }
		damaged := func(why, refused, raw string) map[string]string {
			key := key.Public().(ed25519.PublicKey)
			return map[string]string{"why": why, "refused_as": refused, "key": hex.EncodeToString(key), "envelope": raw}
		}
		return vectortest.File{About: "Envelopes (docs/protocol/envelope.md): COSE_Sign1 with external_aad \"" + external + "\". refused_as: \"envelope\" when reading, \"signature\" when verifying with key.",
			Valid: []map[string]string{good, valid(nil, nil), valid(bytes.Repeat([]byte{0xab}, 50), bytes.Repeat([]byte{0xcd}, 300))},
			Damaged: []map[string]string{
				damaged("a bit of the payload flipped", "signature", flip(at+3)),
				damaged("a bit of the header flipped", "signature", flip(at-1)),
				damaged("a bit of the signature flipped", "signature", flip(len(raw)-1)),
				damaged("an unprotected header added: {4: h'78'}", "envelope", splice(at, at+1, 0xa1, 0x04, 0x41, 'x')),
				damaged("tagged 18", "envelope", splice(0, 0, 0xd2)),
				damaged("another algorithm: ES256", "envelope", splice(4, 5, 0x26)),
				damaged("the header's length in two bytes", "envelope", splice(2, 9, append([]byte{raw[1] + 1}, append(bytes.Clone(raw[2:7]), 0x58, 0x06)...)...)),
				damaged("the payload's length in two bytes", "envelope", splice(at+1, at+2, 0x58, 0x07)),
				damaged("null for a payload", "envelope", splice(at+1, at+9, 0xf6)),
				damaged("an array of indefinite length", "envelope", "9f"+hex.EncodeToString(raw[1:])+"ff"),
				damaged("a signature of 63 bytes", "envelope", hex.EncodeToString(append(append(bytes.Clone(raw[:len(raw)-66]), 0x58, 63), raw[len(raw)-63:]...))),
				damaged("a byte more", "envelope", hex.EncodeToString(raw)+"00"),
				damaged("cut short", "envelope", hex.EncodeToString(raw[:len(raw)-1])),
			}}
	})
	for _, m := range v.Valid {
		key := ed25519.NewKeyFromSeed(vectortest.Hex(t, m["seed"]))
		e, err := ParseEnvelope(vectortest.Hex(t, m["envelope"]))
		if err != nil {
			t.Fatal(err)
		}
		d := e.Digest()
		if hex.EncodeToString(e.Header) != m["header"] || hex.EncodeToString(e.Payload) != m["payload"] || hex.EncodeToString(e.sigStructure()) != m["sig_structure"] ||
			hex.EncodeToString(d[:]) != m["digest"] || Code(d[:]) != m["code"] || e.Verify(key.Public().(ed25519.PublicKey)) != nil {
			t.Errorf("%s is read otherwise", m["envelope"])
		}
		if raw, err := SignEnvelope(key, e.Header, e.Payload); err != nil || hex.EncodeToString(raw) != m["envelope"] {
			t.Errorf("signed again it is %x, %v", raw, err)
		}
	}
	for _, m := range v.Damaged {
		e, err := ParseEnvelope(vectortest.Hex(t, m["envelope"]))
		if m["refused_as"] == "envelope" && !errors.Is(err, ErrEnvelope) {
			t.Errorf("%s: %v", m["why"], err)
		}
		if m["refused_as"] == "signature" && (err != nil || !errors.Is(e.Verify(vectortest.Hex(t, m["key"])), ErrSignature)) {
			t.Errorf("%s: %v, or it verifies", m["why"], err)
		}
	}
}

func TestVectorsOfSeals(t *testing.T) {
	v := vectortest.Load(t, "seal", func() vectortest.File {
		e := Epoch{1, [32]byte(seed(4))}
		valid := func(header, plain string) map[string]string {
			return map[string]string{"epoch_key": hex.EncodeToString(e.Key[:]), "header": hex.EncodeToString([]byte(header)),
				"plain": hex.EncodeToString([]byte(plain)), "sealed": hex.EncodeToString(e.Seal([]byte(header), []byte(plain)))}
		}
		good := valid("header", "words")
		damaged := func(why, key, header, sealed string) map[string]string {
			return map[string]string{"why": why, "epoch_key": key, "header": header, "sealed": sealed}
		}
		sealed := vectortest.Hex(t, good["sealed"])
		flipped := bytes.Clone(sealed)
		flipped[0] ^= 1
		last := bytes.Clone(sealed)
		last[len(last)-1] ^= 0x80
		return vectortest.File{About: "Texts sealed under an epoch key and bound to a header (docs/protocol/epoch.md).",
			Valid: []map[string]string{good, valid("", ""), valid("headerw", "ords"), valid("header", string(bytes.Repeat([]byte("maoni "), 30)))},
			Damaged: []map[string]string{
				damaged("a bit of the tag flipped", good["epoch_key"], good["header"], hex.EncodeToString(flipped)),
				damaged("a bit of the text flipped", good["epoch_key"], good["header"], hex.EncodeToString(last)),
				damaged("cut short", good["epoch_key"], good["header"], hex.EncodeToString(sealed[:len(sealed)-1])),
				damaged("shorter than a tag", good["epoch_key"], good["header"], hex.EncodeToString(sealed[:15])),
				damaged("another header", good["epoch_key"], hex.EncodeToString([]byte("headeR")), good["sealed"]),
				damaged("another key", hex.EncodeToString(seed(5)), good["header"], good["sealed"]),
			}}
	})
	for _, m := range v.Valid {
		e := Epoch{1, [32]byte(vectortest.Hex(t, m["epoch_key"]))}
		if got := hex.EncodeToString(e.Seal(vectortest.Hex(t, m["header"]), vectortest.Hex(t, m["plain"]))); got != m["sealed"] {
			t.Errorf("sealed as %s, not %s", got, m["sealed"])
		}
		if plain, err := e.Open(vectortest.Hex(t, m["header"]), vectortest.Hex(t, m["sealed"])); err != nil || hex.EncodeToString(plain) != m["plain"] {
			t.Errorf("opened as %x, %v", plain, err)
		}
	}
	for _, m := range v.Damaged {
		e := Epoch{1, [32]byte(vectortest.Hex(t, m["epoch_key"]))}
		if _, err := e.Open(vectortest.Hex(t, m["header"]), vectortest.Hex(t, m["sealed"])); !errors.Is(err, ErrSeal) {
			t.Errorf("%s: %v", m["why"], err)
		}
	}
}

func TestVectorsOfWraps(t *testing.T) {
	v := vectortest.Load(t, "wrap", func() vectortest.File {
		cryptotest.SetGlobalRandom(t, 1)
		k := RecipientKey{Name: "offline", Seed: [32]byte(seed(6))}
		p, err := k.Public()
		if err != nil {
			t.Fatal(err)
		}
		e := Epoch{3, [32]byte(seed(4))}
		wraps, err := e.Wrap([]Recipient{p}, []byte("place"))
		if err != nil {
			t.Fatal(err)
		}
		id := p.ID()
		good := map[string]string{"recipient_seed": hex.EncodeToString(seed(6)), "recipient_key": hex.EncodeToString(p.Key), "recipient_id": id.Hex(),
			"number": "3", "context": hex.EncodeToString([]byte("place")), "info": hex.EncodeToString(epochInfo(3, []byte("place"))), "epoch_key": hex.EncodeToString(e.Key[:]), "wrap": hex.EncodeToString(wraps[0].Sealed)}
		change := func(why, key, value string) map[string]string {
			m := map[string]string{"why": why}
			for k, v := range good {
				m[k] = v
			}
			delete(m, "epoch_key")
			m[key] = value
			return m
		}
		flipped := bytes.Clone(wraps[0].Sealed)
		flipped[700] ^= 1
		return vectortest.File{About: "Epoch keys wrapped for a recipient (docs/protocol/epoch.md): HPKE base mode, MLKEM768-X25519, HKDF-SHA256, ChaCha20Poly1305. wrap is enc followed by the ciphertext.",
			Valid: []map[string]string{good}, Damaged: []map[string]string{
				change("a bit flipped", "wrap", hex.EncodeToString(flipped)),
				change("cut short", "wrap", good["wrap"][:len(good["wrap"])-2]),
				change("another place", "context", hex.EncodeToString([]byte("elsewhere"))),
				change("another number", "number", "4"),
				change("another recipient", "recipient_seed", hex.EncodeToString(seed(7))),
			}}
	})
	open := func(m map[string]string) (Epoch, error) {
		k := RecipientKey{Seed: [32]byte(vectortest.Hex(t, m["recipient_seed"]))}
		return OpenEpoch(k, uint32(m["number"][0]-'0'), []Wrap{{ID(vectortest.Hex(t, m["recipient_id"])), vectortest.Hex(t, m["wrap"])}}, vectortest.Hex(t, m["context"]))
	}
	for _, m := range v.Valid {
		k := RecipientKey{Seed: [32]byte(vectortest.Hex(t, m["recipient_seed"]))}
		if p, err := k.Public(); err != nil || hex.EncodeToString(p.Key) != m["recipient_key"] || p.ID().Hex() != m["recipient_id"] {
			t.Errorf("the recipient's key is %x, %v", p.Key, err)
		}
		if e, err := open(m); err != nil || hex.EncodeToString(e.Key[:]) != m["epoch_key"] {
			t.Errorf("opened as %x, %v", e.Key, err)
		}
	}
	for _, m := range v.Damaged {
		if _, err := open(m); !errors.Is(err, ErrSeal) {
			t.Errorf("%s: %v", m["why"], err)
		}
	}
}

func TestVectorsOfInvites(t *testing.T) {
	v := vectortest.Load(t, "invite", func() vectortest.File {
		i := Invite{Consultation: "wg-study", Addresses: []string{"https://centre.example:8443"}, Root: ID(seed(1)[:16]), Recipients: [16]byte(seed(2)), Token: [16]byte(seed(3))}
		line := i.Line()
		return vectortest.File{About: "Invites as lines (docs/protocol/identity.md).",
			Valid: []map[string]string{{"line": line, "consultation": i.Consultation, "address": i.Addresses[0], "root": i.Root.Hex(),
				"recipients": hex.EncodeToString(i.Recipients[:]), "token": hex.EncodeToString(i.Token[:]),
				"device": vectorIdentity().ID().Hex(), "redeemed": hex.EncodeToString(Redeem(i.Token, vectorIdentity().ID()))}},
			Damaged: []map[string]string{{"why": "cut short", "line": line[:len(line)-3]}, {"why": "another scheme", "line": "barazza:" + line[7:]},
				{"why": "a character mistyped", "line": line[:20] + "Z" + line[21:]}, {"why": "nothing behind the scheme", "line": Scheme}}}
	})
	for _, m := range v.Valid {
		i, err := ParseInvite([]byte(m["line"]))
		if err != nil || i.Consultation != m["consultation"] || i.Addresses[0] != m["address"] || i.Root.Hex() != m["root"] || hex.EncodeToString(i.Token[:]) != m["token"] || i.Line() != m["line"] {
			t.Errorf("read as %+v, %v", i, err)
		}
		if got := hex.EncodeToString(Redeem(i.Token, ID(vectortest.Hex(t, m["device"])))); got != m["redeemed"] {
			t.Errorf("redeemed as %s", got)
		}
	}
	for _, m := range v.Damaged {
		if _, err := ParseInvite([]byte(m["line"])); !errors.Is(err, ErrInviteCut) && !errors.Is(err, ErrNotInvite) {
			t.Errorf("%s: %v", m["why"], err)
		}
	}
}

func TestVectorsOfCentres(t *testing.T) {
	v := vectortest.Load(t, "centre", func() vectortest.File {
		root := ed25519.NewKeyFromSeed(seed(1))
		c := Centre{Name: "Secretariat", Consultation: "wg-study", LogKey: ed25519.NewKeyFromSeed(seed(8)).Public().(ed25519.PublicKey), Issued: 1_790_000_000}
		for n := byte(10); n < 13; n++ {
			p, err := RecipientKey{Name: string('A' + rune(n-10)), Seed: [32]byte(seed(n))}.Public()
			if err != nil {
				t.Fatal(err)
			}
			c.Recipients = append(c.Recipients, p)
		}
		good, err := SignCentre(root, c)
		if err != nil {
			t.Fatal(err)
		}
		set := good.RecipientsHash()
		encoded := func(c Centre) string { raw, _ := c.MarshalBinary(); return hex.EncodeToString(raw) }
		changed := func(why string, change func(*Centre)) map[string]string {
			c := good
			c.Recipients = append([]Recipient(nil), good.Recipients...)
			change(&c)
			signed, _ := SignCentre(root, c)
			return map[string]string{"why": why, "centre": encoded(signed)}
		}
		later := good
		later.Issued++
		return vectortest.File{About: "A centre's card (docs/protocol/identity.md).",
			Valid: []map[string]string{{"root_seed": hex.EncodeToString(seed(1)), "root": good.Root().Hex(), "name": c.Name, "consultation": c.Consultation,
				"log_key": hex.EncodeToString(c.LogKey), "recipients_hash": hex.EncodeToString(set[:]), "centre": encoded(good)}},
			Damaged: []map[string]string{
				{"why": "changed after it was signed", "centre": encoded(later)},
				changed("two recipients", func(c *Centre) { c.Recipients = c.Recipients[:2] }),
				changed("a recipient twice", func(c *Centre) { c.Recipients[2] = c.Recipients[0] }),
				changed("a recipient's key cut short", func(c *Centre) { c.Recipients[1].Key = c.Recipients[1].Key[:1215] }),
				changed("a log key of 31 bytes", func(c *Centre) { c.LogKey = c.LogKey[:31] }),
				changed("no consultation", func(c *Centre) { c.Consultation = "" }),
				{"why": "cut short", "centre": encoded(good)[:400]},
			}}
	})
	for _, m := range v.Valid {
		var c Centre
		if err := c.UnmarshalBinary(vectortest.Hex(t, m["centre"])); err != nil {
			t.Fatal(err)
		}
		set := c.RecipientsHash()
		if c.Name != m["name"] || c.Consultation != m["consultation"] || c.Root().Hex() != m["root"] || hex.EncodeToString(set[:]) != m["recipients_hash"] {
			t.Errorf("read as %+v", c)
		}
	}
	for _, m := range v.Damaged {
		var c Centre
		if err := c.UnmarshalBinary(vectortest.Hex(t, m["centre"])); !errors.Is(err, ErrCentre) {
			t.Errorf("%s: %v", m["why"], err)
		}
	}
}

func TestExamplesInTheDocumentsAreVectors(t *testing.T) {
	vectortest.Quoted(t, "identity", "card", 0, "card", "id", "id_text")
	vectortest.Quoted(t, "identity", "invite", 0, "line", "redeemed")
	vectortest.Quoted(t, "envelope", "envelope", 0, "envelope", "sig_structure", "digest")
	vectortest.Quoted(t, "epoch", "seal", 0, "sealed")
}
