package world

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/forms/session"
	"baraza.example/forms/xlsform"
	"baraza.example/storage"
	"baraza.example/sync/exchange"
	"baraza.example/sync/linksim"
)

// TestLinkTable sends the workload of "barazad bench link" over the same
// profiles in virtual time and logs a JSON line for each. Loss is a model here
// (a limit of goodput) and an outage resets what is open, and there is neither
// TLS nor HTTP: it shows what the exchange makes of a link, and bench link judges.
func TestLinkTable(t *testing.T) {
	if testing.Short() {
		t.Skip("the table takes its time, and says nothing else beside the race detector")
	}
	texts := workload(t)
	profile := func(name string) linksim.Profile {
		p, known := linksim.Named(name)
		if !known {
			t.Fatalf("no profile %q", name)
		}
		return p
	}
	for _, c := range []struct {
		name    string
		link    linksim.Profile
		picture int
		most    time.Duration // no more than this, or something got much worse
	}{
		{"64-128", profile("edge"), 0, 30 * time.Second},
		{"2g", profile("2g-rural"), 0, 75 * time.Second},
		{"hf", profile("hf"), 0, 400 * time.Second},
		{"vsat", profile("vsat"), 0, 20 * time.Second},
		{"attachment", linksim.Profile{Name: "attachment", Up: 200_000, Down: 200_000, RTT: 800 * time.Millisecond, Loss: 0.05, UpTime: 20 * time.Second, DownTime: 3 * time.Second}, 1 << 20, 140 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			work := texts
			if c.picture > 0 {
				work = texts[:1]
			}
			form := tableForm(t, len(work[0]))
			synctest.Test(t, func(t *testing.T) {
				took, bytes := tableRun(t, form, c.link, work, c.picture)
				line, err := json.Marshal(map[string]any{"bench": "link-virtual", "case": c.name, "value": took.Seconds(), "unit": "s", "bytes": bytes, "of": len(work)})
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("%s", line)
				if took > c.most {
					t.Errorf("%v, more than %v", took, c.most)
				}
			})
		})
	}
}

// TestAStickByBusTakesOneRideEachWay: the workload and an attachment go with one
// bus and the receipts come back with the next: nothing has to be asked in between.
func TestAStickByBusTakesOneRideEachWay(t *testing.T) {
	texts := workload(t)
	bus, _ := linksim.Named("stick-by-bus")
	form := tableForm(t, len(texts[0]))
	synctest.Test(t, func(t *testing.T) {
		ctx, start := t.Context(), time.Now()
		w, d := tableDevice(t, form, bus, texts, 1<<20)
		defer w.Close()
		stick := w.AddStick(t.TempDir())
		ride := func() {
			at := time.Since(start)
			time.Sleep(bus.Leaves(at) - at + bus.RTT/2) // of virtual time
		}
		if _, err := d.Visit(ctx, stick); err != nil {
			t.Fatal(err)
		}
		ride()
		if _, err := w.centre.Visit(ctx, stick); err != nil {
			t.Fatal(err)
		}
		ride()
		if _, err := d.Visit(ctx, stick); err != nil {
			t.Fatal(err)
		}
		took := time.Since(start)
		line, err := json.Marshal(map[string]any{"bench": "link-virtual", "case": bus.Name, "value": took.Seconds(), "unit": "s", "of": len(texts)})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s", line)
		if want := 2*bus.Every + bus.RTT/2; took != want || !tableDone(t, d) {
			t.Errorf("after %v, not %v, all is received: %v", took, want, tableDone(t, d))
		}
	})
}

// tableRun returns how long a device took until it had every receipt.
func tableRun(t *testing.T, form workspace.Form, link linksim.Profile, texts [][]string, picture int) (time.Duration, int64) {
	ctx := t.Context()
	w, d := tableDevice(t, form, link, texts, picture)
	defer w.Close()
	start := time.Now()
	var schedule exchange.Schedule
	var took time.Duration
	for failures := 0; took == 0; {
		ended := make(chan struct{})
		var report exchange.Report
		var err error
		go func() {
			defer close(ended)
			report, err = d.Contact(ctx, CentreName)
		}()
		// These connections can't be closed on one side, so that a run waits a
		// while behind its last word: the receipts say when it was done.
		for over := false; !over; {
			select {
			case <-ended:
				over = true
			case <-time.After(100 * time.Millisecond):
			}
			if took == 0 && tableDone(t, d) {
				took = time.Since(start)
			}
		}
		if took > 0 {
			break
		}
		if failures++; err == nil || report.Sent+report.Leaves > 0 {
			failures = 1
		}
		time.Sleep(schedule.Pause(failures, report.Retry, w.Rand().Float64()))
		if time.Since(start) > time.Hour {
			t.Fatal("an hour was not enough")
		}
	}
	w.Mend(d.Name, CentreName)
	account, err := w.Settled(ctx)
	if err != nil || account.Err() != nil {
		t.Fatal(err, account.Err())
	}
	return took, account.BytesUp + account.BytesDown
}

// tableDevice is a device that joined and has sealed the workload.
func tableDevice(t *testing.T, form workspace.Form, link linksim.Profile, texts [][]string, picture int) (*World, *Device) {
	ctx := t.Context()
	w, err := New(ctx, Options{Seed: 1, Forms: []workspace.Form{form}, Link: link, Consultation: "table"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := w.AddDevice(ctx, "device", "An organisation")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.JoinCentre(ctx); err != nil {
		t.Fatal(err)
	}
	for i, answers := range texts {
		r, err := d.Start(ctx, form.Definition.Settings.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		values := map[string]any{}
		for j, a := range answers {
			values[fmt.Sprintf("q%d", j+1)] = a
		}
		if err := session.Fill(r.Session, values); err != nil {
			t.Fatal(err)
		}
		if i == 0 && picture > 0 {
			if err := r.Attach(ctx, "/data/picture", "picture.bin", io.LimitReader(noise{rand.NewChaCha8([32]byte{1})}, int64(picture)), workspace.Keeping{}); err != nil {
				t.Fatal(err)
			}
		}
		item, violations, err := r.MakeReady(ctx, "")
		if err != nil || len(violations) > 0 {
			t.Fatal(err, violations)
		}
		d.Made(item)
	}
	if err := d.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	return w, d
}

func tableDone(t *testing.T, d *Device) bool {
	items, err := d.Items(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range items {
		if i.Delivery.State != storage.Received || i.AttachedOK < i.Attached {
			return false
		}
	}
	return true
}

// noise is a source as an io.Reader.
type noise struct{ source *rand.ChaCha8 }

func (n noise) Read(b []byte) (int, error) { return n.source.Read(b) }

func tableForm(t *testing.T, n int) workspace.Form {
	rows := []string{"| survey | | | |", "| | type | name | label |"}
	for i := range n {
		rows = append(rows, fmt.Sprintf("| | text | q%d | Question %d |", i+1, i+1))
	}
	rows = append(rows, "| | image | picture | Picture |", "| settings | | | |", "| | form_title | form_id | version |", "| | Ten texts | table | 1 |")
	wb, err := xlsform.OpenMarkdown(strings.Join(rows, "\n") + "\n")
	if err != nil {
		t.Fatal(err)
	}
	form, err := workspace.NewForm(wb, nil)
	if err != nil {
		t.Fatal(err)
	}
	return form
}

// workload is what "barazad bench" sends.
func workload(t *testing.T) (all [][]string) {
	file, err := os.Open("../../../shared/corpora/responses.jsonl")
	if err != nil {
		t.Skip("the workload is not here: ", err)
	}
	defer file.Close()
	scan := bufio.NewScanner(file)
	scan.Buffer(nil, 1<<20)
	for scan.Scan() {
		var line struct{ Answers []string }
		if err := json.Unmarshal(scan.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		all = append(all, line.Answers)
	}
	if len(all) == 0 {
		t.Fatal("the workload is empty")
	}
	return all
}
