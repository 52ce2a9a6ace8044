package bundle_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/bundle"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/identity"
)

// told is a keeper that knows of revocations, and who takes what it hears.
type told struct {
	exchange.Inbox
	exchange.Outbox
	known, heard []identity.Revocation
}

func (t *told) Revocations(context.Context) ([]identity.Revocation, error) { return t.known, nil }

func (t *told) TakeRevocations(_ context.Context, _ exchange.Peer, rs []identity.Revocation) error {
	t.heard = append(t.heard, rs...)
	return nil
}

// serving is what a server sees of it.
type serving struct {
	exchange.Inbox
	exchange.Revoker
}

func (t *told) serve(ctx context.Context, c exchange.Conn) (exchange.Report, error) {
	return exchange.Serve(ctx, c, serving{t.Inbox, t}, exchange.Options{Self: exchange.Peer{Role: batch.RoleCentre}})
}

func revoke(t *testing.T, by *identity.Identity, lost identity.ID) identity.Revocation {
	t.Helper()
	v, err := by.Revoke(lost)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The centre's list goes down on a stick, to whatever hub has it next, once.
func TestRevocationsGoDownOnAStick(t *testing.T) {
	root := exchangetest.NewRoot(t)
	lost, other := exchangetest.NewAuthor(t, root.Card, root.Token), exchangetest.NewAuthor(t, root.Card, root.Token)
	stick := t.TempDir()
	if r := visit(t, stick, exchangetest.NewSender(lost), bundle.Options{}); r.Sent == 0 {
		t.Fatal("nothing was brought")
	}
	against := revoke(t, lost.Identity, lost.Identity.ID())
	var all []identity.Revocation
	for i := range 450 { // more than a frame holds
		all = append(all, revoke(t, other.Identity, identity.ID{byte(i), byte(i >> 8), 1}))
	}
	centre := &told{Inbox: exchangetest.NewKeeper(root, nil), known: append(all, against)}
	for round := range 2 {
		b := open(t, stick, bundle.Options{Centre: root.Card.Root()})
		if r, err := b.Bring(t.Context(), centre.serve); err != nil || !r.Complete {
			t.Fatal(r, err)
		}
		shut(t, b)
		if written := len(b.Written()); written == 0 != (round == 1) {
			t.Errorf("round %d: %d parts were written", round, written)
		}
	}

	// A hub that has it next, and one that knows them all already.
	for name, knows := range map[string][]identity.Revocation{"none": nil, "all": centre.known} {
		b := open(t, stick, bundle.Options{Centre: root.Card.Root()})
		hub := &told{Outbox: exchangetest.NewSender(other), known: knows}
		self := exchange.Peer{ID: other.Identity.ID(), Role: batch.RoleHub, Name: "hub"}
		if _, err := exchange.Once(t.Context(), b.Transport(), hub, exchange.Options{Self: self, Centre: &root.Card}); err != nil {
			t.Fatal(err)
		}
		if len(hub.heard)+len(knows) != len(centre.known) {
			t.Errorf("a hub that knows %s heard %d", name, len(hub.heard))
		}
		shut(t, b)
	}
}

// What goes up as a record counts on the stick from then on: whoever has it next need not
// wait for the centre.
func TestARevocationOnItsWayUpIsTold(t *testing.T) {
	root := exchangetest.NewRoot(t)
	first := exchangetest.NewAuthor(t, root.Card, root.Token)
	v := revoke(t, first.Identity, identity.ID{7})
	first.Make(batch.Control, batch.KindRevocation, func(batch.Header) []byte { return batch.NewRevocation(v) })
	stick := t.TempDir()
	visit(t, stick, exchangetest.NewSender(first), bundle.Options{})
	b := open(t, stick, bundle.Options{})
	defer shut(t, b)
	if all, err := b.Revocations(t.Context()); err != nil || len(all) != 1 || all[0].Device != v.Device {
		t.Errorf("%+v, %v", all, err)
	}
}

// Nobody can put a false word on a stick, and a part with damage in one says nothing.
func TestAFalseRevocationOnAStickSaysNothing(t *testing.T) {
	root := exchangetest.NewRoot(t)
	victim := exchangetest.NewAuthor(t, root.Card, root.Token)
	thief, err := identity.New(rand.Reader, "Thief", "x")
	if err != nil {
		t.Fatal(err)
	}
	forged := revoke(t, thief, victim.Identity.ID())
	forged.OrgKey = victim.Identity.Card.OrgKey
	stick := t.TempDir()
	b := open(t, stick, bundle.Options{})
	if err := b.TakeRevocations(t.Context(), exchange.Peer{Role: batch.RoleCentre}, []identity.Revocation{forged}); !errors.Is(err, identity.ErrRevocation) {
		t.Errorf("a forged revocation was taken: %v", err)
	}
	if err := b.TakeRevocations(t.Context(), exchange.Peer{Role: batch.RoleCentre}, []identity.Revocation{revoke(t, victim.Identity, victim.Identity.ID())}); err != nil {
		t.Fatal(err)
	}
	shut(t, b)
	part := filepath.Join(stick, b.Written()[0])
	whole, err := os.ReadFile(part)
	if err != nil {
		t.Fatal(err)
	}
	for at := range whole {
		damaged := append([]byte(nil), whole...)
		damaged[at] ^= 1
		if err := os.WriteFile(part, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		b := open(t, stick, bundle.Options{})
		all, err := b.Revocations(t.Context())
		if err != nil || len(all) > 1 || len(all) == 1 && (all[0].Check() != nil || all[0].Device != victim.Identity.ID()) {
			t.Errorf("byte %d: %+v, %v", at, all, err)
		}
		if b.Parts()[0].Damage == nil {
			t.Errorf("byte %d: it counts as whole", at)
		}
		shut(t, b)
	}
}
