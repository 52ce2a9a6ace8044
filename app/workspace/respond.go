package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"baraza.example/forms"
	"baraza.example/forms/session"
	"baraza.example/storage"
	"baraza.example/sync/batch"
)

// draft is a response that is still being written, as it is stored under its
// instance id.
type draft struct {
	Draft  session.Draft         // without its XML where that is long: see pieces
	Tag    string                // of who started it; see Start
	Files  map[string]batch.File // attachments by the name that the answers hold
	Author string                // whom it names, for lists
	Named  bool                  // Author was looked for

	// Of the correction of a response that was made ready: its instance id and
	// which revision this is. 0 means the first, under the draft's own id.
	Of       string `cbor:",omitempty"`
	Revision uint32 `cbor:",omitempty"`
}

// A Response is a form being filled in. What a person types goes to Session;
// Save has it on the disk. It belongs to one goroutine.
type Response struct {
	*session.Session
	w     *Workspace
	form  Form
	tag   string
	files map[string]batch.File
	made  *atomic.Bool // ready

	of       string // see draft
	revision uint32
}

func (w *Workspace) respond(s *session.Session, form Form, d draft) *Response {
	files := maps.Clone(d.Files)
	if files == nil {
		files = map[string]batch.File{}
	}
	r := &Response{Session: s, w: w, form: form, tag: d.Tag, files: files, made: new(atomic.Bool), of: d.Of, revision: d.Revision}
	if r.of == "" {
		r.of, r.revision = s.InstanceID(), 1
	}
	return r
}

// Revision is 1 for a new response, more for a correction of one.
func (r *Response) Revision() uint32 { return r.revision }

// Start begins a response to a form. tag, which may be empty, lets a program
// that was interrupted find its own draft again: see Tagged.
func (w *Workspace) Start(ctx context.Context, formID, tag string, languages ...string) (*Response, error) {
	o, err := w.openForm(ctx, formID, "", languages)
	if err != nil {
		return nil, err
	}
	s, err := o.Start(o.options)
	if err != nil {
		return nil, fmt.Errorf("start form %q: %w", formID, err)
	}
	r := w.respond(s, o.form, draft{Tag: tag})
	return r, r.Save(ctx)
}

// Resume goes on with a draft.
func (w *Workspace) Resume(ctx context.Context, instanceID string, languages ...string) (*Response, error) {
	d, err := w.draft(ctx, instanceID)
	if err != nil {
		return nil, fmt.Errorf("draft %s: %w", instanceID, err)
	}
	o, err := w.openForm(ctx, d.Draft.FormID, instanceID, languages)
	if err != nil {
		return nil, err
	}
	s, err := o.Resume(d.Draft, o.options)
	if err != nil {
		return nil, fmt.Errorf("go on with draft %s: %w", instanceID, err)
	}
	return w.respond(s, o.form, d), nil
}

// An openForm is a form with all that a session of it begins with.
type openForm struct {
	*session.Program
	form    Form
	options session.Options
}

// openForm opens a form for the response instanceID, or for a new one: "".
func (w *Workspace) openForm(ctx context.Context, formID, instanceID string, languages []string) (o openForm, err error) {
	if o.form, err = w.Form(formID); err != nil {
		return o, err
	}
	if o.options, err = w.sessionOptions(ctx, o.form, instanceID, languages); err != nil {
		return o, err
	}
	if o.Program, err = w.program(o.form); err != nil {
		return o, fmt.Errorf("open form %q: %w", formID, err)
	}
	return o, nil
}

func (w *Workspace) sessionOptions(ctx context.Context, form Form, instanceID string, languages []string) (session.Options, error) {
	chosen, err := w.Settings(ctx)
	if err != nil {
		return session.Options{}, err
	}
	o := session.Options{Languages: languages, Now: w.clock, Property: chosen.Metadata.properties()}
	if w.self != nil {
		o.Property["deviceid"] = "baraza:" + w.self.ID().Hex()
		o.Property["uri:deviceid"] = o.Property["deviceid"]
	}
	o.LastSaved, err = w.lastSaved(ctx, form.Definition, instanceID)
	return o, err
}

// ErrFinished means that a response was made ready already, perhaps in another
// window: it is not changed any more.
var ErrFinished = errors.New("this response is finished: it was made ready already")

// Save has the draft on the disk when it returns.
func (r *Response) Save(ctx context.Context) error { return r.Saving()(ctx) }

// Saving takes the draft as it stands now. The function it returns has that
// draft on the disk when it returns and may be called from another goroutine,
// so that a window never waits for the disk.
func (r *Response) Saving() func(context.Context) error {
	taken := draft{Draft: r.Draft(), Tag: r.tag, Files: maps.Clone(r.files)}
	if r.revision > 1 {
		taken.Of, taken.Revision = r.of, r.revision
	}
	id := taken.Draft.InstanceID
	return func(ctx context.Context) error {
		taken.Author, taken.Named = authorOf(taken.Draft), true
		return r.w.store.Update(ctx, func(tx *storage.Tx) error {
			if err := r.w.unmade(tx, submissionName(r.of, r.revision)); err != nil {
				return err
			}
			return r.w.putDraft(tx, id, taken)
		})
	}
}

// Attach keeps a file and answers the question at ref with its name. The file
// is sealed on the disk before Attach returns.
func (r *Response) Attach(ctx context.Context, ref forms.Ref, name string, content io.Reader, how Keeping) error {
	kept, err := r.w.Keep(ctx, name, content, how)
	if err != nil {
		return err
	}
	if err := r.Attached(ref, kept); err != nil {
		return err
	}
	return r.Save(ctx)
}

// Attached answers the question at ref with a file that was kept.
func (r *Response) Attached(ref forms.Ref, k Kept) error {
	k.file.Name = r.freeName(k.file.Name)
	if err := r.Set(ref, k.file.Name); err != nil {
		return err
	}
	r.files[k.file.Name] = k.file
	return nil
}

// Unattached lists the questions that are answered with the name of a file
// which is not here: as after filling in from a list of answers.
func (r *Response) Unattached() []forms.Ref {
	var found []forms.Ref
	var walk func(refs []forms.Ref)
	walk = func(refs []forms.Ref) {
		for _, ref := range refs {
			n, ok := r.Node(ref)
			if !ok {
				continue
			}
			q, isQuestion := n.Element.(*forms.Question)
			if _, here := r.files[n.Value]; isQuestion && q.Control == forms.Upload && n.Value != "" && !here {
				found = append(found, ref)
			}
			walk(n.Children)
		}
	}
	walk(r.Root().Children)
	return found
}

// MakeReady finishes the response: it is frozen as it is, and sealed and signed
// as soon as it is known for whom. Violations mean that nothing was changed. A
// second call returns what the first one made.
func (r *Response) MakeReady(ctx context.Context, language string) (Item, []session.Violation, error) {
	if r.made.Load() {
		item, err := r.w.Item(ctx, submissionName(r.of, r.revision))
		return item, nil, err
	}
	finish, violations := r.Finishing(language)
	if len(violations) > 0 {
		return Item{}, violations, nil
	}
	item, err := finish(ctx)
	return item, nil, err
}

// Finishing is MakeReady in two halves: it takes the response as it stands, and
// the function it returns, which may be called from another goroutine, makes it
// ready.
func (r *Response) Finishing(language string) (func(context.Context) (Item, error), []session.Violation) {
	done, violations := r.Finalize()
	if len(violations) > 0 {
		return nil, violations
	}
	s := submission{Kind: batch.KindResponse, Tag: r.tag, Made: done.Finished.Unix(), Content: batch.Content{
		InstanceID: r.of, Revision: r.revision, Ready: done.Finished.Unix(), Language: language,
		FormID: done.FormID, Version: done.Version, Name: done.InstanceName, Body: done.XML,
	}}
	files := maps.Clone(r.files)
	return func(ctx context.Context) (Item, error) {
		if err := r.w.secondChecked(ctx, r.of, r.tag); err != nil {
			return Item{}, err
		}
		for _, name := range done.Attachments {
			file, ok := files[name]
			if name == session.AuditFile && done.Audit != nil {
				log, err := r.w.Keep(ctx, name, bytes.NewReader(done.Audit), Keeping{AsItIs: true})
				if err != nil {
					return Item{}, err
				}
				file, ok = log.file, true
			}
			if !ok {
				return Item{}, &GoneError{name}
			}
			s.Content.Files = append(s.Content.Files, file)
		}
		if err := r.w.freeze(ctx, s, func(tx *storage.Tx) error { return r.w.dropDraft(tx, done.InstanceID) }); err != nil {
			return Item{}, err
		}
		r.made.Store(true)
		return r.w.Item(ctx, s.name())
	}, nil
}

// A GoneError says that an answer names a file which is not on this device any
// more. Nothing was made ready.
type GoneError struct{ Name string }

func (e *GoneError) Error() string {
	return fmt.Sprintf("attachment %q is not on this device any more", e.Name)
}

// Discard deletes the draft.
func (r *Response) Discard(ctx context.Context) error {
	return r.w.store.Update(ctx, func(tx *storage.Tx) error { return r.w.dropDraft(tx, r.InstanceID()) })
}

// Files lists the attachments, by name.
func (r *Response) Files() []batch.File {
	return slices.SortedFunc(maps.Values(r.files), func(a, b batch.File) int { return strings.Compare(a.Name, b.Name) })
}

// OpenFile reads a file that an answer names; close it afterwards.
func (r *Response) OpenFile(name string) (*storage.Blob, error) {
	file, ok := r.files[name]
	if !ok {
		return nil, &GoneError{name}
	}
	return r.w.store.Blobs().Open(file.Hash)
}

// FormFile opens a file of the form, such as a picture beside a question.
func (r *Response) FormFile(name string) ([]byte, error) { return r.form.file(name) }
