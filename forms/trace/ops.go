package trace

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/session"
)

// Where a person stands before the first step and behind the last.
const (
	beginningOfForm = "BEGINNING_OF_FORM"
	endOfForm       = "END_OF_FORM"
)

var (
	errNoPlace = errors.New("there is nothing to answer here")
	errNoNode  = errors.New("there is no such node")
)

// text is the shape in which values come back.
type text struct {
	Str string `json:"str"`
}

// choice is a choice as it is offered.
type choice struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// outcome is what validating a response comes to.
type outcome struct {
	Outcome string  `json:"outcome"`
	Failed  *string `json:"failed"`
}

func (p *player) try(op Op, out *Step) error {
	switch op.Op {
	case "next":
		p.move(op, 1, out)
	case "prev":
		p.move(op, -1, out)
	case "answer":
		return p.answer(op, out)
	case "createNewRepeat":
		return p.addRepeat(op, out)
	case "removeRepeat":
		return p.removeRepeat(op, out)
	case "setLanguage":
		p.s.SetLanguages(word(op, 0))
		out.After = p.after()
	case "validate":
		out.Result = p.validate()
	case "jumpToBeginningOfForm":
		p.at, p.steps = -1, nil
	case "atTheEndOfForm":
		out.Result = p.at >= len(p.s.Steps())
	default:
		return p.read(op, out)
	}
	return nil
}

// read does the operations that change nothing.
func (p *player) read(op Op, out *Step) error {
	at := ref(op)
	switch op.Op {
	case "getQuestionLabelText", "proposed_getSelectedOptionLabelsAsText", "proposed_getAvailableOptionLabels":
		p.find()
		if at == "" {
			at = p.here()
		}
	}
	n, ok := p.s.Node(at)
	switch op.Op {
	case "answerOf":
		if !ok || !n.Relevant {
			n.Value = ""
		}
		out.Result = text{n.Value}
		if q, ok := n.Element.(*forms.Question); ok && q.Control == forms.Trigger {
			out.Result = struct{}{} // a trigger has been touched or not, it holds no text
		}
		return nil
	case "countRepeatInstancesOf":
		out.Result = len(n.Children)
		return nil
	case "proposed_canCreateOrRemoveRepeat":
		out.Result = ok && n.CanAdd
		return nil
	case "attributeOf":
		if a, ok := p.rootAttribute(at, word(op, 1)); ok {
			out.Result = text{a}
			return nil
		}
		a, found := p.s.Node(at.Child("@" + word(op, 1)))
		if !found {
			return fmt.Errorf("%s has no attribute %q: %w", at, word(op, 1), errNoNode)
		}
		out.Result = text{a.Value}
		return nil
	}
	if !ok {
		return fmt.Errorf("%s: %w", at, errNoNode)
	}
	out.Ref = string(at)
	switch op.Op {
	case "node":
		out.Relevant, out.ReadOnly, out.Required = &n.Relevant, &n.ReadOnly, &n.Required
	case "choices":
		all := []choice{}
		for _, c := range n.Choices {
			all = append(all, choice{c.Value, c.Label})
		}
		out.Result = all
	case "getQuestionLabelText":
		out.Result = n.Label
	case "proposed_getSelectedOptionLabelsAsText":
		out.Result = labels(n, strings.Fields(n.Value))
	case "proposed_getAvailableOptionLabels":
		out.Result = labels(n, nil)
	default:
		return fmt.Errorf("%q is no operation", op.Op)
	}
	return nil
}

// rootAttribute is what the root says of the form.
func (p *player) rootAttribute(at forms.Ref, name string) (string, bool) {
	set, root := p.s.Definition().Settings, p.s.Definition().Root
	switch {
	case at != root.Ref:
	case name == "id":
		return set.ID, true
	case name == "version" && set.Version != "":
		return set.Version, true
	}
	return "", false
}

// labels are those of the choices with one of the values, or of all.
func labels(n session.Node, values []string) []string {
	all := []string{}
	for _, c := range n.Choices {
		if values == nil || slices.Contains(values, c.Value) {
			all = append(all, c.Label)
		}
	}
	return all
}

// move goes to the next or the previous step. Who expects the first one where
// another is next has gone back to the beginning, which traces don't record.
func (p *player) move(op Op, by int, out *Step) {
	p.find()
	p.at = min(max(p.at+by, -1), len(p.steps))
	if want := forms.Ref(word(op, 0)); by > 0 && want != "" && want != p.here() && len(p.steps) > 0 && p.steps[0].Ref == want {
		p.at = 0
	}
	out.Ref, out.Result = string(p.here()), struct{}{}
}

// find brings the steps up to date and keeps the place among them.
func (p *player) find() {
	var was session.Step
	if p.at >= 0 && p.at < len(p.steps) {
		was = p.steps[p.at]
	}
	p.steps = p.s.Steps()
	if was.Ref == "" {
		return
	}
	if i := slices.Index(p.steps, was); i >= 0 {
		p.at = i
	}
}

// here is where the person stands.
func (p *player) here() forms.Ref {
	if p.at < 0 {
		return beginningOfForm
	}
	if p.at >= len(p.steps) {
		return endOfForm
	}
	return p.steps[p.at].Ref
}

// jump goes to the step at ref, if it is one.
func (p *player) jump(kind session.StepKind, ref forms.Ref) {
	p.steps = p.s.Steps()
	if i := slices.Index(p.steps, session.Step{Kind: kind, Ref: ref}); i >= 0 {
		p.at = i
	}
}

// answer gives a question its value, cast to the type that its control has.
func (p *player) answer(op Op, out *Step) error {
	at, args := forms.Ref(op.Ref), op.Args
	if len(args) > 1 && strings.HasPrefix(word(op, 0), "/") {
		at, args = forms.Ref(word(op, 0)), args[1:]
	}
	if at == "" {
		p.find()
		at = p.here()
	}
	n, ok := p.s.Node(at)
	q, isQuestion := n.Element.(*forms.Question)
	if !ok || !isQuestion {
		return fmt.Errorf("%s: %w", at, errNoPlace)
	}
	var words []string
	for _, a := range args {
		w, err := written(a)
		if err != nil {
			return err
		}
		if q.Control == forms.Trigger {
			w = map[string]string{"1": "OK"}[w]
		}
		words = append(words, w)
	}
	value := strings.Join(words, " ")
	switch q.Control {
	case forms.Select1, forms.Select, forms.RankList:
		value = offered(n, q.Control, value)
	}
	if value = session.Cast(q.Bind.Type, value); !session.InRange(q, value) {
		value = "" // the control has no such place
	}
	err := p.s.Set(at, value)
	if v := new(session.Violation); err != nil && (!errors.As(err, &v) || v.Kind == session.ViolatesReadOnly) {
		return err
	}
	p.jump(session.StepQuestion, at)
	out.Ref = string(at)
	out.After = p.after()
	return nil
}

// offered drops what can't be picked.
func offered(n session.Node, control forms.Control, value string) string {
	words := []string{value}
	if control != forms.Select1 {
		words = strings.Fields(value)
	}
	words = slices.DeleteFunc(words, func(w string) bool {
		return !slices.ContainsFunc(n.Choices, func(c session.Choice) bool { return c.Value == w })
	})
	return strings.Join(words, " ")
}

// written is how an argument stands in the instance.
func written(a json.RawMessage) (string, error) {
	d := json.NewDecoder(strings.NewReader(string(a)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "", err
	}
	return writtenValue(v)
}

func writtenValue(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case bool:
		if v {
			return "1", nil
		}
		return "0", nil
	case []any:
		var words []string
		for _, w := range v {
			word, err := writtenValue(w)
			if err != nil {
				return "", err
			}
			words = append(words, word)
		}
		return strings.Join(words, " "), nil
	case map[string]any:
		for _, key := range []string{"str", "file", "value"} {
			if s, ok := v[key].(string); ok {
				return s, nil
			}
		}
	}
	return "", fmt.Errorf("%v is no answer", v)
}

func (p *player) addRepeat(op Op, out *Step) error {
	at := ref(op)
	if at == "" {
		p.find()
		at = p.here()
	}
	if s := string(at); strings.HasSuffix(s, "]") {
		at = forms.Ref(s[:strings.LastIndexByte(s, '[')])
	}
	added, err := p.s.AddRepeat(at)
	if err != nil {
		return err
	}
	p.jump(session.StepInstance, added)
	out.Ref = string(added)
	out.After = p.after()
	return nil
}

func (p *player) removeRepeat(op Op, out *Step) error {
	if err := p.s.RemoveRepeat(ref(op)); err != nil {
		return err
	}
	out.After = p.after()
	return nil
}

// validate names the first answer that keeps the response from being sent.
func (p *player) validate() outcome {
	found := p.s.Validate()
	if len(found) == 0 {
		return outcome{Outcome: "ANSWER_OK"}
	}
	failed := string(found[0].Ref)
	if found[0].Kind == session.ViolatesRequired {
		return outcome{"ANSWER_REQUIRED_BUT_EMPTY", &failed}
	}
	return outcome{"ANSWER_CONSTRAINT_VIOLATED", &failed}
}
