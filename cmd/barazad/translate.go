package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/translate"
	"baraza.example/forms/xlsform"
)

// runTranslate hands the texts of a form to a translator as a workbook, and
// takes the workbook back into a catalogue.
func runTranslate(ctx context.Context, args []string, io streams) error {
	flags := newFlags("translate", io)
	file := flags.String("form", "", "the form (.xlsx, .md or a folder of CSV sheets); without it the one that ships with the program")
	code := flags.String("language", "", "language translated to: fr, or as the form names it, \"Français (fr)\"")
	held := flags.String("catalogue", "", "JSON file of what is translated so far; import writes it")
	words, err := flags.parse(args)
	if err != nil {
		return err
	}
	if len(words) != 2 || words[0] != "export" && words[0] != "import" {
		return fmt.Errorf("say export or import, and name one workbook: %w", errUsage)
	}
	if *code == "" {
		return fmt.Errorf("--language is missing: %w", errUsage)
	}
	if words[0] == "import" && *held == "" {
		*held = strings.TrimSuffix(words[1], filepath.Ext(words[1])) + ".json"
	}
	c, err := soFar(*file, *code, *held)
	if err != nil {
		return err
	}
	if words[0] == "export" {
		return exportTexts(io, c, words[1])
	}
	return importTexts(io, c, words[1], *held)
}

// soFar is the form's texts as they are now, with what is translated already:
// in the catalogue's file, or in the program.
func soFar(file, code, held string) (translate.Catalogue, error) {
	def, err := formToTranslate(file)
	if err != nil {
		return translate.Catalogue{}, err
	}
	source := def.Settings.DefaultLanguage
	if source == "" && len(def.Languages) > 0 {
		source = def.Languages[0]
	}
	fresh := translate.Extract(def, source, heading(def, code))
	var old translate.Catalogue
	data, err := os.ReadFile(held)
	switch {
	case held != "" && err == nil:
		old, err = translate.Decode(data)
	case held != "" && !errors.Is(err, fs.ErrNotExist):
	case file == "":
		if old, err = workspace.BuiltinTranslation(code); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	default:
		err = nil
	}
	switch {
	case err != nil:
		return fresh, fmt.Errorf("read %s: %w", held, err)
	case old.Form != "" && (old.Form != fresh.Form || old.Language != fresh.Language):
		return fresh, fmt.Errorf("%s holds %s of the form %q, not %s of %q", held, old.Language, old.Form, fresh.Language, fresh.Form)
	}
	return old.Merge(fresh), nil
}

func formToTranslate(file string) (*forms.Definition, error) {
	var wb xlsform.Workbook
	var err error
	if file == "" {
		wb, err = workspace.BuiltinSheets()
	} else {
		wb, err = xlsform.Open(file)
	}
	if err != nil {
		return nil, err
	}
	def, found := xlsform.Read(wb)
	return def, forms.Usable(found)
}

// heading is how the form names the language with this code, or how it would.
func heading(def *forms.Definition, code string) string {
	for _, l := range def.Languages {
		if l == code || strings.HasSuffix(l, "("+code+")") {
			return l
		}
	}
	if l, ok := locale.Named(code); ok {
		return l.Heading()
	}
	return code
}

func exportTexts(io streams, c translate.Catalogue, file string) error {
	var b bytes.Buffer
	if err := translate.WriteWorkbook(&b, c); err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		return err
	}
	fmt.Fprintf(io.out, "%s: %s\n", file, progress(c))
	return nil
}

func importTexts(io streams, c translate.Catalogue, file, into string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	c, found, err := translate.ReadWorkbook(data, c)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, d := range found {
		fmt.Fprintln(io.err, d.Error())
	}
	out, err := c.Encode()
	if err != nil {
		return err
	}
	// The file may hold the work of months: the new one stands beside it, whole,
	// before it takes its place.
	if err := os.WriteFile(into+".new", out, 0o600); err != nil {
		return err
	}
	if err := os.Rename(into+".new", into); err != nil {
		return err
	}
	fmt.Fprintf(io.out, "%s: %s\n", into, progress(c))
	if forms.Usable(found) != nil {
		return fmt.Errorf("some rows could not be taken; the others were, and earlier translations stay. Mend them in %s and import it again", file)
	}
	return nil
}

// progress says how far a catalogue is.
func progress(c translate.Catalogue) string {
	var translated, reviewed, stale int
	for _, u := range c.Units {
		switch {
		case u.Stale():
			stale++
		case u.State == translate.Reviewed || u.State == translate.InForm:
			reviewed++
		case u.Target != "":
			translated++
		}
	}
	return fmt.Sprintf("%s, %d texts: %d reviewed, %d need review, %d of earlier words, %d to translate",
		c.Language, len(c.Units), reviewed, translated, stale, len(c.Units)-reviewed-translated-stale)
}
