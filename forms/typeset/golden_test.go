package typeset

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the sums of testdata/golden.txt anew, after looking at the pages")

// TestPagesAreAsTheyWereLookedAt compares what is drawn, before it is compressed,
// with sums taken when the pages had been rendered and looked at. Whoever changes
// them looks again: "go test -update", and pdftoppm.
func TestPagesAreAsTheyWereLookedAt(t *testing.T) {
	var got strings.Builder
	for _, c := range []struct{ name, language, words string }{
		{"latin", "en", "Ẹ̀kọ́: what criteria could be used? Ελληνικά, Русский."},
		{"arabic", "ar", "القرار 141 (أنطاليا، 2006) بشأن ITU — نصٌّ مُشكَّلٌ. لا إله."},
		{"hindi", "hi", "क्षत्रिय नियुक्ति प्राधिकारी हिंदी मानदंड"},
		{"amharic", "am", "የትኞቹ መስፈርቶች ሊያገለግሉ ይችላሉ?"},
		{"chinese", "zh", "可以使用哪些标准来界定“相关”的利益攸关方？"},
	} {
		var b bytes.Buffer
		d, err := New(&b, Options{Title: c.name, Language: c.language, Mirrored: c.language == "ar", Foot: c.words})
		if err != nil {
			t.Fatal(err)
		}
		d.out.plain = true
		d.Text(Title, c.words, c.language)
		d.Text(Written, strings.Repeat(c.words+" ", 8), c.language)
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b.Bytes())
		got.WriteString(c.name + " " + hex.EncodeToString(sum[:]) + "\n")
	}
	const name = "testdata/golden.txt"
	if *update {
		if err := os.WriteFile(name, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the pages are\n%swere\n%s", got.String(), want)
	}
}
