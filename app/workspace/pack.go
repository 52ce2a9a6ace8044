package workspace

import (
	"baraza.example/storage"
	"baraza.example/sync/batch"
)

// maxPackText bounds the texts of one pack in bytes, as they were written: a
// link that breaks every half minute must get the record through.
const maxPackText = 48 << 10

// submissions makes the records of what is frozen, in its order, and notes in
// each which one it is: those next to each other share an envelope where they
// fit, because a header, a signature and a receipt cost 150 bytes.
func (s *sealer) submissions(frozen []submission) (files []storage.OwnFile, err error) {
	for rest := frozen; len(rest) > 0; {
		n := s.fitting(rest)
		if err := s.together(rest[:n]); err != nil {
			return nil, err
		}
		for i := range rest[:n] {
			more, err := s.attachments(&rest[i])
			if err != nil {
				return nil, err
			}
			files = append(files, more...)
		}
		rest = rest[n:]
	}
	return files, nil
}

// fitting is how many of the first go into one envelope, at least one.
func (s *sealer) fitting(rest []submission) (n int) {
	size := 0
	for n < min(len(rest), batch.MaxPack) {
		if !rest[n].Kind.Submission() { // packs hold none of these
			return max(n, 1)
		}
		if size += len(rest[n].Content.Body); n > 0 && size > maxPackText {
			break
		}
		n++
	}
	return n
}

// together makes one record of some submissions, or one of each where they are
// of a form that packs don't hold.
func (s *sealer) together(group []submission) error {
	if len(group) > 1 {
		if err := s.prepare(); err != nil {
			return err
		}
		items := make([]batch.Packed, len(group))
		for i, f := range group {
			items[i] = batch.Packed{Kind: f.Kind, Content: f.Content}
			items[i].Author = s.self.Card.DeviceKey
		}
		if plain, ok := batch.EncodePack(items); ok {
			r, err := s.add(batch.KindPack, batch.Text, s.Number, func(h batch.Header) []byte { return s.seal(h, plain) })
			if err != nil {
				return err
			}
			for i := range group {
				group[i].Record, group[i].Place = r.ID, i+1
			}
			return nil
		}
	}
	for i := range group {
		r, err := s.submission(group[i].Kind, group[i].Content)
		if err != nil {
			return err
		}
		group[i].Record, group[i].Place = r.ID, 0
	}
	return nil
}

// attachments makes the records of a submission's files, and of their previews.
func (s *sealer) attachments(f *submission) (files []storage.OwnFile, err error) {
	for i := range f.Attachments {
		a := &f.Attachments[i]
		if len(a.Preview) > 0 {
			if _, err := s.preview(batch.Preview{InstanceID: f.Content.InstanceID, Hash: a.File.Hash, Picture: a.Preview}); err != nil {
				return nil, err
			}
		}
		m := batch.Manifest{InstanceID: f.Content.InstanceID, Name: a.File.Name, Hash: a.File.Hash, Key: a.Key}
		r, err := s.attachment(m, a.File.Size, a.Leaves)
		if err != nil {
			return nil, err
		}
		a.Record = r.ID
		files = append(files, storage.OwnFile{Record: r.ID, Blob: a.File.Hash, Size: a.File.Size, Key: a.Key})
	}
	return files, nil
}
