package centraltest

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
)

// Store runs the contract. open returns the store of this test: called again
// after Close within one test, it returns what the first one kept.
func Store(t *testing.T, open func(t *testing.T) central.Store) {
	for name, test := range map[string]func(*testing.T, *fixture){
		"ARecordIsTakenOnce":                   takenOnce,
		"AGapIsRefused":                        gapRefused,
		"AForkIsRefused":                       forkRefused,
		"ASealedRecordNeedsItsEpoch":           epochNeeded,
		"AnEntryIsFoundByItsPlace":             entryAt,
		"ARefusalDoesNotStopOtherChains":       refusalIsLocal,
		"ChainsDoNotMix":                       chainsDoNotMix,
		"WritersOfTheSameRecordsCountThemOnce": concurrentWriters,
		"RecordsComeByArrivalThroughAllPages":  paging,
		"RecordsAreNarrowed":                   narrowed,
		"AnythingMayBeAskedWhileListing":       askedWhileListing,
		"RoadsAreKept":                         roadsKept,
		"ACodeFindsSubmissions":                byCode,
		"TheLastRegistrationCounts":            registrations,
		"RevocationsAreKeptOnce":               revocations,
		"ClarificationsWaitForTheirDevices":    clarifications,
		"TheLogGrowsInOneStep":                 logGrows,
		"OneSequencerWins":                     oneSequencer,
		"ReceivedFollowsTheTails":              receivedFollows,
		"LeavesMustFitTheirList":               leavesFit,
		"AnAttachmentIsLoggedWhenItIsWhole":    loggedWhole,
		"LackingListsWhatIsMissing":            lacking,
		"TokensAreKeptAndWithdrawn":            tokens,
		"WhatIsPublishedIsHandedOut":           published,
		"EverythingSurvivesARestart":           restart,
	} {
		t.Run(name, func(t *testing.T) {
			f := &fixture{T: t, open: open, ctx: t.Context()}
			f.Store = open(t)
			t.Cleanup(func() {
				if err := f.Store.Close(); err != nil {
					t.Error(err)
				}
			})
			test(t, f)
		})
	}
}

type fixture struct {
	*testing.T
	central.Store
	open func(t *testing.T) central.Store
	ctx  context.Context
	time int64
}

// put stores records one call each, at rising times, and returns the outcomes.
func (f *fixture) put(rs ...batch.Record) []central.Placed {
	f.Helper()
	var all []central.Placed
	for _, r := range rs {
		f.time++
		p, err := f.Put(f.ctx, []central.Received{Take(f.T, r, f.time)})
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, p...)
	}
	return all
}

func (f *fixture) list(q central.Query) []central.Stored {
	f.Helper()
	var all []central.Stored
	for s, err := range f.Records(f.ctx, q) {
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

func expectRefusal(t *testing.T, p central.Placed, r batch.Record, code batch.RefuseCode) {
	t.Helper()
	if p.New || p.Refusal == nil || p.Refusal.Code != code || p.Refusal.Record != r.ID {
		t.Errorf("record %d became %+v, want refused as %s", r.Seq, p, code)
	}
}

func tokens(t *testing.T, f *fixture) {
	one := central.Token{Token: [16]byte{9}, Note: "group one", Made: 1}
	two := central.Token{Token: [16]byte{1}, Made: 2}
	for _, tok := range []central.Token{two, one, one} {
		if err := f.AddToken(f.ctx, tok); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.WithdrawToken(f.ctx, two.Token); err != nil {
		t.Fatal(err)
	}
	if err := f.AddToken(f.ctx, two); err != nil { // does not bring it back
		t.Fatal(err)
	}
	two.Withdrawn = true
	got, err := f.Tokens(f.ctx)
	if diff := cmp.Diff([]central.Token{one, two}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if err := f.WithdrawToken(f.ctx, [16]byte{3}); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("withdrawing an unknown token: %v", err)
	}
}

func restart(t *testing.T, f *fixture) {
	a := NewAuthor(t, "c", "a")
	reg, one := a.Register([16]byte{1}), a.Text("1")
	f.put(reg, one, one)
	att, leaves := f.attach(a, 100)
	if _, err := f.PutLeaf(f.ctx, leaves[0]); err != nil {
		t.Fatal(err)
	}
	if err := f.AddToken(f.ctx, central.Token{Token: [16]byte{1}}); err != nil {
		t.Fatal(err)
	}
	c := f.logAll()
	before := f.list(central.Query{})
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f.Store = f.open(t)
	after := f.list(central.Query{})
	if diff := cmp.Diff(before, after, cmp.Comparer(func(x, y batch.Record) bool { return x.ID == y.ID && string(x.Envelope) == string(y.Envelope) }),
		cmp.AllowUnexported(batch.Stop{})); diff != "" {
		t.Error(diff)
	}
	if got, err := f.Checkpoint(f.ctx); err != nil || cmp.Diff(c, got) != "" {
		t.Errorf("checkpoint %+v, %v", got, err)
	}
	if _, err := f.Origin(f.ctx, a.ID()); err != nil {
		t.Error(err)
	}
	if got, err := f.Leaf(f.ctx, att.ID, 0); err != nil || string(got) != string(leaves[0].Sealed) {
		t.Errorf("leaf: %v", err)
	}
	if ts, err := f.Tokens(f.ctx); err != nil || len(ts) != 1 {
		t.Errorf("tokens %v, %v", ts, err)
	}
	if p := f.put(one, a.Text("2")); p[0].New || !p[1].New {
		t.Errorf("a known and a new record became %+v", p)
	}
	f.logAll()
}
