package xlsform_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"baraza.example/forms"
	"baraza.example/forms/xlsform"
)

func TestAFileThatIsNoFormGetsOneClearLine(t *testing.T) {
	var word bytes.Buffer
	z := zip.NewWriter(&word)
	w, _ := z.Create("word/document.xml")
	io.WriteString(w, "<w:document/>")
	z.Close()
	for _, c := range []struct{ name, content, says string }{
		{"form.doc", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600), "save it as .xlsx"},
		{"form.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "old Excel"},
		{"form.xlsx", "\x89PNG\r\n\x1a\n....", "PNG picture"},
		{"form.xlsx", "\xEF\xBB\xBF \n<!DOCTYPE html><html><body>Log in", "web page"},
		{"form.xlsx", word.String(), "no workbook"},
		{"form.xlsx", word.String()[:30], "damaged"},
		{"form.xlsx", "PK\x03\x04", "damaged"},
		{"form.xlsx", "", "empty"},
		{"form.pdf", "%PDF-1.7", "PDF"},
		{"form.xml", "<?xml version='1.0'?><h:html/>", "XML"},
		{"form.txt", "hello", "folder with survey.csv"},
		{"form.md", "no table", "no table"},
		{"form.csv", "\xff\xfe\x00", "UTF-8"},
	} {
		path := filepath.Join(t.TempDir(), c.name)
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := xlsform.Open(path)
		if !errors.Is(err, xlsform.ErrNotForm) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s %.10q: got %v", c.name, c.content, err)
		}
	}
	if _, err := xlsform.Open(t.TempDir()); !errors.Is(err, xlsform.ErrNotForm) {
		t.Errorf("a folder without a form: %v", err)
	}
}

func TestAWorkbookWithoutSurveySaysWhatItHas(t *testing.T) {
	_, found := xlsform.Read(xlsform.Workbook{Sheets: []xlsform.Sheet{{Name: "Surveys"}, {Name: "choices"}}})
	if len(found) != 1 || !strings.Contains(found[0].Error(), "Surveys, choices") || found[0].Hint != `did you mean "Surveys"?` {
		t.Errorf("%v", found)
	}
}

// workbook writes an .xlsx file with one survey sheet.
func workbook(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", "survey"); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if err := f.SetSheetRow("survey", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCellsAreReadAsTheyStand(t *testing.T) {
	data := workbook(t, []any{"type", "name", "label", "required", "default"}, []any{"integer", "a", 2026112201, true, 1.5})
	wb, err := xlsform.OpenXLSX(data)
	if err != nil {
		t.Fatal(err)
	}
	def, found := xlsform.Read(wb)
	if err := forms.Usable(found); err != nil {
		t.Fatal(err)
	}
	q := question(t, def, "/data/a")
	if q.Label[""] != "2026112201" || q.Default != "1.5" || q.Bind.Required == "" {
		t.Errorf("%+v", q)
	}
}

func TestBombsAreRefusedBeforeTheyUnpack(t *testing.T) {
	good := workbook(t, []any{"type", "name", "label"})
	for name, fill := range map[string]func(z *zip.Writer){
		"a part that unpacks to 1,000 times its size": func(z *zip.Writer) {
			w, _ := z.Create("xl/worksheets/sheet9.xml")
			io.CopyN(w, zeros{}, 20<<20)
		},
		"too many parts": func(z *zip.Writer) {
			for i := range xlsform.MaxEntries {
				w, _ := z.Create(fmt.Sprintf("xl/media/%d", i))
				io.WriteString(w, "x")
			}
		},
		"more than there may be": func(z *zip.Writer) {
			for i := range 5 {
				w, _ := z.CreateRaw(&zip.FileHeader{Name: fmt.Sprint(i), UncompressedSize64: xlsform.MaxUnpacked / 4, CompressedSize64: 10})
				io.WriteString(w, "0123456789")
			}
		},
	} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		old, _ := zip.NewReader(bytes.NewReader(good), int64(len(good)))
		for _, f := range old.File {
			if err := z.Copy(f); err != nil {
				t.Fatal(err)
			}
		}
		fill(z)
		z.Close()
		if _, err := xlsform.OpenXLSX(b.Bytes()); !errors.Is(err, xlsform.ErrTooLarge) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestSheetsHaveLimits(t *testing.T) {
	for name, table := range map[string]string{
		"a cell":  "| survey | type |\n| | " + strings.Repeat("x", xlsform.MaxCell+1) + " |",
		"columns": "| survey |" + strings.Repeat(" a |", xlsform.MaxColumns+1),
		"rows":    "| survey | type |\n" + strings.Repeat("| | a |\n", xlsform.MaxRows+1),
	} {
		if _, err := xlsform.OpenMarkdown(table); !errors.Is(err, xlsform.ErrTooLarge) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// FuzzRead looks for workbooks and tables that make reading panic or report
// a form usable that breaks its own rules.
func FuzzRead(f *testing.F) {
	f.Add([]byte("| survey | type | name | label | relevant |\n| | begin repeat | r | R | |\n| | text | a | A | ${a}='x' |\n| | end repeat | | | |"))
	f.Add([]byte("| survey | type | name | label |\n| | select_one c or_other | a | ${b} |\n| choices | list_name | name | label |\n| | c | x | X |"))
	f.Add([]byte("survey,type,name\n,text,\"a\nb\"\n"))
	f.Add(workbook(f, []any{"type", "name", "label"}, []any{"text", "a", "A"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"f.md", "f.csv", "f.xlsx"} {
			wb, err := xlsform.OpenBytes(name, data)
			if err != nil {
				continue
			}
			def, found := xlsform.Read(wb)
			if forms.Usable(found) == nil {
				if more := forms.Usable(forms.Check(def)); more != nil {
					t.Errorf("%s: usable, but %v", name, more)
				}
			}
		}
	})
}
