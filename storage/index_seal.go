package storage

import (
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/crypto/blake2b"
)

// An index that is closed well gets a seal: a keyed hash of all its files,
// beside its folder. What happens to the files after that is noticed without
// opening them, which Badger does not always survive.
const sealSuffix = ".seal"

func (s *Store) sealName(number int) string {
	return s.path(indexName, strconv.Itoa(number)+sealSuffix)
}

// sealOf hashes the names and contents of the files in an index's folder.
func (s *Store) sealOf(number int) ([]byte, error) {
	h, err := blake2b.New256(s.markKey)
	if err != nil {
		return nil, err
	}
	dir := s.path(indexName, strconv.Itoa(number))
	infos, err := s.fs.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	buf := make([]byte, 64<<10) // whole files would be garbage that opening Badger then makes its own
	for _, i := range infos {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(i.Name)))
		h.Write(n[:])
		h.Write([]byte(i.Name))
		binary.BigEndian.PutUint64(n[:], uint64(i.Size))
		h.Write(n[:])
		if err := hashFile(h, filepath.Join(dir, i.Name), i.Size, buf); err != nil {
			return nil, err
		}
	}
	return h.Sum(nil), nil
}

// hashFile writes a file, which has to be of the size, to h.
func hashFile(h io.Writer, name string, size int64, buf []byte) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	n, err := io.CopyBuffer(h, struct{ io.Reader }{f}, buf)
	if err == nil && n != size {
		err = fmt.Errorf("%s has %d bytes and was listed with %d", filepath.Base(name), n, size)
	}
	return err
}

// sealIndex seals an index that was closed.
func (s *Store) sealIndex(ix index) error {
	b, ok := ix.(*badgerIndex)
	if !ok {
		return nil
	}
	seal, err := s.sealOf(b.number)
	if err != nil {
		return err
	}
	return writeFile(s.fs, s.sealName(b.number), seal)
}

// sealIntact says whether the index is as it was when it was closed; not when
// nobody closed it. The seal is broken then: it is good for one start.
func (s *Store) sealIntact(number int) (bool, error) {
	name := s.sealName(number)
	was, err := readFile(s.fs, name, blake2b.Size256)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%w: its seal can't be read: %w", errIndex, err)
	}
	is, err := s.sealOf(number)
	if err != nil {
		return false, fmt.Errorf("%w: %w", errIndex, err)
	}
	if subtle.ConstantTimeCompare(was, is) == 0 {
		return false, fmt.Errorf("%w: its files have changed since it was closed", errIndex)
	}
	return true, s.fs.Remove(name)
}
