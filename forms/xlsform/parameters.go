package xlsform

import (
	"slices"
	"strconv"
	"strings"

	"baraza.example/forms"
)

// parameters takes "start=1 end=10" apart. Spaces, commas and semicolons part
// the pairs; they may also stand around the equals sign.
func (r *reader) parameters(f cell, place forms.Place) map[string]string {
	isGap := func(c rune) bool { return strings.ContainsRune(" \t\r\n\f\v,;", c) }
	var tokens []string
	for _, field := range strings.FieldsFunc(f.text, isGap) {
		for field != "" {
			i := strings.IndexByte(field, '=')
			switch {
			case i < 0:
				tokens, field = append(tokens, field), ""
			case i > 0:
				tokens, field = append(tokens, field[:i]), field[i:]
			default:
				tokens, field = append(tokens, "="), field[1:]
			}
		}
	}
	values := map[string]string{}
	for i := 0; i < len(tokens); i += 3 {
		if i+2 >= len(tokens) || tokens[i] == "=" || tokens[i+1] != "=" || tokens[i+2] == "=" {
			r.fault(place, "bad-parameters", "", "parameters are written name=value with spaces between, not %q", f.text)
			return nil
		}
		key, value := strings.ToLower(tokens[i]), tokens[i+2]
		switch key {
		case "value", "label", "seed", "app", "reference-geometry", "tick_labelset":
		default:
			value = strings.ToLower(value)
		}
		values[key] = value
	}
	return values
}

func parametersPlace(rec record) forms.Place {
	_, heading := rec.get("parameters")
	return forms.Place{Sheet: "survey", Row: rec.row, Column: heading}
}

// knownParameters reports those that a type doesn't have.
func (r *reader) knownParameters(rec record, q *forms.Question, known ...string) {
	var odd []string
	for name := range q.Parameters {
		if !slices.Contains(known, name) {
			odd = append(odd, name)
		}
	}
	slices.Sort(odd)
	for _, name := range odd {
		r.fault(parametersPlace(rec), "unknown-parameter", didYouMean(nearest(name, known)), "there is no parameter %q here; there are %s", name, strings.Join(known, ", "))
	}
}

// qualities are those of a recording; the last is as another program makes it.
var qualities = []string{"voice-only", "low", "normal", "external"}

// ofType reads what belongs to one type: its parameters and what it does by
// itself.
func (r *reader) ofType(rec record, q *forms.Question, name, tags string, place forms.Place) {
	switch name {
	case "text":
		r.knownParameters(rec, q, "rows")
		if v, ok := r.integer(rec, q, "rows"); ok {
			q.Attrs = setAttr(q.Attrs, "rows", v)
		}
	case "image":
		r.image(rec, q)
	case "audio":
		r.knownParameters(rec, q, "quality")
		if v, ok := r.oneOf(rec, q, "quality", qualities...); ok {
			q.Bind.Attrs = setAttr(q.Bind.Attrs, "odk:quality", v)
		}
	case "background-audio":
		r.knownParameters(rec, q, "quality")
		record := forms.Action{Kind: forms.RecordAudio, Events: []forms.Event{forms.InstanceLoad}}
		if v, ok := r.oneOf(rec, q, "quality", "voice-only", "low", "normal"); ok {
			record.Attrs = []forms.Attr{{Name: "odk:quality", Value: v}}
		}
		r.act(q, record)
	case "start-geopoint":
		r.act(q, forms.Action{Kind: forms.SetGeoPoint, Events: []forms.Event{forms.InstanceFirstLoad}})
	case "background-geopoint":
		if !rec.has("trigger") {
			r.fault(forms.Place{Sheet: "survey", Row: rec.row, Column: "trigger"}, "no-trigger", "", "a background-geopoint needs a trigger")
		}
		if _, heading := rec.get("calculation"); rec.has("calculation") {
			r.fault(forms.Place{Sheet: "survey", Row: rec.row, Column: heading}, "calculated-place", "", "a background-geopoint can't have a calculation")
		}
	case "geopoint", "geotrace", "geoshape":
		r.geo(rec, q, name)
	case "range":
		r.rangeQuestion(rec, q)
	case "audit":
		r.audit(rec, q)
	case "osm":
		if list, ok := r.osm[tags]; ok {
			list.Inline = true
			q.List = "osm/" + tags
			list.Name = q.List
			r.def.Lists[q.List] = list
		} else if tags != "" && len(r.osm) > 0 {
			r.fault(place, "missing-list", "", "the sheet osm has no list %q", tags)
		}
	case "simserial", "subscriberid":
		r.doubt(place, "old-type", "", "%s can't be had from most devices any more", name)
	}
}

// act adds an action whose target is q, once its place is known.
func (r *reader) act(q *forms.Question, a forms.Action) {
	r.expr = append(r.expr, pendingExpr{at: q, free: true, set: func(string) {
		a.Target = string(q.Ref)
		a.Place = q.Place
		r.def.Actions = append(r.def.Actions, a)
	}})
}

// setAttr gives an attribute a value in place of one that it had.
func setAttr(attrs []forms.Attr, name, value string) []forms.Attr {
	for i := range attrs {
		if attrs[i].Name == name {
			attrs[i].Value = value
			return attrs
		}
	}
	return append(attrs, forms.Attr{Name: name, Value: value})
}

// integer returns a parameter that must be a whole number.
func (r *reader) integer(rec record, q *forms.Question, name string) (string, bool) {
	v, ok := q.Parameters[name]
	if !ok {
		return "", false
	}
	if _, err := strconv.Atoi(v); err != nil {
		r.fault(parametersPlace(rec), "bad-parameters", "", "%s must be a whole number, not %q", name, v)
		return "", false
	}
	return v, true
}

// oneOf returns a parameter that must be one of some words.
func (r *reader) oneOf(rec record, q *forms.Question, name string, words ...string) (string, bool) {
	v, ok := q.Parameters[name]
	if ok && !slices.Contains(words, v) {
		r.fault(parametersPlace(rec), "bad-parameters", didYouMean(nearest(v, words)), "%s is %s, not %q", name, strings.Join(words, ", "), v)
		return "", false
	}
	return v, ok
}

// image reads the parameters and the default of a picture.
func (r *reader) image(rec record, q *forms.Question) {
	r.knownParameters(rec, q, "max-pixels", "app")
	if q.Default != "" && !strings.Contains(q.Default, "jr://images/") {
		q.Default = "jr://images/" + q.Default
	}
	if v, ok := r.integer(rec, q, "max-pixels"); ok {
		q.Bind.Attrs = setAttr(q.Bind.Attrs, "orx:max-pixels", v)
	}
	app, ok := q.Parameters["app"]
	if !ok {
		return
	}
	if why := badPackage(app); why != "" {
		if q.Appearance == "" || q.Appearance == "annotate" {
			r.fault(parametersPlace(rec), "bad-parameters", "", "app=%s names no Android app: %s", app, why)
		}
		return
	}
	if q.Appearance == "" || q.Appearance == "annotate" {
		q.Attrs = setAttr(q.Attrs, "intent", app)
	}
}

// badPackage says what is wrong with the name of an Android package, or "".
func badPackage(name string) string {
	parts := strings.Split(name, ".")
	if len(parts) < 2 {
		return "it needs a dot"
	}
	for _, p := range parts {
		switch {
		case p == "":
			return "there must be something between and around the dots"
		case p[0] == '_' || p[0] >= '0' && p[0] <= '9':
			return "no part may begin with _ or a digit"
		case strings.ContainsFunc(p, func(c rune) bool {
			return c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
		}):
			return "it may hold letters, digits, dots and _ only"
		}
	}
	return ""
}

// audit reads what the audit log is to keep.
func (r *reader) audit(rec record, q *forms.Question) {
	place := parametersPlace(rec)
	r.knownParameters(rec, q, "identify-user", "location-max-age", "location-min-interval", "location-priority", "track-changes", "track-changes-reasons")
	keep := func(name string, words ...string) {
		if v, ok := r.oneOf(rec, q, name, words...); ok {
			q.Bind.Attrs = append(q.Bind.Attrs, forms.Attr{Name: "odk:" + name, Value: v})
		}
	}
	keep("track-changes", "true", "false")
	keep("track-changes-reasons", "on-form-edit")
	keep("identify-user", "true", "false")
	where := []string{"location-max-age", "location-min-interval", "location-priority"}
	var missing []string
	for _, name := range where {
		if _, ok := q.Parameters[name]; !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) == len(where) {
		return
	}
	if len(missing) > 0 {
		r.fault(place, "bad-parameters", "", "to keep where somebody was, %s is needed as well", strings.Join(missing, " and "))
		return
	}
	age, ok := r.seconds(rec, q, "location-max-age")
	interval, ok2 := r.seconds(rec, q, "location-min-interval")
	if ok && ok2 && age < interval {
		r.fault(place, "bad-parameters", "", "location-max-age must not be below location-min-interval")
		return
	}
	if ok && ok2 {
		q.Bind.Attrs = append(q.Bind.Attrs,
			forms.Attr{Name: "odk:location-max-age", Value: q.Parameters["location-max-age"]},
			forms.Attr{Name: "odk:location-min-interval", Value: q.Parameters["location-min-interval"]})
	}
	keep("location-priority", "no-power", "low-power", "balanced", "high-accuracy")
}

// seconds returns a parameter that is a number of seconds.
func (r *reader) seconds(rec record, q *forms.Question, name string) (int, bool) {
	v, ok := r.integer(rec, q, name)
	if !ok {
		return 0, false
	}
	n, _ := strconv.Atoi(v)
	if n < 0 {
		r.fault(parametersPlace(rec), "bad-parameters", "", "%s must not be negative", name)
		return 0, false
	}
	return n, true
}
