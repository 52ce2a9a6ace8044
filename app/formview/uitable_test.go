package formview

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"baraza.example/assets/locale"
	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
)

// large is a form of so many questions in groups of twenty; every fifth is
// asked only while the one before has an answer.
func large(questions int) string {
	var b strings.Builder
	b.WriteString("| survey | type | name | label | relevant |\n")
	for i := range questions {
		if i%20 == 0 {
			fmt.Fprintf(&b, "| | begin_group | g%d | Part %d | |\n", i/20, i/20+1)
		}
		kind, relevant := []string{"text", "integer", "select_one yn", "date", "text"}[i%5], ""
		if i%5 == 4 {
			relevant = fmt.Sprintf("${q%d} != ''", i-4)
		}
		fmt.Fprintf(&b, "| | %s | q%d | What is the answer to question %d? | %s |\n", kind, i, i+1, relevant)
		if i%20 == 19 || i == questions-1 {
			b.WriteString("| | end_group | | | |\n")
		}
	}
	b.WriteString("| choices | list_name | name | label |\n| | yn | y | Yes |\n| | yn | n | No |\n")
	return b.String()
}

// TestUITable measures what a person waits for, without drawing the pixels: one
// line of JSON a case. The aims are for a machine that does nothing else, so
// the test fails only far beyond them.
func TestUITable(t *testing.T) {
	const farBeyond = 10
	report := func(name string, took []time.Duration, part float64, aim time.Duration) {
		t.Helper()
		value := share(took, part)
		ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
		line, err := json.Marshal(map[string]any{"bench": "ui", "case": name, "value": ms(value), "unit": "ms", "aim": ms(aim), "ok": value <= aim})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(string(line))
		// The slowest of a hundred say most about what else the machine does.
		if typical := share(took, 0.5); typical > farBeyond*aim {
			t.Errorf("%s takes %v, far beyond %v", name, typical, aim)
		}
	}
	open := func(questions int) *sheet {
		around(t)
		def := formstest.Read(t, large(questions))
		s, err := session.Start(def, session.Options{})
		if err != nil {
			t.Fatal(err)
		}
		sh := &sheet{t: t, s: s, window: test.NewTempWindow(t, nil)}
		sh.window.Resize(fyne.NewSize(1366, 768))
		return sh
	}
	show := func(sh *sheet) {
		sh.Form = NewForm(sh.s, Options{Words: locale.New("en")})
		t.Cleanup(sh.Close)
		sh.window.SetContent(sh.Object())
		sh.Show(sh.Pages()[0])
	}
	t.Run("open-500", func(t *testing.T) {
		sh := open(500)
		var took []time.Duration
		for range 5 {
			start := time.Now()
			show(sh)
			took = append(took, time.Since(start))
		}
		if n := len(sh.order); n != 20 {
			t.Errorf("the first page has %d questions", n)
		}
		report("open-500", took, 0.5, 150*time.Millisecond)
	})
	t.Run("scroll-500", func(t *testing.T) {
		sh := open(500)
		show(sh)
		var took []time.Duration
		for range 100 {
			start := time.Now()
			sh.around.page.inner.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -20)})
			took = append(took, time.Since(start))
		}
		if sh.around.page.inner.Offset.Y == 0 {
			t.Error("the page didn't move")
		}
		report("scroll-500", took, 0.5, 16*time.Millisecond)
	})
	t.Run("key-114", func(t *testing.T) {
		sh := open(114)
		show(sh)
		sh.doesNotSee("question 5?")
		e := sh.entry("q0")
		sh.window.Canvas().Focus(e)
		var took []time.Duration
		for i := range 200 {
			start := time.Now()
			e.TypedRune(rune('a' + i%26))
			took = append(took, time.Since(start))
		}
		if len(sh.value("q0")) != 200 {
			t.Errorf("%d of 200 letters arrived", len(sh.value("q0")))
		}
		sh.sees("question 5?")
		report("key-114", took, 0.95, 4*time.Millisecond)
	})
}

// share is the time that so much of all took at most.
func share(all []time.Duration, part float64) time.Duration {
	slices.Sort(all)
	return all[min(len(all)-1, int(float64(len(all))*part))]
}
