package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"baraza.example/storage"
)

// runStore looks after the folder of a device or a hub, without touching what
// people wrote.
func runStore(ctx context.Context, args []string, io streams) error {
	f := newStoreFlags("store", io)
	asJSON := f.Bool("json", false, "print JSON")
	phone := f.Bool("phone", false, "measure with the settings of a phone")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(words) != 1 || !slices.Contains([]string{"inspect", "compact", "measure"}, words[0]) {
		return fmt.Errorf("say inspect, compact or measure: %w", errUsage)
	}
	if words[0] == "measure" {
		m, err := measureStore(ctx, f, *phone)
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(io.out, m)
		}
		_, err = fmt.Fprintf(io.out, "opened in %.2f s, takes %s of memory with %d drafts\n", m.Open, size(m.RSS), m.Drafts)
		return err
	}
	s, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if words[0] == "compact" {
		done, err := s.Compact(ctx)
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(io.out, done)
		}
		fmt.Fprintf(io.out, "the journal had %s and has %s; the old one stays until the new one was read another time\n", size(done.Before), size(done.After))
		return nil
	}
	n, err := s.Inspect(ctx)
	if err != nil {
		return err
	}
	if *asJSON {
		return printJSON(io.out, n)
	}
	return printInspection(io.out, n)
}

func printInspection(out io.Writer, n storage.Inspection) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "changes\t%d\n", n.Sequence)
	fmt.Fprintf(w, "journal\t%s\tin %d files, of which %s count\n", size(n.Journal.Bytes), n.Journal.Segments, size(n.Journal.Live))
	if n.Journal.Old > 0 {
		fmt.Fprintf(w, "\t%s\tfrom before it was compacted\n", size(n.Journal.Old))
	}
	if n.Index.InMemory {
		fmt.Fprintf(w, "index\t\tin memory\n")
	} else {
		fmt.Fprintf(w, "index\t%s\n", size(n.Index.Bytes))
	}
	fmt.Fprintf(w, "attachments\t%s\tin %d files\n", size(n.Blobs.Bytes), n.Blobs.Files)
	if n.Leaves.Files > 0 {
		fmt.Fprintf(w, "carried\t%s\tin %d files\n", size(n.Leaves.Bytes), n.Leaves.Files)
	}
	for _, a := range n.Aside {
		fmt.Fprintf(w, "aside\t%s\t%s\n", size(a.Bytes), a.Name)
	}
	fmt.Fprintf(w, "free\t%s\t\n", size(int64(n.Free)))
	for _, k := range n.Kinds {
		fmt.Fprintf(w, "%s\t%s\t%d\n", k.Name, size(k.Bytes), k.Count)
	}
	return w.Flush()
}

// size says bytes as people do.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f kB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}
