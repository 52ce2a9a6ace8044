package storage_test

import (
	"crypto/rand"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/identity"
)

func TestWhatIsCarriedOfARevokedDeviceIsGivenUpWhenTheCentreKnows(t *testing.T) {
	root := exchangetest.NewRoot(t)
	p, lost, other := newPerson(t, root, 1), exchangetest.NewAuthor(t, root.Card, root.Token), exchangetest.NewAuthor(t, root.Card, root.Token)
	for _, a := range []*exchangetest.Author{lost, other} {
		a.Respond("something to carry")
		a.Attach(20_000)
		if _, err := p.box.Keep(t.Context(), a.Records, a.First(), 5); err != nil {
			t.Fatal(err)
		}
	}
	offered := func(a *exchangetest.Author) (n int) {
		t.Helper()
		offers, err := p.box.Offers(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range offers {
			if o.Origin == a.Identity.ID() {
				n += len(o.Tails)
			}
		}
		return n
	}
	used := func(a *exchangetest.Author) int64 {
		t.Helper()
		own, _, err := p.box.Usage(t.Context(), a.Identity.ID())
		if err != nil {
			t.Fatal(err)
		}
		return own
	}
	v, err := lost.Identity.Revoke(lost.Identity.ID())
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := identity.New(rand.Reader, "Thief", "x")
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := stranger.Revoke(other.Identity.ID())
	if err != nil {
		t.Fatal(err)
	}
	before := used(lost)
	hubSays, centreSays := batch.Peer{Role: batch.RoleHub}, batch.Peer{Role: batch.RoleCentre}
	if err := p.box.TakeRevocations(t.Context(), hubSays, []identity.Revocation{v}); err != nil || offered(lost) == 0 || used(lost) != before {
		t.Errorf("at another hub's word it is given up: %v", err)
	}
	for range 2 { // told again
		if err := p.box.TakeRevocations(t.Context(), centreSays, []identity.Revocation{v, foreign}); err != nil {
			t.Fatal(err)
		}
		p.crash()
		if offered(lost) != 0 || used(lost) >= before || used(lost) == 0 {
			t.Errorf("%d chains are offered, %d of %d bytes are kept", offered(lost), used(lost), before)
		}
		if offered(other) == 0 || used(other) != before {
			t.Error("at a stranger's word another device's records are given up")
		}
	}
	for id, want := range map[identity.ID]bool{lost.Identity.ID(): true, other.Identity.ID(): false} {
		a := map[identity.ID]*exchangetest.Author{lost.Identity.ID(): lost, other.Identity.ID(): other}[id]
		if is, err := p.box.Revoked(t.Context(), id, a.Identity.Card.OrgKey); err != nil || is != want {
			t.Errorf("%s revoked: %v, %v", id.Short(), is, err)
		}
	}
	if all, err := p.box.Revocations(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("%d are known, %v", len(all), err)
	}
}

// Anybody can make organisations that revoke what doesn't exist. They can't take the places
// of what the centre says.
func TestOthersThanTheCentreFillHalfOfThePlacesForRevocations(t *testing.T) {
	p := newPerson(t, exchangetest.NewRoot(t), 1)
	stranger, err := identity.New(rand.Reader, "Stranger", "x")
	if err != nil {
		t.Fatal(err)
	}
	revoke := func(n int) identity.Revocation {
		v, err := stranger.Revoke(identity.ID{byte(n), byte(n >> 8), 1})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	var many []identity.Revocation
	for n := range batch.MaxRevocations/2 + 2 {
		many = append(many, revoke(n))
	}
	for _, c := range []struct {
		role batch.Role
		say  []identity.Revocation
		want int
	}{
		{batch.RoleHub, many, batch.MaxRevocations / 2},
		{batch.RoleHub, many[len(many)-1:], batch.MaxRevocations / 2},
		{batch.RoleCentre, many[len(many)-1:], batch.MaxRevocations/2 + 1},
	} {
		if err := p.box.TakeRevocations(t.Context(), batch.Peer{Role: c.role}, c.say); err != nil {
			t.Fatal(err)
		}
		if all, err := p.box.Revocations(t.Context()); err != nil || len(all) != c.want {
			t.Errorf("%d are kept, not %d (%v)", len(all), c.want, err)
		}
	}
}
