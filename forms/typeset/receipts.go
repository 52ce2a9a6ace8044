package typeset

import (
	"io"
	"strings"

	"baraza.example/assets/locale"
)

// A ReceiptLine is one receipt of a list.
type ReceiptLine struct {
	Code  string
	Said  string // how the code is said on the air
	State string // in words
	Title string // what it is about; "" in lists for others' eyes
}

// WriteReceipts prints a list of receipts, to be read on the air or hung up. It
// returns the characters that no font has.
func WriteReceipts(w io.Writer, p Paper, words *locale.Localizer, title string, all []ReceiptLine) (missing []rune, err error) {
	d, err := open(w, p, words, title, "")
	if err != nil {
		return nil, err
	}
	lang := words.Language().Code
	d.Text(Title, title, lang)
	d.Text(Body, words.Say("receipt.code_hint"), lang)
	t := d.Table(Body, []float64{0.24, 0.46, 0.3}, words.Say("receipt.code"), words.Say("print.said"), words.Say("print.state"))
	for _, r := range all {
		t.Row(r.Code, r.Said, strings.TrimPrefix(r.Title+"\n"+r.State, "\n"))
	}
	t.End()
	return d.Missing(), d.Close()
}
