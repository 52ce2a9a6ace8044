package storage_test

import (
	"bufio"
	"bytes"
	"cmp"
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
	fmt.Println(restoring)
	s, err := storage.Restore(context.Background(), nil, file, dir, busyOptions(), nil)
	if err != nil {
		return err
	}
	fmt.Println(closing)
	return s.Close()
}

// What a child does beside writing. It says so, that the moments of kills can be counted.
const (
	opening    = "opening"
	writing    = "writing"
	backingUp  = "backing up"
	compacting = "compacting"
	closing    = "closing"
	restoring  = "restoring"
)

// writeOn counts up, and says each number once the store has it, and what else it begins.
func writeOn(dir string) error {
	say := func(what any) { fmt.Println(what) }
	end, _ := strconv.Atoi(os.Getenv(childEnd))
	busy, opt := os.Getenv(childBusy) != "", storage.Options{NoBallast: true}
	if busy && os.Getenv(childEarlier) == "" {
		opt = busyOptions()
	}
	ctx := context.Background()
	say(opening)
	s, err := storage.Open(ctx, dir, opt)
	if err != nil {
		return err
	}
	say(writing)
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
		say(n)
		if n == end {
			say(closing)
			return s.Close()
		}
		if !busy {
			continue
		}
		if n%5 == 0 && os.Getenv(childEarlier) == "" { // which has no lock, and is not backed up in the open
			say(backingUp)
			if _, err := s.Backup(ctx, nil, backupOf(dir), nil); err != nil {
				return err
			}
		}
		if n%7 == 0 {
			say(compacting)
			if _, err := s.Compact(ctx); err != nil {
				return err
			}
		}
		if n%20 == 0 {
			say(closing)
			if err := s.Close(); err != nil {
				return err
			}
			say(opening)
			if s, err = storage.Open(ctx, dir, opt); err != nil {
				return err
			}
			c = notes(s)
		}
		say(writing)
	}
}

// perStore is how many kills one store lives through: each time all of it is read, so one
// store for all of a soak would take the square of the time.
const perStore = 30

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
	dir := ""
	r := rand.New(rand.NewPCG(1, 9))
	said, all, kills := 0, 0, tally{}
	for round := range killRounds() {
		if round%perStore == 0 {
			dir, said = t.TempDir(), 0
		}
		begun, after := said, r.IntN(400)
		said = killed(t, dir, nil, kills, after+3, 0) // it says first that it opens, and that it writes
		all += said - begun
		if said == begun {
			t.Errorf("round %d: nothing was said", round)
		}
		checkCount(t, dir, storage.Options{}, said, fmt.Sprint("round ", round), false)
	}
	t.Logf("%d changes acknowledged, killed while %v", all, kills)
}

// The process is killed at a random moment: while it opens, compacts, backs up or
// closes.
func TestAProcessKilledAtAnyMomentLosesNothingAcknowledged(t *testing.T) {
	dir := ""
	r := rand.New(rand.NewPCG(2, 9))
	said, all, backedUp, kills := 0, 0, uint64(0), tally{}
	for round := range 3 * killRounds() {
		if round%perStore == 0 {
			dir, said, backedUp = t.TempDir(), 0, 0
		}
		begun := said
		words, wait := anyMoment(r)
		said = max(said, killed(t, dir, []string{childBusy + "=1"}, kills, words, wait))
		all += said - begun
		when := fmt.Sprintf("round %d, killed %v after word %d", round, wait, words)
		checkCount(t, dir, busyOptions(), said, when, true)
		n, err := storage.VerifyBackup(t.Context(), nil, backupOf(dir), busyOptions().Unlocking, nil)
		if err != nil && (backedUp > 0 || !errors.Is(err, fs.ErrNotExist)) || n.Sequence < backedUp {
			t.Errorf("%s: change %d was backed up, now %+v (%v)", when, backedUp, n, err)
		}
		backedUp = n.Sequence
	}
	t.Logf("%d changes acknowledged, killed while %v", all, kills)
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
	whole, kills := 0, tally{}
	for round := range 2 * killRounds() {
		dir := filepath.Join(t.TempDir(), "restored")
		after := time.Duration(r.IntN(300)) * time.Millisecond
		killed(t, dir, []string{childBackup + "=" + backupOf(from)}, kills, 1, after)
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
	t.Logf("%d of %d were whole, killed while %v", whole, 2*killRounds(), kills)
}

// anyMoment draws when a child is killed: a little after one of its words, rather the
// first, with which it opens the store.
func anyMoment(r *rand.Rand) (words int, wait time.Duration) {
	if words = 1; r.IntN(4) > 0 {
		words = r.IntN(80)
	}
	return words, time.Duration(r.IntN(30_000)) * time.Microsecond
}

// A tally counts kills by what the process was at, "" before it said a word.
type tally map[string]int

func (y tally) String() string {
	var b strings.Builder
	for _, during := range []string{"", opening, writing, backingUp, compacting, closing, restoring} {
		if y[during] > 0 {
			fmt.Fprintf(&b, ", %d %s", y[during], cmp.Or(during, "starting"))
		}
	}
	return strings.TrimPrefix(b.String(), ", ")
}

// killed runs a child, kills it some time after so many of its words, notes at what it was
// then, and returns the last number it said, or 0.
func killed(t *testing.T, dir string, env []string, kills tally, words int, wait time.Duration) (said int) {
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
	during := ""
	lines := bufio.NewScanner(out)
	for heard := 0; ; heard++ {
		if heard == words {
			time.AfterFunc(wait, func() { _ = cmd.Process.Kill() })
		}
		if !lines.Scan() {
			break
		}
		if n, err := strconv.Atoi(lines.Text()); err == nil {
			said = n
		} else {
			during = lines.Text()
		}
	}
	if cmd.Wait() != nil { // it had not ended by itself
		kills[during]++
	}
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
	said, kills := 0, tally{}
	for round := range killRounds() {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "stores", "v1-open"))); err != nil {
			t.Fatal(err)
		}
		last := 0
		for range 2 { // the second begins with what the first left
			words, wait := anyMoment(r)
			last = max(last, killed(t, dir, []string{childBusy + "=1", childEarlier + "=1"}, kills, words, wait))
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
	t.Logf("%d changes acknowledged in %d stores, killed while %v", said, killRounds(), kills)
	if said == 0 {
		t.Error("no process came to say anything")
	}
}
