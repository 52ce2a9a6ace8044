package workspace

import (
	"context"
	"errors"
	"time"

	"baraza.example/storage"
)

// Settings are what a person chose for the screens of this device.
type Settings struct {
	Languages []string // of the screens and forms, best first; none is the system's
	TextSize  int      // percent; 0 is 100
	Look      Look
	Paging    string           // how much of a form is shown at one time: question, group, all; empty is as the form says
	Hub       string           // address of a hub to send through, before those of the invite; may be empty
	BeHub     bool             // this device is a hub while the program runs
	Proxy     string           // through which this device sends, as httpsync.ParseProxy reads it; empty is the system's
	Turns     map[string]int64 `json:",omitempty"` // addresses behind a proxy that hands on whole requests only, and until when that is believed
	Trusted   []string         // pins of hubs whose fingerprint was compared; they are found nearby, wherever they are
	LockAfter int              // minutes without a touch after which a workspace with a passphrase is locked; 0 is DefaultLock, less is never
	Rules     Rules            // when, where and for how much this device sends by itself
	Metadata  Metadata         // what forms that ask for it are given of the person

	Reads     []string        // languages in which translations and documents are taken; none is those of the screens
	Documents map[string]bool // by name: whether a document is taken, where the person has said so
	Seen      []uint64        // numbers of the announcements and documents that the person has read, in their order

	Backup   string // file with the backup that was made last; may be empty
	BackedUp int64  // when, in seconds since 1970
}

// DefaultLock is after how many minutes a workspace is locked unless its person chose.
const DefaultLock = 10

// Watch begins to watch when the workspace should be locked.
func (s Settings) Watch() *Watch {
	minutes := s.LockAfter
	if minutes == 0 {
		minutes = DefaultLock
	}
	return NewWatch(time.Duration(minutes)*time.Minute, nil)
}

// A Look is the brightness of the screens, and how much their colours differ.
type Look string

// The looks.
const (
	LookSystem        Look = "" // as the system says
	LookLight         Look = "light"
	LookDark          Look = "dark"
	LookContrastLight Look = "contrast-light"
	LookContrastDark  Look = "contrast-dark"
)

const keySettings = "screen"

// Settings returns what was chosen, or the zero value.
func (w *Workspace) Settings(ctx context.Context) (Settings, error) {
	s, err := w.tables.settings.Get(ctx, keySettings)
	if errors.Is(err, storage.ErrNotFound) {
		return Settings{}, nil
	}
	return s, err
}

// Change changes what was chosen, and returns how it stands then. All changes are
// made here, on what is kept at that moment: what a person chooses and what the
// device learns meanwhile don't go over each other. change may run again, and must
// not write into the maps and slices that it finds.
func (w *Workspace) Change(ctx context.Context, change func(*Settings)) (s Settings, err error) {
	var before string
	err = w.store.Update(ctx, func(tx *storage.Tx) (err error) {
		kept := w.tables.settings.In(tx)
		if s, err = kept.Get(keySettings); err != nil && !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		before = s.Proxy
		change(&s)
		return kept.Put(keySettings, s)
	})
	if err == nil && s.Proxy != before {
		w.clients.close() // the next run goes the other way
	}
	return s, err
}
