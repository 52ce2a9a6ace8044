package storage_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"baraza.example/storage"
)

const (
	childDir = "BARAZA_TEST_STORE"
	// childBusy has the child compact, back up, close and open the store all
	// the time.
	childBusy = "BARAZA_TEST_BUSY"
	// childEnd is the number after which the child closes the store and ends.
	childEnd = "BARAZA_TEST_END"
	// childBackup is a backup that the child restores instead.
	childBackup = "BARAZA_TEST_BACKUP"
	// childEarlier has the child work on a store that an earlier program wrote.
	childEarlier = "BARAZA_TEST_EARLIER"
)

// busyOptions are those of stores that are backed up.
func busyOptions() storage.Options {
	return storage.Options{NoBallast: true, Unlocking: storage.Unlocking{Key: bytes.Repeat([]byte{9}, 32)}}
}

func backupOf(dir string) string { return dir + ".backup" }

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		err := writeOrRestore(dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func writeOrRestore(dir string) error {
	file := os.Getenv(childBackup)
	if file == "" {
		return writeOn(dir)
	}
	s, err := storage.Restore(context.Background(), nil, file, dir, busyOptions(), nil)
	if err != nil {
		return err
	}
	return s.Close()
}

// writeOn counts up, and says each number once the store has it.
func writeOn(dir string) error {
	end, _ := strconv.Atoi(os.Getenv(childEnd))
	busy, opt := os.Getenv(childBusy) != "", storage.Options{NoBallast: true}
	if busy && os.Getenv(childEarlier) == "" {
		opt = busyOptions()
	}
	ctx := context.Background()
	s, err := storage.Open(ctx, dir, opt)
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
		if !busy {
			continue
		}
		if n%5 == 0 && os.Getenv(childEarlier) == "" { // which has no lock, and is not backed up in the open
			if _, err := s.Backup(ctx, nil, backupOf(dir), nil); err != nil {
				return err
			}
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
			if s, err = storage.Open(ctx, dir, opt); err != nil {
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
		checkCount(t, dir, storage.Options{}, said, fmt.Sprint("round ", round), false)
	}
}

// The process is killed at a random moment: while it opens, compacts, backs up or
// closes.
func TestAProcessKilledAtAnyMomentLosesNothingAcknowledged(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(2, 9))
	said, backedUp := 0, uint64(0)
	for round := range 3 * killRounds() {
		after := time.Duration(r.IntN(250)) * time.Millisecond
		last := killed(t, dir, []string{childBusy + "=1"}, func(cmd *exec.Cmd, n int) {
			if n == 0 { // it was started
				time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
			}
		})
		said = max(said, last)
		when := fmt.Sprintf("round %d, killed after %v", round, after)
		checkCount(t, dir, busyOptions(), said, when, true)
		n, err := storage.VerifyBackup(t.Context(), nil, backupOf(dir), busyOptions().Unlocking, nil)
		if err != nil && (backedUp > 0 || !errors.Is(err, fs.ErrNotExist)) || n.Sequence < backedUp {
			t.Errorf("%s: change %d was backed up, now %+v (%v)", when, backedUp, n, err)
		}
		backedUp = n.Sequence
	}
	if said == 0 || backedUp == 0 {
		t.Error("no process came to say anything, or to back it up")
	}
}

// A restored folder is whole or not there.
func TestAKilledRestoreLeavesAllOrNothing(t *testing.T) {
	from := t.TempDir()
	s, err := storage.Open(t.Context(), from, busyOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	written := 0
	for i := range 30 {
		n := note{Title: strconv.Itoa(i + 1), Text: strings.Repeat("answer ", 2000)}
		if err := errors.Join(notes(s).Put(t.Context(), fmt.Sprintf("%08d", i+1), n), notes(s).Put(t.Context(), "last", n)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Blobs().Put(t.Context(), strings.NewReader(n.Title+n.Text)); err != nil {
			t.Fatal(err)
		}
		written++
	}
	if _, err := s.Backup(t.Context(), nil, backupOf(from), nil); err != nil {
		t.Fatal(err)
	}
	old, err := s.Incarnation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 9))
	whole := 0
	for round := range 2 * killRounds() {
		dir := filepath.Join(t.TempDir(), "restored")
		after := time.Duration(r.IntN(300)) * time.Millisecond
		killed(t, dir, []string{childBackup + "=" + backupOf(from)}, func(cmd *exec.Cmd, _ int) {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		})
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		whole++
		checkCount(t, dir, busyOptions(), written, fmt.Sprintf("round %d, killed after %v", round, after), true)
		back, err := storage.Open(t.Context(), dir, busyOptions())
		if err != nil {
			t.Fatal(err)
		}
		if now, err := back.Incarnation(t.Context()); err != nil || now == old {
			t.Errorf("round %d: the incarnation is the same (%v)", round, err)
		}
		back.Close()
	}
	t.Logf("%d of %d were whole", whole, 2*killRounds())
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
func checkCount(t *testing.T, dir string, opt storage.Options, said int, when string, mayRebuild bool) {
	t.Helper()
	s := open(t, dir, opt)
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

// A store of an earlier program is opened, written on and compacted by this one, and
// killed at any moment meanwhile: what the earlier one had kept is there.
func TestAProcessKilledOverAnEarlierStoreLosesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 9))
	said := 0
	for round := range killRounds() {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "stores", "v1-open"))); err != nil {
			t.Fatal(err)
		}
		last := 0
		for range 2 { // the second begins with what the first left
			after := time.Duration(r.IntN(150)) * time.Millisecond
			if n := killed(t, dir, []string{childBusy + "=1", childEarlier + "=1"}, func(cmd *exec.Cmd, n int) {
				if n == 0 {
					time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
				}
			}); n > 0 {
				last = n
			}
		}
		said += last
		s := open(t, dir, storage.Options{NoBallast: true})
		for key, words := range map[string]int{"a": 27, "b": 28} {
			if n, err := notes(s).Get(t.Context(), key); n.Text != strings.Repeat("word ", words) {
				t.Errorf("round %d: %s of the earlier program: %d bytes, %v", round, key, len(n.Text), err)
			}
		}
		if got, err := notes(s).Get(t.Context(), "last"); last > 0 && (err != nil || got.Title == "") {
			t.Errorf("round %d: %d was said, %q is there, %v", round, last, got.Title, err)
		} else if n, _ := strconv.Atoi(got.Title); n < last {
			t.Errorf("round %d: %d was said, %d is there", round, last, n)
		}
		if damage := s.Report().Damage; len(damage) > 0 {
			t.Errorf("round %d: %v", round, damage)
		}
	}
	if said == 0 {
		t.Error("no process came to say anything")
	}
}
