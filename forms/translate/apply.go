package translate

import (
	"slices"
	"strings"

	"baraza.example/forms"
)

// Apply adds the translations of a catalogue to a form. It belongs to reading
// the form: call it before sessions use def. A text that nobody has reviewed
// is noted at its element, so that screens can mark it.
//
// A translation of words that have since changed is left out, and so is one
// that lost a placeholder: the source is shown instead. The diagnostics, all
// of them warnings, name those, and units that the form does not have.
func (c Catalogue) Apply(def *forms.Definition) []forms.Diagnostic {
	place := forms.Place{Sheet: c.Language}
	if c.Form != def.Settings.ID {
		return []forms.Diagnostic{diagnostic("other-form", place, true, "these are texts of the form %q, not of %q", c.Form, def.Settings.ID)}
	}
	var found []forms.Diagnostic
	warn := func(code, format string, args ...any) {
		found = append(found, diagnostic(code, place, true, format, args...))
	}
	bySpot := map[string]spot{}
	for _, s := range spots(def) {
		bySpot[s.id] = s
	}
	applied := false
	for _, u := range c.Units {
		if strings.TrimSpace(u.Target) == "" || u.State == New || u.State == InForm {
			continue
		}
		s, ok := bySpot[u.ID]
		names := shortNames(s.text[c.Source])
		now := names.shorten(s.text[c.Source])
		switch {
		case !ok:
			warn("unknown-unit", "the form has no text %s any more", u.ID)
		case u.Hash != Hash(now):
			warn("stale", "%s has changed since it was translated", u.ID)
		case len(lacks(now, u.Target)) > 0:
			warn("placeholder", "%s: %s must stand in the translation as often as in the source", u.ID, strings.Join(lacks(now, u.Target), ", "))
		default:
			s.text[c.Language] = names.restore(u.Target)
			applied = true
			if u.State != Reviewed && s.unreviewed != nil && !slices.Contains(*s.unreviewed, c.Language) {
				*s.unreviewed = append(*s.unreviewed, c.Language)
			}
		}
	}
	if applied && !slices.Contains(def.Languages, c.Language) {
		def.Languages = append(def.Languages, c.Language)
	}
	return found
}
