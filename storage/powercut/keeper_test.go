//go:build linux

package powercut_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
	"go.etcd.io/bbolt"

	"baraza.example/storage"
)

// An edit sets a key, to a text or to an attachment, or deletes it.
type edit struct {
	key        string
	text       string
	attachment []byte
	deleted    bool
}

// A keeper is put to the test: the store, or a control.
type keeper interface {
	// commit returns when all edits are durable.
	commit(ctx context.Context, edits []edit) error
	// state returns what is kept, an attachment as its digest.
	state(ctx context.Context) (map[string]string, error)
	close() error
}

func digest(attachment []byte) string { return fmt.Sprintf("attachment %x", sha256.Sum256(attachment)) }

// The keepers, with what is expected of them.
const (
	subject       = "store"
	subjectPhone  = "store-phone"
	subjectLied   = "store-lied-to"       // known bad: its syncs do nothing
	controlBolt   = "bbolt"               // known good
	controlBadger = "badger-without-sync" // known bad
)

func openKeeper(ctx context.Context, name, dir string) (keeper, error) {
	switch name {
	case subject:
		return openStore(ctx, dir, storage.Options{})
	case subjectPhone:
		return openStore(ctx, dir, storage.Options{Profile: storage.Phone})
	case subjectLied:
		return openStore(ctx, dir, storage.Options{FS: lying{storage.OS{}}})
	case controlBolt:
		db, err := bbolt.Open(filepath.Join(dir, "bolt"), 0o600, nil)
		return boltKeeper{db}, err
	case controlBadger:
		o := badger.DefaultOptions(filepath.Join(dir, "badger")).WithSyncWrites(false).WithLogger(nil).
			WithMemTableSize(4 << 20).WithValueThreshold(512 << 10).WithValueLogFileSize(4 << 20)
		db, err := badger.Open(o)
		return badgerKeeper{db}, err
	}
	return nil, fmt.Errorf("no keeper %q", name)
}

// entry is what the store holds under a key.
type entry struct {
	Text string
	Blob []byte // hash of the attachment
}

type storeKeeper struct {
	s       *storage.Store
	entries *storage.Collection[entry]
}

func openStore(ctx context.Context, dir string, opt storage.Options) (keeper, error) {
	opt.NoBallast = true
	s, err := storage.Open(ctx, filepath.Join(dir, "store"), opt)
	if err != nil {
		return nil, err
	}
	if r := s.Report(); len(r.Damage) > 0 || r.Lost > 0 {
		return nil, errors.Join(fmt.Errorf("after a power cut the journal counts as damaged: %v, %d lost", r.Damage, r.Lost), s.Close())
	}
	return &storeKeeper{s, storage.NewCollection[entry](s, storage.KindDraft)}, nil
}

func (k *storeKeeper) commit(ctx context.Context, edits []edit) error {
	blobs := map[string][]byte{}
	for _, e := range edits {
		if e.attachment != nil {
			h, _, err := k.s.Blobs().Put(ctx, bytes.NewReader(e.attachment))
			if err != nil {
				return err
			}
			blobs[e.key] = h[:]
		}
	}
	var gone []storage.BlobHash
	err := k.s.Update(ctx, func(tx *storage.Tx) error {
		gone = gone[:0]
		entries := k.entries.In(tx)
		for _, e := range edits {
			old, err := entries.Get(e.key)
			if err == nil && old.Blob != nil {
				gone = append(gone, storage.BlobHash(old.Blob))
			}
			if err != nil && !errors.Is(err, storage.ErrNotFound) {
				return err
			}
			if e.deleted {
				err = entries.Delete(e.key)
			} else {
				err = entries.Put(e.key, entry{e.text, blobs[e.key]})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, h := range gone {
		err = errors.Join(err, k.s.Blobs().Delete(ctx, h))
	}
	return err
}

func (k *storeKeeper) state(ctx context.Context) (map[string]string, error) {
	held := map[string]string{}
	for item, err := range k.entries.All(ctx) {
		if err != nil {
			return nil, err
		}
		if held[item.Key] = item.Value.Text; item.Value.Blob != nil {
			b, err := k.s.Blobs().Open(storage.BlobHash(item.Value.Blob))
			if err != nil {
				return nil, err
			}
			data, err := io.ReadAll(b)
			if err := errors.Join(err, b.Close()); err != nil {
				return nil, err
			}
			held[item.Key] = digest(data)
		}
	}
	return held, nil
}

func (k *storeKeeper) close() error { return k.s.Close() }

// lying says that everything is synced and syncs nothing.
type lying struct{ storage.FS }

type lyingFile struct{ storage.File }

func (lyingFile) Sync() error          { return nil }
func (lying) SyncDir(dir string) error { return nil }

func (l lying) Append(name string) (storage.File, error) {
	f, err := l.FS.Append(name)
	return lyingFile{f}, err
}

func (l lying) Create(name string) (storage.File, error) {
	f, err := l.FS.Create(name)
	return lyingFile{f}, err
}

type boltKeeper struct{ db *bbolt.DB }

var bucket = []byte("b")

func (k boltKeeper) commit(_ context.Context, edits []edit) error {
	return k.db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucket)
		for _, e := range edits {
			if err == nil && e.deleted {
				err = b.Delete([]byte(e.key))
			} else if err == nil {
				err = b.Put([]byte(e.key), []byte(e.value()))
			}
		}
		return err
	})
}

// value is the edit's as controls keep it: they have no place for attachments, but
// these count as written.
func (e edit) value() string {
	if e.attachment != nil {
		return string(e.attachment)
	}
	return e.text
}

// controlled is a value of a control as state returns it.
func controlled(key string, value []byte) string {
	if isAttachment(key) {
		return digest(value)
	}
	return string(value)
}

func (k boltKeeper) state(context.Context) (map[string]string, error) {
	held := map[string]string{}
	err := k.db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucket)
		if b == nil {
			return nil
		}
		return b.ForEach(func(key, value []byte) error {
			held[string(key)] = controlled(string(key), value)
			return nil
		})
	})
	return held, err
}

func (k boltKeeper) close() error { return k.db.Close() }

type badgerKeeper struct{ db *badger.DB }

func (k badgerKeeper) commit(_ context.Context, edits []edit) error {
	return k.db.Update(func(tx *badger.Txn) error {
		var err error
		for _, e := range edits {
			if err == nil && e.deleted {
				err = tx.Delete([]byte(e.key))
			} else if err == nil {
				err = tx.Set([]byte(e.key), []byte(e.value()))
			}
		}
		return err
	})
}

func (k badgerKeeper) state(context.Context) (map[string]string, error) {
	held := map[string]string{}
	err := k.db.View(func(tx *badger.Txn) error {
		it := tx.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			key := string(it.Item().Key())
			err := it.Item().Value(func(value []byte) error {
				held[key] = controlled(key, value)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return held, err
}

func (k badgerKeeper) close() error { return k.db.Close() }
