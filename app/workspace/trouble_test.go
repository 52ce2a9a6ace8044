package workspace

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
)

func TestWhatWentWrongIsToldApart(t *testing.T) {
	for _, c := range []struct {
		err  error
		want Trouble
	}{
		{httpsync.ErrPortal, TroublePortal},
		{httpsync.ErrPin, TroubleServer},
		{httpsync.ErrAuthority, TroubleServer},
		{httpsync.ErrValidity, TroubleClock},
		{httpsync.ErrNotHere, TroubleBusy},
		{httpsync.ErrProxy, TroubleProxy},
		{httpsync.ErrProxyPassword, TroubleProxyPassword},
		{&httpsync.Problem{Err: httpsync.ErrRefused}, TroubleNoRoute},
		{&httpsync.Problem{Err: httpsync.ErrNoRoute}, TroubleNoRoute},
		{exchange.ErrStalled, TroubleNoRoute},
		{batch.Refusal{Code: batch.RefusedBusy}, TroubleBusy},
		{syscall.ENOSPC, TroubleSpace},
		{&storage.FailedError{Err: errors.New("input/output error")}, TroubleDisk},
		{storage.ErrTooLarge, TroubleTooLong},
		{ErrTooLong, TroubleTooLong},
		{storage.ErrNewer, TroubleNewer},
		{errors.New("something else"), ""},
		{nil, ""},
	} {
		err := c.err
		if err != nil {
			err = fmt.Errorf("while something was attempted: %w", err)
		}
		if got := TroubleOf(err); got != c.want {
			t.Errorf("%v is %q, want %q", c.err, got, c.want)
		}
	}
}
