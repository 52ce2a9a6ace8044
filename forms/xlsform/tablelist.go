package xlsform

import (
	"slices"
	"strconv"
	"strings"

	"baraza.example/forms"
)

// A tableList is a group with the appearance table-list: selects of one list
// that stand as a table, the choices above.
type tableList struct {
	list  string // of the first select; empty before it
	begun bool
}

// tableListGroup makes a field-list of the group. Its label becomes a note, so
// that it stands above the table.
func (r *reader) tableListGroup(e forms.Element, words []string) {
	words = slices.DeleteFunc(words, func(w string) bool { return w == "table-list" })
	appearance := strings.Join(append([]string{"field-list"}, words...), " ")
	if repeat, ok := e.(*forms.Repeat); ok {
		repeat.RepeatAppearance = appearance
	} else {
		e.Base().Appearance = appearance
	}
	c := e.Base()
	if len(c.Label) == 0 && len(c.Hint) == 0 {
		return
	}
	note := &forms.Question{Control: forms.Note}
	note.Name = "generated_table_list_label_" + strconv.Itoa(c.Place.Row)
	note.Place = c.Place
	note.Label, note.Hint, c.Label, c.Hint = c.Label, c.Hint, nil, nil
	note.Bind = forms.Bind{Type: forms.String, ReadOnly: "true()"}
	r.types[note] = "note"
	for i := range r.texts {
		if r.texts[i].at == e {
			r.texts[i].at = note
		}
	}
	r.place(e, note)
}

// tableListSelect puts the choices above the first select and keeps those of
// the others from being shown again.
func (r *reader) tableListSelect(rec record, q *forms.Question, sel selectType, in *open, place forms.Place) {
	if !in.tableList.begun {
		*in.tableList = tableList{list: sel.list, begun: true}
		if rec.has("choice_filter") {
			r.fault(place, "filtered-table", "", "a table-list can't be filtered")
		}
		head := &forms.Question{Control: q.Control, List: q.List}
		head.Name = "reserved_name_for_field_list_labels_" + strconv.Itoa(rec.row)
		head.Place = q.Place
		head.Appearance = "label"
		head.Bind.Type = q.Bind.Type
		r.types[head] = "select"
		r.place(in.element, head)
	}
	if in.tableList.list != sel.list {
		r.fault(place, "mixed-table", "", "the table-list takes the list %q, so it can't take %q as well", in.tableList.list, sel.list)
	}
	q.Appearance = "list-nolabel"
}
