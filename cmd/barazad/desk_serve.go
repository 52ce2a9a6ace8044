package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"baraza.example/sync/central"
	"baraza.example/sync/central/sqlstore"
	"baraza.example/sync/httpsync"
)

// serveDesk serves the desk's pages. Their listener has no key unless it is
// given one, by --key or --desk-keys. The caller closes it.
func (f *deskFlags) serveDesk(addr string, folderKeys bool, store *sqlstore.Store, centre string, cert *tls.Certificate, log *slog.Logger) (*httpsync.Listener, error) {
	d := &central.Desk{Store: store}
	var err error
	if d.Forms, err = f.forms(); err != nil {
		return nil, err
	}
	if folderKeys || len(f.keys) > 0 {
		if d.Keys, err = f.recipients(); err != nil {
			return nil, err
		}
	}
	if onThisMachine(addr) {
		cert = nil // what is said on the loopback interface needs no TLS
	}
	pages := central.NewDeskPages(central.DeskPagesOptions{Desk: d, Accounts: store, Centre: centre, TLS: cert != nil, Logger: log})
	return httpsync.Listen(addr, cert, pages.Handler(), log)
}

// deskRemark says in a few words what the desk can do.
func (f *deskFlags) deskRemark(folderKeys bool) string {
	if folderKeys || len(f.keys) > 0 {
		return " (log in with an account of “barazad central user add”)"
	}
	return " (no key here: it lists what came in, sealed)"
}

func onThisMachine(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

func centralUser(ctx context.Context, args []string, io streams) error {
	f := newFlags("central user", io)
	dir := f.String("dir", "", "folder of the centre")
	role := f.String("role", string(central.Viewer), "viewer, analyst, editor, admin or keyholder; today all of them read everything")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if err := checkCentre(*dir); err != nil {
		return err
	}
	store, err := sqlstore.Open(ctx, filepath.Join(*dir, centreDB))
	if err != nil {
		return err
	}
	defer store.Close()
	switch {
	case len(words) == 2 && words[0] == "add":
		return addUser(ctx, store, words[1], central.Role(*role), io)
	case len(words) == 1 && words[0] == "list":
		all, err := store.ListAccounts(ctx)
		if err != nil {
			return err
		}
		for _, a := range all {
			fmt.Fprintf(io.out, "%s  %s  since %s\n", a.Name, a.Role, clock(time.Unix(a.Changed, 0)))
		}
		return nil
	case len(words) == 2 && words[0] == "remove":
		if err := store.RemoveAccount(ctx, words[1]); errors.Is(err, central.ErrNotFound) {
			return fmt.Errorf("there is no account %q", words[1])
		} else if err != nil {
			return err
		}
		fmt.Fprintf(io.out, "%s can't log in any more\n", words[1])
		return nil
	}
	return fmt.Errorf("central user add NAME, list, or remove NAME: %w", errUsage)
}

func addUser(ctx context.Context, store *sqlstore.Store, name string, role central.Role, io streams) error {
	passphrase, err := askPassphrase(io, name)
	if err != nil {
		return err
	}
	a, err := central.NewAccount(name, passphrase, role, time.Now().Unix(), nil)
	if err != nil {
		return err
	}
	_, err = store.Account(ctx, name)
	known := err == nil
	if err != nil && !errors.Is(err, central.ErrNotFound) {
		return err
	}
	if err := store.PutAccount(ctx, a); err != nil {
		return err
	}
	if known {
		fmt.Fprintf(io.out, "%s has a new passphrase; whoever was logged in with the old one is out\n", name)
	} else {
		fmt.Fprintf(io.out, "%s can log in to the desk\n", name)
	}
	return nil
}

// askPassphrase asks for a passphrase, twice and without showing it on a
// terminal; from anything else it reads one line.
func askPassphrase(io streams, name string) (string, error) {
	if t, ok := io.in.(*os.File); ok && term.IsTerminal(int(t.Fd())) {
		first, err := hiddenLine(t, io, "Passphrase for "+name+" (at least 12 characters): ")
		if err != nil {
			return "", err
		}
		second, err := hiddenLine(t, io, "The same again: ")
		if err == nil && first != second {
			err = errors.New("the two are not the same; nothing was changed")
		}
		return first, err
	}
	return oneLineOf(io.in)
}

func hiddenLine(t *os.File, io streams, prompt string) (string, error) {
	fmt.Fprint(io.err, prompt)
	line, err := term.ReadPassword(int(t.Fd()))
	fmt.Fprintln(io.err)
	if err != nil {
		return "", fmt.Errorf("read the passphrase: %w", err)
	}
	return string(line), nil
}

const maxLine = 4096

func oneLineOf(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, maxLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the passphrase: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}
