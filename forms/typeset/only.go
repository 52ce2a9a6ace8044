package typeset

import (
	"strings"

	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/xpath"
)

// condition says in words when an element is asked; "" is always. What can't be
// said in words stands there as the form writes it.
func (f Form) condition(e forms.Element) string {
	relevant := e.Base().Bind.Relevant
	if relevant == "" || relevant == "true()" {
		return ""
	}
	words := f.told(e.Base().Ref, relevant)
	if words == "" {
		words = f.Words.Say("print.holds", locale.Values{"Expression": relevant})
	}
	return f.Words.Say("print.only_if", locale.Values{"Condition": words})
}

func (f Form) told(ref forms.Ref, expression string) string {
	compiled, err := xpath.Compile(expression)
	if err != nil {
		return ""
	}
	c, ok := compiled.Condition()
	if !ok {
		return ""
	}
	return f.tell(ref, c, 0)
}

// deepest is how many outcomes of outcomes are followed.
const deepest = 3

// tell says a condition as seen from the element at ref; "" where it speaks of what
// has no words.
func (f Form) tell(ref forms.Ref, c xpath.Condition, depth int) string {
	switch c.Kind {
	case xpath.All, xpath.Any:
		id := locale.ID("print.and")
		if c.Kind == xpath.Any {
			id = "print.or"
		}
		words := ""
		for _, part := range c.Of {
			one := f.tell(ref, part, depth)
			switch {
			case one == "":
				return ""
			case words == "":
				words = one
			default:
				words = f.Words.Say(id, locale.Values{"First": words, "Second": one})
			}
		}
		return words
	case xpath.Not:
		if c.Of[0].Kind != xpath.Ticked {
			return ""
		}
		return f.say("print.not_ticked", ref, c.Of[0])
	}
	if q, hidden := f.asked(ref, c.Ref); hidden && c.Kind == xpath.Is && depth < deepest {
		// The outcome of a calculation: on which condition it is that.
		compiled, err := xpath.Compile(q.Bind.Calculate)
		if err != nil {
			return ""
		}
		why, ok := compiled.Branch(c.Value)
		if !ok {
			return ""
		}
		return f.tell(q.Ref, why, depth+1)
	}
	return f.say(sayings[c.Kind], ref, c)
}

// sayings are the messages of conditions on one answer.
var sayings = map[xpath.ConditionKind]locale.ID{
	xpath.Is: "print.is", xpath.IsNot: "print.is_not", xpath.Ticked: "print.ticked", xpath.Blank: "print.blank", xpath.Answered: "print.answered",
	xpath.More: "print.more", xpath.AtLeast: "print.at_least", xpath.Less: "print.less", xpath.AtMost: "print.at_most",
}

func (f Form) say(id locale.ID, ref forms.Ref, c xpath.Condition) string {
	q, hidden := f.asked(ref, c.Ref)
	if q == nil || hidden || id == "" {
		return ""
	}
	label := f.Session.Text(q.Ref, q.Label)
	if label == "" {
		return ""
	}
	answer := c.Value
	for _, choice := range f.Session.Definition().Lists[q.List].Choices {
		if choice.Value == c.Value {
			answer = f.Session.Text(q.Ref, choice.Label)
		}
	}
	return f.Words.Say(id, locale.Values{"Question": short(label), "Answer": short(answer)})
}

// asked is the question that a reference from an element leads to, and whether
// nobody is asked it.
func (f Form) asked(from forms.Ref, to xpath.Reference) (q *forms.Question, hidden bool) {
	e := f.Session.Definition().Element(forms.Ref(to.Resolve(string(from))))
	q, ok := e.(*forms.Question)
	if !ok {
		return nil, false
	}
	return q, q.Control == forms.Hidden
}

// quoted is how much of a question is said again where another refers to it.
const quoted = 70 // characters

func short(words string) string {
	words = strings.Join(strings.Fields(words), " ")
	runes := []rune(words)
	if len(runes) <= quoted {
		return words
	}
	cut := string(runes[:quoted])
	if i := strings.LastIndexByte(cut, ' '); i > quoted/2 {
		cut = cut[:i]
	}
	return cut + " …"
}
