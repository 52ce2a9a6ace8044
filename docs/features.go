// Command docs writes the feature table of docs/features.json into README.md,
// between two marker lines:
//
//	go generate ./docs
//
// A row's state is "done", "partial" or "not"; the first two name the test
// that shows it, the last two say in a note what is missing or why. Sections
// marked "odk" are the rows of ODK's feature matrix by the names they have
// there, links included; README shows them without the links, folded. A test
// of this package checks that the named tests exist and that README is up to
// date.
package main

//go:generate go run . -root ..

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A section is one table: features of one kind.
type section struct {
	Title    string    `json:"title"`
	ODK      bool      `json:"odk,omitempty"` // the rows of ODK's feature matrix
	Features []feature `json:"features"`
}

type feature struct {
	Name  string `json:"name"`
	State string `json:"state"`          // done, partial, not
	Test  string `json:"test,omitempty"` // folder and name: "forms/session TestAge…"
	Note  string `json:"note,omitempty"`
}

const (
	beginMark = "<!-- features: written by go generate ./docs -->"
	endMark   = "<!-- features end -->"
)

func main() {
	root := flag.String("root", ".", "top folder of the project")
	flag.Parse()
	if err := run(*root); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	old, updated, err := readme(root)
	if err != nil || updated == old {
		return err
	}
	return os.WriteFile(filepath.Join(root, "README.md"), []byte(updated), 0o644)
}

// readme returns README.md as it is and as it should be.
func readme(root string) (old, updated string, err error) {
	sections, err := readFeatures(filepath.Join(root, "docs", "features.json"))
	if err != nil {
		return "", "", err
	}
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		return "", "", err
	}
	old = string(text)
	before, rest, found := strings.Cut(old, beginMark)
	_, after, ended := strings.Cut(rest, endMark)
	if !found || !ended {
		return "", "", errors.New("README.md has lost its feature markers")
	}
	return old, before + beginMark + "\n\n" + table(sections) + "\n" + endMark + after, nil
}

func readFeatures(name string) ([]section, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var sections []section
	if err := json.Unmarshal(text, &sections); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, s := range sections {
		for _, f := range s.Features {
			switch {
			case f.State != "done" && f.State != "partial" && f.State != "not":
				return nil, fmt.Errorf("%s: %q: state %q is none of done, partial, not", name, f.Name, f.State)
			case f.State != "not" && f.Test == "":
				return nil, fmt.Errorf("%s: %q is %s: name the test that shows it", name, f.Name, f.State)
			case f.State != "done" && f.Note == "":
				return nil, fmt.Errorf("%s: %q is %s: say in a note what is missing or why", name, f.Name, f.State)
			}
		}
	}
	return sections, nil
}

// table writes our own sections as one table, and each of ODK's folded behind a
// line that counts.
func table(sections []section) string {
	var b strings.Builder
	b.WriteString(tableHead)
	for _, s := range sections {
		if !s.ODK {
			fmt.Fprintf(&b, "| **%s** | | |\n", s.Title)
			writeRows(&b, s.Features)
		}
	}
	for _, s := range sections {
		if s.ODK {
			fmt.Fprintf(&b, "\n<details><summary>XLSForm, as ODK lists its features: %s (%s)</summary>\n\n%s", s.Title, counts(s.Features), tableHead)
			writeRows(&b, s.Features)
			b.WriteString("\n</details>\n")
		}
	}
	return b.String()
}

const tableHead = "| feature | state | note |\n|---|---|---|\n"

func writeRows(b *strings.Builder, features []feature) {
	for _, f := range features {
		fmt.Fprintf(b, "| %s | %s | %s |\n", cell(link.ReplaceAllString(f.Name, "$1")), f.State, cell(f.Note))
	}
}

var link = regexp.MustCompile(`\[([^\]]*)\]\(https?://[^)]*\)`)

// cell keeps text from ending its cell, or being read as emphasis.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`).Replace(text)
}

func counts(features []feature) string {
	n := map[string]int{}
	for _, f := range features {
		n[f.State]++
	}
	var parts []string
	for _, state := range []string{"done", "partial", "not"} {
		if n[state] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[state], state))
		}
	}
	return strings.Join(parts, ", ")
}
