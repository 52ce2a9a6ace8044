// Command generate writes the dictionaries of sync/prose from public text.
//
//	scripts/dictionaries.sh
//
// fetches the sources, each of a fixed version, into a folder and runs
//
//	go run ./sync/prose/generate -from FOLDER -out sync/prose/dictionaries
//
// A dictionary that was ever published is never written again: texts were
// packed with it. A better one gets a new number in sync/prose/dictionary.go.
//
// What is taken is how words follow each other: pieces of at most eight words,
// those first that hold most of what is frequent and not yet there. No text
// stands in a dictionary as a whole but our own samples.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"baraza.example/sync/prose"
)

func main() {
	from := flag.String("from", "", "`folder` with the sources")
	out := flag.String("out", "sync/prose/dictionaries", "`folder` to write to")
	only := flag.String("only", "", "write this `language` alone")
	flag.Parse()
	if err := run(*from, *out, *only); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(from, out, only string) error {
	english, err := paragraphs(from, "en")
	if err != nil {
		return err
	}
	for _, l := range prose.Languages() {
		if only != "" && l.Language != only {
			continue
		}
		d, err := dictionary(from, l.Language, english)
		if err != nil {
			return fmt.Errorf("%s: %w", l.Language, err)
		}
		if err := os.WriteFile(filepath.Join(out, filepath.Base(l.File)), d, 0o644); err != nil {
			return err
		}
		fmt.Printf("%s %d bytes\n", l.File, len(d))
	}
	return nil
}

const (
	chosen   = 150_000 // bytes of the pieces that hold most
	borrowed = 20_000  // bytes of English in other languages' dictionaries
)

// dictionary makes the file of one language; "" is Plain.
func dictionary(from, language string, english []string) ([]byte, error) {
	own, err := ourOwn(language)
	if err != nil {
		return nil, err
	}
	var all []string
	if language != "" {
		if all, err = paragraphs(from, language); err != nil {
			return nil, err
		}
	}
	head, alphabet, err := header(language, append(all[:len(all):len(all)], own...))
	if err != nil {
		return nil, err
	}
	var tail []byte
	for _, text := range own {
		tail = append(alphabet.Write(tail, []byte(text)), '\n')
	}
	room := prose.MaxDictionary - len(head) - len(tail)
	var body []byte
	if language != "en" && language != "" {
		body = join(alphabet, choose(english, borrowed), borrowed)
	}
	best := join(alphabet, choose(all, min(chosen, room-len(body))), min(chosen, room-len(body)))
	random := rand.New(rand.NewPCG(1, uint64(len(all))))
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var pieces []string
	for _, p := range all {
		pieces = append(pieces, cut(p)...)
	}
	body = append(body, join(alphabet, pieces, room-len(body)-len(best))...)
	return append(append(append([]byte(head), body...), best...), tail...), nil
}

// join writes pieces in symbols, a line each, as long as there is room.
func join(a prose.Alphabet, pieces []string, room int) (out []byte) {
	for _, p := range pieces {
		line := append(a.Write(nil, []byte(p)), '\n')
		if len(out)+len(line) > room {
			break
		}
		out = append(out, line...)
	}
	return out
}

// cut makes pieces of at most eight words, which end at punctuation.
func cut(paragraph string) (pieces []string) {
	var piece []string
	for _, w := range strings.Fields(paragraph) {
		piece = append(piece, w)
		if len(piece) == 8 || strings.ContainsAny(w[len(w)-1:], ".;:!?") || strings.HasSuffix(w, "؟") || strings.HasSuffix(w, "؛") || strings.HasSuffix(w, "।") || strings.HasSuffix(w, "።") {
			pieces, piece = append(pieces, strings.Join(piece, " ")), nil
		}
	}
	if len(piece) > 0 {
		pieces = append(pieces, strings.Join(piece, " "))
	}
	return pieces
}
