package formview

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// columns stands choices side by side in columns of one width. Where there is
// no room for so many it takes fewer, down to one.
type columns struct {
	most   int     // columns; 0 is as many as there is room for
	least  float32 // width of a column, in sizes of the text
	table  bool    // fewer than all make no table: one below the other then
	alone  func(bool)
	height float32 // as laid out
	width  float32
}

// The narrowest columns that can be read.
const (
	wordColumn = 9   // of choices
	markColumn = 3.4 // of a table whose labels may be broken
)

func (c *columns) count(total int, width float32) int {
	fit := max(1, int(width/(c.least*theme.TextSize())))
	most := c.most
	if most == 0 {
		most = fit
	}
	if c.table && most > fit {
		return 1
	}
	return max(1, min(most, fit, total))
}

func (c *columns) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	n := c.count(len(objects), size.Width)
	if c.alone != nil {
		c.alone(n == 1 && len(objects) > 1)
	}
	w := size.Width / float32(n)
	y := float32(0)
	for line := range slices.Chunk(objects, n) {
		high := float32(0)
		for _, o := range line {
			high = max(high, Fit(o, w))
		}
		for i, o := range line {
			Place(o, fyne.NewPos(float32(i)*w, y), fyne.NewSize(w, high), size.Width)
		}
		y += high
	}
	c.height, c.width = y, size.Width
}

func (c *columns) MinSize(objects []fyne.CanvasObject) fyne.Size {
	if c.width == 0 {
		for _, o := range objects {
			c.height += o.MinSize().Height
		}
	}
	return fyne.NewSize(0, c.height)
}

// arrange lays the choices out as the appearance says: columns, columns-N,
// columns-pack, likert, and the three that make a table of several questions,
// label, list-nolabel and list.
func (p *Pick) arrange(appearance []string, total int) {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(appearance, n) })
	}
	if p.search || total > longList {
		return
	}
	table := func(narrowest float32) *columns {
		return &columns{most: total, least: narrowest, table: true, alone: p.alone}
	}
	switch {
	case has("likert"):
		p.above = true
		p.list.Layout = table(wordColumn * 0.55)
	case has("list", "list-nolabel", "label"):
		p.above = true
		p.bare, p.heads = has("list-nolabel"), has("label")
		p.list.Layout = table(markColumn)
	case has("columns-pack"):
		p.list.Layout = &row{gap: 1}
	case has("columns"):
		p.list.Layout = &columns{least: wordColumn}
	default:
		for _, a := range appearance {
			if n, err := strconv.Atoi(strings.TrimPrefix(a, "columns-")); err == nil && a != strconv.Itoa(n) && n >= 1 && n <= longList {
				p.list.Layout = &columns{most: n, least: wordColumn * 0.6}
			}
		}
	}
}

// alone shows the labels of a table's line where the choices stand below each
// other: the line that heads the columns doesn't stand above them any more.
func (p *Pick) alone(below bool) {
	for _, r := range p.rows {
		r.shape(p.above && !below, p.bare && !below, p.heads)
	}
}

// shape draws a choice with its mark above the words, without the words, or
// without the mark.
func (c *Choice) shape(above, bare, head bool) {
	if c.above == above && c.bare == bare && c.head == head {
		return
	}
	c.above, c.bare, c.head = above, bare, head
	c.label.Centred = above
	c.Refresh()
}

// Natural is the width of the choice with its words in one line.
func (c *Choice) Natural() float32 {
	m, pad := theme.TextSize()*1.25, theme.Padding()
	wide := max(c.label.Natural(), c.note.Natural())
	if c.plate != nil {
		wide = max(wide, c.plate.shot.Natural())
	}
	return 3.2*pad + m + 2*pad + wide
}
