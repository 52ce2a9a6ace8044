package workspace

import (
	"errors"
	"syscall"
	"time"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
)

// Trouble is what kind of thing went wrong, as a stable word: a screen says it
// in the person's language. The zero value is something unforeseen.
type Trouble string

// The troubles that a person can do something about.
const (
	TroublePortal        Trouble = "portal"         // the network answered with a page of its own
	TroubleServer        Trouble = "wrong_server"   // it is not the one of the invite
	TroubleClock         Trouble = "clock"          // the certificate doesn't fit this device's clock
	TroubleNoRoute       Trouble = "no_route"       // no link, or nobody listens
	TroubleProxy         Trouble = "proxy"          // it does not let us pass
	TroubleProxyPassword Trouble = "proxy_password" // it asks for a name and password
	TroubleBusy          Trouble = "server_trouble" // the other side is busy or broken
	TroubleSpace         Trouble = "no_space"       // the disk is full
	TroubleDisk          Trouble = "not_written"    // the disk failed
	TroubleTooLong       Trouble = "text_too_long"
	TroubleNewer         Trouble = "newer"        // a later version wrote the folder
	TroubleKeys          Trouble = "keys_missing" // of the store
	TroubleOtherStore    Trouble = "other_store"  // a copy of this device is in use
)

// TroubleOf tells what kind of thing went wrong.
func TroubleOf(err error) Trouble {
	var full *storage.SpaceError
	var failed *storage.FailedError
	var problem *httpsync.Problem
	var refusal batch.Refusal
	var broken *exchange.ProtocolError
	switch {
	case errors.As(err, &full), errors.Is(err, syscall.ENOSPC):
		return TroubleSpace
	case errors.As(err, &failed):
		return TroubleDisk
	case errors.Is(err, storage.ErrTooLarge), errors.Is(err, ErrTooLong):
		return TroubleTooLong
	case errors.Is(err, storage.ErrNewer):
		return TroubleNewer
	case errors.Is(err, storage.ErrKeysMissing):
		return TroubleKeys
	case errors.Is(err, httpsync.ErrPortal):
		return TroublePortal
	case errors.Is(err, httpsync.ErrName), errors.Is(err, httpsync.ErrAuthority), errors.Is(err, httpsync.ErrPin), errors.Is(err, httpsync.ErrPlain):
		return TroubleServer
	case errors.Is(err, httpsync.ErrValidity):
		return TroubleClock
	case errors.Is(err, httpsync.ErrProxyPassword):
		return TroubleProxyPassword
	case errors.Is(err, httpsync.ErrProxy), errors.Is(err, httpsync.ErrProxySetting):
		return TroubleProxy
	case errors.Is(err, httpsync.ErrNotHere), errors.As(err, &refusal), errors.As(err, &broken):
		return TroubleBusy
	case errors.As(err, &problem), errors.Is(err, exchange.ErrStalled):
		return TroubleNoRoute
	}
	return ""
}

// ClockTrouble returns what this device's clock says and what another one says or has
// said, where a server was not reached because they differ.
func ClockTrouble(err error) (ours, theirs time.Time, wrong bool) {
	var problem *httpsync.Problem
	if !errors.As(err, &problem) || problem.Theirs.IsZero() {
		return ours, theirs, false
	}
	return problem.Ours, problem.Theirs, true
}
