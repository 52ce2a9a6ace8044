package httpsync_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/linksim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// listen starts h with a certificate of its own and returns its pinned address.
func listen(t *testing.T, version int, h http.Handler) httpsync.Address {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = slog.NewLogLogger(quiet().Handler(), 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{certificate(t, "elsewhere.example")}}
	s.EnableHTTP2 = version == 2
	s.StartTLS()
	t.Cleanup(s.Close)
	return httpsync.Address{URL: s.URL, Pin: httpsync.PinOf(s.TLS.Certificates[0].Leaf)}
}

func certificate(t *testing.T, hosts ...string) tls.Certificate {
	t.Helper()
	key, err := httpsync.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	c, err := httpsync.SelfSigned(key, hosts...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func client(t *testing.T, a httpsync.Address, o httpsync.Options) *httpsync.Client {
	c := httpsync.NewClient(a, o)
	t.Cleanup(c.Close)
	return c
}

func TestTransportOverTLS(t *testing.T) {
	for version, name := range map[int]string{1: "HTTP/1.1", 2: "HTTP/2"} {
		t.Run(name, func(t *testing.T) {
			exchangetest.Transport(t, func(t *testing.T, serve func(context.Context, exchange.Conn)) exchange.Transport {
				h := httpsync.Handler(serve)
				a := listen(t, version, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.ProtoMajor != version {
						t.Errorf("spoke %s", r.Proto)
					}
					h.ServeHTTP(w, r)
				}))
				return client(t, a, httpsync.Options{})
			})
		})
	}
}

func TestTransportWithoutTLS(t *testing.T) {
	exchangetest.Transport(t, func(t *testing.T, serve func(context.Context, exchange.Conn)) exchange.Transport {
		s := httptest.NewServer(httpsync.Handler(serve))
		t.Cleanup(s.Close)
		return client(t, httpsync.Address{URL: s.URL}, httpsync.Options{})
	})
}

// TestOneConnectionServesManyRuns: a handshake costs more than a run.
func TestOneConnectionServesManyRuns(t *testing.T) {
	for version, name := range map[int]string{1: "HTTP/1.1", 2: "HTTP/2"} {
		t.Run(name, func(t *testing.T) {
			root := exchangetest.NewRoot(t)
			k := exchangetest.NewKeeper(root, nil)
			a := listen(t, version, httpsync.Handler(func(ctx context.Context, c exchange.Conn) { k.Serve(ctx, c) }))
			dials := 0
			c := client(t, a, httpsync.Options{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				dials++
				return new(net.Dialer).DialContext(ctx, network, addr)
			}})
			author := exchangetest.NewAuthor(t, root.Card, root.Token)
			s := exchangetest.NewSender(author)
			for range 5 {
				author.Respond("text")
				if r, err := exchange.Once(t.Context(), c, s, exchange.Options{Self: s.Self()}); err != nil || !r.Complete {
					t.Fatal(err)
				}
			}
			if dials != 1 || k.Missing(author) != nil {
				t.Errorf("%d connections, %v", dials, k.Missing(author))
			}
		})
	}
}

// virtualServer runs f in a bubble, with h behind a link.
func virtualServer(t *testing.T, p linksim.Profile, h http.Handler, f func(t *testing.T, l *linksim.Link, c *httpsync.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := linksim.New(1)
		at, err := n.Listen("centre:80")
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
		var ended sync.WaitGroup
		ended.Go(func() { server.Serve(at) })
		l := n.Link("device", p)
		c := httpsync.NewClient(httpsync.Address{URL: "http://centre:80"}, httpsync.Options{DialContext: l.DialContext})
		defer func() {
			c.Close()
			server.Close()
			n.Close()
			ended.Wait()
		}()
		f(t, l, c)
	})
}

// virtual does so with a centre and an author who has said something before:
// the coders of package zstd can't change from one bubble to the next.
func virtual(t *testing.T, p linksim.Profile, say func(a *exchangetest.Author), f func(t *testing.T, l *linksim.Link, c *httpsync.Client, k *exchangetest.Keeper, a *exchangetest.Author)) {
	t.Helper()
	k := exchangetest.NewKeeper(exchangetest.NewRoot(t), nil)
	a := exchangetest.NewAuthor(t, k.Root.Card, k.Root.Token)
	say(a)
	h := httpsync.Handler(func(ctx context.Context, c exchange.Conn) { k.Serve(ctx, c) })
	virtualServer(t, p, h, func(t *testing.T, l *linksim.Link, c *httpsync.Client) { f(t, l, c, k, a) })
}

func TestCutAtEveryByteOfTheLink(t *testing.T) {
	step := int64(1)
	if testing.Short() {
		step = 37
	}
	p := linksim.Profile{Up: 64_000, Down: 128_000, RTT: 600 * time.Millisecond}
	say := func(a *exchangetest.Author) {
		a.Records = a.Records[:1]
		a.Attach(700)
	}
	virtual(t, p, say, func(t *testing.T, l *linksim.Link, c *httpsync.Client, k *exchangetest.Keeper, a *exchangetest.Author) {
		run := func(s *exchangetest.Sender, m *exchange.Memory) (exchange.Report, error) {
			return exchange.Once(t.Context(), c, s, exchange.Options{Self: s.Self(), Centre: &k.Root.Card, Memory: m})
		}
		if _, err := run(exchangetest.NewSender(a), nil); err != nil {
			t.Fatal(err)
		}
		c.Close()
		whole := l.Stats()
		for d, size := range map[linksim.Direction]int64{linksim.Up: whole.BytesUp, linksim.Down: whole.BytesDown} {
			for n := int64(0); n < size; n += step {
				k.Forget()
				s, m := exchangetest.NewSender(a), new(exchange.Memory)
				l.CutAfter(d, n)
				start := time.Now()
				run(s, m)
				if took := time.Since(start); took > 15*time.Second {
					t.Fatalf("a cut at byte %d %v was noticed after %v", n, d, took)
				}
				l.CutAfter(d, 1<<40) // the run may have needed fewer bytes
				if r, err := run(s, m); err != nil || !r.Complete {
					t.Fatalf("after a cut at byte %d %v: %v", n, d, err)
				}
				if err := k.Missing(a); err != nil || s.Received() != len(a.Records) || k.Redelivered() != 0 {
					t.Fatalf("after a cut at byte %d %v: %v, %d receipts, %d came twice", n, d, err, s.Received(), k.Redelivered())
				}
				c.Close()
			}
		}
	})
}

func TestACutCostsWhatWasOnTheWay(t *testing.T) {
	p, _ := linksim.Named("2g-rural")
	say := func(a *exchangetest.Author) {
		for range 100 {
			a.Respond(strings.Repeat("What we have seen and think of it. ", 3))
		}
		a.Attach(40 * batch.LeafSize)
	}
	virtual(t, p, say, func(t *testing.T, l *linksim.Link, c *httpsync.Client, k *exchangetest.Keeper, a *exchangetest.Author) {
		s, m := exchangetest.NewSender(a), new(exchange.Memory)
		var pauses exchange.Schedule
		start, failures, up := time.Now(), 0, int64(0)
		for s.Received() < len(a.Records) {
			r, err := exchange.Once(t.Context(), c, s, exchange.Options{Self: s.Self(), Centre: &k.Root.Card, Memory: m})
			up += r.BytesUp
			if failures++; r.Sent+r.Leaves > 0 {
				failures = 1
			}
			if err != nil {
				time.Sleep(pauses.Pause(failures, r.Retry, 0.5))
			}
			if time.Since(start) > time.Hour {
				t.Fatalf("%d of %d after an hour, last %v", s.Received(), len(a.Records), err)
			}
		}
		needed := int64(41 * batch.LeafSize)
		for _, r := range a.Records {
			needed += int64(len(r.Envelope))
		}
		t.Logf("%d bytes in %v, %d of them sent, %d cuts", needed, time.Since(start).Round(time.Second), up, l.Stats().Cuts)
		if err := k.Missing(a); err != nil || up > needed+needed/4 {
			t.Errorf("%v; %d bytes went up for %d", err, up, needed)
		}
	})
}

func TestASilentServerIsGivenUpAndTheNextRunIsMorePatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := linksim.New(1)
		at, err := n.Listen("centre:80")
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		go func() {
			for {
				if _, err := at.Accept(); err != nil {
					return
				}
			}
		}()
		l := n.Link("device", linksim.Profile{RTT: time.Second})
		c := httpsync.NewClient(httpsync.Address{URL: "http://centre:80"}, httpsync.Options{DialContext: l.DialContext})
		s := exchangetest.NewSender(exchangetest.NewAuthor(t, exchangetest.NewRoot(t).Card, [16]byte{}))
		m := new(exchange.Memory)
		var took [2]time.Duration
		for i := range took {
			start := time.Now()
			if _, err := exchange.Once(t.Context(), c, s, exchange.Options{Memory: m}); !errors.Is(err, exchange.ErrStalled) {
				t.Fatal(err)
			}
			took[i] = time.Since(start)
		}
		if took[0] < 30*time.Second || took[0] > 5*time.Minute || took[1] < took[0]*3/2 {
			t.Errorf("waited %v", took)
		}
		c.Close()
	})
}

// attempt runs one exchange against an address and returns why it failed.
func attempt(t *testing.T, a httpsync.Address, o httpsync.Options) (exchange.Report, error) {
	t.Helper()
	s := exchangetest.NewSender(exchangetest.NewAuthor(t, exchangetest.NewRoot(t).Card, [16]byte{}))
	r, err := exchange.Once(t.Context(), client(t, a, o), s, exchange.Options{})
	if err == nil {
		t.Fatal("no error")
	}
	return r, err
}

func TestWhatWentWrongIsSaidInOneLine(t *testing.T) {
	page := func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<html>Welcome! Please log in.") }
	never := func(context.Context, exchange.Conn) { t.Error("served") }
	exchangeOnly := httpsync.Handler(never)
	// at once answers before the request ends; what waits for its end is tried in another test.
	atOnce := func(h http.HandlerFunc) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.NewResponseController(w).EnableFullDuplex()
			h(w, r)
		})
	}
	unlisted := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.Addr().String()
	}
	plain := httptest.NewServer(http.HandlerFunc(page))
	defer plain.Close()
	old := httptest.NewUnstartedServer(http.HandlerFunc(page))
	old.Config.ErrorLog = slog.NewLogLogger(quiet().Handler(), 0)
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS12}
	old.StartTLS()
	defer old.Close()
	trusts := func(h http.Handler, hosts ...string) (httpsync.Address, httpsync.Options) {
		s := httptest.NewUnstartedServer(h)
		s.Config.ErrorLog = slog.NewLogLogger(quiet().Handler(), 0)
		cert := certificate(t, hosts...)
		s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
		s.StartTLS()
		t.Cleanup(s.Close)
		pool := x509.NewCertPool()
		pool.AddCert(cert.Leaf)
		return httpsync.Address{URL: s.URL}, httpsync.Options{RootCAs: pool}
	}
	wrongName, trustsIt := trusts(exchangeOnly, "other.example")
	rightName, trustsThat := trusts(exchangeOnly, "127.0.0.1")
	noClock, behind := trusts(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil
		exchangeOnly.ServeHTTP(w, r)
	}), "127.0.0.1")
	early := trustsThat
	early.Clock = func() time.Time { return time.Date(1999, 6, 1, 0, 0, 0, 0, time.UTC) }
	behind.Clock = early.Clock
	earlyThere := behind
	behind.Past = func() time.Time { return time.Date(2026, 5, 2, 12, 0, 0, 0, time.UTC) }
	today := time.Now().UTC().Format("2 January 2006")
	late := trustsThat
	late.Clock = func() time.Time { return time.Date(2101, 6, 1, 0, 0, 0, 0, time.UTC) }
	pinned := listen(t, 1, exchangeOnly)
	otherPin := httpsync.Address{URL: pinned.URL, Pin: make(httpsync.Pin, 16)}

	for _, c := range []struct {
		name    string
		address httpsync.Address
		options httpsync.Options
		kind    error
		says    string
	}{
		{"login page", listen(t, 1, atOnce(page)), httpsync.Options{}, httpsync.ErrPortal, "log in"},
		{"login page over HTTP/2", listen(t, 2, http.HandlerFunc(page)), httpsync.Options{}, httpsync.ErrPortal, "log in"},
		{"login page that keeps the content type", listen(t, 1, atOnce(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", httpsync.ContentType)
			page(w, r)
		})), httpsync.Options{}, httpsync.ErrPortal, "log in"},
		{"redirect", listen(t, 1, atOnce(http.RedirectHandler("http://login.example/?a", http.StatusFound).ServeHTTP)), httpsync.Options{}, httpsync.ErrPortal, "login.example"},
		{"511", listen(t, 1, atOnce(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(511) })), httpsync.Options{}, httpsync.ErrPortal, "log in"},
		{"another web server", listen(t, 1, atOnce(http.NotFound)), httpsync.Options{}, httpsync.ErrNotHere, "404"},
		{"wrong name", wrongName, trustsIt, httpsync.ErrName, "other.example"},
		{"unknown authority", rightName, httpsync.Options{}, httpsync.ErrAuthority, "#pin="},
		{"wrong pin", otherPin, httpsync.Options{}, httpsync.ErrPin, "new invite"},
		{"clock behind", rightName, early, httpsync.ErrValidity, "clock seems wrong: it says 1 June 1999, " + strings.TrimPrefix(rightName.URL, "https://") + " says " + today},
		{"clock ahead", rightName, late, httpsync.ErrValidity, "clock seems wrong: it says 1 June 2101, " + strings.TrimPrefix(rightName.URL, "https://") + " says " + today},
		{"clock behind, and the server has none", noClock, earlyThere, httpsync.ErrValidity, "valid from 1 January 2000, and this device's clock says 1 June 1999"},
		{"clock behind a receipt", noClock, behind, httpsync.ErrValidity, "clock seems wrong: it says 1 June 1999, but the centre's last receipt is of 2 May 2026"},
		{"nobody listens", httpsync.Address{URL: "https://" + unlisted()}, httpsync.Options{}, httpsync.ErrRefused, "port"},
		{"no TLS", httpsync.Address{URL: strings.Replace(plain.URL, "http:", "https:", 1)}, httpsync.Options{}, httpsync.ErrPlain, "https"},
		{"an old TLS", httpsync.Address{URL: old.URL}, httpsync.Options{}, httpsync.ErrPlain, "TLS 1.3"},
		{"no such name", httpsync.Address{URL: "https://nowhere.invalid"}, httpsync.Options{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Name: "nowhere.invalid", IsNotFound: true}}
		}}, httpsync.ErrNoRoute, "nowhere.invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := attempt(t, c.address, c.options)
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestALoginPageThatWaitsForTheEnd: a web server that knows nothing of
// streams reads a request to its end before it answers.
func TestALoginPageThatWaitsForTheEnd(t *testing.T) {
	virtualServer(t, linksim.Profile{RTT: time.Second}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, "<html>Welcome! Please log in.")
	}), func(t *testing.T, l *linksim.Link, c *httpsync.Client) {
		start := time.Now()
		s := exchangetest.NewSender(exchangetest.NewAuthor(t, exchangetest.NewRoot(t).Card, [16]byte{}))
		_, err := exchange.Once(t.Context(), c, s, exchange.Options{})
		if took := time.Since(start); !errors.Is(err, httpsync.ErrPortal) || took > 20*time.Second {
			t.Errorf("after %v: %v", took, err)
		}
	})
}

func TestABusyServerNamesWhenToComeAgain(t *testing.T) {
	a := listen(t, 2, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "90")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	r, err := attempt(t, a, httpsync.Options{})
	var refusal batch.Refusal
	if !errors.As(err, &refusal) || r.Retry != 90*time.Second {
		t.Errorf("%v, again in %v", err, r.Retry)
	}
}

func TestWhatIsNoExchangeIsTurnedAway(t *testing.T) {
	s := httptest.NewServer(httpsync.Handler(func(context.Context, exchange.Conn) { t.Error("served") }))
	defer s.Close()
	for _, c := range []struct {
		method, path, kind string
		status             int
	}{
		{"GET", httpsync.Path, httpsync.ContentType, 405},
		{"POST", httpsync.Path, "text/plain", 415},
		{"POST", httpsync.Path + "/", httpsync.ContentType, 404},
	} {
		r, _ := http.NewRequest(c.method, s.URL+c.path, nil)
		r.Header.Set("Content-Type", c.kind)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != c.status {
			t.Errorf("%s %s as %s: %d", c.method, c.path, c.kind, answer.StatusCode)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// TestACancelledWriteEnds: a request whose body waits for a server that does
// not read is where RoundTrip would hang.
func TestACancelledWriteEnds(t *testing.T) {
	for version, name := range map[int]string{1: "HTTP/1.1", 2: "HTTP/2"} {
		t.Run(name, func(t *testing.T) {
			release := make(chan struct{})
			a := listen(t, version, httpsync.Handler(func(context.Context, exchange.Conn) { <-release }))
			defer close(release)
			ctx, cancel := context.WithCancel(t.Context())
			c, err := client(t, a, httpsync.Options{}).Open(ctx)
			if err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() {
				for chunk := make([]byte, 1<<20); ; {
					if _, err := c.Write(chunk); err != nil {
						ended <- err
						return
					}
				}
			}()
			time.AfterFunc(50*time.Millisecond, cancel) // whether it waits by then or not, it has to end
			<-ended
			c.Close()
		})
	}
}
