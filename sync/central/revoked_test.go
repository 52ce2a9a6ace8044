package central_test

import (
	"crypto/rand"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/central/centraltest"
	"baraza.example/sync/identity"
)

// revokes is the record by which a revokes a device.
func revokes(t *testing.T, a *centraltest.Author, by *identity.Identity, device identity.ID) batch.Record {
	t.Helper()
	v, err := by.Revoke(device)
	if err != nil {
		t.Fatal(err)
	}
	return a.Sign(a.Header(batch.Control, batch.KindRevocation, 0), batch.NewRevocation(v))
}

// second is another device of a's organisation.
func (c *centre) second(t *testing.T, a *centraltest.Author) *centraltest.Author {
	t.Helper()
	s := centraltest.NewAuthor(t, consultation, "second")
	card, err := a.Certify(s.Request("second"))
	if err != nil {
		t.Fatal(err)
	}
	s.Identity = &identity.Identity{Device: s.Device, Card: card}
	if o := c.accept(t, s.Register(c.invite.Token), s.Begin()); o[0].Refusal != nil || o[1].Refusal != nil {
		t.Fatal(o[0].Refusal, o[1].Refusal)
	}
	return s
}

func TestNothingOfARevokedDeviceIsTakenAndWhatCameStays(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	first := c.author(t, "first")
	lost := c.second(t, first)
	before := lost.Text("before")
	c.accept(t, before)

	between := lost.Text("in the same breath, behind it")
	out := c.accept(t, revokes(t, first, first.Identity, lost.ID()), between, first.Text("of the other device"))
	if out[0].Refusal != nil || !out[0].New || out[1].Refusal == nil || out[1].Refusal.Code != batch.RefusedRevoked || out[2].Refusal != nil {
		t.Fatalf("%+v %+v %+v", out[0].Refusal, out[1].Refusal, out[2].Refusal)
	}
	c.restart(t)
	for name, r := range map[string]batch.Record{
		"a text":                  lost.Clone().Text("after"),
		"a registration":          lost.Clone().Register(c.invite.Token),
		"another revocation":      revokes(t, lost.Clone(), first.Identity, first.ID()),
		"a new epoch":             lost.Clone().Begin(),
		"of a new incarnation":    anew(lost).Register(c.invite.Token),
		"under another's banner":  elsewhere(t, lost).Register(c.invite.Token),
		"and both, a copy of all": anew(elsewhere(t, lost)).Register(c.invite.Token),
	} {
		o := c.accept(t, r)[0]
		if o.Refusal == nil || o.New {
			t.Errorf("%s was taken", name)
		}
	}
	if o := c.accept(t, before)[0]; o.Refusal != nil || o.New {
		t.Errorf("what is held already: %+v", o)
	}
	rs, err := c.Receipts(t.Context(), batch.Offer{Origin: lost.ID(), Tails: []batch.Tail{{Chain: before.Chain, First: 1, Top: before.Have()}}})
	if err != nil || len(rs) != 1 || len(rs[0].Entries) != 1 || rs[0].Entries[0].Record != before.ID {
		t.Errorf("its receipt: %+v, %v", rs, err)
	}
}

// anew is a with another incarnation of its store.
func anew(a *centraltest.Author) *centraltest.Author {
	c := centraltest.NewAuthorOf(a)
	c.Incarnation = 99
	return c
}

// elsewhere is a's key in the name of an organisation that a thief made.
func elsewhere(t *testing.T, a *centraltest.Author) *centraltest.Author {
	t.Helper()
	thief, err := identity.New(rand.Reader, "Thief", "x")
	if err != nil {
		t.Fatal(err)
	}
	card, err := thief.Certify(a.Request("mine now"))
	if err != nil {
		t.Fatal(err)
	}
	c := a.Clone()
	c.Identity = &identity.Identity{Device: a.Device, Card: card}
	return c
}

func TestOnlyItsOwnOrganisationRevokesADevice(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	ours, other := c.author(t, "ours"), c.author(t, "other")
	victim := c.second(t, ours)
	// Another organisation's word is kept and means nothing; in our name it can't give it.
	if o := c.accept(t, revokes(t, other, other.Identity, victim.ID()))[0]; o.Refusal != nil {
		t.Fatal(o.Refusal)
	}
	if o := c.accept(t, revokes(t, other, ours.Identity, victim.ID()))[0]; o.Refusal == nil || o.Refusal.Code != batch.RefusedMalformed {
		t.Errorf("ours, carried by a stranger: %+v", o)
	}
	if o := c.accept(t, victim.Text("still here"))[0]; o.Refusal != nil || !o.New {
		t.Errorf("a device was revoked by strangers: %+v", o.Refusal)
	}
	// A device can't change its organisation while it is trusted, either.
	if o := c.accept(t, elsewhere(t, victim).Register(c.invite.Token))[0]; o.Refusal == nil {
		t.Error("a device became another organisation's")
	}
}
