package xlsform

import (
	"regexp"
	"strings"

	"baraza.example/forms"
)

// A source is where a secondary instance comes from.
type source struct {
	src   string // "jr://file/towns.xml"; empty: the choices sheet
	file  string // of a select from a file: its name
	typed bool   // a row of its own says so: csv-external, xml-external
}

// source notes where the instance id comes from. Two rows may name the same; it
// is a fault when they mean different files.
func (r *reader) source(id string, s source, place forms.Place) bool {
	had, ok := r.sources[id]
	if !ok {
		if list, clash := r.def.Lists[id]; clash && list.File == "" && !list.External {
			r.fault(place, "duplicate-list", "", "the choices sheet has a list %q as well", id)
			return false
		}
		r.sources[id] = s
		return true
	}
	switch {
	case had.src != s.src:
		r.fault(place, "duplicate-list", "", "%q stands for %s already, so it can't stand for %s", id, had.src, s.src)
		return false
	case had.typed && s.typed:
		r.fault(place, "duplicate-list", "", "the external file %q is named twice", id)
		return false
	}
	if s.file != "" && had.file == "" {
		r.sources[id] = s
	}
	return true
}

// externalInstance reads csv-external and xml-external.
func (r *reader) externalInstance(rec record, parent forms.Element, written string, place forms.Place) bool {
	kind := strings.ToLower(strings.Join(strings.Fields(written), " "))
	if kind != "csv-external" && kind != "xml-external" {
		return false
	}
	name, heading := rec.get("name")
	at := forms.Place{Sheet: "survey", Row: rec.row, Column: heading}
	if !forms.ValidName(name) {
		r.fault(at, "bad-name", "", "%q can't be the name of a file of data", name)
		return true
	}
	for e := parent; e != nil; e = r.parent[e] {
		if isRepeat(e) {
			r.fault(place, "repeated-file", "move it out", "a file of data can't stand in a repeat")
			return true
		}
	}
	src := "jr://file/" + name + ".xml"
	if kind == "csv-external" {
		src = "jr://file-csv/" + name + ".csv"
	}
	r.instance(name, src, true, at)
	return true
}

// instance adds a secondary instance that is no list of choices.
func (r *reader) instance(id, src string, typed bool, place forms.Place) {
	_, known := r.sources[id]
	if r.source(id, source{src: src, typed: typed}, place) && !known {
		r.def.Instances = append(r.def.Instances, forms.Instance{ID: id, Src: src})
	}
}

var pulldataCall = regexp.MustCompile(`pulldata\s*\(\s*([^,()]*),`)

// fileInstances adds the instances that expressions name: the files of pulldata
// and the response that was saved last.
func (r *reader) fileInstances() {
	for e := range r.def.All() {
		c := e.Base()
		exprs := []struct{ column, text string }{
			{"calculation", c.Bind.Calculate}, {"constraint", c.Bind.Constraint}, {"readonly", c.Bind.ReadOnly},
			{"required", c.Bind.Required}, {"relevant", c.Bind.Relevant},
		}
		if q, ok := e.(*forms.Question); ok {
			exprs = append(exprs, struct{ column, text string }{"choice_filter", q.ChoiceFilter}, struct{ column, text string }{"default", r.dynamic[q]})
		}
		for _, x := range exprs {
			place := c.Place
			place.Column = x.column
			for _, m := range pulldataCall.FindAllStringSubmatch(x.text, -1) {
				if id := strings.TrimSpace(strings.NewReplacer("'", "", `"`, "").Replace(m[1])); id != "" {
					r.instance(id, "jr://file-csv/"+id+".csv", false, place)
				}
			}
		}
	}
	if r.lastSaved {
		r.def.Instances = append(r.def.Instances, forms.Instance{ID: "__last-saved", Src: forms.LastSaved})
	}
	// A file that a select takes its choices from is a list, whoever named it first.
	kept := r.def.Instances[:0]
	for _, i := range r.def.Instances {
		if list, ok := r.def.Lists[i.ID]; !ok || list.File == "" {
			kept = append(kept, i)
		}
	}
	r.def.Instances = kept
	if len(kept) == 0 {
		r.def.Instances = nil
	}
}

// searchSelect marks the list of a select that an app of the device searches:
// its choices stand in the question itself.
func (r *reader) searchSelect(q *forms.Question, sel selectType, place forms.Place) {
	isSearch := strings.Contains(q.Appearance, "search(") && strings.Contains(q.Appearance, ")")
	switch {
	case isSearch && sel.fromFile:
		r.fault(place, "searched-file", "", "%q takes its choices from a file, so it can't search() them as well", q.Name)
	case isSearch && q.List != "":
		r.searched[q.List] = append(r.searched[q.List], q)
		if list, ok := r.def.Lists[q.List]; ok {
			list.Inline = true
			r.def.Lists[q.List] = list
		}
	case q.List != "":
		r.offered[q.List] = q
	}
}
