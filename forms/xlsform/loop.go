package xlsform

import (
	"maps"
	"slices"
	"strings"

	"baraza.example/forms"
)

// loopEnd returns the index of the row that ends the loop begun at i, or the
// number of rows.
func loopEnd(rows []record, i int) int {
	depth := 0
	for j := i; j < len(rows); j++ {
		written, _ := rows[j].get("type")
		b, ok := parseBoundary(written)
		switch {
		case !ok || b.what != "loop":
		case b.begin:
			depth++
		default:
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return len(rows)
}

// maxLoopRows bounds what loops within loops may grow to.
const maxLoopRows = MaxRows

// loop makes what "begin loop over LIST" stands for: a group with a group for
// each choice, and in each the questions of the loop, where %(label)s and
// %(name)s stand for those of the choice.
func (r *reader) loop(rec record, b boundary, inner []record, parent forms.Element, place forms.Place, ended bool) {
	g := &forms.Group{}
	r.common(rec, g)
	r.notRequired(rec, "loop")
	r.place(parent, g)
	if !ended {
		r.fault(forms.Place{Sheet: "survey", Row: rec.row}, "unmatched-begin", "", "the loop %q is never ended", g.Name)
	}
	list, ok := r.def.Lists[b.over]
	switch {
	case b.over == "":
		r.fault(place, "no-list", `write "begin loop over LIST"`, "a loop needs the name of a list")
		return
	case !ok:
		r.fault(place, "missing-list", suggest(r, b.over, r.def.Lists), "the choices sheet has no list %q", b.over)
		return
	}
	for _, c := range list.Choices {
		if c.Value == "none" { // of a select of several; there is nothing to ask about it
			continue
		}
		if r.loopRows += len(inner) + 1; r.loopRows > maxLoopRows {
			r.fault(place, "too-many", "", "the loops of the form make more than %d rows", maxLoopRows)
			return
		}
		one := &forms.Group{Common: forms.Common{Name: c.Value, Label: maps.Clone(c.Label), Media: c.Media, Place: g.Place}}
		r.place(g, one)
		rows := make([]record, len(inner))
		for i, row := range inner {
			rows[i] = record{row: row.row, cells: slices.Clone(row.cells)}
			for j, f := range rows[i].cells {
				label := c.Label[f.language]
				if label == "" {
					label, _ = c.Label.In("")
				}
				rows[i].cells[j].text = strings.TrimSpace(strings.NewReplacer("%(label)s", label, "%(name)s", c.Value).Replace(f.text))
			}
		}
		r.rows(rows, one)
	}
}
