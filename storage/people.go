package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// People are the persons who share a device: each has a store in a folder of its
// own, with its own keys. What is told of them before they unlock it is how many
// they are: a number and a word drawn at random, by which each knows theirs.
type People struct {
	dir string
	opt Options
}

// A Person is a place for one on the device.
type Person struct {
	ID     string        // name of the folder
	Number int           // from 1, in the order they came
	Word   string        // drawn at random
	Locked bool          // whether a passphrase is asked for
	Delay  time.Duration // how long the next guess is held up
}

// ErrNobody means that there is no such person on the device.
var ErrNobody = errors.New("there is no such person on this device")

// FirstID is the person whose store lies in the device's own folder, as that of
// whoever is alone on it: it is made when it is opened.
const FirstID = "first"

// peopleName is the folder with the folders of the other persons, logName that of
// the program's log: both lie beside the first person's store and are not of it.
const (
	peopleName = "people"
	logName    = "log"
)

// OpenPeople looks after the persons of a device in the folder dir. The options are
// those of their stores, but for what opens them.
func OpenPeople(dir string, opt Options) *People {
	opt.Unlocking = Unlocking{}
	return &People{dir, opt.filled()}
}

// Dir is the folder of a person's store.
func (p *People) Dir(id string) (string, error) {
	if id == FirstID {
		return p.dir, nil
	}
	if _, _, ok := parsePerson(id); !ok {
		return "", fmt.Errorf("%w: %q", ErrNobody, id)
	}
	return filepath.Join(p.dir, peopleName, id), nil
}

// parsePerson reads the name of a person's folder: a number and a word.
func parsePerson(id string) (number int, word string, ok bool) {
	digits, word, ok := strings.Cut(id, "-")
	number, err := strconv.Atoi(digits)
	if !ok || err != nil || number < 1 || digits != strconv.Itoa(number) || len(word) != wordLength {
		return 0, "", false
	}
	for i, r := range word {
		if set := [...]string{consonants, vowels}[i%2]; !strings.ContainsRune(set, r) {
			return 0, "", false
		}
	}
	return number, word, true
}

// List tells who has a place on the device, in their order.
func (p *People) List() ([]Person, error) {
	var all []Person
	if is, err := exists(p.opt.FS, filepath.Join(p.dir, keysName)); err != nil {
		return nil, err
	} else if is {
		all = append(all, p.person(FirstID, p.dir, 0, ""))
	}
	infos, err := p.opt.FS.ReadDir(filepath.Join(p.dir, peopleName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, i := range infos {
		if number, word, ok := parsePerson(i.Name); ok && i.Dir {
			all = append(all, p.person(i.Name, filepath.Join(p.dir, peopleName, i.Name), number, word))
		}
	}
	slices.SortFunc(all, func(a, b Person) int { return a.Number - b.Number })
	return all, nil
}

func (p *People) person(id, dir string, number int, word string) Person {
	v := vault{fs: p.opt.FS, dir: dir}
	slots, err := v.read()
	locked := err != nil || !slices.ContainsFunc(slots, func(s slot) bool { return s.kind == slotFile })
	return Person{ID: id, Number: number, Word: word, Locked: locked, Delay: Delay(p.opt.FS, dir)}
}

// Add makes a place for another person and opens it, locked with what with holds.
func (p *People) Add(ctx context.Context, with Unlocking) (Person, *Store, error) {
	return p.place(func(dir string) (*Store, error) { return p.openIn(ctx, dir, with) })
}

// Restore makes a place for the person whose backup is in file, which opens with
// what with holds, as [Restore] does.
func (p *People) Restore(ctx context.Context, file string, with Unlocking, progress Progress) (Person, *Store, error) {
	above := filepath.Join(p.dir, peopleName)
	if err := makeDir(p.opt.FS, above); err != nil {
		return Person{}, nil, err
	}
	infos, err := p.opt.FS.ReadDir(above)
	if err != nil {
		return Person{}, nil, err
	}
	for _, i := range infos { // of runs that were interrupted
		if strings.HasSuffix(i.Name, restoringSuffix) {
			if err := removeTree(p.opt.FS, filepath.Join(above, i.Name)); err != nil {
				return Person{}, nil, err
			}
		}
	}
	return p.place(func(dir string) (*Store, error) {
		opt := p.opt
		opt.Unlocking = with
		return Restore(ctx, nil, file, dir, opt, progress)
	})
}

// place draws a number and a word for another person and makes their store in the
// folder of that name.
func (p *People) place(in func(dir string) (*Store, error)) (Person, *Store, error) {
	all, err := p.List()
	if err != nil {
		return Person{}, nil, err
	}
	number := 1
	for _, other := range all {
		number = max(number, other.Number+1)
	}
	draw := make(Words, wordsSize)
	if _, err := io.ReadFull(p.opt.Rand, draw); err != nil {
		return Person{}, nil, err
	}
	id := fmt.Sprintf("%d-%s", number, draw.List()[0])
	dir, err := p.Dir(id)
	if err != nil {
		return Person{}, nil, err
	}
	s, err := in(dir)
	if err != nil {
		return Person{}, nil, err
	}
	return p.person(id, dir, number, draw.List()[0]), s, nil
}

// Open opens a person's store. A wrong passphrase holds up the next: the call then
// waits [Person.Delay] before it tries, or until ctx ends.
func (p *People) Open(ctx context.Context, id string, with Unlocking) (*Store, error) {
	dir, err := p.here(id)
	if err != nil {
		return nil, err
	}
	return p.openIn(ctx, dir, with)
}

// Wipe destroys a person's keys and removes what they had: see [Wipe]. It asks for
// no passphrase: who has forgotten theirs may want to, and who has the device could
// delete the folder anyway. What others on the device have stays.
func (p *People) Wipe(ctx context.Context, id string) error {
	dir, err := p.here(id)
	if err != nil {
		return err
	}
	if id == FirstID {
		return wipe(ctx, p.opt.FS, dir, peopleName, logName)
	}
	return Wipe(ctx, p.opt.FS, dir)
}

func (p *People) here(id string) (string, error) {
	dir, err := p.Dir(id)
	if err != nil {
		return "", err
	}
	is, err := exists(p.opt.FS, dir)
	if err == nil && !is && id != FirstID {
		err = fmt.Errorf("%w: %q", ErrNobody, id)
	}
	return dir, err
}

func (p *People) openIn(ctx context.Context, dir string, with Unlocking) (*Store, error) {
	opt := p.opt
	opt.Unlocking = with
	return Open(ctx, dir, opt)
}
