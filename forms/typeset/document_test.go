package typeset_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"baraza.example/forms/typeset"
)

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	o := typeset.Options{Title: "Twice", Language: "en", Foot: "the same"}
	first, second := set(t, o, everything), set(t, o, everything)
	if !bytes.Equal(first, second) {
		t.Error("two documents of the same input differ")
	}
	if o.Title = "Once"; bytes.Equal(set(t, o, everything), first) {
		t.Error("another title makes no difference")
	}
}

// A filler counts what is written and keeps nothing.
type filler struct{ n int64 }

func (f *filler) Write(p []byte) (int, error) { f.n += int64(len(p)); return len(p), nil }

func TestAThousandPagesTakeNoMoreMemoryThanTen(t *testing.T) {
	if testing.Short() {
		t.Skip("sets a thousand pages")
	}
	answer := strings.Repeat("Many organisations in rural areas have no connection of their own; القرار 141 يصف ذلك. ", 8)
	grown := func(pages int) uint64 {
		var w filler
		d, err := typeset.New(&w, typeset.Options{})
		if err != nil {
			t.Fatal(err)
		}
		most := uint64(0)
		var m runtime.MemStats
		for d.Pages() < pages {
			at := d.Pages()
			d.Text(typeset.Question, "What criteria could be used?", "en")
			d.Text(typeset.Written, answer, "en")
			if d.Pages() != at && at%10 == 5 {
				runtime.GC()
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if w.n < int64(pages)*1000 {
			t.Errorf("%d pages are %d bytes", pages, w.n)
		}
		return most
	}
	ten, thousand := grown(10), grown(1000)
	t.Logf("heap with 10 pages %d kB, with 1,000 pages %d kB", ten>>10, thousand>>10)
	if thousand > ten+2<<20 {
		t.Errorf("the heap held %d bytes with 10 pages and %d with 1,000", ten, thousand)
	}
}

func TestHostileText(t *testing.T) {
	for name, words := range map[string]string{
		"a word of 1 MB":                strings.Repeat("x", 1<<20),
		"a word of Arabic of 300 kB":    strings.Repeat("ب", 150_000),
		"marks upon marks":              "a" + strings.Repeat("\u0301", 20_000),
		"Hindi signs upon signs":        "क" + strings.Repeat("्क", 20_000),
		"joiners":                       strings.Repeat("\u200d\u200c\ufe0f", 20_000),
		"isolates never ended":          strings.Repeat("\u2067a", 5_000),
		"embeddings never ended":        strings.Repeat("\u202bא\u202aa", 5_000),
		"brackets never shut":           strings.Repeat("(א", 5_000),
		"control characters":            "a\x00b\x07c\x1b[31md\u0085e\u009bf",
		"no UTF-8":                      "a\xff\xfeb\xc0",
		"lines without end":             strings.Repeat("\n", 200_000),
		"spaces without end":            strings.Repeat(" ", 200_000) + "x",
		"what a PDF is written with":    "endstream endobj (((\\ <</Type>> %%EOF )",
		"no-break spaces and tabs":      strings.Repeat("\u00a0\t", 5_000),
		"characters of no plane in use": strings.Repeat("\U000e0041\U0010ffff", 1_000),
	} {
		t.Run(name, func(t *testing.T) {
			pdf := set(t, typeset.Options{Title: words[:min(len(words), 100)], Foot: words}, func(d *typeset.Document) {
				d.Text(typeset.Written, words, "")
				table := d.Table(typeset.Body, []float64{0.2, 0.8}, "a", "b")
				table.Row(words[:min(len(words), 3000)], words[:min(len(words), 3000)])
				table.End()
				d.Text(typeset.Body, "What comes after stands as ever.", "en")
			})
			if got := read(t, pdf); !strings.Contains(got, "What comes after stands as ever.") {
				t.Error("what follows is gone")
			}
			tool(t, pdf, "qpdf", "--check")
		})
	}
}

func TestOverridesOfDirectionAreNotFollowed(t *testing.T) {
	pdf := set(t, typeset.Options{}, func(d *typeset.Document) { d.Text(typeset.Written, "I \u202eeerga ton od\u202c", "en") })
	if got := read(t, pdf); !strings.Contains(got, "eerga ton od") {
		t.Errorf("read back as %q", got)
	}
	shown := tool(t, pdf, "pdftotext", "-bbox")
	if strings.Index(shown, "eerga") > strings.Index(shown, ">od") {
		t.Errorf("an override turned the line round: %s", shown)
	}
}

func TestAWriterThatFailsIsTold(t *testing.T) {
	full := errors.New("no space left")
	d, err := typeset.New(writerFunc(func([]byte) (int, error) { return 0, full }), typeset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d.Text(typeset.Body, strings.Repeat("text ", 100_000), "en")
	if err := d.Close(); !errors.Is(err, full) {
		t.Errorf("Close says %v", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestADocumentWithoutEndIsRefused(t *testing.T) {
	d, err := typeset.New(io.Discard, typeset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range typeset.MaxPages + 10 {
		d.Lines(1, 0)
		d.Break()
	}
	if err := d.Close(); !errors.Is(err, typeset.ErrTooLong) {
		t.Errorf("Close says %v", err)
	}
}

func FuzzLayout(f *testing.F) {
	for _, c := range texts {
		f.Add(c.words, false)
	}
	f.Add("\u202eabc\u2067אבג (12) ١٢\u2069", true)
	f.Add("a\nb\r\nc\u2029\x00\xff", true)
	f.Fuzz(func(t *testing.T, words string, mirrored bool) {
		if len(words) > 1<<12 {
			return
		}
		o := typeset.Options{Title: words, Language: "ar", Mirrored: mirrored, Foot: words}
		draw := func(d *typeset.Document) {
			d.Text(typeset.Written, words, "hi")
			d.Tick(true, typeset.Question, words, "")
			table := d.Table(typeset.Body, []float64{0.05, 0.95}, words, "b")
			table.Row(words, words)
			table.End()
		}
		pdf := set(t, o, draw)
		if sha256.Sum256(pdf) != sha256.Sum256(set(t, o, draw)) {
			t.Error("the same input gave other bytes")
		}
		sound(t, pdf)
	})
}

// sound reads the table of objects and finds each where the table says.
func sound(t *testing.T, pdf []byte) {
	t.Helper()
	at := bytes.LastIndex(pdf, []byte("startxref\n"))
	var table, count int
	if _, err := fmt.Sscanf(string(pdf[at:]), "startxref\n%d", &table); err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(pdf[table:], []byte("\n"))
	if _, err := fmt.Sscanf(string(lines[1]), "0 %d", &count); err != nil {
		t.Fatal(err)
	}
	for n := 1; n < count; n++ {
		var offset int
		if _, err := fmt.Sscanf(string(lines[n+2]), "%d", &offset); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%d 0 obj\n", n); !bytes.HasPrefix(pdf[offset:], []byte(want)) {
			t.Fatalf("object %d doesn't stand at %d", n, offset)
		}
	}
}

func BenchmarkPages(b *testing.B) {
	for _, c := range texts {
		switch c.name {
		case "English", "Arabic", "Hindi", "Amharic", "Chinese":
		default:
			continue
		}
		b.Run(c.name, func(b *testing.B) {
			answer := strings.Repeat(c.words+" ", 20)
			pages := 0
			for b.Loop() {
				d, err := typeset.New(io.Discard, typeset.Options{})
				if err != nil {
					b.Fatal(err)
				}
				for d.Pages() <= 20 {
					d.Text(typeset.Written, answer, c.language)
				}
				pages += d.Pages()
				if err := d.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(pages), "ms/page")
		})
	}
}
