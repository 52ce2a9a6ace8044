package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Over plain HTTP, behind no TLS and on no machine of the reader's own, a browser
// says nothing of where a form comes from but its Origin: the desk takes its own.
func TestTheDeskTakesItsOwnFormsOverPlainHTTP(t *testing.T) {
	n := newNetlab(t)
	b := newBrowser(t)
	n.place("desk")
	at, _ := n.wire("desk", "")
	n.run("", "central", "init", "--dir", "centre", "--name", "Study group secretariat")
	add := n.command("", "central", "user", "add", "--dir", "centre", deskUser)
	add.Stdin = strings.NewReader(deskPassphrase + "\n")
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	n.serve("desk", "central", "serve", "--dir", "centre", "--plain", "--listen", "127.0.0.1:8443", "--desk", "0.0.0.0:8444", "--desk-keys")
	b.do(chromedp.Navigate("http://"+at+":8444/"), visible("#passphrase"), chromedp.SendKeys("#name", deskUser), chromedp.SendKeys("#passphrase", deskPassphrase))
	b.press(`form[action="/login"] button`)
	if got := b.path(); got != "/" {
		t.Fatalf("after logging in stands %s: %s", got, b.text())
	}
	b.press(`form[action="/logout"] button`)
	if got := b.path(); got != "/login" {
		t.Errorf("after logging out stands %s: %s", got, b.text())
	}
}
