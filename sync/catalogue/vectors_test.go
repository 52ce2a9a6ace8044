package catalogue

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"strconv"
	"testing"

	"baraza.example/sync/vectortest"
)

func TestVectorsOfPublications(t *testing.T) {
	key, card := centre(1, 2, "annex-2")
	text, old := []byte("Baraza ni mkutano wa watu wote. Baraza ni mkutano wa watu wote.\n"), []byte("Baraza ni mkutano wa watu. Baraza ni mkutano wa watu wote.\n")
	first := Publication{Number: 1, Issued: 1_790_000_000, Kind: Announcement, Name: "deadline", Language: "en", Title: "Dates", Text: "Answers are taken until 30 June."}
	_, blob := SumsOf(text)
	_, base := SumsOf(old)
	patch := Packed{Bytes: []byte("a patch")}
	_, patch.Blob = SumsOf(patch.Bytes)
	second := Publication{Number: 2, Issued: 1_790_000_500, Kind: Document, Name: "background", Version: "Rev. 1", Language: "sw", Title: "Baraza", File: "baraza.txt",
		Content: blob, Ways: []Way{{Method: Stored, Blob: blob}, {Method: After, Blob: patch.Blob, Base: base.ID}}}
	v := vectortest.Load(t, "publication", func() vectortest.File {
		sign := func(p Publication) Publication {
			p, err := Sign(key, card, p)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		one := sign(first)
		second.Previous = one.Hash8()
		two := sign(second)
		valid := func(p Publication) map[string]string {
			h, c := p.Hash8(), p.Cursor().Bytes()
			return map[string]string{"number": strconv.FormatUint(p.Number, 10), "publication": hex.EncodeToString(p.Encode()), "hash": hex.EncodeToString(h[:]), "cursor": hex.EncodeToString(c[:]),
				"title": p.Title, "content": p.Content.ID.String(), "size": strconv.FormatInt(p.Content.Size, 10)}
		}
		damaged := func(why string, raw []byte) map[string]string {
			return map[string]string{"why": why, "publication": hex.EncodeToString(raw)}
		}
		flipped := bytes.Clone(two.Encode())
		flipped[40] ^= 1
		otherKey, other := centre(3, 4, "annex-2")
		foreign, err := Sign(otherKey, other, first)
		if err != nil {
			t.Fatal(err)
		}
		_, elsewhere := centre(1, 2, "annex-3")
		moved, err := Sign(key, elsewhere, first)
		if err != nil {
			t.Fatal(err)
		}
		path := first
		path.Kind, path.File, path.Content, path.Ways = Document, "../x", blob, second.Ways[:1]
		path.signed = path.body()
		path.signature = one.signature
		return vectortest.File{About: "Publications (docs/protocol/catalogue.md). The seeds are Ed25519 private keys as in RFC 8032: of the centre's root and log keys. Text and base are the contents of number 2 and of its base; text travels as it is.",
			Valid: []map[string]string{valid(one), valid(two)},
			Damaged: []map[string]string{damaged("one bit", flipped), damaged("cut short", two.Encode()[:100]), damaged("another centre's", foreign.Encode()),
				damaged("the same centre's for another consultation", moved.Encode()), damaged("a file with a path", path.Encode()), damaged("something behind it", append(one.Encode(), 0))}}
	})
	var all []Publication
	for _, m := range v.Valid {
		p, err := Decode(vectortest.Hex(t, m["publication"]))
		c := p.Cursor().Bytes()
		if err != nil || p.Verify(card) != nil || strconv.FormatUint(p.Number, 10) != m["number"] || hex.EncodeToString(c[:]) != m["cursor"] || p.Title != m["title"] {
			t.Errorf("%+v, %v", p, err)
		}
		all = append(all, p)
	}
	if stay, keep := Follow(nil, all); stay != 0 || len(keep) != 2 {
		t.Error("the second does not follow the first")
	}
	if sums, _ := SumsOf(text); sums.Check(all[1].Content) != nil || all[1].Content.ID.String() != v.Valid[1]["content"] {
		t.Error("the content is called differently")
	}
	for _, m := range v.Damaged {
		p, err := Decode(vectortest.Hex(t, m["publication"]))
		if err == nil && p.Verify(card) == nil {
			t.Errorf("%s: taken", m["why"])
		}
	}
	if len(key) != ed25519.PrivateKeySize {
		t.Fatal("a key")
	}
	vectortest.Quoted(t, "catalogue", "publication", 0, "publication", "hash")
}
