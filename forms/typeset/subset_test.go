package typeset

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"testing"

	"github.com/go-text/typesetting/font"

	"baraza.example/assets"
)

func fontFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := fs.ReadFile(assets.Fonts(), name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestASubsetDrawsTheSameLetters compares the outlines of what was taken with those
// of the whole font, letters composed of parts included.
func TestASubsetDrawsTheSameLetters(t *testing.T) {
	for _, name := range []string{regularFile, boldFile, hanFile} {
		data := fontFile(t, name)
		whole, err := font.ParseTTF(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		glyphs := []int{0}
		for _, r := range "aé£ẹ́Ωжشकሀ標准，" {
			if g, ok := whole.NominalGlyph(r); ok {
				glyphs = append(glyphs, int(g))
			}
		}
		small, err := subset(data, glyphs)
		if err != nil {
			t.Fatal(err)
		}
		if len(small) > 40_000 {
			t.Errorf("%s: %d letters take %d bytes", name, len(glyphs), len(small))
		}
		s, err := readSource(small)
		if err != nil {
			t.Fatal(err)
		}
		of, err := readSource(data)
		if err != nil {
			t.Fatal(err)
		}
		for n, g := range glyphs {
			was, is := of.outline(g), s.outline(n)
			if !bytes.Equal(of.metric(g), s.metric(n)) {
				t.Errorf("%s: letter %d is %v wide, was %v", name, n, s.metric(n), of.metric(g))
			}
			if len(was) > 0 && int16(binary.BigEndian.Uint16(was)) >= 0 && !bytes.Equal(was, is[:len(was)]) {
				t.Errorf("%s: letter %d has another outline", name, n)
			}
			components(is, func(at int) {
				if part := int(binary.BigEndian.Uint16(is[at:])); part >= s.count || len(s.outline(part)) == 0 {
					t.Errorf("%s: letter %d is composed of %d, which isn't there", name, n, part)
				}
			})
		}
	}
}

// FuzzSubset asks that no damage to a font does more than an error.
func FuzzSubset(f *testing.F) {
	small, err := subset(fontFile(f, regularFile), []int{0, 5, 40, 200})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(small, 3)
	f.Add(small[:200], 0)
	f.Add(small, -51)
	f.Add([]byte("\x00\x01\x00\x00\xff\xff"), 1)
	f.Fuzz(func(t *testing.T, data []byte, glyph int) {
		if len(data) > 1<<16 {
			return
		}
		made, err := subset(data, []int{0, glyph})
		if err != nil {
			return
		}
		again, err := subset(made, []int{0, 1})
		if err == nil && len(again) > len(made)+64 {
			t.Errorf("a subset of %d bytes grew to %d", len(made), len(again))
		}
	})
}
