package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"baraza.example/sync/httpsync"
)

// strangerCommand: stranger NAME KIND stands in for what people meet instead of
// the centre, and sets $NAME to its address:
//
//	portal     answers everything with 200 and a login page
//	redirect   leads everything to a login page elsewhere
//	disguised  sends its login page with our content type
//	othername  a trusted certificate, for another name; $NAME_ca has the authority
//	shop       some other web site
//	slow-KIND  waits for the end of a request before it answers, as many do
//
// tls-KIND is the same over TLS with a certificate of its own, and its pin.
func strangerCommand(ts *testscript.TestScript, neg bool, args []string) {
	pages := map[string]http.HandlerFunc{"portal": portal, "tls-portal": portal, "redirect": redirect, "disguised": disguised,
		"othername": portal, "shop": http.NotFound}
	kind := strings.TrimPrefix(args[1], "slow-")
	page := pages[kind]
	if neg || page == nil {
		ts.Fatalf("usage: stranger NAME KIND")
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if kind == args[1] {
			http.NewResponseController(w).EnableFullDuplex()
		}
		page(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	ts.Defer(s.Close)
	switch kind {
	case "tls-portal":
		s.StartTLS()
		ts.Setenv(args[0], httpsync.Address{URL: s.URL, Pin: httpsync.PinOf(s.Certificate())}.String())
	case "othername":
		cert, authority, err := certifiedFor("hotel.example", "wifi.hotel.example")
		ts.Check(err)
		s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
		s.StartTLS()
		file := ts.MkAbs(args[0] + "-ca.pem")
		ts.Check(os.WriteFile(file, authority, 0o600))
		ts.Setenv(args[0], s.URL)
		ts.Setenv(args[0]+"_ca", file)
	default:
		s.Start()
		ts.Setenv(args[0], s.URL)
	}
}

const loginPage = "<!doctype html><title>Welcome to Lakeside Wi-Fi</title><form><input name=room><button>Log in</button></form>"

func portal(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	io.WriteString(w, loginPage)
}

func disguised(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", httpsync.ContentType)
	io.WriteString(w, loginPage)
}

func redirect(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "http://login.lakeside.example/?to="+r.Host, http.StatusFound)
}

// certifiedFor makes an authority and a certificate of it for these names.
func certifiedFor(names ...string) (cert tls.Certificate, authority []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return cert, nil, err
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageCertSign}
	raw, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		return cert, nil, err
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: names, NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	own, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{own}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), err
}
