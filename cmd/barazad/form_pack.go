package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/formpack"
	"baraza.example/forms/xform"
	"baraza.example/forms/xlsform"
)

// packSettings are the flags of "form pack" and "form unpack".
type packSettings struct {
	files     string // folder with what the form names
	base      string // packed form that the other side has
	languages list
	noMedia   bool
}

func (s *packSettings) flags(f flagSet) {
	f.StringVar(&s.files, "files", "", "pack: `FOLDER` with the files that the form names; by default the form's name with -media, or its own")
	f.StringVar(&s.base, "base", "", "pack, unpack: packed form `FILE` that the other side has already")
	f.Var(&s.languages, "language", "pack: only this `LANGUAGE` beside the form's own, named as in the form; may be repeated")
	f.BoolVar(&s.noMedia, "no-media", false, "pack: leave pictures, sounds and films for later")
}

// A packedForm is what is said about a packed form.
type packedForm struct {
	ID      string   `json:"id"`
	Form    string   `json:"form"`
	Version string   `json:"version"`
	Bytes   int      `json:"bytes"`
	Parts   []string `json:"parts"`
	Missing []string `json:"missing"` // left for later
}

// formPack packs a form for the road.
func formPack(in, out string, s formSettings, io streams) error {
	base, err := readPack(s.pack.base, nil)
	if err != nil {
		return err
	}
	xml, err := xformOf(in, s.name)
	if err != nil {
		return err
	}
	p, err := formpack.New(xml, s.pack.folder(in))
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	for _, l := range s.pack.languages {
		if !knows(p, l) {
			return fmt.Errorf("%s has no language %q beside its own: %w", in, l, errUsage)
		}
	}
	var b bytes.Buffer
	want := formpack.Needs(!s.pack.noMedia, s.pack.languages...)
	if err := p.Write(&b, base, want); err != nil {
		return err
	}
	if err := os.WriteFile(out, b.Bytes(), 0o644); err != nil {
		return err
	}
	there := p.Only(want)
	if base != nil {
		there.Fill(base)
	}
	return s.sayPack(there, b.Len(), out, io)
}

// folder is where the files are that a form names: the folder that was given, or
// the one beside the form as ODK Collect has it (survey.xlsx, survey-media), or the
// form's own (https://docs.getodk.org/collect-forms/#loading-forms-directly).
func (s *packSettings) folder(form string) fs.FS {
	if s.files != "" {
		return os.DirFS(s.files)
	}
	beside := strings.TrimSuffix(form, filepath.Ext(form)) + "-media"
	if at, err := os.Stat(beside); err == nil && at.IsDir() {
		return os.DirFS(beside)
	}
	return os.DirFS(filepath.Dir(form))
}

// xformOf returns a form as an XForm: one that is an XForm, as it is.
func xformOf(path, name string) ([]byte, error) {
	if strings.EqualFold(filepath.Ext(path), ".xml") {
		return readBounded(path, xform.MaxBytes)
	}
	f, err := openForm(path, name)
	if err != nil {
		return nil, err
	}
	if err := forms.Usable(f.found); err != nil {
		return nil, fmt.Errorf("%s can't be used as it is: %w", path, err)
	}
	if items, err := xlsform.Itemsets(f.wb); items != nil || err != nil {
		return nil, errors.Join(err, fmt.Errorf("%s has external choices: convert it to .xml, which writes itemsets.csv beside it, and pack that", path))
	}
	var b bytes.Buffer
	err = xform.Write(&b, f.def)
	return b.Bytes(), err
}

func knows(p *formpack.Package, language string) bool {
	for _, part := range p.Manifest.Parts {
		if part.Kind == formpack.Language && part.Name == language {
			return true
		}
	}
	return false
}

// readPack reads a packed form; without a name there is none.
func readPack(name string, base *formpack.Package) (*formpack.Package, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := formpack.Read(f, base)
	if err != nil {
		return p, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// formUnpack writes the form and the files that are in a packed form into a
// folder. Of a damaged one it writes what can be relied on.
func formUnpack(in, dir string, s formSettings, io streams) error {
	base, err := readPack(s.pack.base, nil)
	if err != nil {
		return err
	}
	p, damage := readPack(in, base)
	if p == nil {
		return damage
	}
	xml, err := p.XML()
	if err != nil {
		return errors.Join(damage, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	bytes := len(xml)
	if err := writeNew(filepath.Join(dir, "form.xml"), xml); err != nil {
		return err
	}
	for _, part := range p.Manifest.Parts {
		if part.Kind != formpack.Data && part.Kind != formpack.Media {
			continue
		}
		content, err := p.File(part.Name)
		if errors.Is(err, formpack.ErrNotHere) {
			continue
		}
		if err == nil {
			err = writeNew(filepath.Join(dir, part.Name), content)
		}
		if err != nil {
			return err
		}
		bytes += len(content)
	}
	return errors.Join(damage, s.sayPack(p, bytes, dir, io))
}

// writeNew writes a file that must not be there yet.
func writeNew(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already; name an empty folder", name)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

func (s formSettings) sayPack(p *formpack.Package, bytes int, out string, io streams) error {
	said := packedForm{ID: p.ID().String(), Form: p.Manifest.Form, Version: p.Manifest.Version, Bytes: bytes, Parts: []string{}, Missing: []string{}}
	for _, part := range p.Manifest.Parts {
		said.Parts = append(said.Parts, part.Name)
	}
	for _, part := range p.Missing() {
		said.Missing = append(said.Missing, part.Name)
	}
	if s.json {
		return printJSON(io.out, said)
	}
	_, err := fmt.Fprintf(io.out, "%s: form %s, version %s, %d bytes; package %s\n", out, said.Form, said.Version, bytes, said.ID)
	if err == nil && len(said.Missing) > 0 {
		_, err = fmt.Fprintf(io.out, "left for later: %s\n", strings.Join(said.Missing, ", "))
	}
	return err
}
