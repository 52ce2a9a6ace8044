package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/BurntSushi/toml"

	"baraza.example/app/wording"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms/session"
	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/identity"
)

// say puts an error into one line for the person at the terminal: what
// happened, what is safe, and what to do. What belongs to the store is looked
// for first: a disk may fail while a link is in use.
func say(err error) string {
	for _, words := range []func(error) string{sayStore, sayLink, sayInvite, sayDevice, sayFile} {
		if line := words(err); line != "" {
			return line
		}
	}
	var v *session.Violation
	switch {
	case errors.As(err, &v):
		return "the form does not accept an answer: " + oneLine(err)
	case errors.Is(err, context.Canceled):
		return "stopped. What was saved is safe; the same command goes on from there."
	}
	return oneLine(err)
}

func sayStore(err error) string {
	var full *storage.SpaceError
	var failed *storage.FailedError
	switch {
	case errors.Is(err, storage.ErrInUse):
		return "another program has this folder open; close it first. Nothing was changed."
	case errors.As(err, &full):
		return full.Error() + ". Everything saved so far is safe."
	case errors.As(err, &failed):
		return "the disk failed while something was being saved: " + cause(failed.Err) + ". Everything saved before is safe; look after the disk and run the command again."
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full. Everything saved so far is safe; free some space and try again."
	case errors.Is(err, storage.ErrNewer):
		return "this folder was written by a newer version of the program; use that one or a later one. Nothing was changed."
	case errors.Is(err, storage.ErrKeysMissing):
		return "the keys of this folder are missing: put its files “keys” and “kek” back as they were. Nothing was changed; without them nobody can read it."
	case errors.Is(err, storage.ErrTooLarge):
		return "a text is too long to be kept in one piece: shorten it, or put a part of it into an attachment. What was saved before is safe."
	case errors.Is(err, storage.ErrBackupLocks):
		return "nothing would open a backup of this folder elsewhere: set a passphrase first (barazad profile passphrase), or make recovery words (barazad profile words). Nothing was written."
	case errors.Is(err, storage.ErrBackupOther):
		return "this backup is of another folder, and was left as it is; name another file."
	case errors.Is(err, storage.ErrNoBackup):
		return "this file is no backup, or one that was never finished; it was left as it is."
	case errors.Is(err, storage.ErrPassphraseNeeded):
		return "this folder is locked with a passphrase: type it when you are asked, at a terminal, or give --passphrase-file. Nothing was changed."
	case errors.Is(err, storage.ErrPassphraseWrong):
		return "this is not the passphrase of this folder. Wrong ones hold up the next one; with the recovery words, --words-file opens it. Nothing was changed."
	case errors.Is(err, storage.ErrKeyNeeded):
		return "this folder is locked with a key file: give it with --key-file. Nothing was changed."
	case errors.Is(err, storage.ErrKeyWrong):
		return "this is not the key file of this folder. Nothing was changed."
	}
	return ""
}

// stays ends what is said when a run broke off.
const stays = "What has arrived there stays there; the rest is safe on this device and goes with the next try."

func sayLink(err error) string {
	var (
		problem *httpsync.Problem
		refusal batch.Refusal
		broken  *exchange.ProtocolError
		network *net.OpError
		held    *workspace.HeldError
	)
	switch {
	case errors.As(err, &held):
		return wording.Hold(locale.New("en"), held.Why, held.Until, time.Now())
	case errors.As(err, &refusal) && refusal.Code == batch.RefusedBusy:
		return "the other side is busy. " + stays
	case errors.As(err, &refusal) && refusal.Code == batch.RefusedVersion:
		return "the other side speaks another version of the protocol: one of the two programs has to be brought up to date. Everything is safe on this device."
	case errors.As(err, &problem):
		return problem.Line
	case errors.Is(err, exchange.ErrStalled), errors.As(err, &broken):
		return oneLine(last(err)) + ". " + stays
	case errors.As(err, &network) && network.Op == "listen":
		return fmt.Sprintf("can't listen on %v: %s. Choose another address.", network.Addr, cause(err))
	case errors.As(err, &network), strings.HasPrefix(last(err).Error(), "stream error"), strings.HasPrefix(last(err).Error(), "http2:"):
		return "the link broke. " + stays
	}
	return ""
}

func sayInvite(err error) string {
	switch {
	case errors.Is(err, identity.ErrOtherRoot):
		return "another centre answers at this address than the one of the invite. What is sealed can be read by the invite's centre alone; check the address, or ask for a new invite."
	case errors.Is(err, workspace.ErrOtherConsultation), errors.Is(err, storage.ErrJoined):
		return "this device has joined another consultation or centre; use a folder of its own for each. Nothing was changed."
	}
	return ""
}

// sayFile speaks of the files that a person named, and of their folders.
func sayFile(err error) string {
	var path *fs.PathError
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var settings toml.ParseError
	switch {
	case errors.As(err, &path):
		return fmt.Sprintf("%s: %s", path.Path, cause(path.Err))
	case errors.As(err, &settings):
		return fmt.Sprintf("the settings file is not TOML: line %d: %s", settings.Position.Line, settings.Message)
	case errors.As(err, &syntax), errors.As(err, &kind):
		what, _, _ := strings.Cut(oneLine(err), ": ")
		return what + ": it is not written as JSON should be"
	}
	return ""
}

// cause says in plain words what a system reports about a file or a port.
func cause(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file or folder"
	case errors.Is(err, fs.ErrPermission):
		return "this user may not use it"
	case errors.Is(err, syscall.ENOTDIR):
		return "this is a file, not a folder"
	case errors.Is(err, syscall.EISDIR):
		return "this is a folder, not a file"
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, syscall.Errno(10048)):
		return "another program uses it"
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.Errno(10049)):
		return "this machine does not have it"
	}
	return oneLine(last(err))
}

// last is the innermost error: what happened, without who had been doing what.
func last(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// oneLine joins what errors.Join has put on lines of their own.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// sayReport tells what opening a store had to mend; "" where nothing was lost
// and nothing has to be done.
func sayReport(dir string, r storage.Report) string {
	aside := ""
	if len(r.Aside) > 0 {
		aside = fmt.Sprintf(" What was damaged is kept in %s, as %s.", dir, strings.Join(r.Aside, ", "))
	}
	switch {
	case r.Lost > 0:
		return fmt.Sprintf("the folder was damaged and %d saved changes could not be read any more; everything else is there.%s", r.Lost, aside)
	case len(r.Damage) > 0:
		return "the folder was damaged and has been mended: everything saved is there." + aside
	case r.CutTail > 0:
		return "the last write had not been finished, and was never said to be saved; everything saved is there." + aside
	}
	return ""
}
