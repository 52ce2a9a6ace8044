package bundle

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"

	"baraza.example/sync/batch"
	"baraza.example/sync/canon"
)

// A writer adds the parts of one bundle to a folder. One goroutine builds
// blocks, each has its sum taken beside, and one writes them in their order.
type writer struct {
	root   *os.Root
	head   Head
	sign   func(tail []byte) []byte // nil: unsigned
	size   int64                    // of a part at most, unless one frame alone is longer
	name   func(part uint32) string
	opened func(name string) error // told of each part that begins

	offers []byte // repeated in each part, so that each can be used alone
	file   *os.File
	start  int64 // where the frames of block will stand in the part
	block  []byte
	counts Counts
	frames int // in this part, beside the offers

	blocks  chan *sealedBlock
	free    chan []byte
	chain   []byte // headers of the blocks written; the writing goroutine's until it ended
	failed  error  // likewise
	writing sync.WaitGroup
}

type sealedBlock struct {
	kind    byte
	payload []byte
	summed  chan [sumSize]byte
	done    chan struct{} // not nil: closed when all before it is written
}

// frame adds f and returns where it begins in the part that is open then.
func (w *writer) frame(f batch.Frame, counts Counts) (offset int64, err error) {
	if w.file == nil {
		if err := w.begin(); err != nil {
			return 0, err
		}
	}
	before := len(w.block)
	w.block = f.Append(w.block)
	if w.frames > 0 && w.start+int64(len(w.block))+maxTail > w.size {
		next := append([]byte(nil), w.block[before:]...)
		w.block = w.block[:before]
		if err := w.finish(false); err != nil {
			return 0, err
		}
		if err := w.begin(); err != nil {
			return 0, err
		}
		before = len(w.block)
		w.block = append(w.block, next...)
	}
	offset = w.start + int64(before)
	w.frames++
	w.counts.add(counts)
	if len(w.block) >= blockSize {
		w.cutBlock()
	}
	return offset, nil
}

func (c *Counts) add(d Counts) {
	c.Records += d.Records
	c.Leaves += d.Leaves
	c.Receipts += d.Receipts
	c.Words += d.Words
	c.Revoked += d.Revoked
}

// maxTail is the room that an end block needs.
const maxTail = blockHeader + 256

// begin starts the next part.
func (w *writer) begin() error {
	w.head.Part++
	name := w.name(w.head.Part)
	file, err := w.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("begin a part of the bundle: %w", err)
	}
	if _, err := file.WriteString(magic); err != nil {
		return errors.Join(fmt.Errorf("write the bundle: %w", err), file.Close())
	}
	if err := w.opened(name); err != nil {
		return errors.Join(err, file.Close())
	}
	w.file, w.start, w.counts, w.frames, w.chain, w.failed = file, int64(len(magic)+blockHeader), Counts{}, 0, nil, nil
	w.blocks, w.free = make(chan *sealedBlock, 2), make(chan []byte, 4)
	w.writing.Go(w.drain)
	w.put(blockHead, canon.Encode(w.head))
	w.block = append(w.block[:0], w.offers...)
	return nil
}

// cutBlock ends a block of frames.
func (w *writer) cutBlock() {
	if len(w.block) == 0 {
		return
	}
	full := w.block
	select {
	case w.block = <-w.free:
	default:
		w.block = make([]byte, 0, blockSize+blockSize/8)
	}
	w.put(blockData, full)
}

// put hands a block on to be written.
func (w *writer) put(kind byte, payload []byte) {
	b := &sealedBlock{kind: kind, payload: payload, summed: make(chan [sumSize]byte, 1)}
	go func() { b.summed <- sum(payload) }()
	w.start += int64(len(payload) + blockHeader)
	w.blocks <- b
}

// flush writes what waits, so that it can be read; it is not durable yet.
func (w *writer) flush() error {
	if w.file == nil {
		return nil
	}
	w.cutBlock()
	done := make(chan struct{})
	w.blocks <- &sealedBlock{done: done}
	<-done
	return w.failed
}

// drain writes blocks until there are no more.
func (w *writer) drain() {
	var h [blockHeader]byte
	at := int64(len(magic))
	for b := range w.blocks {
		if b.done != nil {
			close(b.done)
			continue
		}
		s := <-b.summed
		h[0] = b.kind
		binary.BigEndian.PutUint32(h[1:], uint32(len(b.payload)))
		copy(h[5:], s[:])
		if b.kind != blockEnd {
			w.chain = append(w.chain, h[:]...)
		}
		if w.failed == nil {
			if _, err := w.file.Write(h[:]); err != nil {
				w.failed = fmt.Errorf("write the bundle: %w", err)
			} else if _, err := w.file.Write(b.payload); err != nil {
				w.failed = fmt.Errorf("write the bundle: %w", err)
			}
		}
		size := int64(blockHeader + len(b.payload))
		if w.failed == nil && b.kind == blockData {
			writeAhead(w.file, at, size)
		}
		at += size
		if b.kind == blockData {
			select {
			case w.free <- b.payload[:0]:
			default:
			}
		}
	}
}

// finish ends the part, durably.
func (w *writer) finish(last bool) error {
	if w.file == nil {
		return nil
	}
	w.cutBlock()
	done := make(chan struct{})
	w.blocks <- &sealedBlock{done: done}
	<-done
	t := tail{Last: last, Sum: sha256.Sum256(w.chain), Counts: w.counts}
	if w.sign != nil {
		t.Signature = w.sign(canon.Encode(t))
	}
	w.put(blockEnd, canon.Encode(t))
	close(w.blocks)
	w.writing.Wait()
	err := w.failed
	if err == nil {
		if err = w.file.Sync(); err != nil {
			err = fmt.Errorf("write the bundle to the disk: %w", err)
		}
	}
	err = errors.Join(err, w.file.Close())
	w.file = nil
	if err == nil {
		syncFolder(w.root)
	}
	return err
}

// syncFolder makes names durable where the system can; elsewhere, on FAT and
// on Windows, the file's own flush has to do.
func syncFolder(root *os.Root) {
	if dir, err := root.Open("."); err == nil {
		_ = dir.Sync()
		dir.Close()
	}
}
