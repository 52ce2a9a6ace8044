// Package bundle carries an exchange where there is no link: on a stick, in a
// folder that is copied, in the attachments of mails.
//
// A [Bundle] is a folder (or one file) of parts. Each part holds the same
// frames as a request does (package batch), in blocks with their sums, between
// a head that says who wrote it and an end that says that nothing is missing;
// docs/protocol/bundle.md has the bytes. Parts are never changed once written:
// who has more to say adds parts, and what a bundle says is what its parts say
// together, in any order, with some of them missing or cut.
//
// So a bundle is a keeper like any other: a device or hub calls it as it would
// a hub ([Bundle.Transport], exchange.Inbox), and it calls a hub or the centre
// as a hub would ([Bundle.Bring], exchange.Outbox). It has no key, gives no
// word of its own, and hands on the words and receipts of others. Lengths are
// bytes, times are seconds since 1970 in UTC by the writer's clock. Start at [Open].
package bundle

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// Extension ends the name of every part.
const Extension = ".baraza"

// Options say who opens a bundle. The zero value reads, and writes unsigned
// parts of any size.
type Options struct {
	Writer   batch.Peer         // who adds parts; devices don't tell their names
	Identity *identity.Identity // signs the parts; nil: they are not signed
	PartSize int64              // a part ends before it gets longer; 0: DefaultPart
	Clock    func() time.Time   // nil means time.Now
	Rand     io.Reader          // nil means crypto/rand
	Centre   identity.ID        // root of the centre whose card is handed down and taken; zero: any
	Limits   Limits             // zero fields mean the defaults
	// Published is how many bytes of what the centre published are taken along;
	// 0: DefaultPublished, less: none.
	Published int64
}

// Limits bound what is read, against bundles made to be a burden.
type Limits struct {
	Files  int   // parts in a folder; 0: 4,096
	Frames int   // frames in all of them; 0: 400,000
	Bytes  int64 // of all parts; 0: 64 GiB
}

// DefaultPart is the largest part unless told otherwise: FAT32 ends at 4 GiB.
const DefaultPart = 2 << 30

// ErrLimit means that a bundle holds more than is read of one. What was found
// up to there is not taken: a stick of that kind is no accident.
var ErrLimit = errors.New("this is more than a bundle may hold")

// A Bundle is what the parts of a folder say together, and where more is
// written. Its methods may be called from many goroutines.
type Bundle struct {
	options Options
	root    *os.Root
	folder  string
	single  string // name of the one part, "": all in the folder

	mu       sync.Mutex
	files    map[int32]*os.File // by place.file; open for reading
	parts    []Part             // by place.file
	id       [16]byte           // of what we write
	out      *writer
	lists    map[batch.RecordID]batch.LeafList // of attachments whose leaves come
	lacking  lacking                           // at the peer to which this is brought
	heard    map[identity.ID]bool              // devices about which that peer was asked,
	askedFor []identity.ID                     // and those of the run that goes on
	index

	serving sync.WaitGroup // exchanges of Transport
}

// Open reads the bundle in a folder, which is made if it is missing, or the
// one in a file whose name ends in [Extension]. A file that is there already is
// never changed: what is added goes into files beside it.
// Damage is no error: [Bundle.Parts] tells it.
func Open(path string, o Options) (*Bundle, error) {
	b := &Bundle{options: o.filled(), folder: path, files: map[int32]*os.File{}, index: newIndex(), lists: map[batch.RecordID]batch.LeafList{},
		lacking: newLacking(), heard: map[identity.ID]bool{}}
	if _, err := io.ReadFull(b.options.Rand, b.id[:]); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err == nil && info.Mode().IsRegular() || err != nil && strings.HasSuffix(path, Extension) {
		b.folder, b.single = filepath.Split(path)
		if b.folder == "" {
			b.folder = "."
		}
	} else if err = os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make the bundle's folder: %w", err)
	}
	if b.root, err = os.OpenRoot(b.folder); err != nil {
		return nil, fmt.Errorf("open the bundle: %w", err)
	}
	if err := b.read(); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func (o Options) filled() Options {
	if o.PartSize <= 0 {
		o.PartSize = DefaultPart
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Published == 0 {
		o.Published = DefaultPublished
	}
	if o.Limits.Files <= 0 {
		o.Limits.Files = 4096
	}
	if o.Limits.Frames <= 0 {
		o.Limits.Frames = 400_000
	}
	if o.Limits.Bytes <= 0 {
		o.Limits.Bytes = 64 << 30
	}
	return o
}

// Close ends what was written, durably, and closes the bundle. Until it
// returns without an error nothing that was put into the bundle is safe there.
func (b *Bundle) Close() error {
	b.serving.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	var errs []error
	if b.out != nil {
		errs = append(errs, b.out.finish(true))
		b.out = nil
	}
	for _, f := range b.files {
		errs = append(errs, f.Close())
	}
	clear(b.files)
	return errors.Join(append(errs, b.root.Close())...)
}

// Written lists the parts that this Bundle has written, by name.
func (b *Bundle) Written() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var names []string
	for _, p := range b.parts {
		if p.Head.Bundle == b.id {
			names = append(names, p.File)
		}
	}
	return names
}

// Parts tells what was found, part by part, in the order of their files' names.
func (b *Bundle) Parts() []Part {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Part(nil), b.parts...)
}

// A Part is one file of a bundle and how it was found.
type Part struct {
	File   string // its name in the folder, which means nothing
	Bytes  int64
	Head   Head
	Last   bool  // it says that no part comes after it
	Signed bool  // its writer's key signed all of it
	Damage error // nil: whole. What stands before the damage counts
	Counts
}

// Counts is how much stands in a part.
type Counts struct {
	Records  int `cbor:"1,keyasint"`
	Leaves   int `cbor:"2,keyasint"`
	Receipts int `cbor:"3,keyasint"` // records that the centre says it has
	Words    int `cbor:"4,keyasint"` // of hubs: custody
	Revoked  int `cbor:"-"`          // devices that were revoked, told as such; the end of a part counts without them
}

// A Head says who wrote a part, and which of how many it is.
type Head struct {
	Version      uint               `cbor:"1,keyasint"`
	Bundle       [16]byte           `cbor:"2,keyasint"` // drawn by the writer for the parts it writes at one time
	Part         uint32             `cbor:"3,keyasint"` // from 1
	Role         batch.Role         `cbor:"4,keyasint"`
	Writer       identity.ID        `cbor:"5,keyasint"`
	Name         string             `cbor:"6,keyasint,omitempty"` // of a hub or centre
	Time         int64              `cbor:"7,keyasint"`
	Key          ed25519.PublicKey  `cbor:"8,keyasint,omitempty"` // with which the end is signed
	Consultation batch.Consultation `cbor:"9,keyasint,omitzero"`
}
