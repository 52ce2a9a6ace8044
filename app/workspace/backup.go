package workspace

import (
	"context"
	"fmt"

	"baraza.example/storage"
)

// What backups and checks report, in the words of the store.
type (
	BackupReport   = storage.BackupReport
	BackupContents = storage.BackupContents
	Checked        = storage.Checked
	Progress       = storage.Progress
)

// ErrBackupLocks means that nothing would open a backup elsewhere: a passphrase or
// recovery words have to be set first.
var ErrBackupLocks = storage.ErrBackupLocks

// Backup brings the backup in file up to date, or makes it: everything there is at
// this moment, sealed, and read back. See [storage.Store.Backup].
func (w *Workspace) Backup(ctx context.Context, file string, progress Progress) (BackupReport, error) {
	return w.store.Backup(ctx, nil, file, progress)
}

// VerifyBackup proves a backup of this workspace from end to end.
func (w *Workspace) VerifyBackup(ctx context.Context, file string, progress Progress) (BackupContents, error) {
	return w.store.VerifyBackup(ctx, nil, file, progress)
}

// Restore makes a workspace in the folder dir, which must be empty or missing, of a
// backup; o.Store says what opens it. What the device had signed since then is
// unknown to it, so it goes on under another incarnation.
func Restore(ctx context.Context, file, dir string, o Options, progress Progress) (*Workspace, error) {
	s, err := storage.Restore(ctx, nil, file, dir, o.Store, progress)
	if err != nil {
		return nil, err
	}
	return on(ctx, s, o)
}

// Check proves all that is kept: every change and attachment on the disk, the index,
// and that records, receipts and chains agree with one another.
func (w *Workspace) Check(ctx context.Context, progress Progress) (Checked, error) {
	c, err := w.store.Check(ctx, progress)
	if err != nil || w.mail == nil {
		return c, err
	}
	if err := w.mail.Check(ctx); err != nil {
		return c, fmt.Errorf("check the records: %w", err)
	}
	return c, nil
}
