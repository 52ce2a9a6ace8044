package xform

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"baraza.example/forms"
)

// An itextOut is a text of the itext block.
type itextOut struct {
	id    string
	text  forms.Text            // the value without a form
	forms map[string]forms.Text // by form
}

// gatherTexts collects what goes into the itext block: the texts of choices,
// then those of elements in their order, then those that expressions ask for.
func (w *writer) gatherTexts() {
	w.byID = map[string]*itextOut{}
	for _, name := range slices.Sorted(maps.Keys(w.def.Lists)) {
		list := w.def.Lists[name]
		if !listInItext(list) {
			continue
		}
		for i, c := range list.Choices {
			w.addText(choiceID(name, i), c.Label, withShort(c.Media, c.Short))
		}
	}
	for e := range w.def.All() {
		w.gather(e.Base(), w.names[e])
	}
	for _, b := range w.extraBlocks(w.def.Body) {
		w.gather(b.Element.Base(), w.blockID(b))
	}
	for _, id := range slices.Sorted(maps.Keys(w.def.Itext)) {
		t := w.def.Itext[id]
		w.addText(id, t.Text, t.Forms)
	}
}

// gather collects the texts of one element.
func (w *writer) gather(c *forms.Common, path string) {
	if translated(c.Bind.ConstraintMessage) || hasOutput(c.Bind.ConstraintMessage) {
		w.addText(path+":jr:constraintMsg", c.Bind.ConstraintMessage, nil)
	}
	if translated(c.Bind.RequiredMessage) || hasOutput(c.Bind.RequiredMessage) {
		w.addText(path+":jr:requiredMsg", c.Bind.RequiredMessage, nil)
	}
	if labelInItext(c) {
		w.addText(path+":label", c.Label, withShort(c.Media, c.Short))
	}
	if translated(c.Hint) || len(c.Guidance) > 0 {
		var guidance map[string]forms.Text
		if len(c.Guidance) > 0 {
			guidance = map[string]forms.Text{"guidance": c.Guidance}
		}
		w.addText(path+":hint", c.Hint, guidance)
	}
}

// extraBlocks are the blocks of a body whose element has texts of its own and
// stands nowhere in the instance.
func (w *writer) extraBlocks(blocks []*forms.Block) []*forms.Block {
	var all []*forms.Block
	for _, b := range blocks {
		if _, known := w.names[b.Element]; !known {
			all = append(all, b)
		}
		all = append(all, w.extraBlocks(b.Blocks)...)
	}
	return all
}

// blockID is what the ids of a block's texts begin with, where its element
// stands nowhere in the instance: counted through the body.
func (w *writer) blockID(b *forms.Block) string {
	i := slices.Index(w.extraBlocks(w.def.Body), b)
	return "/body/" + strconv.Itoa(i+1)
}

func (w *writer) addText(id string, text forms.Text, other map[string]forms.Text) {
	if w.byID[id] != nil {
		return
	}
	t := &itextOut{id: id, text: text, forms: other}
	w.byID[id] = t
	w.texts = append(w.texts, t)
}

func withShort(media map[string]forms.Text, short forms.Text) map[string]forms.Text {
	if len(short) == 0 {
		return media
	}
	all := map[string]forms.Text{"short": short}
	maps.Copy(all, media)
	return all
}

func choiceID(list string, i int) string { return list + "-" + strconv.Itoa(i) }

// translated reports whether a text stands in any language by name.
func translated(t forms.Text) bool {
	for language := range t {
		if language != "" {
			return true
		}
	}
	return false
}

func hasOutput(t forms.Text) bool {
	for _, words := range t {
		if strings.Contains(words, "${") {
			return true
		}
	}
	return false
}

func labelInItext(c *forms.Common) bool {
	return translated(c.Label) || len(c.Media) > 0 || len(c.Short) > 0
}

// listInItext reports whether the choices of a list have to be texts of the
// itext block: an instance holds neither languages nor files nor outputs.
func listInItext(list forms.ChoiceList) bool {
	return list.File == "" && slices.ContainsFunc(list.Choices, func(c forms.Choice) bool {
		return translated(c.Label) || len(c.Media) > 0 || len(c.Short) > 0 || hasOutput(c.Label)
	})
}

// defaultLanguage is what words without a language are in.
func (w *writer) defaultLanguage() string {
	if l := w.def.Settings.DefaultLanguage; l != "" {
		return l
	}
	return "default"
}

// languagesUsed are those of the itext block, in the order of the form.
func (w *writer) languagesUsed() []string {
	used := map[string]bool{}
	note := func(t forms.Text) {
		for language := range t {
			if language == "" {
				language = w.defaultLanguage()
			}
			used[language] = true
		}
	}
	for _, t := range w.texts {
		note(t.text)
		for _, other := range t.forms {
			note(other)
		}
	}
	var all []string
	for _, l := range w.def.Languages {
		if l == "" {
			l = w.defaultLanguage()
		}
		if used[l] {
			all = append(all, l)
			delete(used, l)
		}
	}
	return append(all, slices.Sorted(maps.Keys(used))...)
}

// itext is the block of texts. A text that one language lacks is "-" there, as
// pyxform has it, because readers fall back on nothing.
func (w *writer) itext() *markup {
	if len(w.texts) == 0 {
		return nil
	}
	block := tag("itext")
	for _, language := range w.languagesUsed() {
		t := tag("translation").with("lang", language)
		if language == w.defaultLanguage() {
			t.with("default", "true()")
		}
		for _, text := range w.texts {
			t.add(w.textIn(text, language))
		}
		block.add(t)
	}
	return block
}

// formOrder is the order of the forms of a text; others follow by name.
var formOrder = []string{"short", "guidance", "image", "big-image", "audio", "video"}

func (w *writer) textIn(t *itextOut, language string) *markup {
	m := tag("text").with("id", t.id)
	if len(t.text) > 0 {
		m.add(w.value("", w.in(t.text, language)))
	}
	for _, form := range append(slices.Clone(formOrder), slices.Sorted(maps.Keys(t.forms))...) {
		text, ok := t.forms[form]
		if !ok || len(m.kids) > 0 && slices.ContainsFunc(m.kids, func(k *markup) bool { return k.form() == form }) {
			continue
		}
		words, has := w.lookUp(text, language)
		switch folder, isMedia := mediaFolders[form]; {
		case !isMedia:
			m.add(w.value(form, w.in(text, language)))
		case has && words != "" && words != "-":
			m.add(w.value(form, folder+words))
		}
	}
	return m
}

func (m *markup) form() string {
	for _, a := range m.attrs {
		if a.Name == "form" {
			return a.Value
		}
	}
	return ""
}

// mediaFolders are where the files of each form are looked for.
var mediaFolders = map[string]string{
	"image": "jr://images/", "big-image": "jr://images/", "audio": "jr://audio/", "video": "jr://video/",
}

func (w *writer) value(form, words string) *markup {
	return tag("value").set("form", form).add(outputs(words)...)
}

// lookUp is a text in a language; words without one are in the default one.
func (w *writer) lookUp(t forms.Text, language string) (string, bool) {
	words, ok := t[language]
	if !ok && language == w.defaultLanguage() {
		words, ok = t[""]
	}
	return words, ok
}

func (w *writer) in(t forms.Text, language string) string {
	if words, ok := w.lookUp(t, language); ok {
		return words
	}
	return "-"
}

// outputs are the words and output elements of a text.
func outputs(words string) []*markup {
	var all []*markup
	for _, p := range forms.Pieces(words) {
		if p.Expr != "" {
			all = append(all, tag("output").with("value", p.Expr))
		} else {
			all = append(all, &markup{words: p.Words})
		}
	}
	return all
}

// label is the label element of an element, or nil.
func (w *writer) label(c *forms.Common, path string) *markup {
	switch {
	case labelInItext(c):
		return tag("label").with("ref", "jr:itext('"+path+":label')")
	case len(c.Label) > 0:
		return tag("label").add(outputs(c.Label[""])...)
	}
	return nil
}

// hint is the hint element of an element, or nil.
func (w *writer) hint(c *forms.Common, path string) *markup {
	switch {
	case translated(c.Hint) || len(c.Guidance) > 0:
		return tag("hint").with("ref", "jr:itext('"+path+":hint')")
	case len(c.Hint) > 0:
		return tag("hint").add(outputs(c.Hint[""])...)
	}
	return nil
}

// message is the value of an attribute that says what is wrong.
func message(t forms.Text, id string) string {
	if translated(t) || hasOutput(t) {
		return "jr:itext('" + id + "')"
	}
	return t[""]
}
