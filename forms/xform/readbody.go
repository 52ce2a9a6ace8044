package xform

import (
	"slices"
	"strings"

	"baraza.example/forms"
)

// controls reads the body onto the elements.
func (r *reader) controls() {
	used := map[forms.Element]bool{}
	blocks := r.blocks(r.body, r.def.Root, used)
	in := map[*forms.Repeat]*forms.Block{}
	repeatBlocks(blocks, in)
	blocks = r.inRepeats(blocks, nil, in)
	if !sameOrder(blocks, usual(r.def.Root.Children, used)) {
		r.def.Body = blocks
	}
}

// repeatBlocks finds the block of each repeat.
func repeatBlocks(blocks []*forms.Block, in map[*forms.Repeat]*forms.Block) {
	for _, b := range blocks {
		if p, ok := b.Element.(*forms.Repeat); ok {
			in[p] = b
		}
		repeatBlocks(b.Blocks, in)
	}
}

// inRepeats moves questions that stand outside the repeat whose nodes they ask
// for into it: asked outside they would have no instance.
func (r *reader) inRepeats(blocks []*forms.Block, around *forms.Repeat, in map[*forms.Repeat]*forms.Block) []*forms.Block {
	kept := blocks[:0:0]
	for _, b := range blocks {
		inside := around
		if p, ok := b.Element.(*forms.Repeat); ok {
			inside = p
		}
		b.Blocks = r.inRepeats(b.Blocks, inside, in)
		if q, ok := b.Element.(*forms.Question); ok {
			if p := r.repeatOf(q); p != around && p != nil && in[p] != nil {
				r.report(nil, "outside-repeat", true, "%s is asked outside its repeat %s and is taken for a part of it", q.Name, p.Name)
				in[p].Blocks = append(in[p].Blocks, b)
				continue
			}
		}
		kept = append(kept, b)
	}
	return kept
}

// repeatOf is the deepest repeat that an element stands in, or nil.
func (r *reader) repeatOf(e forms.Element) *forms.Repeat {
	path := r.paths[e]
	for {
		i := strings.LastIndexByte(path, '/')
		if i <= 0 {
			return nil
		}
		path = path[:i]
		if p, ok := r.byPath[path].(*forms.Repeat); ok {
			return p
		}
	}
}

// blocks reads what stands in a part of the body; context is what relative
// paths start from.
func (r *reader) blocks(at *element, context forms.Element, used map[forms.Element]bool) []*forms.Block {
	var all []*forms.Block
	for _, x := range at.elements() {
		var b *forms.Block
		switch x.local {
		case "group":
			b = r.group(x, context, used)
		case "repeat":
			b = r.bodyRepeat(x, nil, context, used)
		default:
			if control, ok := controls[x.local]; ok {
				b = r.question(x, control, context, used)
			} else if !notControls[x.local] {
				r.warn(x, "unknown-control", "<%s> is no control that forms have", x.name)
			}
		}
		if b != nil {
			all = append(all, b)
		}
	}
	return all
}

var controls = map[string]forms.Control{
	"input": forms.Input, "secret": forms.Input, "select": forms.Select, "select1": forms.Select1,
	"rank": forms.RankList, "range": forms.Range, "upload": forms.Upload, "trigger": forms.Trigger,
}

// notControls stand beside controls in the body and are read with what they
// stand in.
var notControls = map[string]bool{
	"label": true, "hint": true, "help": true, "alert": true, "item": true, "itemset": true, "value": true,
	"setvalue": true, "setgeopoint": true, "recordaudio": true, "output": true,
}

func (r *reader) group(x *element, context forms.Element, used map[forms.Element]bool) *forms.Block {
	ref := reference(x)
	if ref == "" {
		g := &forms.Group{}
		g.Place = x.place()
		r.dress(x, &g.Common, context)
		return &forms.Block{Element: g, Blocks: r.blocks(x, context, used)}
	}
	e, _ := r.resolve(ref, context)
	switch e := e.(type) {
	case *forms.Repeat:
		// A group about a repeat is what labels it.
		for _, c := range x.elements() {
			if c.local != "repeat" {
				continue
			}
			if inner, _ := r.resolve(reference(c), e); inner == forms.Element(e) && !used[e] {
				return r.bodyRepeat(c, x, context, used)
			}
		}
		r.fault(x, "group-of-repeat", "the group names the repeat %s but has no <repeat> of it in it", ref)
	case *forms.Group:
		if used[e] {
			g := &forms.Group{Common: forms.Common{Ref: e.Ref, Name: e.Name, Prefix: e.Prefix, Place: x.place()}}
			r.dress(x, &g.Common, e)
			return &forms.Block{Element: g, Blocks: r.blocks(x, e, used)}
		}
		used[e] = true
		r.dress(x, &e.Common, e)
		return &forms.Block{Element: e, Blocks: r.blocks(x, e, used)}
	default:
		r.fault(x, "no-node", "the group %q stands for no node of the instance", ref)
	}
	return nil
}

// bodyRepeat reads a repeat and the group around it that labels it, if any.
func (r *reader) bodyRepeat(x, around *element, context forms.Element, used map[forms.Element]bool) *forms.Block {
	ref := reference(x)
	e, _ := r.resolve(ref, context)
	p, ok := e.(*forms.Repeat)
	if !ok {
		r.fault(x, "no-node", "the repeat %q stands for no node of the instance", ref)
		return nil
	}
	if used[p] {
		r.fault(x, "repeat-twice", "the repeat %q stands twice in the body", ref)
		return nil
	}
	used[p] = true
	blocks := []*forms.Block{}
	if around != nil {
		r.dress(around, &p.Common, p)
		for _, c := range around.elements() {
			if c != x && (c.local == "group" || c.local == "repeat" || controls[c.local] != "") {
				r.warn(c, "beside-repeat", "<%s> stands beside the repeat %s in its group and is taken for a part of it", c.name, ref)
			}
		}
	} else if l := x.child("label"); l != nil {
		p.Label, _ = r.shown(l)
	}
	if count := x.attr(nsJavaRosa, "count"); strings.TrimSpace(count) != "" {
		p.Count = r.expression(count)
	}
	switch strings.TrimSpace(x.attr(nsJavaRosa, "noAddRemove")) {
	case "", "false()", "false":
	default:
		p.NoAddRemove = true
	}
	p.RepeatAppearance = strings.TrimSpace(x.attr("", "appearance"))
	for _, a := range x.attrs {
		known := a.space == nsJavaRosa && (a.local == "count" || a.local == "noAddRemove") ||
			a.space == "" && (a.local == "nodeset" || a.local == "ref" || a.local == "appearance" || a.local == "id")
		if !known {
			p.Attrs = append(p.Attrs, forms.Attr{Name: a.name, Value: a.value})
		}
	}
	p.Actions = append(p.Actions, r.actions(x)...)
	blocks = append(blocks, r.blocks(x, p, used)...)
	return &forms.Block{Element: p, Blocks: blocks}
}

// dress reads what groups and controls share: texts, appearance, actions and
// attributes.
func (r *reader) dress(x *element, c *forms.Common, context forms.Element) {
	for _, k := range x.elements() {
		switch k.local {
		case "label":
			text, other := r.shown(k)
			c.Label, c.Short, c.Media = text, other["short"], media(other)
		case "hint":
			text, other := r.shown(k)
			c.Hint, c.Guidance = text, other["guidance"]
		}
	}
	c.Appearance = strings.TrimSpace(x.attr("", "appearance"))
	c.Actions = append(c.Actions, r.actions(x)...)
	for _, a := range x.attrs {
		known := a.space == "" && slices.Contains(plainAttrs, a.local) ||
			a.space == "" && x.local == "upload" && a.local == "mediatype" ||
			a.space == "" && x.local == "range" && slices.Contains(rangeAttrs, a.local)
		if !known {
			c.Attrs = append(c.Attrs, forms.Attr{Name: a.name, Value: a.value})
		}
	}
}

var (
	plainAttrs = []string{"ref", "nodeset", "bind", "appearance", "id"}
	rangeAttrs = []string{"start", "end", "step"}
)

func (r *reader) question(x *element, control forms.Control, context forms.Element, used map[forms.Element]bool) *forms.Block {
	ref := reference(x)
	if ref == "" {
		if id := x.attr("", "bind"); id != "" {
			ref = r.boundTo(id)
		}
	}
	if ref == "" {
		r.warn(x, "no-ref", "the <%s> names no node and can't be answered", x.name)
		return nil
	}
	e, attr := r.resolve(ref, context)
	q, ok := e.(*forms.Question)
	if attr != nil {
		ok = false
	}
	if !ok {
		switch {
		case e == nil:
			r.warn(x, "no-node", "the <%s> %q stands for no node of the instance and isn't asked", x.name, ref)
		default:
			r.fault(x, "not-a-leaf", "the <%s> %q stands for a node that has others in it", x.name, ref)
		}
		return nil
	}
	if used[q] { // asked once more
		again := *q
		again.Common = forms.Common{Name: q.Name, Prefix: q.Prefix, Ref: q.Ref, Bind: q.Bind, Place: x.place(), Attributes: q.Attributes}
		again.List, again.ChoiceFilter, again.Itemset, again.Parameters, again.MediaType = "", "", nil, nil, ""
		actions := len(q.Actions)
		r.ask(x, &again, control)
		q.Actions = append(q.Actions[:actions:actions], again.Actions...) // they happen wherever it is answered
		again.Actions = nil
		return &forms.Block{Element: &again}
	}
	used[q] = true
	r.ask(x, q, control)
	return &forms.Block{Element: q}
}

// ask reads a control onto a question.
func (r *reader) ask(x *element, q *forms.Question, control forms.Control) {
	q.Control = control
	r.dress(x, &q.Common, q)
	switch control {
	case forms.Range:
		for _, name := range rangeAttrs {
			if v, ok := x.hasAttr("", name); ok {
				q.Parameters = setParameter(q.Parameters, name, strings.TrimSpace(v))
			}
		}
		r.shownItems(x, q)
	case forms.Upload:
		q.MediaType = x.attr("", "mediatype")
		r.tags(x, q)
	case forms.Select, forms.Select1, forms.RankList:
		if set := x.child("itemset"); set != nil {
			r.itemset(set, q)
		} else {
			r.items(x, q)
		}
	case forms.Input:
		if r.query(x, q) {
			return
		}
		r.shownItems(x, q)
		plain := q.Bind.Type == "" || q.Bind.Type == forms.String
		if plain && q.Bind.ReadOnly == "true()" && q.Bind.Calculate == "" && q.Default == "" && q.Bind.Preload == "" && len(q.Label) > 0 {
			q.Control = forms.Note // what XLSForm writes for one
		}
	}
}

// shownItems reads what stands on the map of a question for places or at the
// ticks of a range.
func (r *reader) shownItems(x *element, q *forms.Question) {
	if set := x.child("itemset"); set != nil {
		r.itemset(set, q)
	}
}

// boundTo is the nodeset of the bind with an id.
func (r *reader) boundTo(id string) string {
	if r.bindIDs == nil {
		r.bindIDs = map[string]string{}
		for _, b := range r.model.elements() {
			if b.local == "bind" {
				r.bindIDs[b.attr("", "id")] = b.attr("", "nodeset")
			}
		}
	}
	return r.bindIDs[id]
}

// usual are the blocks that a body in the order of the elements has.
func usual(elements []forms.Element, used map[forms.Element]bool) []*forms.Block {
	var all []*forms.Block
	for _, e := range elements {
		blocks := usual(forms.ChildrenOf(e), used)
		if used[e] || len(blocks) > 0 {
			all = append(all, &forms.Block{Element: e, Blocks: blocks})
		}
	}
	return all
}

func sameOrder(a, b []*forms.Block) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Element != b[i].Element || !sameOrder(a[i].Blocks, b[i].Blocks) {
			return false
		}
	}
	return true
}
