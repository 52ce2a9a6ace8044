package central

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"baraza.example/forms/formpack"
	"baraza.example/sync/catalogue"
)

// PublishForm publishes a form, an XForm with the files beside it, and each of its
// further languages as a publication of its own, so that a device takes those it
// reads. What has not changed is left out; ErrUnchanged means that nothing has.
func (k Keys) PublishForm(ctx context.Context, s Shelf, xml []byte, files fs.FS, text string, now time.Time) (made []catalogue.Publication, err error) {
	pack, err := formpack.New(xml, files)
	if err != nil {
		return nil, err
	}
	var whole bytes.Buffer
	if err := pack.WritePlain(&whole, func(p formpack.Part) bool { return p.Kind != formpack.Language }); err != nil {
		return nil, err
	}
	def, err := pack.Definition()
	if err != nil {
		return nil, err
	}
	m := pack.Manifest
	form := catalogue.Publication{Kind: catalogue.Form, Name: m.Form, Version: m.Version, Language: def.Settings.DefaultLanguage, Title: m.Title, Text: text}
	publish := func(p catalogue.Publication, content []byte) error {
		p, err := k.Publish(ctx, s, p, content, now)
		if err == nil {
			made = append(made, p)
		}
		if errors.Is(err, ErrUnchanged) {
			return nil
		}
		return err
	}
	// Translations first: whoever has the form can then know what else belongs to it.
	for _, part := range m.Parts {
		if part.Kind != formpack.Language {
			continue
		}
		t := catalogue.Publication{Kind: catalogue.Translation, Name: m.Form, Version: m.Version, Language: part.Name, Title: m.Title}
		if err := publish(t, pack.Content(part)); err != nil {
			return made, fmt.Errorf("%s: %w", part.Name, err)
		}
	}
	if err := publish(form, whole.Bytes()); err != nil {
		return made, err
	}
	if len(made) == 0 {
		return nil, ErrUnchanged
	}
	return made, nil
}

// Withdraw publishes that something doesn't hold any more. It can still be read
// where it is.
func (k Keys) Withdraw(ctx context.Context, s Shelf, subject catalogue.Subject, text string, now time.Time) (catalogue.Publication, error) {
	all, err := s.Publications(ctx, 1, catalogue.MaxPublications)
	if err != nil {
		return catalogue.Publication{}, err
	}
	for _, p := range catalogue.InForce(all) {
		if p.Subject() == subject && !p.Withdrawn {
			return k.Publish(ctx, s, catalogue.Publication{Kind: p.Kind, Name: p.Name, Version: p.Version, Language: p.Language, Title: p.Title, Text: text, Withdrawn: true}, nil, now)
		}
	}
	return catalogue.Publication{}, fmt.Errorf("%w: nothing of that name is in force", ErrNotFound)
}
