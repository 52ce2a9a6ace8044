package wording

import (
	"baraza.example/assets/locale"
	"baraza.example/forms/contribution"
)

// Missing says what keeps a text from being made ready; nothing where it can be.
func Missing(l *locale.Localizer, c *contribution.Contribution) (all []string) {
	for _, v := range c.Whole().Check() {
		var id locale.ID
		switch {
		case v.Field == "paragraphs" && v.Kind == contribution.Missing:
			id = "contribution.empty"
		case v.Field == "title" && v.Kind == contribution.Missing:
			id = "contribution.title_missing"
		case v.Kind == contribution.Missing:
			id = map[string]locale.ID{"onBehalf": "screen.missing_onbehalf", "language": "screen.missing_language", "publication": "screen.missing_publication"}[v.Field]
		default:
			id = "screen.text_too_long"
		}
		all = append(all, l.Say(id, locale.Values{"Limit": contribution.MaxTitle}))
	}
	return all
}
