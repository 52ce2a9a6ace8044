package workspace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/picture"
	"baraza.example/forms/webform"
	"baraza.example/storage"
	"baraza.example/sync/batch"
)

// What one response on a hub's pages may hold of files, those that others took the
// place of included, and all of them together.
const (
	maxPageFiles  = 20
	maxPageBytes  = 20 << 20
	maxKioskBytes = 1 << 30
)

// Attach implements [webform.Response]. One file is kept at a time: a picture of a few
// MB takes a hundred while it is written anew.
func (r kioskResponse) Attach(ctx context.Context, ref forms.Ref, name string, content io.Reader) error {
	r.k.keeping.Lock()
	defer r.k.keeping.Unlock()
	if !r.k.own {
		if err := r.room(ctx); err != nil {
			return err
		}
	}
	how := Keeping{}
	if n, ok := r.r.Node(ref); ok {
		how.Longest = LongestSide(n)
	}
	err := r.r.Attach(ctx, ref, name, content, how)
	switch {
	case errors.Is(err, ErrFileTooLarge):
		return fmt.Errorf("%w: %w", webform.ErrFileLarge, err)
	case errors.Is(err, picture.ErrKind), errors.Is(err, picture.ErrNoPicture), errors.Is(err, picture.ErrTooLarge):
		return fmt.Errorf("%w: %w", webform.ErrFilePicture, err)
	}
	return err
}

// room says whether another file may come to a stranger's response.
func (r kioskResponse) room(ctx context.Context) error {
	var bytes int64
	for _, f := range r.r.files {
		bytes += f.Size
	}
	if len(r.r.files) >= maxPageFiles || bytes >= maxPageBytes {
		return webform.ErrFilesFull
	}
	named, err := r.k.w.namedFiles(ctx)
	if err == nil && named.strangers >= maxKioskBytes {
		err = webform.ErrFilesFull
	}
	return err
}

// dropReplaced deletes the files of a finished response in whose place others came.
func (w *Workspace) dropReplaced(ctx context.Context, r kioskResponse) {
	if r.k.own || len(r.r.files) == 0 {
		return
	}
	r.k.keeping.Lock()
	defer r.k.keeping.Unlock()
	if err := w.dropUnnamed(ctx, slices.Collect(maps.Values(r.r.files))); err != nil {
		w.log.WarnContext(ctx, "files that nothing names stay on the disk", "error", err)
	}
}

// forgetStrangers deletes the content of what was written on pages and has its
// receipt, and its files when they have theirs. Until then it can't be spared: a
// copied store has to seal it anew.
func (w *Workspace) forgetStrangers(ctx context.Context) error {
	received := func(id batch.RecordID) (bool, error) {
		d, err := w.mail.State(ctx, id)
		return d.State == Received, err
	}
	var texts, files []string
	var gone []batch.File
	for s, err := range w.tables.submissions.All(ctx) {
		if err != nil {
			return err
		}
		if !s.Value.strangers() || s.Value.Record == (batch.RecordID{}) || s.Value.Content.Body == nil && len(s.Value.Content.Files) == 0 {
			continue
		}
		all, err := received(s.Value.Record)
		if err != nil {
			return err
		}
		if all && s.Value.Content.Body != nil {
			texts = append(texts, s.Key)
		}
		for _, a := range s.Value.Attachments {
			if all && err == nil {
				all, err = received(a.Record)
			}
		}
		if err != nil {
			return err
		}
		if all && len(s.Value.Content.Files) > 0 {
			files, gone = append(files, s.Key), append(gone, s.Value.Content.Files...)
		}
	}
	change := func(key string, forget func(*submission)) error {
		return w.store.Update(ctx, func(tx *storage.Tx) error {
			all := w.tables.submissions.In(tx)
			s, err := all.Get(key)
			if err != nil {
				return err
			}
			forget(&s)
			return all.Put(key, s)
		})
	}
	for _, key := range texts {
		if err := change(key, func(s *submission) { s.Content.Body, s.Content.Name = nil, "" }); err != nil {
			return fmt.Errorf("delete what was received: %w", err)
		}
	}
	for _, key := range files {
		if err := change(key, (*submission).forgetFiles); err != nil {
			return fmt.Errorf("delete what was received: %w", err)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return w.dropUnnamed(ctx, gone)
}

// forgetFiles leaves only what is needed to know that the files were received.
func (s *submission) forgetFiles() {
	s.Content.Files = nil
	for i := range s.Attachments {
		s.Attachments[i].Preview = nil
	}
}

// namedFiles are the files that drafts and submissions of this device name, and the
// bytes of those that strangers gave.
type namedFiles struct {
	all       map[[32]byte]bool
	strangers int64
}

func (w *Workspace) namedFiles(ctx context.Context) (namedFiles, error) {
	n := namedFiles{all: map[[32]byte]bool{}}
	note := func(f batch.File, strange bool) {
		n.all[f.Hash] = true
		if strange {
			n.strangers += f.Size
		}
	}
	for d, err := range w.tables.drafts.All(ctx) {
		if err != nil {
			return n, err
		}
		for _, f := range d.Value.Files {
			note(f, strings.HasPrefix(d.Value.Tag, kioskTag))
		}
	}
	for s, err := range w.tables.submissions.All(ctx) {
		if err != nil {
			return n, err
		}
		for _, f := range s.Value.Content.Files {
			note(f, s.Value.strangers())
		}
	}
	return n, nil
}

// dropUnnamed deletes those of these files that nothing on this device names: files
// are called by their content, so that two may be one.
func (w *Workspace) dropUnnamed(ctx context.Context, files []batch.File) error {
	named, err := w.namedFiles(ctx)
	if err != nil {
		return err
	}
	for _, f := range files {
		if !named.all[f.Hash] {
			if err := w.store.Blobs().Delete(ctx, f.Hash); err != nil {
				return fmt.Errorf("delete a file that was received: %w", err)
			}
		}
	}
	return nil
}
