package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A program that somebody wrote from the pages alone, in another language, reads every
// vector of these files as ours does: valid, and refused for the same reason.
func TestAnotherImplementationReadsTheVectors(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3 to read the vectors with")
	}
	files := []string{"../sync/identity/testdata/vectors/envelope.json", "../sync/batch/testdata/vectors/record.json", "../sync/batch/testdata/vectors/receipts.json"}
	var want strings.Builder
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var vectors struct{ Valid, Damaged []map[string]string }
		if err := json.Unmarshal(raw, &vectors); err != nil {
			t.Fatal(err)
		}
		if len(vectors.Valid) < 3 || len(vectors.Damaged) < 10 {
			t.Fatalf("%s: %d valid and %d damaged", file, len(vectors.Valid), len(vectors.Damaged))
		}
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		for n := range vectors.Valid {
			fmt.Fprintln(&want, name, "valid", n, "ok")
		}
		for n, v := range vectors.Damaged {
			fmt.Fprintln(&want, name, "damaged", n, v["refused_as"])
		}
	}
	got, err := exec.Command(python, "protocol/check_vectors.py", filepath.Dir(files[0]), filepath.Dir(files[1])).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	if string(got) != want.String() {
		t.Errorf("it says\n%s\nnot\n%s", got, want.String())
	}
}
