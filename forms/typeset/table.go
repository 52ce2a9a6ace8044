package typeset

// A Table sets rows of cells side by side; a row that does not fit on the page
// goes to the next, one that fits on none is cut between its lines.
type Table struct {
	d       *Document
	e       *element
	columns []float64 // parts of the width, one for each
	head    []string
	style   Style
}

// gutter is the room between two columns.
const gutter = 10

// Table begins a table. columns are parts of the width that add up to 1, head the
// words above them, if there are any, which every page repeats.
func (d *Document) Table(st Style, columns []float64, head ...string) *Table {
	t := &Table{d: d, columns: columns, head: head, style: st, e: d.tags.open(nil, tableRole, "")}
	d.Room(4 * st.Size * leading)
	t.top()
	return t
}

func (t *Table) top() {
	if len(t.head) == 0 {
		return
	}
	bold := t.style
	bold.Bold = true
	t.row(headRole, bold, t.head)
}

// Row sets one row.
func (t *Table) Row(cells ...string) { t.row(cellRole, t.style, cells) }

// End ends the table.
func (t *Table) End() {
	t.d.tags.close(t.e)
	t.d.Space(8)
}

// A cellLine is one line of a cell and where it begins on its left.
type cellLine struct {
	line
	x float64
}

func (t *Table) row(role Role, st Style, cells []string) {
	d := t.d
	if d.err != nil {
		return
	}
	high := st.Size * leading
	lines := make([][]cellLine, len(t.columns))
	most, in := 0, 0.0
	for i, part := range t.columns {
		wide := part*d.Width() - gutter
		if i < len(cells) {
			lines[i] = t.lines(st, cells[i], in, wide)
		}
		most = max(most, len(lines[i]))
		in += part * d.Width()
	}
	if d.y-float64(most)*high < d.bottom() && role == cellRole {
		d.Break()
		t.top()
	}
	row := d.tags.open(t.e, rowRole, "")
	open := make([]*element, len(t.columns))
	for i := range open {
		open[i] = d.tags.open(row, role, "")
	}
	for n := range most {
		d.Room(high)
		for i := range lines {
			if n < len(lines[i]) {
				d.marked(open[i], lines[i][n].line, st, lines[i][n].x, d.y-st.Size*rise)
			}
		}
		d.y -= high
		d.fresh = false
	}
	for _, e := range open {
		d.tags.close(e)
	}
	d.tags.close(row)
	d.Space(2)
	d.Rule()
}

// lines breaks a cell whose column begins some way in.
func (t *Table) lines(st Style, words string, in, wide float64) (all []cellLine) {
	for _, text := range paragraphs(words) {
		base := directionOf(text, t.d.o.Mirrored)
		t.d.fail(t.d.shape.lines(text, st, wide, base, func(l line) error {
			all = append(all, cellLine{l, t.d.start(in, l.wide)})
			return nil
		}))
	}
	return all
}
