package workspace

import (
	"context"

	"baraza.example/storage"
)

// What opens a device, and what it is opened for, in the words of the store.
type (
	Unlocking = storage.Unlocking
	Person    = storage.Person
	Recovery  = storage.Recovery
	Words     = storage.Words
)

// Errors of opening that a screen tells apart.
var (
	ErrPassphraseNeeded = storage.ErrPassphraseNeeded
	ErrPassphraseWrong  = storage.ErrPassphraseWrong
	ErrWordsWrong       = storage.ErrWordsWrong
	ErrWordsAsked       = storage.ErrWordsAsked
	ErrWordsCount       = storage.ErrWordsCount
	ErrWordsCheck       = storage.ErrWordsCheck
)

// ParseWords reads recovery words as people type them.
func ParseWords(text string) (Words, error) { return storage.ParseWords(text) }

// People are the persons who share this device, each with a workspace of their
// own. A screen lists them, asks for a passphrase and opens one; to lock it again
// it closes the workspace.
type People struct {
	stores *storage.People
	o      Options
}

// OpenPeople looks after the persons in the folder dir.
func OpenPeople(dir string, o Options) *People {
	o.Store.Calibrate = true
	return &People{storage.OpenPeople(dir, o.Store), o}
}

// List tells who has a place on the device, in their order: how many they are, and
// nothing that they wrote.
func (p *People) List() ([]Person, error) { return p.stores.List() }

// Add makes a place for another person. Without a passphrase everybody at the
// device can open it.
func (p *People) Add(ctx context.Context, with Unlocking) (Person, *Workspace, error) {
	who, s, err := p.stores.Add(ctx, with)
	if err != nil {
		return who, nil, err
	}
	w, err := on(ctx, s, p.o)
	return who, w, err
}

// Open opens a person's workspace. After wrong passphrases it waits
// [Person.Delay] first, as long as ctx lets it.
func (p *People) Open(ctx context.Context, id string, with Unlocking) (*Workspace, error) {
	s, err := p.stores.Open(ctx, id, with)
	if err != nil {
		return nil, err
	}
	return on(ctx, s, p.o)
}

// Wipe destroys a person's keys, then removes what they had. It can't be undone, and
// can't promise that flash memory holds no older copy of the keys.
func (p *People) Wipe(ctx context.Context, id string) error { return p.stores.Wipe(ctx, id) }

// SetPassphrase changes the passphrase, or takes it away when it is empty.
func (w *Workspace) SetPassphrase(ctx context.Context, passphrase []byte) error {
	return w.store.SetPassphrase(ctx, passphrase)
}

// NewRecovery draws recovery words. They open nothing before [Recovery.Confirm] has
// had two of them back; [Sheet] puts them on paper.
func (w *Workspace) NewRecovery() (*Recovery, error) { return w.store.NewRecovery() }

// DropRecovery makes the recovery words open nothing.
func (w *Workspace) DropRecovery(ctx context.Context) error { return w.store.DropRecovery(ctx) }

// Locks says what opens this workspace besides having the device.
func (w *Workspace) Locks() (passphrase, words, key bool) { return w.store.Locks() }
