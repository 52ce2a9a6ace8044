package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"baraza.example/assets/locale"
	"baraza.example/forms/formpack"
	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/exchange"
)

// A Published is something that the centre published, and how much of it is here.
type Published struct {
	catalogue.Publication
	storage.Download
	Wanted bool // it comes with the next exchange, unless it is here
	New    bool // an announcement or a document that nobody has read here yet
}

// ToCome is about how many bytes will come down for it with the next exchange.
func (p Published) ToCome() int64 {
	if p.Here || !p.Wanted {
		return 0
	}
	return max(0, p.Size-p.Got)
}

// Published lists what is in force of what the centre published, the newest
// first. What was withdrawn is among it and says so.
func (w *Workspace) Published(ctx context.Context) ([]Published, error) {
	if w.self == nil {
		return nil, ErrNotSetUp
	}
	all, err := w.mail.Published(ctx)
	if err != nil {
		return nil, err
	}
	force := catalogue.InForce(all)
	slices.Reverse(force)
	for i, p := range force { // of a document that was withdrawn, what it was
		if p.Withdrawn && p.Content == (catalogue.Blob{}) {
			force[i] = withdrawn(p, all)
		}
	}
	here, err := w.mail.Downloads(ctx, force)
	if err != nil {
		return nil, err
	}
	s, err := w.Settings(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Published, len(force))
	for i, p := range force {
		_, seen := slices.BinarySearch(s.Seen, p.Number)
		out[i] = Published{Publication: p, Download: here[i], Wanted: p.Content != (catalogue.Blob{}) && !p.Withdrawn && s.wants(p),
			New: !seen && !p.Withdrawn && (p.Kind == catalogue.Announcement || p.Kind == catalogue.Document)}
	}
	return out, nil
}

// withdrawn is the publication that a withdrawal is about, marked as such.
func withdrawn(p catalogue.Publication, all []catalogue.Publication) catalogue.Publication {
	for _, old := range slices.Backward(all) {
		if old.Subject() == p.Subject() && old.Content != (catalogue.Blob{}) {
			old.Withdrawn, old.Text = true, p.Text
			return old
		}
	}
	return p
}

// SmallDocument is up to which size on the road a document comes by itself, if it
// is in a language that is read here. A larger one waits until a person wants it.
const SmallDocument = 100 << 10

// wants says whether a person wants something that was published.
func (s Settings) wants(p catalogue.Publication) bool {
	switch p.Kind {
	case catalogue.Form:
		return true
	case catalogue.Translation:
		return s.reads(p.Language)
	case catalogue.Document:
		if chosen, said := s.Documents[p.Name]; said {
			return chosen
		}
		way, _ := p.Best(func(catalogue.ID) bool { return false })
		return s.reads(p.Language) && way.Size <= SmallDocument
	}
	return false
}

// Reading is which languages a person takes translations and documents in: those
// that were chosen for it, else those of the screens.
func (s Settings) Reading() []string {
	if len(s.Reads) > 0 {
		return s.Reads
	}
	return s.Languages
}

// reads says whether something in this language is taken. What names no language
// is for everybody, and so is everything where no language is known to be read.
func (s Settings) reads(language string) bool {
	reading := s.Reading()
	of, known := locale.Named(language)
	return language == "" || len(reading) == 0 || slices.ContainsFunc(reading, func(code string) bool {
		l, named := locale.Named(code)
		return code == language || known && named && l.Code == of.Code
	})
}

// MarkSeen notes that a person has read what was published under these numbers.
func (w *Workspace) MarkSeen(ctx context.Context, numbers ...uint64) error {
	_, err := w.Change(ctx, func(s *Settings) {
		seen := append(slices.Clone(s.Seen), numbers...)
		slices.Sort(seen)
		s.Seen = slices.Compact(seen)
	})
	return err
}

// WantDocument says that a document is to be taken, or not.
func (w *Workspace) WantDocument(ctx context.Context, name string, want bool) error {
	_, err := w.Change(ctx, func(s *Settings) {
		said := map[string]bool{name: want}
		for n, wanted := range s.Documents {
			if n != name {
				said[n] = wanted
			}
		}
		s.Documents = said
	})
	return err
}

// ReadIn says in which languages translations and documents are taken; none: those
// of the screens.
func (w *Workspace) ReadIn(ctx context.Context, codes ...string) error {
	_, err := w.Change(ctx, func(s *Settings) { s.Reads = codes })
	return err
}

// ErrNotHere means that something that was published has not come yet.
var ErrNotHere = errors.New("this has not come to this device yet")

// ReadPublished returns the content of a document.
func (w *Workspace) ReadPublished(ctx context.Context, p catalogue.Publication) ([]byte, error) {
	content, err := w.mail.PublishedContent(ctx, p)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, ErrNotHere
	}
	return content, err
}

// Wanted has an exchange of the device itself ask for what its person wants; a
// hub asks for everything.
func (o outbox) Wanted(ctx context.Context, most int) ([]batch.Get, error) {
	if o.hub {
		return o.Mailbox.Wanted(ctx, most)
	}
	s, err := o.w.Settings(ctx)
	if err != nil {
		return nil, err
	}
	return o.WantedBy(ctx, s.wants, most)
}

// arrived takes into use what has come in an exchange.
func (w *Workspace) arrived(ctx context.Context, r exchange.Report) error {
	if r.Pieces == 0 {
		return nil
	}
	return w.takeForms(ctx)
}

// takeForms has the forms be used that are here, of each the last version that this
// program can use. The version before stays in use until all of the new one that
// this device wants is here: nobody sees half a form.
func (w *Workspace) takeForms(ctx context.Context) error {
	if w.self == nil {
		return nil
	}
	all, err := w.mail.Published(ctx)
	if err != nil {
		return err
	}
	s, err := w.Settings(ctx)
	if err != nil {
		return err
	}
	found := map[string]Form{}
	for _, p := range slices.Backward(all) {
		if _, later := found[p.Name]; p.Kind != catalogue.Form || p.Content == (catalogue.Blob{}) || later {
			continue
		}
		f, err := w.publishedForm(ctx, p, all, s)
		switch {
		case errors.Is(err, storage.ErrNotFound):
		case err != nil:
			w.log.Warn("a form that was published can't be used", "error", err)
		default:
			found[p.Name] = f
		}
	}
	w.compiling.Lock()
	defer w.compiling.Unlock()
	for name, f := range found {
		if now, used := w.forms[name]; !used || now.published != f.published || !slices.Equal(now.Definition.Languages, f.Definition.Languages) {
			w.forms[name] = f
		}
	}
	return nil
}

// publishedForm puts a form together with those of its languages that are here. It
// fails with storage.ErrNotFound where something of it is wanted and lacking.
func (w *Workspace) publishedForm(ctx context.Context, p catalogue.Publication, all []catalogue.Publication, s Settings) (Form, error) {
	content, err := w.mail.PublishedContent(ctx, p)
	if err != nil {
		return Form{}, err
	}
	pack, err := formpack.Read(bytes.NewReader(content), nil)
	if err != nil {
		return Form{}, err
	}
	if pack.Manifest.Form != p.Name {
		return Form{}, fmt.Errorf("it is the form %q, not %q", pack.Manifest.Form, p.Name)
	}
	for _, t := range all {
		if t.Kind != catalogue.Translation || t.Name != p.Name || t.Version != p.Version || t.Content == (catalogue.Blob{}) {
			continue
		}
		text, err := w.mail.PublishedContent(ctx, t)
		if errors.Is(err, storage.ErrNotFound) && !s.wants(t) {
			continue
		}
		if err != nil {
			return Form{}, err
		}
		pack.Take(text)
	}
	def, err := pack.Definition()
	if err != nil {
		return Form{}, err
	}
	return Form{Definition: def, Read: pack.File, published: p.Number}, nil
}
