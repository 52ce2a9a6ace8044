package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/forms/xlsform"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/linksim"
)

// A linkCase is a profile of "bench link" and what is good enough on it.
type linkCase struct {
	linksim.Profile
	picture int           // bytes of an attachment instead of the responses
	aim     time.Duration // all in within
	share   float64       // or, where aim is 0, of the baseline
}

const pictureSize = 1 << 20

// linkCases are the links of the issue that asked for them.
var linkCases = []linkCase{
	{Profile: linksim.Profile{Name: "64-128", Up: 64_000, Down: 128_000, RTT: 600 * time.Millisecond}, aim: 20 * time.Second},
	{Profile: linksim.Profile{Name: "2g", Up: 40_000, Down: 80_000, RTT: time.Second, Loss: 0.05, UpTime: 30 * time.Second, DownTime: 5 * time.Second}, aim: 50 * time.Second},
	{Profile: linksim.Profile{Name: "hf", Up: 10_000, Down: 10_000, RTT: 1500 * time.Millisecond, Loss: 0.10, UpTime: time.Minute, DownTime: 10 * time.Second}, aim: 260 * time.Second},
	{Profile: linksim.Profile{Name: "vsat", Up: 256_000, Down: 1_024_000, RTT: 650 * time.Millisecond, Loss: 0.01}, share: 0.11},
	{Profile: linksim.Profile{Name: "attachment", Up: 200_000, Down: 200_000, RTT: 800 * time.Millisecond, Loss: 0.05, UpTime: 20 * time.Second, DownTime: 3 * time.Second}, picture: pictureSize, aim: 100 * time.Second},
}

// linkNumber is the network of the tunnel: two benchmarks may run beside one another.
var linkNumber = 1 + os.Getpid()%190

// benchLink sends the workload over a bad link between two namespaces of the
// kernel, as "barazad sync" does and as an ODK-like client does, each from a
// process of its own to one of its own, in real time. A side that isn't done in
// seven minutes is stopped: its time then is that, and "done" says how much came.
func benchLink(ctx context.Context, s benchSettings) ([]result, error) {
	if s.role != "" {
		return nil, playODK(ctx, s)
	}
	texts, err := readResponses(s.responses, s.count)
	if err != nil {
		return nil, err
	}
	var results []result
	for _, c := range linkCases {
		if s.profile != "" && s.profile != c.Name {
			continue
		}
		r, err := c.run(ctx, texts, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		results = append(results, r)
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("no profile %q: %w", s.profile, errUsage)
	}
	return results, nil
}

func (c linkCase) run(ctx context.Context, texts [][]string, s benchSettings) (r result, err error) {
	work := texts
	if c.picture > 0 {
		work = texts[:1]
	}
	r = result{Bench: "link", Case: c.Name, Unit: "s", Aim: c.share, Of: len(work)}
	if c.aim > 0 {
		r.Aim = c.aim.Seconds()
	}
	if s.only != "baseline" {
		if err := c.ours(ctx, work, s, &r); err != nil {
			return r, err
		}
	}
	if s.only != "ours" {
		if err := c.odk(ctx, work, s.control, &r); err != nil {
			return r, err
		}
	}
	if r.Value > 0 && r.Baseline > 0 {
		r.Ratio = r.Value / r.Baseline
	}
	all := r.Done == len(work) && r.Value > 0
	r.OK = all && (c.aim > 0 && r.Value <= r.Aim || c.aim == 0 && r.Ratio > 0 && r.Ratio <= r.Aim)
	return r, nil
}

func (c linkCase) ours(ctx context.Context, texts [][]string, settings benchSettings, r *result) (err error) {
	t, err := c.tunnel(settings.control)
	if err != nil {
		return err
	}
	defer t.Close()
	p, err := newPair(ctx, t.Address+":8443", inNamespace(t.Far))
	if err != nil {
		return err
	}
	defer p.close()
	if err := p.prepare(ctx, texts, c.picture, false); err != nil {
		return err
	}
	before, from := t.Stats(), t.Age()
	s, err := p.sync(ctx, inNamespace(t.Near))
	if err != nil && s.took < linkPatience-time.Minute {
		return err
	}
	if settings.trace != "" {
		if err := writeTrace(settings.trace, c.Name, t, from); err != nil {
			return err
		}
	}
	after := t.Stats()
	r.Value, r.Bytes = s.took.Seconds(), after.BytesUp+after.BytesDown-before.BytesUp-before.BytesDown
	r.Done, err = p.received(ctx)
	return err
}

// tunnel makes the link; control is how TCP takes losses at both of its ends, empty for
// the way of this machine.
func (c linkCase) tunnel(control string) (*linksim.Tunnel, error) {
	t, err := linksim.StartTunnel(linkNumber, c.Profile, 1)
	if err == nil && control != "" {
		if err = t.SetCongestionControl(control); err != nil {
			return nil, errors.Join(err, t.Close())
		}
	}
	return t, err
}

// writeTrace appends what each connection did to a file, in seconds since ours began.
func writeTrace(file, name string, t *linksim.Tunnel, from time.Duration) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s, %.1f s after the link began\n", name, from.Seconds())
	return errors.Join(err, t.WriteTimeline(f, from), f.Close())
}

func inNamespace(name string) []string { return []string{"ip", "netns", "exec", name} }

// odk runs the ODK-like server and client of this program in processes.
func (c linkCase) odk(ctx context.Context, texts [][]string, control string, r *result) error {
	dir, err := os.MkdirTemp("", "baraza-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	form, err := pairForm(len(texts[0]))
	if err != nil {
		return err
	}
	for i, t := range texts {
		xml, err := odkInstance(form, t, c.picture > 0)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.xml", i)), xml, 0o600); err != nil {
			return err
		}
	}
	if c.picture > 0 {
		if err := writeRandom(filepath.Join(dir, "0000.bin"), c.picture); err != nil {
			return err
		}
	}
	t, err := c.tunnel(control)
	if err != nil {
		return err
	}
	defer t.Close()
	program, err := os.Executable()
	if err != nil {
		return err
	}
	words := append(inNamespace(t.Far), program, "bench", "link", "--role", "odk-server", "--dir", dir, "--listen", t.Address+":8443")
	server := exec.CommandContext(ctx, words[0], words[1:]...)
	if err := server.Start(); err != nil {
		return err
	}
	defer func() { _ = server.Process.Kill(); _ = server.Wait() }()
	for range 100 {
		if _, err := os.Stat(filepath.Join(dir, odkCertificate)); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	s, err := process(ctx, inNamespace(t.Near), "bench", "link", "--role", "odk-client", "--dir", dir, "--listen", t.Address+":8443")
	if err != nil {
		return err
	}
	var said struct{ Done int }
	if err := json.Unmarshal(s.out, &said); err != nil {
		return err
	}
	r.Baseline, r.BaselineDone = min(s.took, linkPatience).Seconds(), said.Done
	return nil
}

// odkCertificate is where the server leaves its certificate for the client.
const odkCertificate = "certificate.pem"

// playODK is a process of the baseline.
func playODK(ctx context.Context, s benchSettings) error {
	switch s.role {
	case "odk-server":
		return serveODKIn(ctx, s.dir, s.listen)
	case "odk-client":
		roots := x509.NewCertPool()
		text, err := os.ReadFile(filepath.Join(s.dir, odkCertificate))
		if err != nil {
			return err
		}
		if !roots.AppendCertsFromPEM(text) {
			return errors.New("the server's certificate is damaged")
		}
		done, err := sendODKFrom(ctx, s.dir, s.listen, roots, linkPatience)
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(map[string]int{"done": done})
	}
	return fmt.Errorf("no role %q: %w", s.role, errUsage)
}

func serveODKIn(ctx context.Context, dir, listen string) error {
	key, err := httpsync.NewKey()
	if err != nil {
		return err
	}
	host, _, _ := strings.Cut(listen, ":")
	cert, err := httpsync.SelfSigned(key, host)
	if err != nil {
		return err
	}
	server, err := startODKAt(listen, cert, dir)
	if err != nil {
		return err
	}
	defer server.close()
	file := filepath.Join(dir, odkCertificate)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]})
	if err := errors.Join(os.WriteFile(file+".part", text, 0o600), os.Rename(file+".part", file)); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// pairForm is roadForm with a picture.
func pairForm(n int) (workspace.Form, error) {
	rows := roadRows(n)
	rows = append(rows[:n+2:n+2], append([]string{"| | image | picture | Picture |"}, rows[n+2:]...)...)
	wb, err := xlsform.OpenMarkdown(strings.Join(rows, "\n") + "\n")
	if err != nil {
		return workspace.Form{}, err
	}
	return workspace.NewForm(wb, nil)
}
