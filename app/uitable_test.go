package app

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/driver/software"

	"baraza.example/app/workspace"
)

// TestUITable measures what a person waits for in the whole window, without
// drawing the pixels: one line of JSON a case. The cases within a form stand in
// app/formview. The aims are for a machine that does nothing else, so the test
// fails only far beyond them.
func TestUITable(t *testing.T) {
	if testing.Short() {
		t.Skip("the times of a short run, beside the race detector or other tests, say nothing")
	}
	const farBeyond = 10
	tell := func(name string, value, aim float64, unit string) {
		t.Helper()
		line, err := json.Marshal(map[string]any{"bench": "ui", "case": name, "value": value, "unit": unit, "aim": aim, "ok": value <= aim})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(string(line))
	}
	// report tells the median.
	report := func(name string, took []time.Duration, aim time.Duration) {
		t.Helper()
		slices.Sort(took)
		value := took[len(took)/2]
		ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
		tell(name, ms(value), ms(aim), "ms")
		if value > farBeyond*aim {
			t.Errorf("%s takes %v, far beyond %v", name, value, aim)
		}
	}
	t.Run("language", func(t *testing.T) {
		p := known(t, laptop)
		p.newResponse()
		p.filling.open(7)
		var took []time.Duration
		busy := worked()
		for i := range 10 { // to and fro: each time another script and direction
			chosen := workspace.Settings{Languages: []string{[]string{"ar", "en"}[i%2]}}
			start := time.Now()
			p.settles(chosen)
			took = append(took, time.Since(start))
			if got := p.words.Language().Code; got != chosen.Languages[0] {
				t.Fatalf("the language is %q", got)
			}
		}
		busy = (worked() - busy) / 10
		// The first time the fonts of the script are read.
		tell("language-first", float64(took[0].Microseconds())/1000, 200, "ms")
		report("language", took, 200*time.Millisecond)
		// On a machine that does other things, too, this says more.
		tell("language-cpu", float64(busy.Microseconds())/1000, 200, "ms")
	})
	t.Run("home-10000", func(t *testing.T) {
		p := known(t, laptop)
		m := p.many(10_000)
		m.items = nil
		var took []time.Duration
		for range 5 {
			p.showSettings()
			start := time.Now()
			p.homeWith(m)()
			took = append(took, time.Since(start))
		}
		p.sees("10,000")
		report("home-10000", took, 100*time.Millisecond)
	})
	t.Run("leak-200", func(t *testing.T) {
		// The toolkit keeps what was drawn for a minute, and lets it go when it draws
		// again; the time is read when a program begins.
		if os.Getenv("FYNE_CACHE") == "" {
			again := exec.Command(os.Args[0], "-test.run", "^TestUITable$/^leak-200$")
			again.Env = append(os.Environ(), "FYNE_CACHE=1ms")
			out, err := again.CombinedOutput()
			for line := range strings.Lines(string(out)) {
				if strings.HasPrefix(line, "{") {
					fmt.Print(line)
				}
			}
			if err != nil {
				t.Errorf("%v: %s", err, out)
			}
			return
		}
		p := known(t, laptop)
		p.newResponse()
		id := p.filling.response.InstanceID()
		heap := func() float64 {
			var m runtime.MemStats
			software.NewCanvas().Capture() // lets go
			for range 3 {                  // what is freed by a finalizer needs more than one
				runtime.GC()
			}
			runtime.ReadMemStats(&m)
			return float64(m.HeapAlloc)
		}
		const often = 200
		var first float64
		var since time.Time
		// It lets go every ten seconds at most.
		for i := 0; i < often || time.Since(since) < 11*time.Second; i++ {
			p.showHome()
			p.resume(id)
			p.filling.open(i % 8)
			p.later = nil // what waits for its time is not held for ever by a clock
			if i == 19 {
				first, since = heap(), time.Now()
			}
		}
		p.showHome()
		grown := heap() / first
		tell("leak-200", float64(int(grown*1000))/1000, 1.1, "times")
		if grown > 1.3 {
			t.Errorf("after 200 forms the heap is %.2f times that after 20", grown)
		}
	})
}
