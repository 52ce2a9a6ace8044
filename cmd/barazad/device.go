package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/forms"
	"baraza.example/forms/contribution"
	"baraza.example/forms/session"
	"baraza.example/forms/xlsform"
	"baraza.example/storage"
)

// deviceFlags are what every command on a device's folder takes.
type deviceFlags struct {
	flagSet
	dir, org, name, form *string
	verbose              *bool
	unlock               unlockFlags
	io                   streams
	profile              storage.Profile
}

func newDeviceFlags(command string, io streams) deviceFlags {
	f := newFolderFlags(command, io)
	f.org = f.String("org", "", "name of the organisation, when the store is new")
	f.name = f.String("device", "", "name of the device, when the store is new")
	f.form = f.String("form", "", "XLSForm to fill in instead of the built-in questionnaire")
	return f
}

// newFolderFlags are those of a command that sets up no device.
func newFolderFlags(command string, io streams) deviceFlags {
	f := newFlags(command, io)
	return deviceFlags{
		flagSet: f, io: io, unlock: newUnlockFlags(f),
		dir:     f.String("dir", "", "folder of this device's store"),
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
	nobodys := fmt.Errorf("%s holds nobody's work: say whose device it is with --org NAME: %w", *f.dir, errUsage)
	if *f.org == "" { // then a name that was mistyped makes no store
		if is, err := isStore(*f.dir); !is && (err == nil || errors.Is(err, fs.ErrNotExist)) {
			return nil, form, nobodys
		}
	}
	w, err := unlocked(f.io, f.unlock, func(with storage.Unlocking) (*workspace.Workspace, error) {
		return workspace.Open(ctx, *f.dir, workspace.Options{
			Store: storage.Options{Logger: f.storeLog(), Profile: f.profile, Unlocking: with}, Forms: []workspace.Form{form}, Logger: logger(f.io.err, *f.verbose),
		})
	})
	if err != nil {
		return nil, form, err
	}
	if line := sayReport(*f.dir, w.StoreReport()); line != "" {
		fmt.Fprintf(f.io.err, "%s: %s\n", f.Name(), line)
	}
	if _, err := w.Card(); errors.Is(err, workspace.ErrNotSetUp) {
		if *f.org == "" {
			return nil, form, errors.Join(nobodys, w.Close())
		}
		if err := w.SetUp(ctx, *f.org, *f.name); err != nil {
			return nil, form, errors.Join(err, w.Close())
		}
	}
	return w, form, nil
}

// do is how a command with one subject is run: it reads the flags and so many words,
// which give says, opens the workspace, hands it to work and closes it again.
func (f deviceFlags) do(ctx context.Context, args []string, n int, give string, work func(w *workspace.Workspace, words []string) error) error {
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(words) != n {
		return fmt.Errorf("%s: %w", give, errUsage)
	}
	w, _, err := f.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(work(w, words), w.Close())
}

// noWords is what is said where a command takes nothing but flags.
const noWords = "only flags are taken here"

// storeLog is silent unless asked: what the store mends while it is opened is
// said in words, and what it can't do comes back as an error.
func (f deviceFlags) storeLog() *slog.Logger {
	if *f.verbose {
		return logger(f.io.err, true)
	}
	return slog.New(slog.DiscardHandler)
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
	if err := w.Seal(ctx); err != nil {
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
	asItIs := f.Bool("pictures-as-they-are", false, "leave in pictures where, when and with what they were taken")
	smaller := f.Bool("pictures-smaller", false, "make large pictures smaller")
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
		job := filling{w: w, form: form, answers: a, files: os.DirFS(filepath.Dir(*answers)), draft: *draft,
			keeping: workspace.Keeping{AsItIs: *asItIs, Smaller: *smaller}}
		if *progress {
			job.safe = func(what string) { fmt.Fprintln(io.out, what) }
		}
		item, err := job.run(ctx)
		if err != nil {
			return err
		}
		if !*draft {
			fmt.Fprintln(io.out, readyWords(item))
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
	keeping workspace.Keeping
	draft   bool
	number  int               // tells responses with the same answers apart
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
	return sealNow(ctx, f.w, made)
}

// sealNow seals what waits, if it is known for whom: who works in a terminal
// notes the receipt code now. Windows leave it until a road is open, so that what
// waits together goes together.
func sealNow(ctx context.Context, w *workspace.Workspace, made workspace.Item) (workspace.Item, error) {
	if err := w.Seal(ctx); err != nil {
		return made, err
	}
	return w.Item(ctx, made.Name)
}

// tag names the answers by their content.
func (f filling) tag() string {
	raw, err := json.Marshal(f.answers)
	if err != nil {
		panic(err) // it came from JSON
	}
	sum := sha256.Sum256(raw)
	return fmt.Sprintf("answers %x %d", sum[:12], f.number)
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
	return r.Attach(ctx, ref, name, file, f.keeping)
}

func contribute(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("contribute", io)
	corrects := f.String("corrects", "", "name of a contribution that was made ready, as “barazad status --json” has it: the file is its next revision")
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
	item, err := contributeFrom(ctx, w, raw, *corrects)
	if err != nil {
		return err
	}
	fmt.Fprintln(io.out, readyWords(item))
	return nil
}

// contributeFrom makes a contribution ready once, however often it is called
// with the same text: a new one, or the next revision of the one whose name it corrects.
func contributeFrom(ctx context.Context, w *workspace.Workspace, raw []byte, corrects string) (workspace.Item, error) {
	sum := sha256.Sum256(append([]byte(corrects), raw...))
	tag := "contribution " + hex.EncodeToString(sum[:12])
	_, item, err := w.Tagged(ctx, tag)
	if err != nil {
		return workspace.Item{}, err
	}
	if item != nil {
		return *item, nil
	}
	var c contribution.Contribution
	if err := json.Unmarshal(raw, &c); err != nil {
		return workspace.Item{}, fmt.Errorf("read the contribution: %w", err)
	}
	if found := c.Check(); len(found) > 0 { // before a correction is begun
		return workspace.Item{}, found[0]
	}
	if c.ID, c.Started, err = begunText(ctx, w, corrects); err != nil {
		return workspace.Item{}, err
	}
	c.Changed = time.Now()
	made, err := w.MakeContributionReady(ctx, &c, tag)
	if err != nil {
		return made, err
	}
	return sealNow(ctx, w, made)
}

// begunText is the id of a draft for a contribution, and when it was begun.
func begunText(ctx context.Context, w *workspace.Workspace, corrects string) (id string, started time.Time, err error) {
	if corrects != "" {
		c, changed, err := w.CorrectContribution(ctx, corrects)
		if err == nil && changed {
			err = workspace.ErrCorrecting // whose text would be lost
		}
		return c.ID, c.Started, err
	}
	c, err := contribution.New(contribution.Options{})
	if err != nil {
		return "", time.Time{}, err
	}
	return c.ID, c.Started, nil
}

// readyWords says that a submission is ready, and its code if it has one yet.
func readyWords(i workspace.Item) string {
	if i.Code == "" {
		return "ready " + i.Name + " (its receipt code comes when this device has joined)"
	}
	return "ready " + i.Name + " " + i.Code
}
