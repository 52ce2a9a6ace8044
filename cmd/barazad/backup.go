package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"baraza.example/app/workspace"
	"baraza.example/storage"
)

// runBackup makes, proves and restores backups, and proves a device's own folder.
func runBackup(ctx context.Context, args []string, io streams) error {
	words := map[string]func(ctx context.Context, f backupFlags, file string) error{
		"make": backupMake, "verify": backupVerify, "restore": backupRestore,
	}
	if len(args) == 0 || words[args[0]] == nil {
		return fmt.Errorf("say make, verify or restore: %w", errUsage)
	}
	f := backupFlags{storeFlags: storeFlags{newDeviceFlags("backup "+args[0], io)}} // verify opens a folder as its device does
	f.json = f.Bool("json", false, "print JSON")
	files, err := f.parse(args[1:])
	if err != nil {
		return err
	}
	switch {
	case args[0] == "verify" && len(files) == 0 && *f.dir != "":
		err = checkFolder(ctx, f)
	case len(files) != 1:
		return fmt.Errorf("name one backup file: %w", errUsage)
	case args[0] != "verify" && *f.dir == "":
		return fmt.Errorf("--dir is missing: %w", errUsage)
	default:
		err = words[args[0]](ctx, f, files[0])
	}
	if errors.Is(err, context.Canceled) {
		return errors.New(stoppedBackup(args[0], *f.dir))
	}
	return err
}

// stoppedBackup says how things stand after a run that somebody stopped: none goes on
// from where it was.
func stoppedBackup(word, dir string) string {
	switch word {
	case "make":
		return "stopped. The backup is as it was before, and not there if it was the first."
	case "restore":
		if _, err := os.Stat(dir); err == nil {
			return "stopped at the last step: all of it is in " + dir + ", and opens."
		}
		return "stopped. Nothing was restored; the backup is as it was."
	}
	return "stopped. Nothing was changed, and nothing is proved."
}

type backupFlags struct {
	storeFlags
	json *bool
}

func backupMake(ctx context.Context, f backupFlags, file string) error {
	s, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	report, err := s.Backup(ctx, nil, file, f.progress())
	if err != nil {
		return err
	}
	if *f.json {
		return printJSON(f.io.out, report)
	}
	_, err = fmt.Fprintf(f.io.out, "backed up to %s: %s new, %s in all, read back and compared\n", file, size(report.Added), size(report.Bytes))
	return err
}

func backupVerify(ctx context.Context, f backupFlags, file string) error {
	n, err := f.verify(ctx, file)
	if err != nil {
		return err
	}
	if *f.json {
		return printJSON(f.io.out, n)
	}
	fmt.Fprintf(f.io.out, "%s is whole: %d changes up to number %d, %d attachments\n", file, n.Changes, n.Sequence, n.Attachments)
	if n.Unfinished > 0 {
		fmt.Fprintf(f.io.out, "its last %s are of a run that was interrupted; the next one puts them right\n", size(n.Unfinished))
	}
	return nil
}

// verify uses the folder that the backup is of, when it is named, or what opens the
// backup.
func (f backupFlags) verify(ctx context.Context, file string) (storage.BackupContents, error) {
	if *f.dir == "" {
		return unlocked(f.io, f.unlock, func(with storage.Unlocking) (storage.BackupContents, error) {
			return storage.VerifyBackup(ctx, nil, file, with, f.progress())
		})
	}
	s, err := f.open(ctx)
	if err != nil {
		return storage.BackupContents{}, err
	}
	n, err := s.VerifyBackup(ctx, nil, file, f.progress())
	return n, errors.Join(err, s.Close())
}

func backupRestore(ctx context.Context, f backupFlags, file string) error {
	s, err := unlocked(f.io, f.unlock, func(with storage.Unlocking) (*storage.Store, error) {
		return storage.Restore(ctx, nil, file, *f.dir, storage.Options{Logger: f.storeLog(), Unlocking: with}, f.progress())
	})
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(f.io.out, "restored to %s; what has no receipt yet is sent again from there\n", *f.dir)
	return err
}

// checkFolder proves what is in a device's folder.
func checkFolder(ctx context.Context, f backupFlags) error {
	w, _, err := f.deviceFlags.open(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	c, err := w.Check(ctx, f.progress())
	if err != nil {
		return err
	}
	if *f.json {
		err = printJSON(f.io.out, struct {
			workspace.Checked
			Damaged []string `json:"damaged"`
			Rebuilt bool     `json:"index_rebuilt"`
		}{c, damaged(c), c.Rebuilt != nil})
	} else {
		_, err = fmt.Fprintf(f.io.out, "%d changes, %d values and %d attachments are as they were written\n", c.Entries, c.Values, c.Attachments)
	}
	if c.Rebuilt != nil && !*f.json {
		fmt.Fprintln(f.io.out, "the index was not right and has been made anew")
	}
	if len(c.Damage) > 0 {
		err = errors.Join(err, fmt.Errorf("damaged: %s. A journal is mended at the next start; an attachment comes back from a backup", strings.Join(damaged(c), ", ")))
	}
	return err
}

func damaged(c workspace.Checked) []string {
	all := []string{}
	for _, d := range c.Damage {
		all = append(all, d.File)
	}
	return all
}

// progress shows how far a run is, on a terminal.
func (f backupFlags) progress() storage.Progress {
	t, ok := f.io.err.(*os.File)
	if !ok || !term.IsTerminal(int(t.Fd())) {
		return nil
	}
	shown := time.Now()
	return func(done, total int64) {
		if done == total {
			fmt.Fprint(f.io.err, "\r             \r")
		} else if time.Since(shown) > 200*time.Millisecond {
			shown = time.Now()
			fmt.Fprintf(f.io.err, "\r%3d %% of %s ", done*100/max(total, 1), size(total))
		}
	}
}
