package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"os"
	"sync"
	"time"
)

// The baseline of "bench road": what a client of the OpenRosa submission API
// does (https://docs.getodk.org/openrosa-form-submission/), one HEAD and one
// multipart POST for each response over one kept connection, and a server that
// has each submission on the disk before it answers.

// odkServer takes submissions on a loopback port.
type odkServer struct {
	addr   string
	server *http.Server
	file   *os.File
	mu     sync.Mutex
	taken  int
}

func startODK(cert tls.Certificate, dir string) (*odkServer, error) {
	return startODKAt("127.0.0.1:0", cert, dir)
}

func startODKAt(listen string, cert tls.Certificate, dir string) (*odkServer, error) {
	file, err := os.CreateTemp(dir, "odk-submissions-*")
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, err
	}
	s := &odkServer{addr: l.Addr().String(), file: file}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	tlsListener := tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"http/1.1"}})
	go s.server.Serve(tlsListener) // returns ErrServerClosed on close
	return s, nil
}

func (s *odkServer) close() {
	s.server.Close()
	s.file.Close()
}

func (s *odkServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-OpenRosa-Version", "1.0")
	h.Set("X-OpenRosa-Accept-Content-Length", "100000000")
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 8<<20))
	if err == nil {
		err = s.keep(body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h.Set("Content-Type", "text/xml; charset=utf-8")
	w.WriteHeader(http.StatusCreated)
	fmt.Fprint(w, `<OpenRosaResponse xmlns="http://openrosa.org/http/response" items="0"><message nature="submit_success">full submission upload was successful!</message></OpenRosaResponse>`)
}

func (s *odkServer) keep(body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.file.Write(body); err != nil {
		return err
	}
	s.taken++
	return s.file.Sync()
}

// sendODK submits each instance to address and returns how long it took.
func sendODK(ctx context.Context, address string, roots *tls.Config, instances [][]byte) (time.Duration, error) {
	transport := &http.Transport{TLSClientConfig: roots}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	url := odkURL(address)
	start := time.Now()
	for i, xml := range instances {
		if err := submitODK(ctx, client, url, xml, nil); err != nil {
			return 0, fmt.Errorf("submission %d: %w", i+1, err)
		}
	}
	return time.Since(start), nil
}

func odkURL(address string) string {
	return "https://" + address + "/v1/key/lXvk7pQJ0000000000000000000000000000000000000000000000/projects/1/submission"
}

// submitODK sends an instance, with its picture unless that is nil.
func submitODK(ctx context.Context, client *http.Client, url string, xml, picture []byte) error {
	head, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return err
	}
	openRosa(head)
	answer, err := client.Do(head)
	if err != nil {
		return err
	}
	answer.Body.Close()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="xml_submission_file"; filename="submission.xml"`},
		"Content-Type":        {"text/xml"},
	})
	if err != nil {
		return err
	}
	part.Write(xml) // into memory
	if picture != nil {
		if part, err = form.CreateFormFile("picture.bin", "picture.bin"); err != nil {
			return err
		}
		part.Write(picture)
	}
	form.Close()
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, url, &body)
	if err != nil {
		return err
	}
	openRosa(post)
	post.Header.Set("Content-Type", form.FormDataContentType())
	if answer, err = client.Do(post); err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusCreated {
		return fmt.Errorf("the server answered %s", answer.Status)
	}
	return nil
}

// openRosa sets the headers that ODK Collect sends.
func openRosa(r *http.Request) {
	r.Header.Set("X-OpenRosa-Version", "1.0")
	r.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	r.Header.Set("User-Agent", "org.odk.collect.android/v2026.2 Dalvik/2.1.0 (Linux; U; Android 13)")
	r.Header.Set("Accept-Encoding", "gzip")
}
