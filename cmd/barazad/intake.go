package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/storage"
)

// runIntake writes down what groups without a device have to say.
func runIntake(ctx context.Context, args []string, io streams) error {
	what := map[string]func(context.Context, []string, streams) error{
		"add": intakeAdd, "list": intakeList, "enter": intakeEnter, "check": intakeCheck, "ready": intakeReady,
	}
	if len(args) == 0 || what[args[0]] == nil {
		return fmt.Errorf("say what: add, list, enter, check or ready: %w", errUsage)
	}
	return what[args[0]](ctx, args[1:], io)
}

const aGroup = "give the name of the group"

// group reads the name of the group that a command is about.
func (f deviceFlags) group(ctx context.Context, words []string) (*workspace.Workspace, workspace.Form, workspace.Group, error) {
	if len(words) != 1 {
		return nil, workspace.Form{}, workspace.Group{}, fmt.Errorf("%s: %w", aGroup, errUsage)
	}
	w, form, err := f.open(ctx)
	if err != nil {
		return nil, form, workspace.Group{}, err
	}
	g, err := w.Group(ctx, words[0])
	if errors.Is(err, storage.ErrNotFound) {
		err = fmt.Errorf("there is no group %q here; barazad intake list names them", words[0])
	}
	if err != nil {
		return nil, form, g, errors.Join(err, w.Close())
	}
	return w, form, g, nil
}

// intakeAdd adds a group, or changes what is known of one.
func intakeAdd(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("intake add", io)
	place := f.String("place", "", "village, district")
	people := f.Int("people", 0, "about how many took part")
	how := f.String("how", "", "how their views were collected, with commas between: meeting, radio, interview, phone, paper, recording, other")
	when := f.String("when", "", "the day, like 2007-06-22")
	language := f.String("answers-in", "", "code of the language of their answers")
	consent := f.String("consent", "", "whether they agreed that it is sent in their name: written, oral, recorded, no")
	read := f.String("read-back", "", "whether it was read back to them: yes, changed, no")
	second := f.Bool("second-check", false, "nothing is made ready before a second person has checked it; =false takes that back")
	return f.do(ctx, args, 1, aGroup, func(w *workspace.Workspace, words []string) error {
		ways := strings.FieldsFunc(*how, func(r rune) bool { return r == ',' || r == ' ' })
		if err := errors.Join(f.among("how", ways...), f.among("consent", *consent), f.among("read-back", *read), aDay(*when)); err != nil {
			return err
		}
		if *people < 0 {
			return fmt.Errorf("--people %d: a number of people: %w", *people, errUsage)
		}
		g, err := w.Group(ctx, words[0])
		if errors.Is(err, storage.ErrNotFound) {
			g, err = workspace.Group{Name: words[0]}, nil
		}
		if err != nil {
			return err
		}
		g.Place, g.People, g.When = cmp.Or(*place, g.Place), cmp.Or(*people, g.People), cmp.Or(*when, g.When)
		g.Language, g.Consent, g.ReadBack = cmp.Or(*language, g.Language), cmp.Or(*consent, g.Consent), cmp.Or(*read, g.ReadBack)
		if len(ways) > 0 {
			g.How = ways
		}
		f.Visit(func(given *flag.Flag) {
			if given.Name == "second-check" {
				g.Second = *second
			}
		})
		if err := w.SaveGroup(ctx, &g); err != nil {
			return err
		}
		_, err = fmt.Fprintf(io.out, "%s  %s\n", g.ID, g.Name)
		return err
	})
}

// among refuses what the usage of a flag doesn't list behind its colon: a form would ask
// for it again when everything else is written down.
func (f deviceFlags) among(name string, given ...string) error {
	_, listed, _ := strings.Cut(f.Lookup(name).Usage, ": ")
	for _, word := range given {
		if word != "" && !slices.Contains(strings.Split(listed, ", "), word) {
			return fmt.Errorf("--%s %q: say %s: %w", name, word, listed, errUsage)
		}
	}
	return nil
}

func aDay(text string) error {
	if _, err := time.Parse(time.DateOnly, text); text != "" && err != nil {
		return fmt.Errorf("--when %q: a day is written like 2007-06-22: %w", text, errUsage)
	}
	return nil
}

func intakeList(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("intake list", io)
	asJSON := f.Bool("json", false, "print a JSON line for each group")
	return f.do(ctx, args, 0, noWords, func(w *workspace.Workspace, _ []string) error {
		groups, err := w.Groups(ctx)
		if err != nil {
			return err
		}
		for _, g := range groups {
			all, err := w.Transcripts(ctx, g)
			if err != nil {
				return err
			}
			states := []string{}
			for _, t := range all {
				states = append(states, entryWords(t))
			}
			if *asJSON {
				err = printJSON(io.out, map[string]any{"id": g.ID, "name": g.Name, "place": g.Place, "people": g.People, "how": g.How, "when": g.When,
					"consent": g.Consent, "read_back": g.ReadBack, "second_check": g.Second, "entries": states})
			} else {
				_, err = fmt.Fprintf(io.out, "%s  %s  %s\n", g.ID, g.Name, cmp.Or(strings.Join(states, "; "), "nothing written down yet"))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// entryWords is how it stands with one response for a group.
func entryWords(t workspace.Transcript) string {
	checked := ", checked by " + t.CheckedBy
	switch {
	case t.Gone:
		return "thrown away"
	case t.CheckedBy == "":
		checked = ", not checked"
	case t.Changed:
		checked = ", changed since " + t.CheckedBy + " checked it"
	}
	if t.Item == nil {
		return "being written by " + t.By + checked
	}
	return strings.TrimSpace(stateWords(*t.Item)+" "+t.Item.Code) + checked
}

// intakeEnter writes answers down for a group. They stay a draft, to be checked.
func intakeEnter(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("intake enter", io)
	by := f.String("by", "", "who writes it down")
	answers := f.String("answers", "", "JSON file: question names and answers")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if *by == "" || *answers == "" {
		return fmt.Errorf("--by NAME and --answers FILE are needed: %w", errUsage)
	}
	all, err := readAnswers(*answers)
	if err != nil {
		return err
	}
	w, form, g, err := f.group(ctx, words)
	if err != nil {
		return err
	}
	defer w.Close()
	for i, a := range all {
		if i > 0 { // with what was written down before it
			if g, err = w.Group(ctx, g.ID); err != nil {
				return err
			}
		}
		r, err := w.WriteDown(ctx, form.Definition.Settings.ID, g, *by)
		if err != nil {
			return err
		}
		job := filling{w: w, form: form, answers: a, files: os.DirFS(filepath.Dir(*answers)), safe: func(string) {}}
		if err := job.fill(ctx, r); err != nil { // the file is there to be mended and entered again
			return errors.Join(err, r.Discard(ctx), w.SaveGroup(ctx, &g))
		}
		if _, err := fmt.Fprintf(io.out, "draft %s for %s\n", r.InstanceID(), g.Name); err != nil {
			return err
		}
	}
	return nil
}

// intakeCheck notes that a second person compared what was written down with what
// was said.
func intakeCheck(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("intake check", io)
	by := f.String("by", "", "who has checked it")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if *by == "" {
		return fmt.Errorf("--by NAME is missing: %w", errUsage)
	}
	w, _, g, err := f.group(ctx, words)
	if err != nil {
		return err
	}
	defer w.Close()
	if err := w.CheckEntry(ctx, g, *by); err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "%s: checked by %s\n", g.Name, *by)
	return err
}

// intakeReady makes ready what was written down for a group.
func intakeReady(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("intake ready", io)
	unchecked := f.Bool("unchecked", false, "also what no second person has checked, except for groups where that is asked for")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	w, _, g, err := f.group(ctx, words)
	if err != nil {
		return err
	}
	defer w.Close()
	all, err := w.Transcripts(ctx, g)
	if err != nil {
		return err
	}
	made := 0
	for _, t := range all {
		if t.Gone || t.Item != nil {
			continue
		}
		if !*unchecked && (t.CheckedBy == "" || t.Changed) {
			return fmt.Errorf("%s: %s; barazad intake check by a second person, or --unchecked", g.Name, entryWords(t))
		}
		r, err := w.Resume(ctx, t.InstanceID)
		if err != nil {
			return err
		}
		item, violations, err := r.MakeReady(ctx, g.Language)
		if err != nil {
			return err
		}
		if len(violations) > 0 {
			return &violations[0]
		}
		if item, err = sealNow(ctx, w, item); err != nil {
			return err
		}
		made++
		fmt.Fprintln(io.out, readyWords(item))
	}
	if made == 0 {
		return fmt.Errorf("%s: nothing is being written down", g.Name)
	}
	return nil
}
