package central

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baraza.example/sync/identity"
)

// The folder of a centre's keys, by who needs what.
const (
	listenerFolder = "listener" // what `barazad central` needs to run
	deskFolder     = "desk"     // what opens records
	awayFolder     = "away"     // to be moved to another place
	cardFile       = "centre.card"
	logKeyFile     = "log.key"
	rootKeyFile    = "root.key"
	inviteFile     = "invite.txt"
	readmeFile     = "README.txt"
	keySuffix      = ".key"
)

// ErrKeysExist means that Init would overwrite the keys of a centre. Nobody
// could open what was sealed for them any more.
var ErrKeysExist = errors.New("there are keys of a centre already")

// InitOptions say what centre to make. Name, Consultation and Store are needed.
type InitOptions struct {
	Name         string
	Consultation string   // its ID
	Addresses    []string // of the public listener and, if any, of hubs, for the first invite
	Store        Store    // where the invite's token is kept
	Now          func() time.Time
	Rand         io.Reader // nil means crypto/rand
}

// Init makes the keys of a centre in dir, which must not exist or be empty:
// root key, log key and three recipients' keys, each in a file of its own with
// mode 0600 and a README that says which to move away. It signs the centre's
// card and makes a first invite. Either all of it is in dir afterwards, flushed
// to the disk, or nothing.
func Init(ctx context.Context, dir string, o InitOptions) (identity.Invite, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if !keyName(o.Name) || o.Consultation == "" {
		return identity.Invite{}, errors.New("a centre needs a name of one line and a consultation")
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return identity.Invite{}, fmt.Errorf("%w in %s: move that folder away first if you mean to begin anew", ErrKeysExist, dir)
	}
	files, centre, err := draw(o)
	if err != nil {
		return identity.Invite{}, err
	}
	invite, err := NewInvite(ctx, o.Store, centre, o.Addresses, "made with the centre", o.Now(), o.Rand)
	if err != nil {
		return invite, err
	}
	files[inviteFile] = invite.File()
	if err := writeFolder(dir, files); err != nil {
		return identity.Invite{}, fmt.Errorf("write the centre's keys: %w", err)
	}
	return invite, nil
}

// draw makes keys and card and the files that hold them.
func draw(o InitOptions) (map[string][]byte, identity.Centre, error) {
	files := map[string][]byte{readmeFile: []byte(readme(o.Name))}
	centre := identity.Centre{Name: o.Name, Consultation: o.Consultation, Issued: o.Now().Unix()}
	var root ed25519.PrivateKey
	for _, k := range []struct {
		use          keyUse
		folder, file string
		name         string
	}{
		{useRoot, awayFolder, rootKeyFile, "Root of " + o.Name},
		{useLog, listenerFolder, logKeyFile, "Log of " + o.Name},
		{useRecipient, deskFolder, "secretariat-1" + keySuffix, "Secretariat 1"},
		{useRecipient, deskFolder, "secretariat-2" + keySuffix, "Secretariat 2"},
		{useRecipient, awayFolder, "offline" + keySuffix, "Kept offline"},
	} {
		f := keyFile{use: k.use, name: clipName(k.name)}
		if _, err := io.ReadFull(o.Rand, f.secret[:]); err != nil {
			return nil, centre, fmt.Errorf("draw a key: %w", err)
		}
		text, err := f.encode()
		if err != nil {
			return nil, centre, err
		}
		files[k.folder+"/"+k.file] = text
		switch k.use {
		case useRoot:
			root = f.signing()
		case useLog:
			centre.LogKey = f.signing().Public().(ed25519.PublicKey)
		case useRecipient:
			r, err := f.recipient().Public()
			if err != nil {
				return nil, centre, err
			}
			centre.Recipients = append(centre.Recipients, r)
		}
	}
	centre, err := identity.SignCentre(root, centre)
	if err != nil {
		return nil, centre, err
	}
	files[listenerFolder+"/"+cardFile] = encodeCard(centre)
	return files, centre, nil
}

func clipName(name string) string {
	if len(name) > identity.MaxName {
		name = strings.TrimSpace(strings.ToValidUTF8(name[:identity.MaxName], ""))
	}
	return name
}

// NewInvite makes a token, keeps it in store with note (whom the invite is for),
// and returns the invite with the centre's card.
func NewInvite(ctx context.Context, store Store, centre identity.Centre, addresses []string, note string, now time.Time, random io.Reader) (identity.Invite, error) {
	token, err := identity.NewToken(random)
	if err != nil {
		return identity.Invite{}, fmt.Errorf("draw a token: %w", err)
	}
	v := identity.Invite{Consultation: centre.Consultation, Addresses: addresses, Root: centre.Root(),
		Recipients: centre.RecipientsHash(), Token: token, Centre: &centre}
	if _, err := identity.ParseInvite(v.File()); err != nil {
		return identity.Invite{}, fmt.Errorf("make an invite: too many or too long addresses: %w", err)
	}
	if err := store.AddToken(ctx, Token{Token: token, Note: note, Made: now.Unix()}); err != nil {
		return identity.Invite{}, err
	}
	return v, nil
}

// Keys are what the public listener needs: nothing that opens a record.
type Keys struct {
	Centre identity.Centre
	LogKey ed25519.PrivateKey
}

// Load reads the listener's part of the folder that Init made.
func Load(dir string) (Keys, error) {
	var k Keys
	path := filepath.Join(dir, listenerFolder, cardFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return k, fmt.Errorf("read the centre's card: %w", err)
	}
	if k.Centre, err = decodeCard(text); err != nil {
		return k, fmt.Errorf("%s: %w", path, err)
	}
	f, err := readKey(filepath.Join(dir, listenerFolder, logKeyFile), useLog)
	if err != nil {
		return k, err
	}
	if k.LogKey = f.signing(); !k.Centre.LogKey.Equal(k.LogKey.Public()) {
		return k, fmt.Errorf("%w: the log key is not the one on the centre's card", ErrOtherLog)
	}
	return k, nil
}

// LoadRecipient reads one key that opens records.
func LoadRecipient(path string) (identity.RecipientKey, error) {
	f, err := readKey(path, useRecipient)
	return f.recipient(), err
}

// LoadDesk reads the recipients' keys that lie in the desk part of dir.
func LoadDesk(dir string) ([]identity.RecipientKey, error) {
	files, err := filepath.Glob(filepath.Join(dir, deskFolder, "*"+keySuffix))
	if err != nil {
		return nil, fmt.Errorf("look for the desk's keys: %w", err)
	}
	var keys []identity.RecipientKey
	for _, file := range files {
		k, err := LoadRecipient(file)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("no key in %s: %w", filepath.Join(dir, deskFolder), os.ErrNotExist)
	}
	return keys, nil
}

func readKey(path string, use keyUse) (keyFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return keyFile{}, fmt.Errorf("read a key: %w", err)
	}
	f, err := parseKeyFile(text)
	if err == nil && f.use != use {
		err = fmt.Errorf("%w: it is a %s key, a %s key is needed here", ErrKeyFile, f.use, use)
	}
	if err != nil {
		return keyFile{}, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

const (
	cardHeader  = "baraza-centre 1\n"
	maxCardFile = 128 << 10
)

// encodeCard writes the card as text; it is signed, so it has no check line.
func encodeCard(c identity.Centre) []byte {
	raw, _ := c.MarshalBinary() // never fails
	var b strings.Builder
	b.WriteString(cardHeader)
	for text := base64.StdEncoding.EncodeToString(raw); text != ""; {
		n := min(76, len(text))
		b.WriteString(text[:n] + "\n")
		text = text[n:]
	}
	return []byte(b.String())
}

func decodeCard(text []byte) (identity.Centre, error) {
	var c identity.Centre
	body, ok := strings.CutPrefix(strings.ReplaceAll(string(text), "\r\n", "\n"), cardHeader)
	if !ok || len(text) > maxCardFile {
		return c, fmt.Errorf("%w: it does not begin as one", identity.ErrCentre)
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(body), ""))
	if err != nil {
		return c, fmt.Errorf("%w: %v", identity.ErrCentre, err)
	}
	return c, c.UnmarshalBinary(raw)
}
