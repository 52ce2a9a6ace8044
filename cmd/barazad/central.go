package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/sync/central"
	"baraza.example/sync/central/sqlstore"
	"baraza.example/sync/httpsync"
)

// The folder of a centre.
const (
	centreKeys = "keys"      // central.Init's
	centreDB   = "centre.db" // everything received
	tlsKeyFile = "tls.key"   // of the listener's own certificate
)

func runCentral(ctx context.Context, args []string, io streams) error {
	word := "serve"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		word, args = args[0], args[1:]
	}
	switch word {
	case "init":
		return centralInit(ctx, args, io)
	case "serve":
		return centralServe(ctx, args, io)
	case "list":
		return centralList(ctx, args, io)
	case "show":
		return centralShow(ctx, args, io)
	case "ask":
		return centralAsk(ctx, args, io)
	case "export":
		return centralExport(ctx, args, io)
	case "invite":
		return centralInvite(ctx, args, io)
	case "publish":
		return centralPublish(ctx, args, io)
	case "user":
		return centralUser(ctx, args, io)
	}
	return fmt.Errorf("there is no %q here: %w", word, errUsage)
}

func centralInit(ctx context.Context, args []string, io streams) error {
	f := newFlags("central init", io)
	dir := f.String("dir", "", "folder to make")
	name := f.String("name", "Secretariat", "name of the centre, as people see it")
	id := f.String("consultation", "", "ID of the consultation; the built-in one's by default")
	var addresses list
	f.Var(&addresses, "address", "where devices reach the listener, for the invite: https://HOST:PORT; may stand several times")
	trusted := f.Bool("public-certificate", false, "the listener will have a publicly trusted certificate: no pin in the invite")
	if _, err := f.parse(args); err != nil {
		return err
	}
	if *dir == "" {
		return fmt.Errorf("--dir is missing: %w", errUsage)
	}
	if len(addresses) == 0 {
		addresses = list{"https://127.0.0.1:8443"}
	}
	if *id == "" {
		builtin, _, err := workspace.Builtin()
		if err != nil {
			return err
		}
		*id = builtin.ID
	}
	if err := os.MkdirAll(*dir, 0o700); err != nil {
		return err
	}
	keys := filepath.Join(*dir, centreKeys)
	if _, err := os.Stat(keys); err == nil {
		return fmt.Errorf("%w in %s: they are never made anew. Nothing was changed", central.ErrKeysExist, keys)
	}
	if !*trusted {
		var err error
		if addresses, err = pinned(addresses, *dir); err != nil {
			return err
		}
	}
	store, err := sqlstore.Open(ctx, filepath.Join(*dir, centreDB))
	if err != nil {
		return err
	}
	defer store.Close()
	invite, err := central.Init(ctx, keys, central.InitOptions{Name: *name, Consultation: *id, Addresses: addresses, Store: store})
	if err != nil {
		return err
	}
	fmt.Fprintf(io.out, "The keys are in %s; its README.txt says which to move away.\nThe first invite, also in %s:\n\n%s\n",
		keys, filepath.Join(keys, "invite.txt"), invite.Line())
	return nil
}

// checkCentre makes sure that dir is the folder of a centre before anything is
// written there.
func checkCentre(dir string) error {
	if dir == "" {
		return fmt.Errorf("--dir is missing: %w", errUsage)
	}
	if _, err := os.Stat(filepath.Join(dir, centreDB)); err != nil {
		return fmt.Errorf("%s is not the folder of a centre: it has no %s. “barazad central init” makes one", dir, centreDB)
	}
	return nil
}

// pinned gives every https address without a pin that of the listener's own key.
func pinned(addresses []string, dir string) ([]string, error) {
	cert, err := httpsync.OwnCertificate(filepath.Join(dir, tlsKeyFile))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, text := range addresses {
		a, err := httpsync.ParseAddress(text)
		if err != nil {
			return nil, err
		}
		if len(a.Pin) == 0 && strings.HasPrefix(a.URL, "https:") {
			a.Pin = httpsync.PinOf(cert.Leaf)
		}
		out = append(out, a.String())
	}
	return out, nil
}

func centralServe(ctx context.Context, args []string, io streams) error {
	f := newDeskFlags("", io)
	f.Lookup("key").Usage = "file of a key with which the desk's pages open records; several may be given"
	dir := f.dir
	listen := f.String("listen", "127.0.0.1:8443", "address of the public listener")
	desk := f.String("desk", "127.0.0.1:8444", "address of the desk's listener; keep it off the network")
	deskKeys := f.Bool("desk-keys", false, "let the desk's pages open records with the keys in the folder's keys/desk")
	cert := f.String("tls-cert", "", "publicly trusted certificate, with --tls-key")
	key := f.String("tls-key", "", "its key")
	plain := f.Bool("plain", false, "speak plain HTTP, behind a proxy that does TLS")
	http3 := f.String("http3", "off", "on: serve HTTP/3 on the UDP port of the same number, too, and say so")
	verbose := f.Bool("v", false, "log every exchange")
	if _, err := f.parse(args); err != nil {
		return err
	}
	if err := checkCentre(*dir); err != nil {
		return err
	}
	log := logger(io.err, *verbose)
	certificate, err := listenerCertificate(*dir, *cert, *key, *plain)
	if err != nil {
		return err
	}
	c, err := f.start(ctx, *listen, *desk, *deskKeys, *http3 != "off", certificate, log)
	if err != nil {
		return err
	}
	defer c.close()
	fmt.Fprintf(io.out, "centre %q\n  public  %s\n  desk    %s%s\n", c.keys.Centre.Name, c.public.Address, c.desk.Address.URL, f.deskRemark(*deskKeys))
	<-ctx.Done()
	return nil
}

// A runningCentre has its public listener and its desk's.
type runningCentre struct {
	store        *sqlstore.Store
	keys         central.Keys
	public, desk *httpsync.Listener
}

func (c *runningCentre) close() {
	if c.desk != nil {
		c.desk.Close()
	}
	if c.public != nil {
		c.public.Close()
	}
	c.store.Close()
}

// start opens the folder's store and listens. The caller closes what it returns.
func (f *deskFlags) start(ctx context.Context, listen, desk string, deskKeys, overUDP bool, certificate *tls.Certificate, log *slog.Logger) (_ *runningCentre, err error) {
	c := new(runningCentre)
	if c.store, c.keys, err = openCentre(ctx, *f.dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	server, err := central.New(ctx, central.Options{Store: c.store, Centre: c.keys.Centre, LogKey: c.keys.LogKey, Logger: log})
	if err != nil {
		return nil, err
	}
	if overUDP && certificate != nil {
		c.public, err = httpsync.ListenHTTP3(listen, *certificate, server.Handler(), log)
	} else {
		c.public, err = httpsync.Listen(listen, certificate, server.Handler(), log)
	}
	if err != nil {
		return nil, err
	}
	if c.desk, err = f.serveDesk(desk, deskKeys, c.store, c.keys.Centre.Name, certificate, log); err != nil {
		return nil, err
	}
	return c, nil
}

// openCentre opens what the public side of a centre needs. The caller closes
// the store.
func openCentre(ctx context.Context, dir string) (*sqlstore.Store, central.Keys, error) {
	keys, err := central.Load(filepath.Join(dir, centreKeys))
	if err != nil {
		return nil, keys, err
	}
	store, err := sqlstore.Open(ctx, filepath.Join(dir, centreDB))
	return store, keys, err
}

// listenerCertificate is what the public listener shows; nil for plain HTTP.
func listenerCertificate(dir, cert, key string, plain bool) (*tls.Certificate, error) {
	switch {
	case plain:
		return nil, nil
	case cert == "":
		return httpsync.OwnCertificate(filepath.Join(dir, tlsKeyFile))
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("the listener's certificate: %w", err)
	}
	pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0])
	return &pair, err
}

func centralInvite(ctx context.Context, args []string, io streams) error {
	f := newFlags("central invite", io)
	dir := f.String("dir", "", "folder of the centre")
	note := f.String("note", "", "for whom it is")
	var addresses list
	f.Var(&addresses, "address", "where devices reach the centre or a hub; may stand several times")
	file := f.String("out", "", "write the invite's file there")
	if _, err := f.parse(args); err != nil {
		return err
	}
	if *dir == "" || len(addresses) == 0 {
		return fmt.Errorf("--dir and --address are needed: %w", errUsage)
	}
	if err := checkCentre(*dir); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(*dir, tlsKeyFile)); err == nil {
		if addresses, err = pinned(addresses, *dir); err != nil {
			return err
		}
	}
	store, keys, err := openCentre(ctx, *dir)
	if err != nil {
		return err
	}
	defer store.Close()
	invite, err := central.NewInvite(ctx, store, keys.Centre, addresses, *note, time.Now(), rand.Reader)
	if err != nil {
		return err
	}
	if *file != "" {
		if err := os.WriteFile(*file, invite.File(), 0o600); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(io.out, invite.Line())
	return err
}
