package workspace

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"rsc.io/qr"

	"baraza.example/assets/locale"
	"baraza.example/forms/typeset"
)

// A Sheet is recovery words on paper: twelve words, their numbers, and the same as a
// QR code. It names nobody: who finds it must not know whose it is.
type Sheet struct {
	Words Words
	// Title and Notes are what stands above and below, in the person's language.
	Title string
	Notes []string
}

// Text is the sheet for a printer that knows only letters, or to be written down.
func (s Sheet) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", s.Title)
	for i, w := range s.Words.List() {
		fmt.Fprintf(&b, "%4d. %s", i+1, w)
		if i%4 == 3 {
			b.WriteString("\n")
		}
	}
	for _, n := range s.Notes {
		fmt.Fprintf(&b, "\n%s\n", n)
	}
	return b.String()
}

// PDF is the sheet as a document, in the language with this code (BCP 47).
func (s Sheet) PDF(out io.Writer, language string) error {
	l, _ := locale.Named(language)
	d, err := typeset.New(out, typeset.Options{Title: s.Title, Language: language, Mirrored: l.Direction == locale.RightToLeft})
	if err != nil {
		return err
	}
	d.Text(typeset.Title, s.Title, language)
	large := typeset.Body
	large.Size = 16
	words := s.Words.List()
	t := d.Table(large, []float64{1. / 3, 1. / 3, 1. / 3})
	for i := 0; i < len(words); i += 3 {
		row := make([]string, 0, 3)
		for j, w := range words[i:min(i+3, len(words))] {
			row = append(row, fmt.Sprintf("%d. %s", i+j+1, w))
		}
		t.Row(row...)
	}
	t.End()
	if err := d.QR(strings.ToUpper(s.Words.String()), sheetCode*72/25.4); err != nil {
		return err
	}
	for _, n := range s.Notes {
		d.Text(typeset.Body, n, language)
	}
	return d.Close()
}

// The sheet is A4 upright, in millimetres.
const (
	sheetWide, sheetHigh = 210, 297
	sheetMargin          = 20
	sheetCode            = 60 // side of the QR code with its quiet zone
)

// SVG is the sheet as a drawing, without fonts, scripts or anything from elsewhere.
func (s Sheet) SVG() ([]byte, error) {
	code, err := qr.Encode(strings.ToUpper(s.Words.String()), qr.M)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%dmm" height="%dmm" viewBox="0 0 %d %d">`+"\n",
		sheetWide, sheetHigh, sheetWide, sheetHigh)
	b.WriteString(`<rect width="100%" height="100%" fill="#fff"/>` + "\n")
	sheetLine(&b, sheetMargin, 30, 7, "sans-serif", s.Title)
	for i, w := range s.Words.List() {
		x, y := sheetMargin+i%3*57, 50+i/3*16
		sheetLine(&b, x, y, 8, "monospace", fmt.Sprintf("%d. %s", i+1, w))
	}
	sheetQR(&b, code, sheetMargin, 115)
	y := 190
	for _, n := range s.Notes {
		for _, line := range wrapped(n, 60) {
			sheetLine(&b, sheetMargin, y, 5, "sans-serif", line)
			y += 8
		}
		y += 3
	}
	b.WriteString("</svg>\n")
	return []byte(b.String()), nil
}

func sheetLine(b *strings.Builder, x, y, size int, family, text string) {
	fmt.Fprintf(b, `<text x="%d" y="%d" font-size="%d" font-family="%s">`, x, y, size, family)
	_ = xml.EscapeText(b, []byte(text)) // a Builder takes all
	b.WriteString("</text>\n")
}

// sheetQR draws a code as one path.
func sheetQR(b *strings.Builder, code *qr.Code, x, y int) {
	module := float64(sheetCode) / float64(code.Size+2*codeQuiet)
	fmt.Fprintf(b, `<path transform="translate(%d %d) scale(%.4f)" d="%s"/>`+"\n", x, y, module, codePath(code))
}

// wrapped breaks a text into lines of about so many characters.
func wrapped(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}
