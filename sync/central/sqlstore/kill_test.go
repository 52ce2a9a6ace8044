package sqlstore_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
	"baraza.example/sync/central/sqlstore"
)

const victim = "BARAZA_TEST_VICTIM"

// A centre's process killed at any moment keeps what it acknowledged, and its
// file opens again without repair.
func TestAKilledProcessKeepsWhatItAcknowledged(t *testing.T) {
	if path := os.Getenv(victim); path != "" {
		writeForEver(t, path)
	}
	path := filepath.Join(t.TempDir(), "centre.db")
	var acknowledged []string
	for round := range 3 {
		child := exec.Command(os.Args[0], "-test.run=^TestAKilledProcessKeepsWhatItAcknowledged$")
		child.Env = append(os.Environ(), victim+"="+path)
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 20 + 7*round {
			if !lines.Scan() {
				t.Fatal("the child ended by itself")
			}
			acknowledged = append(acknowledged, lines.Text())
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // said before the kill reached it
			acknowledged = append(acknowledged, lines.Text())
		}
		_ = child.Wait() // it was killed: that is its error
	}
	s := open(t, path)
	defer s.Close()
	for _, line := range acknowledged {
		id, err := batch.ParseRecordID(line)
		if err != nil {
			continue // a line cut by the kill
		}
		if _, err := s.Record(t.Context(), id); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func writeForEver(t *testing.T, path string) {
	s, err := sqlstore.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	a := centraltest.NewAuthor(t, "c", "victim")
	for i := 0; ; i++ {
		r := a.Text(fmt.Sprint(i))
		if _, err := s.Put(t.Context(), []central.Received{centraltest.Take(t, r, 1)}); err != nil {
			t.Fatal(err)
		}
		fmt.Println(r.ID)
	}
}

func BenchmarkPut(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprintf("%d of 2 KB", n), func(b *testing.B) {
			s, err := sqlstore.Open(b.Context(), filepath.Join(b.TempDir(), "centre.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			a := centraltest.NewAuthor(b, "c", "a")
			text := string(make([]byte, 2000))
			for b.Loop() {
				b.StopTimer()
				var rs []central.Received
				for range n {
					rs = append(rs, centraltest.Take(b, a.Text(text), 1))
				}
				b.StartTimer()
				if _, err := s.Put(b.Context(), rs); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
