package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A system hands a link or a file that belongs to this program to a new start of it. Where
// a window is there already, that start hands it on to the window and ends.

// offeredBy is the invite that the program was started with: a “baraza:” link, or the name or
// the address of a file. What it is called by is never taken as an option.
func offeredBy(argument string) []byte {
	if u, err := url.Parse(argument); err == nil && u.Scheme == "file" {
		argument = filepath.FromSlash(u.Path)
	}
	f, err := os.Open(argument)
	if err != nil {
		return []byte(argument)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxOffer))
	if err != nil {
		return []byte(argument)
	}
	return content
}

// maxOffer bounds what is taken for an invite.
const maxOffer = 1 << 20

// windowFile in the store's folder says where its window takes links: an address on this
// computer with a key. It is its owner's alone.
const windowFile = "window"

// handOver gives an invite, which may be empty, to the window that has the store in dir, which
// comes to the front. It reports whether there is one.
func handOver(dir string, offered []byte) bool {
	address, err := os.ReadFile(filepath.Join(dir, windowFile))
	if err != nil {
		return false
	}
	client := http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{}} // past any proxy
	answer, err := client.Post(strings.TrimSpace(string(address)), "text/plain", bytes.NewReader(offered))
	if err != nil {
		return false // that window was killed
	}
	defer answer.Body.Close()
	return answer.StatusCode == http.StatusNoContent
}

// takeOffers tells take of what other starts hand over, until end is called.
func takeOffers(dir string, take func([]byte)) (end func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	path := "/" + rand.Text()
	s := &http.Server{ReadTimeout: 5 * time.Second, MaxHeaderBytes: 8 << 10, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != path || r.Method != http.MethodPost {
				http.NotFound(w, r)
				return
			}
			text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxOffer))
			if err != nil {
				http.Error(w, "", http.StatusRequestEntityTooLarge)
				return
			}
			w.WriteHeader(http.StatusNoContent)
			take(text)
		})}
	file, address := filepath.Join(dir, windowFile), fmt.Sprintf("http://%s%s\n", l.Addr(), path)
	_ = os.Remove(file) // of a window that was killed
	if err := os.WriteFile(file, []byte(address), 0o600); err != nil {
		l.Close()
		return nil, err
	}
	go func() { _ = s.Serve(l) }()
	return func() {
		if is, err := os.ReadFile(file); err == nil && string(is) == address {
			_ = os.Remove(file)
		}
		_ = s.Close()
	}, nil
}
