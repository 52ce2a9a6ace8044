package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"baraza.example/storage"
)

// A text longer than longText stands in the store in pieces of pieceSize bytes:
// one value holds no more than storage.MaxValue, and of a long text in which a
// person types only the pieces that changed are written again.
const (
	longText  = 512 << 10
	pieceSize = 128 << 10
)

func pieceKey(id string, n int) string { return fmt.Sprintf("%s/%06d", id, n) }

// putPieces makes the pieces kept under id those of text; none for no text.
func (w *Workspace) putPieces(tx *storage.Tx, id string, text []byte) error {
	table := w.tables.pieces.In(tx)
	n := 0
	for ; len(text) > 0; n++ {
		piece := text[:min(len(text), pieceSize)]
		text = text[len(piece):]
		key := pieceKey(id, n)
		old, err := table.Get(key)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		if err == nil && bytes.Equal(old, piece) {
			continue
		}
		if err := table.Put(key, piece); err != nil {
			return err
		}
	}
	for ; ; n++ { // those of a text that was longer before
		_, err := table.Get(pieceKey(id, n))
		if errors.Is(err, storage.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := table.Delete(pieceKey(id, n)); err != nil {
			return err
		}
	}
}

// readPieces puts the pieces kept under id together.
func (w *Workspace) readPieces(ctx context.Context, id string) (text []byte, err error) {
	err = w.store.View(ctx, func(tx *storage.Tx) error {
		text = nil
		for n := 0; ; n++ {
			piece, err := w.tables.pieces.In(tx).Get(pieceKey(id, n))
			if errors.Is(err, storage.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			text = append(text, piece...)
		}
	})
	return text, err
}

func (w *Workspace) draft(ctx context.Context, id string) (draft, error) {
	d, err := w.tables.drafts.Get(ctx, id)
	if err != nil || len(d.Draft.XML) > 0 {
		return d, err
	}
	d.Draft.XML, err = w.readPieces(ctx, id)
	return d, err
}

func (w *Workspace) putDraft(tx *storage.Tx, id string, d draft) error {
	var long []byte
	if len(d.Draft.XML) > longText {
		long, d.Draft.XML = d.Draft.XML, nil
	}
	return errors.Join(w.putPieces(tx, id, long), w.tables.drafts.In(tx).Put(id, d), w.tables.briefs.In(tx).Put(id, briefOf(d)))
}

func (w *Workspace) dropDraft(tx *storage.Tx, id string) error {
	return errors.Join(w.putPieces(tx, id, nil), w.tables.drafts.In(tx).Delete(id), w.tables.briefs.In(tx).Delete(id))
}
