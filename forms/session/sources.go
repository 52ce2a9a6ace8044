package session

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"baraza.example/forms"
	"baraza.example/forms/xpath"
)

// Sources are what a form offers beside the answers: its lists and
// secondary instances. They are read once for all sessions of a program.
type sources struct {
	def       *forms.Definition
	open      func(name string) ([]byte, error)
	languages []string                    // of the form and of the files it names
	items     map[forms.Element]*dataNode // the lists of selects, by question

	mu        sync.Mutex
	instances map[string]instance // by id, once they were asked for
}

// An instance is what was read under an id, nil where there is none. Err says
// why it is blank.
type instance struct {
	node xpath.Node
	err  error
}

// newSources makes the lists of all selects, reading the files they name.
func newSources(def *forms.Definition, open func(name string) ([]byte, error)) (*sources, error) {
	r := &sources{def: def, open: open, languages: slices.Clone(def.Languages), items: map[forms.Element]*dataNode{}, instances: map[string]instance{}}
	var errs []error
	failed := map[string]bool{}
	lists := map[string]*dataNode{}
	for e := range def.All() {
		q, ok := e.(*forms.Question)
		if !ok || q.List == "" || failed[q.List] {
			continue
		}
		if itemsetOf(def, q) != nil {
			if file := def.Lists[q.List].File; file != "" {
				if _, err := r.file(file); err != nil {
					failed[q.List] = true
					errs = append(errs, err)
				}
			}
			continue
		}
		key := q.List + "\x00" + q.Parameters["value"] + "\x00" + q.Parameters["label"]
		if l, ok := lists[key]; ok {
			r.items[e] = l
			continue
		}
		list := def.Lists[q.List]
		if list.File != "" && len(list.Choices) == 0 {
			var err error
			if list, err = r.readFile(list, q); err != nil {
				failed[q.List] = true
				errs = append(errs, err)
				continue
			}
			r.speaks(list)
		}
		l := newList(list)
		r.items[e], lists[key] = l, l
		if _, taken := r.instances[q.List]; !taken && !list.Inline {
			r.instances[q.List] = instance{node: l}
		}
	}
	return r, errors.Join(errs...)
}

func (r *sources) readFile(list forms.ChoiceList, q *forms.Question) (forms.ChoiceList, error) {
	data, err := r.file(list.File)
	if err != nil {
		return list, err
	}
	return forms.ReadChoices(list, data, q.Parameters["value"], q.Parameters["label"])
}

// speaks adds the languages of a list that was read from a file.
func (r *sources) speaks(list forms.ChoiceList) {
	for _, c := range list.Choices {
		for l := range c.Label {
			if l != "" && !slices.Contains(r.languages, l) {
				r.languages = append(r.languages, l)
			}
		}
	}
}

func (r *sources) file(name string) ([]byte, error) {
	if r.open == nil {
		return nil, fmt.Errorf("the form needs the file %s", name)
	}
	data, err := r.open(name)
	if err != nil {
		return nil, fmt.Errorf("the form needs the file %s: %w", name, err)
	}
	return data, nil
}

// instance reads a secondary instance, once.
func (r *sources) instance(id string) instance {
	r.mu.Lock()
	defer r.mu.Unlock()
	in, ok := r.instances[id]
	if !ok {
		in = r.read(id)
		r.instances[id] = in
	}
	return in
}

func (r *sources) read(id string) instance {
	for i := range r.def.Instances {
		if in := &r.def.Instances[i]; in.ID == id {
			return r.secondary(in)
		}
	}
	list, ok := r.def.Lists[id]
	switch {
	case ok && strings.HasSuffix(strings.ToLower(list.File), ".xml"):
		return r.secondary(&forms.Instance{ID: id, Src: list.File})
	case ok && !list.Inline:
		var err error
		if list.File != "" && len(list.Choices) == 0 { // read by pulldata alone
			list, err = r.readFile(list, &forms.Question{})
		}
		return instance{newList(list), err}
	}
	return instance{}
}

// secondary reads an instance that is no list: from the form or from a file.
func (r *sources) secondary(in *forms.Instance) instance {
	if in.Src == "" {
		return instance{node: newTree(in.Tree)}
	}
	name := path.Base(in.Src)
	data, err := r.file(name)
	if err != nil {
		return instance{&dataNode{}, err}
	}
	var n xpath.Node
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".geojson":
		var list forms.ChoiceList
		if list, err = forms.ReadTable(forms.ChoiceList{Name: in.ID, File: name}, data); err == nil {
			n = newList(list)
		}
	default:
		n, err = readTree(data)
	}
	if err != nil {
		return instance{&dataNode{}, fmt.Errorf("%s: %w", name, err)}
	}
	return instance{node: n}
}

// instance finds a secondary instance by its id; the primary one goes by the
// name of its root.
func (s *Session) instance(id string) xpath.Node {
	if n, ok := s.instances[id]; ok {
		return n
	}
	n := s.secondary(id)
	if n != nil {
		s.instances[id] = n
	}
	return n
}

func (s *Session) secondary(id string) xpath.Node {
	def := s.prog.def
	if i := slices.IndexFunc(def.Instances, func(in forms.Instance) bool { return in.ID == id }); i >= 0 && def.Instances[i].Src == forms.LastSaved {
		return s.lastSaved()
	}
	in := s.prog.sources.instance(id)
	if in.err != nil {
		s.fault(in.err)
	}
	switch {
	case in.node != nil:
		return in.node
	case id == s.prog.root.c.Name || id == def.Settings.ID:
		return s.document
	case id == "__last-saved":
		return s.lastSaved()
	}
	return nil
}

// lastSaved is the response that was saved before this one, blank where there
// is none.
func (s *Session) lastSaved() xpath.Node {
	if len(s.opts.LastSaved) == 0 {
		return &dataNode{}
	}
	n, err := readTree(s.opts.LastSaved)
	if err != nil {
		s.fault(fmt.Errorf("the response saved last: %w", err))
		return &dataNode{}
	}
	return n
}

func readTree(data []byte) (xpath.Node, error) {
	if len(data) > forms.MaxChoiceBytes {
		return nil, fmt.Errorf("larger than %d MB", forms.MaxChoiceBytes>>20)
	}
	t, err := xpath.ReadTree(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return t, nil
}
