package httpsync

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"baraza.example/sync/batch"
)

// What kept a run from reaching the server. Compare with errors.Is; the text
// of the whole error is one line for people.
var (
	ErrPortal        = errors.New("captive portal")       // the network answered in the server's place
	ErrName          = errors.New("wrong name")           // the certificate is another server's
	ErrAuthority     = errors.New("unknown authority")    // nobody we trust vouches for the certificate
	ErrPin           = errors.New("wrong pin")            // the key is not the one of the address
	ErrValidity      = errors.New("certificate's time")   // expired or not yet valid by our clock
	ErrPlain         = errors.New("no TLS there")         // the server speaks plain HTTP, or a TLS of before 2018
	ErrRefused       = errors.New("nobody listens")       // the machine is there, the program is not
	ErrNoRoute       = errors.New("no way to the server") // no link, no such name, no answer
	ErrProxy         = errors.New("proxy")                // the proxy on the way does not let us pass
	ErrProxyPassword = errors.New("proxy wants a password")
	ErrBuffered      = errors.New("only whole requests pass") // and the server is too old to go in turns
	ErrBroken        = errors.New("the link broke")           // while the server was being reached
	ErrNotHere       = errors.New("no exchange there")        // a web server without our path, or in trouble
)

// A Problem is why a server was not reached, said for people.
type Problem struct {
	Kind error // one of the values above
	Line string
	Err  error // the rest, for logs; may be nil

	// Of ErrValidity, where the clock of this device seems wrong: what it says, and what
	// another one says or has said. Zero otherwise.
	Ours, Theirs time.Time
}

func (p *Problem) Error() string { return p.Line }

// Unwrap gives kind and cause.
func (p *Problem) Unwrap() []error {
	if p.Err == nil {
		return []error{p.Kind}
	}
	return []error{p.Kind, p.Err}
}

func (c *Client) say(kind, err error, format string, args ...any) error {
	return &Problem{Kind: kind, Line: fmt.Sprintf(format, args...), Err: err}
}

func (c *Client) portal(what string) error {
	return c.say(ErrPortal, nil, "This network answered with %s of its own instead of %s. Open a web page in a browser, log in or accept its terms, then try again. Nothing was lost.", what, c.address.host())
}

// status judges the head of an answer that should be of a content type.
func (c *Client) status(r *http.Response, wanted string) error {
	t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	host := c.address.host()
	switch {
	case r.StatusCode == http.StatusOK && t == wanted:
		return nil
	case r.StatusCode/100 == 2, r.StatusCode == http.StatusNetworkAuthenticationRequired:
		return c.portal("a page")
	case r.StatusCode/100 == 3:
		where := "a login page"
		if u, err := url.Parse(r.Header.Get("Location")); err == nil && u.Host != "" {
			where += " at " + u.Host
		}
		return c.portal(where)
	case r.StatusCode == http.StatusProxyAuthRequired:
		return c.proxyProblem(ErrProxyPassword)
	case r.StatusCode == http.StatusServiceUnavailable, r.StatusCode == http.StatusTooManyRequests:
		return c.say(ErrNotHere, batch.Refusal{Code: batch.RefusedBusy, After: retryAfter(r.Header.Get("Retry-After"), c.clock())},
			"%s is busy. It will be tried again later.", host)
	}
	return c.say(ErrNotHere, nil, "%s is a web server, but no exchange is there (it answered %d). Compare the address with the invite.", host, r.StatusCode)
}

// retryAfter reads the header's two forms as seconds.
func retryAfter(v string, now time.Time) int64 {
	if n, err := strconv.ParseInt(v, 10, 32); err == nil {
		return max(n, 0)
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(int64(t.Sub(now)/time.Second), 0)
	}
	return 0
}

// problem says for people why a request failed.
func (c *Client) problem(ctx context.Context, err error) error {
	host := c.address.host()
	if said := c.proxyProblem(err); said != nil {
		return said
	}
	var (
		name      x509.HostnameError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		plain     tls.RecordHeaderError
		lookup    *net.DNSError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, ErrPin):
		return c.say(ErrPin, err, "The server at %s does not have the key that the address promises. Another machine answers in its place, perhaps the login page of this network: open a web page in a browser. If the server was set up anew, ask for a new invite.", host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		return c.validity(ctx, invalid.Cert, err)
	case errors.As(err, &name):
		return c.say(ErrName, err, "The server that answered for %s shows a certificate for %s. The address is wrong, or this network answers in its place with a login page.", host, certified(name.Certificate))
	case errors.As(err, &authority):
		return c.say(ErrAuthority, err, "Nobody this device trusts vouches for the certificate of %s. If it is a hub or centre with a certificate of its own, use the whole address from the invite, with #pin=…", host)
	case errors.As(err, &plain), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return c.say(ErrPlain, err, "%s does not speak https. Compare the address with the invite; a login page of this network may stand in between.", host)
	case oldTLS(err):
		return c.say(ErrPlain, err, "What answered for %s speaks only an old, less safe form of https. A login page of this network may stand in between: open a web page in a browser. Otherwise whoever runs the server, or a proxy before it, has to allow TLS 1.3.", host)
	case errno(err, syscall.ECONNREFUSED, 10061):
		return c.say(ErrRefused, err, "Nobody listens at %s. The server is not running there, or the address has another port.", host)
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return c.say(ErrNoRoute, err, "The name %s can't be found. There is no link at the moment, or the address was mistyped.", host)
	case errors.As(err, &lookup), errno(err, syscall.ENETUNREACH, 10051), errno(err, syscall.EHOSTUNREACH, 10065), errno(err, syscall.ETIMEDOUT, 10060):
		return c.say(ErrNoRoute, err, "There is no way to %s at the moment.", host)
	}
	return c.say(ErrBroken, err, "The link to %s broke before it answered. Nothing was lost; try again.", host)
}

// oldTLS reports whether the other side knows no version of TLS that we speak. Package
// crypto/tls has no value to compare with, neither for its own word nor for an alert.
func oldTLS(err error) bool { return strings.Contains(err.Error(), "protocol version") }

func certified(cert *x509.Certificate) string {
	if cert == nil {
		return "another name"
	}
	names := cert.DNSNames
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "no name at all"
	}
	return strings.Join(names[:min(len(names), 3)], ", ")
}

// errno looks for a system error by its name and by its number on Windows,
// where package syscall gives it no name that compares.
func errno(err error, unix, windows syscall.Errno) bool {
	return errors.Is(err, unix) || errors.Is(err, windows)
}
