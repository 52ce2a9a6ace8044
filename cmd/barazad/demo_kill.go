package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/app/world"
	"baraza.example/forms"
)

// With --kills the devices are processes of their own, killed with SIGKILL
// while they fill in and while they send. What a process said on its standard
// output was on the disk by then; after each kill the store is opened and asked.

// A promise is what a killed process had acknowledged.
type promise struct {
	draft string            // instance id
	saved map[string]string // ref to the whole line, the last one counts
	ready string            // item name
}

// blank is the digest of an answer that is not there.
var blank = digest("")

func (p *promise) take(line string) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "draft":
		p.draft = rest
	case "saved":
		ref, digest, _ := strings.Cut(rest, " ")
		if digest != blank { // nothing typed yet: what came after it may be there
			p.saved[ref] = line
		}
	case "ready":
		p.ready, _, _ = strings.Cut(rest, " ")
	}
}

// fillKilled fills a response in by a process that is killed at random, again
// and again, until the kills are used up and it may finish.
func (d *demonstration) fillKilled(ctx context.Context, device *world.Device, set answerSet, kills int) error {
	file, err := d.answersFile(device, set)
	if err != nil {
		return err
	}
	p := promise{saved: map[string]string{}}
	for kill := 0; ; kill++ {
		var end ending
		if kill < kills {
			end.lines = 1 + d.random.IntN(40)
		}
		err := d.child(ctx, device, end, p.take, "fill", "--dir", device.Dir(), "--answers", file, "--progress")
		if err != nil {
			return err
		}
		if err := d.check(ctx, device, &p); err != nil {
			return err
		}
		if end == (ending{}) {
			return nil
		}
	}
}

// answersFile writes a set of answers beside the files it names.
func (d *demonstration) answersFile(device *world.Device, set answerSet) (string, error) {
	folder := device.Dir() + "-answers"
	if set.files != nil {
		if err := os.CopyFS(folder, set.files); err != nil {
			return "", err
		}
	} else if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	raw, err := json.Marshal(set.answers)
	if err != nil {
		return "", err
	}
	file := filepath.Join(folder, "answers.json")
	return file, os.WriteFile(file, raw, 0o600)
}

// ending says when a process is killed: after it has said so many lines, or
// after a while. The zero value lets it end by itself.
type ending struct {
	lines int
	after time.Duration
}

// child runs this program as a process and hands its lines to take.
func (d *demonstration) child(ctx context.Context, device *world.Device, end ending, take func(string), args ...string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	if err := device.Release(); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, program, args...)
	var trouble strings.Builder
	command.Stderr = &trouble
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	if end.after > 0 {
		timer := time.AfterFunc(end.after, func() { command.Process.Signal(syscall.SIGKILL) })
		defer timer.Stop()
	}
	lines := 0
	for scan := bufio.NewScanner(out); scan.Scan(); {
		take(scan.Text()) // also what it had said before the kill came
		if lines++; lines == end.lines {
			command.Process.Signal(syscall.SIGKILL) // it may have ended by itself
		}
	}
	err = command.Wait()
	if state, ok := command.ProcessState.Sys().(syscall.WaitStatus); ok && state.Signaled() && state.Signal() == syscall.SIGKILL {
		d.killed++
		err = nil
	}
	if err != nil {
		err = errors.New(strings.TrimSpace(trouble.String()))
	}
	return errors.Join(err, device.Reclaim(ctx))
}

// check compares what was promised with what is there.
func (d *demonstration) check(ctx context.Context, device *world.Device, p *promise) error {
	items, err := device.Items(ctx)
	if err != nil {
		return err
	}
	for _, i := range items {
		if i.Name == p.ready || p.draft != "" && strings.HasPrefix(i.Name, p.draft+"/") {
			return nil // finished: the draft has gone into it
		}
	}
	switch {
	case p.ready != "":
		device.Lost = append(device.Lost, p.ready)
		return nil
	case p.draft == "":
		return nil
	}
	r, err := device.Resume(ctx, p.draft)
	if err != nil {
		device.Lost = append(device.Lost, "draft "+p.draft)
		return nil
	}
	for ref, line := range p.saved {
		if now := saved(r.Session, forms.Ref(ref)); now != line && typed(r, forms.Ref(ref)) {
			device.Lost = append(device.Lost, line)
		}
	}
	return nil
}

// typed reports whether a person answers the question at ref: what the form
// computes may have changed after the last line was printed.
func typed(r *workspace.Response, ref forms.Ref) bool {
	n, ok := r.Node(ref)
	if !ok {
		return true
	}
	q, isQuestion := n.Element.(*forms.Question)
	return isQuestion && q.Control != forms.Hidden && q.Bind.Calculate == ""
}

// sendKilled sends from a process that is killed at random.
func (d *demonstration) sendKilled(ctx context.Context, device *world.Device, road string) error {
	address, err := d.world.Address(device.Name, road)
	if err != nil {
		return err
	}
	before, err := device.Items(ctx)
	if err != nil {
		return err
	}
	end := ending{after: time.Duration(5+d.random.IntN(150)) * time.Millisecond}
	if err := d.child(ctx, device, end, func(string) {}, "sync", "--dir", device.Dir(), "--via", address); err != nil {
		d.say("%-12s   %v", device.Name, err) // cut off: the next contact goes on from there
	}
	return device.Compare(ctx, before)
}

// killRest uses up the kills that came too late for their process: everything
// is received by now, and has to stay so.
func (d *demonstration) killRest(ctx context.Context, roads []string) error {
	for try := 0; d.killed < d.kills && try < 20*d.kills; try++ {
		i := try % len(roads)
		if err := d.sendKilled(ctx, d.world.Devices()[i], roads[i]); err != nil {
			return err
		}
	}
	return nil
}

// fillAll is fill by a process that is killed; it returns what came of it.
func (d *demonstration) fillAll(ctx context.Context, device *world.Device, set answerSet, kills int) (workspace.Item, error) {
	if err := d.fillKilled(ctx, device, set, kills); err != nil {
		return workspace.Item{}, err
	}
	items, err := device.Items(ctx)
	if err != nil || len(items) == 0 {
		return workspace.Item{}, errors.Join(err, fmt.Errorf("nothing was made ready"))
	}
	return items[len(items)-1], nil
}
