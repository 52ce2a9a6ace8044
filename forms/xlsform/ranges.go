package xlsform

import (
	"math/big"
	"slices"
	"strings"

	"baraza.example/forms"
)

// A rangeScale is the scale of a range question, exact.
type rangeScale struct {
	start, end, step *big.Rat
	tick             *big.Rat // or nil
}

// rangeQuestion reads the scale of a range and what stands beside it.
func (r *reader) rangeQuestion(rec record, q *forms.Question) {
	place := parametersPlace(rec)
	before := len(r.found)
	r.knownParameters(rec, q, "start", "end", "step", "tick_interval", "placeholder", "tick_labelset")
	shown := []string{"tick_interval", "placeholder", "tick_labelset"}
	plain := slices.Contains([]string{"", "vertical", "no-ticks", "vertical no-ticks", "no-ticks vertical"}, q.Appearance)
	if !plain && slices.ContainsFunc(shown, func(name string) bool { _, ok := q.Parameters[name]; return ok }) {
		r.fault(place, "bad-parameters", "", "%s go with the appearances vertical and no-ticks only", strings.Join(shown, ", "))
	}
	if q.Parameters == nil {
		q.Parameters = map[string]string{}
	}
	for name, value := range map[string]string{"start": "1", "end": "10", "step": "1"} {
		if _, ok := q.Parameters[name]; !ok {
			q.Parameters[name] = value
		}
	}
	s := rangeScale{start: r.rational(rec, q, "start"), end: r.rational(rec, q, "end"), step: r.rational(rec, q, "step"), tick: r.rational(rec, q, "tick_interval")}
	placeholder := r.rational(rec, q, "placeholder")
	if len(r.found) > before {
		return
	}
	r.scale(rec, s)
	if len(r.found) == before && placeholder != nil {
		if !s.onStep(placeholder, s.step) {
			r.fault(place, "bad-parameters", "", "placeholder must be start and a multiple of step")
		} else if !s.holds(placeholder) {
			r.fault(place, "bad-parameters", "", "placeholder must lie between start and end")
		}
	}
	if list, ok := q.Parameters["tick_labelset"]; ok && len(r.found) == before {
		r.tickLabels(rec, q, s, list)
	}
	for _, v := range []*big.Rat{s.start, s.end, s.step, s.tick, placeholder} {
		if v != nil && !v.IsInt() {
			q.Bind.Type = forms.Decimal
		}
	}
	r.scaleAttributes(q)
}

// scaleAttributes moves what is no start, end or step into attributes.
func (r *reader) scaleAttributes(q *forms.Question) {
	for _, a := range []struct{ parameter, attribute string }{{"tick_interval", "odk:tick-interval"}, {"placeholder", "odk:placeholder"}} {
		if v, ok := q.Parameters[a.parameter]; ok {
			q.Attrs = setAttr(q.Attrs, a.attribute, v)
		}
	}
}

// rational returns a parameter that must be a number, or nil.
func (r *reader) rational(rec record, q *forms.Question, name string) *big.Rat {
	v, ok := q.Parameters[name]
	if !ok {
		return nil
	}
	n, ok := number(v)
	if !ok {
		r.fault(parametersPlace(rec), "bad-parameters", "", "%s of a range must be a number, not %q", name, v)
	}
	return n
}

// number reads a decimal number of bounded size.
func number(s string) (*big.Rat, bool) {
	if len(s) > 32 || strings.ContainsAny(s, "/_xXpPbBoO") {
		return nil, false
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 && len(s)-i > 4 { // 1e999999 would fill the memory
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// scale checks step and tick_interval against the width.
func (r *reader) scale(rec record, s rangeScale) {
	place := parametersPlace(rec)
	width := new(big.Rat).Abs(new(big.Rat).Sub(s.end, s.start))
	for _, p := range []struct {
		name  string
		value *big.Rat
	}{{"step", s.step}, {"tick_interval", s.tick}} {
		switch {
		case p.value == nil:
		case p.value.Sign() == 0:
			r.fault(place, "bad-parameters", "", "%s of a range must not be 0", p.name)
			return
		case p.value.Cmp(width) > 0:
			r.fault(place, "bad-parameters", "", "%s must not be larger than the range", p.name)
			return
		}
	}
	if s.tick != nil && !new(big.Rat).Quo(s.tick, s.step).IsInt() {
		r.fault(place, "bad-parameters", "", "tick_interval must be a multiple of step")
	}
}

// onStep reports whether v is start and a multiple of step.
func (s rangeScale) onStep(v, step *big.Rat) bool {
	return new(big.Rat).Quo(new(big.Rat).Sub(v, s.start), step).IsInt()
}

func (s rangeScale) holds(v *big.Rat) bool {
	low, high := s.start, s.end
	if low.Cmp(high) > 0 {
		low, high = high, low
	}
	return v.Cmp(low) >= 0 && v.Cmp(high) <= 0
}

// tickLabels takes the choices of a list as the words at the ticks.
func (r *reader) tickLabels(rec record, q *forms.Question, s rangeScale, name string) {
	place := parametersPlace(rec)
	list, ok := r.def.Lists[name]
	if !ok || list.File != "" {
		r.fault(place, "missing-list", "", "tick_labelset=%s names no list of the choices sheet", name)
		return
	}
	q.List = name
	var values []*big.Rat
	for _, c := range list.Choices {
		v, ok := number(c.Value)
		switch {
		case !ok:
			r.fault(place, "bad-parameters", "", "the choices of tick_labelset must be numbers; %q is none", c.Value)
		case !s.holds(v):
			r.fault(place, "bad-parameters", "", "the choices of tick_labelset must lie between start and end; %q does not", c.Value)
		case s.tick != nil && !s.onStep(v, s.tick):
			r.fault(place, "bad-parameters", "", "the choices of tick_labelset must stand at ticks; %q does not", c.Value)
		case !s.onStep(v, s.step):
			r.fault(place, "bad-parameters", "", "the choices of tick_labelset must stand at steps; %q does not", c.Value)
		default:
			if !slices.ContainsFunc(values, func(w *big.Rat) bool { return w.Cmp(v) == 0 }) {
				values = append(values, v)
			}
			continue
		}
		return
	}
	if !strings.Contains(q.Appearance, "no-ticks") {
		return
	}
	isEnd := func(v *big.Rat) bool { return v.Cmp(s.start) == 0 || v.Cmp(s.end) == 0 }
	switch {
	case len(values) > 2:
		r.fault(place, "bad-parameters", "", "without ticks a range has labels at its two ends only")
	case len(values) < 2 || !isEnd(values[0]) || !isEnd(values[1]):
		r.fault(place, "bad-parameters", "", "without ticks the choices of tick_labelset are start and end")
	}
}
