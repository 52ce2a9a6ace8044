package central

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// A Role says what a person may do at the desk. Today every account that may
// log in reads everything; the column is there so that later versions can
// narrow it without asking everybody anew.
type Role string

// The roles, from the one that may least.
const (
	Viewer    Role = "viewer"
	Analyst   Role = "analyst"
	Editor    Role = "editor"
	Admin     Role = "admin"
	Keyholder Role = "keyholder"
)

// Known reports whether r is one of the roles.
func (r Role) Known() bool {
	switch r {
	case Viewer, Analyst, Editor, Admin, Keyholder:
		return true
	}
	return false
}

// An Account lets one person log in to the desk's pages.
type Account struct {
	Name     string
	Role     Role
	Verifier string // of the passphrase: Argon2id in the PHC string format
	Changed  int64  // when the passphrase was given
}

// Accounts keeps who may log in to the desk. sqlstore fulfils it.
type Accounts interface {
	// PutAccount keeps a under its name, in place of what was there.
	PutAccount(ctx context.Context, a Account) error
	// Account returns the account with this name, or ErrNotFound.
	Account(ctx context.Context, name string) (Account, error)
	// ListAccounts lists all by name.
	ListAccounts(ctx context.Context) ([]Account, error)
	// RemoveAccount removes an account, or fails with ErrNotFound. Whoever is
	// logged in with it is out at the next page.
	RemoveAccount(ctx context.Context, name string) error
}

// Why an account can't be made.
var (
	ErrAccountName = errors.New("a name has 1 to 64 letters, digits, dots, hyphens or underscores")
	ErrPassphrase  = errors.New("a passphrase has at least 12 characters, and at most 1,024 bytes")
)

// Limits of what people log in with. Length is what makes a passphrase hard to
// guess; nothing is asked of its characters (NIST SP 800-63B).
const (
	minPassphrase  = 12   // characters
	maxPassphrase  = 1024 // bytes
	maxAccountName = 64   // bytes
)

// The cost of a guess. docs/ARCHITECTURE.md names it; a verifier carries its
// own, so that it can be raised.
const (
	argonTime    = 3
	argonMemory  = 64 << 10 // KiB
	argonThreads = 1
	argonSalt    = 16 // bytes
	argonHash    = 32 // bytes
	// A damaged or changed database must not take the machine's memory.
	maxArgonTime   = 16
	maxArgonMemory = 256 << 10 // KiB
)

// NewAccount makes an account, with random as the source of its salt (nil means
// crypto/rand) and now in seconds since 1970.
func NewAccount(name, passphrase string, role Role, now int64, random io.Reader) (Account, error) {
	if !accountName(name) {
		return Account{}, ErrAccountName
	}
	if utf8.RuneCountInString(passphrase) < minPassphrase || len(passphrase) > maxPassphrase || !utf8.ValidString(passphrase) {
		return Account{}, ErrPassphrase
	}
	if !role.Known() {
		return Account{}, fmt.Errorf("there is no role %q", role)
	}
	if random == nil {
		random = rand.Reader
	}
	salt := make([]byte, argonSalt)
	if _, err := io.ReadFull(random, salt); err != nil {
		return Account{}, fmt.Errorf("draw a salt: %w", err)
	}
	v := verifier{argonTime, argonMemory, argonThreads, salt, nil}
	v.hash = v.derive(passphrase, argonHash)
	return Account{name, role, v.String(), now}, nil
}

func accountName(name string) bool {
	return name != "" && len(name) <= maxAccountName && utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) && r != '.' && r != '-' && r != '_'
	})
}

// Verify reports whether passphrase is the account's. It takes about as long as
// making the account did.
func (a Account) Verify(passphrase string) bool {
	if len(passphrase) > maxPassphrase {
		return false
	}
	v, err := parseVerifier(a.Verifier)
	if err != nil {
		return false
	}
	return subtle.ConstantTimeCompare(v.derive(passphrase, len(v.hash)), v.hash) == 1
}

// A verifier is the PHC string of Argon2id, in parts
// (https://github.com/P-H-C/phc-string-format).
type verifier struct {
	time, memory uint32
	threads      uint8
	salt, hash   []byte
}

func (v verifier) derive(passphrase string, size int) []byte {
	return argon2.IDKey([]byte(passphrase), v.salt, v.time, v.memory, v.threads, uint32(size))
}

func (v verifier) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, v.memory, v.time, v.threads,
		base64.RawStdEncoding.EncodeToString(v.salt), base64.RawStdEncoding.EncodeToString(v.hash))
}

var errVerifier = errors.New("this is no verifier of a passphrase, or it is damaged")

func parseVerifier(text string) (verifier, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return verifier{}, errVerifier
	}
	var v verifier
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &v.memory, &v.time, &v.threads); err != nil || n != 3 {
		return verifier{}, errVerifier
	}
	var err, err2 error
	v.salt, err = base64.RawStdEncoding.DecodeString(parts[4])
	v.hash, err2 = base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || err2 != nil || v.String() != text || v.time == 0 || v.time > maxArgonTime || v.memory < 8 || v.memory > maxArgonMemory ||
		v.threads == 0 || len(v.salt) < 8 || len(v.salt) > 64 || len(v.hash) < 16 || len(v.hash) > 64 {
		return verifier{}, errVerifier
	}
	return v, nil
}
