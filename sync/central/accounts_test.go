package central_test

import (
	"errors"
	"strings"
	"testing"

	"baraza.example/sync/central"
)

func TestAnAccountOpensWithItsPassphraseAlone(t *testing.T) {
	a, err := central.NewAccount("amina", "a long enough phrase ٣", central.Viewer, 7, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !a.Verify("a long enough phrase ٣") {
		t.Error("the right passphrase is refused")
	}
	for _, wrong := range []string{"", "a long enough phrase", "A long enough phrase ٣", strings.Repeat("x", 1<<20)} {
		if a.Verify(wrong) {
			t.Errorf("%.30q opens it", wrong)
		}
	}
	again, err := central.NewAccount("amina", "a long enough phrase ٣", central.Viewer, 7, nil)
	if err != nil || again.Verifier == a.Verifier {
		t.Errorf("two accounts with one passphrase look the same: %v", err)
	}
	if !strings.HasPrefix(a.Verifier, "$argon2id$v=19$m=65536,t=3,p=1$") {
		t.Errorf("the parameters are not stored: %s", a.Verifier)
	}
}

func TestAnAccountNeedsANameAndALongPassphrase(t *testing.T) {
	long := "a long enough phrase"
	for _, c := range []struct {
		name, passphrase string
		want             error
	}{
		{"", long, central.ErrAccountName},
		{"two words", long, central.ErrAccountName},
		{"<b>", long, central.ErrAccountName},
		{strings.Repeat("n", 65), long, central.ErrAccountName},
		{"amina", "too short", central.ErrPassphrase},
		{"amina", strings.Repeat("x", 1025), central.ErrPassphrase},
		{"amina", "not UTF-8 \xff\xff\xff\xff", central.ErrPassphrase},
	} {
		if _, err := central.NewAccount(c.name, c.passphrase, central.Viewer, 0, nil); !errors.Is(err, c.want) {
			t.Errorf("%.20q %.20q: %v", c.name, c.passphrase, err)
		}
	}
	if _, err := central.NewAccount("amina", long, "queen", 0, nil); err == nil {
		t.Error("an unknown role is taken")
	}
}

// Whoever changed the database can't make the desk derive for hours or take all
// memory.
func TestAVerifierWithOutrageousCostIsNotTried(t *testing.T) {
	salt, hash := "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	for _, v := range []string{
		"", "$", "$argon2id$v=19$m=65536,t=3,p=1$" + salt, "$argon2i$v=19$m=65536,t=3,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=4294967295,t=3,p=1$" + salt + "$" + hash, "$argon2id$v=19$m=65536,t=4294967295,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=65536,t=3,p=0$" + salt + "$" + hash, "$argon2id$v=19$m=65536,t=0,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=65536,t=3,p=1$" + salt + "$", "$argon2id$v=19$m=65536,t=3,p=1,$" + salt + "$" + hash,
	} {
		if (central.Account{Verifier: v}).Verify("a long enough phrase") {
			t.Errorf("%q opens", v)
		}
	}
}
