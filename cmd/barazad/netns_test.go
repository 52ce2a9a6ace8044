package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// canNetns says whether networks of their own can be made here.
func canNetns() bool {
	if os.Getuid() != 0 {
		return false
	}
	name := fmt.Sprintf("bz%d-try", os.Getpid())
	if exec.Command("ip", "netns", "add", name).Run() != nil {
		return false
	}
	defer exec.Command("ip", "netns", "del", name).Run()
	return exec.Command("ip", "netns", "exec", name, "ip", "link", "set", "lo", "up").Run() == nil
}

// netnsCommand: netns ONE TWO makes two networks that are joined by a wire and
// by nothing else, and sets $ONE and $TWO to the words that run a command there.
func netnsCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: netns ONE TWO")
	}
	run := func(words string) {
		fields := strings.Fields(words)
		if out, err := exec.Command(fields[0], fields[1:]...).CombinedOutput(); err != nil {
			ts.Check(errors.Join(fmt.Errorf("%s: %s", words, out), err))
		}
	}
	var names []string
	for i, name := range args {
		ns := fmt.Sprintf("bz%d-%d", os.Getpid(), i)
		run("ip netns add " + ns)
		ts.Defer(func() { _ = exec.Command("ip", "netns", "del", ns).Run() }) // the end of the test either way
		ts.Setenv(name, "ip netns exec "+ns)
		names = append(names, ns)
	}
	run(fmt.Sprintf("ip link add v0 netns %s type veth peer name v1 netns %s", names[0], names[1]))
	for i, ns := range names {
		run(fmt.Sprintf("ip -n %s link set lo up", ns))
		run(fmt.Sprintf("ip -n %s addr add 192.168.77.%d/24 broadcast + dev v%d", ns, i+1, i))
		run(fmt.Sprintf("ip -n %s link set v%d up", ns, i))
		run(fmt.Sprintf("ip -n %s route add 224.0.0.0/4 dev v%d", ns, i))
	}
}
