//go:build linux

package powercut

import (
	"errors"
	"os"
	"slices"
)

const pageSize = 4 << 10

// An image is the content of a disk in pages. Copies share the pages that
// neither has written since, so that thousands of states cost little.
type image struct {
	pages []*[pageSize]byte // nil: zeros
	owned []bool            // whether no other image has the page
	size  int64
}

func newImage(size int64) *image {
	n := (size + pageSize - 1) / pageSize
	return &image{make([]*[pageSize]byte, n), make([]bool, n), size}
}

func (m *image) clone() *image {
	clear(m.owned)
	return &image{slices.Clone(m.pages), make([]bool, len(m.owned)), m.size}
}

func (m *image) readAt(p []byte, at int64) int {
	n := 0
	for n < len(p) && at < m.size {
		room := p[n:min(int64(len(p)), int64(n)+m.size-at)]
		within := at % pageSize
		var k int
		if page := m.pages[at/pageSize]; page != nil {
			k = copy(room, page[within:])
		} else {
			k = min(len(room), int(pageSize-within))
			clear(room[:k])
		}
		n += k
		at += int64(k)
	}
	return n
}

// writeAt writes what lies within the disk.
func (m *image) writeAt(p []byte, at int64) {
	for len(p) > 0 && at < m.size {
		i := at / pageSize
		if !m.owned[i] {
			page := new([pageSize]byte)
			if m.pages[i] != nil {
				*page = *m.pages[i]
			}
			m.pages[i], m.owned[i] = page, true
		}
		k := copy(m.pages[i][at%pageSize:], p)
		p = p[k:]
		at += int64(k)
	}
}

// save makes a file of the image, with holes where nothing was written.
func (m *image) save(name string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = f.Truncate(m.size)
	run := make([]byte, 0, 256*pageSize) // pages beside each other go in one call
	for i := 0; i < len(m.pages) && err == nil; i++ {
		at := int64(i) * pageSize
		for ; i < len(m.pages) && m.pages[i] != nil && len(run) < cap(run); i++ {
			run = append(run, m.pages[i][:]...)
		}
		if len(run) > 0 {
			_, err = f.WriteAt(run[:min(int64(len(run)), m.size-at)], at)
			run, i = run[:0], i-1
		}
	}
	return errors.Join(err, f.Close())
}
