package centraltest

import (
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/identity"
)

func revocations(t *testing.T, f *fixture) {
	a, b := NewAuthor(t, "c", "a"), NewAuthor(t, "c", "b")
	revoke := func(by *Author, lost identity.ID) identity.Revocation {
		t.Helper()
		v, err := by.Revoke(lost)
		if err != nil {
			t.Fatal(err)
		}
		f.time++
		r := Take(t, by.Sign(by.Header(batch.Control, batch.KindRevocation, 0), batch.NewRevocation(v)), f.time)
		r.Revocation = &v
		p, err := f.Put(f.ctx, []central.Received{r})
		if err != nil || !p[0].New {
			t.Fatal(p, err)
		}
		return v
	}
	is := func(id identity.ID, by *Author) bool {
		t.Helper()
		is, err := f.Revoked(f.ctx, id, by.Card.OrgKey)
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	lost := identity.ID{7}
	if is(lost, a) {
		t.Error("revoked before anybody said so")
	}
	want := []identity.Revocation{revoke(a, lost), revoke(b, lost)}
	revoke(a, lost) // said again
	want = append(want, revoke(a, identity.ID{8}))
	if !is(lost, a) || !is(lost, b) || is(identity.ID{8}, b) || is(identity.ID{9}, a) {
		t.Error("a device is revoked by another's word, or not by its own")
	}
	f.Store.Close()
	f.Store = f.open(t)
	got, err := f.Revocations(f.ctx)
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d revocations, %v", len(got), err)
	}
	for i, v := range want {
		if got[i].Check() != nil || got[i].Device != v.Device || !got[i].OrgKey.Equal(v.OrgKey) {
			t.Errorf("number %d is %+v", i, got[i])
		}
	}
}
