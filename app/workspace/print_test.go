package workspace_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// pdfText is what pdftotext reads in a document; without it the test is skipped.
func pdfText(t *testing.T, pdf []byte) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not on this machine; scripts/setup.sh print installs it")
	}
	file := filepath.Join(t.TempDir(), "printed.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-raw", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

func TestPaperAsksInTheOrderOfTheScreens(t *testing.T) {
	_, form, err := workspace.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	printed, err := workspace.PrintForm(form, false, workspace.Printing{Words: locale.New("en")}, &b)
	if err != nil || len(printed.Missing) > 0 {
		t.Fatal(err, string(printed.Missing))
	}
	text := pdfText(t, b.Bytes())
	s, err := session.Start(form.Definition, session.Options{Languages: []string{"en"}, File: func(name string) ([]byte, error) {
		f, err := form.Files.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		var b bytes.Buffer
		_, err = b.ReadFrom(f)
		return b.Bytes(), err
	}})
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, step := range s.Steps() {
		n, _ := s.Node(step.Ref)
		if q, ok := n.Element.(*forms.Question); !ok || q.Control == forms.Hidden {
			continue
		}
		label := strings.Join(strings.Fields(n.Label), " ")
		at := strings.Index(text, label)
		if at < 0 {
			t.Fatalf("after %d questions there is no %q any more: %.300s", asked, label, text)
		}
		text = text[at+len(label):]
		asked++
	}
	if asked < 20 {
		t.Errorf("%d questions were looked for", asked)
	}
}

func TestAResponseIsPrintedAndExportedWithItsCode(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	r := d.start()
	answer(t, r, "/data/lake", "بحيرة فيكتوريا & <الكبرى>")
	item, _, err := r.MakeReady(t.Context(), "ar")
	if err != nil {
		t.Fatal(err)
	}
	var pdf, exported bytes.Buffer
	if _, err := d.Print(t.Context(), item.Name, workspace.Printing{Words: locale.New("en")}, &pdf); err != nil {
		t.Fatal(err)
	}
	if err := d.Export(t.Context(), item.Name, &exported, "en"); err != nil {
		t.Fatal(err)
	}
	var e workspace.Exported
	if err := json.Unmarshal(exported.Bytes(), &e); err != nil {
		t.Fatal(err)
	}
	if len(e.Answers) != 1 || e.Answers[0].Value != "بحيرة فيكتوريا & <الكبرى>" || e.Language != "ar" || e.Code != item.Code || e.State != "on this device" {
		t.Errorf("exported %+v", e)
	}
	text := pdfText(t, pdf.Bytes())
	for _, want := range []string{item.Code, "فيكتوريا", "Original ("} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
}
