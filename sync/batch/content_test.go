package batch

import (
	"bytes"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

func TestWhatIsSealedIsOpenedByWhoHasTheEpoch(t *testing.T) {
	d := newDevice(t, 1)
	want := d.content(strings.Repeat("<answer>Maoni yetu</answer>", 40))
	want.Files = []File{{"minutes.pdf", [32]byte{1}, 12345}}
	r := d.sealed(KindResponse, Text, want.Encode())
	if bytes.Contains(r.Envelope, []byte("Maoni")) || bytes.Contains(r.Envelope, []byte("Amani")) {
		t.Fatal("text of the answer stands in the envelope")
	}
	got, err := OpenContent(r, d.epoch)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	other := newDevice(t, 2).epoch
	if _, err := OpenContent(r, other); !errors.Is(err, identity.ErrSeal) {
		t.Fatalf("another epoch's key: %v", err)
	}
	later := d.epoch
	later.Number = 2
	if _, err := OpenContent(r, later); !errors.Is(err, identity.ErrSeal) {
		t.Fatalf("another epoch's number: %v", err)
	}
}

func TestNobodySendsAnothersWordsAsTheirOwn(t *testing.T) {
	author, thief := newDevice(t, 1), newDevice(t, 2)
	plain := author.content("our words").Encode()
	h := author.header(KindResponse, Text, author.epoch.Number)
	sealed := author.epoch.Seal(h.Bytes(), plain)

	// A relay puts the sealed text under a header of its own.
	thief.epoch = author.epoch
	stolen := thief.make(thief.header(KindResponse, Text, author.epoch.Number), sealed)
	if _, err := OpenContent(stolen, author.epoch); !errors.Is(err, identity.ErrSeal) {
		t.Fatalf("under another header: %v", err)
	}
	// Somebody who can open it seals it anew.
	stolen = thief.sealed(KindResponse, Text, plain)
	if _, err := OpenContent(stolen, thief.epoch); !errors.Is(err, ErrContent) {
		t.Fatalf("sealed anew: %v", err)
	}
}

func TestACompressionThatThisProgramLacksIsNamed(t *testing.T) {
	d := newDevice(t, 1)
	r := d.sealed(KindResponse, Text, append([]byte{9}, canon.Encode(contentWire(d.content("x")))...))
	if _, err := OpenContent(r, d.epoch); !errors.Is(err, ErrContent) || !strings.Contains(err.Error(), "compression 9 is newer") {
		t.Fatalf("got %v", err)
	}
	for _, plain := range [][]byte{{}, {stored}, {zstdPlain}, {zstdPlain, 0x28, 0xb5, 0x2f, 0xfd}, {stored, 0xff}} {
		if _, err := OpenContent(d.sealed(KindResponse, Text, plain), d.epoch); !errors.Is(err, ErrContent) {
			t.Errorf("%x: %v", plain, err)
		}
	}
}

func TestATextThatDoesNotGetSmallerIsStored(t *testing.T) {
	raw := make([]byte, 64)
	_, _ = seeded(5).Read(raw)
	if out := compress(raw); out[0] != stored || len(out) != 65 {
		t.Fatalf("64 random bytes became %d, the first is %d", len(out), out[0])
	}
	for _, n := range []int{0, 1, 100, 1 << 20, MaxContent - 1} {
		raw := bytes.Repeat([]byte{'a'}, n)
		if out, err := decompress(compress(raw)); err != nil || !bytes.Equal(out, raw) {
			t.Fatalf("%d bytes: %d back, %v", n, len(out), err)
		}
	}
}

func TestAZipBombIsRefusedInBoundedMemory(t *testing.T) {
	w, err := zstd.NewWriter(nil, zstd.WithWindowSize(1<<20))
	if err != nil {
		t.Fatal(err)
	}
	frame := w.EncodeAll(make([]byte, MaxContent), nil)
	var stream bytes.Buffer // without the size in its head
	w.Reset(&stream)
	for range 512 {
		_, _ = w.Write(make([]byte, 1<<20))
	}
	_ = w.Close()
	wide, _ := zstd.NewWriter(nil, zstd.WithWindowSize(64<<20))
	var widely bytes.Buffer
	wide.Reset(&widely)
	_, _ = widely.ReadFrom(strings.NewReader(""))
	_, _ = wide.Write(make([]byte, 1<<20))
	_ = wide.Flush()
	_, _ = wide.Write(make([]byte, 80<<20))
	_ = wide.Close()
	huge := []byte{0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0} // promises 2⁴⁰ bytes
	for name, bomb := range map[string][]byte{
		"512 MB in one frame":      stream.Bytes(),
		"800 MB in hundred frames": bytes.Repeat(frame, 100),
		"a window of 64 MB":        widely.Bytes(),
		"2⁴⁰ bytes promised":       huge,
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := decompress(append([]byte{zstdPlain}, bomb...))
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrContent) {
			t.Errorf("%s (%d bytes): %v", name, len(bomb), err)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 10*MaxContent {
			t.Errorf("%s: %d MB were allocated", name, got>>20)
		} else {
			t.Logf("%s: %d bytes, %d KB allocated", name, len(bomb), got>>10)
		}
	}
}

func FuzzDecompress(f *testing.F) {
	f.Add(compress([]byte("words words words words words")))
	f.Add([]byte{zstdPlain, 0x28, 0xb5, 0x2f, 0xfd})
	f.Fuzz(func(t *testing.T, plain []byte) {
		if raw, err := decompress(plain); err == nil && len(raw) > MaxContent {
			t.Fatalf("unfolded to %d bytes", len(raw))
		}
	})
}
