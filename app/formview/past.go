package formview

import "unicode"

// past moves the caret behind a space that ends its paragraph just where the line
// is full. Fyne shows such a space on no line and puts the caret before it, so that
// what was typed next came in before the space, and the space went to the end.
func (e *Entry) past() {
	text := []rune(e.Text)
	at := e.CursorTextOffset()
	if at >= len(text) || text[at] == '\n' || !unicode.IsSpace(text[at]) || e.SelectedText() != "" ||
		at+1 < len(text) && text[at+1] != '\n' {
		return
	}
	row, column := e.CursorRow, e.CursorColumn
	e.CursorColumn++
	e.Entry.Refresh() // takes the caret back to where a line ends
	if e.CursorRow == row && e.CursorColumn == column {
		e.CursorColumn++
		return
	}
	e.CursorRow, e.CursorColumn = row, column // the space is seen, and the caret stands before it
}
