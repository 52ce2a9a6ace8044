package workspace_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"baraza.example/app/workspace"
	"baraza.example/forms/barcode"
)

func TestACodeIsReadAgainFromTheScreenAndFromItsFile(t *testing.T) {
	const line = "baraza-card:0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	code, err := workspace.CodeOf(line)
	if err != nil {
		t.Fatal(err)
	}
	file, err := png.Decode(bytes.NewReader(code.PNG()))
	if err != nil {
		t.Fatal(err)
	}
	shown := code.Image()
	if shown.Bounds().Dx() != file.Bounds().Dx() {
		t.Errorf("the file is %v, the screen %v", file.Bounds(), shown.Bounds())
	}
	for _, m := range []struct {
		name string
		read func() (barcode.Code, error)
	}{{"screen", func() (barcode.Code, error) { return barcode.Read(shown) }}, {"file", func() (barcode.Code, error) { return barcode.Read(file) }}} {
		if got, err := m.read(); err != nil || !strings.EqualFold(got.Text, line) {
			t.Errorf("%s: read was %q, %v", m.name, got.Text, err)
		}
	}
	if svg := string(code.SVG()); !strings.Contains(svg, "<path ") {
		t.Error("the drawing is empty")
	}
}
