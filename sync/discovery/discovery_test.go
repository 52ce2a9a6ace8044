package discovery

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"baraza.example/sync/httpsync"
)

const pin = "TW88CEYH23AB8M2A3RVP4MEQYM"

// local asks at one port of this machine alone.
func local(port uint16) Options {
	return Options{Port: port, NoMDNS: true, Targets: []netip.AddrPort{netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port)}}
}

func freePort(t *testing.T) uint16 {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return uint16(c.LocalAddr().(*net.UDPAddr).Port)
}

// browse looks for as long as it takes to find so many, at most 10 s.
func browse(t *testing.T, o Options, enough int) []Found {
	t.Helper()
	for wait := 200 * time.Millisecond; ; wait *= 3 {
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		found, err := Browse(ctx, o)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		if len(found) >= enough || wait > 5*time.Second {
			return found
		}
	}
}

func TestAHubIsFoundByAskingAround(t *testing.T) {
	o := local(freePort(t))
	a, err := Announce(Hub{Name: "Redio Amani", Pin: pin, Port: 8445}, o)
	if err != nil {
		t.Fatal(err)
	}
	found := browse(t, o, 1)
	if len(found) != 1 || found[0].Name != "Redio Amani" || found[0].Address() != "https://127.0.0.1:8445#pin="+pin || found[0].Fingerprint() != "TW88-CEYH-23AB" {
		t.Errorf("found %+v", found)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if found := browse(t, local(freePort(t)), 0); len(found) != 0 {
		t.Errorf("nobody is there, and found is %+v", found)
	}
}

func TestAHubIsFoundByAskingOverIPv6(t *testing.T) {
	o := local(freePort(t))
	o.Targets = []netip.AddrPort{netip.AddrPortFrom(netip.IPv6Loopback(), o.Port)}
	a, err := Announce(Hub{Name: "Redio Amani", Pin: pin, Port: 8445}, o)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if found := browse(t, o, 1); len(found) != 1 || found[0].Address() != "https://[::1]:8445#pin="+pin {
		t.Errorf("found %+v", found)
	}
	zoned := Found{Hub: Hub{Pin: pin, Port: 8445}, Addr: netip.MustParseAddr("fe80::7%lan0")}.Address()
	if address, err := httpsync.ParseAddress(zoned); err != nil || address.URL != "https://[fe80::7%25lan0]:8445" {
		t.Errorf("%s is read as %+v, %v", zoned, address, err)
	}
}

// Two hubs on one net, each found with its own key.
func TestSeveralHubsAreToldApart(t *testing.T) {
	one, two := freePort(t), freePort(t)
	o := local(one)
	o.Targets = append(o.Targets, local(two).Targets...)
	other := strings.Replace(pin, "TW", "ZZ", 1)
	for port, h := range map[uint16]Hub{one: {"Radio", pin, 1}, two: {"Radio", other, 2}} {
		a, err := Announce(h, local(port))
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
	}
	found := browse(t, o, 2)
	if len(found) != 2 || found[0].Pin != pin || found[1].Pin != other {
		t.Errorf("found %+v", found)
	}
}

func TestOverMDNS(t *testing.T) {
	if !slices.ContainsFunc(ownAddresses(), func(p netip.Prefix) bool { return !p.Addr().IsLoopback() }) {
		t.Skip("this machine has no network for multicast")
	}
	a, err := Announce(Hub{Name: "Redio Amani", Pin: pin, Port: 8445}, Options{Port: freePort(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	o := local(freePort(t)) // nobody answers there
	o.NoMDNS = false
	found := browse(t, o, 1)
	if len(found) == 0 {
		t.Skip("multicast does not come through on this machine")
	}
	for _, f := range found { // others' hubs may be near
		if f.Hub == (Hub{"Redio Amani", pin, 8445}) {
			return
		}
	}
	t.Errorf("found %+v", found)
}

// Whoever answers with lies costs little and hides nobody.
func TestLyingAnswersAreBounded(t *testing.T) {
	liar, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer liar.Close()
	go func() {
		b := make([]byte, 1024)
		for {
			n, from, err := liar.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			nonce := string(b[8:16])
			say := func(body string) { liar.WriteToUDPAddrPort([]byte("baraza!1"+nonce+body), from) }
			say(`{"name":"\u202eoidaR\u0007","pin":"` + pin + `","port":1}`)
			say(`{"name":"` + strings.Repeat("x", 200) + `","pin":"` + pin + `","port":1}`)
			say(`{"name":"x","pin":"short","port":1}`)
			say(`{"name":"x","pin":"` + pin + `","port":0}`)
			say("{" + strings.Repeat("[", n))
			liar.WriteToUDPAddrPort([]byte("baraza!1another!"+`{"name":"x","pin":"`+pin+`","port":9}`), from)
			for i := range 300 {
				say(fmt.Sprintf(`{"name":"hub %d","pin":"%s","port":%d}`, i, pin, 1000+i))
			}
		}
	}()
	o := local(freePort(t))
	a, err := Announce(Hub{Name: "Redio Amani", Pin: "ZZ" + pin[2:], Port: 8445}, local(o.Port))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	o.Targets = append(o.Targets, netip.MustParseAddrPort(liar.LocalAddr().String()))
	found := browse(t, o, 2)
	if len(found) > maxFrom {
		t.Errorf("%d hubs of one address", len(found))
	}
	for _, f := range found {
		if strings.ContainsAny(f.Name, "\u202e\a") || f.Port == 9 || f.Name == "x" {
			t.Errorf("believed %+v", f)
		}
	}
	o.Known = []string{fmt.Sprintf("%s%026d", "", 7)}
	crowd := gathering{known: o.Known, from: map[teller]int{}}
	for i := range 10_000 {
		at := netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})
		crowd.add(Found{Hub: Hub{"x", pin, uint16(i + 1)}, Addr: at}, at)
	}
	crowd.add(Found{Hub: Hub{"trusted", o.Known[0], 1}, Addr: netip.AddrFrom4([4]byte{10, 9, 9, 9})}, netip.AddrFrom4([4]byte{10, 0, 0, 1}))
	if len(crowd.found) != maxFound+1 || crowd.found[maxFound].Name != "trusted" {
		t.Errorf("%d hubs are found, the trusted one is %+v", len(crowd.found), crowd.found[len(crowd.found)-1])
	}
	if near(netip.MustParseAddr("8.8.8.8")) {
		t.Error("a hub nearby is anywhere in the world")
	}
}

// An answer is never longer than its question: nobody is flooded with the help
// of a hub.
func TestAHubDoesNotAmplify(t *testing.T) {
	o := local(freePort(t))
	a, err := Announce(Hub{Name: strings.Repeat("ü", 50), Pin: pin, Port: 8445}, o)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	c, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(o.Targets[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, size := range []int{0, 8, 16, 511, 513} {
		q := make([]byte, size)
		copy(q, magicAsk)
		c.Write(q)
	}
	for range 200 {
		q := make([]byte, askSize)
		copy(q, magicAsk+"whoasks!")
		c.Write(q)
	}
	answers := 0
	for b := make([]byte, 2048); ; answers++ {
		c.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
		n, err := c.Read(b)
		if err != nil {
			break
		}
		if n > askSize || !strings.HasPrefix(string(b[:n]), "baraza!1whoasks!") {
			t.Errorf("answered with %d bytes", n)
		}
	}
	if answers == 0 || answers > 2*answersRate {
		t.Errorf("%d answers to 200 questions in a moment", answers)
	}
}

func TestAHubThatCantBeIsNotAnnounced(t *testing.T) {
	for _, h := range []Hub{{"x", "", 1}, {"x", pin, 0}, {strings.Repeat("x", 101), pin, 1}, {"x", pin[:25] + "!", 1}, {"\xff", pin, 1}} {
		if a, err := Announce(h, local(freePort(t))); err == nil {
			a.Close()
			t.Errorf("announced %+v", h)
		}
	}
}

func FuzzReadAnswer(f *testing.F) {
	f.Add([]byte("baraza!112345678" + `{"name":"Radio","pin":"` + pin + `","port":8445}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		found, ok := readAnswer(b, []byte("12345678"))
		if !ok {
			return
		}
		if len(found.Name) > maxName || len(found.Pin) < minPin || found.Port == 0 {
			t.Errorf("took %+v", found)
		}
		body, err := json.Marshal(told{found.Name, found.Pin, found.Port})
		if err != nil {
			t.Fatal(err)
		}
		if again, ok := readAnswer(append([]byte("baraza!112345678"), body...), []byte("12345678")); len(body) < 400 && (!ok || again != found) {
			t.Errorf("%+v is read again as %+v", found, again)
		}
	})
}
