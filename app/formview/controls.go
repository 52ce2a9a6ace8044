package formview

import (
	"slices"
	"strconv"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/geo"
)

// special makes the control of a question that has one of its own, by data type
// and appearance; nil where words, a list or a file answer it.
func (d *field) special(q *forms.Question) control {
	f, around := d.form, d.form.around
	looks := strings.Fields(q.Appearance)
	has := func(name string) bool { return slices.Contains(looks, name) }
	finished := func(v string) { f.answer(d, v, true) }
	typed := func(v string) { f.answer(d, v, false) }
	left := func() { f.judge(d) }
	switch q.Control {
	case forms.Range:
		s, ok := newScale(q.Parameters)
		switch {
		case !ok:
			return d.number(q, looks) // of a form that nobody checked
		case has("picker") && s.steps < mostPicked:
			p := newPicker(around, s)
			p.OnAnswer = finished
			return p
		case has("rating") && s.steps < mostStars:
			r := newRating(around, s)
			r.OnAnswer = finished
			return r
		}
		r := newRange(around, s, q)
		r.OnAnswer = finished
		return r
	case forms.RankList:
		r := newRank(f)
		r.OnAnswer = finished
		return r
	case forms.Input:
	default:
		return nil
	}
	switch q.Bind.Type {
	case forms.Int, forms.Decimal:
		return d.number(q, looks)
	case forms.Date:
		c := newDate(around, looks)
		c.OnAnswer, c.OnLeave = typed, left
		return c
	case forms.GeoPoint, forms.GeoTrace, forms.GeoShape:
		kind := map[forms.DataType]geo.Kind{forms.GeoPoint: geo.Point, forms.GeoTrace: geo.Trace, forms.GeoShape: geo.Shape}[q.Bind.Type]
		c := newPlaces(around, kind, looks)
		c.OnAnswer, c.OnLeave = typed, left
		c.Choose = f.chooser(geo.MaxBytes, ".gpx", ".kml", ".geojson", ".json")
		return c
	case forms.Time:
		c := newClock(around)
		c.OnAnswer, c.OnLeave = typed, left
		return c
	case forms.DateTime:
		c := newMoment(around, looks)
		c.OnAnswer = typed
		c.left(left)
		return c
	case forms.Barcode:
		c := d.codeOf(looks)
		c.OnAnswer, c.OnLeave = typed, left
		return c
	case forms.String, "":
		if has("url") {
			l := newLink(around)
			l.OnAnswer, l.OnLeave = typed, left
			return l
		}
		if has("masked") {
			s := newSecret(around)
			s.OnAnswer, s.OnLeave = typed, left
			return s
		}
		kind := kindOf(looks, q.Parameters["rows"])
		if kind == nil {
			return nil
		}
		t := newText(around, slices.Contains(looks, "multiline") || q.Parameters["rows"] != "", f.example(q))
		t.of(kind)
		t.OnAnswer, t.OnLeave = typed, left
		return t
	}
	return nil
}

func (d *field) number(q *forms.Question, looks []string) control {
	n := newNumber(d.form.around, slices.Contains(looks, "thousands-sep"), slices.Contains(looks, "counter"))
	n.OnAnswer = func(v string) { d.form.answer(d, v, false) }
	n.OnLeave = func() { d.form.judge(d) }
	return n
}

// goOn moves on to the question after d, as the appearance quick asks for once
// it is answered.
func (f *Form) goOn(d *field) {
	i := slices.Index(f.order, d)
	for _, next := range f.order[i+1:] {
		if next.box.Visible() && next.control != nil {
			f.Reveal(next.ref)
			return
		}
	}
}

// mostRows is how high a field may be asked to be.
const mostRows = 40

// kindOf is what is particular about the fields of a text: figures only, or so
// many rows high.
func kindOf(looks []string, rows string) func(e *Entry) {
	high, err := strconv.Atoi(rows)
	hasRows := err == nil && high > 0
	numbers := slices.Contains(looks, "numbers")
	if !hasRows && !numbers {
		return nil
	}
	return func(e *Entry) {
		if hasRows {
			e.least = min(high, mostRows)
			e.rows = e.least
			e.SetMinRowsVisible(e.rows)
		}
		if numbers {
			e.numeric(signs + fractions + "#*()/")
		}
	}
}

// of makes all fields of t ones of a kind.
func (t *Text) of(kind func(*Entry)) {
	t.kind, t.parts = kind, nil
	t.draw()
}
