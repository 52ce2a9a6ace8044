package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/forms/session"
)

// The cases of "bench start": how long a start may take beside an empty window
// of Fyne's, and what memory it may need more.
const (
	startRounds  = 9 // of each kind, in turn; the median counts
	startDrafts  = 10_000
	startAim     = 1.5
	startMemory  = 60 << 20 // bytes
	startLongest = 2 * time.Minute
	startAtOnce  = 32 // drafts are written by so many at once: the disk takes them together
)

// A start is what “baraza -measure” prints.
type start struct {
	Drawn float64 `json:"drawn_ms"`
	Ready float64 `json:"ready_ms"`
	RSS   float64 `json:"rss_bytes"`
}

// benchStart starts the window again and again: an empty one, ours with
// nothing in it, and ours with ten thousand drafts.
func benchStart(ctx context.Context, _ benchSettings) ([]result, error) {
	dir, err := os.MkdirTemp("", "baraza-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	program, err := builtWindow(ctx, dir, "gles")
	if err != nil {
		return nil, err
	}
	env := os.Environ()
	if !hasDisplay() {
		s, err := startScreen(1366, 768)
		if err != nil {
			return nil, err
		}
		defer s.close()
		env = withoutSession(s.display, dir)
	}
	none, many := filepath.Join(dir, "none-yet"), filepath.Join(dir, "many")
	for folder, drafts := range map[string]int{none: 0, many: startDrafts} {
		if err := writeDrafts(ctx, folder, drafts); err != nil {
			return nil, fmt.Errorf("a store with %d drafts: %w", drafts, err)
		}
	}
	kinds := [][]string{{"-measure", "empty"}, {"-measure", "home", "-dir", none}, {"-measure", "home", "-dir", many}}
	starts := make([][]start, len(kinds))
	for round := range startRounds + 1 {
		for i, args := range kinds {
			s, err := measureStart(ctx, program, env, args)
			if err != nil {
				return nil, err
			}
			if round > 0 { // the first fills caches, as the system's list of fonts
				starts[i] = append(starts[i], s)
			}
		}
	}
	drawn := func(s start) float64 { return s.Drawn }
	rss := func(s start) float64 { return s.RSS }
	empty, emptyRSS := medianOf(starts[0], drawn), medianOf(starts[0], rss)
	within := (emptyRSS + startMemory) / emptyRSS // as a ratio: a fixed amount more
	return []result{
		startResult("time-0", medianOf(starts[1], drawn), "ms", empty, startAim),
		startResult("time-10000", medianOf(starts[2], drawn), "ms", empty, startAim),
		startResult("listed-0", medianOf(starts[1], func(s start) float64 { return s.Ready }), "ms", empty, startAim),
		startResult("listed-10000", medianOf(starts[2], func(s start) float64 { return s.Ready }), "ms", empty, startAim),
		startResult("memory-0", medianOf(starts[1], rss)/1e6, "MB", emptyRSS/1e6, within),
		startResult("memory-10000", medianOf(starts[2], rss)/1e6, "MB", emptyRSS/1e6, within),
	}, nil
}

func startResult(name string, value float64, unit string, baseline, aim float64) result {
	r := result{Bench: "start", Case: name, Value: value, Unit: unit, Baseline: baseline, Ratio: value / baseline, Aim: aim}
	r.OK = r.Ratio <= r.Aim
	return r
}

func medianOf(all []start, what func(start) float64) float64 {
	var values []float64
	for _, s := range all {
		values = append(values, what(s))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// measureStart starts the window once and reads what it says of itself.
func measureStart(ctx context.Context, program string, env, args []string) (s start, err error) {
	ctx, cancel := context.WithTimeout(ctx, startLongest)
	defer cancel()
	window := exec.CommandContext(ctx, program, args...)
	var out, errs bytes.Buffer
	window.Stdout, window.Stderr, window.WaitDelay = &out, &errs, time.Second
	window.Env = append(slices.Clone(env), "BARAZA_BEGAN="+strconv.FormatInt(time.Now().UnixNano(), 10))
	if err := window.Run(); err != nil {
		return s, fmt.Errorf("baraza %v: %w: %s", args, err, errs.Bytes())
	}
	return s, json.Unmarshal(out.Bytes(), &s)
}

// writeDrafts makes a store with responses that are being written.
func writeDrafts(ctx context.Context, dir string, drafts int) error {
	builtin, form, err := workspace.Builtin()
	if err != nil {
		return err
	}
	w, err := workspace.Open(ctx, dir, workspace.Options{Forms: []workspace.Form{form}})
	if err != nil {
		return err
	}
	defer w.Close()
	if err := w.SetUp(ctx, "An organisation", ""); err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var writers sync.WaitGroup
	for writer := range startAtOnce {
		writers.Go(func() {
			for i := writer; i < drafts && ctx.Err() == nil; i += startAtOnce {
				if err := writeDraft(ctx, w, builtin.Form.ID, i); err != nil {
					stop(err)
				}
			}
		})
	}
	writers.Wait()
	return context.Cause(ctx)
}

func writeDraft(ctx context.Context, w *workspace.Workspace, form string, i int) error {
	r, err := w.Start(ctx, form, "")
	if err != nil {
		return err
	}
	err = session.Fill(r.Session, map[string]any{
		"a": fmt.Sprintf("Answer %d: who is affected takes part, and says so in their own words.", i),
		"b": "Experience from places where the link comes and goes.", "org_name": fmt.Sprintf("Organisation %d", i),
	})
	if err != nil {
		return err
	}
	return r.Save(ctx)
}
