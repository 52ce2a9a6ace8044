package world

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
	"baraza.example/sync/central/sqlstore"
	"baraza.example/sync/identity"
)

// CentreName is the name under which the centre is reached.
const CentreName = "centre"

// A Centre receives.
type Centre struct {
	w      *World
	store  central.Store
	served central.Store // the same, but in a broken world
	keys   central.Keys
	desk   []identity.RecipientKey // what the secretariat has; the server never sees it
	server *central.Server
	invite identity.Invite
	halt   func()
}

func (w *World) newCentre(ctx context.Context, consultation string) (*Centre, error) {
	c := &Centre{w: w}
	var err error
	if w.options.Dir == "" {
		err = c.inMemory(ctx, consultation)
	} else {
		err = c.onDisk(ctx, filepath.Join(w.options.Dir, CentreName), consultation)
	}
	if err != nil {
		return nil, fmt.Errorf("make the centre: %w", err)
	}
	return c, c.start(ctx)
}

// onDisk makes the centre as `barazad central init` does.
func (c *Centre) onDisk(ctx context.Context, dir, consultation string) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if c.store, err = sqlstore.Open(ctx, filepath.Join(dir, "centre.db")); err != nil {
		return err
	}
	folder := filepath.Join(dir, "keys")
	if c.invite, err = central.Init(ctx, folder, central.InitOptions{Name: "Secretariat", Consultation: consultation, Store: c.store}); err != nil {
		return err
	}
	if c.keys, err = central.Load(folder); err != nil {
		return err
	}
	c.desk, err = central.LoadDesk(folder)
	return err
}

// inMemory makes a centre whose store outlives its kills and nothing else.
func (c *Centre) inMemory(ctx context.Context, consultation string) error {
	c.store = c.w.options.Broken.store(centraltest.NewMemory())
	_, root, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	card := identity.Centre{Name: "Secretariat", Consultation: consultation, LogKey: public, Issued: time.Now().Unix()}
	for i := range identity.MinRecipients {
		key, err := identity.NewRecipientKey(rand.Reader, fmt.Sprintf("reader %d", i+1))
		if err != nil {
			return err
		}
		recipient, err := key.Public()
		if err != nil {
			return err
		}
		c.desk, card.Recipients = append(c.desk, key), append(card.Recipients, recipient)
	}
	if card, err = identity.SignCentre(root, card); err != nil {
		return err
	}
	c.keys = central.Keys{Centre: card, LogKey: private}
	c.invite, err = central.NewInvite(ctx, c.store, card, nil, "everybody", time.Now(), rand.Reader)
	return err
}

func (c *Centre) start(ctx context.Context) (err error) {
	if c.served == nil {
		if c.served, err = c.w.options.Broken.served(ctx, c.store); err != nil {
			return err
		}
	}
	o := central.Options{Store: c.served, Centre: c.keys.Centre, LogKey: c.keys.LogKey, Logger: c.w.options.Logger}
	if c.server, err = central.New(ctx, o); err != nil {
		return err
	}
	c.halt, err = c.w.net.serve(CentreName, c.w.watched(c.w.options.Broken.serving(c.server, c.served, central.CarrierLink)))
	return err
}

func (c *Centre) stop() error {
	c.halt()
	return c.store.Close()
}

// Log is what receipts are checked against.
func (c *Centre) Log() batch.Log { return c.server.Log() }

// Kill ends the centre's process and starts another over the same store.
func (c *Centre) Kill(ctx context.Context) error {
	c.halt()
	return c.start(ctx)
}

// Join lets a device join by the centre's invite: by its line, so that the card
// must come over a link, or by its file.
func (c *Centre) join(ctx context.Context, ws joiner, byFile bool) error {
	text := []byte(c.invite.Line())
	if byFile {
		text = c.invite.File()
	}
	_, err := ws.Join(ctx, text)
	return err
}

type joiner interface {
	Join(ctx context.Context, text []byte) (identity.Invite, error)
}

// JoinCentre joins by the invite's file: it can seal at once.
func (d *Device) JoinCentre(ctx context.Context) error { return d.w.centre.join(ctx, d, true) }

// JoinByLine joins by the invite's line alone: it seals when the centre's card
// has come, from the centre or from a hub.
func (d *Device) JoinByLine(ctx context.Context) error { return d.w.centre.join(ctx, d, false) }

// JoinCentre joins the hub by the invite's file.
func (h *Hub) JoinCentre(ctx context.Context) error { return h.w.centre.join(ctx, h, true) }
