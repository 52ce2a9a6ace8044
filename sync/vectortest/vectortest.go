// Package vectortest reads and writes the test vectors of the protocol: JSON
// in testdata/vectors beside the tests, for other implementations as much as
// for ours, and quoted in docs/protocol. Bytes are hexadecimal. Start at [Load].
package vectortest

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/vectors anew")

// A File is what stands in one file of vectors.
type File struct {
	About   string              `json:"about"`
	Valid   []map[string]string `json:"valid"`
	Damaged []map[string]string `json:"damaged"` // "why" says what was done
}

// Load reads testdata/vectors/NAME.json. With -update it first writes what made
// returns; made draws from fixed seeds. Who only reads hands in nil.
func Load(t testing.TB, name string, made func() File) File {
	t.Helper()
	if *update && made != nil {
		raw, err := json.MarshalIndent(made(), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file(name), append(raw, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return read(t, name)
}

func file(name string) string { return filepath.Join("testdata", "vectors", name+".json") }

func read(t testing.TB, name string) File {
	t.Helper()
	raw, err := os.ReadFile(file(name))
	if err != nil {
		t.Fatal(err)
	}
	var v File
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Valid) == 0 || len(v.Damaged) == 0 {
		t.Fatalf("%s has %d valid and %d damaged vectors", name, len(v.Valid), len(v.Damaged))
	}
	return v
}

// Hex decodes a value of a vector.
func Hex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return b
}

var remark = regexp.MustCompile(`(?m)(\S.*?) {2,}\D.*$`)

// Quoted fails unless docs/protocol/PAGE.md quotes these values of the n-th
// valid vector of a file, whatever white space and remarks (behind two spaces)
// stand between: what changes there has to change here.
func Quoted(t testing.TB, page, name string, n int, keys ...string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "protocol", page+".md"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(remark.ReplaceAllString(string(raw), "$1")), "")
	v := read(t, name).Valid[n]
	for _, key := range keys {
		for _, part := range strings.Fields(v[key]) {
			if !strings.Contains(text, part) {
				t.Errorf("docs/protocol/%s.md lacks the %s of %s.json: %s", page, key, name, part)
			}
		}
	}
}
