package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"baraza.example/app/pages"
	"baraza.example/app/workspace"
)

// addressFile in the store's folder holds the address of the pages while they are
// served, for a second start to open. It holds their key: it is its owner's alone.
const addressFile = "browser"

// errLocked ends the program where somebody would have to say who they are first.
var errLocked = errors.New("several people use this device, or it is locked with a passphrase: the pages ask for none. Use “barazad” in a terminal")

// inBrowser serves the application as pages on this computer and opens them in
// its browser, where there can be no window for the reason why. It ends with a
// signal.
func inBrowser(ctx context.Context, o options, why error) (err error) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if o.dir, err = folder(o); err != nil {
		return errors.Join(why, err)
	}
	consultation, form, err := workspace.Builtin()
	if err != nil {
		return errors.Join(why, err)
	}
	diary, log, err := openDiary(o.dir)
	if err != nil {
		return errors.Join(why, err)
	}
	defer func() { err = errors.Join(err, diary.Close()) }()
	work, err := workspace.OpenPeople(o.dir, workspace.Options{Forms: []workspace.Form{form}, Logger: log}).Enter(ctx)
	name := filepath.Join(o.dir, addressFile)
	if errors.Is(err, workspace.ErrInUse) {
		if address, read := os.ReadFile(name); read == nil {
			return open(ctx, strings.TrimSpace(string(address)))
		}
	}
	if err == nil && work == nil {
		err = errLocked
	}
	if err != nil {
		return errors.Join(why, err)
	}
	defer func() { err = errors.Join(err, work.Close()) }()
	p := pages.New(pages.Options{Work: work, Form: form, Title: consultation.Title, Why: "pages.no_opengl", Invite: o.invite, Logger: log})
	address, err := p.Start(ctx)
	if err != nil {
		return errors.Join(why, err)
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := os.WriteFile(name, []byte(address+"\n"), 0o600); err != nil {
		return errors.Join(why, err)
	}
	defer func() { err = errors.Join(err, os.Remove(name)) }()
	fmt.Fprintf(os.Stderr, "baraza: %v.\nThe questions are in the browser instead: %s\nThis address holds a key: whoever has it reads what you write. Ctrl-C ends the program.\n", why, address)
	if err := open(ctx, address); err != nil {
		fmt.Fprintf(os.Stderr, "No browser could be opened (%v): open the address yourself.\n", err)
	}
	<-ctx.Done()
	return nil
}

// open shows an address in the browser that the system is set to.
func open(ctx context.Context, address string) error {
	command := []string{"xdg-open"}
	switch runtime.GOOS {
	case "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler"}
	case "darwin":
		command = []string{"open"}
	}
	c := exec.CommandContext(context.WithoutCancel(ctx), command[0], append(command[1:], address)...)
	if err := c.Start(); err != nil {
		return err
	}
	go func() { _ = c.Wait() }() // some end at once, some with the browser
	return nil
}
