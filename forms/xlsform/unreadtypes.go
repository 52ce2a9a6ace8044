package xlsform

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"baraza.example/forms"
)

// question writes the row of a question.
func (u *unreader) question(q *forms.Question) {
	l := line{"name": q.Name}
	u.common(q, l)
	l["type"] = u.typeOf(q, l)
	attributesAsParameters(l["type"], l)
	u.filter(q, l)
	u.defaults(q, l)
	u.trigger(q, l)
	if q.Control != forms.Hidden && len(q.Label) == 0 && len(q.Hint) == 0 && len(q.Media) == 0 && q.Appearance != "label" {
		l["label"] = q.Name // an author's form says what it asks
	}
	u.survey = append(u.survey, l)
}

// inputs are the types of questions that are typed in.
var inputs = map[forms.DataType]string{
	"": "text", forms.String: "text", forms.Int: "integer", forms.Decimal: "decimal", forms.Date: "date", forms.Time: "time",
	forms.DateTime: "dateTime", forms.GeoPoint: "geopoint", forms.GeoTrace: "geotrace", forms.GeoShape: "geoshape", forms.Barcode: "barcode",
}

// uploads are the types of questions that take a file.
var uploads = map[string]string{"image/*": "image", "audio/*": "audio", "video/*": "video", "application/*": "file", "osm/*": "osm"}

// asParameters are the attributes that authors write as parameters of a type,
// where their value may be one.
var asParameters = map[string][]struct {
	column, parameter string
	may               func(string) bool
}{
	"text":  {{"body::rows", "rows", isWhole}},
	"audio": {{"bind::odk:quality", "quality", func(v string) bool { return slices.Contains(qualities, v) }}},
	"image": {{"bind::orx:max-pixels", "max-pixels", isWhole}},
	"geopoint": {{"body::accuracyThreshold", "capture-accuracy", isNumber}, {"body::unacceptableAccuracyThreshold", "warning-accuracy", isNumber},
		{"bind::odk:allow-mock-accuracy", "allow-mock-accuracy", isBoolean}},
	"geotrace": {{"body::incremental", "incremental", isTrue}, {"bind::odk:allow-mock-accuracy", "allow-mock-accuracy", isBoolean}},
	"geoshape": {{"body::incremental", "incremental", isTrue}, {"bind::odk:allow-mock-accuracy", "allow-mock-accuracy", isBoolean}},
}

func isWhole(v string) bool {
	_, err := strconv.Atoi(v)
	return err == nil
}

func isNumber(v string) bool {
	_, ok := number(v)
	return ok
}

func isTrue(v string) bool { return v == "true" }

func isBoolean(v string) bool { return v == "true" || v == "false" }

func attributesAsParameters(of string, l line) {
	for _, a := range asParameters[of] {
		if v := l[a.column]; v != "" && a.may(v) {
			delete(l, a.column)
			l["parameters"] = strings.TrimSpace(l["parameters"] + " " + a.parameter + "=" + v)
		}
	}
}

// typeOf is what the type column says of a question; what it can't say goes
// into other columns.
func (u *unreader) typeOf(q *forms.Question, l line) string {
	switch q.Control {
	case forms.Hidden:
		return u.hiddenType(q, l)
	case forms.Note:
		delete(l, "readonly")
		return "note"
	case forms.Trigger:
		if q.Bind.Type == "" {
			return "trigger"
		}
		return "acknowledge"
	case forms.Upload:
		if q.MediaType == "osm/*" && q.List != "" {
			u.tags[q.List] = true
			return "osm " + strings.TrimPrefix(q.List, "osm/")
		}
		if t, ok := uploads[q.MediaType]; ok {
			return t
		}
		l.put("body::mediatype", q.MediaType)
		return "file"
	case forms.Range:
		u.parameters(q, l, "start", "end", "step")
		if q.List != "" {
			l["parameters"] += " tick_labelset=" + q.List
		}
		return "range"
	case forms.Select, forms.Select1, forms.RankList:
		return u.selectType(q, l)
	}
	t, ok := inputs[q.Bind.Type]
	if !ok {
		l.put("bind::type", string(q.Bind.Type))
		return "text"
	}
	if q.List != "" && (t == "geopoint" || t == "geotrace" || t == "geoshape") {
		l["parameters"] = "reference-geometry=" + q.List
	}
	if q.Itemset != nil {
		if repeat, filter, ok := u.texts.geometry(q); ok {
			l["parameters"] = "reference-geometry=${" + repeat + "}"
			l.put("choice_filter", filter)
		} else {
			u.lost(q.Place, "what %q shows on its map (%s)", q.Name, q.Itemset.Nodeset)
		}
	}
	return t
}

// hiddenType is the type of a question that nobody sees.
func (u *unreader) hiddenType(q *forms.Question, l line) string {
	if q.Bind.Preload != "" {
		for _, name := range slices.Sorted(maps.Keys(types)) {
			if t := types[name]; t.preload == q.Bind.Preload && t.params == q.Bind.PreloadParams && t.data == q.Bind.Type {
				return name
			}
		}
		l.put("bind::jr:preload", q.Bind.Preload)
		l.put("bind::jr:preloadParams", q.Bind.PreloadParams)
	}
	for i, a := range u.acts[string(q.Ref)] {
		t, parameters := "", ""
		switch {
		case a.Kind == forms.SetGeoPoint && slices.Equal(a.Events, []forms.Event{forms.InstanceFirstLoad}):
			t = "start-geopoint"
		case a.Kind == forms.RecordAudio && slices.Equal(a.Events, []forms.Event{forms.InstanceLoad}):
			t = "background-audio"
			for _, x := range a.Attrs {
				if x.Name == "odk:quality" {
					parameters = "quality=" + x.Value
				}
			}
		default:
			continue
		}
		u.took(string(q.Ref), i)
		l.put("parameters", parameters)
		return t
	}
	if q.Bind.Type != forms.String {
		l.put("bind::type", string(q.Bind.Type))
	}
	if q.Bind.Calculate != "" {
		return "calculate"
	}
	return "hidden"
}

// took notes that a row says what an action does.
func (u *unreader) took(target string, i int) {
	u.acts[target] = slices.Delete(slices.Clone(u.acts[target]), i, i+1)
	if len(u.acts[target]) == 0 {
		delete(u.acts, target)
	}
}

func (u *unreader) selectType(q *forms.Question, l line) string {
	word := map[forms.Control]string{forms.Select1: "select_one", forms.Select: "select_multiple", forms.RankList: "rank"}[q.Control]
	u.parameters(q, l, "randomize", "seed", "value", "label")
	list, ok := u.def.Lists[q.List]
	switch {
	case q.Itemset != nil:
		if name, filter, ok := u.texts.answers(q); ok {
			l.put("choice_filter", filter)
			return word + " ${" + name + "}"
		}
		u.lost(q.Place, "where %q takes its choices from (%s)", q.Name, q.Itemset.Nodeset)
		return "text"
	case !ok:
		u.lost(q.Place, "that %q is a select without choices", q.Name)
		return "text"
	case list.External && len(list.Choices) == 0:
		u.lost(q.Place, "what %q offers, which stands in itemsets.csv,", q.Name)
		return "text"
	case list.External:
		return "select_one_external " + q.List
	case list.File != "" && q.Control != forms.RankList:
		return word + "_from_file " + list.File
	}
	return word + " " + q.List
}

// parameters writes the parameters that stand in the definition.
func (u *unreader) parameters(q *forms.Question, l line, names ...string) {
	var all []string
	for _, name := range names {
		if v := q.Parameters[name]; v != "" {
			all = append(all, name+"="+u.texts.expression(q, v))
		}
	}
	for _, a := range []struct{ attribute, parameter string }{{"odk:tick-interval", "tick_interval"}, {"odk:placeholder", "placeholder"}} {
		if v := l["body::"+a.attribute]; v != "" && q.Control == forms.Range {
			all = append(all, a.parameter+"="+v)
			delete(l, "body::"+a.attribute)
		}
	}
	l.put("parameters", strings.Join(all, " "))
}

func (u *unreader) filter(q *forms.Question, l line) {
	if q.ChoiceFilter != "" {
		l["choice_filter"] = u.texts.filter(q)
	}
}

// defaults writes what a question begins with: a value, or an expression that
// is computed when the response or the instance begins.
func (u *unreader) defaults(q *forms.Question, l line) {
	target := string(q.Ref)
	if q.Default != "" {
		l["default"] = q.Default
	}
	for i, a := range u.acts[target] {
		if a.Kind != forms.SetValue || !slices.Equal(a.Events, []forms.Event{forms.InstanceFirstLoad}) || len(a.Attrs) > 0 {
			continue
		}
		if x := u.texts.expression(q, a.Value); a.Value != "" && isExpression(x, "") {
			l["default"] = x
			u.texts.defaults[target] = a.Value
			u.took(target, i)
			break
		}
	}
}

// trigger writes which changes compute a question.
func (u *unreader) trigger(q *forms.Question, l line) {
	all := u.triggers[q.Ref]
	if len(all) == 0 {
		return
	}
	var names []string
	for _, t := range all {
		a := t.action
		if a.Kind == forms.RecordAudio || a.Kind == forms.SetGeoPoint && q.Control != forms.Hidden || a.Text != "" || a.Value != all[0].action.Value || !u.texts.unique(t.source.Name) {
			return // left over, and reported
		}
		names = append(names, "${"+t.source.Name+"}")
	}
	l["trigger"] = strings.Join(names, ", ")
	if all[0].action.Kind == forms.SetGeoPoint {
		l["type"] = "background-geopoint"
		delete(l, "bind::type")
	} else {
		l.put("calculation", u.texts.expression(q, all[0].action.Value))
		if l["type"] == "hidden" && all[0].action.Value != "" {
			l["type"] = "calculate"
		}
	}
	delete(u.triggers, q.Ref)
}

// meta writes the meta block: what the settings say of it, the audit, and the
// entities.
func (u *unreader) meta(g *forms.Group) {
	for _, e := range g.Children {
		switch name := e.Base().Name; {
		case name == "instanceID":
			u.hasID = true
		case name == "instanceName" && u.def.Settings.InstanceName != "":
		case name == "audit":
			l := line{}
			u.common(e, l)
			l["type"], l["name"] = "audit", "audit"
			var all []string
			for _, a := range e.Base().Bind.Attrs {
				delete(l, "bind::"+a.Name)
				if p, ok := strings.CutPrefix(a.Name, "odk:"); ok {
					all = append(all, p+"="+a.Value)
				}
			}
			l.put("parameters", strings.Join(all, " "))
			u.survey = append(u.survey, l)
		case name == "entity":
			u.entity(e)
		default:
			u.lost(e.Base().Place, "%s in the meta block", name)
		}
	}
}

// entity writes the row of an entity.
func (u *unreader) entity(e forms.Element) {
	l := line{}
	for _, a := range e.Base().Attributes {
		at := u.texts.attribute(e, a.Name)
		switch a.Name {
		case "dataset":
			l["list_name"] = a.Default
		case "create":
			l.put("create_if", u.texts.expression(at, a.Bind.Calculate))
		case "update":
			l.put("update_if", u.texts.expression(at, a.Bind.Calculate))
		case "id":
			l.put("entity_id", u.texts.expression(at, a.Bind.Calculate))
		}
	}
	for _, c := range forms.ChildrenOf(e) {
		if c.Base().Name == "label" {
			l.put("label", u.texts.expression(c, c.Base().Bind.Calculate))
		}
	}
	id := string(e.Base().Ref) + "/@id"
	if acts := u.acts[id]; len(acts) == 1 && acts[0].Value == "uuid()" {
		u.texts.defaults[id] = "uuid()"
		u.took(id, 0)
	}
	if l["list_name"] == "" {
		u.lost(e.Base().Place, "an entity without a list")
		return
	}
	u.entities = append(u.entities, l)
}
