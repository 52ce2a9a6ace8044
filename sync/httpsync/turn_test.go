package httpsync_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/linksim"
)

// holding is a proxy that hands on whole requests and whole answers, as many do.
func holding(to http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		on := r.Clone(r.Context())
		on.Body, on.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		answer := httptest.NewRecorder()
		to.ServeHTTP(answer, on)
		for k, v := range answer.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(answer.Code)
		w.Write(answer.Body.Bytes())
	})
}

// listenOwn serves h as programs do, so that runs end with their listener.
func listenOwn(t *testing.T, h http.Handler) httpsync.Address {
	t.Helper()
	cert := certificate(t, "127.0.0.1")
	l, err := httpsync.Listen("127.0.0.1:0", &cert, h, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l.Address
}

func TestTransportInTurns(t *testing.T) {
	exchangetest.Transport(t, func(t *testing.T, serve func(context.Context, exchange.Conn)) exchange.Transport {
		return client(t, listenOwn(t, holding(httpsync.Handler(serve))), httpsync.Options{InTurns: true})
	})
}

// sent has an author send all there is, and checks that it arrived once.
func sent(t *testing.T, c *httpsync.Client, k *exchangetest.Keeper, s *exchangetest.Sender) exchange.Report {
	t.Helper()
	a, memory := s.Author, new(exchange.Memory)
	var r exchange.Report
	var err error
	for again := true; again; again = r.Again { // as package workspace does
		r, err = exchange.Once(t.Context(), c, s, exchange.Options{Self: s.Self(), Centre: &k.Root.Card, Memory: memory})
	}
	if err != nil || !r.Complete || r.Turns != c.InTurns() {
		t.Fatalf("%+v: %v", r, err)
	}
	if err := k.Missing(a); err != nil || s.Received() != len(a.Records) || k.Redelivered() != 0 {
		t.Fatalf("%v; %d receipts for %d records, %d came twice", err, s.Received(), len(a.Records), k.Redelivered())
	}
	return r
}

// TestAProxyThatHoldsBackIsNoticed: the run that notices it goes on in turns, and
// the next begins so.
func TestAProxyThatHoldsBackIsNoticed(t *testing.T) {
	k := exchangetest.NewKeeper(exchangetest.NewRoot(t), nil)
	a := exchangetest.NewAuthor(t, k.Root.Card, k.Root.Token)
	for range 20 {
		a.Respond(strings.Repeat("What we have seen and think of it. ", 20))
	}
	a.Attach(20 * batch.LeafSize)
	h := httpsync.Handler(func(ctx context.Context, c exchange.Conn) { k.Serve(ctx, c) })
	virtualServer(t, linksim.Profile{Up: 64_000, Down: 128_000, RTT: 600 * time.Millisecond}, holding(h), func(t *testing.T, l *linksim.Link, c *httpsync.Client) {
		s := exchangetest.NewSender(a)
		if c.InTurns() {
			t.Fatal("in turns before anything was tried")
		}
		start := time.Now()
		sent(t, c, k, s)
		if took := time.Since(start); !c.InTurns() || took > 2*time.Minute {
			t.Errorf("in turns: %v, took %v", c.InTurns(), took)
		} else {
			t.Logf("took %v, %d bytes up", took.Round(time.Second), l.Stats().BytesUp)
		}
		a.Respond("More.")
		start = time.Now()
		sent(t, c, k, s)
		if took := time.Since(start); took > 8*time.Second {
			t.Errorf("the next run took %v", took)
		}
		c.Close()
		time.Sleep(time.Minute) // the server forgets its runs
	})
}

// TestAHeadWithoutFramesIsNoticed: a proxy hands on the head of an answer at once, and
// holds back what follows.
func TestAHeadWithoutFramesIsNoticed(t *testing.T) {
	k := exchangetest.NewKeeper(exchangetest.NewRoot(t), nil)
	a := exchangetest.NewAuthor(t, k.Root.Card, k.Root.Token)
	a.Respond("What we think of it.")
	h := holding(httpsync.Handler(func(ctx context.Context, c exchange.Conn) { k.Serve(ctx, c) }))
	virtualServer(t, linksim.Profile{RTT: 200 * time.Millisecond}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") == httpsync.ContentType {
			rc := http.NewResponseController(w)
			rc.EnableFullDuplex()
			w.Header().Set("Content-Type", httpsync.ContentType)
			w.WriteHeader(http.StatusOK)
			rc.Flush()
		}
		h.ServeHTTP(w, r)
	}), func(t *testing.T, l *linksim.Link, c *httpsync.Client) {
		sent(t, c, k, exchangetest.NewSender(a))
		if !c.InTurns() {
			t.Error("it was not noticed")
		}
		c.Close()
		time.Sleep(time.Minute)
	})
}

// TestASlowServerIsNotTakenForAProxy that holds back.
func TestASlowServerIsNotTakenForAProxy(t *testing.T) {
	k := exchangetest.NewKeeper(exchangetest.NewRoot(t), nil)
	a := exchangetest.NewAuthor(t, k.Root.Card, k.Root.Token)
	a.Respond("What we think of it.")
	h := httpsync.Handler(func(ctx context.Context, c exchange.Conn) { k.Serve(ctx, c) })
	virtualServer(t, linksim.Profile{Up: 10_000, Down: 10_000, RTT: 1500 * time.Millisecond}, h, func(t *testing.T, l *linksim.Link, c *httpsync.Client) {
		sent(t, c, k, exchangetest.NewSender(a))
		if c.InTurns() {
			t.Error("it goes in turns")
		}
	})
}

// TestACutCostsATurnAtMost: the link breaks at many places; the run goes on, and
// what goes up a second time is less than a turn for each.
func TestACutCostsATurnAtMost(t *testing.T) {
	k := exchangetest.NewKeeper(exchangetest.NewRoot(t), nil)
	a := exchangetest.NewAuthor(t, k.Root.Card, k.Root.Token)
	a.Attach(40 * batch.LeafSize)
	h := httpsync.Handler(func(ctx context.Context, c exchange.Conn) { k.Serve(ctx, c) })
	synctest.Test(t, func(t *testing.T) {
		n := linksim.New(1)
		at, err := n.Listen("centre:80")
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: holding(h)}
		ended := make(chan struct{})
		go func() { server.Serve(at); close(ended) }()
		l := n.Link("device", linksim.Profile{Up: 64_000, Down: 128_000, RTT: 600 * time.Millisecond})
		c := httpsync.NewClient(httpsync.Address{URL: "http://centre:80"}, httpsync.Options{DialContext: l.DialContext, InTurns: true})
		const cuts = 5
		for i := range cuts {
			time.AfterFunc(time.Duration(6+9*i)*time.Second, l.Cut)
		}
		sent(t, c, k, exchangetest.NewSender(a))
		needed := int64(41 * batch.LeafSize)
		if up := l.Stats().BytesUp; l.Stats().Cuts < cuts || up > needed+cuts*64<<10 {
			t.Errorf("%d cuts, %d bytes up for %d", l.Stats().Cuts, up, needed)
		} else {
			t.Logf("%d cuts, %d bytes up for %d", l.Stats().Cuts, up, needed)
		}
		c.Close()
		time.Sleep(time.Minute)
		server.Close()
		n.Close()
		<-ended
	})
}

// TestAProxyThatTakesLittleGetsLittle: 413 makes turns smaller.
func TestAProxyThatTakesLittleGetsLittle(t *testing.T) {
	k := exchangetest.NewKeeper(exchangetest.NewRoot(t), nil)
	a := exchangetest.NewAuthor(t, k.Root.Card, k.Root.Token)
	a.Attach(20 * batch.LeafSize)
	h := holding(httpsync.Handler(func(ctx context.Context, c exchange.Conn) { k.Serve(ctx, c) }))
	at := listenOwn(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > 6<<10 {
			io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		h.ServeHTTP(w, r)
	}))
	sent(t, client(t, at, httpsync.Options{InTurns: true}), k, exchangetest.NewSender(a))
}

func TestAnOldServerBehindSuchAProxyIsSaid(t *testing.T) {
	a := listen(t, 1, holding(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusUnsupportedMediaType) })))
	_, err := attempt(t, a, httpsync.Options{InTurns: true})
	if err == nil || !strings.Contains(err.Error(), "holds back") {
		t.Error(err)
	}
}

// TestBehindNginxAsItComes runs the proxy that stands before many servers, with its
// usual settings and with those that docs/running.md asks for.
func TestBehindNginxAsItComes(t *testing.T) {
	program, err := exec.LookPath("nginx")
	if err != nil {
		program = "/usr/sbin/nginx"
		if _, err := os.Stat(program); err != nil {
			t.Skip("nginx is not installed here")
		}
	}
	for _, c := range []struct {
		name, settings string
		turns          bool
	}{
		{"as it comes", "", true},
		{"told not to hold back", "proxy_http_version 1.1; proxy_request_buffering off; proxy_buffering off; client_max_body_size 0; proxy_read_timeout 1h;", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := exchangetest.NewKeeper(exchangetest.NewRoot(t), nil)
			a := exchangetest.NewAuthor(t, k.Root.Card, k.Root.Token)
			for range 20 {
				a.Respond("What we think of it, at some length, in our own words.")
			}
			a.Attach(200 * batch.LeafSize) // more than a request may have there
			l, err := httpsync.Listen("127.0.0.1:0", nil, httpsync.Handler(func(ctx context.Context, c exchange.Conn) { k.Serve(ctx, c) }), quiet())
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			front := httpsync.Address{URL: "http://" + startNginx(t, program, l.Address.URL, c.settings)}
			over := client(t, front, httpsync.Options{})
			start := time.Now()
			sent(t, over, k, exchangetest.NewSender(a))
			t.Logf("took %v", time.Since(start).Round(10*time.Millisecond))
			if over.InTurns() != c.turns {
				t.Errorf("in turns: %v", over.InTurns())
			}
		})
	}
}

func startNginx(t *testing.T, program, to, settings string) (address string) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = free.Addr().String()
	free.Close()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(dir, "nginx.conf")
	text := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error;
events {}
http { access_log off; client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
server { listen %[2]s; location / { proxy_pass %[3]s; %[4]s } } }`, dir, address, to, settings)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program, "-c", conf, "-p", dir)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Kill(); command.Wait() })
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return address
		}
	}
	log, _ := os.ReadFile(filepath.Join(dir, "error"))
	t.Fatalf("nginx does not listen: %s", log)
	return ""
}
