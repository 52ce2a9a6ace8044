package bundle_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/zeebo/blake3"

	"baraza.example/sync/batch"
	"baraza.example/sync/bundle"
	"baraza.example/sync/exchange/exchangetest"
)

// written makes a bundle of n answers and an attachment in a folder.
func written(t testing.TB, n int, o bundle.Options) (root exchangetest.Root, s *exchangetest.Sender, folder string) {
	t.Helper()
	root = exchangetest.NewRoot(t)
	a := exchangetest.NewAuthor(t, root.Card, root.Token)
	for i := range n {
		a.Respond(fmt.Sprint("answer ", i))
	}
	a.Attach(3 * batch.LeafSize)
	folder = t.TempDir()
	s = exchangetest.NewSender(a)
	visit(t, folder, s, o)
	return root, s, folder
}

// A copy that was interrupted anywhere is noticed, what is whole of it is
// taken, and writing or copying again brings the rest, once.
func TestACopyThatWasInterruptedIsNoticedAndContinued(t *testing.T) {
	root, s, folder := written(t, 5, bundle.Options{})
	name := files(t, folder)[0]
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, filled := range []bool{false, true} { // cut short, or at full length with nothing in it
		for n := 0; n < len(whole); n += 701 {
			copied := append([]byte(nil), whole[:n]...)
			if filled {
				copied = append(copied, make([]byte, len(whole)-n)...)
			}
			stick := t.TempDir()
			put(t, filepath.Join(stick, "copy"+bundle.Extension), copied)
			centre := exchangetest.NewKeeper(root, nil)
			b := open(t, stick, bundle.Options{})
			if parts := b.Parts(); len(parts) != 1 || parts[0].Damage == nil {
				t.Fatalf("cut at %d of %d: %+v", n, len(whole), parts)
			}
			shut(t, b)
			bring(t, stick, centre)
			put(t, filepath.Join(stick, "again"+bundle.Extension), whole)
			bring(t, stick, centre)
			if err := centre.Missing(s.Author); err != nil || centre.Redelivered() > len(s.Author.Records) {
				t.Fatalf("cut at %d: %v, %d twice", n, err, centre.Redelivered())
			}
		}
	}
	// And the device itself goes on where its stick was pulled out.
	put(t, name, whole[:len(whole)/2])
	visit(t, folder, s, bundle.Options{})
	centre := exchangetest.NewKeeper(root, nil)
	bring(t, folder, centre)
	if err := centre.Missing(s.Author); err != nil {
		t.Error(err)
	}
}

func put(t testing.TB, name string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(name, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Any flipped bit is noticed, and nothing that was altered is taken.
func TestAnyFlippedBitIsNoticed(t *testing.T) {
	root, _, folder := written(t, 2, bundle.Options{})
	name := files(t, folder)[0]
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(whole); at += 211 {
		flipped := bytes.Clone(whole)
		flipped[at] ^= 1 << (at % 8)
		stick := t.TempDir()
		put(t, filepath.Join(stick, "x"+bundle.Extension), flipped)
		b := open(t, stick, bundle.Options{})
		p := b.Parts()[0]
		if p.Damage == nil || p.Signed {
			t.Fatalf("byte %d of %d was changed: %+v", at, len(whole), p)
		}
		r, err := b.Bring(t.Context(), exchangetest.NewKeeper(root, nil).Serve)
		if err != nil || len(r.Refused) > 0 {
			t.Fatalf("byte %d: %v, refused %v", at, err, r.Refused)
		}
		shut(t, b)
	}
}

func TestPartsAreReadInAnyOrderAndWaitedFor(t *testing.T) {
	root, s, folder := written(t, 40, bundle.Options{PartSize: 3 << 10})
	names := files(t, folder)
	if len(names) < 4 {
		t.Fatalf("%d parts", len(names))
	}
	stick := t.TempDir()
	centre := exchangetest.NewKeeper(root, nil)
	for i, k := range rand.New(rand.NewPCG(1, 2)).Perm(len(names)) {
		raw, err := os.ReadFile(names[k])
		if err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(stick, fmt.Sprint("anything at all ", i, bundle.Extension)), raw)
		if i == len(names)/2 {
			b := open(t, stick, bundle.Options{})
			if sum := devices(b); sum.Whole() || len(sum.Missing) == 0 {
				t.Errorf("half of the parts are here: %+v", sum)
			}
			shut(t, b)
		}
		bring(t, stick, centre)
	}
	b := open(t, stick, bundle.Options{})
	defer shut(t, b)
	if sum := devices(b); !sum.Whole() || sum.Records != len(s.Author.Records) || len(sum.Parts) != len(names) {
		t.Errorf("all parts are here: %+v", sum)
	}
	if err := centre.Missing(s.Author); err != nil {
		t.Error(err)
	}
}

// devices is what a device wrote into b.
func devices(b *bundle.Bundle) bundle.Summary {
	for _, s := range b.Summaries() {
		if s.Writer.Role == batch.RoleDevice {
			return s
		}
	}
	return bundle.Summary{}
}

// block makes a block with a fitting sum.
func block(kind byte, payload []byte) []byte {
	sum := blake3.Sum256(payload)
	out := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(payload)))
	return append(append(out, sum[:]...), payload...)
}

// head takes magic and head of a genuine part.
func head(t testing.TB) []byte {
	t.Helper()
	_, _, folder := written(t, 1, bundle.Options{})
	raw, err := os.ReadFile(files(t, folder)[0])
	if err != nil {
		t.Fatal(err)
	}
	return raw[:16+37+int(binary.BigEndian.Uint32(raw[17:21]))]
}

func TestHostileBundlesCostLittle(t *testing.T) {
	begin := head(t)
	limits := bundle.Limits{Frames: 50_000, Bytes: 64 << 20, Files: 100}
	bye := batch.Frame{Type: batch.FrameBye}.Append(nil)
	for name, raw := range map[string][]byte{
		"nothing":                 {},
		"another file":            []byte(strings.Repeat("PK\x03\x04 not ours ", 1000)),
		"a length of four GB":     append(bytes.Clone(begin), 'D', 0xff, 0xff, 0xff, 0xff),
		"an empty block":          append(bytes.Clone(begin), block('D', nil)...),
		"a head twice":            append(bytes.Clone(begin), begin[16:]...),
		"zeros":                   append(bytes.Clone(begin), make([]byte, 16<<20)...),
		"unknown frames":          append(bytes.Clone(begin), block('D', make([]byte, 2<<20))...),
		"a million tiny entries":  append(bytes.Clone(begin), block('D', bytes.Repeat(bye, 1_000_000))...),
		"a million tiny blocks":   append(bytes.Clone(begin), bytes.Repeat(block('D', bye), 1_000_000)...),
		"an end that says it all": append(bytes.Clone(begin), block('E', []byte{0xa0})...),
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			put(t, filepath.Join(folder, "a"+bundle.Extension), raw)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			b, err := bundle.Open(folder, bundle.Options{Limits: limits})
			took := time.Since(start)
			runtime.GC()
			runtime.ReadMemStats(&after)
			if err == nil {
				if parts := b.Parts(); len(parts) != 1 || parts[0].Damage == nil {
					t.Errorf("read as %+v", parts)
				}
				if offers, err := b.Offers(t.Context()); err != nil || len(offers) != 0 {
					t.Errorf("offers %v: %v", offers, err)
				}
				shut(t, b)
			} else if !errors.Is(err, bundle.ErrLimit) {
				t.Errorf("refused with %v", err)
			}
			if live := int64(after.HeapAlloc) - int64(before.HeapAlloc); took > 30*time.Second || live > 64<<20 {
				t.Errorf("took %v and %d bytes", took, live)
			}
		})
	}
}

func TestAFolderThatIsTooMuchIsRefused(t *testing.T) {
	folder := t.TempDir()
	for i := range 20 {
		put(t, filepath.Join(folder, fmt.Sprint(i, bundle.Extension)), head(t))
	}
	if _, err := bundle.Open(folder, bundle.Options{Limits: bundle.Limits{Files: 10}}); !errors.Is(err, bundle.ErrLimit) {
		t.Errorf("20 files where 10 may be: %v", err)
	}
	if _, err := bundle.Open(folder, bundle.Options{Limits: bundle.Limits{Bytes: 100}}); !errors.Is(err, bundle.ErrLimit) {
		t.Errorf("more bytes than may be: %v", err)
	}
}

// Only plain files of the folder itself are read, whatever their names say.
func TestLinksFoldersAndOtherFilesAreLeftAlone(t *testing.T) {
	_, _, folder := written(t, 1, bundle.Options{})
	outside := filepath.Join(t.TempDir(), "outside"+bundle.Extension)
	raw, err := os.ReadFile(files(t, folder)[0])
	if err != nil {
		t.Fatal(err)
	}
	put(t, outside, raw)
	if err := os.Symlink(outside, filepath.Join(folder, "link"+bundle.Extension)); err != nil {
		t.Skip("no links here:", err)
	}
	for _, name := range []string{"folder" + bundle.Extension, "..."} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	put(t, filepath.Join(folder, "setup.exe"), []byte("MZ"))
	b := open(t, folder, bundle.Options{})
	defer shut(t, b)
	if parts := b.Parts(); len(parts) != 1 {
		t.Errorf("read %+v", parts)
	}
}

// A part that is there is never written over, whether it was read or came
// while others were written.
func TestNothingIsWrittenOver(t *testing.T) {
	root, s, folder := written(t, 1, bundle.Options{})
	name := files(t, folder)[0]
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	s.Author.Respond("another")
	visit(t, name, s, bundle.Options{})
	if now, err := os.ReadFile(name); err != nil || !bytes.Equal(now, raw) || len(files(t, folder)) != 2 {
		t.Errorf("the file was changed, or nothing stands beside it: %v", err)
	}
	fresh := filepath.Join(folder, "fresh"+bundle.Extension)
	b := open(t, fresh, bundle.Options{Centre: root.Card.Root()})
	put(t, fresh, raw)
	if _, err := b.Accept(t.Context(), s.Self(), s.Author.Records, s.Author.First()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("writing into a file that has come meanwhile: %v", err)
	}
	b.Close()
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("baraza bundle 2\n"))
	f.Add([]byte("baraza bundle 2\nH\x00\x00\x00\x01"))
	_, _, folder := written(f, 2, bundle.Options{})
	for _, name := range files(f, folder) {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := bundle.ScanBytes(raw, 10_000)
		var damage *batch.DamageError
		if err != nil && !errors.Is(err, bundle.ErrLimit) && !errors.As(err, &damage) {
			t.Fatal(err)
		}
		if again, _ := bundle.ScanBytes(raw, 10_000); again.Counts != p.Counts || again.Last != p.Last {
			t.Errorf("read as %+v, then as %+v", p, again)
		}
		if err != nil || p.Damage != nil {
			return
		}
		if longer, _ := bundle.ScanBytes(append(bytes.Clone(raw), 0), 10_000); longer.Damage == nil {
			t.Error("a byte behind the end was not noticed")
		}
		if shorter, _ := bundle.ScanBytes(raw[:len(raw)-1], 10_000); shorter.Damage == nil {
			t.Error("a byte less was not noticed")
		}
	})
}
