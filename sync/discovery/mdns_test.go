package discovery

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/dns/dnsmessage"
)

var here = network{iface: net.Interface{Name: "lan0"}, addrs: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/8")}}

// said is an answer as a hub's program gives it.
func said(t testing.TB, id uint16, instance string, port uint16, txt []string, at ...netip.Addr) []byte {
	t.Helper()
	name, host := dnsmessage.MustNewName(instance+"."+serviceName), dnsmessage.MustNewName(instance+".local.")
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: id, Response: true, Authoritative: true}}
	add := func(name dnsmessage.Name, body dnsmessage.ResourceBody) {
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET, TTL: 120}, Body: body})
	}
	add(dnsmessage.MustNewName(serviceName), &dnsmessage.PTRResource{PTR: name})
	add(name, &dnsmessage.SRVResource{Port: port, Target: host})
	for _, a := range at {
		if a.Is4() {
			add(host, &dnsmessage.AResource{A: a.As4()})
		} else {
			add(host, &dnsmessage.AAAAResource{AAAA: a.As16()})
		}
	}
	add(name, &dnsmessage.TXTResource{TXT: txt})
	packet, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return packet
}

// A liar hears the name that a hub drew and answers with it, always before the hub
// does: the hub is found all the same, beside the liar.
func TestWhoRepeatsTheNameOfAHubDoesNotHideIt(t *testing.T) {
	const instance = "tw88ceyh23ab8m2a3rvp4meqym-drawn123"
	liars := "ZZ" + pin[2:]
	local := netip.MustParseAddr("127.0.0.1")
	asked, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer asked.Close()
	elsewhere, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 2)})
	if err != nil {
		t.Skip("this system has one loopback address:", err)
	}
	defer elsewhere.Close()
	go func() {
		b := make([]byte, 1024)
		for {
			n, from, err := asked.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			var p dnsmessage.Parser
			h, err := p.Start(b[:n])
			q, failed := p.Question()
			if err != nil || failed != nil || q.Name.String() != serviceName {
				continue
			}
			for port := range uint16(100) { // Whoever says a lot hides nobody either.
				elsewhere.WriteToUDPAddrPort(said(t, h.ID, instance, 1000+port, []string{"v=1", "name=Redio Amani", "pin=" + liars}, local), from)
				elsewhere.WriteToUDPAddrPort(said(t, h.ID, instance, 1000+port, []string{"v=1", "name=Redio Amani", "pin=" + pin}, local), from)
			}
			asked.WriteToUDPAddrPort(said(t, h.ID, instance, 8445, []string{"v=1", "name=Redio Amani", "pin=" + pin}, local), from)
		}
	}()
	want := Found{Hub{"Redio Amani", pin, 8445}, local, true}
	for _, known := range [][]string{nil, {pin}} {
		if found := awaitHub(t, netip.MustParseAddrPort(asked.LocalAddr().String()), known, want); len(found) > 2*maxFrom+1 {
			t.Errorf("%d are believed", len(found))
		}
	}
}

// awaitHub asks at an address, where the pins known are trusted, until a hub is found.
func awaitHub(t *testing.T, at netip.AddrPort, known []string, want Found) []Found {
	t.Helper()
	for wait := 300 * time.Millisecond; ; wait *= 3 {
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		g := &gathering{known: known, from: map[teller]int{}}
		err = here.askMDNS(ctx, c, at, g)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(g.found, want) {
			return g.found
		}
		if wait > 5*time.Second {
			t.Fatalf("the hub is hidden by %+v", g.found)
		}
	}
}

func TestWhatAnAnswerByMDNSSays(t *testing.T) {
	four, link, own := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fe80::7"), netip.MustParseAddr("fd00::7")
	good := []string{"v=1", "name=Redio", "pin=" + pin}
	onlySix := network{iface: here.iface, addrs: []netip.Prefix{netip.MustParsePrefix("fd00::2/64")}}
	for name, c := range map[string]struct {
		n      network
		packet []byte
		want   string
	}{
		"one hub":                  {here, said(t, 7, "a", 8445, good, four), "10.0.0.1:8445"},
		"at two addresses":         {here, said(t, 7, "a", 8445, good, four, netip.MustParseAddr("10.0.0.2")), "10.0.0.1:8445 10.0.0.2:8445"},
		"over IPv4 if there is":    {here, said(t, 7, "a", 8445, good, link, four), "10.0.0.1:8445"},
		"only IPv6 leads there":    {onlySix, said(t, 7, "a", 8445, good, four, link, own), "[fe80::7%lan0]:8445 [fd00::7]:8445"},
		"to another question":      {here, said(t, 8, "a", 8445, good, four), ""},
		"without an address":       {here, said(t, 7, "a", 8445, good), ""},
		"without a port":           {here, said(t, 7, "a", 0, good, four), ""},
		"without a pin":            {here, said(t, 7, "a", 8445, []string{"name=x"}, four), ""},
		"cut":                      {here, said(t, 7, "a", 8445, good, four)[:60], ""},
		"with a hundred addresses": {here, said(t, 7, "a", 8445, good, slices.Repeat([]netip.Addr{four}, 100)...), ""},
	} {
		var got []string
		for _, f := range c.n.readMDNS(c.packet, 7) {
			got = append(got, netip.AddrPortFrom(f.Addr, f.Port).String())
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

// FuzzReadMDNS reads what anybody on the network may answer by mDNS.
func FuzzReadMDNS(f *testing.F) {
	f.Add(said(f, 7, "a", 8445, []string{"v=1", "name=Redio", "pin=" + pin}, netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fe80::7")), false)
	f.Add(said(f, 7, "a", 8445, []string{"pin=", "pin=" + pin, "name=\u202ex"}, netip.MustParseAddr("fe80::7")), true)
	f.Fuzz(func(t *testing.T, packet []byte, six bool) {
		n := here
		if six {
			n.addrs = nil
		}
		found := n.readMDNS(packet, 7)
		if len(found) > maxFrom {
			t.Errorf("%d of one packet", len(found))
		}
		for _, one := range found {
			if !one.Addr.IsValid() || one.Port == 0 || len(one.Name) > maxName || len(one.Pin) < minPin || len(one.Pin) > maxPin ||
				strings.ContainsFunc(one.Name, unicode.IsControl) {
				t.Errorf("took %+v", one)
			}
		}
	})
}
