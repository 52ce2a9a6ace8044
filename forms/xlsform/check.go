package xlsform

import (
	"maps"
	"slices"
	"strings"

	"baraza.example/forms"
)

// check looks at the form as a whole.
func (r *reader) check() {
	for _, name := range slices.Sorted(maps.Keys(r.searched)) {
		if other := r.offered[name]; other != nil {
			place := r.searched[name][0].Place
			place.Column = "appearance"
			r.fault(place, "searched-list", "give it a list of its own", "%q searches the list %q, which %q takes as it is", r.searched[name][0].Name, name, other.Name)
		}
	}
	for _, d := range forms.Check(r.def) {
		if d.Place.Sheet == "" || d.Place.Sheet == "settings" { // the settings have reported the name of the root
			continue
		}
		r.found = append(r.found, d)
	}
}

// languages gathers the languages of all texts in the order of the headings.
// Words without a language stand for the default one; where that has words of
// its own, these are taken.
func (r *reader) languages() {
	d := r.def
	def := d.Settings.DefaultLanguage
	unnamed := false
	r.eachText(func(t forms.Text) {
		if _, ok := t[""]; !ok {
			return
		}
		if def == "" {
			unnamed = true
			return
		}
		if _, own := t[def]; own {
			delete(t, "")
		}
		if !slices.Contains(d.Languages, def) {
			d.Languages = append(d.Languages, def)
		}
	})
	if unnamed || len(d.Languages) == 0 && def == "" {
		d.Languages = append([]string{""}, d.Languages...)
	}
	if def != "" && !slices.Contains(d.Languages, def) {
		if len(d.Languages) > 0 {
			r.doubt(forms.Place{Sheet: "settings", Row: 2, Column: "default_language"}, "unused-language",
				didYouMean(nearest(def, d.Languages)), "no heading names the language %q", def)
		}
		d.Languages = append(d.Languages, def)
	}
	for _, l := range d.Languages {
		if strings.ContainsAny(l, "<>&\"") {
			r.doubt(forms.Place{Sheet: "survey", Row: 1}, "odd-language", "", "the language %q has an odd name", l)
		}
	}
}

func (r *reader) eachText(do func(forms.Text)) {
	for e := range r.def.All() {
		c := e.Base()
		for _, t := range []forms.Text{c.Label, c.Hint, c.Guidance, c.Bind.ConstraintMessage, c.Bind.RequiredMessage} {
			do(t)
		}
		for _, t := range c.Media {
			do(t)
		}
	}
	for _, l := range r.def.Lists {
		for _, c := range l.Choices {
			do(c.Label)
			for _, t := range c.Media {
				do(t)
			}
		}
	}
}
