package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Two devices send through a hub over a thin link, in a network that has IPv6
// and nothing else. The hub is killed while they do, and started again, until all
// has gone on: it is in the centre once each, with its author and its road.
func TestAHubKilledWhileDevicesSendOverIPv6LosesNothing(t *testing.T) {
	n := newNetlab(t)
	samples, err := filepath.Abs("../../assets/samples/answers")
	if err != nil {
		t.Fatal(err)
	}
	n.place("hub", "one", "two", "far")
	n.lan(map[string]string{"hub": "fd77::2/64", "one": "fd77::11/64", "two": "fd77::12/64", "far": "fd77::9/64"})
	for _, place := range []string{"one", "two"} {
		thin := "tc -n " + n.space(place) + " qdisc add dev lan0 root tbf rate 64kbit burst 2k latency 2s"
		if out, err := exec.Command("tc", strings.Fields(thin)[1:]...).CombinedOutput(); err != nil {
			t.Skipf("%s: %v: %s", thin, err, out)
		}
	}
	n.run("", "central", "init", "--dir", "centre", "--name", "Study group secretariat", "--address", "https://[fd77::9]:8443")
	n.serve("far", "central", "serve", "--dir", "centre", "--listen", "[::]:8443", "--desk", "127.0.0.1:0")

	answers := map[string]string{"one": "ngo-english.json", "two": "union-espanol.json"}
	authors := map[string]string{"one": "Savannah", "two": "Sindicato de Trabajadoras"}
	const each = 4
	for place, file := range answers {
		n.run(place, "join", "--dir", place, "--org", "Device "+place, "centre/keys/invite.txt")
		n.run(place, "fill", "--dir", place, "--answers", n.severalAnswers(filepath.Join(samples, file), each))
	}
	hub := n.command("hub", "hub", "--dir", "hub", "--org", "Redio Amani", "--join", "centre/keys/invite.txt", "--listen", "[fd77::2]:8445", "--every", "1s")
	said, _ := n.start(hub, "hub", "hub")
	if !strings.Contains(said["address"], "[fd77::2]") {
		t.Fatalf("the hub's address is %s", said["address"])
	}
	sending := map[string]chan error{}
	out := map[string]*bytes.Buffer{}
	for place := range answers {
		c := n.command(place, "sync", "--dir", place, "--via", said["address"], "--wait", "3m")
		out[place] = &bytes.Buffer{}
		c.Stdout, c.Stderr = out[place], out[place]
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		sending[place] = ended
	}
	for range 3 {
		n.awaitGrowth("hub", 2<<10)
		if len(sending["one"]) > 0 && len(sending["two"]) > 0 {
			t.Error("the hub is to be killed while something is sent, and all was")
		}
		n.crash(hub)
		hub = n.command("hub", "hub", "--dir", "hub", "--listen", "[fd77::2]:8445", "--every", "1s")
		n.start(hub, "hub", "hub")
	}
	for place, ended := range sending {
		if err := <-ended; err != nil {
			t.Errorf("%s: %v: %s", place, err, out[place])
		}
	}
	list := n.run("", "central", "list", "--dir", "centre")
	lines := strings.Split(strings.TrimSpace(list), "\n")
	if len(lines) != 2*each {
		t.Errorf("the centre has %d records, want %d:\n%s", len(lines), 2*each, list)
	}
	for place, author := range authors {
		found := 0
		for _, line := range lines {
			if strings.Contains(line, author) && strings.Contains(line, "hub") {
				found++
			}
		}
		if found != each {
			t.Errorf("of %s the centre has %d by the hub, want %d:\n%s", author, found, each, list)
		}
		if stands := n.run(place, "status", "--dir", place); strings.Count(stands, "received") != each {
			t.Errorf("at %s stands %s", place, stands)
		}
	}
}

// severalAnswers makes n sets of answers of one, which differ in their first.
func (n *netlab) severalAnswers(file string, times int) string {
	n.t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		n.t.Fatal(err)
	}
	var all []map[string]any
	for i := range times {
		var a map[string]any
		if err := json.Unmarshal(raw, &a); err != nil {
			n.t.Fatal(err)
		}
		a["a"] = fmt.Sprintf("%d. %s", i+1, a["a"])
		all = append(all, a)
	}
	if raw, err = json.Marshal(all); err != nil {
		n.t.Fatal(err)
	}
	several := filepath.Join(n.dir, "several-"+filepath.Base(file))
	if err := os.WriteFile(several, raw, 0o600); err != nil {
		n.t.Fatal(err)
	}
	return several
}

// awaitGrowth waits until a folder has got so many bytes more than it has now.
func (n *netlab) awaitGrowth(folder string, more int64) {
	n.t.Helper()
	size := func() (sum int64) {
		_ = filepath.WalkDir(filepath.Join(n.dir, folder), func(name string, d fs.DirEntry, err error) error {
			if err == nil && strings.Contains(name, "journal") {
				if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
					sum += info.Size()
				}
			}
			return nil // what goes meanwhile has no size
		})
		return sum
	}
	from := size()
	for until := time.Now().Add(kioskPatience); size() < from+more; {
		if time.Now().After(until) {
			n.t.Fatalf("%s has got %d bytes, want %d", folder, size()-from, more)
		}
		<-time.After(5 * time.Millisecond)
	}
}
