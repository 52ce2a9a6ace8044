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
	ErrInUse            = storage.ErrInUse
	ErrNoBackup         = storage.ErrNoBackup
	ErrBackupOther      = storage.ErrBackupOther
)

// A WordError says which of the recovery words can't be one.
type WordError = storage.WordError

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
	if o.Store.Logger == nil {
		o.Store.Logger = o.Logger
	}
	return &People{storage.OpenPeople(dir, o.Store), o}
}

// List tells who has a place on the device, in their order: how many they are, and
// nothing that they wrote.
func (p *People) List() ([]Person, error) { return p.stores.List() }

// Enter opens the workspace of whom nobody has to ask: who is alone on the device
// without a passphrase, or the first on a device where nobody is yet. Where somebody
// has to be chosen or to unlock theirs, it opens none and returns nil.
func (p *People) Enter(ctx context.Context) (*Workspace, error) {
	all, err := p.List()
	switch {
	case err != nil:
		return nil, err
	case len(all) == 0:
		return p.Open(ctx, storage.FirstID, Unlocking{})
	case len(all) > 1 || all[0].Locked:
		return nil, nil
	}
	return p.Open(ctx, all[0].ID, Unlocking{})
}

// Add makes a place for another person. Without a passphrase everybody at the
// device can open it.
func (p *People) Add(ctx context.Context, with Unlocking) (Person, *Workspace, error) {
	who, s, err := p.stores.Add(ctx, with)
	if err != nil {
		return who, nil, err
	}
	w, err := p.on(ctx, who.ID, s)
	return who, w, err
}

// Restore makes a place for the person whose backup is in file; with is what opened
// their workspace when it was made. See [Restore].
func (p *People) Restore(ctx context.Context, file string, with Unlocking, progress Progress) (Person, *Workspace, error) {
	who, s, err := p.stores.Restore(ctx, file, with, progress)
	if err != nil {
		return who, nil, err
	}
	w, err := p.on(ctx, who.ID, s)
	return who, w, err
}

func (p *People) on(ctx context.Context, id string, s *storage.Store) (*Workspace, error) {
	w, err := on(ctx, s, p.o)
	if err == nil {
		w.person = id
	}
	return w, err
}

// Open opens a person's workspace. After wrong passphrases it waits
// [Person.Delay] first, as long as ctx lets it.
func (p *People) Open(ctx context.Context, id string, with Unlocking) (*Workspace, error) {
	s, err := p.stores.Open(ctx, id, with)
	if err != nil {
		return nil, err
	}
	return p.on(ctx, id, s)
}

// Wipe destroys a person's keys, then removes what they had. It can't be undone, and
// can't promise that flash memory holds no older copy of the keys.
func (p *People) Wipe(ctx context.Context, id string) error { return p.stores.Wipe(ctx, id) }

// SetPassphrase changes the passphrase, or takes it away when it is empty.
func (w *Workspace) SetPassphrase(ctx context.Context, passphrase []byte) error {
	return w.store.SetPassphrase(ctx, passphrase)
}

// TryPassphrase says whether a passphrase opens this workspace; wrong ones are
// counted and hold up the next, as those before opening.
func (w *Workspace) TryPassphrase(ctx context.Context, passphrase []byte) error {
	return w.store.TryPassphrase(ctx, passphrase)
}

// Person is whose workspace it is among those who share the device: the ID of a
// [Person], "" for one that was opened by itself.
func (w *Workspace) Person() string { return w.person }

// NewRecovery draws recovery words. They open nothing before [Recovery.Confirm] has
// had two of them back; [Sheet] puts them on paper.
func (w *Workspace) NewRecovery() (*Recovery, error) { return w.store.NewRecovery() }

// DropRecovery makes the recovery words open nothing.
func (w *Workspace) DropRecovery(ctx context.Context) error { return w.store.DropRecovery(ctx) }

// Locks says what opens this workspace besides having the device.
func (w *Workspace) Locks() (passphrase, words, key bool) { return w.store.Locks() }
