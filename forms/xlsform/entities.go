package xlsform

import (
	"maps"
	"slices"
	"strings"

	"baraza.example/forms"
)

// An entity is a row of the entities sheet: a list of entities that a response
// adds to or changes (https://getodk.github.io/xforms-spec/entities).
type entity struct {
	place   forms.Place
	dataset string
	columns map[string]cell // entity_id, create_if, update_if, label
	refs    []entityRef
}

// An entityRef is a question that an entity takes a value from.
type entityRef struct {
	path    []forms.Element // what it stands in, the root first
	place   forms.Place
	saveTo  string // the property, or empty
	element forms.Element
}

func (r *reader) entity(dataset string) *entity {
	for _, e := range r.entities {
		if e.dataset == dataset {
			return e
		}
	}
	return nil
}

// entitiesSheet reads the rows of the entities sheet. Which of entity_id,
// create_if and update_if are there says whether a response creates, updates or
// does either.
func (r *reader) entitiesSheet(sheet Sheet) {
	heads := headings(sheet, entitiesColumns)
	r.doubledHeadings("entities", heads)
	columns := slices.Sorted(maps.Keys(entitiesColumns))
	for _, h := range heads {
		if _, ok := entitiesColumns[h.column]; !ok && h.written != "" {
			r.fault(forms.Place{Sheet: "entities", Row: 1, Column: h.written}, "unknown-heading", didYouMean(nearest(h.written, columns)), "the entities sheet has no column %q", h.written)
		}
	}
	for _, rec := range records(sheet, heads, false) {
		r.hasEntities = true
		dataset, heading := rec.get("list_name")
		e := &entity{place: forms.Place{Sheet: "entities", Row: rec.row}, dataset: dataset, columns: map[string]cell{}}
		for _, c := range rec.cells {
			e.columns[c.column] = c
		}
		before := len(r.found)
		r.datasetName(e, heading)
		_, id := e.columns["entity_id"]
		_, create := e.columns["create_if"]
		_, update := e.columns["update_if"]
		_, label := e.columns["label"]
		switch {
		case update && !id:
			r.fault(e.place, "no-entity-id", "", "update_if needs an entity_id, which says what is updated")
		case id && create && !update:
			r.fault(e.place, "no-update-if", "", "create_if with an entity_id needs an update_if as well")
		case !id && !label:
			r.fault(e.place, "no-label", "", "what is created needs a label")
		}
		if len(r.found) == before {
			r.entities = append(r.entities, e)
		}
	}
}

// datasetName checks the name of a list of entities.
func (r *reader) datasetName(e *entity, heading string) {
	place := e.place
	place.Column = heading
	switch {
	case e.dataset == "":
		r.fault(place, "no-name", "", "the list of entities has no name")
	case strings.HasPrefix(e.dataset, "__"):
		r.fault(place, "bad-name", "", "%q can't be the name of a list of entities: it must not begin with __", e.dataset)
	case strings.Contains(e.dataset, "."):
		r.fault(place, "bad-name", "", "%q can't be the name of a list of entities: it must not hold a period", e.dataset)
	case !forms.ValidName(e.dataset):
		r.fault(place, "bad-name", "", "%q can't be the name of a list of entities: it must begin with a letter or _ and hold only letters, digits, - _", e.dataset)
	case r.entity(e.dataset) != nil:
		r.fault(place, "duplicate-name", "", "the list %q stands in row %d already", e.dataset, r.entity(e.dataset).place.Row)
	}
}

// saveToContainer reports a group or repeat that is to be saved.
func (r *reader) saveToContainer(rec record, heading string) {
	r.fault(forms.Place{Sheet: "survey", Row: rec.row, Column: heading}, "save-to-group", "", "groups and repeats can't be saved as properties of an entity")
}

// saveTo reads the property that a question's answer is saved to: a name, with
// the list and # before it where there are several.
func (r *reader) saveTo(rec record, q *forms.Question) {
	property, heading := rec.get("save_to")
	if property == "" {
		return
	}
	place := forms.Place{Sheet: "survey", Row: rec.row, Column: heading}
	var e *entity
	dataset, rest, prefixed := strings.Cut(property, "#")
	switch {
	case len(r.entities) == 0:
		if !r.hasEntities { // otherwise its rows have been reported
			r.fault(place, "no-entities", r.nearestSheet("entities"), "save_to needs a sheet entities, which names the list")
		}
		return
	case strings.Contains(rest, "#"):
		r.fault(place, "bad-name", "", "%q has more than one #", property)
		return
	case prefixed:
		if e = r.entity(dataset); e == nil {
			r.fault(place, "missing-list", "", "the entities sheet has no list %q", dataset)
			return
		}
		property = rest
	case len(r.entities) > 1:
		r.fault(place, "no-entity-list", "", "there are several lists of entities; write LIST#%s", property)
		return
	default:
		e = r.entities[0]
	}
	lower := strings.ToLower(property)
	switch i := slices.IndexFunc(e.refs, func(x entityRef) bool { return x.saveTo == property }); {
	case lower == "name" || lower == "label":
		r.fault(place, "reserved-name", "", "a property can't be called %q", property)
	case strings.HasPrefix(property, "__"):
		r.fault(place, "bad-name", "", "%q can't be the name of a property: it must not begin with __", property)
	case !forms.ValidName(property):
		r.fault(place, "bad-name", "", "%q can't be the name of a property: it must begin with a letter or _ and hold only letters, digits, - _ .", property)
	case i >= 0:
		r.fault(place, "duplicate-name", "", "the property %q is taken by row %d", property, e.refs[i].place.Row)
	default:
		q.Bind.SaveTo = property
		e.refs = append(e.refs, entityRef{path: r.around(q), place: place, saveTo: property, element: q})
	}
}

// around returns what e stands in, the root first.
func (r *reader) around(e forms.Element) []forms.Element {
	var path []forms.Element
	for p := r.parent[e]; p != nil; p = r.parent[p] {
		path = append(path, p)
	}
	slices.Reverse(path)
	return path
}

// placeEntities puts each entity's node into the form, beside the questions it
// takes its values from.
func (r *reader) placeEntities() {
	if len(r.entities) == 0 {
		return
	}
	for _, e := range r.entities {
		r.variables(e)
	}
	placed, ok := r.allot()
	if !ok {
		return
	}
	version := "2024.1.0"
	for i, path := range placed {
		if len(r.entities) > 1 || repeats(path) > 0 {
			version = "2025.1.0"
		}
		r.entityNode(r.entities[i], path)
	}
	r.def.ModelAttrs = append(r.def.ModelAttrs, forms.Attr{Name: "entities:entities-version", Value: version})
}

// variables notes the questions that the entity's own columns name.
func (r *reader) variables(e *entity) {
	seen := map[string]bool{}
	for _, column := range []string{"entity_id", "create_if", "update_if", "label"} {
		for _, m := range nameRef.FindAllStringSubmatch(e.columns[column].text, -1) {
			if seen[m[1]] {
				continue
			}
			seen[m[1]] = true
			for _, target := range r.byName[m[1]] {
				e.refs = append(e.refs, entityRef{path: r.around(target), place: target.Base().Place, element: target})
			}
		}
	}
	slices.SortStableFunc(e.refs, func(a, b entityRef) int { return a.place.Row - b.place.Row })
}

// entityNode makes meta/entity in the container at the end of path, with the
// attributes and binds of the entities specification.
func (r *reader) entityNode(e *entity, path []forms.Element) {
	container := path[len(path)-1]
	meta, _ := child(container, "meta").(*forms.Group)
	if meta == nil {
		meta = &forms.Group{Common: forms.Common{Name: "meta", Place: e.place}}
		r.placeUnnamed(container, meta)
	}
	node := &forms.Group{Common: forms.Common{Name: "entity", Place: e.place}}
	r.placeUnnamed(meta, node)
	r.attributeOf(node, "dataset", e.dataset, nil, cell{})
	locked := func() *forms.Bind { return &forms.Bind{Type: forms.String, ReadOnly: "true()"} }
	id, update := e.columns["entity_id"]
	create, creates := e.columns["create_if"]
	switch {
	case creates:
		r.attributeOf(node, "create", "1", locked(), create)
	case !update:
		r.attributeOf(node, "create", "1", nil, cell{})
	}
	if update {
		condition, conditional := e.columns["update_if"]
		if conditional {
			r.attributeOf(node, "update", "1", locked(), condition)
		} else {
			r.attributeOf(node, "update", "1", nil, cell{})
		}
		for _, v := range []struct{ name, column string }{{"baseVersion", "__version"}, {"trunkVersion", "__trunkVersion"}, {"branchId", "__branchId"}} {
			c := id
			c.text = "instance('" + e.dataset + "')/root/item[name=" + id.text + "]/" + v.column
			r.attributeOf(node, v.name, "", locked(), c)
		}
		if _, ok := r.sources[e.dataset]; !ok {
			r.doubt(e.place, "no-instance", "add a row of the type csv-external", "what is to be updated is looked for in a file %s.csv, which the form doesn't name", e.dataset)
		}
	}
	r.attributeOf(node, "id", "", locked(), id)
	if !update {
		r.newID(node)
	}
	if label, ok := e.columns["label"]; ok {
		q := &forms.Question{Common: forms.Common{Name: "label", Place: e.place}}
		q.Bind = *locked()
		r.types[q] = "calculate"
		r.placeUnnamed(node, q)
		place := e.place
		place.Column = label.heading
		r.pendAt(q, place, label.text, func(x string) { q.Bind.Calculate = x })
	}
}

// placeUnnamed puts e under parent without making it known to ${name}.
func (r *reader) placeUnnamed(parent, e forms.Element) {
	name := e.Base().Name
	r.place(parent, e)
	if found := r.byName[name]; len(found) > 0 && found[len(found)-1] == e {
		r.byName[name] = found[:len(found)-1]
		if len(found) == 1 {
			delete(r.byName, name)
		}
	}
}

// attributeOf adds an attribute, which may have a bind that computes it.
func (r *reader) attributeOf(node *forms.Group, name, value string, bind *forms.Bind, calculate cell) {
	a := &forms.Attribute{Name: name, Default: value}
	node.Attributes = append(node.Attributes, a)
	if bind == nil {
		return
	}
	a.Bind = *bind
	if calculate.text == "" {
		return
	}
	at := &forms.Question{Common: forms.Common{Name: "@" + name}}
	r.parent[at] = node // paths start at the attribute
	place := node.Place
	place.Column = calculate.heading
	r.pendAt(at, place, calculate.text, func(x string) { a.Bind.Calculate = x })
}

// newID gives what is created an id when the response or the instance begins.
func (r *reader) newID(node *forms.Group) {
	set := forms.Action{Kind: forms.SetValue, Events: []forms.Event{forms.InstanceFirstLoad}, Target: string(node.Ref) + "/@id", Value: "uuid()", Place: node.Place}
	r.def.Actions = append(r.def.Actions, set)
	if repeat := r.inRepeat(node); repeat != nil {
		set.Events = []forms.Event{forms.NewRepeat}
		repeat.Actions = append(repeat.Actions, set)
	}
}
