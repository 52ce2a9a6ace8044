package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// everyRoad is a village: a hub without an uplink, a device and a phone in its
// network, devices in none, and a centre far away.
type everyRoad struct {
	*netlab
	samples string
}

// device joins a device at a place and makes a response ready.
func (e *everyRoad) device(place, answers string) {
	e.t.Helper()
	e.run(place, "join", "--dir", place, "--org", "Device "+place, "centre/keys/invite.txt")
	e.run(place, "fill", "--dir", place, "--answers", filepath.Join(e.samples, answers))
}

var statusLine = regexp.MustCompile(`(?m)^(\S{11})\s+response\s+(.*)$`)

// state is how the one response of a device stands, and its code.
func (e *everyRoad) state(place string) (code, state string) {
	e.t.Helper()
	said := e.run(place, "status", "--dir", place)
	m := statusLine.FindStringSubmatch(said)
	if m == nil {
		e.t.Fatalf("%s has no response: %s", place, said)
	}
	return m[1], m[2]
}

func (e *everyRoad) stands(place, want string) (code string) {
	e.t.Helper()
	code, state := e.state(place)
	if !strings.Contains(state, want) {
		e.t.Errorf("the response of %s is %q, want %q", place, state, want)
	}
	return code
}

// Real processes in networks of their own: what two devices, a hub without an
// uplink and then with one, a stick, a mail and a phone's browser bring is in the
// centre once each, with the right author and road.
func TestEveryRoadLeadsToTheCentreOnce(t *testing.T) {
	n := newNetlab(t)
	b := newBrowser(t)
	samples, err := filepath.Abs("../../assets/samples/answers")
	if err != nil {
		t.Fatal(err)
	}
	e := &everyRoad{n, samples}
	n.place("hub", "near", "stick", "post", "far")
	village, _ := n.wire("hub", "near")
	shown, _ := n.wire("hub", "") // the phone's browser runs outside of any place
	uplink, centre := n.next()    // of the wire that is laid later
	n.run("", "central", "init", "--dir", "centre", "--name", "Study group secretariat", "--address", "https://"+centre+":8443")

	hub, endHub := n.serve("hub", "hub", "--dir", "hub", "--org", "Redio Amani", "--join", "centre/keys/invite.txt", "--listen", "0.0.0.0:8445", "--kiosk", "0.0.0.0:8080", "--every", "1s")
	e.device("near", "ngo-english.json")
	n.run("near", "sync", "--dir", "near", "--nearby", "--trust", hub["compare"])
	e.stands("near", "at the hub Redio Amani")

	b.look(360, "light")
	b.do(chromedp.Navigate("http://"+shown+":8080/"), visible("h1"))
	b.press(`form[action="/begin"] button`)
	for i := 0; !strings.HasSuffix(b.path(), "/review"); i++ {
		if i > 60 {
			t.Fatalf("it does not end: %s", b.text())
		}
		b.fillPage()
		b.press(`.go button[value="next"]`)
	}
	b.press(`form[action="/finish"] button`)
	kiosk := evaluate[string](b, `document.querySelector(".big")?.innerText ?? ""`)
	if kiosk == "" {
		t.Fatalf("the kiosk gave no receipt code: %s", b.text())
	}

	e.device("stick", "union-espanol.json")
	n.run("stick", "bundle", "write", "--dir", "stick", "memory")
	n.run("", "bundle", "take", "--dir", "centre", "--yes", "memory")
	n.run("stick", "bundle", "write", "--dir", "stick", "memory")
	stick := e.stands("stick", "received")

	e.device("post", "university-french.json")
	n.run("post", "bundle", "mail-out", "--dir", "post", "--to", "centre@example.org", "--out", "mails", "posted")
	n.run("", "bundle", "mail-in", "--dir", "centre", "--yes", "inbox", "mails")
	n.run("post", "bundle", "write", "--dir", "post", "inbox")
	post := e.stands("post", "received")

	near := e.stands("near", "at the hub Redio Amani") // nothing has gone on without an uplink
	if first, second := n.wire("hub", "far"); first != uplink || second != centre {
		t.Fatalf("the uplink is %s, %s", first, second)
	}
	far, _ := n.serve("far", "central", "serve", "--dir", "centre", "--listen", "0.0.0.0:8443", "--desk", "127.0.0.1:0")
	if far["public"] == "" {
		t.Fatal("the centre tells no address")
	}
	b.awaitReceived("http://" + shown + ":8080/r/" + kiosk)
	for until := time.Now().Add(kioskPatience); ; {
		n.run("near", "sync", "--dir", "near", "--nearby")
		if _, state := e.state("near"); strings.Contains(state, "received") || time.Now().After(until) {
			break
		}
	}
	e.stands("near", "received")

	// The hub's address changes; whoever has compared it finds it.
	endHub()
	moved := strings.TrimSuffix(village, ".1") + ".77"
	n.readdress("hub", village, moved)
	n.serve("hub", "hub", "--dir", "hub", "--listen", "0.0.0.0:8446", "--every", "1s")
	n.run("near", "fill", "--dir", "near", "--answers", filepath.Join(e.samples, "radio-kiswahili.json"))
	if said := n.run("near", "sync", "--dir", "near", "--nearby"); !strings.Contains(said, "Redio Amani") {
		t.Errorf("at another address it is not found: %s", said)
	}
	for until := time.Now().Add(kioskPatience); time.Now().Before(until); {
		n.run("near", "sync", "--dir", "near", "--nearby")
		if said := n.run("near", "status", "--dir", "near"); strings.Count(said, "received") == 2 {
			break
		}
	}
	list := n.run("", "central", "list", "--dir", "centre")
	lines := strings.Split(strings.TrimSpace(list), "\n")
	if len(lines) != 5 {
		t.Errorf("the centre has %d records, want 5:\n%s", len(lines), list)
	}
	for code, want := range map[string][2]string{
		near: {"hub", "Savannah"}, kiosk: {"hub", "Wavuvi wa Nansole"}, stick: {"stick", "Sindicato de Trabajadoras"}, post: {"mail", "Institut supérieur des réseaux et télécommunications du Cayor"},
	} {
		found := 0
		for _, line := range lines {
			if strings.HasPrefix(line, code) {
				found++
				if !strings.Contains(line, want[0]) || !strings.Contains(line, want[1]) {
					t.Errorf("%s came otherwise than by %q from %q: %s", code, want[0], want[1], line)
				}
			}
		}
		if found != 1 {
			t.Errorf("%s is in the centre %d times:\n%s", code, found, list)
		}
	}
	if mails, err := os.ReadDir(filepath.Join(n.dir, "mails")); err != nil || len(mails) == 0 {
		t.Errorf("no mail was written: %v", err)
	}
}
