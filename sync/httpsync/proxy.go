package httpsync

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// ErrProxySetting means text that names no proxy.
var ErrProxySetting = errors.New("this names no proxy")

// NoProxy is what a person sets where the system's proxy is not to be used.
const NoProxy = "none"

// ParseProxy reads which proxy a person wants: host:port, a URL (http, https, socks5; with
// name and password where it asks for them), [NoProxy], or nothing for the system's
// settings (HTTPS_PROXY, NO_PROXY). Addresses of this machine and of local networks are
// reached without the proxy of a person.
func ParseProxy(text string) (func(*http.Request) (*url.URL, error), error) {
	text = strings.TrimSpace(text)
	switch text {
	case "":
		return http.ProxyFromEnvironment, nil
	case NoProxy:
		return func(*http.Request) (*url.URL, error) { return nil, nil }, nil
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || len(text) > maxLength: // the text may hold a password: it is not repeated
		return nil, ErrProxySetting
	case u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" || u.Hostname() == "" || u.RawQuery != "" || strings.Trim(u.Path, "/") != "":
		return nil, fmt.Errorf("%w: it is not like proxy.example:3128", ErrProxySetting)
	}
	return func(r *http.Request) (*url.URL, error) {
		if near(r.URL.Hostname()) {
			return nil, nil
		}
		return u, nil
	}, nil
}

// near reports whether host is an address that no proxy is needed for.
func near(host string) bool {
	a, err := netip.ParseAddr(host)
	if err != nil {
		return host == "localhost" || strings.HasSuffix(host, ".local")
	}
	return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
}

// proxyAnswer is called with what a proxy says to CONNECT.
func proxyAnswer(_ context.Context, _ *url.URL, _ *http.Request, r *http.Response) error {
	switch r.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusProxyAuthRequired:
		return fmt.Errorf("%w: it answered %s", ErrProxyPassword, r.Status)
	}
	return &proxyNo{r.Status}
}

// proxyNo is a proxy's refusal.
type proxyNo struct{ status string }

func (e *proxyNo) Error() string { return "the proxy answered " + e.status }
func (e *proxyNo) Unwrap() error { return ErrProxy }

// proxyProblem says for people why a proxy did not let a request through; nil if it was none.
func (c *Client) proxyProblem(err error) error {
	host := c.address.host()
	var op *net.OpError
	var no *proxyNo
	switch {
	case errors.Is(err, ErrProxyPassword):
		return c.say(ErrProxyPassword, err, "The proxy of this network asks for a name and password before it lets us through to %s. Nothing was lost; put them into the settings, as in http://name:password@proxy:3128.", host)
	case errors.As(err, &no):
		return c.say(ErrProxy, err, "The proxy of this network does not let us through to %s (it answered %s). Nothing was lost; ask who runs the network, or try another one.", host, no.status)
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return c.say(ErrProxy, err, "The proxy that this device should go through can't be reached. Nothing was lost; look at the proxy in the settings, or ask who runs the network.")
	case errors.Is(err, ErrProxy):
		return c.say(ErrProxy, err, "The proxy of this network does not let us through to %s. Nothing was lost; ask who runs the network, or try another one.", host)
	}
	return nil
}
