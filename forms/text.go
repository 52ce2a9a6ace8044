package forms

// A Text is the same words in several languages, by language name as the
// form's headings give it ("English (en)"; "" where the heading names none).
//
// In the text of an element ${…} holds an XPath, relative to that element,
// whose value is shown in its place (the output of XForms).
type Text map[string]string

// In returns the text in the first language of chain that has it, and that
// language. Where none has, it returns the text of any language that sorts
// first, so that a person sees words rather than nothing.
func (t Text) In(chain ...string) (words, language string) {
	for _, l := range chain {
		if w, ok := t[l]; ok && w != "" {
			return w, l
		}
	}
	first, found := "", false
	for l, w := range t {
		if w != "" && (!found || l < first) {
			first, found = l, true
		}
	}
	return t[first], first
}
