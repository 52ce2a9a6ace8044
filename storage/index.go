package storage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	gohash "hash"

	"golang.org/x/crypto/blake2b"
)

// A Kind says what a key is of: it is the first byte of every key, in the
// journal and in the index. Numbers are never given a second time.
type Kind byte

// The key prefixes.
const (
	kindMeta      Kind = 0x00 // of the index alone, never in the journal
	KindStore     Kind = 0x01 // facts about the store itself: incarnation
	KindSettings  Kind = 0x02 // what the person chose
	KindForms     Kind = 0x10 // form files by form id and version
	KindCatalogue Kind = 0x11 // translations
	KindDraft     Kind = 0x20 // responses being written, by instance id
	KindResponse  Kind = 0x21 // finished responses, by instance id
	KindText      Kind = 0x22 // contributions being written
	KindBlob      Kind = 0x23 // who refers to which attachment
	KindPiece     Kind = 0x24 // long texts being written, by id and number of the piece
	KindBrief     Kind = 0x25 // what lists show of what is being written, by its id
	KindGroup     Kind = 0x26 // groups whose views are written down here, by id
	KindQuestion  Kind = 0x28 // what the secretariat asked back, by id
	KindTrash     Kind = 0x29 // what was being written and was put aside, by its id
	KindIdentity  Kind = 0x30 // own keys, and cards of others
	KindEpoch     Kind = 0x31 // epoch keys by consultation
	KindDevice    Kind = 0x32 // other devices of the own organisation, by ID
	KindEpochs    Kind = 0x34 // all epoch keys there were, by number and incarnation
	KindRun       Kind = 0x38 // account of what was sent: each run, and the day
	// Of the mailbox; docs/protocol/mailbox.md has their values.
	KindRecord     Kind = 0x40 // envelopes, by chain and sequence
	KindEntry      Kind = 0x41 // what is known of a record, by chain and sequence
	KindReceipt    Kind = 0x42 // of own records, by id
	KindCustody    Kind = 0x43 // the last word of a hub, by hub
	KindChain      Kind = 0x44 // how far a chain goes
	KindPlace      Kind = 0x45 // where a record stands, by id
	KindPending    Kind = 0x46 // chains that are to be offered
	KindMark       Kind = 0x47 // who had a chain up to where, and when
	KindRefusal    Kind = 0x48 // what was last said against a record, by id
	KindOrigin     Kind = 0x49 // devices whose records are here
	KindRelayed    Kind = 0x4a // receipts on their way down, by incarnation, line and number
	KindOwnFile    Kind = 0x4b // where the leaves of an own attachment come from, by id
	KindLacking    Kind = 0x4c // attachments with leaves missing, by origin and id
	KindMembership Kind = 0x4d // the invite and the centre
	KindStanding   Kind = 0x4e // how far the log was followed, how much is carried
	KindCopies     Kind = 0x4f // copies of a device and what they wait for, by incarnation
	KindRevoked    Kind = 0x50 // revocations of devices, by device and organisation

	KindPublication     Kind = 0x51 // what the centre published, by number
	KindShelf           Kind = 0x52 // what is here of the blobs that were published, by id
	KindShelfLeaf       Kind = 0x53 // leaves of those that are not whole, by id and number
	KindCarriedQuestion Kind = 0x58 // what is asked back of others' devices, by number
	KindQuestionID      Kind = 0x59 // its number, by id
	KindQuestionsHeld   Kind = 0x5a // which numbers there are
	KindAsked           Kind = 0x5b // up to which number a peer's were taken, by peer
	KindVisitor         Kind = 0x5c // devices that asked here what is asked back of them
	KindNamed           Kind = 0x5d // those of them that came by since they were asked for
)

// index answers every question, and may be lost at any moment. Values in it
// begin with a mark, a keyed hash of key and value, so that what was changed
// behind its back is not taken for true.
type index interface {
	view() (view, error)
	// write runs f in one transaction: all of it is there afterwards, or
	// nothing. It holds at most part bytes in at most count changes.
	write(f func(w writer) error) error
	part() (bytes, count int)
	close() error
}

// A view is the index at one moment.
type view interface {
	get(key string) ([]byte, error) // errNone when there is none
	scan(from string) cursor
	done()
}

type cursor interface {
	next() (key string, value []byte, ok bool, err error)
	close()
}

type writer interface {
	get(key string) ([]byte, error)
	set(key string, value []byte) error
	del(key string) error
}

var errNone = errors.New("no such key")

// errIndex is in every error that means that the index is not to be trusted.
var errIndex = errors.New("the index is damaged")

// errCount means that values are gone from the index.
var errCount = fmt.Errorf("%w: values are missing", errIndex)

// Keys that describe the index.
var (
	keyJournal  = string([]byte{byte(kindMeta), 'j'}) // id of the journal it was made from
	keySequence = string([]byte{byte(kindMeta), 's'}) // last entry in it, and that entry's hash
)

func keyTally(k Kind) string { return string([]byte{byte(kindMeta), 't', byte(k)}) }

const markSize = 16

// marker makes the marks. It is not safe for several goroutines.
type marker struct{ h gohash.Hash }

func newMarker(key []byte) (*marker, error) {
	h, err := blake2b.New(markSize, key)
	return &marker{h}, err
}

func (m *marker) mark(key string, value []byte) [markSize]byte {
	m.h.Reset()
	var n [2]byte
	binary.BigEndian.PutUint16(n[:], uint16(len(key)))
	m.h.Write(n[:])
	m.h.Write([]byte(key))
	m.h.Write(value)
	var sum [markSize]byte
	m.h.Sum(sum[:0])
	return sum
}

func (m *marker) seal(key string, value []byte) []byte {
	sum := m.mark(key, value)
	return append(append(make([]byte, 0, markSize+len(value)), sum[:]...), value...)
}

// open checks a stored value and returns it without its mark.
func (m *marker) open(key string, stored []byte) ([]byte, error) {
	if len(stored) < markSize {
		return nil, fmt.Errorf("%w: a value is cut short", errIndex)
	}
	sum := m.mark(key, stored[markSize:])
	if !bytes.Equal(sum[:], stored[:markSize]) {
		return nil, fmt.Errorf("%w: a value was changed", errIndex)
	}
	return stored[markSize:], nil
}

// tally is the number of values of a kind and the sum of their marks. A sequence
// alone would not notice that values are gone.
type tally struct {
	count  uint64
	hi, lo uint64
}

func (t *tally) add(mark []byte)    { t.count++; t.sum(mark, false) }
func (t *tally) remove(mark []byte) { t.count--; t.sum(mark, true) }

func (t *tally) sum(mark []byte, minus bool) {
	hi, lo := binary.BigEndian.Uint64(mark), binary.BigEndian.Uint64(mark[8:])
	if minus {
		if lo > t.lo {
			t.hi--
		}
		t.lo -= lo
		t.hi -= hi
		return
	}
	t.lo += lo
	if t.lo < lo {
		t.hi++
	}
	t.hi += hi
}

func (t *tally) encode() []byte {
	b := binary.BigEndian.AppendUint64(nil, t.count)
	b = binary.BigEndian.AppendUint64(b, t.hi)
	return binary.BigEndian.AppendUint64(b, t.lo)
}

func decodeTally(b []byte) (tally, error) {
	if len(b) != 24 {
		return tally{}, fmt.Errorf("%w: a tally has %d bytes", errIndex, len(b))
	}
	return tally{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:]), binary.BigEndian.Uint64(b[16:])}, nil
}

// place is how far an index has come in the journal.
type place struct {
	sequence uint64
	hash     hash // of that entry
}

func (p place) encode() []byte {
	return append(binary.BigEndian.AppendUint64(nil, p.sequence), p.hash[:]...)
}

// getMeta reads one of the index's own keys; nil when there is none.
func getMeta(v interface{ get(string) ([]byte, error) }, m *marker, key string) ([]byte, error) {
	stored, err := v.get(key)
	if errors.Is(err, errNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return m.open(key, stored)
}

func getPlace(v view, m *marker) (p place, err error) {
	b, err := getMeta(v, m, keySequence)
	if err != nil || b == nil {
		return p, err
	}
	if len(b) != 40 {
		return p, fmt.Errorf("%w: its sequence has %d bytes", errIndex, len(b))
	}
	p.sequence = binary.BigEndian.Uint64(b)
	copy(p.hash[:], b[8:])
	return p, nil
}

func getTally(v interface{ get(string) ([]byte, error) }, m *marker, k Kind) (tally, error) {
	b, err := getMeta(v, m, keyTally(k))
	if err != nil || b == nil {
		return tally{}, err
	}
	return decodeTally(b)
}

// applyOps brings changes into the index, in as many transactions as they need.
// The tallies are right after each of them; the place is written with the last.
func applyOps(ix index, m *marker, ops []op, at place) error {
	most, count := ix.part()
	for first := true; first || len(ops) > 0; first = false {
		n, size := 0, 0
		for n < len(ops) && n < count && (n == 0 || size+len(ops[n].key)+len(ops[n].value) <= most) {
			size += len(ops[n].key) + len(ops[n].value)
			n++
		}
		now := ops[:n]
		ops = ops[n:]
		err := ix.write(func(w writer) error {
			if err := applyPart(w, m, now); err != nil {
				return err
			}
			if len(ops) > 0 {
				return nil
			}
			return w.set(keySequence, m.seal(keySequence, at.encode()))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func applyPart(w writer, m *marker, ops []op) error {
	tallies := map[Kind]*tally{}
	for _, o := range ops {
		k := Kind(o.key[0])
		t := tallies[k]
		if t == nil {
			old, err := getTally(w, m, k)
			if err != nil {
				return err
			}
			t = &old
			tallies[k] = t
		}
		old, err := w.get(o.key)
		switch {
		case err == nil && len(old) < markSize:
			return fmt.Errorf("%w: a value is cut short", errIndex)
		case err == nil:
			t.remove(old[:markSize])
		case !errors.Is(err, errNone):
			return err
		}
		if o.deleted {
			if err == nil {
				err = w.del(o.key)
			} else {
				err = nil
			}
		} else {
			stored := m.seal(o.key, o.value)
			t.add(stored[:markSize])
			err = w.set(o.key, stored)
		}
		if err != nil {
			return err
		}
	}
	for k, t := range tallies {
		key := keyTally(k)
		if err := w.set(key, m.seal(key, t.encode())); err != nil {
			return err
		}
	}
	return nil
}

// audit reads the whole index and compares it with its tallies.
func audit(ix index, m *marker) error {
	v, err := ix.view()
	if err != nil {
		return err
	}
	defer v.done()
	found, said := map[Kind]*tally{}, map[Kind]tally{}
	c := v.scan("")
	defer c.close()
	for {
		key, stored, ok, err := c.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		value, err := m.open(key, stored)
		if err != nil {
			return err
		}
		if key == "" {
			return fmt.Errorf("%w: an empty key", errIndex)
		}
		if k := Kind(key[0]); k != kindMeta {
			if found[k] == nil {
				found[k] = &tally{}
			}
			found[k].add(stored[:markSize])
		} else if len(key) == 3 && key[1] == 't' {
			if said[Kind(key[2])], err = decodeTally(value); err != nil {
				return err
			}
		}
	}
	for k, t := range found {
		if said[k] != *t {
			return fmt.Errorf("%w: %d values of kind %#x, %d expected", errCount, t.count, k, said[k].count)
		}
	}
	for k, t := range said {
		if found[k] == nil && t != (tally{}) {
			return fmt.Errorf("%w: none of kind %#x, %d expected", errCount, k, t.count)
		}
	}
	return nil
}
