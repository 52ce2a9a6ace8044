package workspace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/contribution"
	"baraza.example/forms/session"
	"baraza.example/forms/typeset"
	"baraza.example/storage"
	"baraza.example/sync/batch"
)

// Printing is how something is printed. Words must be set.
type Printing struct {
	Words *locale.Localizer
	Paper typeset.Paper // zero: A4
}

// A Printed says which characters no font had: an empty box stands for each.
type Printed struct{ Missing []rune }

// A writing is what is printed or exported: what was made ready, or a draft of a
// response as it was saved last.
type writing struct {
	Item
	sent  Sent
	draft bool
}

// writing reads what has this name, or this ID.
func (w *Workspace) writing(ctx context.Context, name string, languages []string) (v writing, err error) {
	if v.Item, err = w.Item(ctx, name); err == nil {
		v.sent, err = w.Read(ctx, name, languages...)
		return v, err
	}
	if !errors.Is(err, storage.ErrNotFound) {
		return v, err
	}
	r, err := w.Resume(ctx, name, languages...)
	if err != nil {
		return v, err
	}
	d := r.Draft()
	v = writing{Item: Item{Name: name, Kind: batch.KindResponse, Title: authorOf(d), Made: d.Changed.Unix()}, sent: Sent{Response: r.Session}, draft: true}
	for file := range r.files {
		v.sent.Files = append(v.sent.Files, file)
	}
	slices.Sort(v.sent.Files)
	return v, nil
}

// state is one of the three plain states, or that it is still being written.
func (v writing) state(words *locale.Localizer) string {
	if v.draft {
		return words.Say("state.draft")
	}
	return inWords(v.Item, words)
}

// Print writes what was made ready under a name as PDF, with what became of it; or a
// draft, by its ID.
func (w *Workspace) Print(ctx context.Context, name string, p Printing, out io.Writer) (Printed, error) {
	item, err := w.writing(ctx, name, p.Words.Language().Chain())
	if err != nil {
		return Printed{}, err
	}
	sent := item.sent
	f := typeset.Facts{
		Words: p.Words, Title: strings.Trim(item.Title, " —"), Written: sent.Language, Code: item.Code, State: item.state(p.Words),
		Made: p.Words.Moment(time.Unix(item.Made, 0).UTC(), w.clock()), Files: sent.Files,
	}
	var printed Printed
	if c := sent.Contribution; c != nil {
		if f.Title == "" {
			f.Title = p.Words.Say("contribution.untitled")
		}
		f.Written = c.Language
		printed.Missing, err = typeset.WriteStatement(out, p.Paper, f, c.OnBehalf, texts(c))
		return printed, err
	}
	if f.Title == "" {
		f.Title = p.Words.Say("response.untitled")
	}
	printed.Missing, err = typeset.WriteResponse(out, p.Paper, f, sent.Response)
	return printed, err
}

func texts(c *contribution.Contribution) (all []string) {
	for _, p := range c.Paragraphs {
		all = append(all, p.Text)
	}
	return all
}

// inWords is one of the three plain states.
func inWords(i Item, words *locale.Localizer) string {
	switch i.Delivery.State {
	case Received:
		return words.Say("state.received")
	case AtHub:
		if i.Delivery.Hub == "" {
			return words.Say("state.at_hub_unnamed")
		}
		return words.Say("state.at_hub", locale.Values{"Name": i.Delivery.Hub})
	}
	return words.Say("state.on_device")
}

// PrintForm writes a blank form as PDF, to be filled in with a pen, or as a script
// to be read on the air.
func PrintForm(form Form, script bool, p Printing, out io.Writer) (Printed, error) {
	s, err := session.Start(form.Definition, session.Options{Languages: p.Words.Language().Chain(), File: form.file})
	if err != nil {
		return Printed{}, fmt.Errorf("print form %q: %w", form.Definition.Settings.ID, err)
	}
	write := typeset.WritePaper
	if script {
		write = typeset.WriteScript
	}
	missing, err := write(out, p.Paper, typeset.Form{Session: s, Words: p.Words})
	return Printed{missing}, err
}

// PrintReceipts writes a list of receipt codes as PDF, to be read on the air or hung
// up: it tells nothing of what was written, nor whose it is. Without all it has
// those alone that the centre has received.
func (w *Workspace) PrintReceipts(ctx context.Context, all bool, p Printing, out io.Writer) (Printed, error) {
	items, err := w.Items(ctx)
	if err != nil {
		return Printed{}, err
	}
	var lines []typeset.ReceiptLine
	for _, i := range items {
		if i.Code != "" && (all || i.Delivery.State == Received) {
			lines = append(lines, typeset.ReceiptLine{Code: i.Code, Said: OnAir(i.Code), State: inWords(i, p.Words)})
		}
	}
	missing, err := typeset.WriteReceipts(out, p.Paper, p.Words, p.Words.Say("print.receipts"), lines)
	return Printed{missing}, err
}

// An Exported is a response or a contribution as JSON.
type Exported struct {
	Name       string           `json:"name"`
	Kind       string           `json:"kind"`
	Title      string           `json:"title"`
	Language   string           `json:"language"` // of what was written
	Made       time.Time        `json:"made"`
	State      string           `json:"state"`          // "on this device", "at the hub NAME", "received"; "draft"
	Code       string           `json:"code,omitempty"` // of the receipt
	Form       string           `json:"form,omitempty"`
	Version    string           `json:"version,omitempty"`
	InstanceID string           `json:"instanceID,omitempty"`
	Answers    []ExportedAnswer `json:"answers,omitempty"`

	OnBehalf   string   `json:"onBehalf,omitempty"`
	Paragraphs []string `json:"paragraphs,omitempty"`

	Files []string `json:"files,omitempty"` // names
}

// An ExportedAnswer is a question with what was answered.
type ExportedAnswer struct {
	Ref      forms.Ref `json:"ref"`
	Question string    `json:"question"` // in the language asked for, if the form has it
	Value    string    `json:"value"`    // as it travels
	Words    string    `json:"words"`    // as it is read: choices by their labels
}

// Export writes what was made ready under a name as JSON, or a draft by its ID, in the
// languages that questions are wanted in.
func (w *Workspace) Export(ctx context.Context, name string, out io.Writer, languages ...string) error {
	item, err := w.writing(ctx, name, languages)
	if err != nil {
		return err
	}
	sent := item.sent
	e := Exported{Name: name, Kind: item.Kind.String(), Title: item.Title, Language: sent.Language, Made: time.Unix(item.Made, 0).UTC(),
		State: item.state(locale.New(locale.Source)), Code: item.Code, Files: sent.Files}
	if c := sent.Contribution; c != nil {
		e.Language, e.OnBehalf, e.Paragraphs = c.Language, c.OnBehalf, texts(c)
	}
	if s := sent.Response; s != nil {
		e.Form, e.Version, e.InstanceID = s.Definition().Settings.ID, s.Definition().Settings.Version, s.InstanceID()
		for _, step := range s.Steps() {
			n, _ := s.Node(step.Ref)
			if q, ok := n.Element.(*forms.Question); ok && step.Kind == session.StepQuestion && q.Control != forms.Note && n.Value != "" {
				e.Answers = append(e.Answers, ExportedAnswer{n.Ref, n.Label, n.Value, n.InWords()})
			}
		}
	}
	to := json.NewEncoder(out)
	to.SetEscapeHTML(false)
	to.SetIndent("", "  ")
	return to.Encode(e)
}
