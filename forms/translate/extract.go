package translate

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"baraza.example/forms"
)

// placeholder is where a text shows the value of an answer.
var placeholder = regexp.MustCompile(`\$\{[^{}]*\}`)

// A spot is a place of a definition that holds a text.
type spot struct {
	id    string
	text  forms.Text
	place string // for a translator
	// unreviewed lists the languages in which nobody has reviewed the text; nil where screens make no difference.
	unreviewed *[]string
}

// Extract takes the texts of a form for translation from one language to
// another, each in the order in which a person meets it, choices at the end.
// What the form has in that language already comes along as [InForm].
func Extract(def *forms.Definition, source, language string) Catalogue {
	c := Catalogue{Form: def.Settings.ID, Version: def.Settings.Version, Source: source, Language: language}
	for _, s := range spots(def) {
		words := s.text[source]
		if words == "" {
			continue
		}
		names := shortNames(words)
		u := Unit{ID: s.id, Source: names.shorten(words), State: New, Place: s.place}
		u.Hash = Hash(u.Source)
		if target := s.text[language]; target != "" {
			u.Target, u.State = names.shorten(target), InForm
		}
		c.Units = append(c.Units, u)
	}
	return c
}

// spots lists every text of a form.
func spots(def *forms.Definition) []spot {
	var all []spot
	for e := range def.All() {
		c := e.Base()
		add := func(what, place string, t forms.Text, unreviewed *[]string) {
			if len(t) > 0 {
				all = append(all, spot{string(c.Ref) + "#" + what, t, place + placeOf(e), unreviewed})
			}
		}
		add("label", "", c.Label, &c.Unreviewed)
		add("hint", "hint below ", c.Hint, nil)
		add("guidance", "guidance for ", c.Guidance, nil)
		add("constraint", "said when an answer can't be taken, at ", c.Bind.ConstraintMessage, nil)
		add("required", "said when an answer is missing, at ", c.Bind.RequiredMessage, nil)
	}
	for _, name := range slices.Sorted(maps.Keys(def.Lists)) {
		list := def.Lists[name]
		if list.File != "" {
			continue // a file has its languages in columns of its own
		}
		seen := map[string]int{}
		for i := range list.Choices {
			c := &list.Choices[i]
			id := name + "/" + c.Value
			if seen[c.Value]++; seen[c.Value] > 1 {
				id = fmt.Sprintf("%s~%d", id, seen[c.Value])
			}
			if len(c.Label) > 0 {
				all = append(all, spot{id + "#label", c.Label, "choice in the list " + name, &c.Unreviewed})
			}
		}
	}
	return all
}

// placeOf says in words where an element stands.
func placeOf(e forms.Element) string {
	c := e.Base()
	what := "question"
	switch e := e.(type) {
	case *forms.Group:
		what = "group"
	case *forms.Repeat:
		what = "repeated group"
	case *forms.Question:
		if e.Control == forms.Note {
			what = "note"
		}
	}
	at := what + " " + c.Name
	if c.Place.Row > 0 {
		at += fmt.Sprintf(" (%s row %d)", c.Place.Sheet, c.Place.Row)
	}
	return at
}

// names are the placeholders of a source: as translators see them, ${name},
// and as the definition has them, ${/data/group/name}.
type names struct{ short, full []string }

// shortNames gives each placeholder of a source the name of the question it
// shows. Where two would get the same name, both stay as they are.
func shortNames(source string) names {
	var n names
	for _, full := range placeholder.FindAllString(source, -1) {
		if slices.Contains(n.full, full) {
			continue
		}
		short := full
		path := strings.TrimSpace(full[2 : len(full)-1])
		if name := path[strings.LastIndexByte(path, '/')+1:]; forms.ValidName(name) {
			short = "${" + name + "}"
		}
		if i := slices.Index(n.short, short); i >= 0 {
			short, n.short[i] = full, n.full[i]
		}
		n.full, n.short = append(n.full, full), append(n.short, short)
	}
	return n
}

func (n names) shorten(text string) string { return replaced(text, n.full, n.short) }
func (n names) restore(text string) string { return replaced(text, n.short, n.full) }

func replaced(text string, from, to []string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		if i := slices.Index(from, p); i >= 0 {
			return to[i]
		}
		return p
	})
}
