package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// spent is what a process cost.
type spent struct {
	took   time.Duration
	cpu    time.Duration
	memory int64 // bytes, at its most
	out    []byte
}

// process runs this program with words, behind others that say in which
// namespace.
func process(ctx context.Context, near []string, words ...string) (s spent, err error) {
	program, err := os.Executable()
	if err != nil {
		return s, err
	}
	all := append(append(append([]string{}, near...), program), words...)
	command := exec.CommandContext(ctx, all[0], all[1:]...)
	var out, trouble bytes.Buffer
	command.Stdout, command.Stderr = &out, &trouble
	start := time.Now()
	if err := command.Start(); err != nil {
		return s, err
	}
	ended := make(chan struct{})
	most := make(chan int64)
	go func() { most <- mostMemory(command.Process.Pid, ended) }()
	err = command.Wait()
	close(ended)
	s.took, s.out, s.memory = time.Since(start), out.Bytes(), <-most
	s.cpu = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	if err != nil && trouble.Len() > 0 {
		err = errors.New(strings.TrimSpace(trouble.String()))
	}
	return s, err
}

// mostMemory watches the most that a process ever held until it ends, in bytes;
// 0 where the system has no /proc. What wait4 tells counts the parent's memory, too.
func mostMemory(pid int, ended <-chan struct{}) (most int64) {
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		select {
		case <-ended:
			tick.Stop()
			return most
		case <-tick.C:
			text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // gone: it has ended
			for line := range strings.Lines(string(text)) {
				var kb int64
				if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kb); n == 1 {
					most = max(most, kb<<10)
				}
			}
		}
	}
}

// sync sends what the device has, in a process of its own.
func (p *pair) sync(ctx context.Context, near []string) (spent, error) {
	return process(ctx, near, "sync", "--dir", p.device(), "--wait", linkPatience.String(), "--json")
}

// linkPatience is how long each side may take.
const linkPatience = 420 * time.Second
