package storage

import (
	"bytes"
	"crypto/cipher"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"
)

func testAEAD(t testing.TB) cipher.AEAD {
	t.Helper()
	aead, err := chacha20poly1305.NewX(make([]byte, keySize))
	if err != nil {
		t.Fatal(err)
	}
	return aead
}

// someEntries are entries as a journal would have them, with their payloads.
func someEntries(aead cipher.AEAD, n int) (b []byte, payloads [][]byte) {
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	var before hash
	for i := range n {
		nonce[0] = byte(i)
		p := encodeOps([]op{{key: "\x20a", value: bytes.Repeat([]byte{byte(i)}, 20*i)}, {key: "\x21b", deleted: true}})
		e := entry{sequence: uint64(i + 1), settled: uint64(i), before: before, payload: p}
		b, before = e.seal(b, aead, nonce)
		payloads = append(payloads, p)
	}
	return b, payloads
}

// Whatever the bytes: what is read was written so, and nothing behind the end
// is looked at.
func FuzzReadEntries(f *testing.F) {
	aead := testAEAD(f)
	good, _ := someEntries(aead, 4)
	f.Add(good)
	f.Add(good[:len(good)-3])
	f.Add(append(bytes.Clone(good), make([]byte, 300)...))
	f.Add(bytes.Repeat([]byte{0, 0, 1, 0}, 200))
	f.Fuzz(func(t *testing.T, b []byte) {
		var again []byte
		at := int64(0)
		end, err := readEntries(bytes.NewReader(b), 0, int64(len(b)), aead, &chain{next: 1}, 0, func(e entry, h hash) error {
			nonce := b[at+entryPlain : at+entryHead]
			var is hash
			again, is = e.seal(again, aead, nonce)
			if is != h {
				t.Error("the hash is of something else")
			}
			at = int64(len(again))
			return nil
		})
		if !bytes.Equal(again, b[:end]) || err == nil && int(end) != len(b) {
			t.Errorf("%d bytes read, %d written again, %v", end, len(again), err)
		}
		if err != nil && !isFault(err) {
			t.Error("an error that is no fault of the bytes:", err)
		}
		if err := searchEntries(b, aead, 0, func(entry) error { return nil }); err != nil {
			t.Error(err)
		}
	})
}

func FuzzDecodeOps(f *testing.F) {
	_, payloads := someEntries(testAEAD(f), 3)
	for _, p := range payloads {
		f.Add(p)
	}
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		ops, err := decodeOps(b)
		if err == nil && !bytes.Equal(encodeOps(ops), b) {
			t.Errorf("%x was read as %x", b, encodeOps(ops))
		}
	})
}

func FuzzDecodeSlots(f *testing.F) {
	s := []slot{{kind: slotFile}, {kind: slotPassphrase, cost: leastCost}}
	f.Add(encodeSlots(s))
	f.Add(encodeSlots(s[:1]))
	f.Fuzz(func(t *testing.T, b []byte) {
		slots, err := decodeSlots(b)
		if err == nil && !bytes.Equal(encodeSlots(slots), b) {
			t.Errorf("%x was read as %x", b, encodeSlots(slots))
		}
	})
}

// A file made on purpose looks like an entry at every byte.
func TestASearchForEntriesEnds(t *testing.T) {
	aead := testAEAD(t)
	const size = 4 << 20
	b := make([]byte, size)
	for i := 0; i+20 < size; i += 20 { // length 1 MiB, sequence 1, settled 0
		copy(b[i:], []byte{0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})
	}
	opened := &counting{AEAD: aead}
	if err := searchEntries(b, opened, 0, func(entry) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if opened.bytes == 0 || opened.bytes > (searchFactor+1)*size {
		t.Errorf("%d bytes opened to search %d", opened.bytes, size)
	}
}

type counting struct {
	cipher.AEAD
	bytes int
}

func (c *counting) Open(dst, nonce, sealed, head []byte) ([]byte, error) {
	c.bytes += len(sealed)
	return c.AEAD.Open(dst, nonce, sealed, head)
}

func TestAKeyFileMayNotAskForMoreThanThereIs(t *testing.T) {
	for _, c := range []cost{{1, 64 << 10, 1}, {3, 18 << 10, 1}, {3, 1 << 31, 1}, {1 << 30, 64 << 10, 1}, {3, 64 << 10, 0}} {
		if _, err := decodeSlots(encodeSlots([]slot{{kind: slotPassphrase, cost: c}})); err == nil {
			t.Errorf("t=%d m=%d p=%d was taken", c.time, c.memory, c.threads)
		}
	}
	b := encodeSlots([]slot{{kind: slotFile}})
	b[len(keysMagic)] = keysVersion + 1
	if _, err := decodeSlots(b); !errors.Is(err, ErrNewer) {
		t.Error("a key file of the future:", err)
	}
}

func TestOrderedIsAMapInOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var m ordered[int]
	plain := map[string]int{}
	for i := range 5000 {
		key := string([]byte{byte('a' + r.IntN(26)), byte('a' + r.IntN(26))})
		if r.IntN(3) == 0 {
			m = m.del(key)
			delete(plain, key)
		} else {
			m = m.put(key, i)
			plain[key] = i
		}
		if i%500 > 0 {
			continue
		}
		n, last := 0, ""
		for w := m.from(""); ; n++ {
			key, v, ok := w.next()
			if !ok {
				break
			}
			if plain[key] != v || key <= last {
				t.Fatalf("%q after %q is %d, want %d", key, last, v, plain[key])
			}
			last = key
		}
		if n != len(plain) {
			t.Fatalf("%d keys, want %d", n, len(plain))
		}
	}
	if key, _, _ := m.from("mm\x00").next(); key <= "mm" || key > "mz" {
		t.Errorf("the first after mm is %q", key)
	}
}

// The examples in docs/protocol are what this package writes.
func TestTheExamplesInTheDocumentationAreRight(t *testing.T) {
	aead := testAEAD(t)
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	for i := range nonce {
		nonce[i] = byte(i)
	}
	h := header{number: 1, first: 1, id: [16]byte(bytes.Repeat([]byte{0xaa}, 16))}
	payload := encodeOps([]op{{key: "\x02lang", value: []byte("\x01\x62sw")}, {key: "\x20x", deleted: true}})
	e := entry{sequence: 1, payload: payload}
	sealed, sum := e.seal(nil, aead, nonce)
	keys := slot{kind: slotFile}
	if err := keys.wrap(make([]byte, keySize), make([]byte, keySize)); err != nil {
		t.Fatal(err)
	}
	for page, examples := range map[string][][]byte{
		"journal.md": {h.encode(aead, nonce), payload, sealed, sum[:]},
		"keys.md":    {encodeSlots([]slot{keys})},
	} {
		text, err := os.ReadFile(filepath.Join("..", "docs", "protocol", page))
		if err != nil {
			t.Fatal(err)
		}
		var shown strings.Builder // indented lines, without blanks
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "    ") {
				shown.WriteString(strings.Join(strings.Fields(line), ""))
			}
		}
		for _, b := range examples {
			if !strings.Contains(shown.String(), hex.EncodeToString(b)) {
				t.Errorf("%s does not show %x", page, b)
			}
		}
	}
}
