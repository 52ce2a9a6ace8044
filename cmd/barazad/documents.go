package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/sync/catalogue"
)

// runDocuments shows what the centre published, and says what of it is wanted.
func runDocuments(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("documents", io)
	asJSON := f.Bool("json", false, "print a JSON line for each")
	language := f.String("language", "", "get: code of the language, where a document is there in several")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	w, _, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	word := "list"
	if len(words) > 0 {
		word, words = words[0], words[1:]
	}
	switch {
	case word == "list" && len(words) == 0:
		return listDocuments(ctx, w, *asJSON, io)
	case (word == "want" || word == "skip") && len(words) == 1:
		return wantDocument(ctx, w, words[0], word == "want", io)
	case word == "languages":
		return w.ReadIn(ctx, words...)
	case word == "get" && len(words) == 2:
		return getDocument(ctx, w, words[0], *language, words[1])
	}
	return fmt.Errorf("say list, want NAME, skip NAME, languages [CODE…] or get NAME OUT: %w", errUsage)
}

func listDocuments(ctx context.Context, w *workspace.Workspace, asJSON bool, io streams) error {
	all, err := w.Published(ctx)
	if err != nil {
		return err
	}
	for _, p := range all {
		if asJSON {
			err = printJSON(io.out, map[string]any{"number": p.Number, "kind": kindWords[p.Kind], "name": p.Name, "version": p.Version, "language": p.Language, "title": p.Title,
				"text": p.Text, "size": p.Content.Size, "road": p.Size, "got": p.Got, "here": p.Here, "wanted": p.Wanted, "new": p.New, "withdrawn": p.Withdrawn})
		} else {
			_, err = fmt.Fprintln(io.out, documentLine(p))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func documentLine(p workspace.Published) string {
	if p.Kind == catalogue.Announcement {
		line := fmt.Sprintf("announcement  %s  %s", time.Unix(p.Issued, 0).Format(time.DateOnly), strings.Join(strings.Fields(p.Title+" "+p.Text), " "))
		if p.Withdrawn {
			line += "  (withdrawn)"
		}
		return line
	}
	state := "not wanted, " + size(p.Size) + " to come"
	switch {
	case p.Here:
		state = "here, " + size(p.Content.Size)
	case p.Got > 0:
		state = fmt.Sprintf("%s of %s came", size(p.Got), size(p.Publication.Ways[0].Size))
	case p.Wanted:
		state = "comes with the next exchange, " + size(p.Size)
	}
	if p.Withdrawn {
		state += "  (withdrawn)"
	}
	return fmt.Sprintf("%-12s  %s  %s  %s  %s  %s", kindWords[p.Kind], p.Name, cmp.Or(p.Version, "-"), cmp.Or(p.Language, "-"), p.Title, state)
}

// errNoDocument is told for a name that nothing has.
var errNoDocument = errors.New("no document of this name was published; “barazad documents list” shows them")

func wantDocument(ctx context.Context, w *workspace.Workspace, name string, want bool, io streams) error {
	all, err := w.Published(ctx)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Kind == catalogue.Document && p.Name == name {
			if err := w.WantDocument(ctx, name, want); err != nil {
				return err
			}
			if want && !p.Here {
				fmt.Fprintf(io.out, "%s: %s will come with the next exchange\n", name, size(p.Size-p.Got))
			}
			return nil
		}
	}
	return errNoDocument
}

func getDocument(ctx context.Context, w *workspace.Workspace, name, language, out string) error {
	all, err := w.Published(ctx)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Kind == catalogue.Document && p.Name == name && (language == "" || language == p.Language) {
			content, err := w.ReadPublished(ctx, p.Publication)
			if err != nil {
				return err
			}
			return os.WriteFile(out, content, 0o644)
		}
	}
	return errNoDocument
}
