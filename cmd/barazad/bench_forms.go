package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"baraza.example/forms"
	"baraza.example/forms/session"
	"baraza.example/forms/xlsform"
)

// benchForms measures what a person waits for while filling in a large form:
// opening it, an answer, a filtered list. Times are medians of many runs.
func benchForms(ctx context.Context, _ benchSettings) ([]result, error) {
	var results []result
	for _, measure := range []func() ([]result, error){
		measureOpen, measureAnswer, measureChain, measureRepeat, measureCascade, measureXPath, measureRead, measureMemory,
	} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		more, err := measure()
		if err != nil {
			return nil, err
		}
		results = append(results, more...)
	}
	return results, nil
}

// atMost makes a result without a baseline: value must not exceed aim.
func atMost(name string, value float64, unit string, aim float64) result {
	return result{Bench: "forms", Case: name, Value: value, Unit: unit, Aim: aim, OK: value <= aim}
}

// linear makes a result whose baseline is a tenth of the work, ten times. Maps
// that grow and what leaves the cache cost more than that; work that grows with
// the square would show a ratio of ten.
func linear(name string, value float64, unit string, tenth float64) result {
	const aim = 2
	r := result{Bench: "forms", Case: name, Value: value, Unit: unit, Baseline: 10 * tenth, Aim: aim}
	r.Ratio = r.Value / r.Baseline
	r.OK = r.Ratio <= aim
	return r
}

// milliseconds is the median time of n runs of f, after one that isn't counted.
func milliseconds(n int, f func(i int) error) (float64, error) {
	t, err := timed(n, f)
	return t.median, err
}

// times of several runs, in milliseconds.
type times struct {
	median float64
	work   float64 // of the processors, on average
}

func timed(n int, f func(i int) error) (times, error) {
	var took []time.Duration
	var begin time.Duration
	for i := range n + 1 {
		if i == 1 {
			begin = processTime()
		}
		start := time.Now()
		if err := f(i); err != nil {
			return times{}, err
		}
		if i > 0 {
			took = append(took, time.Since(start))
		}
	}
	work := processTime() - begin
	slices.Sort(took)
	const ms = float64(time.Millisecond)
	return times{float64(took[n/2]) / ms, float64(work) / ms / float64(n)}, nil
}

// A table is a form as rows of cells: the sheets of a workbook, one after the
// other.
type table struct{ rows [][]string }

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) markdown() string {
	var b strings.Builder
	for _, cells := range t.rows {
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	return b.String()
}

func (t *table) definition() (*forms.Definition, error) {
	wb, err := xlsform.OpenMarkdown(t.markdown())
	if err != nil {
		return nil, err
	}
	def, found := xlsform.Read(wb)
	return def, forms.Usable(found)
}

func (t *table) start(opts session.Options) (*session.Session, error) {
	def, err := t.definition()
	if err != nil {
		return nil, err
	}
	return session.Start(def, opts)
}

// calculations is a form of n questions: half are asked, and each has a
// calculation that reads it and the one before.
func calculations(n int) *table {
	t := &table{}
	t.add("survey", "", "", "", "", "")
	t.add("", "type", "name", "label", "relevant", "calculation")
	for i := range n / 2 {
		before, relevant := max(i-1, 0), ""
		if i > 0 {
			relevant = fmt.Sprintf("${q%d} != 99", before)
		}
		t.add("", "integer", fmt.Sprintf("q%d", i), fmt.Sprintf("Question %d", i), relevant, "")
		t.add("", "calculate", fmt.Sprintf("c%d", i), "", "", fmt.Sprintf("${q%d} + ${q%d}", i, before))
	}
	return t
}

func measureOpen() ([]result, error) {
	def, err := calculations(1000).definition()
	if err != nil {
		return nil, err
	}
	ms, err := milliseconds(21, func(int) error {
		_, err := session.Start(def, session.Options{})
		return err
	})
	return []result{atMost("open-1000", ms, "ms", 100)}, err
}

func measureAnswer() ([]result, error) {
	s, err := calculations(1000).start(session.Options{})
	if err != nil {
		return nil, err
	}
	before, runs := s.Visits(), 0
	ms, err := milliseconds(501, func(i int) error {
		runs++
		return s.Set("/data/q250", strconv.Itoa(1000+i))
	})
	// c250, c251 and the relevance of q251 read it.
	const depending = 3
	visits := result{Bench: "forms", Case: "answer-1000-visits", Value: float64(s.Visits()-before) / float64(runs), Unit: "nodes", Baseline: depending, Aim: 1}
	visits.Ratio = visits.Value / visits.Baseline
	visits.OK = visits.Ratio <= visits.Aim
	return []result{atMost("answer-1000", ms, "ms", 2), visits}, err
}

// growth measures f at 100, 1,000 and 10,000, and at size as the case that has
// an aim in milliseconds. Sizes are compared by what the processors worked.
func growth(name string, size int, aim float64, f func(n, runs int) (times, error)) ([]result, error) {
	t, err := f(size, 51)
	if err != nil {
		return nil, err
	}
	results := []result{atMost(fmt.Sprintf("%s-%d", name, size), t.median, "ms", aim)}
	before := 0.0
	for _, n := range []int{100, 1000, 10_000} {
		t, err := f(n, 200_000/n)
		if err != nil {
			return nil, err
		}
		grown := fmt.Sprintf("%s-growth-%d", name, n)
		if before == 0 {
			results = append(results, atMost(grown, t.work, "ms", aim))
		} else {
			results = append(results, linear(grown, t.work, "ms", before))
		}
		before = t.work
	}
	return results, nil
}

// measureChain changes the first of calculations that follow one from another.
func measureChain() ([]result, error) {
	return growth("chain", 500, 20, func(n, runs int) (times, error) {
		t := &table{}
		t.add("survey", "", "", "", "")
		t.add("", "type", "name", "label", "calculation")
		t.add("", "integer", "c0", "First", "")
		for i := range n {
			t.add("", "calculate", fmt.Sprintf("c%d", i+1), "", fmt.Sprintf("${c%d} + 1", i))
		}
		s, err := t.start(session.Options{})
		if err != nil {
			return times{}, err
		}
		took, err := timed(runs, func(i int) error { return s.Set("/data/c0", strconv.Itoa(i)) })
		if err != nil {
			return times{}, err
		}
		return took, holds(s, forms.Ref(fmt.Sprintf("/data/c%d", n)), strconv.Itoa(runs+n))
	})
}

// holds says whether a benchmark did its work.
func holds(s *session.Session, ref forms.Ref, want string) error {
	n, ok := s.Node(ref)
	if !ok || n.Value != want {
		return fmt.Errorf("%s holds %q, not %q", ref, n.Value, want)
	}
	return nil
}

// measureRepeat changes one of the instances that are summed up.
func measureRepeat() ([]result, error) {
	return growth("repeat", 1000, 20, func(n, runs int) (times, error) {
		t := &table{}
		t.add("survey", "", "", "", "", "", "")
		t.add("", "type", "name", "label", "calculation", "repeat_count", "default")
		t.add("", "begin repeat", "r", "Member", "", strconv.Itoa(n), "")
		t.add("", "integer", "x", "Age", "", "", "1")
		t.add("", "calculate", "twice", "", "${x} * 2", "", "")
		t.add("", "end repeat", "", "", "", "", "")
		t.add("", "calculate", "total", "", "sum(${twice})", "", "")
		t.add("", "calculate", "most", "", "max(${x})", "", "")
		t.add("", "calculate", "many", "", "count(${r})", "", "")
		s, err := t.start(session.Options{})
		if err != nil {
			return times{}, err
		}
		took, err := timed(runs, func(i int) error { return s.Set("/data/r[7]/x", strconv.Itoa(i)) })
		if err != nil {
			return times{}, err
		}
		return took, errors.Join(holds(s, "/data/total", strconv.Itoa(2*(n-1+runs))), holds(s, "/data/most", strconv.Itoa(runs)))
	})
}

// measureCascade filters 50,000 choices of a file down to 50.
func measureCascade() ([]result, error) {
	const choices, states = 50_000, 1000
	var csv strings.Builder
	csv.WriteString("name,label,state\n")
	for i := range choices {
		fmt.Fprintf(&csv, "c%d,City %d,s%d\n", i, i, i%states)
	}
	t := &table{}
	t.add("survey", "", "", "", "")
	t.add("", "type", "name", "label", "choice_filter")
	t.add("", "text", "state", "State", "")
	t.add("", "select_one_from_file cities.csv", "city", "City", "state = ${state}")
	s, err := t.start(session.Options{File: func(string) ([]byte, error) { return []byte(csv.String()), nil }})
	if err != nil {
		return nil, err
	}
	ms, err := milliseconds(201, func(i int) error {
		if err := s.Set("/data/state", fmt.Sprintf("s%d", i%states)); err != nil {
			return err
		}
		n, _ := s.Node("/data/city")
		if len(n.Choices) != choices/states {
			return fmt.Errorf("%d cities, not %d", len(n.Choices), choices/states)
		}
		return nil
	})
	return []result{atMost("cascade-50000", ms, "ms", 10)}, err
}

// measureMemory is what a form of 1,000 questions and its session hold.
func measureMemory() ([]result, error) {
	t := calculations(1000)
	before := heap()
	s, err := t.start(session.Options{})
	if err != nil {
		return nil, err
	}
	after := heap()
	runtime.KeepAlive(s)
	return []result{atMost("memory-1000", float64(after-before)/(1<<20), "MiB", 20)}, nil
}

// heap is what is in use, after the garbage is collected.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what finalizers let go of
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
