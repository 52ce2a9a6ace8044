package storage_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"baraza.example/storage"
)

const (
	childDir = "BARAZA_TEST_STORE"
	// childBusy has the child compact, close and open the store all the time.
	childBusy = "BARAZA_TEST_BUSY"
	// childEnd is the number after which the child closes the store and ends.
	childEnd = "BARAZA_TEST_END"
)

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := writeOn(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// writeOn counts up, and says each number once the store has it.
func writeOn(dir string) error {
	end, _ := strconv.Atoi(os.Getenv(childEnd))
	ctx := context.Background()
	s, err := storage.Open(ctx, dir, storage.Options{NoBallast: true})
	if err != nil {
		return err
	}
	c := notes(s)
	last, err := c.Get(ctx, "last")
	if err != nil && last.Title != "" {
		return err
	}
	n, _ := strconv.Atoi(last.Title)
	for {
		n++
		err := s.Update(ctx, func(tx *storage.Tx) error {
			text := note{Title: strconv.Itoa(n), Text: strings.Repeat("answer ", n%300)}
			if err := c.In(tx).Put(fmt.Sprintf("%08d", n), text); err != nil {
				return err
			}
			return c.In(tx).Put("last", text)
		})
		if err != nil {
			return err
		}
		if _, err := fmt.Println(n); err != nil {
			return err
		}
		if n == end {
			return s.Close()
		}
		if os.Getenv(childBusy) == "" {
			continue
		}
		if n%7 == 0 {
			if _, err := s.Compact(ctx); err != nil {
				return err
			}
		}
		if n%20 == 0 {
			if err := s.Close(); err != nil {
				return err
			}
			if s, err = storage.Open(ctx, dir, storage.Options{NoBallast: true}); err != nil {
				return err
			}
			c = notes(s)
		}
	}
}

// killRounds is how often a process is killed in a test.
func killRounds() int {
	switch {
	case os.Getenv("BARAZA_SOAK") != "":
		return 300
	case testing.Short():
		return 3
	}
	return 10
}

func TestAKilledProcessLosesNothingAcknowledged(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 9))
	said := 0
	for round := range killRounds() {
		begun, after := said, r.IntN(400)
		said = killed(t, dir, nil, func(cmd *exec.Cmd, n int) {
			if n-begun == after+1 {
				kill(t, cmd)
			}
		})
		if said == begun {
			t.Errorf("round %d: nothing was said", round)
		}
		checkCount(t, dir, said, fmt.Sprint("round ", round), false)
	}
}

// The process is killed at a random moment: while it opens, compacts or closes.
func TestAProcessKilledAtAnyMomentLosesNothingAcknowledged(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(2, 9))
	said := 0
	for round := range 3 * killRounds() {
		after := time.Duration(r.IntN(250)) * time.Millisecond
		last := killed(t, dir, []string{childBusy + "=1"}, func(cmd *exec.Cmd, n int) {
			if n == 0 { // it was started
				time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
			}
		})
		said = max(said, last)
		checkCount(t, dir, said, fmt.Sprintf("round %d, killed after %v", round, after), true)
	}
	if said == 0 {
		t.Error("no process came to say anything")
	}
}

func kill(t *testing.T, cmd *exec.Cmd) {
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
}

// killed runs a child until it is dead and returns the last number it said, or 0.
// heard is told of each, and of 0 when the child begins.
func killed(t *testing.T, dir string, env []string, heard func(cmd *exec.Cmd, n int)) (said int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), childDir+"="+dir), env...)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	heard(cmd, 0)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if said, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
		heard(cmd, said)
	}
	_ = cmd.Wait() // it was killed
	if problems.Len() > 0 {
		t.Error(problems.String())
	}
	return said
}

// checkCount opens what is left and holds it against what was said. Killed while
// the index was being opened, it may have to be made anew.
func checkCount(t *testing.T, dir string, said int, when string, mayRebuild bool) {
	t.Helper()
	s := open(t, dir, storage.Options{})
	last, err := notes(s).Get(t.Context(), "last")
	if err != nil && said > 0 {
		t.Errorf("%s: %d was said: %v", when, said, err)
	}
	n, _ := strconv.Atoi(last.Title)
	if n < said {
		t.Errorf("%s: %d was said, %q is there", when, said, last.Title)
	}
	count := 0
	for item, err := range notes(s).All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if count++; item.Key != "last" && item.Key != fmt.Sprintf("%08d", count) {
			t.Fatalf("%s: %s stands in the place of %d", when, item.Key, count)
		}
	}
	if n > 0 && count != n+1 {
		t.Errorf("%s: %d of %d are there", when, count-1, n)
	}
	if r := s.Report(); len(r.Damage) > 0 || r.Rebuilt != nil && !mayRebuild {
		t.Errorf("%s: %+v", when, r)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
