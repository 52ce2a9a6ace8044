package httpsync_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"baraza.example/sync/httpsync"
)

func TestAddressesAsPeopleAndInvitesWriteThem(t *testing.T) {
	for in, want := range map[string]string{
		"https://centre.example":                                   "https://centre.example",
		" centre.example:8443/ ":                                   "https://centre.example:8443",
		"http://127.0.0.1:8080":                                    "http://127.0.0.1:8080",
		"https://centre.example/baraza-of/others/":                 "https://centre.example/baraza-of/others",
		"https://[fe80::1]:8443#pin=" + strings.Repeat("0", 26):    "https://[fe80::1]:8443#pin=" + strings.Repeat("0", 26),
		"https://h#pin=" + "7q2m-" + strings.Repeat("o", 21) + "4": "https://h#pin=7Q2M" + strings.Repeat("0", 21) + "4",
	} {
		a, err := httpsync.ParseAddress(in)
		if err != nil || a.String() != want {
			t.Errorf("%q is %q: %v", in, a.String(), err)
		}
	}
}

func TestWhatIsNoAddress(t *testing.T) {
	for _, in := range []string{"", "https://", "ftp://centre.example", "https://u:p@centre.example", "https://centre.example?x", "https://h#pin=7Q2M",
		"https://h#" + strings.Repeat("0", 26), "http://h#pin=" + strings.Repeat("0", 26), "https://h/" + strings.Repeat("x", 2000), "https://a b"} {
		if a, err := httpsync.ParseAddress(in); !errors.Is(err, httpsync.ErrAddress) {
			t.Errorf("%.40q is %v: %v", in, a, err)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	f.Add("https://centre.example:8443#pin=" + strings.Repeat("Z", 26))
	f.Add("http://127.0.0.1/%2e%2e/x")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := httpsync.ParseAddress(s)
		if err != nil {
			return
		}
		b, err := httpsync.ParseAddress(a.String())
		if err != nil || b.URL != a.URL || !bytes.Equal(a.Pin, b.Pin) {
			t.Errorf("%q is %v, and again %v: %v", s, a, b, err)
		}
	})
}
