package storage_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	mathrand "math/rand/v2"
	"testing"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/identity"
)

// TestTenThousandFalseWordsChangeNothingOnADevice shows a device ten thousand altered, cut, replayed
// and key-swapped frames of all that comes down: receipts, words of custody, the
// centre's card, revocations.
func TestTenThousandFalseWordsChangeNothingOnADevice(t *testing.T) {
	root := exchangetest.NewRoot(t)
	p := newPerson(t, root, 1)
	p.Respond("one")
	p.Respond("two")
	p.ready()
	second := exchangetest.NewRoot(t)
	second.Token = root.Token
	centre, elsewhere := exchangetest.NewKeeper(root, nil), exchangetest.NewKeeper(second, nil)
	stranger := exchangetest.NewAuthor(t, root.Card, root.Token)
	for _, k := range []*exchangetest.Keeper{centre, elsewhere} {
		if _, err := k.Accept(t.Context(), batch.Peer{}, p.Records, p.First()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := centre.Accept(t.Context(), batch.Peer{}, stranger.Records, nil); err != nil {
		t.Fatal(err)
	}
	hub, err := identity.New(rand.Reader, "Radio Amani", "studio")
	if err != nil {
		t.Fatal(err)
	}
	lost, err := p.Identity.Revoke(p.Identity.ID())
	if err != nil {
		t.Fatal(err)
	}
	later := root.Card // signed by a key that isn't the root
	later.Issued++
	if _, forger, err := ed25519.GenerateKey(rand.Reader); err != nil {
		t.Fatal(err)
	} else if later, err = identity.SignCentre(forger, later); err != nil {
		t.Fatal(err)
	}
	newer := root.Card
	newer.Issued = 2
	if newer, err = identity.SignCentre(root.Key, newer); err != nil {
		t.Fatal(err)
	}
	held := []batch.Have{p.Records[0].Have(), p.Records[len(p.Records)-1].Have()}
	genuine := []batch.Frame{
		{Type: batch.FrameReceipts, Receipts: receiptsOf(t, centre, p.offer())},
		{Type: batch.FrameCustody, Custody: batch.SignCustody(hub, batch.Custody{Name: "Radio Amani", Held: held, Time: 5})},
		{Type: batch.FrameCentre, Centre: encoded(t, newer)},
		{Type: batch.FrameRevoked, Revoked: []identity.Revocation{lost}},
	}
	foreign := []batch.Frame{
		{Type: batch.FrameReceipts, Receipts: receiptsOf(t, elsewhere, p.offer())}, // of another log
		{Type: batch.FrameReceipts, Receipts: receiptsOf(t, centre, batch.Offer{Origin: stranger.Identity.ID(), // of another device
			Tails: []batch.Tail{{Chain: stranger.Records[0].Chain, First: 1, Top: stranger.Records[0].Have()}}})},
		{Type: batch.FrameCentre, Centre: encoded(t, elsewhere.Root.Card)},
		{Type: batch.FrameCentre, Centre: encoded(t, later)},
	}
	n := 10_000
	if testing.Short() {
		n = 500
	}
	r := mathrand.New(mathrand.NewPCG(1, 8))
	decoded := 0
	for i := range n {
		frame := genuine[i%len(genuine)].Append(nil)
		switch r.IntN(6) {
		case 0, 1:
			for range 1 + r.IntN(3) {
				frame[r.IntN(len(frame))] ^= 1 << r.IntN(8)
			}
		case 2:
			at := r.IntN(len(frame))
			for k := at; k < min(len(frame), at+1+r.IntN(40)); k++ {
				frame[k] = byte(r.Uint32())
			}
		case 3:
			frame = frame[:r.IntN(len(frame))]
		case 4:
			other := foreign[r.IntN(len(foreign))].Append(nil)
			frame = append(frame[:r.IntN(len(frame))], other[r.IntN(len(other)):]...)
		case 5:
			frame = foreign[r.IntN(len(foreign))].Append(nil)
		}
		if bytes.HasPrefix(frame, genuine[i%len(genuine)].Append(nil)) {
			continue // three bits may undo each other, and its last byte may be the first of what follows
		}
		in := batch.NewReader(bytes.NewReader(frame))
		for {
			f, err := in.Next()
			if err != nil {
				if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, new(*batch.DamageError)) {
					t.Fatal(err)
				}
				break
			}
			decoded++
			if err := hear(t, p, f); err == nil && !harmless(p, f) {
				t.Fatalf("number %d was believed: %+v", i, f)
			}
		}
	}
	all, err := p.box.Revocations(t.Context())
	if err != nil || len(all) != 0 {
		t.Errorf("%d revocations, %v", len(all), err)
	}
	if c, err := p.box.Centre(t.Context()); err != nil || c.Issued != root.Card.Issued {
		t.Errorf("the card is of %d, %v", c.Issued, err)
	}
	for _, r := range p.Records {
		if d := p.state(r); d.State != storage.OnDevice || d.Refusal != nil {
			t.Errorf("%v %d is %v", r.Lane, r.Seq, d.State)
		}
	}
	t.Logf("%d frames, %d were whole and of a kind", n, decoded)
	// The true ones are still believed.
	for _, f := range genuine {
		if err := hear(t, p, f); err != nil {
			t.Errorf("the true frame %d: %v", f.Type, err)
		}
	}
	if got := p.received(); got != len(p.Records) {
		t.Errorf("%d of %d received", got, len(p.Records))
	}
}

// hear does with a frame what an exchange does.
func hear(t *testing.T, p *person, f batch.Frame) error {
	ctx := t.Context()
	switch f.Type {
	case batch.FrameReceipts:
		return p.box.TakeReceipts(ctx, f.Receipts)
	case batch.FrameCustody:
		return p.box.TakeCustody(ctx, f.Custody)
	case batch.FrameCentre:
		var c identity.Centre
		if err := c.UnmarshalBinary(f.Centre); err != nil {
			return err
		}
		return p.box.TakeCentre(ctx, c)
	case batch.FrameRevoked:
		return p.box.TakeRevocations(ctx, batch.Peer{Role: batch.RoleCentre}, f.Revoked)
	}
	return errors.New("nothing that a device acts on")
}

// harmless reports whether a frame that gave no error changed nothing on the device: receipts
// under another device's name, a list of none.
func harmless(p *person, f batch.Frame) bool {
	switch f.Type {
	case batch.FrameReceipts:
		return f.Receipts.Origin != p.Identity.ID() && p.received() == 0
	case batch.FrameRevoked:
		return len(f.Revoked) == 0
	}
	return false
}

func encoded(t *testing.T, c identity.Centre) []byte {
	t.Helper()
	raw, err := c.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
