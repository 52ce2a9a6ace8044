package storage

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
)

// An Inspection is what a store holds and takes, in counts and bytes. It tells
// nothing of what people wrote.
type Inspection struct {
	Incarnation uint64      `json:"incarnation"`
	Sequence    uint64      `json:"sequence"` // of the last change
	Journal     JournalSize `json:"journal"`
	Kinds       []KindSize  `json:"kinds"` // those there is something of
	Index       IndexSize   `json:"index"`
	Blobs       FileSize    `json:"blobs"`  // attachments
	Leaves      FileSize    `json:"leaves"` // of attachments carried for others
	Aside       []NamedSize `json:"aside"`  // what was taken out of the way
	Ballast     int64       `json:"ballast"`
	Free        uint64      `json:"free"` // bytes this user may still write
	Low         bool        `json:"low"`  // whether the reserve for texts is used up
}

// JournalSize is the length of the record. Live is what a compaction would leave,
// about; Old what the last one has replaced and not yet removed.
type JournalSize struct {
	ID       string `json:"id"`
	Segments int    `json:"segments"`
	Bytes    int64  `json:"bytes"`
	Live     int64  `json:"live"`
	Old      int64  `json:"old"`
}

// KindSize is how many values there are of a kind.
type KindSize struct {
	Kind  Kind   `json:"kind"`
	Name  string `json:"name"`
	Count int    `json:"count"`
	Bytes int64  `json:"bytes"` // keys and values
}

// IndexSize is the index on disk, or in memory.
type IndexSize struct {
	Bytes    int64 `json:"bytes"`
	InMemory bool  `json:"in_memory"`
}

// FileSize counts files.
type FileSize struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

// NamedSize is one file or folder.
type NamedSize struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

var kindNames = map[Kind]string{
	KindStore: "store", KindSettings: "settings", KindForms: "forms", KindCatalogue: "catalogues",
	KindDraft: "drafts", KindResponse: "responses", KindText: "contributions", KindBrief: "lines of lists", KindGroup: "groups", KindBlob: "references to attachments",
	KindIdentity: "identities", KindEpoch: "epochs", KindRun: "account",
	KindRecord: "records", KindEntry: "entries", KindReceipt: "receipts", KindCustody: "custody", KindChain: "chains",
	KindPlace: "places", KindPending: "pending", KindMark: "marks", KindRefusal: "refusals", KindOrigin: "origins",
	KindRelayed: "relayed receipts", KindOwnFile: "own files", KindLacking: "lacking", KindMembership: "membership",
	KindStanding: "standing", KindCopies: "copies", KindQuestion: "questions", KindTrash: "trash", KindEpochs: "former epochs",
	KindPublication: "publications", KindShelf: "published", KindShelfLeaf: "published leaves",
	KindCarriedQuestion: "carried questions", KindQuestionID: "their ids", KindQuestionsHeld: "their numbers", KindAsked: "asked up to",
	KindVisitor: "visitors", KindNamed: "visitors to ask for",
}

// Inspect goes through the whole store.
func (s *Store) Inspect(ctx context.Context) (n Inspection, err error) {
	if n.Incarnation, err = s.Incarnation(ctx); err != nil {
		return n, err
	}
	if n.Kinds, err = s.kinds(ctx); err != nil {
		return n, err
	}
	for _, k := range n.Kinds {
		n.Journal.Live += k.Bytes
	}
	if n.Free, n.Low, err = s.Space(); err != nil {
		return n, err
	}
	s.mu.RLock()
	n.Sequence, n.Index.InMemory = s.durable.sequence, !s.onDisk()
	s.mu.RUnlock()
	s.flushing.Lock() // so that no compaction changes its place meanwhile
	defer s.flushing.Unlock()
	n.Journal.ID = hex.EncodeToString(s.journal.id[:])
	journal, err := s.files(journalName)
	n.Journal.Bytes, n.Journal.Segments = journal.Bytes, int(s.journal.number)
	for name, into := range map[string]*int64{journalOldName: &n.Journal.Old, indexName: &n.Index.Bytes, ballastName: &n.Ballast} {
		f, e := s.files(name)
		*into, err = f.Bytes, errors.Join(err, e)
	}
	for name, into := range map[string]*FileSize{blobsName: &n.Blobs, leavesName: &n.Leaves} {
		var e error
		*into, e = s.files(name)
		err = errors.Join(err, e)
	}
	infos, e := s.fs.ReadDir(s.dir)
	err = errors.Join(err, e)
	for _, i := range infos {
		if strings.HasPrefix(i.Name, asidePrefix) {
			f, e := s.files(i.Name)
			n.Aside, err = append(n.Aside, NamedSize{i.Name, f.Bytes}), errors.Join(err, e)
		}
	}
	return n, err
}

// kinds counts what the index holds.
func (s *Store) kinds(ctx context.Context) (all []KindSize, err error) {
	err = s.View(ctx, func(tx *Tx) error {
		all = nil
		for k := kindMeta + 1; k != 0; k++ {
			n := KindSize{Kind: k, Name: kindNames[k]}
			err := tx.scan(string([]byte{byte(k)}), "", func(key string, value []byte) bool {
				n.Count++
				n.Bytes += int64(len(key) + len(value))
				return ctx.Err() == nil
			})
			if err := errors.Join(err, ctx.Err()); err != nil {
				return err
			}
			if n.Count > 0 {
				all = append(all, n)
			}
		}
		return nil
	})
	return all, err
}

// tables is how many bytes the tables of the index have: long values stand
// elsewhere.
func (s *Store) tables() (n int64, err error) {
	indexes, err := s.fs.ReadDir(s.path(indexName))
	for _, i := range indexes {
		if !i.Dir || i.Name == indexAside {
			continue
		}
		infos, failed := s.fs.ReadDir(s.path(indexName, i.Name))
		err = errors.Join(err, failed)
		for _, table := range infos {
			if filepath.Ext(table.Name) == ".sst" {
				n += table.Size
			}
		}
	}
	return n, err
}

// files adds up what is below a name, which need not be there.
func (s *Store) files(name string) (n FileSize, err error) {
	var walk func(name string) error
	walk = func(name string) error {
		info, err := s.fs.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // never there, or gone meanwhile
		}
		if err != nil {
			return err
		}
		if !info.Dir {
			n.Files, n.Bytes = n.Files+1, n.Bytes+info.Size
			return nil
		}
		infos, err := s.fs.ReadDir(name)
		for _, i := range infos {
			err = errors.Join(err, walk(filepath.Join(name, i.Name)))
		}
		return err
	}
	err = walk(s.path(name))
	return n, err
}

// wasteful is how many times what it holds a journal may be long.
const wasteful = 4

// tidy compacts the journal when it has become long and much of it was replaced.
// It runs beside whatever the store is used for, and ends with it.
func (s *Store) tidy(ctx context.Context) {
	journal, err := s.files(journalName)
	if err != nil || journal.Bytes < s.limits.compact {
		return
	}
	// What is in tables is hardly ever more than what is held. The guess spares a
	// large store from being read whole at each start.
	if tables, err := s.tables(); err == nil && journal.Bytes <= wasteful*tables {
		return
	}
	kinds, err := s.kinds(ctx)
	live := int64(0)
	for _, k := range kinds {
		live += k.Bytes
	}
	if err == nil && journal.Bytes > wasteful*live {
		_, err = s.Compact(ctx)
	}
	if err != nil && ctx.Err() == nil {
		s.log.Warn("the journal was not compacted", "error", err)
	}
}
