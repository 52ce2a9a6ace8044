package central

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"baraza.example/sync/identity"
)

// The example of docs/protocol/centre-keys.md.
const exampleKey = keyWarning + `baraza-key 1 log
name: Log of Test centre
id: AS3N-N9TM-CD3M-R0M5-VXEV-YAYA-PWQ1
secret: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
check: 8dcaba97
`

func TestKeyFileIsAsDocumented(t *testing.T) {
	k := keyFile{use: useLog, name: "Log of Test centre"}
	for i := range k.secret {
		k.secret[i] = byte(i)
	}
	text, err := k.encode()
	if err != nil || string(text) != exampleKey {
		t.Errorf("got\n%s%v", text, err)
	}
	if got, err := parseKeyFile(text); err != nil || got != k {
		t.Errorf("read back: %+v, %v", got, err)
	}
}

func FuzzKeyFile(f *testing.F) {
	for _, use := range []keyUse{useRoot, useLog, useRecipient} {
		text, err := keyFile{use: use, name: "Ñandú 1", secret: [32]byte{1}}.encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(keyHeader + "root\nname: a\nid: b\nsecret: c\ncheck: d\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		k, err := parseKeyFile(text)
		if err != nil {
			if !errors.Is(err, ErrKeyFile) {
				t.Errorf("%v", err)
			}
			return
		}
		again, err := k.encode()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parseKeyFile(again); err != nil || got != k {
			t.Errorf("%+v became %+v, %v", k, got, err)
		}
		// Decoded and encoded it is the same bytes, but for what is forgiven.
		if got, want := keyLines(text), keyLines(again); got != want {
			t.Errorf("%q became %q", got, want)
		}
	})
}

// keyLines is a key file without comments before it and spaces after lines.
func keyLines(text []byte) string {
	var b strings.Builder
	for line := range bytes.Lines(text) {
		if l := bytes.TrimRight(line, " \t\r\n"); b.Len() > 0 || len(l) > 0 && l[0] != '#' {
			b.Write(append(l, '\n'))
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

func FuzzCardFile(f *testing.F) {
	_, c, err := draw(InitOptions{Name: "Test centre", Consultation: "c", Now: time.Now, Rand: rand.Reader})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(encodeCard(c))
	f.Add([]byte(cardHeader))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := decodeCard(text)
		if err != nil {
			if !errors.Is(err, identity.ErrCentre) {
				t.Errorf("%v", err)
			}
			return
		}
		again, err := decodeCard(encodeCard(c))
		if err != nil || !bytes.Equal(encodeCard(again), encodeCard(c)) {
			t.Errorf("a card that was read does not come back: %v", err)
		}
	})
}
