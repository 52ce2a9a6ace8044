package httpsync

import (
	"bytes"
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"testing"
	"time"

	"baraza.example/sync/exchange"
)

func FuzzParseTurn(f *testing.F) {
	f.Add(turn{run: runID{1}, flags: turnMore, up: 300, down: 1 << 40, data: []byte("frames")}.encode())
	f.Add(turn{flags: turnEnd | turnGone}.encode())
	f.Add([]byte{turnMagic})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := parseTurn(b)
		if err != nil {
			return
		}
		if again := got.encode(); !bytes.Equal(again, b) {
			t.Errorf("%x is written as %x", b, again)
		}
	})
}

// post sends a turn and returns its answer.
func post(t *testing.T, at string, said turn) (turn, int) {
	t.Helper()
	r, err := http.Post(at+Path, TurnType, bytes.NewReader(said.encode()))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	heard, _ := parseTurn(b)
	return heard, r.StatusCode
}

// TestTurnsThatComeTwiceOrOutOfPlace: the serving side reads each byte once.
func TestTurnsThatComeTwiceOrOutOfPlace(t *testing.T) {
	got := make(chan string, 1)
	h := Handler(func(_ context.Context, c exchange.Conn) {
		c.Write([]byte("welcome"))
		b, err := io.ReadAll(c)
		if err != nil {
			t.Error(err)
		}
		c.Write([]byte("goodbye"))
		c.CloseWrite()
		got <- string(b)
	})
	s := httptest.NewServer(h)
	defer s.Close()
	defer http.DefaultClient.CloseIdleConnections()
	id := runID{7}
	if heard, _ := post(t, s.URL, turn{run: id, up: 5}); heard.flags != turnGone {
		t.Errorf("a run that begins in its middle: %+v", heard)
	}
	for _, c := range []struct {
		said turn
		up   uint64
		data string
		down uint64
	}{
		{turn{run: id, flags: turnMore, data: []byte("one ")}, 4, "welcome", 0},
		{turn{run: id, flags: turnMore, data: []byte("one ")}, 4, "welcome", 0}, // its answer was lost
		{turn{run: id, flags: turnMore, up: 9, down: 7, data: []byte("lost")}, 4, "", 7},
		{turn{run: id, flags: turnMore, up: 2, down: 7, data: []byte("e two ")}, 8, "", 7},
		{turn{run: id, flags: turnEnd, up: 8, down: 7, data: []byte("three")}, 13, "goodbye", 7},
		{turn{run: id, flags: turnEnd, up: 8, down: 7, data: []byte("three")}, 13, "goodbye", 7},
		{turn{run: id, flags: turnEnd, up: 13, down: 14}, 13, "", 14},
	} {
		heard, _ := post(t, s.URL, c.said)
		if heard.up != c.up || string(heard.data) != c.data || heard.down != c.down || heard.run != id {
			t.Errorf("%+v is answered %+v", c.said, heard)
		}
	}
	if all := <-got; all != "one two three" {
		t.Errorf("read %q", all)
	}
}

func TestWhatIsNoTurnIsTurnedAway(t *testing.T) {
	h := Handler(func(context.Context, exchange.Conn) { t.Error("served") })
	s := httptest.NewServer(h)
	defer s.Close()
	defer http.DefaultClient.CloseIdleConnections()
	whole := turn{}.encode()
	unknown := turn{}.encode()
	unknown[17] = 0x80
	for name, body := range map[string][]byte{"nothing": nil, "a page": []byte("<html>"), "cut": whole[:len(whole)-1], "an unknown flag": unknown, "a number that never ends": append(whole[:18:18], bytes.Repeat([]byte{0xff}, 30)...)} {
		r, err := http.Post(s.URL+Path, TurnType, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", name, r.StatusCode)
		}
	}
}

// TestAListenerGoesOnAfterARefusal: a turn that is refused before it was read costs
// no new connection, and a stream that is refused costs its own and nothing else. A run
// that ends before its caller was heard out is none.
func TestAListenerGoesOnAfterARefusal(t *testing.T) {
	var said bytes.Buffer
	s := httptest.NewUnstartedServer(Handler(func(_ context.Context, c exchange.Conn) {
		if _, err := io.ReadFull(c, make([]byte, 10)); err != nil {
			t.Error(err)
		}
		c.Write([]byte("no"))
		c.CloseWrite()
	}))
	s.Config.ErrorLog = log.New(&said, "", 0)
	s.Start()
	client := &http.Client{Transport: &http.Transport{}}
	lost := turn{run: runID{1}, up: 5, data: bytes.Repeat([]byte("lost "), 2000)}.encode()
	unknown := bytes.Clone(lost)
	unknown[17] = 0x80
	for _, c := range []struct {
		name, path, kind string
		body             []byte
		status           int
		reused           bool // of the next one's connection
	}{
		{"a run that is not here", Path, TurnType, lost, http.StatusOK, true},
		{"no turn", Path, TurnType, unknown, http.StatusBadRequest, true},
		{"a turn for elsewhere", "/elsewhere", TurnType, lost, http.StatusNotFound, true},
		{"a stream for elsewhere", "/elsewhere", ContentType, lost, http.StatusNotFound, false},
		{"a run that ends at once", Path, ContentType, lost[:2000], http.StatusOK, true},
		{"a page's form", Path, "text/plain", lost, http.StatusUnsupportedMediaType, false},
	} {
		for again := range 2 {
			var reused bool
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { reused = i.Reused }})
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+c.path, bytes.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", c.kind)
			r, err := client.Do(request)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil || r.StatusCode != c.status {
				t.Errorf("%s: %d, %v", c.name, r.StatusCode, err)
			}
			r.Body.Close()
			if again > 0 && reused != c.reused {
				t.Errorf("%s: the next one goes over the same connection: %t", c.name, reused)
			}
		}
	}
	client.CloseIdleConnections()
	s.Close() // waits for all that is said
	if said.Len() > 0 {
		t.Errorf("the listener said: %s", said.String())
	}
}

// TestATurnAdaptsToItsLink: longer where cuts are rare, shorter behind one.
func TestATurnAdaptsToItsLink(t *testing.T) {
	now := time.Now()
	p := turnPace{mean: meanLife, since: now}
	for range 20 {
		n := p.size()
		p.made(n, 2*time.Second+time.Duration(n)*time.Second/5000, true)
	}
	calm := p.size()
	if calm < 20_000 || calm > 200_000 {
		t.Errorf("at 5 kB/s and 2 s a turn has %d bytes", calm)
	}
	for i := range 20 {
		p.broke(now.Add(time.Duration(i+1) * 5 * time.Second))
		p.made(p.size(), 2*time.Second+time.Duration(p.size())*time.Second/5000, true)
	}
	if rough := p.size(); rough >= calm/2 || rough < leastTurn {
		t.Errorf("with a cut every 5 s it has %d bytes, without %d", rough, calm)
	}
}
