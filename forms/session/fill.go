package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"baraza.example/forms"
)

// Fill answers a form as a person would who has all answers at hand. Keys are
// names of questions, or paths ("member/age", "/data/member/age") where a name
// isn't unique. Values are text, numbers, true and false (yes and no where
// these are the choices), a list for a select of several or a rank, a list of
// objects for a repeat, an object for a group; nil leaves a question alone.
//
// The error joins one for each answer that names no question or that the form
// refuses; the latter wrap a *[Violation]. A repeat that answers say nothing
// of, and in which nothing is answered, is left without instances.
func Fill(s *Session, answers map[string]any) error {
	f := &filler{s: s}
	f.fill(s.root, answers)
	for _, g := range f.given {
		f.check(g)
	}
	return errors.Join(f.errs...)
}

type filler struct {
	s     *Session
	given []given
	errs  []error
}

// given is an answer put in, under its key.
type given struct {
	key string
	n   *node
}

// keyed is an answer and the key it came under.
type keyed struct {
	key   string
	value any
}

func (f *filler) refuse(key, format string, args ...any) {
	f.errs = append(f.errs, fmt.Errorf("%s: %w", key, fmt.Errorf(format, args...)))
}

// fill puts the answers for one scope in, the form or a repeat instance, in
// document order.
func (f *filler) fill(n *node, answers map[string]any) {
	targets := map[*plan]keyed{}
	for _, key := range slices.Sorted(maps.Keys(answers)) {
		value := answers[key]
		if value == nil {
			continue
		}
		p, err := lookup(n.plan, key)
		if err != nil {
			f.errs = append(f.errs, fmt.Errorf("%s: %w", key, err))
			continue
		}
		if other, twice := targets[p]; twice {
			f.refuse(key, "%s is answered twice, as %s too", p.c.Name, other.key)
			continue
		}
		targets[p] = keyed{key, value}
	}
	f.walk(n, targets)
}

func (f *filler) walk(n *node, targets map[*plan]keyed) {
	for _, c := range n.children {
		k, ok := targets[c.plan]
		switch {
		case c.isRange:
			f.repeat(c, k, ok)
		case c.plan.q == nil:
			if inner, isObject := k.value.(map[string]any); isObject {
				f.fill(c, inner)
			} else if ok {
				f.refuse(k.key, "this is a group: its answers are an object")
			}
			f.walk(c, targets)
		case ok:
			f.answer(c, k)
		}
	}
}

// answer puts one answer in. Whether the form takes it is seen when all are in.
func (f *filler) answer(n *node, k keyed) {
	text, err := f.text(n, k.value)
	if err != nil {
		f.errs = append(f.errs, fmt.Errorf("%s: %w", k.key, err))
		return
	}
	err = f.s.Set(n.ref(), text)
	var v *Violation
	if errors.As(err, &v) && v.Kind != ViolatesReadOnly {
		err = nil // it may well be allowed with the answers that follow
	}
	if err != nil {
		f.errs = append(f.errs, fmt.Errorf("%s: %w", k.key, err))
		return
	}
	f.given = append(f.given, given{k.key, n})
}

// check says whether an answer is taken, all others being there.
func (f *filler) check(g given) {
	n := g.n
	if n.value == "" {
		return
	}
	if !n.relevant {
		v := &Violation{Ref: n.ref(), Kind: ViolatesRelevant, Message: f.s.whyNot(n)}
		f.errs = append(f.errs, fmt.Errorf("%s: %w", g.key, v))
		return
	}
	if v := f.s.checkAnswer(n); v != nil {
		f.errs = append(f.errs, fmt.Errorf("%s: %w", g.key, v))
	}
}

// repeat makes as many instances as there are objects and fills them.
func (f *filler) repeat(r *node, k keyed, ok bool) {
	if !ok {
		for _, i := range slices.Backward(slices.Clone(r.instances())) {
			if r.plan.count == nil && isBlank(i) {
				_ = f.s.RemoveRepeat(i.ref()) // it stands there
			}
		}
		return
	}
	list, isList := k.value.([]any)
	if !isList {
		f.refuse(k.key, "this is asked several times: its answers are a list of objects")
		return
	}
	if r.plan.count != nil && r.visible != len(list) {
		f.refuse(k.key, "the form asks this %d times, the answers have %d", r.visible, len(list))
		return
	}
	for r.visible < len(list) {
		if _, err := f.s.AddRepeat(r.ref()); err != nil {
			f.errs = append(f.errs, fmt.Errorf("%s: %w", k.key, err))
			return
		}
	}
	for i := r.visible - 1; i >= len(list); i-- {
		if err := f.s.RemoveRepeat(r.children[i].ref()); err != nil {
			f.errs = append(f.errs, fmt.Errorf("%s: %w", k.key, err))
			return
		}
	}
	for i, item := range list {
		object, isObject := item.(map[string]any)
		if !isObject {
			f.refuse(fmt.Sprintf("%s[%d]", k.key, i+1), "the answers of a repeat are objects")
			continue
		}
		before, checked := len(f.errs), len(f.given)
		f.fill(r.children[i], object)
		prefix := fmt.Sprintf("%s[%d]/", k.key, i+1)
		for j := range f.errs[before:] {
			f.errs[before+j] = fmt.Errorf("%s%w", prefix, f.errs[before+j])
		}
		for j := range f.given[checked:] {
			f.given[checked+j].key = prefix + f.given[checked+j].key
		}
	}
}

// text is how a value is written as an answer to n.
func (f *filler) text(n *node, value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case int:
		return strconv.Itoa(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case bool:
		return f.yesNo(n, v)
	case []any:
		return f.several(n, v)
	case []string:
		all := make([]any, len(v))
		for i, s := range v {
			all[i] = s
		}
		return f.several(n, all)
	}
	return "", fmt.Errorf("%T is no answer to a question", value)
}

func (f *filler) yesNo(n *node, v bool) (string, error) {
	q := n.plan.q
	switch {
	case q.List != "":
		for _, word := range map[bool][]string{true: {"yes", "true", "1"}, false: {"no", "false", "0"}}[v] {
			if list := f.s.prog.sources.items[q]; list != nil && list.byValue(word) != nil {
				return word, nil
			}
		}
		return "", fmt.Errorf("%t is not among the choices", v)
	case q.Control == forms.Trigger:
		return map[bool]string{true: "OK"}[v], nil
	}
	return strconv.FormatBool(v), nil
}

func (f *filler) several(n *node, values []any) (string, error) {
	if c := n.plan.q.Control; c != forms.Select && c != forms.RankList {
		return "", errors.New("this question takes one answer, not a list")
	}
	words := make([]string, len(values))
	for i, v := range values {
		if _, nested := v.([]any); nested {
			return "", errors.New("a list within a list is no answer")
		}
		word, err := f.text(n, v)
		if err != nil {
			return "", err
		}
		if len(strings.Fields(word)) != 1 {
			return "", fmt.Errorf("%q is no name of a choice", word)
		}
		words[i] = word
	}
	return strings.Join(words, " "), nil
}

// lookup finds the question, group or repeat that a key names in a scope.
// What stands in a repeat is looked up in the objects of its list.
func lookup(scope *plan, key string) (*plan, error) {
	var found, deeper []*plan
	want := "/" + strings.Trim(key, "/")
	var walk func(p *plan, inner *plan)
	walk = func(p *plan, inner *plan) {
		for _, c := range p.children {
			ref := string(c.c.Ref)
			if c.c.Prefix == "" && (strings.HasSuffix(ref, want)) {
				if inner != nil {
					deeper = append(deeper, inner)
				} else {
					found = append(found, c)
				}
			}
			in := inner
			if in == nil && c.repeat != nil {
				in = c
			}
			walk(c, in)
		}
	}
	walk(scope, nil)
	if len(found) > 1 { // a question goes before a group of the same name
		if questions := slices.DeleteFunc(slices.Clone(found), func(p *plan) bool { return p.q == nil }); len(questions) == 1 {
			found = questions
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		var paths []string
		for _, p := range found {
			paths = append(paths, strings.TrimPrefix(string(p.c.Ref), string(scope.c.Ref)+"/"))
		}
		return nil, fmt.Errorf("this may be %s: write which", strings.Join(paths, " or "))
	case len(deeper) > 0:
		return nil, fmt.Errorf("this is asked in the repeat %s: answer it in the objects of its list", deeper[0].c.Name)
	}
	return nil, fmt.Errorf("%w: the form has no question of this name", ErrNoNode)
}

// whyNot says, for whoever wrote the answers, why n is not asked.
func (s *Session) whyNot(n *node) string {
	for n.parent != nil && n.parent.plan != nil && !n.parent.relevant {
		n = n.parent
	}
	what := "it"
	if n.plan.q == nil {
		what = "the group " + n.plan.c.Name
	}
	condition := n.plan.c.Bind.Relevant
	for _, p := range s.prog.all { // paths read better as names
		condition = strings.ReplaceAll(condition, " "+string(p.c.Ref)+" ", "${"+p.c.Name+"}")
	}
	return "This is not asked here: " + what + " is asked only when " + strings.TrimSpace(condition) + "."
}
