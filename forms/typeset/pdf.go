package typeset

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"strings"
	"unicode/utf16"
)

// A pdfFile writes the objects of a PDF (ISO 32000-1, version 1.7) one after the
// other and keeps of them only where they stand.
type pdfFile struct {
	w       *bufio.Writer
	sum     hash.Hash // of all that was written, for the file's id
	at      int64
	offsets []int64 // by object number less one; 0: reserved and not written yet
	plain   bool    // streams aren't compressed, for tests
	err     error   // the first of the writer's
}

func newPDFFile(w io.Writer) *pdfFile {
	f := &pdfFile{sum: sha256.New()}
	f.w = bufio.NewWriterSize(io.MultiWriter(w, f.sum), 64<<10)
	// The second line says to programs that copy files that this one isn't text.
	f.write("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	return f
}

func (f *pdfFile) write(s string) {
	if f.err != nil {
		return
	}
	n, err := f.w.WriteString(s)
	f.at += int64(n)
	f.err = err
}

// reserve gives an object its number before it is written.
func (f *pdfFile) reserve() int {
	f.offsets = append(f.offsets, 0)
	return len(f.offsets)
}

func (f *pdfFile) object(number int, body string) {
	f.offsets[number-1] = f.at
	f.write(fmt.Sprintf("%d 0 obj\n", number))
	f.write(body)
	f.write("\nendobj\n")
}

func (f *pdfFile) stream(number int, dict string, content []byte) {
	if !f.plain {
		var packed bytes.Buffer
		z := zlib.NewWriter(&packed)
		_, _ = z.Write(content) // a Buffer takes all
		_ = z.Close()
		content, dict = packed.Bytes(), dict+"/Filter/FlateDecode"
	}
	f.offsets[number-1] = f.at
	f.write(fmt.Sprintf("%d 0 obj\n<<%s/Length %d>>\nstream\n", number, dict, len(content)))
	f.write(string(content))
	f.write("\nendstream\nendobj\n")
}

// end writes the table of objects and the trailer.
func (f *pdfFile) end(root, info int) error {
	_ = f.w.Flush() // its error comes again at the last one
	id := f.sum.Sum(nil)[:16]
	table := f.at
	f.write(fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", len(f.offsets)+1))
	for _, at := range f.offsets {
		f.write(fmt.Sprintf("%010d 00000 n \n", at))
	}
	f.write(fmt.Sprintf("trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%X><%X>]>>\nstartxref\n%d\n%%%%EOF\n", len(f.offsets)+1, root, info, id, id, table))
	if f.err != nil {
		return f.err
	}
	return f.w.Flush()
}

// textString is words as a PDF text string: UTF-16 with its mark, in hexadecimal.
func textString(words string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(words)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String() + ">"
}

// hexUTF16 is text as a character map writes it.
func hexUTF16(text []rune) string {
	s := textString(string(text))
	return s[len("<FEFF") : len(s)-1]
}

// number writes a length as short as it goes, to thousandths of a point.
func number(v float64) string {
	s := strings.TrimRight(fmt.Sprintf("%.3f", v), "0")
	if s = strings.TrimSuffix(s, "."); s == "-0" {
		return "0"
	}
	return s
}
