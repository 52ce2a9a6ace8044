package httpsync

import (
	"context"
	"crypto/x509"
	"net/http"
	"time"

	"github.com/go-resty/resty/v2"
)

const (
	// askDateFor is how long a server may take to say what time it is.
	askDateFor = 15 * time.Second
	// clockOff is how far a clock may be off before it is called wrong.
	clockOff = 12 * time.Hour
)

// validity says why a certificate is out of its time. As often as one has run
// out, the clock of the device that looks at it is wrong: so the server is asked
// what its clock says, and what this device knows to be past is looked at. Neither is
// proof, and nothing is sent on the strength of it; it only finds the right words.
func (c *Client) validity(ctx context.Context, cert *x509.Certificate, err error) error {
	const day = "2 January 2006"
	host, now := c.address.host(), c.clock()
	fits := func(t time.Time) bool { return !t.Before(cert.NotBefore) && !t.After(cert.NotAfter) }
	if theirs := c.askDate(ctx); fits(theirs) && theirs.Sub(now).Abs() > clockOff {
		return &Problem{Kind: ErrValidity, Err: err, Ours: now, Theirs: theirs, Line: "This device's clock seems wrong: it says " + now.Format(day) + ", " + host + " says " + theirs.UTC().Format(day) +
			". Nothing was lost; set date and time, then try again."}
	}
	if past := c.past(); past.Sub(now) > clockOff {
		return &Problem{Kind: ErrValidity, Err: err, Ours: now, Theirs: past, Line: "This device's clock seems wrong: it says " + now.Format(day) + ", but the centre's last receipt is of " + past.UTC().Format(day) +
			". Nothing was lost; set date and time, then try again."}
	}
	trouble := "ran out on " + cert.NotAfter.Format(day)
	if now.Before(cert.NotBefore) {
		trouble = "is only valid from " + cert.NotBefore.Format(day)
	}
	return c.say(ErrValidity, err, "The certificate of %s %s, and this device's clock says %s. If the clock is wrong, set it; if not, tell whoever runs the server.", host, trouble, now.Format(day))
}

// past is a time that has been.
func (c *Client) past() time.Time {
	if c.options.Past == nil {
		return time.Time{}
	}
	return c.options.Past()
}

// askDate asks the server what time it is, without minding its certificate: a
// request without content, of whose answer only the date is looked at. It returns
// zero when there is none.
func (c *Client) askDate(ctx context.Context) time.Time {
	ctx, cancel := context.WithTimeout(ctx, askDateFor)
	defer cancel()
	lenient := c.tls.Clone()
	lenient.InsecureSkipVerify, lenient.VerifyConnection, lenient.ClientSessionCache = true, nil, nil
	over := &http.Transport{DialContext: c.options.DialContext, Proxy: c.options.Proxy, OnProxyConnectResponse: proxyAnswer, TLSClientConfig: lenient, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10}
	defer over.CloseIdleConnections()
	answer, err := resty.NewWithClient(&http.Client{Transport: over}).SetRedirectPolicy(resty.NoRedirectPolicy()).R().
		SetContext(ctx).SetDoNotParseResponse(true).Head(c.address.URL + Path)
	if err != nil {
		return time.Time{}
	}
	answer.RawBody().Close()
	t, err := http.ParseTime(answer.Header().Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return t
}
