package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/forms"
	"baraza.example/forms/contribution"
	"baraza.example/forms/session"
	"baraza.example/forms/xlsform"
	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
)

// deviceFlags are what every command on a device's folder takes.
type deviceFlags struct {
	flagSet
	dir, org, name, form *string
	verbose              *bool
	io                   streams
}

func newDeviceFlags(command string, io streams) deviceFlags {
	f := newFlags(command, io)
	return deviceFlags{
		flagSet: f, io: io,
		dir:     f.String("dir", "", "folder of this device's store"),
		org:     f.String("org", "", "name of the organisation, when the store is new"),
		name:    f.String("device", "", "name of the device, when the store is new"),
		form:    f.String("form", "", "XLSForm to fill in instead of the built-in questionnaire"),
		verbose: f.Bool("v", false, "say more"),
	}
}

// open opens the workspace, setting it up when it is new.
func (f deviceFlags) open(ctx context.Context) (*workspace.Workspace, workspace.Form, error) {
	if *f.dir == "" {
		return nil, workspace.Form{}, fmt.Errorf("--dir is missing: %w", errUsage)
	}
	form, err := loadForm(*f.form)
	if err != nil {
		return nil, form, err
	}
	w, err := workspace.Open(ctx, *f.dir, workspace.Options{Forms: []workspace.Form{form}, Logger: logger(f.io.err, *f.verbose)})
	if err != nil {
		return nil, form, err
	}
	if _, err := w.Card(); errors.Is(err, workspace.ErrNotSetUp) {
		if *f.org == "" {
			return nil, form, errors.Join(fmt.Errorf("the store is new: say whose device it is with --org NAME: %w", errUsage), w.Close())
		}
		if err := w.SetUp(ctx, *f.org, *f.name); err != nil {
			return nil, form, errors.Join(err, w.Close())
		}
	}
	return w, form, nil
}

// loadForm reads the form at path, or the built-in one.
func loadForm(path string) (workspace.Form, error) {
	if path == "" {
		_, form, err := workspace.Builtin()
		return form, err
	}
	wb, err := xlsform.Open(path)
	if err != nil {
		return workspace.Form{}, err
	}
	folder := filepath.Dir(path)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		folder = path
	}
	return workspace.NewForm(wb, os.DirFS(folder))
}

func join(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("join", io)
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return fmt.Errorf("give the invite's line, or the name of its file: %w", errUsage)
	}
	text, err := inviteText(words[0])
	if err != nil {
		return err
	}
	w, _, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	invite, err := w.Join(ctx, text)
	if err != nil {
		return err
	}
	fmt.Fprintf(io.out, "joined %s; the centre's root key is %s\n", invite.Consultation, invite.Root)
	if invite.Centre == nil {
		fmt.Fprintln(io.out, "what is made ready is sealed when the centre's card comes, from the centre or a hub")
	}
	return nil
}

// inviteText reads an invite given as text or as a file.
func inviteText(word string) ([]byte, error) {
	if strings.HasPrefix(strings.ToLower(word), "baraza:") {
		return []byte(word), nil
	}
	text, err := os.ReadFile(word)
	if err != nil {
		return nil, fmt.Errorf("read the invite: %w", err)
	}
	return text, nil
}

func fill(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("fill", io)
	answers := f.String("answers", "", "JSON file: question names and answers, one object or a list of them")
	draft := f.Bool("draft", false, "save a draft, don't make it ready")
	progress := f.Bool("progress", false, "print a line as soon as something is safe on the disk")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if *answers == "" || len(words) > 0 {
		return fmt.Errorf("--answers FILE is missing: %w", errUsage)
	}
	all, err := readAnswers(*answers)
	if err != nil {
		return err
	}
	w, form, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	for _, a := range all {
		job := filling{w: w, form: form, answers: a, files: os.DirFS(filepath.Dir(*answers)), draft: *draft}
		if *progress {
			job.safe = func(what string) { fmt.Fprintln(io.out, what) }
		}
		item, err := job.run(ctx)
		if err != nil {
			return err
		}
		if !*draft {
			fmt.Fprintf(io.out, "ready %s %s\n", item.Name, item.Code)
		}
	}
	return nil
}

// readAnswers reads an object, or a list of objects.
func readAnswers(path string) ([]map[string]any, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the answers: %w", err)
	}
	return parseAnswers(path, raw)
}

func parseAnswers(name string, raw []byte) ([]map[string]any, error) {
	var one map[string]any
	if json.Unmarshal(raw, &one) == nil {
		return []map[string]any{one}, nil
	}
	var all []map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, fmt.Errorf("%s holds no JSON object or list of objects: %w", name, err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s holds no answers", name)
	}
	return all, nil
}

// A filling fills in one response from answers. It can be interrupted at any
// moment and run again: it finds its draft, or what it made of it.
type filling struct {
	w       *workspace.Workspace
	form    workspace.Form
	answers map[string]any
	files   fs.FS // that names of attachments are in
	draft   bool
	safe    func(what string) // told of each thing once it is on the disk; may be nil
	// complete answers what is required and missing; may be nil.
	complete func(*session.Session) error
}

func (f filling) run(ctx context.Context) (workspace.Item, error) {
	if f.safe == nil {
		f.safe = func(string) {}
	}
	tag := f.tag()
	instance, item, err := f.w.Tagged(ctx, tag)
	if err != nil {
		return workspace.Item{}, err
	}
	if item != nil {
		return *item, nil
	}
	var r *workspace.Response
	if instance != "" {
		r, err = f.w.Resume(ctx, instance)
	} else {
		r, err = f.w.Start(ctx, f.form.Definition.Settings.ID, tag)
	}
	if err != nil {
		return workspace.Item{}, err
	}
	f.safe("draft " + r.InstanceID())
	if err := f.fill(ctx, r); err != nil || f.draft {
		return workspace.Item{}, err
	}
	language, _ := f.answers["answer_language"].(string)
	made, violations, err := r.MakeReady(ctx, language)
	if err != nil {
		return made, err
	}
	if len(violations) > 0 {
		return made, &violations[0]
	}
	f.safe("ready " + made.Name)
	return made, nil
}

// tag names the answers by their content.
func (f filling) tag() string {
	raw, err := json.Marshal(f.answers)
	if err != nil {
		panic(err) // it came from JSON
	}
	sum := sha256.Sum256(raw)
	return "answers " + hex.EncodeToString(sum[:12])
}

// fill types the answers in, and saves after each of them as the app does.
func (f filling) fill(ctx context.Context, r *workspace.Response) error {
	var failed error
	cancel := r.Subscribe(func(changed []forms.Ref) {
		if failed == nil {
			failed = r.Save(ctx)
		}
		for _, ref := range changed {
			if failed == nil {
				f.safe(saved(r.Session, ref))
			}
		}
	})
	defer cancel()
	if err := errors.Join(session.Fill(r.Session, f.answers), failed); err != nil {
		return err
	}
	if f.complete != nil {
		if err := f.complete(r.Session); err != nil {
			return err
		}
	}
	for _, ref := range r.Unattached() {
		n, _ := r.Node(ref)
		if err := f.attach(ctx, r, ref, n.Value); err != nil {
			return err
		}
	}
	return failed
}

// saved says that an answer is on the disk, with a digest of it.
func saved(s *session.Session, ref forms.Ref) string {
	n, _ := s.Node(ref)
	return fmt.Sprintf("saved %s %s", ref, digest(n.Value))
}

func digest(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:8])
}

func (f filling) attach(ctx context.Context, r *workspace.Response, ref forms.Ref, name string) error {
	file, err := f.files.Open(name)
	if err != nil {
		return fmt.Errorf("the attachment of %s: %w", ref, err)
	}
	defer file.Close()
	return r.Attach(ctx, ref, name, file)
}

func contribute(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("contribute", io)
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return fmt.Errorf("name the contribution's file: %w", errUsage)
	}
	raw, err := os.ReadFile(words[0])
	if err != nil {
		return fmt.Errorf("read the contribution: %w", err)
	}
	w, _, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	item, err := contributeFrom(ctx, w, raw)
	if err != nil {
		return err
	}
	fmt.Fprintf(io.out, "ready %s %s\n", item.Name, item.Code)
	return nil
}

// contributeFrom makes a contribution ready once, however often it is called
// with the same text.
func contributeFrom(ctx context.Context, w *workspace.Workspace, raw []byte) (workspace.Item, error) {
	sum := sha256.Sum256(raw)
	tag := "contribution " + hex.EncodeToString(sum[:12])
	_, item, err := w.Tagged(ctx, tag)
	if err != nil {
		return workspace.Item{}, err
	}
	if item != nil {
		return *item, nil
	}
	c, err := contribution.New(contribution.Options{})
	if err != nil {
		return workspace.Item{}, err
	}
	id, started := c.ID, c.Started
	if err := json.Unmarshal(raw, c); err != nil {
		return workspace.Item{}, fmt.Errorf("read the contribution: %w", err)
	}
	c.ID, c.Started, c.Changed = id, started, started
	return w.MakeContributionReady(ctx, c, tag)
}

func synchronise(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("sync", io)
	via := f.String("via", "", "address of a hub or centre; without it, those of the invite")
	wait := f.Duration("wait", 0, "try again with growing pauses until everything is received, at most this long")
	asJSON := f.Bool("json", false, "print the account as JSON")
	if _, err := f.parse(args); err != nil {
		return err
	}
	w, _, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	roads := []string{*via}
	if *via == "" {
		invite, joined, err := w.Invite(ctx)
		if err != nil {
			return err
		}
		if !joined {
			return errors.New("this device has not joined a consultation yet: “barazad join” first")
		}
		roads = invite.Addresses
	}
	report, err := travel(ctx, w, roads, *wait)
	if *asJSON {
		return errors.Join(err, printJSON(io.out, account(report)))
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(io.out, "with %s: %d records and %d pieces sent, %d receipts taken, %d bytes up, %d down\n",
		report.Peer.Name, report.Sent, report.Leaves, report.Receipts, report.BytesUp, report.BytesDown)
	return nil
}

// travel tries the roads in turn, and again after a pause while there is time.
func travel(ctx context.Context, w *workspace.Workspace, roads []string, wait time.Duration) (exchange.Report, error) {
	var schedule exchange.Schedule
	until := time.Now().Add(wait)
	for failures := 0; ; {
		report, err := tryRoads(ctx, w, roads)
		if err == nil {
			failures = 0
			done, err := allReceived(ctx, w)
			if done || err != nil {
				return report, err
			}
		}
		failures++
		pause := schedule.Pause(failures, report.Retry, rand.Float64())
		if time.Now().Add(pause).After(until) {
			return report, err
		}
		select {
		case <-ctx.Done():
			return report, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// tryRoads runs one exchange over the first road that is open.
func tryRoads(ctx context.Context, w *workspace.Workspace, roads []string) (report exchange.Report, err error) {
	if len(roads) == 0 {
		return report, errors.New("the invite names no address: give one with --via")
	}
	for _, road := range roads {
		var t *httpsync.Client
		if t, err = dial(road); err != nil {
			return report, err
		}
		report, err = w.Exchange(ctx, t)
		t.Close()
		if err == nil || ctx.Err() != nil {
			return report, err
		}
	}
	return report, err
}

// dial returns the way to an address; nothing is sent yet.
func dial(road string) (*httpsync.Client, error) {
	a, err := httpsync.ParseAddress(road)
	if err != nil {
		return nil, err
	}
	return httpsync.NewClient(a, httpsync.Options{}), nil
}

func allReceived(ctx context.Context, w *workspace.Workspace) (bool, error) {
	items, err := w.Items(ctx)
	for _, i := range items {
		if i.Delivery.State != workspace.Received || i.AttachedOK < i.Attached {
			return false, err
		}
	}
	return true, err
}

// account is a report in JSON.
func account(r exchange.Report) map[string]any {
	return map[string]any{"peer": r.Peer.Name, "sent": r.Sent, "leaves": r.Leaves, "receipts": r.Receipts,
		"refused": r.Refused, "bytes_up": r.BytesUp, "bytes_down": r.BytesDown, "complete": r.Complete}
}

func status(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("status", io)
	asJSON := f.Bool("json", false, "print a JSON line for each item")
	if _, err := f.parse(args); err != nil {
		return err
	}
	w, _, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	items, err := w.Items(ctx)
	if err != nil {
		return err
	}
	for _, i := range items {
		if *asJSON {
			err = printJSON(io.out, map[string]any{"name": i.Name, "kind": i.Kind.String(), "title": i.Title, "state": stateWords(i),
				"code": i.Code, "record": i.Record.String(), "waits_for": i.Waiting()})
		} else {
			_, err = fmt.Fprintf(io.out, "%-11s  %-13s  %s  %s\n", i.Code, i.Kind, stateWords(i), i.Title)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stateWords is one of the three plain states.
func stateWords(i workspace.Item) string {
	switch i.Delivery.State {
	case workspace.Received:
		return "received"
	case workspace.AtHub:
		return "at the hub " + i.Delivery.Hub
	}
	return "on this device"
}
