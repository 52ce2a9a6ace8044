package storage

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"

	"baraza.example/sync/vectortest"
)

// repeated is n bytes, each b.
func repeated(b byte, n int) []byte { return bytes.Repeat([]byte{b}, n) }

// row makes a vector of names and values: bytes become hexadecimal.
func row(pairs ...any) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		switch v := pairs[i+1].(type) {
		case []byte:
			m[pairs[i].(string)] = hex.EncodeToString(v)
		default:
			m[pairs[i].(string)] = fmt.Sprint(v)
		}
	}
	return m
}

// changed is b with one byte xored with 1.
func changed(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[(at+len(b))%len(b)] ^= 1
	return b
}

// with is b with other bytes from an offset on.
func with(b []byte, at int, other ...byte) []byte {
	b = bytes.Clone(b)
	copy(b[at:], other)
	return b
}

// opsText writes changes as the vectors do: "put KEY VALUE" and "delete KEY".
func opsText(ops []op) string {
	var lines []string
	for _, o := range ops {
		if o.deleted {
			lines = append(lines, fmt.Sprintf("delete %x", o.key))
		} else {
			lines = append(lines, fmt.Sprintf("put %x %x", o.key, o.value))
		}
	}
	return strings.Join(lines, "; ")
}

var journalFaults = map[string]error{
	"torn": errTorn, "forged": errForged, "chain": errChain, "length": errLength, "header": errHeader, "payload": errPayload, "newer": ErrNewer,
}

func TestVectorsOfTheJournal(t *testing.T) {
	key := repeated(0x4b, keySize)
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		t.Fatal(err)
	}
	nonce := func(n byte) []byte { return repeated(n, chacha20poly1305.NonceSizeX) }
	id := [16]byte(repeated(0xaa, 16))
	payloads := [][]op{
		{{key: "\x02lang", value: []byte("\x01\x62sw")}, {key: "\x20x", deleted: true}},
		{{key: "\x21y", value: nil}},
		{{key: "\x22" + strings.Repeat("k", 200), value: repeated(0x55, 300)}},
		{{key: "\x20x", deleted: true}},
	}
	v := vectortest.Load(t, "journal", func() vectortest.File {
		f := vectortest.File{About: "The journal (docs/protocol/journal.md). key is the journal's, derived from the data key. kind: payload (changes, encoded), header and " +
			"entry (of a segment, sealed), segment (all of it). refused_as: header, payload, forged, torn, length, chain, newer."}
		valid := func(pairs ...any) { f.Valid = append(f.Valid, row(append(pairs, "key", key)...)) }
		damaged := func(kind, why, as string, b []byte) {
			f.Damaged = append(f.Damaged, row("kind", kind, "why", why, "refused_as", as, "key", key, "bytes", b))
		}
		var segment []byte
		for n := range uint32(3) {
			h := header{number: n + 1, id: id, first: uint64(n)*1000 + 1}
			if n > 0 {
				h.before = hash(repeated(byte(n), 32))
			}
			b := h.encode(aead, nonce(byte(n)))
			valid("kind", "header", "nonce", nonce(byte(n)), "number", h.number, "id", id[:], "first", h.first, "before", h.before[:], "bytes", b)
			if n == 0 {
				segment = b
			}
		}
		for _, ops := range payloads {
			valid("kind", "payload", "changes", opsText(ops), "bytes", encodeOps(ops))
		}
		head := segment
		var before hash
		var last []byte
		for n, ops := range payloads {
			e := entry{sequence: uint64(n + 1), settled: uint64(n / 2), before: before, payload: encodeOps(ops)}
			b, h := e.seal(nil, aead, nonce(byte(0x10+n)))
			valid("kind", "entry", "nonce", nonce(byte(0x10+n)), "sequence", e.sequence, "settled", e.settled, "before", before[:], "payload", e.payload, "bytes", b, "hash", h[:])
			before, last = h, b
			segment = append(bytes.Clone(segment), b...)
			valid("kind", "segment", "last", e.sequence, "hash", h[:], "bytes", segment)
		}
		good := encodeOps(payloads[0])
		damaged("payload", "empty", "payload", nil)
		damaged("payload", "no changes but a count of one", "payload", []byte{1, 1})
		damaged("payload", "a change of kind 3", "payload", with(good, 2, 3))
		damaged("payload", "a key of length 0", "payload", []byte{1, 1, 2, 0})
		damaged("payload", "a length in more bytes than it needs", "payload", append([]byte{1, 1, 2, 0x82, 0}, "\x20x"...))
		damaged("payload", "a byte behind the last change", "payload", append(bytes.Clone(good), 0))
		damaged("payload", "cut short", "payload", good[:len(good)-1])
		damaged("payload", "a count greater than the changes", "payload", with(good, 1, 3))
		damaged("payload", "of version 2", "newer", with(good, 0, 2))
		damaged("header", "not the magic", "header", changed(head, 0))
		damaged("header", "a bit of the number flipped", "header", changed(head, 15))
		damaged("header", "a bit of the id flipped", "header", changed(head, 20))
		damaged("header", "a bit of the first sequence flipped", "header", changed(head, 39))
		damaged("header", "a bit of the nonce flipped", "header", changed(head, 80))
		damaged("header", "a bit of the tag flipped", "header", changed(head, -1))
		damaged("header", "version 2, and not sealed for it", "header", with(head, 8, 0, 2))
		damaged("header", "cut short", "torn", head[:len(head)-1])
		for _, d := range []struct {
			why, as string
			b       []byte
		}{
			{"a length of 16", "length", with(last, 0, 0, 0, 0, 16)},
			{"a length of 2 GB", "length", with(last, 0, 0x7f)},
			{"a longer length than there is", "torn", with(last, 2, 0xff)},
			{"cut short", "torn", last[:len(last)-1]},
			{"cut in its head", "torn", last[:50]},
			{"a bit of the sequence flipped", "forged", changed(last, 11)},
			{"a bit of settled flipped", "forged", changed(last, 19)},
			{"a bit of the hash before flipped", "forged", changed(last, 30)},
			{"a bit of the nonce flipped", "forged", changed(last, 60)},
			{"a bit of the ciphertext flipped", "forged", changed(last, entryHead)},
			{"a bit of the tag flipped", "forged", changed(last, -1)},
		} {
			damaged("entry", d.why, d.as, d.b)
		}
		one := len(head)
		e := entry{sequence: 1, payload: encodeOps(payloads[0])}
		first, h := e.seal(nil, aead, nonce(0x10))
		seal := func(e entry) []byte { b, _ := e.seal(nil, aead, nonce(0x30)); return b }
		second := entry{sequence: 2, before: h, payload: encodeOps(payloads[1])}
		for _, d := range []struct {
			why, as string
			tail    []byte
		}{
			{"the first entry twice", "chain", append(bytes.Clone(first), first...)},
			{"the second entry missing", "chain", append(bytes.Clone(first), seal(entry{sequence: 3, before: h, payload: second.payload})...)},
			{"an entry after another one", "chain", append(bytes.Clone(first), seal(entry{sequence: 2, before: hash{1}, payload: second.payload})...)},
			{"an entry that had settled before it was written", "chain", append(bytes.Clone(first), seal(entry{sequence: 2, settled: 2, before: h, payload: second.payload})...)},
			{"zeros behind the last entry", "length", append(bytes.Clone(first), make([]byte, 100)...)},
			{"three bytes behind the last entry", "torn", append(bytes.Clone(first), 0, 0, 0)},
		} {
			damaged("segment", d.why, d.as, append(bytes.Clone(segment[:one]), d.tail...))
		}
		return f
	})
	read := func(m map[string]string) error {
		aead, err := chacha20poly1305.NewX(vectortest.Hex(t, m["key"]))
		if err != nil {
			t.Fatal(err)
		}
		b := vectortest.Hex(t, m["bytes"])
		switch m["kind"] {
		case "header":
			h, err := decodeHeader(aead, b)
			if err == nil && (fmt.Sprint(h.number) != m["number"] || fmt.Sprint(h.first) != m["first"] || hex.EncodeToString(h.before[:]) != m["before"] || hex.EncodeToString(h.id[:]) != m["id"]) {
				t.Errorf("a header was read as %+v", h)
			}
			if err == nil && !bytes.Equal(h.encode(aead, vectortest.Hex(t, m["nonce"])), b) {
				t.Error("a header made again is another")
			}
			return err
		case "payload":
			ops, err := decodeOps(b)
			if err == nil && (opsText(ops) != m["changes"] || !bytes.Equal(encodeOps(ops), b)) {
				t.Errorf("changes were read as %s", opsText(ops))
			}
			return err
		case "entry":
			e, _, err := openEntry(b, aead, nil)
			if err != nil {
				return err
			}
			again, h := e.seal(nil, aead, vectortest.Hex(t, m["nonce"]))
			if fmt.Sprint(e.sequence) != m["sequence"] || fmt.Sprint(e.settled) != m["settled"] || hex.EncodeToString(e.payload) != m["payload"] || hex.EncodeToString(h[:]) != m["hash"] || !bytes.Equal(again, b) {
				t.Errorf("an entry was read as %+v", e)
			}
			return nil
		case "segment":
			h, err := decodeHeader(aead, b)
			if err != nil {
				return err
			}
			c := chain{h.first, h.before}
			_, err = readEntries(bytes.NewReader(b), headerSize, int64(len(b)), aead, &c, 0, nil)
			if err == nil && (fmt.Sprint(c.next-1) != m["last"] || hex.EncodeToString(c.before[:]) != m["hash"]) {
				t.Errorf("a segment ends with %d", c.next-1)
			}
			return err
		}
		t.Fatalf("a vector of kind %q", m["kind"])
		return nil
	}
	for _, m := range v.Valid {
		if err := read(m); err != nil {
			t.Errorf("%s: %v", m["kind"], err)
		}
	}
	for _, m := range v.Damaged {
		want := journalFaults[m["refused_as"]]
		if err := read(m); want == nil || !errors.Is(err, want) {
			t.Errorf("%s, %s: %v, not as %q", m["kind"], m["why"], err, m["refused_as"])
		}
	}
}

func TestVectorsOfKeyFiles(t *testing.T) {
	dataKey := repeated(0xdd, keySize)
	words := Words(repeated(0x5a, wordsSize))
	secrets := map[slotKind][]byte{slotFile: repeated(0x11, 32), slotPassphrase: []byte("mti wa mwembe"), slotWords: words, slotOutside: repeated(0x22, 32)}
	slotOf := func(kind slotKind) slot {
		s := slot{kind: kind}
		copy(s.salt[:], repeated(0x33, saltSize))
		copy(s.nonce[:], repeated(0x44, 24))
		if kind == slotPassphrase {
			s.cost = leastCost
		}
		kek := secrets[kind]
		if kind != slotFile {
			var err error
			if kek, err = s.derive(kek); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.wrap(kek, dataKey); err != nil {
			t.Fatal(err)
		}
		return s
	}
	v := vectortest.Load(t, "keys", func() vectortest.File {
		f := vectortest.File{About: "Key files (docs/protocol/keys.md). secret opens the slot with this number: the content of kek, a passphrase, the 16 bytes of recovery words or a key, by the slot's kind."}
		all := []slot{slotOf(slotFile), slotOf(slotPassphrase), slotOf(slotWords), slotOf(slotOutside)}
		for _, c := range [][]slot{all[:1], all[1:2], all[2:3], all[3:], all[1:3], all} {
			for i, s := range c {
				f.Valid = append(f.Valid, row("file", encodeSlots(c), "slot", i, "kind", s.kind, "secret", secrets[s.kind], "data_key", dataKey))
			}
		}
		file, locked := encodeSlots(all[2:3]), encodeSlots(all[1:2])
		damaged := func(why string, b []byte) { f.Damaged = append(f.Damaged, row("why", why, "file", b)) }
		damaged("empty", nil)
		damaged("another magic", changed(file, 0))
		damaged("version 0", with(file, 8, 0))
		damaged("version 3", with(file, 8, 3))
		damaged("version 1 with a slot of version 2", with(file, 8, 1))
		damaged("version 2 where 1 will do", with(locked, 8, 2))
		damaged("no slots", with(file, 9, 0)[:10])
		damaged("nine slots", append(with(file, 9, 9), bytes.Repeat(file[10:], 8)...))
		damaged("two slots said, one there", with(file, 9, 2))
		damaged("cut short", file[:len(file)-1])
		damaged("a byte more", append(bytes.Clone(file), 0))
		damaged("a slot of kind 0", with(file, 10, 0))
		damaged("a slot of kind 9", with(file, 10, 9))
		damaged("passes for recovery words", with(file, 14, 1))
		damaged("one pass", with(locked, 14, 1))
		damaged("a million passes", with(locked, 12, 15))
		damaged("18 MiB", with(locked, 15, 0, 0, 0x48, 0))
		damaged("2 GiB", with(locked, 15, 0, 0x20, 0, 0))
		damaged("no threads", with(locked, 19, 0))
		damaged("17 threads", with(locked, 19, 17))
		return f
	})
	for _, m := range v.Valid {
		slots, err := decodeSlots(vectortest.Hex(t, m["file"]))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(encodeSlots(slots), vectortest.Hex(t, m["file"])) {
			t.Error("a key file made again is another")
		}
		i, err := strconv.Atoi(m["slot"])
		if err != nil || i >= len(slots) || fmt.Sprint(slots[i].kind) != m["kind"] {
			t.Fatal(m["slot"], err)
		}
		secret := vectortest.Hex(t, m["secret"])
		kek := secret
		if slots[i].kind != slotFile {
			if kek, err = slots[i].derive(secret); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := slots[i].unwrap(kek); err != nil || hex.EncodeToString(got) != m["data_key"] {
			t.Errorf("slot %d: %v", i, err)
		}
		if _, err := slots[i].unwrap(changed(kek, 3)); err == nil {
			t.Error("another key opens it")
		}
	}
	for _, m := range v.Damaged {
		if _, err := decodeSlots(vectortest.Hex(t, m["file"])); err == nil {
			t.Errorf("%s was taken", m["why"])
		}
	}
}

func TestVectorsOfRecoveryWords(t *testing.T) {
	v := vectortest.Load(t, "words", func() vectortest.File {
		f := vectortest.File{About: "Recovery words (docs/protocol/keys.md): typed is what people make of them."}
		for i, b := range [][]byte{repeated(0, 16), repeated(0xff, 16), repeated(0x5a, 16), []byte("a sixteen-byte k")} {
			w := Words(b)
			typed := []string{w.String(), strings.ToUpper(w.String()), strings.ReplaceAll(w.String(), " ", ""), "1. " + strings.ReplaceAll(w.String(), " ", ",\n 2. ")}[i]
			f.Valid = append(f.Valid, row("bytes", b, "words", w, "typed", typed))
		}
		good := Words(repeated(0x5a, 16)).String()
		list := strings.Fields(good)
		swapped := append([]string{list[1], list[0]}, list[2:]...)
		damaged := func(why, text string) { f.Damaged = append(f.Damaged, row("why", why, "typed", text)) }
		damaged("nothing", "")
		damaged("one word missing", strings.Join(list[:11], " "))
		damaged("one word more", good+" baki")
		damaged("two words swapped", strings.Join(swapped, " "))
		damaged("a letter that stands in no word", "x"+good[1:])
		damaged("a syllable that is none, zu", "zu"+good[2:])
		damaged("another first word", "baki"+good[4:])
		damaged("another last word", good[:len(good)-4]+"baki")
		damaged("vowel and consonant swapped", good[1:2]+good[:1]+good[2:])
		return f
	})
	for _, m := range v.Valid {
		w, err := ParseWords(m["typed"])
		if err != nil || hex.EncodeToString(w) != m["bytes"] || w.String() != m["words"] {
			t.Errorf("%q: %v, %v", m["typed"], w, err)
		}
	}
	for _, m := range v.Damaged {
		if w, err := ParseWords(m["typed"]); err == nil {
			t.Errorf("%s: read as %v", m["why"], w)
		}
	}
}
