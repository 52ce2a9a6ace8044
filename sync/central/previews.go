package central

import (
	"context"

	"baraza.example/forms/picture"
	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// previews finds small pictures of the attachments that are still on their way.
// Only for these: of a picture that is here its author's word is not needed.
func (d *Desk) previews(ctx context.Context, author *sender, s *Submission) error {
	lacking := map[[32]byte][]*Attachment{}
	for i := range s.Attachments {
		if a := &s.Attachments[i]; !a.Whole() {
			lacking[a.Hash] = append(lacking[a.Hash], a)
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	for r, err := range d.Store.Records(ctx, Query{Origin: &s.Origin, Kinds: []batch.Kind{batch.KindPreview}}) {
		if err != nil {
			return err
		}
		if author.verify(r.Record) != nil {
			continue
		}
		_ = author.open(r.Record, r.Epoch, func(k identity.Epoch) error { // one that can't be opened shows nothing
			p, err := batch.OpenPreview(r.Record, k)
			if err == nil && p.InstanceID == s.InstanceID {
				for _, a := range lacking[p.Hash] {
					a.Preview = clean(p.Picture)
				}
			}
			return err
		})
	}
	return nil
}

// clean makes a preview anew: what a stranger sent as a picture was read here, under
// our limits, before a browser reads what came of it. Nil if it is no preview.
func clean(preview []byte) []byte {
	if !picture.Shows(preview) {
		return nil
	}
	out, _, err := picture.Clean(preview, picture.MaxPreviewSide)
	if err != nil {
		return nil
	}
	return out
}
