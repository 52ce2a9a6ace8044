package identity

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"baraza.example/sync/canon"
)

// An Invite joins a device to a consultation. As a line it is short enough for
// a QR code; as a file it also carries the centre's card, so that a device
// without any link can seal at once.
type Invite struct {
	Consultation string
	Addresses    []string // of the centre and, if any, of hubs, as httpsync.Address writes them
	Root         ID
	Recipients   [16]byte // Centre.RecipientsHash when the invite was made
	Token        [16]byte
	Centre       *Centre // only in a file
}

// Scheme begins an invite's line.
const Scheme = "baraza:"

const (
	maxInviteText = 256 << 10
	maxAddresses  = 8
	maxSchemes    = 8 // how often the scheme may stand in a text before an invite does
)

// The ways an invite can be wrong, in words for the person who pasted it.
var (
	ErrNotInvite    = errors.New("this is not an invite: it should begin with “baraza:”")
	ErrInviteCut    = errors.New("the invite is incomplete or was mistyped: copy the whole line again")
	ErrInviteCentre = errors.New("the invite's file was changed: its centre's card is not the one that the line names")
)

// NewToken draws the secret that lets one invite be redeemed.
func NewToken(rand io.Reader) (token [16]byte, err error) {
	_, err = io.ReadFull(rand, token[:])
	return token, err
}

// Redeem is what a device shows for a token: bound to its key, so that a relay
// that sees it can't use it for another.
func Redeem(token [16]byte, device ID) []byte {
	m := hmac.New(sha256.New, token[:])
	m.Write([]byte("baraza registration v1\x00"))
	m.Write(device[:])
	return m.Sum(nil)[:16]
}

type inviteWire struct {
	_            struct{} `cbor:",toarray"`
	Version      uint
	Consultation string
	Addresses    []string
	Root         []byte
	Recipients   []byte
	Token        []byte
}

// Line is the invite as one line of text.
func (v Invite) Line() string {
	body := canon.Encode(inviteWire{Version: 1, Consultation: v.Consultation, Addresses: v.Addresses,
		Root: v.Root[:], Recipients: v.Recipients[:], Token: v.Token[:]})
	return makeLine(Scheme, body)
}

// File is the invite as a text file: words for people, the line, and the
// centre's card where v has one.
func (v Invite) File() []byte {
	var b bytes.Buffer
	b.WriteString("Invitation to take part with Baraza.\nOpen this file with the app, or paste the long line below into it.\nKeep it to yourself: whoever has it can register.\n\n")
	b.WriteString(v.Line())
	b.WriteByte('\n')
	if v.Centre != nil {
		card, _ := v.Centre.MarshalBinary() // never fails
		b.WriteString("\ncentre:\n")
		for text := base64.StdEncoding.EncodeToString(card); text != ""; {
			n := min(76, len(text))
			b.WriteString(text[:n])
			b.WriteByte('\n')
			text = text[n:]
		}
	}
	return b.Bytes()
}

// ParseInvite reads a line or a file, also with spaces, line breaks and other
// words around it, as mail programs and people make them.
func ParseInvite(text []byte) (Invite, error) {
	if len(text) > maxInviteText {
		return Invite{}, fmt.Errorf("%w (%d bytes)", ErrNotInvite, len(text))
	}
	err := ErrNotInvite
	for range maxSchemes {
		i := indexOf(text, Scheme)
		if i < 0 {
			break
		}
		text = text[i+len(Scheme):]
		var v Invite
		if v, err = parseFrom(text); err == nil {
			return v, nil
		}
	}
	return Invite{}, err
}

// parseFrom reads what follows the scheme.
func parseFrom(rest []byte) (Invite, error) {
	line, card := rest, []byte(nil)
	if i := bytes.Index(rest, []byte("centre:")); i >= 0 {
		line, card = rest[:i], rest[i+len("centre:"):]
	}
	v, err := parseLine(string(line))
	if err != nil || card == nil {
		return v, err
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(card)), ""))
	if err != nil {
		return Invite{}, ErrInviteCut
	}
	var c Centre
	if err := c.UnmarshalBinary(raw); err != nil {
		return Invite{}, fmt.Errorf("%w: %v", ErrInviteCut, err)
	}
	if c.Root() != v.Root || c.RecipientsHash() != v.Recipients || c.Consultation != v.Consultation {
		return Invite{}, ErrInviteCentre
	}
	v.Centre = &c
	return v, nil
}

func parseLine(line string) (Invite, error) {
	body, err := readLine(line)
	if err != nil {
		return Invite{}, ErrInviteCut
	}
	var w inviteWire
	if err := canon.DecodeExact(body, &w); err != nil || w.Version != 1 || len(w.Root) != 16 ||
		len(w.Recipients) != 16 || len(w.Token) != 16 || len(w.Addresses) > maxAddresses {
		return Invite{}, fmt.Errorf("%w (or made by a newer version of the app)", ErrInviteCut)
	}
	return Invite{Consultation: w.Consultation, Addresses: w.Addresses,
		Root: ID(w.Root), Recipients: [16]byte(w.Recipients), Token: [16]byte(w.Token)}, nil
}
