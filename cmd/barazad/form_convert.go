package main

import (
	"bufio"
	"errors"
	"fmt"
	goio "io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/xform"
	"baraza.example/forms/xlsform"
)

// formConvert turns a form from one of its shapes into another, by the endings
// of the names. OUT is written whole or not at all. Expressions that are no
// XPath are said and carried over.
func formConvert(in, out string, s formSettings, io streams) error {
	kind := strings.ToLower(filepath.Ext(out))
	if strings.HasSuffix(out, "/") || strings.HasSuffix(out, string(filepath.Separator)) {
		kind = "folder"
	}
	switch kind {
	case "folder", ".xlsx", ".md", ".xml":
	default:
		return fmt.Errorf("%s: write to a name that ends in .xlsx, .md or .xml, or to a folder, with / at its end: %w", out, errUsage)
	}
	f, err := openForm(in, s.name)
	if err != nil {
		return err
	}
	for _, d := range f.found {
		fmt.Fprintln(io.err, d.Error())
	}
	if f.def == nil || forms.Convertible(f.found) != nil {
		return fmt.Errorf("%s can't be used as it is; %s was not written", in, out)
	}
	if kind == ".xml" {
		return writeXForm(f, out)
	}
	wb := f.wb
	if f.fromXML {
		var lost []forms.Diagnostic
		wb, lost = xlsform.FromDefinition(f.def)
		for _, d := range lost {
			fmt.Fprintln(io.err, d.Error())
		}
	}
	switch kind {
	case "folder":
		return xlsform.WriteCSV(out, wb)
	case ".md":
		return writeFile(out, func(w goio.Writer) error { return xlsform.WriteMarkdown(w, wb) })
	}
	return writeFile(out, func(w goio.Writer) error { return xlsform.WriteXLSX(w, wb) })
}

// An openedForm is a form with what was seen while it was read. The definition
// is nil where it could not be read at all.
type openedForm struct {
	wb      xlsform.Workbook
	fromXML bool
	def     *forms.Definition
	found   []forms.Diagnostic
}

// openForm reads a form of any shape. Name is the root node and form id where
// the workbook says none.
func openForm(path, name string) (openedForm, error) {
	if strings.EqualFold(filepath.Ext(path), ".xml") {
		data, err := readBounded(path, xform.MaxBytes)
		if err != nil {
			return openedForm{}, err
		}
		f := openedForm{fromXML: true}
		f.def, f.found = xform.Read(data)
		return f, itemsets(f.def, filepath.Dir(path))
	}
	wb, err := xlsform.Open(path)
	if err != nil {
		return openedForm{}, err
	}
	if name != "" {
		wb.Name = name
	}
	f := openedForm{wb: wb}
	f.def, f.found = xlsform.Read(wb)
	return f, nil
}

// itemsets reads the external choices that lie beside an XForm that asks for
// them.
func itemsets(d *forms.Definition, dir string) error {
	if d == nil {
		return nil
	}
	for _, list := range d.Lists {
		if !list.External {
			continue
		}
		data, err := readBounded(filepath.Join(dir, "itemsets.csv"), xlsform.MaxBytes)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // they are found where the form is filled in
		}
		if err != nil {
			return err
		}
		return xlsform.ReadItemsets(d, data)
	}
	return nil
}

func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := goio.ReadAll(goio.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %d MB", path, limit>>20)
	}
	return data, err
}

// writeXForm writes the XForm and, where a question takes external choices,
// the itemsets.csv that goes beside it.
func writeXForm(f openedForm, out string) error {
	items, err := xlsform.Itemsets(f.wb)
	if err != nil {
		return err
	}
	if items != nil {
		err = writeFile(filepath.Join(filepath.Dir(out), "itemsets.csv"), func(w goio.Writer) error {
			_, err := w.Write(items)
			return err
		})
		if err != nil {
			return err
		}
	}
	return writeFile(out, func(w goio.Writer) error { return xform.Write(w, f.def) })
}

// writeFile writes a file under another name beside it and renames it, so that
// what was there stays whole until the new one is.
func writeFile(path string, write func(goio.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".barazad-*")
	if err != nil {
		return &fs.PathError{Op: "write to", Path: filepath.Dir(path), Err: errors.Unwrap(err)} // the reader knows no file of that other name
	}
	out := bufio.NewWriterSize(f, 1<<16)
	if err = write(out); err != nil {
		err = fmt.Errorf("write %s: %w", path, err)
	}
	err = errors.Join(err, out.Flush(), f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
