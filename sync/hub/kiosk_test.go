package hub_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"baraza.example/sync/hub"
)

// Somebody who opens connections and says nothing keeps nobody out.
func TestAKioskAnswersBesideConnectionsThatSayNothing(t *testing.T) {
	k, err := hub.ListenKiosk("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "page "+r.URL.Path) }), nil)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.TrimSuffix(strings.TrimPrefix(k.Address, "http://"), "/")
	for range 100 {
		c, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, "GET / HT")
	}
	client := &http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	r, err := client.Get(k.Address + "x")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil || string(raw) != "page /x" {
		t.Errorf("%q, %v", raw, err)
	}
	long, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer long.Close()
	io.WriteString(long, "GET / HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("x", 64<<10)+"\r\n\r\n")
	if line, _ := bufio.NewReader(long).ReadString('\n'); !strings.Contains(line, "431") {
		t.Errorf("a head of 64 KiB is answered %q", line)
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
	if _, err := client.Get(k.Address); err == nil {
		t.Error("closed, and it answers")
	}
	if _, err := hub.ListenKiosk("256.0.0.1:1", nil, nil); err == nil {
		t.Error("an address that is none was taken")
	}
}
