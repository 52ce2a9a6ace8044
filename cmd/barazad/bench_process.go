package main

import (
	"bytes"
	"context"
	"errors"
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
	err = command.Run()
	s.took, s.out = time.Since(start), out.Bytes()
	if state := command.ProcessState; state != nil {
		s.cpu, s.memory = state.UserTime()+state.SystemTime(), mostMemory(state)
	}
	if err != nil && trouble.Len() > 0 {
		err = errors.New(strings.TrimSpace(trouble.String()))
	}
	return s, err
}

// sync sends what the device has, in a process of its own.
func (p *pair) sync(ctx context.Context, near []string) (spent, error) {
	return process(ctx, near, "sync", "--dir", p.device(), "--wait", linkPatience.String(), "--json")
}

// linkPatience is how long each side may take.
const linkPatience = 420 * time.Second
