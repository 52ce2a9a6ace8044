package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A netlab is networks of their own in which real processes run, joined by wires
// that are laid one by one. It ends with its test.
type netlab struct {
	t     *testing.T
	dir   string
	wires int

	started int // processes that serve
	crashed map[*exec.Cmd]bool
}

func newNetlab(t *testing.T) *netlab {
	t.Helper()
	if testing.Short() {
		t.Skip("real processes in networks of their own take their time")
	}
	if !canNetns() {
		t.Skip("networks of their own need root and the ip command, which aren't allowed here")
	}
	return &netlab{t: t, dir: t.TempDir(), crashed: map[*exec.Cmd]bool{}}
}

// space is the name of a network's namespace; "" is the test's own.
func (n *netlab) space(name string) string { return fmt.Sprintf("bz%d-%s", os.Getpid(), name) }

func (n *netlab) ip(words string) {
	n.t.Helper()
	if out, err := exec.Command("ip", strings.Fields(words)...).CombinedOutput(); err != nil {
		n.t.Fatalf("ip %s: %v: %s", words, err, out)
	}
}

// place makes a network for one device, in which nothing is reached but itself.
func (n *netlab) place(names ...string) {
	n.t.Helper()
	for _, name := range names {
		n.ip("netns add " + n.space(name))
		n.t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", n.space(name)).Run() }) // the end of the test either way
		n.ip("-n " + n.space(name) + " link set lo up")
	}
}

// wire joins two places and returns their addresses on it. The place "" is the
// test's own.
func (n *netlab) wire(one, other string) (first, second string) {
	n.t.Helper()
	first, second = n.next()
	n.wires++
	ends := [2]string{fmt.Sprintf("w%d-%da", os.Getpid()%100000, n.wires), fmt.Sprintf("w%d-%db", os.Getpid()%100000, n.wires)}
	n.ip(fmt.Sprintf("link add %s type veth peer name %s", ends[0], ends[1]))
	n.t.Cleanup(func() { _ = exec.Command("ip", "link", "del", ends[0]).Run() }) // where it is in no other place
	for i, name := range []string{one, other} {
		in := ""
		if name != "" {
			n.ip(fmt.Sprintf("link set %s netns %s", ends[i], n.space(name)))
			in = "-n " + n.space(name) + " "
		}
		n.ip(fmt.Sprintf("%saddr add %s/24 broadcast + dev %s", in, []string{first, second}[i], ends[i]))
		n.ip(in + "link set " + ends[i] + " up")
	}
	return first, second
}

// next is which addresses the next wire will have.
func (n *netlab) next() (first, second string) {
	net := fmt.Sprintf("10.%d.%d", 64+os.Getpid()%160, n.wires+1)
	return net + ".1", net + ".2"
}

// lan joins places in one network without a router, each at an address with its bits.
func (n *netlab) lan(at map[string]string) {
	n.t.Helper()
	n.place("lan")
	n.ip("-n " + n.space("lan") + " link add br0 type bridge mcast_snooping 0")
	n.ip("-n " + n.space("lan") + " link set br0 up")
	for name, addr := range at {
		n.wires++
		port := fmt.Sprintf("w%d-%db", os.Getpid()%100000, n.wires)
		n.ip(fmt.Sprintf("link add lan0 netns %s type veth peer name %s netns %s", n.space(name), port, n.space("lan")))
		n.ip(fmt.Sprintf("-n %s link set %s master br0 up", n.space("lan"), port))
		extra := "broadcast +"
		if strings.Contains(addr, ":") {
			extra = "nodad" // IPv6 asks for a second whether an address is free
		}
		n.ip(fmt.Sprintf("-n %s addr add %s %s dev lan0", n.space(name), addr, extra))
		n.ip(fmt.Sprintf("-n %s link set lan0 up", n.space(name)))
	}
}

// readdress gives a place another address instead of one.
func (n *netlab) readdress(name, from, to string) {
	n.t.Helper()
	out, err := exec.Command("ip", "-n", n.space(name), "-o", "addr", "show", "to", from).Output()
	fields := strings.Fields(string(out))
	if err != nil || len(fields) < 4 {
		n.t.Fatalf("%s has no address %s: %v", name, from, err)
	}
	_, bits, _ := strings.Cut(fields[3], "/")
	n.ip(fmt.Sprintf("-n %s addr del %s/%s dev %s", n.space(name), from, bits, fields[1]))
	n.ip(fmt.Sprintf("-n %s addr add %s/%s broadcast + dev %s", n.space(name), to, bits, fields[1]))
}

// command is barazad in a place.
func (n *netlab) command(name string, args ...string) *exec.Cmd {
	words := append([]string{"barazad"}, args...)
	if name != "" {
		words = append([]string{"ip", "netns", "exec", n.space(name)}, words...)
	}
	c := exec.Command(words[0], words[1:]...)
	c.Dir = n.dir
	c.Env = append(os.Environ(), "NO_PROXY=*")
	return c
}

// run runs barazad in a place and returns what it printed.
func (n *netlab) run(name string, args ...string) string {
	n.t.Helper()
	var out, errs bytes.Buffer
	c := n.command(name, args...)
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		n.t.Fatalf("barazad %s at %q: %v: %s%s", strings.Join(args, " "), name, err, out.String(), errs.String())
	}
	return out.String()
}

// serve runs barazad in a place until the test ends, or until what it returns is
// called, and returns what it printed up to its address.
func (n *netlab) serve(name string, args ...string) (said map[string]string, end func()) {
	n.t.Helper()
	return n.start(n.command(name, args...), name, args[0])
}

// crash ends a process as kill -9 or a power cut does.
func (n *netlab) crash(c *exec.Cmd) {
	n.t.Helper()
	n.crashed[c] = true
	if err := c.Process.Kill(); err != nil {
		n.t.Error(err)
	}
	_ = c.Wait() // it was killed
}

// start is serve for a command that is known already.
func (n *netlab) start(c *exec.Cmd, name, what string) (said map[string]string, end func()) {
	n.t.Helper()
	errs, err := os.Create(filepath.Join(n.dir, fmt.Sprint(name, n.started, ".err")))
	if err != nil {
		n.t.Fatal(err)
	}
	n.started++
	defer errs.Close() // the process has its own
	c.Stderr = errs
	out, err := c.StdoutPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		n.t.Fatal(err)
	}
	ended := false
	end = func() {
		if ended || n.crashed[c] {
			return
		}
		ended = true
		kill := time.AfterFunc(kioskPatience, func() { _ = c.Process.Kill() })
		defer kill.Stop()
		_ = c.Process.Signal(os.Interrupt)
		if err := c.Wait(); err != nil {
			n.t.Errorf("barazad %s: %v", what, err)
		}
	}
	n.t.Cleanup(end)
	said = map[string]string{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) > 1 {
			said[words[0]] = words[1]
		}
		if len(words) > 1 && (words[0] == "address" || words[0] == "desk") { // its last words
			go func() { _, _ = io.Copy(io.Discard, out) }() // until it ends
			return said, end
		}
	}
	n.t.Fatalf("barazad %s did not start", what)
	return nil, nil
}
