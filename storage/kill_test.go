package storage_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"baraza.example/storage"
)

const childDir = "BARAZA_TEST_STORE"

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := writeForEver(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// writeForEver counts up, and says each number once the store has it.
func writeForEver(dir string) error {
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
	}
}

func TestAKilledProcessLosesNothingAcknowledged(t *testing.T) {
	rounds := 10
	if testing.Short() {
		rounds = 3
	}
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 9))
	said := 0
	for round := range rounds {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childDir+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		begun := said
		for after := r.IntN(400); lines.Scan(); {
			if said, err = strconv.Atoi(lines.Text()); err != nil {
				t.Fatal(err)
			}
			if said-begun == after+1 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait() // it was killed
		s := open(t, dir, storage.Options{})
		last, err := notes(s).Get(t.Context(), "last")
		if n, _ := strconv.Atoi(last.Title); n < said || begun == said {
			t.Errorf("round %d: %d was said, %q is there (%v)", round, said, last.Title, err)
		}
		count := 0
		for item, err := range notes(s).All(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if count++; item.Key != "last" && item.Key != fmt.Sprintf("%08d", count) {
				t.Fatalf("round %d: %s stands in the place of %d", round, item.Key, count)
			}
		}
		if n, _ := strconv.Atoi(last.Title); count != n+1 {
			t.Errorf("round %d: %d of %d are there", round, count-1, n)
		}
		if r := s.Report(); len(r.Damage) > 0 || r.Rebuilt != nil {
			t.Errorf("round %d: %+v", round, r)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
