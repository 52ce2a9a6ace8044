package sqlstore_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
	"baraza.example/sync/central/sqlstore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSQLite(t *testing.T) {
	paths := map[*testing.T]string{}
	centraltest.Store(t, func(t *testing.T) central.Store {
		if paths[t] == "" {
			paths[t] = filepath.Join(t.TempDir(), "a folder, 100% odd ?#name", "centre.db")
			if err := os.Mkdir(filepath.Dir(paths[t]), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		return open(t, paths[t])
	})
}

func open(t *testing.T, path string) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Two processes, for example the listener and a command, share one file.
func TestTwoProcessesShareAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "centre.db")
	one, two := open(t, path), open(t, path)
	defer one.Close()
	defer two.Close()
	a := centraltest.NewAuthor(t, "c", "a")
	for i := range 10 {
		s := []*sqlstore.Store{one, two}[i%2]
		p, err := s.Put(t.Context(), []central.Received{centraltest.Take(t, a.Text("x"), 1)})
		if err != nil || !p[0].New {
			t.Fatalf("record %d: %+v, %v", i, p, err)
		}
	}
}

// What a method took must have reached the disk: WAL alone, with the driver's
// default, would not flush at each commit of a writer opened elsewhere.
func TestCommitsAreFlushed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "centre.db")
	s := open(t, path)
	defer s.Close()
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		if got := s.Pragma(t.Context(), t, pragma); got != want {
			t.Errorf("%s is %s, want %s", pragma, got, want)
		}
	}
}

func TestOtherFilesAreRefusedInOneLine(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("these are notes and no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(dir, "newer.db")
	open(t, newer).Close()
	db, err := sql.Open("sqlite", newer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`INSERT INTO schema_version (version) VALUES (99)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	for name, c := range map[string]struct{ dsn, says string }{
		"another file":   {text, "not a database"},
		"a newer one":    {newer, "newer program"},
		"a folder":       {dir, "open the centre's store"},
		"nowhere":        {filepath.Join(dir, "no", "such", "folder.db"), "open the centre's store"},
		"PostgreSQL":     {"postgres://localhost/x", "PostgreSQL"},
		"nothing":        {"", "needs a file"},
		"memory":         {":memory:", "needs a file"},
		"sqlite, no way": {"sqlite:" + text, "not a database"},
	} {
		s, err := sqlstore.Open(context.Background(), c.dsn)
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACancelledCallTakesNothing(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "centre.db"))
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a := centraltest.NewAuthor(t, "c", "a")
	r := centraltest.Take(t, a.Text("x"), 1)
	if _, err := s.Put(ctx, []central.Received{r}); err == nil {
		t.Error("a cancelled call was acknowledged")
	}
	if _, err := s.Record(t.Context(), r.ID); err != central.ErrNotFound {
		t.Errorf("after it: %v", err)
	}
}

var _ central.Store = (*sqlstore.Store)(nil)
