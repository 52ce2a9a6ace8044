package identity

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
)

func TestAnInviteIsReadBackFromWhatPeopleMakeOfIt(t *testing.T) {
	v := newInvite(t)
	line := v.Line()
	for name, text := range map[string]string{
		"the line":        line,
		"lower case":      strings.ToLower(line),
		"folded by mail":  line[:60] + "\r\n" + line[60:120] + "\r\n" + line[120:],
		"in a sentence":   "Hello,\nhere it is:\n" + line + "\n\nBest wishes, Amina",
		"the whole file":  string(v.File()),
		"file with CR LF": strings.ReplaceAll(string(v.File()), "\n", "\r\n"),
	} {
		got, err := ParseInvite([]byte(text))
		if err != nil || got.Token != v.Token || got.Root != v.Root || got.Addresses[0] != v.Addresses[0] {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if strings.Contains(name, "file") && got.Centre == nil {
			t.Errorf("%s: the centre's card is missing", name)
		}
	}
	t.Logf("the line has %d characters", len(line))
}

func TestAnInviteCutShortOrMistypedIsRefused(t *testing.T) {
	line := newInvite(t).Line()
	for n := len(Scheme); n < len(line); n++ {
		if _, err := ParseInvite([]byte(line[:n])); !errors.Is(err, ErrInviteCut) {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
	for i := len(Scheme); i < len(line); i++ {
		bad := []byte(line)
		bad[i] = crockford[(strings.IndexByte(crockford, bad[i])+1)%32]
		if _, err := ParseInvite(bad); !errors.Is(err, ErrInviteCut) {
			t.Fatalf("character %d changed: %v", i, err)
		}
	}
	if _, err := ParseInvite([]byte("https://example.org/join")); !errors.Is(err, ErrNotInvite) {
		t.Fatalf("an address alone: %v", err)
	}
}

func TestAFileWhoseCardIsNotTheLinesIsRefused(t *testing.T) {
	a, b := newInvite(t), newInvite(t)
	card := b.File()[bytes.Index(b.File(), []byte("centre:")):]
	mixed := append([]byte(a.Line()+"\n\n"), card...)
	if _, err := ParseInvite(mixed); !errors.Is(err, ErrInviteCentre) {
		t.Fatalf("got %v", err)
	}
}

func TestARedeemedTokenIsOfNoUseToAnotherDevice(t *testing.T) {
	v := newInvite(t)
	a, b := newIdentity(t).ID(), newIdentity(t).ID()
	if bytes.Equal(Redeem(v.Token, a), Redeem(v.Token, b)) {
		t.Fatal("two devices show the same proof")
	}
}

func FuzzParseInvite(f *testing.F) {
	f.Add([]byte("baraza:0123"))
	f.Add(newInvite(f).File())
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := ParseInvite(text)
		if err != nil {
			return
		}
		again, err := ParseInvite(v.File())
		if err != nil || again.Line() != v.Line() {
			t.Fatalf("written and read again: %v", err)
		}
	})
}

func FuzzParseEnvelope(f *testing.F) {
	_, key, _ := ed25519.GenerateKey(rand.Reader)
	raw, _ := SignEnvelope(key, []byte("header"), []byte("payload"))
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		if e, err := ParseEnvelope(raw); err == nil && !bytes.Equal(e.Bytes(), raw) {
			t.Fatal("decoded and encoded it is other bytes")
		}
	})
}

func newInvite(t testing.TB) Invite {
	t.Helper()
	_, root, _ := ed25519.GenerateKey(rand.Reader)
	log, _, _ := ed25519.GenerateKey(rand.Reader)
	c := Centre{Name: "Secretariat", Consultation: "wg-study", LogKey: log, Issued: 1_790_000_000}
	for range MinRecipients {
		k, _ := NewRecipientKey(rand.Reader, "reader")
		p, err := k.Public()
		if err != nil {
			t.Fatal(err)
		}
		c.Recipients = append(c.Recipients, p)
	}
	c, err := SignCentre(root, c)
	if err != nil {
		t.Fatal(err)
	}
	token, _ := NewToken(rand.Reader)
	return Invite{Consultation: "wg-study", Addresses: []string{"https://centre.example:8443#pin=AB"},
		Root: c.Root(), Recipients: c.RecipientsHash(), Token: token, Centre: &c}
}
