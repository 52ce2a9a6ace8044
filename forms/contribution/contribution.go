// Package contribution holds the texts people write that are not bound to a
// form: a title, on whose behalf it is written, and numbered paragraphs.
//
// What is sent is the encoding of docs/protocol/contribution.md: one text has
// one encoding, and [Decode] takes no other. Lengths are characters (Unicode
// code points) unless they say bytes; times are UTC, to the second. Start at
// [New].
package contribution

import (
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"time"
)

// A Contribution is one text, being written or finished.
type Contribution struct {
	ID          string      `json:"id"`       // "uuid:…", drawn at the start and kept
	Title       string      `json:"title"`    //
	OnBehalf    string      `json:"onBehalf"` // the organisation or group whose text this is, never the hub that typed it
	Language    string      `json:"language"` // BCP 47: "sw", "pt-BR"
	Publication Publication `json:"publication"`
	Paragraphs  []Paragraph `json:"paragraphs"`
	Started     time.Time   `json:"started"`
	Changed     time.Time   `json:"changed"`
}

// A Paragraph is one numbered paragraph. Numbers count from 1 without gaps, so
// that a comment can say which one it means.
type Paragraph struct {
	Number int    `json:"number"`
	Text   string `json:"text"`
}

// Publication says who may read a text; the levels are those of the
// questionnaire.
type Publication string

// The levels, from the most open.
const (
	Full      Publication = "full"      // with the author's name
	Anonymous Publication = "anonymous" // without the name
	Summary   Publication = "summary"   // only in summaries and statistics
	Closed    Publication = "no"        // the secretariat alone
)

// Options are what a new contribution takes from its surroundings. The zero
// value works.
type Options struct {
	Now  func() time.Time // nil means time.Now
	Rand io.Reader        // nil means crypto/rand
}

// New begins an empty contribution.
func New(o Options) (*Contribution, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	id, err := drawID(o.Rand)
	if err != nil {
		return nil, fmt.Errorf("draw an id: %w", err)
	}
	now := second(o.Now())
	return &Contribution{ID: id, Started: now, Changed: now}, nil
}

// drawID returns a random UUID (RFC 9562, version 4) as OpenRosa writes it.
func drawID(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", err
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// SetText replaces all paragraphs by those of text, an empty line between
// them, and numbers them.
func (c *Contribution) SetText(text string, now time.Time) {
	c.Paragraphs = nil
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for part := range strings.SplitSeq(text, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			c.Paragraphs = append(c.Paragraphs, Paragraph{Number: len(c.Paragraphs) + 1, Text: part})
		}
	}
	c.Changed = second(now)
}

// Whole is the text as it is made ready: without its empty paragraphs.
func (c *Contribution) Whole() *Contribution {
	whole := *c
	whole.Paragraphs = nil
	for _, p := range c.Paragraphs {
		if strings.TrimSpace(p.Text) != "" {
			whole.Paragraphs = append(whole.Paragraphs, Paragraph{Number: len(whole.Paragraphs) + 1, Text: p.Text})
		}
	}
	return &whole
}
