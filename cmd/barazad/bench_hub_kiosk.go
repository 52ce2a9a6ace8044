package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	kioskPhones = 200
	kioskFilled = 20 // pages that each phone fills in
)

// kioskThink is how long a person looks at a page at the least; on average it is
// one and a half times that. Real people take longer.
const kioskThink = 2 * time.Second

// hubKiosk has 200 phones fill in 20 pages each at one hub, which is a process
// of its own. Its value is the time from sending a page to having the next one,
// so that 99 of 100 are faster, and the largest memory of the hub.
func hubKiosk(ctx context.Context, _ benchSettings) ([]result, error) {
	dir, err := os.MkdirTemp("", "baraza-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	h, err := startHub(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer h.stop()
	var all sync.WaitGroup
	var mu sync.Mutex
	var took []time.Duration
	var failed []error
	for n := range kioskPhones {
		all.Go(func() {
			times, err := kioskPhone(ctx, h.kiosk, n)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, times...)
			if err != nil {
				failed = append(failed, fmt.Errorf("phone %d: %w", n, err))
			}
		})
	}
	all.Wait()
	if len(failed) > 0 {
		return nil, fmt.Errorf("%d of %d phones did not get through, the first: %w", len(failed), kioskPhones, failed[0])
	}
	slices.Sort(took)
	peak, err := peakMemory(h.cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	p99 := float64(took[len(took)*99/100].Microseconds()) / 1000
	half := float64(took[len(took)/2].Microseconds()) / 1000
	return []result{
		{Bench: "hub", Case: "kiosk-200", Value: p99, Unit: "ms", Aim: 200, OK: p99 <= 200},
		{Bench: "hub", Case: "kiosk-200-median", Value: half, Unit: "ms", Aim: 200, OK: half <= 200},
		{Bench: "hub", Case: "kiosk-200-memory", Value: peak, Unit: "MB", Aim: 256, OK: peak <= 256},
	}, nil
}

// A hubProcess is a hub with pages, as its command runs it.
type hubProcess struct {
	cmd   *exec.Cmd
	kiosk string
}

func startHub(ctx context.Context, dir string) (*hubProcess, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	quiet := streams{strings.NewReader(""), io.Discard, io.Discard}
	if err := centralInit(ctx, []string{"--dir", filepath.Join(dir, "centre"), "--address", "https://127.0.0.1:1"}, quiet); err != nil {
		return nil, err
	}
	h := &hubProcess{cmd: exec.CommandContext(ctx, program, "hub", "--dir", filepath.Join(dir, "hub"), "--org", "A hub", "--join",
		filepath.Join(dir, "centre", centreKeys, "invite.txt"), "--listen", "127.0.0.1:0", "--kiosk", "127.0.0.1:0", "--every", "1h")}
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := h.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if words := strings.Fields(lines.Text()); len(words) > 1 && words[0] == "kiosk" {
			h.kiosk = strings.TrimSuffix(words[1], "/")
		} else if len(words) > 1 && words[0] == "address" {
			break
		}
	}
	if h.kiosk == "" {
		h.stop()
		return nil, errors.New("the hub did not start")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // until it ends
	return h, nil
}

func (h *hubProcess) stop() {
	_ = h.cmd.Process.Signal(os.Interrupt)
	_ = h.cmd.Wait() // how it ended says nothing about the figures
}

// peakMemory is the largest resident memory of a process, in MB.
func peakMemory(pid int) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("memory is read from /proc, which is Linux's: %w", err)
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return 0, errors.New("/proc does not say how much memory was used")
	}
	kb, err := strconv.ParseFloat(string(m[1]), 64)
	return kb / 1024, err
}

var (
	pageHidden = regexp.MustCompile(`name="(mark|shown)" value="([^"]*)"`)
	pageLines  = regexp.MustCompile(`<textarea id="\w+" name="([^"]+)"`)
	pageRadio  = regexp.MustCompile(`<input type="radio" name="([^"]+)" value="([^"]+)"`)
)

// kioskPhone fills in pages from an address of its own, as a person does.
func kioskPhone(ctx context.Context, kiosk string, n int) (took []time.Duration, err error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 2, byte(n+1))}}
	transport := &http.Transport{DialContext: dialer.DialContext}
	defer transport.CloseIdleConnections()
	client := &http.Client{Jar: jar, Transport: transport}
	pause := func() error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(kioskThink + time.Duration(rand.Int64N(int64(kioskThink)))):
			return nil
		}
	}
	if err := pause(); err != nil {
		return nil, err
	}
	_, page, err := fetch(client.Get(kiosk + "/"))
	if err != nil {
		return nil, err
	}
	to, at := "/begin", ""
	for range kioskFilled + 1 {
		form := url.Values{"go": {"next"}}
		for _, m := range pageHidden.FindAllStringSubmatch(page, -1) {
			form.Set(m[1], m[2])
		}
		for _, m := range pageLines.FindAllStringSubmatch(page, -1) {
			form.Set(m[1], "What we think of it, at some length and in our own words, number "+strconv.Itoa(n)+".")
		}
		for _, m := range pageRadio.FindAllStringSubmatch(page, -1) {
			form.Set(m[1], m[2])
		}
		start := time.Now()
		if at, page, err = fetch(client.PostForm(kiosk+to, form)); err != nil {
			return took, err
		}
		took = append(took, time.Since(start))
		if to = at; !strings.HasPrefix(at, "/page/") {
			to = "/page/2" // past the end: it goes on from the front
			if _, page, err = fetch(client.Get(kiosk + to)); err != nil {
				return took, err
			}
		}
		if err := pause(); err != nil {
			return took, err
		}
	}
	return took, nil
}

func fetch(r *http.Response, err error) (at, page string, _ error) {
	if err != nil {
		return "", "", err
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", r.Request.URL.Path, r.Status)
	}
	return r.Request.URL.Path, string(raw), err
}
