package storage

import (
	"context"
	"errors"
	"fmt"
	"io"

	"baraza.example/sync/identity"
)

// backup is a file that was opened and walked through: its parts are whole and
// follow one another.
type backup struct {
	file     File
	size     int64
	slots    []slot
	keys     []byte
	from     int64 // where the first part begins
	parts    []part
	torn     bool // whether what follows them is of a run that was interrupted
	seed     identity.FileSeed
	manifest manifest // of the last part
}

// openBackup opens a backup. unlock gets the slots and returns the key.
func openBackup(fsys FS, name string, unlock func([]slot) (identity.FileSeed, error)) (b *backup, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	b = &backup{file: f}
	if b.size, err = f.Size(); err != nil {
		return nil, err
	}
	head := io.NewSectionReader(f, 0, b.size)
	var before hash
	if b.slots, b.keys, before, err = readPreamble(head); err != nil {
		return nil, err
	}
	if b.seed, err = unlock(b.slots); err != nil {
		return nil, err
	}
	b.from = int64(len(encodePreamble(b.keys)))
	if b.parts, b.torn, err = readParts(f, b.from, b.size, before); err != nil {
		return nil, err
	}
	if len(b.parts) > 0 {
		b.manifest, err = b.readManifest(len(b.parts)-1, before)
	}
	return b, err
}

// end is where the last whole part ends.
func (b *backup) end() int64 {
	if len(b.parts) == 0 {
		return b.from
	}
	return b.parts[len(b.parts)-1].next()
}

// open returns the plain text of frames.
func (b *backup) open(at int64) (io.Reader, error) {
	r, err := b.seed.Open(&frameReader{r: io.NewSectionReader(b.file, at, b.size-at)})
	if errors.Is(err, identity.ErrOtherSeed) {
		return nil, fmt.Errorf("%w (%w)", ErrBackupOther, err)
	}
	return r, err
}

func (b *backup) readManifest(i int, preamble hash) (m manifest, err error) {
	r, err := b.open(b.parts[i].manifest)
	if err != nil {
		return m, err
	}
	text, err := io.ReadAll(io.LimitReader(r, maxManifest+1))
	if err != nil {
		return m, err
	}
	if len(text) > maxManifest {
		return m, fmt.Errorf("%w: the manifest of a backup", ErrTooLarge)
	}
	if err := decoding.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("the manifest of the backup: %w", err)
	}
	before := preamble
	if i > 0 {
		before = b.parts[i-1].hash
	}
	if string(m.Before) != string(before[:]) || len(m.Journal) != 16 {
		return m, errors.New("the manifest is of another part")
	}
	return m, nil
}

// pieces hands what a part has to visit.
func (b *backup) pieces(i int, visit func(p piece, content io.Reader) error) error {
	r, err := b.open(b.parts[i].data)
	if err != nil {
		return err
	}
	return readPieces(r, visit)
}

// wanted hands visit what the last manifest names, in the order in which files
// grow, and insists that all of it comes. target is the path in a store.
func (b *backup) wanted(ctx context.Context, progress Progress, visit func(target string, p piece, size int64, content io.Reader) error) error {
	if len(b.parts) == 0 {
		return fmt.Errorf("%w: it was never finished", ErrNoBackup)
	}
	sizes, total, done := b.manifest.sizes(), int64(0), int64(0)
	if len(sizes) != len(b.manifest.Files) {
		return errPayload
	}
	for name, size := range sizes {
		if _, ok := b.manifest.target(name); !ok || size < 0 || size > b.size {
			return fmt.Errorf("the backup names a file %q of %d bytes: %w", name, size, errPayload)
		}
		total += size
	}
	has := map[string]int64{}
	for i := range b.parts {
		err := b.pieces(i, func(p piece, content io.Reader) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			size, wanted := sizes[p.name]
			if !wanted { // of a journal that was replaced, or deleted since
				_, err := io.Copy(io.Discard, content)
				return err
			}
			if p.from != has[p.name] || p.to > size {
				return fmt.Errorf("the backup has %s out of order: %w", p.name, errPayload)
			}
			target, _ := b.manifest.target(p.name)
			if err := visit(target, p, size, content); err != nil {
				return err
			}
			has[p.name] = p.to
			done += p.to - p.from
			progress(done, total)
			return nil
		})
		if err != nil {
			return err
		}
	}
	for name, size := range sizes {
		if has[name] != size {
			return &DamageError{File: "the backup", Err: fmt.Errorf("%s is not complete", name)}
		}
	}
	return nil
}
