package xform

import (
	"slices"
	"strings"

	"baraza.example/forms"
)

// An itextEntry is a text of the itext block while the form is being read.
type itextEntry struct {
	forms.Itext
	place  *element
	shown  bool // an element or choice shows it
	called bool // an expression or instance asks for it by its id
}

// readItext reads the texts of all languages.
func (r *reader) readItext() {
	block := r.model.child("itext")
	if block == nil {
		return
	}
	for _, t := range block.elements() {
		if t.local != "translation" {
			continue
		}
		lang := t.attr("", "lang")
		if slices.Contains(r.def.Languages, lang) {
			r.warn(t, "twice-translated", "the language %q has two translations", lang)
		} else {
			r.def.Languages = append(r.def.Languages, lang)
		}
		if _, ok := t.hasAttr("", "default"); ok && r.def.Settings.DefaultLanguage == "" {
			r.def.Settings.DefaultLanguage = lang
		}
		for _, text := range t.elements() {
			if text.local == "text" {
				r.readText(text, lang)
			}
		}
	}
	for _, entry := range r.itext {
		dropFillers(entry.Text)
		for _, t := range entry.Forms {
			dropFillers(t)
		}
	}
	if set := &r.def.Settings; set.DefaultLanguage == "" && slices.Contains(r.def.Languages, "default") {
		set.DefaultLanguage = "default" // what forms without a default language write
	}
}

// dropFillers drops the "-" that pyxform writes where a language lacks a text
// that another has, so that the other is shown instead.
func dropFillers(t forms.Text) {
	said := false
	for _, words := range t {
		said = said || words != "-"
	}
	for language, words := range t {
		if said && words == "-" {
			delete(t, language)
		}
	}
}

func (r *reader) readText(text *element, lang string) {
	id := text.attr("", "id")
	entry := r.itext[id]
	if entry == nil {
		entry = &itextEntry{place: text, Itext: forms.Itext{Text: forms.Text{}, Forms: map[string]forms.Text{}}}
		r.itext[id] = entry
	}
	for _, v := range text.elements() {
		if v.local != "value" {
			continue
		}
		form := v.attr("", "form")
		words := r.words(v)
		switch form {
		case "", "long":
			entry.Text[lang] = words
		case "image", "audio", "video", "big-image":
			words = mediaFile(words)
			fallthrough
		default:
			if entry.Forms[form] == nil {
				entry.Forms[form] = forms.Text{}
			}
			entry.Forms[form][lang] = words
		}
	}
}

// mediaFile takes the file name from "jr://images/face.png".
func mediaFile(uri string) string {
	if rest, ok := strings.CutPrefix(uri, "jr://"); ok {
		if _, name, ok := strings.Cut(rest, "/"); ok {
			return name
		}
	}
	return uri
}

// words is a text with its output elements, as [forms.Text] writes them.
func (r *reader) words(x *element) string {
	var b strings.Builder
	var walk func(*element)
	walk = func(x *element) {
		for _, k := range x.kids {
			switch {
			case k.name == "":
				b.WriteString(literally(k.words))
			case k.local == "output":
				expr := k.attr("", "value")
				if strings.TrimSpace(expr) == "" {
					expr = k.attr("", "ref")
				}
				if strings.TrimSpace(expr) != "" {
					b.WriteString("${" + r.expression(expr) + "}")
				}
			default:
				walk(k)
			}
		}
	}
	walk(x)
	return strings.Trim(b.String(), " \t\r\n")
}

// literally writes words so that no ${ in them is taken for an output.
func literally(words string) string {
	return strings.ReplaceAll(words, "${", "${'${'}")
}

// itextID takes the id from jr:itext('id'); ok is false for all else.
func itextID(expr string) (id string, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(expr), "jr:itext(")
	if !ok || !strings.HasSuffix(rest, ")") {
		return "", false
	}
	rest = strings.TrimSpace(rest[:len(rest)-1])
	if len(rest) < 2 || rest[0] != '\'' && rest[0] != '"' || rest[len(rest)-1] != rest[0] {
		return "", false
	}
	id = rest[1 : len(rest)-1]
	return id, !strings.ContainsRune(id, rune(rest[0]))
}

// shown finds the texts of a label or hint element: by id, by a path whose
// value is the text, or the words in it.
func (r *reader) shown(x *element) (text forms.Text, other map[string]forms.Text) {
	if ref := strings.TrimSpace(x.attr("", "ref")); ref != "" {
		if id, ok := itextID(ref); ok {
			return r.byID(x, id)
		}
		r.unnamed = true
		return forms.Text{"": "${" + r.expression(ref) + "}"}, nil
	}
	words := r.words(x)
	if words == "" {
		return nil, nil
	}
	r.unnamed = true
	return forms.Text{"": words}, nil
}

func (r *reader) byID(at *element, id string) (forms.Text, map[string]forms.Text) {
	entry := r.itext[id]
	if entry == nil {
		r.warn(at, "no-itext", "there is no text with the id %q", id)
		return nil, nil
	}
	entry.shown = true
	return entry.Text, entry.Forms
}

// message is a constraint or required message: an id or the words themselves.
func (r *reader) message(at *element, value string) forms.Text {
	if id, ok := itextID(value); ok {
		text, _ := r.byID(at, id)
		return text
	}
	if strings.TrimSpace(value) == "" {
		return nil
	}
	r.unnamed = true
	return forms.Text{"": literally(value)}
}

// finishItext keeps the texts that nothing shows: expressions ask for them.
func (r *reader) finishItext() {
	for id, entry := range r.itext {
		if entry.shown && !entry.called {
			continue
		}
		if r.def.Itext == nil {
			r.def.Itext = map[string]*forms.Itext{}
		}
		kept := entry.Itext
		r.def.Itext[id] = &kept
	}
	if r.unnamed || len(r.def.Languages) == 0 {
		if !slices.Contains(r.def.Languages, "") {
			r.def.Languages = append(r.def.Languages, "")
		}
	}
}

// callsID notes that an expression or an instance asks for a text by its id.
func (r *reader) callsID(id string) {
	if entry := r.itext[id]; entry != nil {
		entry.called = true
	}
}
