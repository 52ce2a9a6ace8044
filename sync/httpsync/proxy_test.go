package httpsync_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/httpsync"
)

// passing is a proxy that does CONNECT (RFC 9110, 9.3.6), for those who know its
// password if it has one.
type passing struct {
	*httptest.Server
	password string // name:password
	to       string // where every tunnel leads, whatever was asked for
	tunnels  atomic.Int32
	open     sync.WaitGroup
	ends     context.Context
}

func newPassing(t *testing.T, to, password string) *passing {
	ends, end := context.WithCancel(context.Background())
	p := &passing{to: to, password: password, ends: ends}
	p.Server = httptest.NewServer(p)
	// A call that is given up while it dials may leave a connection, idle, behind.
	t.Cleanup(func() { p.Close(); end(); p.open.Wait() })
	return p
}

func (p *passing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	given := strings.TrimPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
	switch {
	case r.Method != http.MethodConnect:
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	case p.password != "" && given != base64.StdEncoding.EncodeToString([]byte(p.password)):
		w.Header().Set("Proxy-Authenticate", "Basic")
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	far, err := net.Dial("tcp", p.to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	w.WriteHeader(http.StatusOK)
	near, left, err := http.NewResponseController(w).Hijack()
	if err != nil {
		far.Close()
		return
	}
	context.AfterFunc(p.ends, func() { near.Close(); far.Close() })
	p.tunnels.Add(1)
	p.open.Add(2)
	over := func(to io.WriteCloser, from io.ReadCloser, first io.Reader) {
		defer p.open.Done()
		io.Copy(to, first)
		to.Close()
		from.Close()
	}
	go over(far, near, left)
	go over(near, far, far)
}

// setting reads a proxy as a person would write it.
func setting(t *testing.T, text string) func(*http.Request) (*url.URL, error) {
	t.Helper()
	p, err := httpsync.ParseProxy(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// far is an address that no proxy is left out for.
func far(a httpsync.Address) httpsync.Address {
	return httpsync.Address{URL: "https://centre.example:8443", Pin: a.Pin}
}

func TestTransportThroughAProxy(t *testing.T) {
	exchangetest.Transport(t, func(t *testing.T, serve func(context.Context, exchange.Conn)) exchange.Transport {
		a := listenOwn(t, httpsync.Handler(serve))
		p := newPassing(t, strings.TrimPrefix(a.URL, "https://"), "field:office")
		t.Cleanup(func() {
			if p.tunnels.Load() == 0 {
				t.Error("nothing went through the proxy")
			}
		})
		return client(t, far(a), httpsync.Options{Proxy: setting(t, strings.Replace(p.URL, "http://", "http://field:office@", 1))})
	})
}

// TestTheProxyOfTheEnvironmentIsUsed reads HTTPS_PROXY as a program does that was
// started with it: package http reads it once in its life.
func TestTheProxyOfTheEnvironmentIsUsed(t *testing.T) {
	if at := os.Getenv("TEST_SEND_THROUGH"); at != "" {
		c := httpsync.NewClient(httpsync.Address{URL: "https://centre.example"}, httpsync.Options{})
		defer c.Close()
		s := exchangetest.NewSender(exchangetest.NewAuthor(t, exchangetest.NewRoot(t).Card, [16]byte{}))
		_, err := exchange.Once(t.Context(), c, s, exchange.Options{})
		fmt.Println(err)
		return
	}
	asked := make(chan string, 10)
	p := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.Host
		w.WriteHeader(http.StatusForbidden)
	}))
	defer p.Close()
	again := exec.Command(os.Args[0], "-test.run=^TestTheProxyOfTheEnvironmentIsUsed$", "-test.v")
	again.Env = append(os.Environ(), "TEST_SEND_THROUGH=it", "HTTPS_PROXY="+p.URL, "https_proxy="+p.URL, "NO_PROXY=", "no_proxy=")
	said, err := again.CombinedOutput()
	if err != nil || !strings.Contains(string(said), "403") {
		t.Errorf("%s: %v", said, err)
	}
	if first := await(t, asked); first != "CONNECT centre.example:443" {
		t.Error(first)
	}
}

func await(t *testing.T, c <-chan string) string {
	t.Helper()
	select {
	case s := <-c:
		return s
	case <-time.After(10 * time.Second):
		t.Fatal("nobody asked the proxy")
		return ""
	}
}

func TestAProxyThatDoesNotLetUsThroughIsSaid(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer refuses.Close()
	locked := newPassing(t, "127.0.0.1:1", "field:office")
	for _, c := range []struct {
		name, setting string
		kind          error
		says          string
	}{
		{"refuses", refuses.URL, httpsync.ErrProxy, "403 Forbidden"},
		{"asks for a password", locked.URL, httpsync.ErrProxyPassword, "name and password"},
		{"takes another password", strings.Replace(locked.URL, "http://", "http://field:wrong@", 1), httpsync.ErrProxyPassword, "name and password"},
		{"is gone", gone.URL, httpsync.ErrProxy, "can't be reached"},
	} {
		for _, turns := range []bool{false, true} {
			_, err := attempt(t, httpsync.Address{URL: "https://centre.example"}, httpsync.Options{Proxy: setting(t, c.setting), InTurns: turns})
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "wrong@") {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
}

func TestProxiesAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"proxy.example:3128": "http://proxy.example:3128", " https://proxy.example ": "https://proxy.example", "socks5://10.0.0.1:1080": "socks5://10.0.0.1:1080",
		"http://field:office@proxy:8080/": "http://field:office@proxy:8080/", httpsync.NoProxy: "",
	} {
		choose := setting(t, text)
		for _, a := range []string{"https://centre.example", "https://192.168.8.1:8443", "https://127.0.0.1", "https://[fe80::1]:8443", "https://hub.local"} {
			r, _ := http.NewRequest(http.MethodPost, a, nil)
			u, err := choose(r)
			got := ""
			if u != nil {
				got = u.String()
			}
			if expected := want; err != nil || a == "https://centre.example" && got != expected || a != "https://centre.example" && got != "" {
				t.Errorf("%q to %s goes through %q: %v", text, a, got, err)
			}
		}
	}
	for _, text := range []string{"http://", "ftp://proxy", "http://a b", "proxy/path?x", "http://secret:word@"} {
		if _, err := httpsync.ParseProxy(text); !errors.Is(err, httpsync.ErrProxySetting) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestThroughTinyproxy runs a proxy as it stands in small networks.
func TestThroughTinyproxy(t *testing.T) {
	program, err := exec.LookPath("tinyproxy")
	if err != nil {
		t.Skip("tinyproxy is not installed here")
	}
	k := exchangetest.NewKeeper(exchangetest.NewRoot(t), nil)
	a := exchangetest.NewAuthor(t, k.Root.Card, k.Root.Token)
	a.Respond("What we think of it.")
	at := listenOwn(t, httpsync.Handler(func(ctx context.Context, c exchange.Conn) { k.Serve(ctx, c) }))
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()
	conf := filepath.Join(t.TempDir(), "conf")
	text := fmt.Sprintf("Port %d\nListen 127.0.0.1\nTimeout 600\nMaxClients 10\nAllow 127.0.0.1\n", port)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program, "-d", "-c", conf)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { command.Process.Kill(); command.Wait() }()
	proxy := fmt.Sprintf("127.0.0.1:%d", port)
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", proxy); err == nil {
			c.Close()
			break
		} else if time.Now().After(until) {
			t.Fatal(err)
		}
	}
	u, err := url.Parse("http://" + proxy)
	if err != nil {
		t.Fatal(err)
	}
	sent(t, client(t, at, httpsync.Options{Proxy: http.ProxyURL(u)}), k, exchangetest.NewSender(a))
}
