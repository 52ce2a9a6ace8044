package central

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/contribution"
	"baraza.example/forms/session"
	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// A Submission is one response or contribution in full, in its author's words.
type Submission struct {
	Item
	Answers      []Answer                   // of a response, in the order of the form
	Contribution *contribution.Contribution // or the contribution
	Attachments  []Attachment
	Reply        *batch.Reply      // or what was answered to a question of the secretariat
	Withdrawal   *batch.Withdrawal // or that a submission was taken back
	Thread       []Said            // what was asked about it and answered, the oldest first
	Form         *forms.Definition // by which Answers are labelled; nil if it is not at hand
	Body         []byte            // instance XML or the contribution's encoding, as it was signed
}

// An Answer is one value of a response.
type Answer struct {
	Path  string // of the question, without the root: "questions/q_a/a"
	Ref   forms.Ref
	Label string // the question as the form asks it, if the form is at hand
	Value string // as the author gave it
	Words string // the labels of chosen values; else the value

	Language string         // of Label and chosen Words, as the form names it
	Remark   session.Remark // what the author says beside it; Value may be blank then
}

// An Attachment is a file that belongs to a submission.
type Attachment struct {
	Name   string // as the submission refers to it
	Size   int64
	Hash   [32]byte // SHA-256 of the file
	Record batch.RecordID
	Listed bool // its record is here; else it is still on its way
	Held   int  // pieces that are here
	Pieces int  // pieces it has

	// Preview is a small JPEG of what its author says is on the picture, while
	// the picture is on its way; nil if there is none.
	Preview []byte
}

// Whole reports whether the attachment can be taken out.
func (a Attachment) Whole() bool { return a.Listed && a.Held == a.Pieces }

// ErrIncomplete means that pieces of an attachment are still on their way.
var ErrIncomplete = errors.New("not all pieces of the attachment are here yet")

// An AmbiguousError means that a receipt code fits more than one submission.
type AmbiguousError struct {
	Code string
	Refs []batch.Ref
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%d submissions have the receipt code %s: ask by record id", len(e.Refs), e.Code)
}

// Show returns the submission with a record id (64 hexadecimal digits) or
// receipt code, and behind a dot its place in a pack. With Item.Problem set there is nothing else in it. Whether it is
// a duplicate only List says, which sees the others.
func (d *Desk) Show(ctx context.Context, ref string) (Submission, error) {
	id, place, err := d.find(ctx, ref)
	if err != nil {
		return Submission{}, err
	}
	stored, err := d.Store.Record(ctx, id)
	if err != nil {
		return Submission{}, err
	}
	if !listed(stored.Record) {
		return Submission{}, fmt.Errorf("a record of kind %v is no submission: %w", stored.Kind, ErrNotFound)
	}
	o := d.opener()
	all, err := o.entries(ctx, stored)
	if err != nil {
		return Submission{}, err
	}
	e, err := only(all, place)
	if err != nil {
		return Submission{}, err
	}
	withdrawn, err := d.withdrawals(ctx, o, &e.Origin)
	if err != nil {
		return Submission{}, err
	}
	e.Withdrawn = withdrawn.of(e)
	if e.RevisedBy, err = d.revisedBy(ctx, o, e.Item); err != nil {
		return Submission{}, err
	}
	s := Submission{Item: e.Item, Contribution: e.contribution, Reply: e.reply, Withdrawal: e.withdrawal, Body: e.content.Body}
	if e.response != nil {
		s.Form = d.form(e.FormID, e.Version)
		said := map[forms.Ref]session.Remark{}
		for _, r := range e.response.Remarks {
			said[r.Ref] = r.Remark
		}
		add := func(ref forms.Ref, value string) {
			a := answer(s.Form, ref, value, e.Language)
			a.Remark = said[ref]
			delete(said, ref)
			s.Answers = append(s.Answers, a)
		}
		for _, a := range e.response.Answers {
			add(a.Ref, a.Value)
		}
		for _, r := range e.response.Remarks { // on what was left blank
			if _, left := said[r.Ref]; left {
				add(r.Ref, "")
			}
		}
	}
	sender, err := o.origin(ctx, e.Origin)
	if err != nil {
		return s, err
	}
	if s.Thread, err = d.thread(ctx, o, e, s.Form); err != nil {
		return s, err
	}
	for _, f := range e.content.Files {
		a, err := d.attachment(ctx, sender, e.InstanceID, f)
		if err != nil {
			return s, err
		}
		s.Attachments = append(s.Attachments, a)
	}
	return s, d.previews(ctx, sender, &s)
}

// revisedBy finds the newest revision of i among what its device sent, nil if that is i.
func (d *Desk) revisedBy(ctx context.Context, o *opener, i Item) (*batch.Ref, error) {
	if !i.Kind.Submission() || i.InstanceID == "" {
		return nil, nil
	}
	newest := newestOf{}
	for s, err := range d.Store.Records(ctx, Query{Origin: &i.Origin, Kinds: []batch.Kind{i.Kind, batch.KindPack}}) {
		if err != nil {
			return nil, err
		}
		if s.Index < i.Index { // a device's revisions come one after the other
			continue
		}
		all, err := o.entries(ctx, s)
		if err != nil {
			return nil, err
		}
		for _, e := range all {
			newest.meet(e.Item)
		}
	}
	return newest.than(i), nil
}

// only picks the submission at a place: of a pack, unless place is 0.
func only(all []entry, place int) (entry, error) {
	for _, e := range all {
		if e.Place == place {
			return e, nil
		}
	}
	if place == 0 && len(all) > 0 {
		several := &AmbiguousError{Code: all[0].ID.Code()}
		for _, e := range all {
			several.Refs = append(several.Refs, e.Ref())
		}
		return entry{}, several
	}
	return entry{}, ErrNotFound
}

// find turns what a person gave into a record id and a place in it.
func (d *Desk) find(ctx context.Context, ref string) (id batch.RecordID, place int, err error) {
	ref, place, err = batch.CutPlace(ref)
	if err != nil {
		return id, 0, err
	}
	if id, err := batch.ParseRecordID(ref); err == nil {
		return id, place, nil
	}
	code, err := identity.ParseCode(ref)
	if err != nil {
		return id, 0, fmt.Errorf("%q is neither a receipt code nor a record id: %w", ref, err)
	}
	found, err := d.Store.ByCode(ctx, code)
	switch {
	case err != nil:
		return id, 0, err
	case len(found) == 0:
		return id, 0, ErrNotFound
	case len(found) > 1:
		e := &AmbiguousError{Code: code}
		for _, s := range found {
			e.Refs = append(e.Refs, batch.Ref{Record: s.ID, Place: place})
		}
		return id, 0, e
	}
	return found[0].ID, place, nil
}

// attachment finds the record of a file, the most complete one if it was sent
// more than once.
func (d *Desk) attachment(ctx context.Context, s *sender, instanceID string, f batch.File) (Attachment, error) {
	best := Attachment{Name: f.Name, Size: f.Size, Hash: f.Hash, Pieces: batch.LeafCount(f.Size)}
	for _, a := range s.attachments[f.Hash] {
		if a.manifest.InstanceID != instanceID || a.leaves != best.Pieces {
			continue
		}
		held, err := d.Store.LeavesHeld(ctx, a.record)
		if err != nil {
			return best, err
		}
		if !best.Listed || held > best.Held {
			best.Record, best.Listed, best.Held = a.record, true, held
		}
	}
	return best, nil
}

// Extract writes the plain bytes of an attachment to w, piece by piece. Every
// piece is authentic when it is written; the whole is right only when Extract
// returns nil, so write to a file that is renamed then.
func (d *Desk) Extract(ctx context.Context, attachment batch.RecordID, w io.Writer) (batch.Manifest, error) {
	stored, err := d.Store.Record(ctx, attachment)
	if err != nil {
		return batch.Manifest{}, err
	}
	l, err := batch.ReadLeafList(stored.Record)
	if err != nil {
		return batch.Manifest{}, err
	}
	sender, err := d.opener().origin(ctx, stored.Origin)
	if err != nil {
		return batch.Manifest{}, err
	}
	if err := sender.verify(stored.Record); err != nil {
		return batch.Manifest{}, err
	}
	var m batch.Manifest
	err = sender.open(stored.Record, l.Epoch, func(k identity.Epoch) (err error) {
		m, err = batch.OpenManifest(stored.Record, l, k)
		return err
	})
	if err != nil {
		return m, err
	}
	if held, err := d.Store.LeavesHeld(ctx, attachment); err != nil || held < len(l.Leaves) {
		return m, errors.Join(err, fmt.Errorf("%w: %d of %d", ErrIncomplete, held, len(l.Leaves)))
	}
	return m, d.extract(ctx, attachment, l, m, w)
}

func (d *Desk) extract(ctx context.Context, attachment batch.RecordID, l batch.LeafList, m batch.Manifest, w io.Writer) error {
	sum := sha256.New()
	var size int64
	for i := range l.Leaves {
		sealed, err := d.Store.Leaf(ctx, attachment, uint32(i))
		if err != nil {
			return fmt.Errorf("read piece %d: %w", i, err)
		}
		if err := l.Check(uint32(i), sealed); err != nil {
			return err
		}
		plain, err := batch.OpenLeaf(m.Key, uint32(i), sealed)
		if err != nil {
			return err
		}
		sum.Write(plain)
		size += int64(len(plain))
		if _, err := w.Write(plain); err != nil {
			return fmt.Errorf("write the attachment: %w", err)
		}
	}
	if size != l.Size || [32]byte(sum.Sum(nil)) != m.Hash {
		return fmt.Errorf("%w: together they are not the file that was signed", batch.ErrLeaf)
	}
	return nil
}

// form is the definition a response was made with, or the newest of that form,
// or nil.
func (d *Desk) form(id, version string) *forms.Definition {
	var same *forms.Definition
	for _, f := range d.Forms {
		if f.Settings.ID != id {
			continue
		}
		if f.Settings.Version == version {
			return f
		}
		if same == nil {
			same = f
		}
	}
	return same
}

// answer puts an answer beside what the form says of its question, in the
// language of the answers where the form has it.
func answer(form *forms.Definition, ref forms.Ref, value, language string) Answer {
	a := Answer{Path: pathOf(ref), Ref: ref, Value: value, Words: value}
	if form == nil {
		return a
	}
	q, ok := form.Element(ref).(*forms.Question)
	if !ok {
		return a
	}
	chain := chainFor(form, language)
	a.Label, a.Language = q.Label.In(chain...)
	if list, ok := form.Lists[q.List]; ok && q.List != "" {
		a.Words = choiceWords(list, value, chain, q.Control == forms.Select || q.Control == forms.RankList)
	}
	return a
}

// chainFor is the form's language whose name or tag is language, then its own.
func chainFor(form *forms.Definition, language string) []string {
	var chain []string
	for _, l := range form.Languages {
		if language != "" && (strings.EqualFold(l, language) || strings.Contains(strings.ToLower(l), "("+strings.ToLower(language)+")")) {
			chain = append(chain, l)
		}
	}
	return append(chain, form.Settings.DefaultLanguage)
}

func choiceWords(list forms.ChoiceList, value string, chain []string, several bool) string {
	values := []string{value}
	if several {
		values = strings.Fields(value)
	}
	for i, v := range values {
		for _, c := range list.Choices {
			if label, _ := c.Label.In(chain...); c.Value == v && label != "" {
				values[i] = label
				break
			}
		}
	}
	return strings.Join(values, "; ")
}

// pathOf is a ref without the root: "questions/q_a/a".
func pathOf(ref forms.Ref) string {
	if i := strings.IndexByte(string(ref[min(1, len(ref)):]), '/'); i >= 0 {
		return string(ref[i+2:])
	}
	return string(ref)
}
