package workspace

import (
	"testing"

	"baraza.example/sync/catalogue"
)

func TestADeviceWantsWhatItsPersonReads(t *testing.T) {
	of := func(kind catalogue.Kind, name, language string, size int64) catalogue.Publication {
		b := catalogue.Blob{Size: size}
		return catalogue.Publication{Kind: kind, Name: name, Language: language, Content: b, Ways: []catalogue.Way{{Method: catalogue.Stored, Blob: b}}}
	}
	chosen := Settings{Languages: []string{"sw", "en"}, Documents: map[string]bool{"film": true, "dull": false}}
	reads := Settings{Languages: []string{"en"}, Reads: []string{"fr"}}
	for name, c := range map[string]struct {
		Settings
		catalogue.Publication
		want bool
	}{
		"a form in any language":                    {chosen, of(catalogue.Form, "f", "fr", 1), true},
		"its translation into a language read":      {chosen, of(catalogue.Translation, "f", "Kiswahili (sw)", 1), true},
		"into one that falls back":                  {chosen, of(catalogue.Translation, "f", "en", 1), true},
		"into another":                              {chosen, of(catalogue.Translation, "f", "Français (fr)", 1), false},
		"a document in a language read":             {chosen, of(catalogue.Document, "d", "sw-KE", 1), true},
		"in no language":                            {chosen, of(catalogue.Document, "d", "", 1), true},
		"in another":                                {chosen, of(catalogue.Document, "d", "fr", 1), false},
		"a large one":                               {chosen, of(catalogue.Document, "d", "sw", SmallDocument+1), false},
		"a large one that was asked for":            {chosen, of(catalogue.Document, "film", "fr", SmallDocument+1), true},
		"a small one that nobody wants":             {chosen, of(catalogue.Document, "dull", "sw", 1), false},
		"an announcement, which is all there":       {chosen, of(catalogue.Announcement, "a", "sw", 1), false},
		"a language chosen for documents alone":     {reads, of(catalogue.Document, "d", "fr", 1), true},
		"that of the screens, when another one was": {reads, of(catalogue.Document, "d", "en", 1), false},
		"any, where nobody said what is read":       {Settings{}, of(catalogue.Document, "d", "ki", 1), true},
		"what a later program publishes":            {chosen, of(99, "x", "sw", 1), false},
	} {
		if got := c.wants(c.Publication); got != c.want {
			t.Errorf("%s: wanted %t", name, got)
		}
	}
}
