package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/sync/central"
)

// centralAsk asks back about one submission.
func centralAsk(ctx context.Context, args []string, io streams) error {
	f := newDeskFlags("ask", io)
	question := f.String("question", "", "name or path of the question that is meant; number of the paragraph of a contribution; the whole by default")
	from := f.String("from", "", "who asks, as the author will read it")
	language := f.String("language", "", "language of the text, such as fr")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(words) != 2 {
		return fmt.Errorf("give a receipt code or record id, and the text in quotes: %w", errUsage)
	}
	d, err := f.desk(ctx)
	if err != nil {
		return err
	}
	defer d.Store.Close()
	asked, err := d.Ask(ctx, words[0], central.Asking{Text: words[1], Question: *question, From: *from, Language: *language, Now: time.Now()})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "Asked, as %s. It waits here until the device connects, or a hub or stick that brought what it sent.\n", asked.ID().String()[:8])
	return err
}

func printThread(w io.Writer, thread []central.Said) {
	for _, s := range thread {
		what := "asked"
		if s.Reply {
			what = "replied"
		}
		fmt.Fprintf(w, "\n%s %s", what, clock(s.When))
		if s.From != "" {
			fmt.Fprintf(w, " by %s", shown(s.From))
		}
		if s.About != "" {
			fmt.Fprintf(w, " about %s", shown(s.About))
		}
		fmt.Fprintf(w, "\n%s\n", indent(shownLines(s.Text)))
	}
}

// runMessages is the device's side: what the secretariat asks, and answers to it.
func runMessages(ctx context.Context, args []string, io streams) error {
	word := "list"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		word, args = args[0], args[1:]
	}
	switch word {
	case "list":
		return messagesList(ctx, args, io)
	case "read", "reply", "correct":
		return messageDo(ctx, word, args, io)
	}
	return fmt.Errorf("there is no %q here: %w", word, errUsage)
}

func messagesList(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("messages list", io)
	asJSON := f.Bool("json", false, "print a JSON line for each")
	return f.do(ctx, args, 0, noWords, func(w *workspace.Workspace, _ []string) error {
		all, err := w.Messages(ctx)
		if err != nil {
			return err
		}
		for _, m := range all {
			if *asJSON {
				err = printJSON(io.out, messageFacts(m))
			} else {
				_, err = fmt.Fprintf(io.out, "%s  %s  %-8s  %s\n", m.ID[:8], clock(time.Unix(m.Asked, 0)), messageState(m), shown(m.Text))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func messageState(m workspace.Message) string {
	switch {
	case m.Answered():
		return "answered"
	case m.Read:
		return "read"
	}
	return "new"
}

func messageFacts(m workspace.Message) map[string]any {
	replies := []map[string]string{}
	for _, r := range m.Replies {
		replies = append(replies, map[string]string{"text": r.Text, "state": stateWords(r.Item), "code": r.Item.Code})
	}
	return map[string]any{"id": m.ID, "asked": clock(time.Unix(m.Asked, 0)), "from": m.From, "text": m.Text, "about": m.About,
		"item": m.Item, "title": m.Title, "state": messageState(m), "replies": replies}
}

// messageDo shows one message, replies to it, or begins a correction of what it is about.
func messageDo(ctx context.Context, word string, args []string, io streams) error {
	f := newDeviceFlags("messages "+word, io)
	takes := map[string]int{"read": 1, "correct": 1, "reply": 2}[word]
	return f.do(ctx, args, takes, "give the beginning of a message's id, and for a reply its text in quotes", func(w *workspace.Workspace, words []string) error {
		m, err := w.Message(ctx, words[0])
		if err != nil {
			return err
		}
		switch word {
		case "reply":
			item, err := w.Reply(ctx, m.ID, words[1])
			if err == nil {
				_, err = fmt.Fprintf(io.out, "The reply waits to be sent: %s\n", stateWords(item))
			}
			return err
		case "correct":
			draft, revision, err := beginCorrection(ctx, w, m)
			if err == nil {
				_, err = fmt.Fprintf(io.out, "Revision %d is being written, as draft %s.\n", revision, draft)
			}
			return err
		}
		fmt.Fprintf(io.out, "asked %s", clock(time.Unix(m.Asked, 0)))
		if m.From != "" {
			fmt.Fprintf(io.out, " by %s", shown(m.From))
		}
		if m.About != "" {
			fmt.Fprintf(io.out, " about %s", shown(m.About))
		}
		fmt.Fprintf(io.out, "\n%s\n", indent(shownLines(m.Text)))
		for _, r := range m.Replies {
			fmt.Fprintf(io.out, "\nreplied, %s\n%s\n", strings.TrimSpace(stateWords(r.Item)+" "+r.Item.Code), indent(shownLines(r.Text)))
		}
		return w.MarkRead(ctx, m.ID)
	})
}

// beginCorrection begins the next revision of what a message is about, or finds the one
// that was begun.
func beginCorrection(ctx context.Context, w *workspace.Workspace, m workspace.Message) (draft string, revision uint32, err error) {
	if m.Form == "" {
		c, _, err := w.CorrectContribution(ctx, m.Item)
		if err == nil {
			revision, _, err = w.Correcting(ctx, c.ID)
		}
		return c.ID, revision, err
	}
	r, err := w.Correct(ctx, m.Item)
	if err != nil {
		return "", 0, err
	}
	return r.InstanceID(), r.Revision(), nil
}

// withdraw takes back what was made ready.
func withdraw(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("withdraw", io)
	reason := f.String("reason", "", "why, for the secretariat")
	return f.do(ctx, args, 1, "give the name of what was made ready, as “barazad status --json” has it", func(w *workspace.Workspace, words []string) error {
		item, err := w.Withdraw(ctx, words[0], *reason)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(io.out, "Withdrawn. That is said to the secretariat as soon as a road is open; it is %s.\n", stateWords(item))
		return err
	})
}
