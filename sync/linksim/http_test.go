package linksim_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"baraza.example/sync/linksim"
)

// serve runs h behind a link inside a bubble; version is 1 or 2 (without TLS).
func serve(t *testing.T, p linksim.Profile, version int, h http.HandlerFunc) (*linksim.Link, *http.Client) {
	t.Helper()
	n := linksim.New(1)
	at, err := n.Listen("hub:80")
	if err != nil {
		t.Fatal(err)
	}
	l := n.Link("device", p)
	protocols := new(http.Protocols)
	protocols.SetHTTP1(version == 1)
	protocols.SetUnencryptedHTTP2(version == 2)
	server := &http.Server{Handler: h, Protocols: protocols, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	ended := make(chan struct{})
	go func() { defer close(ended); server.Serve(at) }()
	transport := &http.Transport{DialContext: l.DialContext, Protocols: protocols}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
		n.Close()
		<-ended
	})
	return l, &http.Client{Transport: transport}
}

func TestAPostTakesWhatArithmeticSays(t *testing.T) {
	for _, p := range linksim.Profiles {
		p.Loss, p.UpTime, p.DownTime = 0, 0, 0
		for version := 1; version <= 2; version++ {
			t.Run(fmt.Sprintf("%s HTTP/%d", p.Name, version), func(t *testing.T) { post(t, p, version) })
		}
	}
}

func post(t *testing.T, p linksim.Profile, version int) {
	synctest.Test(t, func(t *testing.T) {
		l, client := serve(t, p, version, func(w http.ResponseWriter, r *http.Request) {
			n, err := io.Copy(io.Discard, r.Body)
			fmt.Fprint(w, n, err, r.ProtoMajor)
		})
		const size = 30_000
		start := time.Now()
		answer, err := client.Post("http://hub:80/", "application/octet-stream", bytes.NewReader(make([]byte, size)))
		if err != nil {
			t.Fatal(err)
		}
		said, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if want := fmt.Sprint(size, nil, version); err != nil || string(said) != want {
			t.Errorf("%q, %v, want %q", said, err, want)
		}
		// Connecting and asking, each there and back.
		want := 2*p.RTT + waits(p, 4)
		if p.Up > 0 && p.Every == 0 {
			want += time.Duration(size * 8 * int64(time.Second) / p.Up)
		}
		if got := time.Since(start); got < want || got > want+want/10 {
			t.Errorf("took %v, arithmetic says %v and a little", got, want)
		}
		if s := l.Stats(); s.BytesUp < size || s.BytesUp > size+1000 || s.BytesDown < 10 || s.Connections != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestAStreamIsAnsweredWhileItIsSent(t *testing.T) {
	for version := 1; version <= 2; version++ {
		t.Run(fmt.Sprintf("HTTP/%d", version), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, client := serve(t, linksim.Profile{Up: 10_000, Down: 10_000, RTT: 1500 * time.Millisecond}, version, func(w http.ResponseWriter, r *http.Request) {
					rc := http.NewResponseController(w)
					if version == 1 {
						rc.EnableFullDuplex()
					}
					rc.Flush()
					frame := make([]byte, 100)
					for {
						if _, err := io.ReadFull(r.Body, frame); err != nil {
							return
						}
						w.Write(frame[:1])
						rc.Flush()
					}
				})
				body, stream := io.Pipe()
				answer, err := client.Post("http://hub:80/", "application/octet-stream", body)
				if err != nil {
					t.Fatal(err)
				}
				defer answer.Body.Close()
				for range 30 { // stop and wait
					stream.Write(make([]byte, 100))
					if _, err := io.ReadFull(answer.Body, make([]byte, 1)); err != nil {
						t.Fatal(err)
					}
				}
				stream.Close()
				if rest, err := io.ReadAll(answer.Body); len(rest) != 0 || err != nil {
					t.Errorf("%d bytes more, %v", len(rest), err)
				}
			})
		})
	}
}

func TestAnExchangeCutAtAnyByteNeverHangs(t *testing.T) {
	exchange := func(t *testing.T, version int, before func(*linksim.Link)) (linksim.Stats, error) {
		l, client := serve(t, linksim.Profile{Up: 64_000, Down: 64_000, RTT: 600 * time.Millisecond}, version, func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			io.WriteString(w, "received")
		})
		before(l)
		ask, _ := http.NewRequest("POST", "http://hub:80/", io.NopCloser(bytes.NewReader(make([]byte, 50))))
		answer, err := client.Do(ask)
		if err != nil {
			return l.Stats(), err
		}
		defer answer.Body.Close()
		_, err = io.ReadAll(answer.Body)
		return l.Stats(), err
	}
	for version := 1; version <= 2; version++ {
		var whole linksim.Stats
		synctest.Test(t, func(t *testing.T) {
			var err error
			if whole, err = exchange(t, version, func(*linksim.Link) {}); err != nil {
				t.Fatal(err)
			}
		})
		// Over HTTP/2 what an end says of its own accord (settings, window
		// updates) may come after the answer, so only the first half surely matters.
		sizes := map[linksim.Direction]int64{linksim.Up: whole.BytesUp, linksim.Down: whole.BytesDown}
		for d, size := range sizes {
			for n := range size {
				synctest.Test(t, func(t *testing.T) {
					_, err := exchange(t, version, func(l *linksim.Link) { l.CutAfter(d, n) })
					if err == nil && (version == 1 || n < size/2) {
						t.Errorf("HTTP/%d cut after %d of %d bytes %v: no error", version, n, size, d)
					}
				})
			}
		}
	}
}
