package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/bundle"
	"baraza.example/sync/identity"
)

func bundleShow(args []string, io streams) error {
	f := newFlags("bundle show", io)
	asJSON := f.Bool("json", false, "print a JSON line for each bundle")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return fmt.Errorf("name the bundle: a folder, or a file *%s: %w", bundle.Extension, errUsage)
	}
	b, err := bundle.Open(words[0], bundle.Options{})
	if err != nil {
		return err
	}
	defer b.Close()
	if !*asJSON {
		describeBundle(io.out, b)
		return nil
	}
	for _, s := range b.Summaries() {
		if err := printJSON(io.out, bundleFacts(s)); err != nil {
			return err
		}
	}
	return nil
}

func bundleFacts(s bundle.Summary) map[string]any {
	var parts []map[string]any
	for _, p := range s.Parts {
		fact := map[string]any{"file": p.File, "part": p.Head.Part, "bytes": p.Bytes, "last": p.Last}
		if p.Damage != nil {
			fact["damage"] = p.Damage.Error()
		}
		parts = append(parts, fact)
	}
	return map[string]any{"bundle": identity.Base32(s.Bundle[:]), "writer": s.Writer.ID.String(), "role": roleWord(s.Writer.Role), "name": s.Writer.Name,
		"signed": s.Signed, "time": s.Time, "bytes": s.Bytes, "records": s.Records, "leaves": s.Leaves, "receipts": s.Receipts, "custody": s.Words, "revoked": s.Revoked,
		"whole": s.Whole(), "missing": s.Missing, "parts": parts}
}

func roleWord(r batch.Role) string {
	switch r {
	case batch.RoleDevice:
		return "device"
	case batch.RoleHub:
		return "hub"
	case batch.RoleCentre:
		return "centre"
	}
	return "unknown"
}

// describeBundle tells a person what is in a bundle. Names are quoted: they
// are whatever a stranger wrote.
func describeBundle(w io.Writer, b *bundle.Bundle) {
	all := b.Summaries()
	if len(all) == 0 {
		fmt.Fprintln(w, "There is no bundle here.")
		return
	}
	for _, s := range all {
		if s.Parts[0].Head.Part == 0 {
			fmt.Fprintf(w, "%q: %v\n", s.Parts[0].File, s.Parts[0].Damage)
			continue
		}
		fmt.Fprintf(w, "%s  from %s, %s\n", time.Unix(s.Time, 0).UTC().Format("2006-01-02 15:04"), writerWords(s.Writer), signedWords(s))
		fmt.Fprintf(w, "  %s; %d bytes in %s%s\n", countWords(s.Counts), s.Bytes, counted(len(s.Parts), "parts"), missingWords(s))
		for _, p := range s.Parts {
			if p.Damage != nil {
				fmt.Fprintf(w, "  %q: %v\n", p.File, p.Damage)
			}
		}
	}
	if origins := b.Origins(); len(origins) > 0 {
		fmt.Fprintf(w, "records of %s\n", counted(len(origins), "devices"))
	}
	for _, c := range b.Centres() {
		fmt.Fprintf(w, "card of the centre %q, root key %s, consultation %q\n", c.Name, c.Root(), c.Consultation)
	}
}

func writerWords(p batch.Peer) string {
	if p.Name == "" {
		return "a " + roleWord(p.Role) + " " + p.ID.Short()
	}
	return fmt.Sprintf("the %s %q %s", roleWord(p.Role), p.Name, p.ID.Short())
}

func signedWords(s bundle.Summary) string {
	if s.Signed {
		return "signed by it"
	}
	return "without its signature"
}

func countWords(c bundle.Counts) string {
	var words []string
	for _, n := range []struct {
		n    int
		what string
	}{{c.Records, "records"}, {c.Leaves, "attachment pieces"}, {c.Receipts, "receipts"}, {c.Words, "hub words"}, {c.Revoked, "lost devices"}} {
		if n.n > 0 {
			words = append(words, counted(n.n, n.what))
		}
	}
	if len(words) == 0 {
		return "nothing that can be used"
	}
	return strings.Join(words, ", ")
}

func missingWords(s bundle.Summary) string {
	if s.Whole() {
		return ", whole"
	}
	var numbers []string
	for _, n := range s.Missing {
		numbers = append(numbers, strconv.Itoa(int(n)))
		if len(numbers) == 10 {
			numbers = append(numbers, "…")
			break
		}
	}
	words := ""
	if len(numbers) > 0 {
		words = "; of these not whole or not here: " + strings.Join(numbers, ", ") + ". What is here can be taken, and the rest when it comes"
	}
	if !s.Last {
		words += ", and the end is not here"
	}
	return words
}
