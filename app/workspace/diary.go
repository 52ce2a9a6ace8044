package workspace

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// A Diary is the log of the program on this device, a JSON object on each line,
// kept in two files of bounded length. It is made to be given to whoever helps:
// of what is logged it keeps ids, sizes and times, never an answer and never a
// name; see the log keys in docs/GLOSSARY.md.
type Diary struct {
	mu   sync.Mutex
	dir  string
	file *os.File
	size int64
	slog.Handler
}

// The files of a diary, and how long one gets before another is begun.
const (
	diaryName   = "diary.log"
	diaryBefore = "diary.before.log"
	maxDiary    = 256 << 10 // bytes
)

// diaryKeys are those of docs/GLOSSARY.md whose values name nobody. Files are
// left out of them: a person may have chosen the name.
var diaryKeys = []string{slog.TimeKey, slog.LevelKey, slog.MessageKey, "consultation", "device", "hub", "origin", "lane", "seq", "record", "code", "receipt",
	"road", "stage", "attempt", "err", "bytes_up", "bytes_down", "took", "bytes", "size", "offset", "reason", "error", "sent", "version", "receipts", "complete"}

// OpenDiary goes on with the diary in a folder.
func OpenDiary(dir string) (*Diary, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	d := &Diary{dir: dir}
	if err := d.begin(); err != nil {
		return nil, err
	}
	d.Handler = slog.NewJSONHandler(d, &slog.HandlerOptions{ReplaceAttr: named})
	return d, nil
}

// named keeps what a diary may hold of an attribute.
func named(_ []string, a slog.Attr) slog.Attr {
	if !slices.Contains(diaryKeys, a.Key) {
		return slog.Attr{}
	}
	// An error may have the name of a file in it, which a person chose.
	if err, ok := a.Value.Any().(error); ok && a.Value.Kind() == slog.KindAny {
		var of *fs.PathError
		if errors.As(err, &of) {
			return slog.String(a.Key, of.Op+": "+of.Err.Error())
		}
		return slog.String(a.Key, err.Error())
	}
	return a
}

func (d *Diary) begin() error {
	f, err := os.OpenFile(filepath.Join(d.dir, diaryName), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	d.file, d.size = f, info.Size()
	if d.size > 0 { // so that the first line doesn't hang on one that was cut off
		n, err := f.WriteString("\n")
		d.size += int64(n)
		return err
	}
	return nil
}

// Write implements [io.Writer] for the handler: one line.
func (d *Diary) Write(line []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.size+int64(len(line)) > maxDiary {
		_ = d.file.Close() // what it holds is a log: it is not worth an error
		if err := os.Rename(filepath.Join(d.dir, diaryName), filepath.Join(d.dir, diaryBefore)); err != nil {
			return 0, err
		}
		if err := d.begin(); err != nil {
			return 0, err
		}
	}
	n, err := d.file.Write(line)
	d.size += int64(n)
	return n, err
}

// Text is the whole diary, the oldest line first. Lines that were cut off by
// the end of the machine are left out.
func (d *Diary) Text(context.Context) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all bytes.Buffer
	for _, name := range []string{diaryBefore, diaryName} {
		raw, err := os.ReadFile(filepath.Join(d.dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for line := range bytes.Lines(raw) {
			if json.Valid(line) {
				all.Write(line)
			}
		}
	}
	return all.Bytes(), nil
}

// Clear removes all that was logged: somebody on this device wants nothing of theirs left.
func (d *Diary) Clear() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	errs := []error{d.file.Close()}
	for _, name := range []string{diaryBefore, diaryName} {
		if err := os.Remove(filepath.Join(d.dir, name)); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, d.begin())...)
}

// Close closes the file.
func (d *Diary) Close() error { return d.file.Close() }
