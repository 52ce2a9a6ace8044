package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"baraza.example/sync/identity"
)

// restoredName is in a folder that came from a backup until the store has another
// incarnation: what the device signed after the backup is unknown to it.
const restoredName = "restored"

// restoringSuffix is on the name of a folder that a backup is being restored to.
const restoringSuffix = ".restoring"

// Restore makes a store in the folder dir, which must not be there or be empty, of
// the backup in the file name, and opens it: with what opened the store when
// the backup was made. It has another incarnation.
//
// The folder gets its name when all is in it; what an interrupted run leaves beside
// it, under the name with ".restoring", is removed by the next.
func Restore(ctx context.Context, fsys FS, name, dir string, opt Options, progress Progress) (*Store, error) {
	if fsys == nil {
		fsys = OS{}
	}
	if progress == nil {
		progress = func(int64, int64) {}
	}
	opt = opt.filled()
	s, err := restore(ctx, fsys, name, dir, opt, progress)
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	return s, nil
}

func restore(ctx context.Context, fsys FS, name, dir string, opt Options, progress Progress) (*Store, error) {
	if infos, err := opt.FS.ReadDir(dir); err == nil && len(infos) > 0 {
		return nil, fmt.Errorf("%s: %w: a backup is restored to a folder of its own", dir, fs.ErrExist)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	b, err := openBackup(fsys, name, opt.Unlocking.openSlots(ctx))
	if err != nil {
		return nil, err
	}
	defer b.file.Close()
	r := restoring{FS: opt.FS, dir: dir + restoringSuffix, blobs: opt.Profile.limits().space}
	if err := r.begin(); err != nil {
		return nil, err
	}
	if err := b.wanted(ctx, progress, r.take); err != nil {
		return nil, errors.Join(err, removeTree(opt.FS, r.dir))
	}
	if err := r.finish(b.keys, dir); err != nil {
		return nil, err
	}
	s, err := Open(ctx, dir, opt)
	if err != nil {
		return nil, err
	}
	if d := s.Report().Damage; d != nil {
		return nil, errors.Join(fmt.Errorf("what was restored is damaged: %w", d[0]), s.Close())
	}
	return s, nil
}

// openSlots returns what opens the slots of a backup.
func (u Unlocking) openSlots(ctx context.Context) func([]slot) (identity.FileSeed, error) {
	return func(slots []slot) (identity.FileSeed, error) {
		v := vault{slots: slots}
		if err := v.unlock(ctx, u); err != nil {
			return identity.FileSeed{}, err
		}
		return backupSeed(v.dataKey)
	}
}

// restoring is a folder that is being filled.
type restoring struct {
	FS
	dir   string
	blobs uint64 // bytes that must stay free
}

func (r restoring) begin() error {
	if err := removeTree(r.FS, r.dir); err != nil {
		return err
	}
	for _, name := range []string{journalName, blobsName, leavesName} {
		if err := makeDir(r.FS, filepath.Join(r.dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// take appends a piece to its file.
func (r restoring) take(target string, p piece, _ int64, content io.Reader) error {
	if free, err := r.Free(r.dir); err != nil {
		return err
	} else if need := uint64(p.to-p.from) + r.blobs; free < need {
		return &SpaceError{Free: free, Need: need}
	}
	f, err := r.Append(filepath.Join(r.dir, filepath.FromSlash(target)))
	if err != nil {
		return err
	}
	n, err := io.Copy(f, content)
	if err == nil && n != p.to-p.from {
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// finish gives the folder its name.
func (r restoring) finish(keys []byte, dir string) error {
	for _, name := range []string{journalName, blobsName, leavesName} {
		if err := r.SyncDir(filepath.Join(r.dir, name)); err != nil {
			return err
		}
	}
	for name, data := range map[string][]byte{keysName: keys, keysCopyName: keys, restoredName: nil} {
		if err := writeFile(r.FS, filepath.Join(r.dir, name), data); err != nil {
			return err
		}
	}
	if err := r.SyncDir(r.dir); err != nil {
		return err
	}
	if err := removeIfThere(r.FS, dir); err != nil { // it is empty
		return err
	}
	if err := r.Rename(r.dir, dir); err != nil {
		return err
	}
	return r.SyncDir(filepath.Dir(dir))
}
