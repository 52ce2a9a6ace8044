package contribution

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"
)

// Schema is the version of the encoding. A reader knows its own and two
// before it.
const Schema = 1

// ErrNewer says that a contribution was written by a later version of the
// program.
var ErrNewer = errors.New("the contribution was written by a newer version of the program")

// encoded is a contribution as it travels.
type encoded struct {
	Schema int `json:"schema"`
	Contribution
}

var idPattern = regexp.MustCompile(`^uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// Encode returns the one encoding of c. It takes unfinished contributions too
// (Check says whether one is finished), but none that [Decode] would refuse.
func Encode(c *Contribution) ([]byte, error) {
	e := encoded{Schema, *c}
	e.Started, e.Changed = second(c.Started), second(c.Changed)
	if e.Paragraphs == nil {
		e.Paragraphs = []Paragraph{}
	}
	if err := encodable(&e.Contribution); err != nil {
		return nil, fmt.Errorf("encode contribution: %w", err)
	}
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	w.SetEscapeHTML(false)
	if err := w.Encode(e); err != nil {
		return nil, fmt.Errorf("encode contribution: %w", err)
	}
	text := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("encode contribution: %w", tooLarge(len(text)))
	}
	return text, nil
}

// Decode reads what [Encode] wrote, and nothing else: text that is laid out
// otherwise, or has more in it, is refused.
func Decode(text []byte) (*Contribution, error) {
	c, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("decode contribution: %w", err)
	}
	return c, nil
}

func decode(text []byte) (*Contribution, error) {
	if len(text) > MaxBytes {
		return nil, tooLarge(len(text))
	}
	var version struct {
		Schema int `json:"schema"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return nil, err
	}
	if version.Schema > Schema {
		return nil, ErrNewer
	}
	var e encoded
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, err
	}
	again, err := Encode(&e.Contribution)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, text) {
		return nil, errors.New("not the encoding that such a text has")
	}
	return &e.Contribution, nil
}

func tooLarge(size int) error {
	return fmt.Errorf("%d bytes, %d are allowed", size, MaxBytes)
}

// encodable refuses what can't be encoded and read back.
func encodable(c *Contribution) error {
	if !idPattern.MatchString(c.ID) {
		return fmt.Errorf("the id %q is no uuid", c.ID)
	}
	if len(c.Paragraphs) > MaxParagraphs {
		return Violation{Field: "paragraphs", Kind: TooLong}
	}
	for _, field := range []string{c.Title, c.OnBehalf, c.Language, string(c.Publication)} {
		if err := plainText(field, MaxTitle); err != nil {
			return err
		}
	}
	for _, p := range c.Paragraphs {
		if err := plainText(p.Text, MaxParagraph); err != nil {
			return fmt.Errorf("paragraph %d: %w", p.Number, err)
		}
	}
	for _, at := range []time.Time{c.Started, c.Changed} {
		if y := at.UTC().Year(); y < 0 || y > 9999 {
			return fmt.Errorf("the year %d can't be written", y)
		}
	}
	return nil
}

func plainText(text string, most int) error {
	if !utf8.ValidString(text) {
		return errors.New("text is not in UTF-8")
	}
	if n := utf8.RuneCountInString(text); n > most {
		return fmt.Errorf("%d characters, %d are allowed", n, most)
	}
	return nil
}
