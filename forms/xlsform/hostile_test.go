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
	"time"

	"github.com/xuri/excelize/v2"

	"baraza.example/forms"
	"baraza.example/forms/xform"
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
	day := time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)
	data := workbook(t, []any{"type", "name", "label", "required", "default"},
		[]any{"integer", "a", 2026112201, true, 1.5}, []any{"date", "b", 1.1, false, day}, []any{"dateTime", "c", 0.3, "", day.Add(14*time.Hour + 30*time.Minute)})
	wb, err := xlsform.OpenXLSX(data)
	if err != nil {
		t.Fatal(err)
	}
	def, found := xlsform.Read(wb)
	if err := forms.Usable(found); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		ref                      forms.Ref
		label, required, implied string
	}{
		{"/data/a", "2026112201", "true()", "1.5"},
		{"/data/b", "1.1", "false()", "2026-03-31"},
		{"/data/c", "0.3", "", "2026-03-31T14:30:00"},
	} {
		q := question(t, def, c.ref)
		if q.Label[""] != c.label || q.Bind.Required != c.required || q.Default != c.implied {
			t.Errorf("%s: label %q, required %q, default %q", c.ref, q.Label[""], q.Bind.Required, q.Default)
		}
	}
}

func TestAFormulaWithoutItsValueIsNotTakenForBlank(t *testing.T) {
	f := excelize.NewFile()
	f.SetSheetName("Sheet1", "survey")
	for cell, text := range map[string]string{"A1": "type", "B1": "name", "C1": "label", "A2": "text", "B2": "a"} {
		f.SetCellStr("survey", cell, text)
	}
	f.SetCellFormula("survey", "C2", `CONCATENATE("A","B")`)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	_, err := xlsform.OpenXLSX(b.Bytes())
	if err == nil || !strings.Contains(err.Error(), "sheet survey row 2, column label holds the formula") {
		t.Errorf("%v", err)
	}
}

func TestTheOnlySheetIsTheSurvey(t *testing.T) {
	f := excelize.NewFile()
	f.SetSheetRow("Sheet1", "A1", &[]any{"type", "name", "label"})
	f.SetSheetRow("Sheet1", "A2", &[]any{"text", "a", "A"})
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	wb, err := xlsform.OpenXLSX(b.Bytes())
	if err != nil || len(wb.Sheets) != 1 || wb.Sheets[0].Name != "survey" {
		t.Errorf("%v %v", wb, err)
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

// FuzzRead looks for workbooks and tables that make reading panic or report a
// form usable that breaks its own rules, can't be read once it is an XForm, or
// is another form once it was written as a table.
func FuzzRead(f *testing.F) {
	f.Add([]byte("| survey | type | name | label | relevant |\n| | begin repeat | r | R | |\n| | text | a | A | ${a}='x' |\n| | end repeat | | | |"))
	f.Add([]byte("| survey | type | name | label |\n| | select_one c or_other | a | ${b} |\n| choices | list_name | name | label |\n| | c | x | X |"))
	f.Add([]byte("| survey | type | name | label | save_to | trigger | default |\n| | begin_repeat | r | R |\n| | text | a | A | e#p | | random() |\n| | calculate | b | | | ${a} | ${a} + 1 |\n| | end_repeat |\n| entities | list_name | label |\n| | e | ${a} |\n| | f | X |"))
	f.Add([]byte("| survey | type | name | label::en | parameters | bind::odk:x | media::image |\n| | begin loop over c | l | L |\n| | range | a | %(label)s instance('c')/root/item | start=0 end=1 step=0.5 tick_labelset=c | 1 | x.png |\n| | end loop |\n| | geotrace | g | G | reference-geometry=${r} |\n| choices | list_name | name | label::en |\n| | c | 1 | X |"))
	f.Add([]byte("| settings | name | namespaces | attribute::x:y | default_language | style |\n| | n | x=\"u\" | z | en | pages |\n| survey | type | name | label | calculation |\n| | select_one ${a} | b | B | |\n| | audit | | | |\n| | csv-external | i | | |\n| | text | a | A | pulldata('i', 'x', 'y', ${last-saved#a}) |"))
	f.Add([]byte("survey,type,name\n,text,\"a\nb\"\n"))
	f.Add(workbook(f, []any{"type", "name", "label"}, []any{"text", "a", "A"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"f.md", "f.csv", "f.xlsx"} {
			wb, err := xlsform.OpenBytes(name, data)
			if err != nil {
				continue
			}
			def, found := xlsform.Read(wb)
			if forms.Usable(found) != nil {
				continue
			}
			if more := forms.Usable(forms.Check(def)); more != nil {
				t.Errorf("%s: usable, but %v", name, more)
			}
			written := xformOf(t, def)
			if _, found := xform.Read([]byte(written)); forms.Usable(found) != nil {
				t.Errorf("%s: can't be read as XForm: %v", name, forms.Usable(found))
			}
			var table bytes.Buffer
			if xlsform.WriteMarkdown(&table, wb) != nil { // a cell of several lines
				continue
			}
			again, err := xlsform.OpenMarkdown(table.String())
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			again.Name = wb.Name
			if def, _ := xlsform.Read(again); xformOf(t, def) != written {
				t.Errorf("%s: another form as a table:\n%s", name, table.String())
			}
		}
	})
}
