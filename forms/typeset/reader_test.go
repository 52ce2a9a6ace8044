package typeset_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"baraza.example/forms/typeset"
)

// set makes a document.
func set(t testing.TB, o typeset.Options, draw func(d *typeset.Document)) []byte {
	t.Helper()
	var b bytes.Buffer
	d, err := typeset.New(&b, o)
	if err != nil {
		t.Fatal(err)
	}
	draw(d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tool runs a program of poppler or qpdf over a document; where it isn't
// installed ("scripts/setup.sh print" does so) the test is skipped.
func tool(t testing.TB, pdf []byte, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not on this machine; scripts/setup.sh print installs it", name)
	}
	file := filepath.Join(t.TempDir(), "document.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(name, append(args, file)...).CombinedOutput()
	if name == "pdftotext" && err == nil {
		out, err = os.ReadFile(strings.TrimSuffix(file, ".pdf") + written(args))
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// written is the ending of the file that pdftotext writes.
func written(args []string) string {
	if len(args) > 0 {
		return ".html"
	}
	return ".txt"
}

// read returns the text of a document as pdftotext finds it, without the foot of
// its pages.
func read(t testing.TB, pdf []byte) string {
	t.Helper()
	text := tool(t, pdf, "pdftotext")
	return strings.Map(func(r rune) rune {
		if r >= 0x202A && r <= 0x202E { // pdftotext's own, around what runs to the left
			return -1
		}
		return r
	}, text)
}

// letters is a text without what pdftotext moves about when it turns lines round:
// space and punctuation.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, s)
}

// texts are a few words in the scripts that people of the consultation write, each
// with what it is hard at.
var texts = []struct{ name, language, words string }{
	{"English", "en", "What criteria could be used? Difficult offices affluent."},
	{"French", "fr", "Quels critères pourraient être utilisés, « à déterminer » ?"},
	{"Yoruba", "yo", "Ẹ̀kọ́ ṣe pàtàkì fún gbogbo ènìyàn"},
	{"Russian", "ru", "Какие критерии могли бы применяться?"},
	{"Arabic", "ar", "ما المعايير التي يمكن استخدامها؟ لا إله إلا الله"},
	{"Arabic with marks", "ar", "نصٌّ مُشكَّلٌ طويل يلتفّ على أكثر من سطر"},
	{"Arabic with figures and names", "ar", "القرار 141 (أنطاليا، 2006) بشأن ITU و WSIS السلام عليكم"},
	{"Urdu", "ur", "پاکستان میں ٹیلی مواصلات"},
	{"Hebrew", "he", "שלום עולם"},
	{"Hindi", "hi", "क्षत्रिय नियुक्ति प्राधिकारी हिंदी मानदंड प्रासंगिक हितधारक"},
	{"Bengali", "bn", "বাংলা ক্ষমতা কী"},
	{"Tamil", "ta", "தமிழ் கொடுங்கள்"},
	{"Sinhala", "si", "ශ්\u200dරී ලංකා"},
	{"Amharic", "am", "የትኞቹ መስፈርቶች ሊያገለግሉ ይችላሉ"},
	{"Thai", "th", "ภาษาไทย น้ำ"},
	{"Burmese", "my", "မြန်မာ က္က"},
	{"Khmer", "km", "ភាសាខ្មែរ"},
	{"Chinese", "zh", "可以使用哪些标准来界定与国际电联信息社会世界峰会活动“相关”的利益攸关方？臺灣"},
	{"Tifinagh", "zgh", "ⵜⴰⵎⴰⵣⵉⵖⵜ"},
}

func TestWhatIsSetIsReadBackInTheOrderOfTyping(t *testing.T) {
	for _, c := range texts {
		t.Run(c.name, func(t *testing.T) {
			for _, bold := range []bool{false, true} {
				st := typeset.Written
				st.Bold = bold
				pdf := set(t, typeset.Options{Language: c.language}, func(d *typeset.Document) { d.Text(st, c.words, c.language) })
				if got := read(t, pdf); !strings.HasPrefix(letters(got), letters(c.words)) {
					t.Errorf("set   %s\nread  %s", c.words, got)
				}
			}
		})
	}
}

// TestANumberBehindArabicWithinEnglishStandsOnItsSide reads where words stand: what is
// read back can't tell, because programs turn such lines round by rules of their own.
func TestANumberBehindArabicWithinEnglishStandsOnItsSide(t *testing.T) {
	pdf := set(t, typeset.Options{}, func(d *typeset.Document) {
		d.Text(typeset.Body, "Resolution 52 (القرار 141) adopted, 2006", "en")
	})
	boxes := tool(t, pdf, "pdftotext", "-bbox")
	at := func(word string) int { // letters as they stand from left to right
		i := strings.Index(boxes, word)
		if i < 0 {
			t.Fatalf("no %s in %s", word, boxes)
		}
		head := boxes[strings.LastIndex(boxes[:i], "<word"):i]
		var x int
		for _, r := range head[strings.Index(head, `xMin="`)+6:] {
			if r == '.' {
				break
			}
			x = x*10 + int(r-'0')
		}
		return x
	}
	if !(at("Resolution") < at("52") && at("52") < at("(141") && at("(141") < at("رارقلا)") && at("رارقلا)") < at("adopted") && at("adopted") < at("2006")) {
		t.Error(boxes)
	}
}

func TestEveryLetterIsDrawnAndMissingOnesAreTold(t *testing.T) {
	var b bytes.Buffer
	d, err := typeset.New(&b, typeset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range texts {
		d.Text(typeset.Written, c.words, c.language)
		if found := d.Missing(); len(found) > 0 {
			t.Fatalf("%s: no letters for %q", c.name, found)
		}
	}
	d.Text(typeset.Written, "Yes 😀, ᏣᎳᎩ", "")
	if got := string(d.Missing()); got != "ᎩᎳᏣ😀" {
		t.Errorf("missing are %q", got)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, b.Bytes()); !strings.Contains(got, "😀") {
		t.Errorf("what has no letter can't be copied either: %s", got)
	}
}

func TestADocumentIsSound(t *testing.T) {
	for _, mirrored := range []bool{false, true} {
		pdf := set(t, typeset.Options{Title: "رد الاستبيان", Language: "ar", Mirrored: mirrored, Foot: "Baraza"}, everything)
		facts := tool(t, pdf, "pdfinfo")
		for _, want := range []string{"رد الاستبيان", "Tagged:          yes", "595.276 x 841.89 pts (A4)"} {
			if !strings.Contains(facts, want) {
				t.Errorf("pdfinfo doesn't say %q:\n%s", want, facts)
			}
		}
		structure := tool(t, pdf, "pdfinfo", "-struct-text")
		for _, want := range []string{"H1", "Table", "TH", "TD", `"Code"`} {
			if !strings.Contains(structure, want) {
				t.Errorf("the structure has no %s:\n%s", want, structure)
			}
		}
		if said := tool(t, pdf, "qpdf", "--check"); !strings.Contains(said, "No syntax or stream encoding errors") {
			t.Errorf("qpdf: %s", said)
		}
		if fonts := tool(t, pdf, "pdffonts"); strings.Count(fonts, "yes yes yes") != 3 {
			t.Errorf("fonts are not all embedded, in part, with their text:\n%s", fonts)
		}
	}
}

// everything draws all that a document can hold.
func everything(d *typeset.Document) {
	d.Text(typeset.Title, "A title that is long enough to be set on more than one line of the page", "en")
	for _, c := range texts {
		d.Text(typeset.Question, c.name, "en")
		d.Text(typeset.Written, c.words, c.language)
	}
	d.Tick(false, typeset.Body, "Yes", "en")
	d.Tick(true, typeset.Body, "نعم", "ar")
	d.Boxes(0, 4, 2, 2)
	d.Lines(3, 0)
	d.Frame(0, 60)
	d.Rule()
	_ = d.QR("BARAZA", 70)
	table := d.Table(typeset.Body, []float64{0.3, 0.7}, "Code", "Said")
	table.Row("AB-C7", "Alfa Bravo – Charlie seven")
	table.End()
}
