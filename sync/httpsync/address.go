package httpsync

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"baraza.example/sync/identity"
)

// An Address is where a hub or centre is reached: a URL, with a pin in its
// fragment where its certificate is its own:
//
//	https://centre.example
//	https://192.168.8.1:8443#pin=7Q2M…
type Address struct {
	URL string // scheme, host, port and a path to stand before [Path]
	Pin Pin    // of the server's key; empty: its certificate has to be publicly trusted
}

// A Pin is the beginning of the SHA-256 of a certificate's public key
// (SubjectPublicKeyInfo): at least 16 bytes. It is written in Crockford's base32.
type Pin []byte

const (
	minPin    = 16
	maxLength = 1000
)

// ErrAddress means text that is no address of a hub or centre.
var ErrAddress = errors.New("this is no address of a hub or centre")

// ParseAddress reads an address as it stands in an invite or as people type
// it; without a scheme it is https.
func ParseAddress(s string) (Address, error) {
	s = strings.TrimSpace(s)
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	switch {
	case len(s) > maxLength || err != nil:
		return Address{}, fmt.Errorf("%w: %.60q", ErrAddress, s)
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Opaque != "":
		return Address{}, fmt.Errorf("%w: %.60q is not like https://host:port", ErrAddress, s)
	}
	var pin Pin
	if f := u.Fragment; f != "" {
		code, found := strings.CutPrefix(f, "pin=")
		if pin, err = identity.ParseBase32(code); !found || err != nil || len(pin) < minPin || len(pin) > sha256.Size {
			return Address{}, fmt.Errorf("%w: the pin after # is incomplete or was mistyped", ErrAddress)
		}
		if u.Scheme != "https" {
			return Address{}, fmt.Errorf("%w: a pin needs https", ErrAddress)
		}
	}
	u.Fragment, u.RawFragment = "", ""
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return Address{u.String(), pin}, nil
}

// String is what ParseAddress reads.
func (a Address) String() string {
	if len(a.Pin) == 0 {
		return a.URL
	}
	return a.URL + "#pin=" + identity.Base32(a.Pin)
}

// host is the part of the address that people recognise.
func (a Address) host() string {
	u, err := url.Parse(a.URL)
	if err != nil {
		return a.URL
	}
	return u.Host
}

// PinOf returns the pin of a certificate's key, as short as pins may be.
func PinOf(c *x509.Certificate) Pin {
	h := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return h[:minPin]
}

// Fits reports whether c has the pinned key.
func (p Pin) Fits(c *x509.Certificate) bool {
	h := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return len(p) >= minPin && len(p) <= len(h) && subtle.ConstantTimeCompare(h[:len(p)], p) == 1
}
