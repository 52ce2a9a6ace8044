package main

import (
	"context"
	"fmt"
	"time"
)

// runTrash is what was being written and was put aside.
func runTrash(ctx context.Context, args []string, io streams) error {
	word := "list"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		word, args = args[0], args[1:]
	}
	f := newDeviceFlags("trash "+word, io)
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	needed := map[string]int{"list": 0, "put": 1, "restore": 1, "destroy": 2}
	if n, known := needed[word]; !known {
		return fmt.Errorf("there is no %q here: %w", word, errUsage)
	} else if len(words) != n || word == "destroy" && words[1] != words[0] {
		return fmt.Errorf("give the id of what is meant, and to destroy it give it twice: %w", errUsage)
	}
	w, _, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	switch word {
	case "put":
		return w.PutAside(ctx, words[0])
	case "restore":
		return w.Restore(ctx, words[0])
	case "destroy":
		return w.Destroy(ctx, words[0])
	}
	all, err := w.Trash(ctx)
	for _, t := range all {
		fmt.Fprintf(io.out, "%s  put aside %s, destroyed after %d more days of use  %s\n", t.ID, t.At.Format(time.DateOnly), t.Left, shown(t.Title))
	}
	return err
}
