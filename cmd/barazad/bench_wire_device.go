package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"baraza.example/app/workspace"
	"baraza.example/forms/session"
)

// deviceRecords is how many records the device of "device-1000" sends.
const deviceRecords = 1000

// wireDevice measures a process of its own, "barazad sync", that sends a
// thousand sealed responses and takes their receipts: processor time and memory.
func wireDevice(ctx context.Context, texts [][]string) ([]result, error) {
	many := make([][]string, 0, deviceRecords)
	for len(many) < deviceRecords {
		many = append(many, texts[len(many)%len(texts)])
	}
	p, err := newPair(ctx, "127.0.0.1:0", nil)
	if err != nil {
		return nil, err
	}
	defer p.close()
	if err := p.prepare(ctx, many, 0, true); err != nil {
		return nil, err
	}
	spent, err := p.sync(ctx, nil)
	if err != nil {
		return nil, err
	}
	cpu, memory := spent.cpu.Seconds(), float64(spent.memory)/(1<<20)
	return []result{
		{Bench: "wire", Case: "device-1000", Value: cpu, Unit: "s", Aim: 2, OK: cpu <= 2},
		{Bench: "wire", Case: "device-1000-memory", Value: memory, Unit: "MB", Aim: 64, OK: memory <= 64},
	}, nil
}

// A pair is a centre and a device in folders, for real processes of this program.
type pair struct {
	dir     string
	listen  string
	far     []string // words before the centre's command line: in which namespace
	address string   // of the centre, with its pin, once it runs
	server  *exec.Cmd
}

// newPair makes a centre that will listen at an address and starts it.
func newPair(ctx context.Context, listen string, far []string) (*pair, error) {
	dir, err := os.MkdirTemp("", "baraza-bench-")
	if err != nil {
		return nil, err
	}
	p := &pair{dir: dir, listen: listen, far: far}
	if err := p.start(ctx); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

func (p *pair) centre() string { return filepath.Join(p.dir, "centre") }
func (p *pair) device() string { return filepath.Join(p.dir, "device") }
func (p *pair) close() error {
	if p.server != nil {
		_ = p.server.Process.Signal(os.Interrupt) // it may have gone by itself
		_ = p.server.Wait()
	}
	return os.RemoveAll(p.dir)
}

func (p *pair) start(ctx context.Context) error {
	quiet := streams{strings.NewReader(""), io.Discard, io.Discard}
	if err := centralInit(ctx, []string{"--dir", p.centre()}, quiet); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	words := append(append([]string{}, p.far...), program, "central", "--dir", p.centre(), "--listen", p.listen, "--desk", "127.0.0.1:0")
	p.server = exec.CommandContext(ctx, words[0], words[1:]...)
	out, err := p.server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := p.server.Start(); err != nil {
		return err
	}
	var said strings.Builder
	for buffer := make([]byte, 1024); !strings.Contains(said.String(), "desk"); {
		n, err := out.Read(buffer)
		said.Write(buffer[:n])
		if err != nil {
			return fmt.Errorf("the centre did not start: %s", said.String())
		}
	}
	go io.Copy(io.Discard, out)
	for line := range strings.Lines(said.String()) {
		if rest, found := strings.CutPrefix(strings.TrimSpace(line), "public"); found {
			p.address = strings.TrimSpace(rest)
		}
	}
	return nil
}

// prepare makes responses ready on the device and seals them, one by one or in
// packs. A picture of so many random bytes goes with the first.
func (p *pair) prepare(ctx context.Context, texts [][]string, picture int, alone bool) (err error) {
	form, err := pairForm(len(texts[0]))
	if err != nil {
		return err
	}
	w, err := workspace.Open(ctx, p.device(), workspace.Options{Forms: []workspace.Form{form}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if err := w.SetUp(ctx, "An organisation", "device"); err != nil {
		return err
	}
	var invite bytes.Buffer
	file := filepath.Join(p.dir, "invite.txt")
	if err := centralInvite(ctx, []string{"--dir", p.centre(), "--address", p.address, "--out", file}, streams{strings.NewReader(""), &invite, io.Discard}); err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if _, err := w.Join(ctx, text); err != nil {
		return err
	}
	for _, t := range texts {
		if err := p.respond(ctx, w, form, t, picture); err != nil {
			return err
		}
		picture = 0
		if alone {
			if err := w.Seal(ctx); err != nil {
				return err
			}
		}
	}
	return w.Seal(ctx)
}

func (p *pair) respond(ctx context.Context, w *workspace.Workspace, form workspace.Form, texts []string, picture int) error {
	r, err := w.Start(ctx, form.Definition.Settings.ID, "")
	if err != nil {
		return err
	}
	answers := map[string]any{}
	for i, t := range texts {
		answers[fmt.Sprintf("q%d", i+1)] = t
	}
	if err := session.Fill(r.Session, answers); err != nil {
		return err
	}
	if picture > 0 {
		if err := r.Attach(ctx, "/data/picture", "picture.bin", io.LimitReader(rand.Reader, int64(picture)), workspace.Keeping{}); err != nil {
			return err
		}
	}
	_, violations, err := r.MakeReady(ctx, "")
	if err == nil && len(violations) > 0 {
		err = &violations[0]
	}
	return err
}

// received says how many of the device's submissions have receipts, with their
// attachments.
func (p *pair) received(ctx context.Context) (n int, err error) {
	form, err := pairForm(1)
	if err != nil {
		return 0, err
	}
	w, err := workspace.Open(ctx, p.device(), workspace.Options{Forms: []workspace.Form{form}})
	if err != nil {
		return 0, err
	}
	defer w.Close()
	items, err := w.Items(ctx)
	for _, i := range items {
		if i.Delivery.State == workspace.Received && i.AttachedOK == i.Attached {
			n++
		}
	}
	return n, err
}
