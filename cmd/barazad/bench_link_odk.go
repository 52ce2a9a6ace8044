package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/forms/session"
)

// odkTimeout is how long the baseline waits for a connection, for room to write
// and for an answer, as OkHttp does in ODK Collect.
const odkTimeout = 30 * time.Second

// sendODKFrom submits the instances in dir one after the other, each until it is
// taken: after an error, from its beginning, a second later. It returns how many
// were taken within patience.
func sendODKFrom(ctx context.Context, dir, address string, roots *x509.CertPool, patience time.Duration) (done int, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.xml"))
	if err != nil {
		return 0, err
	}
	slices.Sort(names)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	dialer := &net.Dialer{Timeout: odkTimeout}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, TLSHandshakeTimeout: odkTimeout, ResponseHeaderTimeout: odkTimeout,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return impatient{c}, nil
		}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	for _, name := range names {
		xml, err := os.ReadFile(name)
		if err != nil {
			return done, err
		}
		picture, err := os.ReadFile(name[:len(name)-len(".xml")] + ".bin")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return done, err
		}
		for submitODK(ctx, client, odkURL(address), xml, picture) != nil {
			select {
			case <-ctx.Done():
				return done, nil
			case <-time.After(time.Second):
			}
		}
		done++
	}
	return done, nil
}

// impatient gives up a connection that takes nothing for odkTimeout.
type impatient struct{ net.Conn }

func (c impatient) Write(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		c.SetWriteDeadline(time.Now().Add(odkTimeout))
		var m int
		m, err = c.Conn.Write(b[n:min(n+8192, len(b))])
		n += m
	}
	return n, err
}

// odkInstance fills a form and returns its instance.
func odkInstance(form workspace.Form, texts []string, picture bool) ([]byte, error) {
	s, err := session.Start(form.Definition, session.Options{})
	if err != nil {
		return nil, err
	}
	answers := map[string]any{}
	for i, t := range texts {
		answers[fmt.Sprintf("q%d", i+1)] = t
	}
	if picture {
		answers["picture"] = "picture.bin"
	}
	if err := session.Fill(s, answers); err != nil {
		return nil, err
	}
	done, violations := s.Finalize()
	if len(violations) > 0 {
		return nil, &violations[0]
	}
	return done.XML, nil
}

func writeRandom(path string, n int) error {
	b := make([]byte, n)
	rand.Read(b)
	return os.WriteFile(path, b, 0o600)
}
