package storage

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// badgerOptions are the options of ARCHITECTURE.md §2, where each is reasoned.
func badgerOptions(dir string, p Profile, key []byte, log *slog.Logger) badger.Options {
	o := badger.DefaultOptions(dir).
		WithSyncWrites(true).
		WithNumCompactors(2).                              // 1 is refused
		WithDetectConflicts(false).                        // there is one writer
		WithChecksumVerificationMode(options.OnBlockRead). // OnTable… panics at open
		WithVerifyValueChecksum(true).
		WithCompactL0OnClose(true).
		WithMetricsEnabled(false).
		WithEncryptionKey(key).
		WithEncryptionKeyRotationDuration(noRotation).
		WithLogger(badgerLog{log}).
		WithCompression(options.None)
	o.TableSizeMultiplier = 1
	if p == Phone {
		return o.
			WithMemTableSize(4 << 20).WithNumMemtables(1).
			WithNumLevelZeroTables(1).WithNumLevelZeroTablesStall(3).
			WithBaseTableSize(512 << 10).WithBaseLevelSize(4 << 20). // six times a table's size stays for seconds per writer
			WithBlockCacheSize(1 << 20).WithIndexCacheSize(2 << 20).
			WithCompression(options.ZSTD).WithZSTDCompressionLevel(1).WithBlockSize(16 << 10). // tables read count as memory: docs/decisions/0051
			WithValueThreshold(512 << 10).WithValueLogFileSize(4 << 20)
	}
	return o.
		WithMemTableSize(16 << 20).WithNumMemtables(2).
		WithNumLevelZeroTables(2).WithNumLevelZeroTablesStall(4).
		WithBaseTableSize(1 << 20).WithBaseLevelSize(256 << 20).
		WithBlockCacheSize(16 << 20).WithIndexCacheSize(8 << 20).
		WithValueThreshold(1 << 20).WithValueLogFileSize(16 << 20)
}

// noRotation keeps the one key that [makeDataKey] made: a torn rotation bricks
// an index.
const noRotation = 100 * 365 * 24 * time.Hour

// makeDataKey gives a new index the key it is sealed with. Badger would not: it
// takes the missing first key for one of 1970, which no rotation of 100 years
// (nor any at all while the clock stands at 1970) replaces, and then writes
// everything in plain without a word.
func makeDataKey(dir string, key []byte) error {
	for _, rotation := range []time.Duration{noRotation, 1} {
		r, err := badger.OpenKeyRegistry(badger.KeyRegistryOptions{
			Dir: dir, EncryptionKey: key, EncryptionKeyRotationDuration: rotation,
		})
		if err != nil {
			return err
		}
		made, err := r.LatestDataKey()
		if err = errors.Join(err, r.Close()); err != nil {
			return err
		}
		if made != nil {
			return nil
		}
	}
	return errors.New("no key to seal it with could be made")
}

// badgerFits says whether Badger works here: on 32 bits a clean close loses data.
const badgerFits = math.MaxInt > math.MaxInt32

type badgerIndex struct {
	db     *badger.DB
	bytes  int
	number int // of its folder
}

func openBadger(dir string, p Profile, key []byte, log *slog.Logger) (ix *badgerIndex, err error) {
	defer guard(&err, debug.SetPanicOnFault(true))
	o := badgerOptions(dir, p, key, log)
	if err := makeDataKey(dir, key); err != nil {
		return nil, fmt.Errorf("%w: %w", errIndex, err)
	}
	db, err := badger.Open(o)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errIndex, err)
	}
	// Badger takes 15 % of a memory table in a transaction; tallies need room too.
	number, err := strconv.Atoi(filepath.Base(dir))
	return &badgerIndex{db, int(o.MemTableSize / 12), number}, err
}

// checkTables checks the part of each table that Badger reads in goroutines of its
// own when it opens: garbled, it would end the program.
func checkTables(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err != nil {
		return err
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := checkTable(data); err != nil {
			return fmt.Errorf("%w: %s: %w", errIndex, filepath.Base(name), err)
		}
	}
	return nil
}

// checkTable reads a table from its end: index, length of the index, checksum,
// length of the checksum.
func checkTable(data []byte) error {
	checksum, data, ok := cutField(data)
	if !ok {
		return io.ErrUnexpectedEOF
	}
	index, _, ok := cutField(data)
	if !ok {
		return io.ErrUnexpectedEOF
	}
	// A protocol buffer whose field 2 is the CRC; field 1, the kind, is 0 and
	// so left out.
	const sumField = 2 << 3
	if len(checksum) < 2 || checksum[0] != sumField {
		return errors.New("a checksum of another kind")
	}
	if sum, _ := binary.Uvarint(checksum[1:]); sum != uint64(crc32.Checksum(index, castagnoli)) {
		return errors.New("its checksum is wrong")
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// cutField takes a field off the end that is followed by its length.
func cutField(b []byte) (field, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	n, b := uint64(binary.BigEndian.Uint32(b[len(b)-4:])), b[:len(b)-4]
	if n > uint64(len(b)) {
		return nil, nil, false
	}
	return b[len(b)-int(n):], b[:len(b)-int(n)], true
}

// guard turns what Badger does with garbled files into an error: it panics, or
// reads beyond a file that became shorter.
func guard(err *error, old bool) {
	debug.SetPanicOnFault(old)
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: panic: %v", errIndex, r)
	}
}

func (x *badgerIndex) view() (v view, err error) {
	defer guard(&err, debug.SetPanicOnFault(true))
	return &badgerView{x.db.NewTransaction(false)}, nil
}

func (x *badgerIndex) write(f func(w writer) error) (err error) {
	defer guard(&err, debug.SetPanicOnFault(true))
	txn := x.db.NewTransaction(true)
	defer txn.Discard()
	if err := f(badgerWriter{badgerView{txn}}); err != nil {
		return err
	}
	if err := txn.Commit(); err != nil {
		return fmt.Errorf("%w: %w", errIndex, err)
	}
	return nil
}

func (x *badgerIndex) part() (bytes, count int) { return x.bytes, 2000 }

func (x *badgerIndex) close() (err error) {
	defer guard(&err, debug.SetPanicOnFault(true))
	return x.db.Close()
}

type badgerView struct{ txn *badger.Txn }

func (v *badgerView) get(key string) (value []byte, err error) {
	defer guard(&err, debug.SetPanicOnFault(true))
	item, err := v.txn.Get([]byte(key))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, errNone
	}
	if err == nil {
		value, err = item.ValueCopy(nil)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errIndex, err)
	}
	return value, nil
}

func (v *badgerView) done() { v.txn.Discard() }

func (v *badgerView) scan(from string) cursor {
	return &badgerCursor{txn: v.txn, from: from}
}

type badgerCursor struct {
	txn  *badger.Txn
	from string
	it   *badger.Iterator
}

func (c *badgerCursor) next() (key string, value []byte, ok bool, err error) {
	defer guard(&err, debug.SetPanicOnFault(true))
	if c.it == nil {
		c.it = c.txn.NewIterator(badger.IteratorOptions{})
		c.it.Seek([]byte(c.from))
	} else {
		c.it.Next()
	}
	if !c.it.Valid() {
		return "", nil, false, nil
	}
	item := c.it.Item()
	if value, err = item.ValueCopy(nil); err != nil {
		return "", nil, false, fmt.Errorf("%w: %w", errIndex, err)
	}
	return string(item.Key()), value, true, nil
}

func (c *badgerCursor) close() {
	if c.it != nil {
		var err error
		defer guard(&err, debug.SetPanicOnFault(true))
		c.it.Close()
	}
}

type badgerWriter struct{ badgerView }

func (w badgerWriter) get(key string) ([]byte, error) { return w.badgerView.get(key) }

func (w badgerWriter) set(key string, value []byte) error {
	if err := w.txn.Set([]byte(key), value); err != nil {
		return fmt.Errorf("%w: %w", errIndex, err)
	}
	return nil
}

func (w badgerWriter) del(key string) error {
	if err := w.txn.Delete([]byte(key)); err != nil {
		return fmt.Errorf("%w: %w", errIndex, err)
	}
	return nil
}

// badgerLog hands Badger's lines to slog, none above debug level but errors:
// Badger tells much that matters to nobody else.
type badgerLog struct{ log *slog.Logger }

func (l badgerLog) line(level slog.Level, format string, args []any) {
	if l.log.Enabled(context.Background(), level) {
		l.log.Log(context.Background(), level, "badger", "said", strings.TrimSpace(fmt.Sprintf(format, args...)))
	}
}

func (l badgerLog) Errorf(f string, a ...any)   { l.line(slog.LevelWarn, f, a) }
func (l badgerLog) Warningf(f string, a ...any) { l.line(slog.LevelDebug, f, a) }
func (l badgerLog) Infof(f string, a ...any)    { l.line(slog.LevelDebug, f, a) }
func (l badgerLog) Debugf(f string, a ...any)   { l.line(slog.LevelDebug, f, a) }
