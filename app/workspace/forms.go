package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"baraza.example/assets"
	"baraza.example/forms"
	"baraza.example/forms/consultation"
	"baraza.example/forms/session"
	"baraza.example/forms/translate"
	"baraza.example/forms/xlsform"
)

// A Form is a definition together with the files it names.
type Form struct {
	Definition *forms.Definition
	Files      fs.FS // may be nil
	// Read opens them where they are in no folder; may be nil.
	Read func(name string) ([]byte, error)

	published uint64 // the number of its publication; 0: it came with the program
}

// file opens a file that the form names.
func (f Form) file(name string) ([]byte, error) {
	if f.Read != nil {
		return f.Read(name)
	}
	if f.Files == nil {
		return nil, fmt.Errorf("file %q: %w", name, fs.ErrNotExist)
	}
	return fs.ReadFile(f.Files, name)
}

// Builtin reads the consultation that ships with the programs and its form.
func Builtin() (*consultation.Consultation, Form, error) {
	c, err := consultation.Read(assets.Consultation)
	if err != nil {
		return nil, Form{}, fmt.Errorf("read the built-in consultation: %w", err)
	}
	folder, wb, err := sheets(c)
	if err != nil {
		return nil, Form{}, err
	}
	f, err := NewForm(wb, folder)
	if err != nil {
		return nil, Form{}, err
	}
	return c, f, translated(f.Definition)
}

// sheets is the folder of the built-in form, and the form as its author wrote it.
func sheets(c *consultation.Consultation) (fs.FS, xlsform.Workbook, error) {
	folder, err := fs.Sub(assets.Consultation, c.Form.Folder)
	if err != nil {
		return nil, xlsform.Workbook{}, err
	}
	wb, err := xlsform.OpenCSV(folder)
	if err != nil {
		return nil, wb, fmt.Errorf("read the built-in form: %w", err)
	}
	return folder, wb, nil
}

// BuiltinSheets is the form that ships with the programs without the
// translations that [Builtin] adds.
func BuiltinSheets() (xlsform.Workbook, error) {
	c, err := consultation.Read(assets.Consultation)
	if err != nil {
		return xlsform.Workbook{}, fmt.Errorf("read the built-in consultation: %w", err)
	}
	_, wb, err := sheets(c)
	return wb, err
}

// translations is the folder of catalogues beside the consultation, a file for
// each language.
const translations = "translations"

// translated adds the languages that ship with the program to its form.
func translated(def *forms.Definition) error {
	names, err := fs.Glob(assets.Consultation, translations+"/*.json")
	if err != nil {
		return err
	}
	for _, name := range names {
		data, err := fs.ReadFile(assets.Consultation, name)
		if err != nil {
			return err
		}
		c, err := translate.Decode(data)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		c.Apply(def) // a text that no longer fits is shown in the next language
	}
	return nil
}

// BuiltinTranslation returns the catalogue that ships with the program for its
// own form in the language with this code; it wraps [fs.ErrNotExist] when there
// is none.
func BuiltinTranslation(code string) (translate.Catalogue, error) {
	data, err := fs.ReadFile(assets.Consultation, path.Join(translations, code+".json"))
	if err != nil {
		return translate.Catalogue{}, err
	}
	return translate.Decode(data)
}

// NewForm reads a workbook; its faults come joined into one error.
func NewForm(wb xlsform.Workbook, files fs.FS) (Form, error) {
	def, found := xlsform.Read(wb)
	if err := forms.Usable(found); err != nil {
		return Form{}, err
	}
	return Form{Definition: def, Files: files}, nil
}

// ErrNoForm means that a draft is for a form that is not on this device.
var ErrNoForm = errors.New("the form is not on this device")

// Form returns the form with this id.
func (w *Workspace) Form(id string) (Form, error) {
	w.compiling.Lock()
	defer w.compiling.Unlock()
	if f, ok := w.forms[id]; ok {
		return f, nil
	}
	return Form{}, fmt.Errorf("%w: %q", ErrNoForm, id)
}

// program returns a form ready to be filled in. It is compiled once, and its
// lists of choices are in memory once, however many responses are open.
func (w *Workspace) program(f Form) (*session.Program, error) {
	w.compiling.Lock()
	defer w.compiling.Unlock()
	if p := w.programs[f.Definition]; p != nil {
		return p, nil
	}
	p, err := session.Compile(f.Definition, f.file)
	if err == nil {
		w.programs[f.Definition] = p
	}
	return p, err
}
