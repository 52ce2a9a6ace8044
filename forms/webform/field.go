package webform

import (
	"slices"
	"strings"

	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// An item is one thing on a page, as the template takes it: a heading, a
// question, or what grows and shrinks a repeat.
type item struct {
	Kind     string // group, note, text, lines, number, date, time, radio, checks, list, rank, search, tick, file, add, remove
	ID       string // of the control: its label and its faults name it
	Ref      forms.Ref
	Label    string
	Lang     string // where the label is in another language than the page,
	Dir      locale.Direction
	Draft    bool // nobody has reviewed the translation
	Hint     string
	Value    string
	Required bool
	ReadOnly bool
	Wrong    string // what is wrong with the answer
	Choices  []choice
	Level    int    // of a heading: 2 stands right below the page's own
	More     bool   // of a search: there are more matches
	Find     string // what was searched for
}

type choice struct {
	Value, Label, Lang string
	Dir                locale.Direction
	Chosen             bool
	Places             []place // of a ranking: where it may stand
}

// A place in a ranking, from 1.
type place struct {
	Number int
	Chosen bool
}

// A painter makes the items of a page.
type painter struct {
	s        *session.Session
	words    *locale.Localizer
	language string // code
	wrong    map[forms.Ref]string
	find     map[forms.Ref]string // what was searched for in long lists
	title    string               // of the page: a group of the same name needs no heading
	items    []item
}

func (p *painter) page(pg page) []item {
	p.title = pg.Label
	for _, ref := range pg.refs {
		if n, ok := p.s.Node(ref); ok {
			p.add(n, 2)
		}
	}
	for i := range p.items {
		p.items[i].ID = "q" + letters(i)
	}
	return p.items
}

// letters numbers the controls of a page.
func letters(i int) string {
	if i < 26 {
		return string(rune('a' + i))
	}
	return letters(i/26-1) + letters(i%26)
}

// add paints n. Its heading, if it shows one, is of a level; what is inside comes one
// below it, for who goes from heading to heading takes a level left out for something
// missed.
func (p *painter) add(n session.Node, level int) {
	if !asks(p.s, n) {
		return
	}
	for _, words := range n.Above {
		p.items = append(p.items, item{Kind: "group", Label: words, Level: level})
	}
	if q, ok := n.Element.(*forms.Question); ok {
		p.items = append(p.items, p.question(n, q))
		return
	}
	if n.Label != "" && !n.Instance && n.Label != p.title {
		p.items = append(p.items, item{Kind: "group", Label: n.Label, Lang: p.other(n.Language), Dir: p.direction(n.Language), Hint: n.Hint, Level: level})
		level++
	} else if n.Hint != "" && !n.Instance {
		p.items = append(p.items, item{Kind: "group", Hint: n.Hint})
	}
	_, repeat := n.Element.(*forms.Repeat)
	for i, ref := range n.Children {
		c, ok := p.s.Node(ref)
		if !ok {
			continue
		}
		if !c.Instance {
			p.add(c, level)
			continue
		}
		p.items = append(p.items, item{Kind: "group", Level: level, Label: p.words.Say("fill.position", locale.Values{"Position": i + 1, "Total": len(n.Children)})})
		p.add(c, level+1)
		if n.CanAdd {
			p.items = append(p.items, item{Kind: "remove", Ref: c.Ref})
		}
	}
	if repeat && !n.Instance && n.CanAdd {
		p.items = append(p.items, item{Kind: "add", Ref: n.Ref})
	}
}

func (p *painter) question(n session.Node, q *forms.Question) item {
	it := item{Ref: n.Ref, Label: n.Label, Lang: p.other(n.Language), Dir: p.direction(n.Language), Draft: n.NeedsReview, Hint: n.Hint, Value: n.Value,
		Required: n.Required, ReadOnly: n.ReadOnly, Wrong: p.wrong[n.Ref], Kind: kindOf(n, q)}
	switch it.Kind {
	case "search":
		it.Find = p.find[n.Ref]
		it.Choices, it.More = p.matches(n, it.Find)
	case "radio", "checks", "list":
		it.Choices = p.choices(n, n.Choices)
	case "rank":
		it.Choices = ranked(p.choices(n, n.Choices), n.Value)
	}
	return it
}

func kindOf(n session.Node, q *forms.Question) string {
	switch q.Control {
	case forms.Note:
		return "note"
	case forms.Trigger:
		return "tick"
	case forms.Upload:
		return "file"
	case forms.Select1:
		switch {
		case len(n.Choices) >= huge:
			return "search"
		case len(n.Choices) >= many:
			return "list"
		}
		return "radio"
	case forms.Select:
		return "checks"
	case forms.RankList:
		return "rank"
	}
	switch {
	case slices.Contains(strings.Fields(q.Appearance), "multiline"):
		return "lines"
	case q.Bind.Type == forms.Int, q.Bind.Type == forms.Decimal:
		return "number"
	case q.Bind.Type == forms.Date:
		return "date"
	case q.Bind.Type == forms.Time:
		return "time"
	}
	return "text"
}

func (p *painter) choices(n session.Node, of []session.Choice) []choice {
	chosen := strings.Fields(n.Value)
	var out []choice
	for _, c := range of {
		out = append(out, choice{Value: c.Value, Label: c.Label, Lang: p.other(c.Language), Dir: p.direction(c.Language), Chosen: slices.Contains(chosen, c.Value)})
	}
	return out
}

// ranked gives each choice the places it may stand at, as the answer has it.
func ranked(choices []choice, value string) []choice {
	order := strings.Fields(value)
	for i := range choices {
		at := slices.Index(order, choices[i].Value)
		for n := range choices {
			choices[i].Places = append(choices[i].Places, place{n + 1, n == at})
		}
	}
	return choices
}

const maxMatches = 40

// matches are the choices of a long list that have what was searched for in
// their label, and the one that is chosen.
func (p *painter) matches(n session.Node, find string) (out []choice, more bool) {
	find = strings.ToLower(strings.TrimSpace(find))
	var found []session.Choice
	for _, c := range n.Choices {
		switch {
		case c.Value == n.Value:
			found = append([]session.Choice{c}, found...)
		case find == "" || !strings.Contains(strings.ToLower(c.Label), find):
		case len(found) < maxMatches:
			found = append(found, c)
		default:
			more = true
		}
	}
	return p.choices(n, found), more
}

// other is the tag of a language, where it is not the page's.
func (p *painter) other(heading string) string {
	l, known := locale.Named(heading)
	if !known || l.Code == p.language || heading == "" {
		return ""
	}
	return l.Code
}

// direction is that of a language, where it is not the page's: letters in the
// text alone would mislead, as a question in Arabic that begins with "a)".
func (p *painter) direction(heading string) locale.Direction {
	code := p.other(heading)
	if code == "" {
		return ""
	}
	l, _ := locale.Named(code)
	return l.Direction
}

// message words a violation: by the form's own message, or by ours for its kind.
func (p *painter) message(v session.Violation) string {
	n, _ := p.s.Node(v.Ref)
	q, ok := n.Element.(*forms.Question)
	switch {
	case !ok:
		return v.Message
	case v.Kind == session.ViolatesConstraint && len(q.Bind.ConstraintMessage) > 0, v.Kind == session.ViolatesRequired && len(q.Bind.RequiredMessage) > 0:
		return v.Message
	case v.Kind == session.ViolatesRequired:
		return p.words.Say("review.missing")
	case v.Kind == session.ViolatesReadOnly:
		return p.words.Say("fill.read_only")
	}
	message := p.words.Say("review.not_accepted")
	switch q.Bind.Type {
	case forms.Int, forms.Decimal:
		message += ": " + p.words.Say("fill.number_hint")
	case forms.Date:
		message += ": " + p.words.Say("fill.date_hint")
	}
	return message
}
