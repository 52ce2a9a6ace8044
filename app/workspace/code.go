package workspace

import (
	"fmt"
	"image"
	"strings"

	"rsc.io/qr"
)

// A Code is a QR code for a line that people carry from one screen to another: a card, a
// request, an invite.
type Code struct{ code *qr.Code }

// codeQuiet is how many light modules readers want around a code.
const codeQuiet = 4

// CodeOf makes the code of a line. It is written in capitals, for which codes have a compact
// mode; readers of our lines forgive case. It fails on lines of more than about 3,000 characters.
func CodeOf(line string) (Code, error) {
	code, err := qr.Encode(strings.ToUpper(line), qr.M)
	if err != nil {
		return Code{}, fmt.Errorf("make a QR code of %d characters: %w", len(line), err)
	}
	code.Scale = 6
	return Code{code}, nil
}

// Image is the code for a screen, with the light margin that readers want. It is drawn here, because
// the library's own image is neither scaled nor has a margin (v0.2.0, qr.go 107).
func (c Code) Image() image.Image {
	side := (c.code.Size + 2*codeQuiet) * c.code.Scale
	m := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			if !c.code.Black(x/c.code.Scale-codeQuiet, y/c.code.Scale-codeQuiet) {
				m.Pix[y*m.Stride+x] = 0xff
			}
		}
	}
	return m
}

// PNG is the same as a file.
func (c Code) PNG() []byte { return c.code.PNG() }

// SVG is the code as a drawing that can be printed at any size.
func (c Code) SVG() []byte {
	side := c.code.Size + 2*codeQuiet
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d">`+"\n", side, side)
	b.WriteString(`<rect width="100%" height="100%" fill="#fff"/>` + "\n")
	fmt.Fprintf(&b, `<path d="%s"/>`+"\n</svg>\n", codePath(c.code))
	return []byte(b.String())
}

// codePath draws the dark modules of a code, its margin included, in units of a module.
func codePath(code *qr.Code) string {
	var b strings.Builder
	for row := range code.Size {
		for column := range code.Size {
			if code.Black(column, row) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", column+codeQuiet, row+codeQuiet)
			}
		}
	}
	return b.String()
}
