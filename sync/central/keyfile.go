package central

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"baraza.example/sync/identity"
)

// A key file is a few lines of text that people can look at, print and compare:
// docs/protocol/centre-keys.md has it byte by byte.

// ErrKeyFile means that a file is no key of a centre, or was changed.
var ErrKeyFile = errors.New("this is no key file of a centre, or it is damaged")

type keyUse string

const (
	useRoot      keyUse = "root"
	useLog       keyUse = "log"
	useRecipient keyUse = "recipient"
)

const (
	keyHeader  = "baraza-key 1 "
	maxKeyFile = 4096
	keyWarning = "# This is a secret key. Whoever can read this file can do what it does.\n"
)

type keyFile struct {
	use    keyUse
	name   string
	secret [32]byte
}

// id names the key's public half.
func (k keyFile) id() (identity.ID, error) {
	switch k.use {
	case useRoot, useLog:
		return identity.IDOf(k.signing().Public().(ed25519.PublicKey)), nil
	case useRecipient:
		r, err := k.recipient().Public()
		return r.ID(), err
	}
	return identity.ID{}, fmt.Errorf("%w: a key for %q", ErrKeyFile, k.use)
}

func (k keyFile) signing() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(k.secret[:]) }

func (k keyFile) recipient() identity.RecipientKey {
	return identity.RecipientKey{Name: k.name, Seed: k.secret}
}

func (k keyFile) encode() ([]byte, error) {
	id, err := k.id()
	if err != nil {
		return nil, err
	}
	if !keyName(k.name) {
		return nil, fmt.Errorf("%w: the name %q", ErrKeyFile, k.name)
	}
	body := fmt.Sprintf("%s%s\nname: %s\nid: %s\nsecret: %x\n", keyHeader, k.use, k.name, id, k.secret)
	return []byte(keyWarning + body + "check: " + keyCheck(body) + "\n"), nil
}

func keyCheck(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:4])
}

// keyName reports whether a name fits on its line and shows as it is.
func keyName(name string) bool {
	return name != "" && len(name) <= identity.MaxName && name == strings.TrimSpace(name) &&
		!strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
}

// parseKeyFile reads what encode wrote. Other comments before it, and the line
// ends and trailing spaces that mail programs make, are forgiven; nothing else.
func parseKeyFile(text []byte) (keyFile, error) {
	var k keyFile
	if len(text) > maxKeyFile {
		return k, fmt.Errorf("%w: %d bytes", ErrKeyFile, len(text))
	}
	var lines []string
	for line := range bytes.Lines(text) {
		l := strings.TrimRight(string(line), " \t\r\n")
		if len(lines) == 0 && (l == "" || strings.HasPrefix(l, "#")) {
			continue
		}
		lines = append(lines, l)
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	if len(lines) != 5 {
		return k, fmt.Errorf("%w: %d lines, it has five", ErrKeyFile, len(lines))
	}
	if sum, ok := strings.CutPrefix(lines[4], "check: "); !ok || sum != keyCheck(strings.Join(lines[:4], "\n")+"\n") {
		return k, fmt.Errorf("%w: its check line does not fit", ErrKeyFile)
	}
	use, ok := strings.CutPrefix(lines[0], keyHeader)
	name, named := strings.CutPrefix(lines[1], "name: ")
	id, hasID := strings.CutPrefix(lines[2], "id: ")
	text16, hasSecret := strings.CutPrefix(lines[3], "secret: ")
	secret, err := hex.DecodeString(text16)
	if !ok || !named || !hasID || !hasSecret || !keyName(name) || err != nil || len(secret) != 32 || text16 != strings.ToLower(text16) {
		return k, fmt.Errorf("%w: a line is not as it should be", ErrKeyFile)
	}
	k = keyFile{keyUse(use), name, [32]byte(secret)}
	if own, err := k.id(); err != nil || own.String() != id {
		return keyFile{}, fmt.Errorf("%w: its id is another key's", ErrKeyFile)
	}
	return k, nil
}
