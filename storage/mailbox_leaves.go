package storage

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// The leaves of an attachment that is carried for others stand in one file, in
// the order in which they came: four bytes of index, then the leaf as it
// travels, sealed by its author. A file is only ever appended to, and each leaf
// in it is held against the signed list when the file is opened, so that a
// torn end is found and cut off.

const (
	leavesName = "leaves"
	leafHead   = 4
	// openLeafFiles is how many files are kept open and known by heart.
	openLeafFiles = 16
)

// lackingLeaves says that leaves of an attachment are not here yet; which, its
// file says.
type lackingLeaves struct{}

// leafFiles are the open files.
type leafFiles struct {
	mu   sync.Mutex
	open map[batch.RecordID]*leafFile
	err  error // the disk failed: nothing is taken until the store is opened again
}

// leafFile is the file of one attachment.
type leafFile struct {
	mu     sync.Mutex
	list   batch.LeafList
	origin identity.ID
	file   File
	end    int64
	at     []int64 // of each leaf's bytes; 0: not here
	left   int     // how many are not here
	closed bool
}

func (m *Mailbox) leafPath(id batch.RecordID) string { return m.store.path(leavesName, id.String()) }

// openLeaves removes the files of attachments that are carried no more: the
// machine may have gone down between dropping one and removing its file.
func (m *Mailbox) openLeaves(ctx context.Context) error {
	m.leaves.open = map[batch.RecordID]*leafFile{}
	m.store.onClose(m.leaves.shut)
	infos, err := m.store.fs.ReadDir(m.store.path(leavesName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, info := range infos {
		id, err := batch.ParseRecordID(info.Name)
		if err != nil {
			continue // not ours to judge
		}
		var carried bool
		err = m.store.View(ctx, func(tx *Tx) error {
			_, e, found, err := m.find(tx, id)
			carried = found && !e.Dropped
			return err
		})
		if err != nil {
			return err
		}
		if !carried {
			if err := removeIfThere(m.store.fs, m.leafPath(id)); err != nil {
				return err
			}
		}
	}
	return nil
}

// locked returns the open file of a carried attachment for the caller alone,
// who unlocks it, or [ErrNotFound].
func (l *leafFiles) locked(ctx context.Context, m *Mailbox, id batch.RecordID) (*leafFile, error) {
	for {
		f, err := l.of(ctx, m, id)
		if err != nil {
			return nil, err
		}
		f.mu.Lock()
		if !f.closed {
			return f, nil
		}
		f.mu.Unlock() // it made room for another meanwhile
	}
}

func (l *leafFiles) of(ctx context.Context, m *Mailbox, id batch.RecordID) (*leafFile, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return nil, l.err
	}
	if f := l.open[id]; f != nil {
		return f, nil
	}
	f, err := m.loadLeaves(ctx, id)
	if err != nil {
		return nil, err
	}
	for old, g := range l.open { // any one: they are quick to open again
		if len(l.open) < openLeafFiles {
			break
		}
		if g.mu.TryLock() {
			g.close()
			g.mu.Unlock()
			delete(l.open, old)
		}
	}
	l.open[id] = f
	return f, nil
}

func (f *leafFile) close() {
	f.closed = true
	if f.file != nil {
		_ = f.file.Close() // everything in it was synced
	}
}

// shut closes the files with the store. Nothing is taken any more.
func (l *leafFiles) shut() {
	l.mu.Lock()
	open := l.open
	l.open, l.err = nil, ErrClosed
	l.mu.Unlock()
	for _, f := range open {
		f.mu.Lock()
		f.close()
		f.mu.Unlock()
	}
}

// remove gives up the file of an attachment.
func (l *leafFiles) remove(m *Mailbox, id batch.RecordID) {
	l.mu.Lock()
	f := l.open[id]
	delete(l.open, id)
	l.mu.Unlock()
	if f != nil {
		f.mu.Lock()
		f.close()
		f.mu.Unlock()
	}
	if err := removeIfThere(m.store.fs, m.leafPath(id)); err != nil {
		m.log.Warn("a file of leaves stays until the next start", "error", err)
	}
}

// fail notes that the disk failed.
func (l *leafFiles) fail(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = &FailedError{err}
	}
	return l.err
}

// loadLeaves finds the list of an attachment and what of it is here.
func (m *Mailbox) loadLeaves(ctx context.Context, id batch.RecordID) (*leafFile, error) {
	f := &leafFile{}
	err := m.store.View(ctx, func(tx *Tx) error {
		p, e, found, err := m.find(tx, id)
		if err != nil {
			return err
		}
		if !found || e.Dropped || e.Kind != batch.KindAttachment || p.Origin == m.self {
			return ErrNotFound
		}
		f.origin = p.Origin
		b, err := m.bodies.In(tx).Get(seqKey(p.chain(), p.Seq))
		if err != nil {
			return err
		}
		r, err := batch.Parse(b.Envelope)
		if err == nil {
			f.list, err = batch.ReadLeafList(r)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	f.at, f.left = make([]int64, len(f.list.Leaves)), len(f.list.Leaves)
	file, err := m.store.fs.Open(m.leafPath(id))
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	err = f.scan(file)
	return f, errors.Join(err, file.Close())
}

// length is how long leaf index is as it travels.
func (f *leafFile) length(index uint32) int {
	plain := min(int64(batch.LeafSize), f.list.Size-int64(index)*batch.LeafSize)
	return int(plain) + int(f.list.Sealed()-f.list.Size)/len(f.list.Leaves)
}

// scan reads the file up to its end or to what is not a leaf of the list.
func (f *leafFile) scan(r File) error {
	size, err := r.Size()
	if err != nil {
		return err
	}
	in := io.NewSectionReader(r, 0, size)
	buf := make([]byte, leafHead+batch.LeafSize+64)
	for {
		if _, err := io.ReadFull(in, buf[:leafHead]); err != nil {
			return endOfLeaves(err)
		}
		index := binary.BigEndian.Uint32(buf)
		if int64(index) >= int64(len(f.at)) {
			return nil
		}
		sealed := buf[leafHead : leafHead+f.length(index)]
		if _, err := io.ReadFull(in, sealed); err != nil {
			return endOfLeaves(err)
		}
		if f.list.Check(index, sealed) != nil {
			return nil
		}
		f.note(index, len(sealed))
	}
}

func endOfLeaves(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// note remembers that leaf index stands at the end.
func (f *leafFile) note(index uint32, length int) {
	if f.at[index] == 0 {
		f.left--
	}
	f.at[index] = f.end + leafHead
	f.end += leafHead + int64(length)
}

// KeepLeaf implements hub.Custody.
func (m *Mailbox) KeepLeaf(ctx context.Context, l batch.Leaf) error {
	f, err := m.leaves.locked(ctx, m, l.Attachment)
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%w: its attachment is not carried here", batch.ErrLeaf)
	}
	if err != nil {
		return err
	}
	defer f.mu.Unlock()
	if err := f.list.Check(l.Index, l.Sealed); err != nil {
		return err
	}
	if f.at[l.Index] != 0 {
		return nil
	}
	if err := m.store.space.check(len(l.Sealed), false); errors.Is(err, ErrSpace) {
		return batch.Refusal{Record: l.Attachment, Code: batch.RefusedFull, Detail: "the hub's disk is almost full"}
	} else if err != nil {
		return err
	}
	if err := f.write(m, l); err != nil {
		return m.leaves.fail(err)
	}
	f.note(l.Index, len(l.Sealed))
	if f.left > 0 {
		return nil
	}
	return m.lacking.Delete(ctx, string(f.origin[:])+idKey(l.Attachment))
}

// write appends a leaf and has it durable.
func (f *leafFile) write(m *Mailbox, l batch.Leaf) error {
	if f.file == nil {
		if err := f.create(m, l.Attachment); err != nil {
			return err
		}
	}
	b := binary.BigEndian.AppendUint32(make([]byte, 0, leafHead+len(l.Sealed)), l.Index)
	if _, err := f.file.Write(append(b, l.Sealed...)); err != nil {
		return err
	}
	return f.file.Sync()
}

// create opens the file to be written, made when missing and without what
// followed its last good leaf.
func (f *leafFile) create(m *Mailbox, id batch.RecordID) error {
	name := m.leafPath(id)
	if err := makeDir(m.store.fs, filepath.Dir(name)); err != nil {
		return err
	}
	file, err := m.store.fs.Append(name)
	if err != nil {
		return err
	}
	if err := errors.Join(file.Truncate(f.end), file.Sync(), m.store.fs.SyncDir(filepath.Dir(name))); err != nil {
		return errors.Join(err, file.Close())
	}
	f.file = file
	return nil
}

// ownLeaf seals a leaf of an own attachment.
func (m *Mailbox) ownLeaf(own OwnFile, index uint32) ([]byte, error) {
	if int64(index) >= int64(batch.LeafCount(own.Size)) {
		return nil, batch.ErrNoLeaf
	}
	blob, err := m.store.blobs.Open(own.Blob)
	if errors.Is(err, ErrNotFound) {
		return nil, batch.ErrNoLeaf
	}
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	at := int64(index) * batch.LeafSize
	plain := make([]byte, min(batch.LeafSize, own.Size-at))
	if _, err := readAtFull(blob, plain, at); err != nil {
		return nil, err
	}
	return batch.SealLeaf(own.Key, index, plain), nil
}

// carriedLeaf returns a leaf that was taken into custody.
func (m *Mailbox) carriedLeaf(ctx context.Context, id batch.RecordID, index uint32) ([]byte, error) {
	f, err := m.leaves.locked(ctx, m, id)
	if errors.Is(err, ErrNotFound) {
		return nil, batch.ErrNoLeaf
	}
	if err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	if int64(index) >= int64(len(f.at)) || f.at[index] == 0 {
		return nil, batch.ErrNoLeaf
	}
	file := f.file
	if file == nil {
		if file, err = m.store.fs.Open(m.leafPath(id)); err != nil {
			return nil, err
		}
		defer file.Close()
	}
	sealed := make([]byte, f.length(index))
	_, err = readAtFull(file, sealed, f.at[index])
	return sealed, err
}

// Lacking implements hub.Custody.
func (m *Mailbox) Lacking(ctx context.Context, origins []identity.ID, max int) (wants []batch.Want, err error) {
	for _, origin := range origins {
		ids, err := m.lackingOf(ctx, origin, max)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			w, n, err := m.lackingIn(ctx, origin, id, max)
			if err != nil {
				return nil, err
			}
			if n > 0 {
				wants, max = append(wants, w), max-n
			}
			if max <= 0 {
				return wants, nil
			}
		}
	}
	return wants, nil
}

// lackingIn is the part of one attachment. One that turns out to be whole is
// taken off the list: the machine went down before that could be noted.
func (m *Mailbox) lackingIn(ctx context.Context, origin identity.ID, id batch.RecordID, max int) (batch.Want, int, error) {
	f, err := m.leaves.locked(ctx, m, id)
	if errors.Is(err, ErrNotFound) { // received meanwhile
		return batch.Want{}, 0, nil
	}
	if err != nil {
		return batch.Want{}, 0, err
	}
	defer f.mu.Unlock()
	if f.left == 0 {
		return batch.Want{}, 0, m.lacking.Delete(ctx, string(origin[:])+idKey(id))
	}
	w, n := f.wants(id, max)
	return w, n, nil
}

// lackingOf lists attachments with leaves missing, at most max, the smaller first: a large one
// holds up no other.
func (m *Mailbox) lackingOf(ctx context.Context, origin identity.ID, max int) (ids []batch.RecordID, err error) {
	size := map[batch.RecordID]int64{}
	err = m.store.View(ctx, func(tx *Tx) error {
		ids = nil
		prefix := string(origin[:])
		for item, err := range m.lacking.In(tx).All(prefix) {
			if !strings.HasPrefix(item.Key, prefix) || len(ids) == max {
				return nil
			}
			if err != nil {
				return err
			}
			id := batch.RecordID([]byte(item.Key[len(prefix):]))
			_, e, _, err := m.find(tx, id)
			if err != nil {
				return err
			}
			ids, size[id] = append(ids, id), e.Size
		}
		return nil
	})
	slices.SortStableFunc(ids, func(a, b batch.RecordID) int { return cmp.Compare(size[a], size[b]) })
	return ids, err
}

// wants lists the leaves that are not here, at most max, and how many they are.
func (f *leafFile) wants(id batch.RecordID, max int) (batch.Want, int) {
	w, n := batch.Want{Attachment: id}, 0
	for i, at := range f.at {
		if at != 0 {
			continue
		}
		if n == max {
			break
		}
		n++
		index := uint32(i)
		if k := len(w.Ranges) - 1; k >= 0 && w.Ranges[k][1] == index {
			w.Ranges[k][1]++
		} else {
			w.Ranges = append(w.Ranges, [2]uint32{index, index + 1})
		}
	}
	return w, n
}
