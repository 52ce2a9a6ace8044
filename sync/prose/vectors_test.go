package prose

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"testing"

	"maps"

	"baraza.example/sync/vectortest"
)

func TestVectors(t *testing.T) {
	v := vectortest.Load(t, "prose", func() vectortest.File {
		f := vectortest.File{About: "Packings of one text (docs/protocol/prose.md). refused_as: \"packing\" or \"dictionary\"."}
		valid := func(n Number, text string) {
			f.Valid = append(f.Valid, map[string]string{"dictionary": strconv.Itoa(int(n)), "text": hex.EncodeToString([]byte(text)), "packing": hex.EncodeToString(pack(t, Text{n, []byte(text)}))})
		}
		valid(Plain, "")
		valid(Plain, "<a><b>x</b><b/></a>")
		valid(3, "\xff日本 é\x00")
		for _, l := range slices.Sorted(maps.Keys(texts)) {
			valid(For([]byte(texts[l]), l), texts[l])
		}
		damaged := func(why, as string, b []byte) {
			f.Damaged = append(f.Damaged, map[string]string{"why": why, "refused_as": as, "packing": hex.EncodeToString(b)})
		}
		good := pack(t, Text{3, []byte(texts["fr"])})
		damaged("half of it", "packing", good[:len(good)/2])
		damaged("a byte behind its end", "packing", append(bytes.Clone(good), 0))
		damaged("an end without an element", "packing", fold1(t, "x\x01"))
		damaged("dictionary 999", "dictionary", binary.AppendUvarint(binary.AppendUvarint([]byte{1}, 999<<1), 3))
		return f
	})
	for _, m := range v.Valid {
		n, err := strconv.Atoi(m["dictionary"])
		if err != nil {
			t.Fatal(err)
		}
		text, packing := vectortest.Hex(t, m["text"]), vectortest.Hex(t, m["packing"])
		if got := pack(t, Text{Number(n), text}); !bytes.Equal(got, packing) {
			t.Errorf("%q packs to %x, not %x", text, got, packing)
		}
		if got, err := Unpack(packing, MaxText); err != nil || len(got) != 1 || !bytes.Equal(got[0].Bytes, text) {
			t.Errorf("%x unpacks to %v, %v", packing, got, err)
		}
	}
	for _, m := range v.Damaged {
		_, err := Unpack(vectortest.Hex(t, m["packing"]), MaxText)
		if want := map[string]error{"packing": ErrPacking, "dictionary": ErrDictionary}[m["refused_as"]]; want == nil || !errors.Is(err, want) {
			t.Errorf("%s: %v", m["why"], err)
		}
	}
}
