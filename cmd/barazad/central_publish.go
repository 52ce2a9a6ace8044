package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/forms/translate"
	"baraza.example/forms/xform"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/central"
)

// publishFlags are those of "central publish".
type publishFlags struct {
	flagSet
	dir, name, version, language, title, text, files, form *string
	translations                                           list
	asJSON                                                 *bool
}

func centralPublish(ctx context.Context, args []string, io streams) error {
	f := publishFlags{flagSet: newFlags("central publish", io)}
	f.dir = f.String("dir", "", "folder of the centre")
	f.name = f.String("name", "", "what the versions of a document, or of an announcement that replaces another, have in common; of a document the file's name without its ending by default")
	f.version = f.String("version", "", "version of a document, as people call it")
	f.language = f.String("language", "", "code of the language of a document or announcement")
	f.title = f.String("title", "", "title, as people see it")
	f.text = f.String("text", "", "what is said about it")
	f.files = f.String("files", "", "of a form: folder with what it names")
	f.form = f.String("form-name", "", "of a form: the name of a workbook that names itself by its file")
	f.Var(&f.translations, "translation", "of a form: JSON file of \"barazad translate\" with a language to add; may stand several times")
	f.asJSON = f.Bool("json", false, "print a JSON line for each publication")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return fmt.Errorf("say form, document, announcement, withdraw or list: %w", errUsage)
	}
	if err := checkCentre(*f.dir); err != nil {
		return err
	}
	store, keys, err := openCentre(ctx, *f.dir)
	if err != nil {
		return err
	}
	defer store.Close()
	made, err := f.publish(ctx, keys, store, words[0], words[1:])
	if errors.Is(err, central.ErrUnchanged) {
		return fmt.Errorf("nothing was published: %w", err)
	}
	for _, p := range made {
		if sayErr := f.say(io, p); sayErr != nil {
			return sayErr
		}
	}
	return err
}

func (f *publishFlags) publish(ctx context.Context, k central.Keys, s central.Store, what string, words []string) ([]catalogue.Publication, error) {
	one := func(p catalogue.Publication, err error) ([]catalogue.Publication, error) {
		if err != nil {
			return nil, err
		}
		return []catalogue.Publication{p}, nil
	}
	now := time.Now()
	switch {
	case what == "list" && len(words) == 0:
		return s.Publications(ctx, 1, catalogue.MaxPublications)
	case what == "form" && len(words) <= 1:
		xml, files, err := f.formOf(words)
		if err != nil {
			return nil, err
		}
		return k.PublishForm(ctx, s, xml, files, *f.text, now)
	case what == "document" && len(words) == 1:
		return one(f.document(ctx, k, s, words[0], now))
	case what == "announcement" && len(words) == 1:
		return one(k.Publish(ctx, s, catalogue.Publication{Kind: catalogue.Announcement, Name: *f.name, Language: *f.language, Title: *f.title, Text: words[0]}, nil, now))
	case what == "withdraw" && len(words) == 2:
		kind, known := map[string]catalogue.Kind{"form": catalogue.Form, "translation": catalogue.Translation, "document": catalogue.Document, "announcement": catalogue.Announcement}[words[0]]
		if known {
			return one(k.Withdraw(ctx, s, catalogue.Subject{Kind: kind, Name: words[1], Language: *f.language}, *f.text, now))
		}
	}
	return nil, fmt.Errorf("say form [FILE], document FILE, announcement TEXT, withdraw KIND NAME or list: %w", errUsage)
}

// formOf returns a form as an XForm, and the files that it names: of a file, or
// the one that ships with the program.
func (f *publishFlags) formOf(words []string) ([]byte, fs.FS, error) {
	var files fs.FS
	if *f.files != "" {
		files = os.DirFS(*f.files)
	}
	var form workspace.Form
	switch {
	case len(words) == 0:
		_, builtin, err := workspace.Builtin()
		if err != nil {
			return nil, nil, err
		}
		form = builtin
		if files == nil {
			files = form.Files
		}
	case len(f.translations) == 0:
		xml, err := xformOf(words[0], *f.form)
		return xml, files, err
	default:
		xml, err := xformOf(words[0], *f.form)
		if err != nil {
			return nil, nil, err
		}
		form.Definition, _ = xform.Read(xml)
	}
	for _, name := range f.translations {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		c, err := translate.Decode(data)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, d := range c.Apply(form.Definition) {
			return nil, nil, fmt.Errorf("%s does not fit the form: %w", name, d)
		}
	}
	var b bytes.Buffer
	err := xform.Write(&b, form.Definition)
	return b.Bytes(), files, err
}

func (f *publishFlags) document(ctx context.Context, k central.Keys, s central.Store, file string, now time.Time) (catalogue.Publication, error) {
	content, err := readBounded(file, catalogue.MaxContent)
	if err != nil {
		return catalogue.Publication{}, err
	}
	base := filepath.Base(file)
	stem := strings.TrimSuffix(base, filepath.Ext(base))
	return k.Publish(ctx, s, catalogue.Publication{Kind: catalogue.Document, Name: cmp.Or(*f.name, stem), Version: *f.version, Language: *f.language,
		Title: cmp.Or(*f.title, stem), Text: *f.text, File: base}, content, now)
}

// kindWords names what was published.
var kindWords = map[catalogue.Kind]string{catalogue.Form: "form", catalogue.Translation: "translation", catalogue.Document: "document", catalogue.Announcement: "announcement"}

func (f *publishFlags) say(io streams, p catalogue.Publication) error {
	ways := ""
	for _, y := range p.Ways {
		if ways != "" {
			ways += ", "
		}
		if y.Method == catalogue.After {
			ways += "as changes "
		}
		ways += size(y.Size)
	}
	if *f.asJSON {
		var bytes []int64
		for _, y := range p.Ways {
			bytes = append(bytes, y.Size)
		}
		return printJSON(io.out, map[string]any{"number": p.Number, "kind": kindWords[p.Kind], "name": p.Name, "version": p.Version, "language": p.Language,
			"title": p.Title, "text": p.Text, "size": p.Content.Size, "ways": bytes, "withdrawn": p.Withdrawn, "issued": p.Issued})
	}
	state := ""
	if p.Withdrawn {
		state = "  withdrawn"
	}
	_, err := fmt.Fprintln(io.out, strings.TrimRight(fmt.Sprintf("%4d  %-12s  %s  %s  %s  %s%s", p.Number, kindWords[p.Kind], cmp.Or(p.Name, "-"), cmp.Or(p.Version, "-"), cmp.Or(p.Language, "-"), ways, state), " "))
	return err
}
