package app

import (
	"errors"
	"io"
	"strings"
	"testing"

	"baraza.example/app/workspace"
)

func TestTheFormIsSavedToBeFilledInWithAPen(t *testing.T) {
	p := known(t, phone)
	p.sees("Blank form on paper", "Script to be read on the air")
	form, err := p.work.Form(p.consultation.Form.ID)
	if err != nil {
		t.Fatal(err)
	}
	var file written
	p.writeInto(&file, func(w io.Writer) (workspace.Printed, error) { return workspace.PrintForm(form, false, p.toPrint(), w) })
	if !file.closed || !strings.HasPrefix(file.String(), "%PDF-1.7") || !strings.HasSuffix(file.String(), "%%EOF\n") {
		t.Errorf("saved were %d bytes, closed: %v", len(file.String()), file.closed)
	}
	p.sees("Saved as")
}

func TestWhatWasMadeReadyIsSavedAndMissingLettersAreSaid(t *testing.T) {
	p := known(t, laptop)
	p.taps("Write a contribution")
	p.types(0, "What the lake needs 😀")
	p.types(2, "Prices first.")
	p.taps("Yes, with the name of the organisation or group")
	p.taps("Make ready")
	items, err := p.work.Items(t.Context())
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	item := items[0]
	p.sees("Save as PDF", "Save as JSON")
	var pdf, json written
	p.writeInto(&pdf, func(w io.Writer) (workspace.Printed, error) {
		return p.work.Print(t.Context(), item.Name, p.toPrint(), w)
	})
	p.sees("😀")
	p.writeInto(&json, func(w io.Writer) (workspace.Printed, error) {
		return workspace.Printed{}, p.work.Export(t.Context(), item.Name, w, "en")
	})
	if !strings.HasPrefix(pdf.String(), "%PDF") || !strings.Contains(json.String(), `"title": "What the lake needs 😀"`) {
		t.Errorf("saved were %.40q and %s", pdf.String(), json.String())
	}
}

func TestAFullStickIsSaid(t *testing.T) {
	p := known(t, phone)
	var file written
	p.writeInto(&file, func(io.Writer) (workspace.Printed, error) {
		return workspace.Printed{}, errors.New("the stick was drawn")
	})
	p.sees("the stick was drawn")
}
