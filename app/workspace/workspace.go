// Package workspace is what the application does, without how it looks: the
// operations that windows, pages and commands share. It joins the store, the
// form engine and the exchange, and never waits for a network by itself.
//
// Times are the device's own and prove nothing; the words for people are chosen
// by whoever shows them. Start at [Open].
package workspace

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"baraza.example/forms"
	"baraza.example/forms/session"
	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/identity"
)

// Options are what a workspace takes from its surroundings.
type Options struct {
	Store  storage.Options
	Forms  []Form           // that can be filled in; see Builtin
	Clock  func() time.Time // nil means time.Now
	Rand   io.Reader        // nil means crypto/rand
	Logger *slog.Logger     // nil means silence
	// Network tells which network the device is on; nil means CurrentNetwork.
	Network func() Network
}

// A Workspace is one person's or organisation's work on one device. Its
// methods may be called from several goroutines.
type Workspace struct {
	store  *storage.Store
	mail   *storage.Mailbox // nil until SetUp
	self   *identity.Identity
	person string // see [Workspace.Person]
	forms  map[string]Form
	clock  func() time.Time
	rand   io.Reader
	log    *slog.Logger
	tables tables

	network func() Network
	purse   *purse
	book    book

	compiling sync.Mutex // guards forms and programs
	programs  map[*forms.Definition]*session.Program

	making  sync.Mutex                  // one at a time makes records
	sending sync.Mutex                  // one at a time exchanges; guards what follows
	peers   map[string]*exchange.Memory // by address
	clients clients
	http3   httpsync.HTTP3

	relaying atomic.Pointer[allowance] // of the hub's run that is under way; nil: none under rules
}

// tables are the collections of the store that a workspace keeps.
type tables struct {
	identity      *storage.Collection[[]byte]
	drafts        *storage.Collection[draft]
	contributions *storage.Collection[textDraft]
	briefs        *storage.Collection[brief]
	submissions   *storage.Collection[submission]
	pieces        *storage.Collection[[]byte]
	sealing       *storage.Collection[sealing]
	settings      *storage.Collection[Settings]
	devices       *storage.Collection[sibling]
	groups        *storage.Collection[Group]
	questions     *storage.Collection[question]
	trash         *storage.Collection[trashed]
	epochs        *storage.Collection[[32]byte]
	runs          *storage.Collection[entry]
}

// ErrNotSetUp means that nobody has said yet whose device this is.
var ErrNotSetUp = errors.New("this device has no name yet: say first whose it is")

const keyIdentity = "self"

// Open opens the workspace in the folder dir, making it when it is missing.
func Open(ctx context.Context, dir string, o Options) (*Workspace, error) {
	if o.Store.Logger == nil {
		o.Store.Logger = o.Logger
	}
	o.Store.Calibrate = true
	store, err := storage.Open(ctx, dir, o.Store)
	if err != nil {
		return nil, err
	}
	return on(ctx, store, o)
}

// on opens the workspace in a store, which it closes when that fails.
func on(ctx context.Context, store *storage.Store, o Options) (*Workspace, error) {
	w := &Workspace{forms: map[string]Form{}, programs: map[*forms.Definition]*session.Program{}, peers: map[string]*exchange.Memory{}, clock: o.Clock, rand: o.Rand, log: o.Logger, network: o.Network}
	w.purse, w.book.w = &purse{w: w}, w
	w.clients.moved = w.purse.take
	if w.network == nil {
		w.network = CurrentNetwork
	}
	if w.clock == nil {
		w.clock = time.Now
	}
	if w.rand == nil {
		w.rand = rand.Reader
	}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	for _, f := range o.Forms {
		w.forms[f.Definition.Settings.ID] = f
	}
	w.store = store
	w.tables = tables{
		identity:      storage.NewCollection[[]byte](store, storage.KindIdentity),
		drafts:        storage.NewCollection[draft](store, storage.KindDraft),
		contributions: storage.NewCollection[textDraft](store, storage.KindText),
		pieces:        storage.NewCollection[[]byte](store, storage.KindPiece),
		briefs:        storage.NewCollection[brief](store, storage.KindBrief),
		submissions:   storage.NewCollection[submission](store, storage.KindResponse),
		sealing:       storage.NewCollection[sealing](store, storage.KindEpoch),
		settings:      storage.NewCollection[Settings](store, storage.KindSettings),
		devices:       storage.NewCollection[sibling](store, storage.KindDevice),
		groups:        storage.NewCollection[Group](store, storage.KindGroup),
		questions:     storage.NewCollection[question](store, storage.KindQuestion),
		trash:         storage.NewCollection[trashed](store, storage.KindTrash),
		epochs:        storage.NewCollection[[32]byte](store, storage.KindEpochs),
		runs:          storage.NewCollection[entry](store, storage.KindRun),
	}
	if err := w.load(ctx); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return w, nil
}

func (w *Workspace) load(ctx context.Context) error {
	raw, err := w.tables.identity.Get(ctx, keyIdentity)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	w.self = new(identity.Identity)
	if err := w.self.UnmarshalBinary(raw); err != nil {
		return err
	}
	if err := w.openMailbox(ctx); err != nil {
		return err
	}
	return w.takeForms(ctx)
}

func (w *Workspace) openMailbox(ctx context.Context) (err error) {
	w.mail, err = storage.NewMailbox(ctx, w.store, w.self.ID(), storage.MailboxOptions{Clock: w.clock, Diverged: w.diverged, Clarified: w.clarified})
	return err
}

// SetUp says whose device this is and draws its keys. A second call changes
// nothing: keys are never drawn anew.
func (w *Workspace) SetUp(ctx context.Context, organisation, device string) error {
	if w.self != nil {
		return nil
	}
	self, err := identity.New(w.rand, organisation, device)
	if err != nil {
		return err
	}
	raw, err := self.MarshalBinary()
	if err != nil {
		return err
	}
	if err := w.tables.identity.Put(ctx, keyIdentity, raw); err != nil {
		return fmt.Errorf("keep the keys of this device: %w", err)
	}
	w.self = self
	return w.openMailbox(ctx)
}

// Card is this device's public identity, or ErrNotSetUp.
func (w *Workspace) Card() (identity.Card, error) {
	if w.self == nil {
		return identity.Card{}, ErrNotSetUp
	}
	return w.self.Card, nil
}

// StoreReport says what opening the store found and did.
func (w *Workspace) StoreReport() storage.Report { return w.store.Report() }

// Close closes the store. What was acknowledged is safe without it, too.
func (w *Workspace) Close() error {
	w.clients.close()
	w.purse.settle(context.Background(), false)
	w.book.close()
	return w.store.Close()
}

// Receipt returns the centre's receipt for a record, if it has come.
func (w *Workspace) Receipt(ctx context.Context, id batch.RecordID) (batch.Receipt, bool, error) {
	return w.mail.Receipt(ctx, id)
}
