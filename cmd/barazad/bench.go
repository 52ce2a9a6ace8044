package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/app/world"
	"baraza.example/forms/session"
	"baraza.example/forms/xlsform"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/linksim"
)

// A result is one line of a benchmark. Where there is a baseline, taken in the
// same run, ratio is value to baseline and aim is the largest ratio that is
// good enough: these machines are noisy. Where there is none, baseline and
// ratio are 0 and aim is the largest value.
type result struct {
	Bench    string  `json:"bench"`
	Case     string  `json:"case"`
	Value    float64 `json:"value"`
	Unit     string  `json:"unit"`
	Baseline float64 `json:"baseline"`
	Ratio    float64 `json:"ratio"`
	Aim      float64 `json:"aim"`
	OK       bool    `json:"ok"`

	// Where a side may be stopped before it is done: how much of the work came in.
	Of           int   `json:"of,omitempty"`
	Done         int   `json:"done,omitempty"`
	BaselineDone int   `json:"baseline_done,omitempty"`
	Bytes        int64 `json:"bytes,omitempty"` // of TCP, both ways, sent twice counted twice
}

// benchSettings are the flags that benchmarks may use.
type benchSettings struct {
	responses string // file with a workload
	count     int    // how many responses; 0: all
	profile   string // of "link"; "": all
	only      string // of "link": "ours" or "baseline"; "": both
	control   string // of "link": how TCP takes losses; "": as this machine does
	trace     string // of "link": a file for what our connections did; "": none

	role, dir, listen string // of processes that "link" starts
}

// benchmarks by name: each is a file bench_NAME.go, or this one.
var benchmarks = map[string]func(ctx context.Context, s benchSettings) ([]result, error){
	"forms": benchForms,
	"hub":   benchHub,
	"link":  benchLink,
	"road":  benchRoad,
	"start": benchStart,
	"store": benchStore,
	"wire":  benchWire,
}

func bench(ctx context.Context, args []string, io streams) error {
	f := newFlags("bench", io)
	asJSON := f.Bool("json", false, "print a JSON line for each case")
	var s benchSettings
	f.StringVar(&s.responses, "responses", "../shared/corpora/responses.jsonl", "JSON lines with answers, ten texts each")
	f.IntVar(&s.count, "count", 0, "how many of them; 0: all")
	f.StringVar(&s.profile, "profile", "", "link: one of 64-128, 2g, hf, vsat, attachment; all without it")
	f.StringVar(&s.only, "only", "", "link: run ours or the baseline alone; hub: one of bundle, kiosk, batches, hold")
	f.StringVar(&s.control, "control", "", "link: TCP's congestion control, such as cubic, reno or bbr; this machine's own without it")
	f.StringVar(&s.trace, "trace", "", "link: append what our connections did to this file")
	f.StringVar(&s.role, "role", "", "link: what a process of it does")
	f.StringVar(&s.dir, "dir", "", "link: folder of such a process")
	f.StringVar(&s.listen, "listen", "", "link: address of such a process")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(words) != 1 || benchmarks[words[0]] == nil {
		return fmt.Errorf("name a benchmark, one of %s: %w", strings.Join(slices.Sorted(maps.Keys(benchmarks)), ", "), errUsage)
	}
	results, err := benchmarks[words[0]](ctx, s)
	if err != nil {
		return err
	}
	for _, r := range results {
		if *asJSON {
			err = printJSON(io.out, r)
		} else {
			_, err = fmt.Fprintf(io.out, "%-28s %10.3f %-9s  baseline %10.3f  ratio %.3f\n", r.Bench+" "+r.Case, r.Value, r.Unit, r.Baseline, r.Ratio)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readResponses reads a workload: a JSON object a line with "answers".
func readResponses(path string, count int) ([][]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the workload (--responses FILE names another): %w", err)
	}
	defer file.Close()
	var all [][]string
	scan := bufio.NewScanner(file)
	scan.Buffer(nil, 1<<20)
	for scan.Scan() {
		var line struct{ Answers []string }
		if err := json.Unmarshal(scan.Bytes(), &line); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", path, len(all)+1, err)
		}
		all = append(all, line.Answers)
		if len(all) == count {
			break
		}
	}
	if len(all) == 0 {
		return nil, errors.Join(scan.Err(), fmt.Errorf("%s holds no responses", path))
	}
	return all, scan.Err()
}

// roadLinks are the links of "bench road": none to speak of, and one on which
// every round trip and byte counts.
var roadLinks = []linksim.Profile{
	{Name: "loopback"},
	{Name: "64-128", Up: 64_000, Down: 128_000, RTT: 600 * time.Millisecond},
}

// slowResponses is how many responses take the slow link: enough for a figure
// per record, in about a minute for both sides.
const slowResponses = 20

// benchRoad sends the same responses both ways over the same kind of link: as
// sealed records over one exchange, and as the OpenRosa API does.
func benchRoad(ctx context.Context, s benchSettings) ([]result, error) {
	texts, err := readResponses(s.responses, s.count)
	if err != nil {
		return nil, err
	}
	var results []result
	for _, link := range roadLinks {
		work := texts
		if link.RTT > 0 {
			work = texts[:min(slowResponses, len(texts))]
		}
		ours, instances, err := roadOurs(ctx, link, work)
		if err != nil {
			return nil, fmt.Errorf("our way over %s: %w", link.Name, err)
		}
		theirs, err := roadODK(ctx, link, instances)
		if err != nil {
			return nil, fmt.Errorf("the OpenRosa way over %s: %w", link.Name, err)
		}
		n := float64(len(work))
		results = append(results,
			compare("bytes-per-record-"+link.Name, float64(ours.bytes)/n, "B", float64(theirs.bytes)/n),
			compare("seconds-per-record-"+link.Name, ours.took.Seconds()/n, "s", theirs.took.Seconds()/n))
	}
	return results, nil
}

// compare makes a result whose aim is to cost no more than the baseline.
func compare(name string, value float64, unit string, baseline float64) result {
	r := result{Bench: "road", Case: name, Value: value, Unit: unit, Baseline: baseline, Ratio: value / baseline, Aim: 1}
	r.OK = r.Ratio <= r.Aim
	return r
}

// A cost is what sending took.
type cost struct {
	bytes int64 // TCP payload with TLS, both ways
	took  time.Duration
}

// roadOurs makes the responses ready on a device and sends them to a centre.
// It also returns their instances for the other side.
func roadOurs(ctx context.Context, link linksim.Profile, texts [][]string) (c cost, instances [][]byte, err error) {
	dir, err := os.MkdirTemp("", "baraza-bench-")
	if err != nil {
		return c, nil, err
	}
	defer os.RemoveAll(dir)
	form, err := roadForm(len(texts[0]))
	if err != nil {
		return c, nil, err
	}
	w, err := world.New(ctx, world.Options{Seed: 1, Dir: dir, Forms: []workspace.Form{form}, Link: link})
	if err != nil {
		return c, nil, err
	}
	defer w.Close()
	d, err := w.AddDevice(ctx, "device", "An organisation")
	if err != nil {
		return c, nil, err
	}
	if err := d.JoinCentre(ctx); err != nil {
		return c, nil, err
	}
	for _, t := range texts {
		instance, err := roadRespond(ctx, d, form, t)
		if err != nil {
			return c, nil, err
		}
		instances = append(instances, instance)
	}
	if err := d.Seal(ctx); err != nil { // both sides' work is ready before the clock runs
		return c, nil, err
	}
	start := time.Now()
	_, err = d.Contact(ctx, world.CentreName)
	c.took = time.Since(start)
	if err != nil {
		return c, nil, err
	}
	stats := w.Links()
	c.bytes = stats.BytesUp + stats.BytesDown
	account, err := w.Settled(ctx)
	return c, instances, errors.Join(err, account.Err())
}

// roadForm asks for n texts.
func roadForm(n int) (workspace.Form, error) {
	wb, err := xlsform.OpenMarkdown(strings.Join(roadRows(n), "\n") + "\n")
	if err != nil {
		return workspace.Form{}, err
	}
	return workspace.NewForm(wb, nil)
}

func roadRows(n int) []string {
	rows := []string{"| survey | | | |", "| | type | name | label |"}
	for i := range n {
		rows = append(rows, fmt.Sprintf("| | text | q%d | Question %d |", i+1, i+1))
	}
	return append(rows, "| settings | | | |", "| | form_title | form_id | version |", "| | Ten texts | bench_road | 1 |")
}

func roadRespond(ctx context.Context, d *world.Device, form workspace.Form, texts []string) ([]byte, error) {
	r, err := d.Start(ctx, form.Definition.Settings.ID, "")
	if err != nil {
		return nil, err
	}
	answers := map[string]any{}
	for i, t := range texts {
		answers[fmt.Sprintf("q%d", i+1)] = t
	}
	if err := session.Fill(r.Session, answers); err != nil {
		return nil, err
	}
	done, violations := r.Finalize()
	if len(violations) > 0 {
		return nil, &violations[0]
	}
	item, violations, err := r.MakeReady(ctx, "")
	if err != nil || len(violations) > 0 {
		return nil, errors.Join(err, fmt.Errorf("%d answers refused", len(violations)))
	}
	d.Made(item)
	return done.XML, nil
}

// roadODK sends the instances as the baseline does.
func roadODK(ctx context.Context, link linksim.Profile, instances [][]byte) (c cost, err error) {
	dir, err := os.MkdirTemp("", "baraza-bench-")
	if err != nil {
		return c, err
	}
	defer os.RemoveAll(dir)
	key, err := httpsync.NewKey()
	if err != nil {
		return c, err
	}
	cert, err := httpsync.SelfSigned(key, "127.0.0.1")
	if err != nil {
		return c, err
	}
	server, err := startODK(cert, dir)
	if err != nil {
		return c, err
	}
	defer server.close()
	proxy, err := linksim.StartProxy(linksim.ProxyOptions{Target: server.addr, Profile: link})
	if err != nil {
		return c, err
	}
	defer proxy.Close()
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	if c.took, err = sendODK(ctx, proxy.Addr(), &tls.Config{RootCAs: roots}, instances); err != nil {
		return c, err
	}
	if server.taken != len(instances) {
		return c, fmt.Errorf("%d of %d submissions arrived", server.taken, len(instances))
	}
	stats := proxy.Stats()
	c.bytes = stats.BytesUp + stats.BytesDown
	return c, nil
}
