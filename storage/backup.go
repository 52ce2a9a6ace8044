package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"baraza.example/sync/identity"
)

// A BackupReport says what a backup has and what was added to it.
type BackupReport struct {
	Parts    int    `json:"parts"`
	Bytes    int64  `json:"bytes"` // of the file
	Added    int64  `json:"added"` // of the store's files, before sealing
	Sequence uint64 `json:"sequence"`
	Fresh    bool   `json:"fresh"` // whether the file was written as a whole
}

// Progress is told how many bytes of how many are done.
type Progress func(done, total int64)

// Backup brings the backup in the file name up to date, or makes it. What is in it
// already is not written again; the new part is read back from the file and
// compared. The store can be used meanwhile: the backup has it as it was at one
// moment.
//
// The file opens with what opens the store, but for a key in a file beside:
// [ErrBackupLocks] when there is nothing else. When that has changed, or most of
// what the file holds is out of date, it is written as a whole and replaces the
// old one once it was read back. Cancelling ctx leaves the backup as it was.
func (s *Store) Backup(ctx context.Context, fsys FS, name string, progress Progress) (report BackupReport, err error) {
	s.compacting.Lock() // it would change the journal
	defer s.compacting.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ending, cancel)()
	if fsys == nil {
		fsys = OS{}
	}
	if progress == nil {
		progress = func(int64, int64) {}
	}
	defer s.blobs.hold()()
	b := &backing{s: s, fs: fsys, name: name, progress: progress}
	if err := errors.Join(ctx.Err(), b.begin(ctx)); err != nil {
		return report, fmt.Errorf("back up: %w", err)
	}
	if err := b.run(ctx); err != nil {
		return report, fmt.Errorf("back up: %w", err)
	}
	return b.report, nil
}

// backing is one run of Backup.
type backing struct {
	s        *Store
	fs       FS
	name     string
	progress Progress

	keys     []byte // slots as the preamble has them
	seed     identity.FileSeed
	manifest manifest
	old      *backup // nil when there is none to go on with
	pieces   []piece
	total    int64
	report   BackupReport
}

// begin notes what the store has at this moment and what of it is missing.
func (b *backing) begin(ctx context.Context) error {
	var err error
	if b.seed, err = backupSeed(b.s.vault.dataKey); err != nil {
		return err
	}
	if b.manifest.Incarnation, err = b.s.Incarnation(ctx); err != nil {
		return err
	}
	if err := b.moment(); err != nil {
		return err
	}
	b.old, err = openBackup(b.fs, b.name, func([]slot) (identity.FileSeed, error) { return b.seed, nil })
	if errors.Is(err, fs.ErrNotExist) {
		b.old, err = nil, nil
	}
	if err != nil {
		return err
	}
	if b.old != nil {
		if err := b.old.file.Close(); err != nil {
			return err
		}
	}
	if b.old != nil && (!bytes.Equal(b.old.keys, b.keys) || len(b.old.parts) == 0) {
		b.old = nil
	}
	b.missing()
	if b.old != nil && b.old.size > wasteful*(b.sum()+1<<20) {
		b.old = nil
		b.missing()
	}
	return nil
}

// moment fills the manifest.
func (b *backing) moment() error {
	s := b.s
	s.writing.Lock()
	defer s.writing.Unlock()
	s.flushing.Lock()
	defer s.flushing.Unlock()
	if err := s.usable(); err != nil {
		return err
	}
	if s.journal.err != nil {
		return s.journal.err
	}
	var slots []slot
	for _, slot := range s.vault.slots {
		if slot.kind != slotFile {
			slots = append(slots, slot)
		}
	}
	if slots == nil {
		return ErrBackupLocks
	}
	b.keys = encodeSlots(slots)
	b.manifest.Journal = bytes.Clone(s.journal.id[:])
	b.manifest.Sequence = s.journal.chain.next - 1
	folder := journalName + "-" + hex.EncodeToString(s.journal.id[:])
	for _, from := range []struct{ dir, as string }{{journalName, folder}, {blobsName, blobsName}, {leavesName, leavesName}} {
		infos, err := s.fs.ReadDir(s.path(from.dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, i := range infos {
			if from.dir == journalName && i.Name == segmentName(s.journal.number) {
				i.Size = s.journal.size
			}
			name := from.as + "/" + i.Name
			if _, ok := b.manifest.target(name); ok && !i.Dir {
				b.manifest.Files = append(b.manifest.Files, manifestFile{Name: name, Size: i.Size})
			}
		}
	}
	return nil
}

func (b *backing) sum() (n int64) {
	for _, f := range b.manifest.Files {
		n += f.Size
	}
	return n
}

// missing lists what the backup does not have yet.
func (b *backing) missing() {
	var has map[string]int64
	if b.old != nil {
		has = b.old.manifest.sizes()
		for _, f := range b.manifest.Files {
			if has[f.Name] > f.Size { // not the file that it was
				b.old, has = nil, nil
				break
			}
		}
	}
	b.pieces, b.total = nil, 0
	for _, f := range b.manifest.Files {
		if from, there := has[f.Name]; !there || from < f.Size {
			b.pieces = append(b.pieces, piece{f.Name, from, f.Size})
			b.total += f.Size - from
		}
	}
}

func (b *backing) run(ctx context.Context) error {
	b.report = BackupReport{Added: b.total, Sequence: b.manifest.Sequence, Fresh: b.old == nil}
	if b.old != nil {
		b.report.Parts, b.report.Bytes = len(b.old.parts), b.old.end()
		if len(b.pieces) == 0 && len(b.old.manifest.Files) == len(b.manifest.Files) && !b.old.torn {
			return nil
		}
	}
	if free, err := b.fs.Free(filepath.Dir(b.name)); err != nil {
		return err
	} else if need := uint64(b.total + b.total/100 + 1<<20); free < need {
		return &SpaceError{Free: free, Need: need}
	}
	if b.old != nil {
		return b.goOn(ctx)
	}
	return b.afresh(ctx)
}

// goOn appends a part, and takes it off again when it does not come to its end.
func (b *backing) goOn(ctx context.Context) error {
	f, err := b.fs.Append(b.name)
	if err != nil {
		return err
	}
	from := b.old.end()
	last := b.old.parts[len(b.old.parts)-1]
	err = f.Truncate(from) // what a run before left unfinished
	if err == nil && !last.done {
		_, err = f.Write([]byte(partDone))
	}
	if err == nil {
		err = b.writePart(ctx, f, last.number+1, last.hash)
	}
	if err == nil {
		err = b.readBack(ctx, b.name)
	}
	if err != nil {
		err = errors.Join(err, f.Truncate(from), f.Sync())
	}
	return errors.Join(err, f.Close())
}

// afresh writes the file beside, and puts it in its place when it is proved.
func (b *backing) afresh(ctx context.Context) error {
	temp := b.name + ".new"
	if err := removeIfThere(b.fs, temp); err != nil {
		return err
	}
	f, err := b.fs.Create(temp)
	if err != nil {
		return err
	}
	preamble := encodePreamble(b.keys)
	if _, err = f.Write(preamble); err == nil {
		err = b.writePart(ctx, f, 1, sha256.Sum256(preamble))
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = b.readBack(ctx, temp)
	}
	if err == nil {
		err = b.fs.Rename(temp, b.name)
	}
	if err != nil {
		return errors.Join(err, removeIfThere(b.fs, temp))
	}
	return b.fs.SyncDir(filepath.Dir(b.name))
}

func (b *backing) writePart(ctx context.Context, f File, number uint32, before hash) error {
	out := &hashed{w: f, sum: sha256.New()}
	head := binary.BigEndian.AppendUint32([]byte(partMagic), number)
	if _, err := out.Write(append(head, before[:]...)); err != nil {
		return err
	}
	done := int64(0)
	err := b.sealed(out, func(w io.Writer) error {
		for _, p := range b.pieces {
			if err := b.copyPiece(ctx, w, p, &done); err != nil {
				return err
			}
		}
		_, err := w.Write([]byte{pieceEnd})
		return err
	})
	if err != nil {
		return err
	}
	b.manifest.Before = before[:]
	text, err := encoding.Marshal(b.manifest)
	if err != nil {
		return err
	}
	err = b.sealed(out, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err == nil {
		_, err = f.Write(out.sum.Sum(nil))
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		_, err = f.Write([]byte(partDone))
	}
	if err == nil {
		err = f.Sync()
	}
	b.report.Parts = int(number)
	return err
}

// sealed has f write into sealed frames.
func (b *backing) sealed(out io.Writer, f func(w io.Writer) error) error {
	frames := &frameWriter{w: out}
	w, err := b.seed.Seal(frames)
	if err != nil {
		return err
	}
	if err := f(w); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return frames.end()
}

func (b *backing) path(name string) string {
	target, _ := b.manifest.target(name)
	return b.s.path(filepath.FromSlash(target))
}

func (b *backing) copyPiece(ctx context.Context, w io.Writer, p piece, done *int64) error {
	f, err := b.s.fs.Open(b.path(p.name))
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := w.Write(p.head()); err != nil {
		return err
	}
	buf := make([]byte, 64<<10)
	for at := p.from; at < p.to; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(int64(len(buf)), p.to-at)
		if _, err := io.ReadFull(io.NewSectionReader(f, at, n), buf[:n]); err != nil {
			return fmt.Errorf("read %s: %w", p.name, err)
		}
		if _, err := w.Write(buf[:n]); err != nil {
			return err
		}
		at += n
		*done += n
		b.progress(*done, 2*b.total) // reading back is as long
	}
	return nil
}

// readBack opens the file anew and compares the part that was just written with
// the store.
func (b *backing) readBack(ctx context.Context, name string) error {
	is, err := openBackup(b.fs, name, func([]slot) (identity.FileSeed, error) { return b.seed, nil })
	if err != nil {
		return fmt.Errorf("read the backup back: %w", err)
	}
	defer is.file.Close()
	b.report.Bytes = is.size
	if len(is.parts) != b.report.Parts || is.torn || len(is.manifest.Files) != len(b.manifest.Files) {
		return errors.New("the backup is not what was written")
	}
	left, done := b.pieces, b.total
	err = is.pieces(len(is.parts)-1, func(p piece, content io.Reader) error {
		if len(left) == 0 || left[0] != p {
			return errPayload
		}
		left = left[1:]
		return b.same(ctx, p, content, &done)
	})
	if err == nil && len(left) > 0 {
		err = errors.New("the backup is not what was written")
	}
	return err
}

func (b *backing) same(ctx context.Context, p piece, content io.Reader, done *int64) error {
	f, err := b.s.fs.Open(b.path(p.name))
	if err != nil {
		return err
	}
	defer f.Close()
	here, there := make([]byte, 64<<10), make([]byte, 64<<10)
	for at := p.from; at < p.to; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(int64(len(here)), p.to-at)
		if _, err := io.ReadFull(io.NewSectionReader(f, at, n), here[:n]); err != nil {
			return err
		}
		if _, err := io.ReadFull(content, there[:n]); err != nil {
			return cutShort(err)
		}
		if !bytes.Equal(here[:n], there[:n]) {
			return &DamageError{File: "the backup", Offset: at, Err: fmt.Errorf("%s is not what was written", p.name)}
		}
		at += n
		*done += n
		b.progress(*done, 2*b.total)
	}
	return nil
}

// backupSeed is the owner's own key, to which backups are sealed.
func backupSeed(dataKey []byte) (seed identity.FileSeed, err error) {
	v := vault{dataKey: dataKey}
	key, err := v.subkey("backup")
	copy(seed[:], key)
	return seed, err
}
