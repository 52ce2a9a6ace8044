package central

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

func readme(name string) string {
	return fmt.Sprintf(`The keys of %s

listener/   What the public listener needs to run. It opens nothing.
            centre.card   who the centre is, signed by the root key; public
            log.key       signs the log that receipts are proved by

desk/       What opens the records that come in. Whoever has one of these files
            can read everything. Keep them where the secretariat works, not on
            the public server.
            secretariat-1.key, secretariat-2.key   one each for two people

away/       Move this folder to a safe place now, for example on two memory
            sticks in two safes, and delete it here.
            root.key      signs the centre's card; needed when recipients or the
                          log key change. Whoever has it can pretend to be you.
            offline.key   opens records when both keys of the desk are lost

invite.txt  The first invite: give it to those who shall take part. Whoever has
            it can register.

None of these files can be made again. Without all three recipients' keys nobody
can open what was sent, and no one can help you then: make copies before the
first invite goes out.
`, name)
}

// writeFolder makes dir with files in it: under another name first, so that it
// is there whole or not at all.
func writeFolder(dir string, files map[string][]byte) (err error) {
	dir = filepath.Clean(dir)
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return err
	}
	staging, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".new-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(staging))
		}
	}()
	folders := map[string]bool{staging: true}
	for name, text := range files {
		path := filepath.Join(staging, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		folders[filepath.Dir(path)] = true
		if err := writeFlushed(path, text); err != nil {
			return err
		}
	}
	for f := range folders {
		if err := flushFolder(f); err != nil {
			return err
		}
	}
	// An empty folder may stand in the way; one with something in it is not removed.
	if at, err := os.Lstat(dir); err == nil && (!at.IsDir() || os.Remove(dir) != nil) {
		return fmt.Errorf("%w in %s", ErrKeysExist, dir)
	}
	if err := os.Rename(staging, dir); err != nil {
		return err
	}
	return flushFolder(filepath.Dir(dir))
}

func writeFlushed(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// flushFolder makes names in a folder last through a power cut. Windows has no
// way to ask for it and needs none.
func flushFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
