package sqlstore

import (
	"database/sql"
	"fmt"
	"net/url"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Statements use numbered parameters ($1), BIGINT, TEXT, ON CONFLICT and
// partial indexes, which SQLite and PostgreSQL read alike. A dialect holds what
// differs.

type dialect struct {
	words *strings.Replacer // in migrations: {bytes}, {arrival}
}

// sqlite counts arrivals in the rowid. AUTOINCREMENT, so that a number is never
// given twice even if the last row were removed by hand.
var sqlite = dialect{words: strings.NewReplacer(
	"{bytes}", "BLOB",
	"{arrival}", "INTEGER PRIMARY KEY AUTOINCREMENT",
)}

// readers is how many queries run beside the one writer.
const readers = 4

// open returns the writer's connection and those of readers.
func (d dialect) open(path string) (write, read *sql.DB, err error) {
	// In WAL mode FULL means one fsync for each commit; NORMAL would lose the
	// last ones in a power cut. Transactions of the writer take the lock when
	// they begin, so that two processes wait for each other instead of failing.
	if write, err = sql.Open("sqlite", dsn(path, "_txlock=immediate", "_pragma=busy_timeout(20000)",
		"_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)", "_pragma=foreign_keys(1)")); err != nil {
		return nil, nil, err
	}
	write.SetMaxOpenConns(1)
	if read, err = sql.Open("sqlite", dsn(path, "_pragma=busy_timeout(20000)", "_pragma=query_only(1)")); err != nil {
		write.Close()
		return nil, nil, err
	}
	read.SetMaxOpenConns(readers)
	return write, read, nil
}

func dsn(path string, options ...string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(options, "&")
}

// fileOf reads a data source name: the path of an SQLite file, with or without
// "sqlite:" before it.
func fileOf(name string) (string, error) {
	scheme, rest, found := strings.Cut(name, ":")
	switch {
	case name == "" || strings.HasPrefix(name, ":memory:"):
		return "", fmt.Errorf("the centre's store needs a file, not %q", name)
	case found && scheme == "sqlite":
		return strings.TrimPrefix(rest, "//"), nil
	case found && (scheme == "postgres" || scheme == "postgresql"):
		return "", fmt.Errorf("this program keeps its records in an SQLite file and does not speak to PostgreSQL: give a path instead of %s:…", scheme)
	}
	return name, nil
}
