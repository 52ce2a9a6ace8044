package contribution

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// example is the one of docs/protocol/contribution.md.
func example() *Contribution {
	return &Contribution{
		ID:          "uuid:00112233-4455-4677-8899-aabbccddeeff",
		Title:       "Maoni ya wavuvi",
		OnBehalf:    "Umoja wa Wavuvi",
		Language:    "sw",
		Publication: Full,
		Paragraphs:  []Paragraph{{1, `Tunasikiliza redio "Sauti ya Ziwa".`}, {2, "Mstari wa kwanza.\nMstari wa pili."}},
		Started:     time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC),
		Changed:     time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC),
	}
}

func TestTheExampleOfTheFormatPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/protocol/contribution.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := bytes.Cut(page, []byte("```\n"))
	want, _, _ := bytes.Cut(block, []byte("\n```"))
	got, err := Encode(example())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("encoded as\n%s\nthe page has\n%s", got, want)
	}
	if !bytes.Contains(page, []byte("351 bytes")) || len(got) != 351 {
		t.Errorf("the example has %d bytes, the page says otherwise", len(got))
	}
}

func TestWhatWasWrittenIsReadBack(t *testing.T) {
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.Title, c.OnBehalf, c.Language, c.Publication = "مساهمة <1> & 2", "شبكة", "ar", Anonymous
	c.SetText("First.\r\nStill first.\n\n\n\nSecond: \u2028 \t\n\n  ", time.Now())
	text, err := Encode(c)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if again.Title != c.Title || !slices.Equal(again.Paragraphs, c.Paragraphs) || !again.Changed.Equal(c.Changed) || again.ID != c.ID {
		t.Errorf("wrote %+v, read %+v", c, again)
	}
	if len(c.Paragraphs) != 2 || c.Paragraphs[1].Number != 2 || c.Paragraphs[0].Text != "First.\nStill first." {
		t.Errorf("paragraphs %+v", c.Paragraphs)
	}
}

func TestCheckSaysWhatIsMissing(t *testing.T) {
	if found := example().Check(); len(found) > 0 {
		t.Errorf("a finished contribution lacks %v", found)
	}
	for name, c := range map[string]struct {
		change func(*Contribution)
		want   Violation
	}{
		"no title":          {func(c *Contribution) { c.Title = "" }, Violation{"title", 0, Missing}},
		"nobody's":          {func(c *Contribution) { c.OnBehalf = "" }, Violation{"onBehalf", 0, Missing}},
		"no language":       {func(c *Contribution) { c.Language = "" }, Violation{"language", 0, Missing}},
		"a language's name": {func(c *Contribution) { c.Language = "Kiswahili (sw)" }, Violation{"language", 0, Unknown}},
		"no level":          {func(c *Contribution) { c.Publication = "" }, Violation{"publication", 0, Missing}},
		"some other level":  {func(c *Contribution) { c.Publication = "friends" }, Violation{"publication", 0, Unknown}},
		"no text":           {func(c *Contribution) { c.Paragraphs = nil }, Violation{"paragraphs", 0, Missing}},
		"an empty one":      {func(c *Contribution) { c.Paragraphs[1].Text = "" }, Violation{"paragraphs", 2, Missing}},
		"a long one":        {func(c *Contribution) { c.Paragraphs[0].Text = strings.Repeat("م", MaxParagraph+1) }, Violation{"paragraphs", 1, TooLong}},
		"a gap":             {func(c *Contribution) { c.Paragraphs[1].Number = 3 }, Violation{"paragraphs", 2, Unordered}},
	} {
		it := example()
		c.change(it)
		if found := it.Check(); !slices.Contains(found, c.want) || len(found) != 1 {
			t.Errorf("%s: found %v, want %v", name, found, c.want)
		}
	}
}

func TestAParagraphOfTheGreatestLengthIsTaken(t *testing.T) {
	c := example()
	c.Paragraphs[0].Text = strings.Repeat("م", MaxParagraph)
	if found := c.Check(); len(found) > 0 {
		t.Error(found)
	}
	if _, err := Encode(c); err != nil {
		t.Error(err)
	}
}

func TestForeignEncodingsAreRefused(t *testing.T) {
	good, err := Encode(example())
	if err != nil {
		t.Fatal(err)
	}
	change := func(old, with string) []byte {
		text := bytes.Replace(good, []byte(old), []byte(with), 1)
		if bytes.Equal(text, good) {
			t.Fatalf("%q changes nothing", old)
		}
		return text
	}
	for name, text := range map[string][]byte{
		"nothing":             nil,
		"cut short":           good[:len(good)-1],
		"something after it":  append(slices.Clone(good), ' '),
		"white space":         change(`,"title"`, `, "title"`),
		"an unknown member":   change(`"title"`, `"colour":"red","title"`),
		"a member twice":      change(`"title"`, `"title":"x","title"`),
		"another order":       change(`"schema":1,"id":"uuid:00112233-4455-4677-8899-aabbccddeeff"`, `"id":"uuid:00112233-4455-4677-8899-aabbccddeeff","schema":1`),
		"no uuid":             change(`uuid:00`, `uuid:zz`),
		"a clock's own zone":  change(`08:00:00Z`, `11:00:00+03:00`),
		"parts of a second":   change(`08:00:00Z`, `08:00:00.5Z`),
		"half a character":    change(`Maoni`, "Maoni\xff"),
		"a needless escape":   change(`Maoni`, `\u004daoni`),
		"an older schema":     change(`"schema":1`, `"schema":0`),
		"a long title":        change(`Maoni`, strings.Repeat("M", MaxTitle)),
		"more than the limit": append(slices.Clone(good), make([]byte, MaxBytes)...),
		"endless nesting":     bytes.Repeat([]byte("["), MaxBytes),
		"too many paragraphs": change(`[{`, `[`+strings.Repeat(`{"number":1,"text":""},`, MaxParagraphs)+`{`),
	} {
		if c, err := Decode(text); err == nil {
			t.Errorf("%s: accepted as %+v", name, c)
		}
	}
	if _, err := Decode(change(`"schema":1`, `"schema":2`)); !errors.Is(err, ErrNewer) {
		t.Errorf("a newer schema: %v", err)
	}
}

// FuzzDecode: what is read is written as the same bytes.
func FuzzDecode(f *testing.F) {
	good, err := Encode(example())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Decode(text)
		if err != nil {
			return
		}
		again, err := Encode(c)
		if err != nil || !bytes.Equal(again, text) {
			t.Errorf("read and written: %s, %v", again, err)
		}
		c.Check()
	})
}
