package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"baraza.example/app/workspace"
	"baraza.example/forms"
	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/central/sqlstore"
	"baraza.example/sync/identity"
)

// deskFlags are what every command takes that looks at what came in.
type deskFlags struct {
	flagSet
	dir  *string
	keys list
	form *string
}

func newDeskFlags(command string, io streams) *deskFlags {
	f := &deskFlags{flagSet: newFlags(strings.TrimSpace("central "+command), io)}
	f.dir = f.String("dir", "", "folder of the centre")
	f.Var(&f.keys, "key", "file of a key that opens records; by default those in the folder's keys/desk")
	f.form = f.String("form", "", "XLSForm with the questions, beside the built-in questionnaire")
	return f
}

// desk opens the centre's store and the keys. The caller closes the store.
func (f *deskFlags) desk(ctx context.Context) (*central.Desk, error) {
	if err := checkCentre(*f.dir); err != nil {
		return nil, err
	}
	keys, err := f.recipients()
	if err != nil {
		return nil, err
	}
	d := &central.Desk{Keys: keys}
	if d.Forms, err = f.forms(); err != nil {
		return nil, err
	}
	d.Store, err = sqlstore.Open(ctx, filepath.Join(*f.dir, centreDB))
	return d, err
}

// forms are those that labels are taken from.
func (f *deskFlags) forms() ([]*forms.Definition, error) {
	_, builtin, err := workspace.Builtin()
	if err != nil {
		return nil, err
	}
	defs := []*forms.Definition{withChoices(builtin)}
	if *f.form != "" {
		own, err := loadForm(*f.form)
		if err != nil {
			return nil, err
		}
		defs = append([]*forms.Definition{withChoices(own)}, defs...)
	}
	return defs, nil
}

// withChoices is a form's definition with the choices of its files in it, so that
// labels can stand for values. A file that can't be read leaves the values.
func withChoices(form workspace.Form) *forms.Definition {
	def := *form.Definition
	def.Lists = maps.Clone(def.Lists)
	for e := range def.All() {
		q, ok := e.(*forms.Question)
		if !ok {
			continue
		}
		list, ok := def.Lists[q.List]
		if !ok || list.File == "" || len(list.Choices) > 0 || form.Files == nil {
			continue
		}
		if data, err := fs.ReadFile(form.Files, list.File); err == nil {
			if list, err = forms.ReadChoices(list, data, q.Parameters["value"], q.Parameters["label"]); err == nil {
				def.Lists[q.List] = list
			}
		}
	}
	return &def
}

func (f *deskFlags) recipients() ([]identity.RecipientKey, error) {
	if len(f.keys) == 0 {
		return central.LoadDesk(filepath.Join(*f.dir, centreKeys))
	}
	var keys []identity.RecipientKey
	for _, file := range f.keys {
		key, err := central.LoadRecipient(file)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func centralList(ctx context.Context, args []string, io streams) error {
	f := newDeskFlags("list", io)
	asJSON := f.Bool("json", false, "print a JSON line for each")
	if _, err := f.parse(args); err != nil {
		return err
	}
	d, err := f.desk(ctx)
	if err != nil {
		return err
	}
	defer d.Store.Close()
	var all []central.Item
	for i, err := range d.List(ctx) {
		if err != nil {
			return err
		}
		all = append(all, i)
	}
	central.MarkRevised(all)
	for _, i := range all {
		if *asJSON {
			err = printJSON(io.out, itemFacts(i))
		} else {
			_, err = fmt.Fprintf(io.out, "%s  %-12s  %s  %-8s  %-9s  %s%s\n", i.Code, i.Kind, i.Received.Format(time.DateTime), i.Road, i.Publication, shown(title(i)), remark(i)+shutOut(i))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// itemFacts is an item in JSON.
func itemFacts(i central.Item) map[string]any {
	facts := map[string]any{"code": i.Code, "kind": i.Kind.String(), "record": i.ID.String(), "organisation": i.Organisation, "title": i.Name,
		"form": i.FormID, "version": i.Version, "language": i.Language, "publication": i.Publication, "instance": i.InstanceID, "revision": i.Revision,
		"ready": clock(i.Ready), "hubs": stops(i.Path), "received": clock(i.Received), "road": i.Road, "tries": i.Tries, "log_index": i.Index, "counted": i.Counted(), "withdrawn": i.Withdrawn}
	if i.RevisedBy != nil {
		facts["revised_by"] = i.RevisedBy.String()
	}
	if s := i.ShutOut; s != nil {
		facts["device_revoked"] = map[string]string{"time": clock(s.When), "by": s.By.String(), "device": s.Device, "organisation": s.Organisation}
	}
	if i.Problem != nil {
		facts["problem"] = i.Problem.Error()
	}
	return facts
}

func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func stops(path []batch.Stop) []map[string]string {
	all := []map[string]string{}
	for _, s := range path {
		all = append(all, map[string]string{"hub": s.Hub.String(), "time": clock(time.Unix(s.Time, 0))})
	}
	return all
}

func title(i central.Item) string {
	if i.Name != "" {
		return i.Name
	}
	return i.Organisation
}

func remark(i central.Item) string {
	switch {
	case i.Problem != nil:
		return "  (not opened: " + i.Problem.Error() + ")"
	case i.Withdrawn:
		return "  (withdrawn)"
	case i.RevisedBy != nil:
		return "  (revised by " + i.RevisedBy.Code() + ")"
	case i.Differs:
		return "  (differs from " + i.DuplicateOf.Code() + ", which says it is the same)"
	case i.DuplicateOf != nil:
		return "  (the same as " + i.DuplicateOf.Code() + ", counted once)"
	}
	return ""
}

func shutOut(i central.Item) string {
	if i.ShutOut == nil {
		return ""
	}
	return fmt.Sprintf("  (its device was revoked later, on %s)", i.ShutOut.When.Format(time.DateTime))
}

func centralShow(ctx context.Context, args []string, io streams) error {
	f := newDeskFlags("show", io)
	extract := f.String("extract", "", "folder to write the attachments to")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return fmt.Errorf("give one receipt code or record id: %w", errUsage)
	}
	d, err := f.desk(ctx)
	if err != nil {
		return err
	}
	defer d.Store.Close()
	s, err := d.Show(ctx, words[0])
	if err != nil {
		return err
	}
	if s.Problem != nil {
		return fmt.Errorf("%s can't be opened: %w", s.Code, s.Problem)
	}
	printSubmission(io.out, s)
	if *extract == "" {
		return nil
	}
	for _, a := range s.Attachments {
		if err := extractTo(ctx, d, a, *extract); err != nil {
			return err
		}
	}
	return nil
}

func printSubmission(w io.Writer, s central.Submission) {
	fmt.Fprintf(w, "%s %s, revision %d\n%s\n", s.Kind, s.Code, s.Revision, shown(title(s.Item)))
	fmt.Fprintf(w, "organisation: %s\noriginal language: %s\npublication: %s\n", shown(s.Organisation), shown(s.Language), shown(s.Publication))
	if r := s.ShutOut; r != nil {
		fmt.Fprintf(w, "its device was revoked later: %s, through the device %s\n", clock(r.When), shown(cmp.Or(r.Device, r.By.Short())))
	}
	fmt.Fprintf(w, "made ready: %s (device's clock)\n", clock(s.Ready))
	for _, stop := range s.Path {
		fmt.Fprintf(w, "at hub %s: %s (hub's clock)\n", stop.Hub.Short(), clock(time.Unix(stop.Time, 0)))
	}
	fmt.Fprintf(w, "received: %s, place %d in the log, delivered %d times\n", clock(s.Received), s.Index, s.Tries)
	for _, a := range s.Answers {
		label := a.Label
		if label == "" {
			label = a.Path
		}
		fmt.Fprintf(w, "\n%s\n%s\n", shownLines(label), indent(shownLines(a.Words)))
	}
	if c := s.Contribution; c != nil {
		fmt.Fprintf(w, "\non behalf of: %s\n", shown(c.OnBehalf))
		for _, p := range c.Paragraphs {
			fmt.Fprintf(w, "\n%d. %s\n", p.Number, shownLines(p.Text))
		}
	}
	if s.Withdrawn {
		fmt.Fprintln(w, "\nwithdrawn by its author")
	}
	if s.RevisedBy != nil {
		fmt.Fprintf(w, "\nits author sent a newer revision: %s\n", s.RevisedBy.Code())
	}
	printThread(w, s.Thread)
	for _, a := range s.Attachments {
		fmt.Fprintf(w, "\nattachment %s: %d bytes, %d of %d pieces here\n", shown(a.Name), a.Size, a.Held, a.Pieces)
		if a.Preview != nil {
			fmt.Fprintln(w, "  a small preview of it is here: the desk's pages show it")
		}
	}
}

func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

// shown is one line of a stranger's text: no character of it steers the terminal.
func shown(text string) string { return strings.ReplaceAll(shownLines(text), "\n", " ") }

// shownLines keeps the line breaks.
func shownLines(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ReplaceAll(text, "\t", "    "))
}

// extractTo writes an attachment into a folder, under its name once it is
// whole. The name came from a stranger: nothing is written outside the folder,
// or over what is there.
func extractTo(ctx context.Context, d *central.Desk, a central.Attachment, folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	name := filepath.Base(a.Name)
	if _, err := root.Lstat(name); err == nil {
		return fmt.Errorf("%s is there already, and is not written over", filepath.Join(folder, name))
	}
	part := "." + a.Record.Code() + ".part"
	file, err := root.Create(part)
	if err != nil {
		return fmt.Errorf("write attachment: %w", err)
	}
	_, err = d.Extract(ctx, a.Record, file)
	if err = errors.Join(err, file.Close()); err == nil {
		err = root.Rename(part, name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("attachment %s: %w", name, err), root.Remove(part))
	}
	return nil
}

func centralExport(ctx context.Context, args []string, io streams) error {
	f := newDeskFlags("export", io)
	out := f.String("out", "", "file to write; standard output by default")
	contacts := f.Bool("with-contacts", false, "also who to reach and how: for the secretariat's own use, never to be published")
	kind := f.String("kind", "response", "response or contribution")
	if _, err := f.parse(args); err != nil {
		return err
	}
	o := central.ExportOptions{WithContacts: *contacts}
	switch *kind {
	case "response":
		o.Kind = batch.KindResponse
	case "contribution":
		o.Kind = batch.KindContribution
	default:
		return fmt.Errorf("--kind is response or contribution: %w", errUsage)
	}
	d, err := f.desk(ctx)
	if err != nil {
		return err
	}
	defer d.Store.Close()
	if *out == "" {
		return d.ExportCSV(ctx, io.out, o)
	}
	file, err := os.OpenFile(*out, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(d.ExportCSV(ctx, file, o), file.Close())
}
