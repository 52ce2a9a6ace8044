package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"baraza.example/sync/discovery"
	"baraza.example/sync/httpsync"
)

// liar is a program that says it is a hub whose name and pin are another's, on
// every way there is, and serves at its own address with a key of its own. It
// makes the file "heard" if anybody says a word to it in spite of the key.
//
//	liar NAME PIN PORT FOLDER
func liar() {
	log := slog.New(slog.DiscardHandler)
	fail := func(err error) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	name, pin, folder := os.Args[1], os.Args[2], os.Args[4]
	port, err := strconv.ParseUint(os.Args[3], 10, 16)
	if err != nil {
		fail(err)
	}
	cert, err := httpsync.OwnCertificate(filepath.Join(folder, "liar.key"))
	if err != nil {
		fail(err)
	}
	heard := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		_ = os.WriteFile(filepath.Join(folder, "heard"), nil, 0o600)
	})
	l, err := httpsync.Listen("0.0.0.0:"+os.Args[3], cert, heard, log)
	if err != nil {
		fail(err)
	}
	defer l.Close()
	a, err := discovery.Announce(discovery.Hub{Name: name, Pin: pin, Port: uint16(port)}, discovery.Options{})
	if err != nil {
		fail(err)
	}
	defer a.Close()
	fmt.Println("address", l.Address.URL)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	<-ctx.Done()
}

// lie runs a liar in a place until the test ends, or until what it returns is called.
func (n *netlab) lie(place, name, pin, port string) (end func()) {
	n.t.Helper()
	c := exec.Command("ip", "netns", "exec", n.space(place), "liar", name, pin, port, n.dir)
	c.Dir = n.dir
	_, end = n.start(c, place, "liar")
	return end
}

// Two hubs, a device and a liar in one network that has no router and no Internet, at
// addresses that they drew themselves: the device keeps to the hub whose fingerprint
// was compared, also when the hubs change places, and says nothing to the liar.
func TestTheRightHubIsFoundWithoutARouter(t *testing.T) {
	n := newNetlab(t)
	samples, err := filepath.Abs("../../assets/samples/answers")
	if err != nil {
		t.Fatal(err)
	}
	e := &everyRoad{n, samples}
	n.place("radio", "other", "phone", "liar")
	n.lan(map[string]string{"radio": "169.254.7.20/16", "other": "169.254.7.30/16", "phone": "169.254.9.9/16", "liar": "169.254.1.1/16"})
	n.run("", "central", "init", "--dir", "centre", "--name", "Study group secretariat", "--address", "https://192.0.2.9:8443")
	serve := func(place, org, port string) (map[string]string, func()) {
		return n.serve(place, "hub", "--dir", place, "--org", org, "--join", "centre/keys/invite.txt", "--listen", "0.0.0.0:"+port, "--every", "1h")
	}
	n.lie("radio", "Not this one", strings.Repeat("X", 26), "8999") // it takes the port of the questions: this hub is found by mDNS alone
	radio, endRadio := serve("radio", "Redio Amani", "8445")
	if !strings.Contains(radio["address"], "169.254.7.20") {
		t.Errorf("nobody reaches the hub at %s", radio["address"])
	}
	_, endOther := serve("other", "Kibera Hub", "8445")
	_, pin, _ := strings.Cut(radio["address"], "#pin=")
	if pin == "" {
		t.Fatalf("the hub says %v", radio)
	}

	e.device("phone", "ngo-english.json")
	if said := n.run("phone", "sync", "--dir", "phone", "--nearby", "--trust", radio["compare"]); !strings.Contains(said, "Kibera Hub") || !strings.Contains(said, "with Redio Amani") {
		t.Errorf("of two hubs it met %s", said)
	}
	e.stands("phone", "at the hub Redio Amani")

	n.lie("liar", "Redio Amani", pin, "8445")
	again := func(when, answers string) {
		t.Helper()
		n.run("phone", "fill", "--dir", "phone", "--answers", filepath.Join(samples, answers))
		if said := n.run("phone", "sync", "--dir", "phone", "--nearby"); !strings.Contains(said, "with Redio Amani") {
			t.Errorf("%s: %s", when, said)
		}
	}
	again("beside a liar", "radio-kiswahili.json")

	endRadio()
	endOther()
	n.readdress("radio", "169.254.7.20", "169.254.7.40")
	n.readdress("other", "169.254.7.30", "169.254.7.20")
	n.readdress("radio", "169.254.7.40", "169.254.7.30")
	_, endRadio = serve("radio", "Redio Amani", "8446")
	serve("other", "Kibera Hub", "8445")
	again("after the hubs changed places", "university-french.json")

	endRadio()
	n.run("phone", "fill", "--dir", "phone", "--answers", filepath.Join(samples, "union-espanol.json"))
	alone := n.command("phone", "sync", "--dir", "phone", "--nearby")
	kill := time.AfterFunc(kioskPatience, func() { _ = alone.Process.Kill() })
	defer kill.Stop()
	if out, err := alone.CombinedOutput(); err == nil {
		t.Errorf("with the liar alone it met %s", out)
	}
	said := n.run("phone", "status", "--dir", "phone")
	if strings.Count(said, "at the hub Redio Amani") != 3 || strings.Count(said, "on this device") != 1 || strings.Contains(said, "Kibera") {
		t.Errorf("at the end stands %s", said)
	}
	if _, err := os.Stat(filepath.Join(n.dir, "heard")); err == nil {
		t.Error("the liar was spoken to")
	}
}

// twoOnACable is a hub's place and a device's with nothing between them, at addresses
// with their bits, and an invite of a centre that is out of reach.
func twoOnACable(t *testing.T, radio, phone string) *everyRoad {
	t.Helper()
	samples, err := filepath.Abs("../../assets/samples/answers")
	if err != nil {
		t.Fatal(err)
	}
	n := newNetlab(t)
	n.place("radio", "phone")
	n.lan(map[string]string{"radio": radio, "phone": phone})
	n.run("", "central", "init", "--dir", "centre", "--name", "Study group secretariat", "--address", "https://192.0.2.9:8443")
	return &everyRoad{n, samples}
}

// redioAmani serves as the hub of one of the two until the test ends, or until what it
// returns is called.
func (e *everyRoad) redioAmani() (said map[string]string, end func()) {
	e.t.Helper()
	return e.serve("radio", "hub", "--dir", "radio", "--org", "Redio Amani", "--join", "centre/keys/invite.txt", "--listen", ":8445", "--every", "1h")
}

// onlyMDNS takes the port of the questions from the hub that starts next, until the test
// ends, or until what it returns is called.
func (e *everyRoad) onlyMDNS() (end func()) {
	e.t.Helper()
	return e.lie("radio", "Not this one", strings.Repeat("X", 26), "8999")
}

// A hub and a device on a cable between them, where nothing has an address but those
// of IPv6 that each made itself: the hub is found by mDNS alone, and then also by asking.
func TestAHubIsFoundWhereThereIsOnlyIPv6(t *testing.T) {
	e := twoOnACable(t, "fe80::20/64", "fe80::9/64")
	meets := func(how string, args ...string) {
		t.Helper()
		if said := e.run("phone", append([]string{"sync", "--dir", "phone", "--nearby"}, args...)...); !strings.Contains(said, "with Redio Amani") {
			t.Errorf("%s it met %s", how, said)
		}
	}
	endLiar := e.onlyMDNS()
	radio, endRadio := e.redioAmani()
	e.device("phone", "ngo-english.json")
	meets("by mDNS", "--trust", radio["compare"])
	e.stands("phone", "at the hub Redio Amani")

	endRadio()
	endLiar()
	e.redioAmani()
	e.run("phone", "fill", "--dir", "phone", "--answers", filepath.Join(e.samples, "radio-kiswahili.json"))
	meets("by both ways")
	if said := e.run("phone", "status", "--dir", "phone"); strings.Count(said, "at the hub Redio Amani") != 2 {
		t.Errorf("at the end stands %s", said)
	}
}

// A hub that runs becomes an access point: it has another net all at once, whose
// addresses it gives to devices, and no way out of it. Nobody starts it again.
func TestAHubIsFoundOnceItIsAnAccessPoint(t *testing.T) {
	e := twoOnACable(t, "192.0.2.20/24", "192.0.2.9/24")
	e.onlyMDNS()
	radio, _ := e.redioAmani()
	e.device("phone", "ngo-english.json")
	e.readdress("radio", "192.0.2.20", "10.42.0.1")
	e.readdress("phone", "192.0.2.9", "10.42.0.57")
	e.ip("-n " + e.space("phone") + " route add default via 10.42.0.1")
	for began := time.Now(); ; {
		c := e.command("phone", "sync", "--dir", "phone", "--nearby", "--trust", radio["compare"])
		out, err := c.CombinedOutput()
		if err == nil && strings.Contains(string(out), "with Redio Amani") {
			break
		}
		if time.Since(began) > kioskPatience {
			t.Fatalf("the hub is not found: %v: %s", err, out)
		}
	}
	e.stands("phone", "at the hub Redio Amani")
}
