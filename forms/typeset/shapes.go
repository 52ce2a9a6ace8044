package typeset

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// What is drawn has no text; programs that read aloud pass over it.
func (d *Document) artifact(draw string) {
	d.page.content.WriteString("/Artifact BMC q\n" + draw + "Q EMC\n")
	d.fresh = false
}

// hair is how thick lines to write on and boxes are.
const hair = 0.6

func rectangle(x, y, wide, high float64) string {
	return fmt.Sprintf("%s %s %s %s re ", number(x), number(y), number(wide), number(high))
}

// Rule draws a line across the page.
func (d *Document) Rule() {
	d.Room(10)
	d.artifact(fmt.Sprintf("0.6 G %g w %s %s m %s %s l S\n", hair, number(margin), number(d.y-3), number(d.o.Paper.Wide-margin), number(d.y-3)))
	d.y -= 10
}

// writing is how far apart lines to write on stand: 9 mm, for large hands.
const writing = 25.5

// Lines draws lines to write on, some way in from the margin.
func (d *Document) Lines(count int, in float64) {
	for range count {
		d.Room(writing)
		d.y -= writing
		x := d.start(in, d.Width()-in)
		d.artifact(fmt.Sprintf("0.45 G %g w %s %s m %s %s l S\n", hair, number(x), number(d.y+4), number(x+d.Width()-in), number(d.y+4)))
	}
	d.Space(6)
}

// box is the side of a box for one sign.
const box = 19.0

// Boxes draws boxes for one sign each, in groups, with words of a style between
// the groups where given: the year, the month and the day of a date. Figures stand
// from left to right in every script, and so do the boxes.
func (d *Document) Boxes(in float64, groups ...int) {
	total := 0.0
	for i, n := range groups {
		if i > 0 {
			total += box / 2
		}
		total += float64(n) * box
	}
	d.Room(box + 8)
	x := d.start(in, total)
	var b strings.Builder
	fmt.Fprintf(&b, "0.35 G %g w ", hair)
	for i, n := range groups {
		if i > 0 {
			fmt.Fprintf(&b, "%s %s m %s %s l ", number(x+box/8), number(d.y-box/2-2), number(x+box*3/8), number(d.y-box/2-2))
			x += box / 2
		}
		for range n {
			b.WriteString(rectangle(x, d.y-box-2, box, box))
			x += box
		}
	}
	d.artifact(b.String() + "S\n")
	d.y -= box + 10
}

// tickRoom is how far the words behind a box to tick stand in.
const tickRoom = 22

// Tick sets words behind a box to tick, round where only one of several may be
// ticked.
func (d *Document) Tick(round bool, st Style, words, lang string) {
	d.Room(max(st.Size*leading, 16))
	side := 10.0
	x, y := d.start(st.In+2, side), d.y-st.Size*rise-1
	shape := rectangle(x, y, side, side)
	if round {
		shape = circle(x+side/2, y+side/2, side/2)
	}
	d.artifact(fmt.Sprintf("0.2 G 0.8 w %sS\n", shape))
	st.In += tickRoom
	d.Text(st, words, lang)
}

// circle is four curves of Bézier, near enough.
func circle(x, y, r float64) string {
	const k = 0.5523
	p := func(v ...float64) string {
		var b strings.Builder
		for _, c := range v {
			b.WriteString(number(c) + " ")
		}
		return b.String()
	}
	return p(x+r, y) + "m " +
		p(x+r, y+k*r, x+k*r, y+r, x, y+r) + "c " + p(x-k*r, y+r, x-r, y+k*r, x-r, y) + "c " +
		p(x-r, y-k*r, x-k*r, y-r, x, y-r) + "c " + p(x+k*r, y-r, x+r, y-k*r, x+r, y) + "c "
}

// Frame draws an empty frame to draw or stick something in.
func (d *Document) Frame(in, high float64) {
	d.Room(high + 6)
	d.artifact(fmt.Sprintf("0.45 G %g w %sS\n", hair, rectangle(d.start(in, d.Width()-in), d.y-high, d.Width()-in, high)))
	d.y -= high + 6
}

// QR draws text as a QR code of a side, on the document's own side of the page.
// The error says that it is too long for one.
func (d *Document) QR(text string, side float64) error {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return fmt.Errorf("a QR code of %d characters: %w", len(text), err)
	}
	d.Room(side + 6)
	const quiet = 4 // light modules around it that readers want
	module := side / float64(code.Size+2*quiet)
	x, top := d.start(0, side), d.y
	var b strings.Builder
	b.WriteString("0 g ")
	for row := range code.Size {
		for from := 0; from < code.Size; from++ {
			to := from
			for to < code.Size && code.Black(to, row) {
				to++
			}
			if to > from {
				b.WriteString(rectangle(x+float64(from+quiet)*module, top-float64(row+1+quiet)*module, float64(to-from)*module, module))
				from = to
			}
		}
	}
	d.artifact(b.String() + "f\n")
	d.y -= side + 6
	return nil
}
