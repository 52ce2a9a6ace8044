package workspace_test

import (
	"maps"
	"slices"
	"testing"
)

// finds is what a search brings, as names that the test gave.
func (d *device) finds(t *testing.T, text string, called map[string]string) []string {
	t.Helper()
	found, err := d.Find(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for id := range maps.Keys(found) {
		names = append(names, called[id])
	}
	slices.Sort(names)
	return names
}

func TestASearchFindsWhatPeopleMeanInTheirScript(t *testing.T) {
	d := newDevice(t)
	called := map[string]string{}
	for name, answered := range map[string]string{
		"french": "Coopérative de l’Évêché", "arabic": "مُنَظَّمَةُ الصَّيَّادِينَ", "hamza": "إلى الأمانة", "hindi": "किसान की आवाज़", "amharic": "የገበሬዎች ማህበር",
		"turkish": "İstanbul ve Iğdır", "german": "Große Straße", "chinese": "渔民的声音", "english": "The <lake> & its fishers",
	} {
		r := d.start()
		answer(t, r, "/data/lake", answered)
		called[r.InstanceID()] = name
	}
	item := d.respond("Nalubaale")
	called[item.Name] = "sent"
	text := contributed(t, d.Workspace, "Boats & nets")
	called[text.Name] = "text"
	for words, want := range map[string][]string{
		"cooperative EVECHE": {"french"},
		"منظمة الصيادين":     {"arabic"},
		"منظمه":              {"arabic"},
		"الي الامانه":        {"hamza"},
		"किसान":              {"hindi"},
		"कसन":                {}, // without its vowels it is another word
		"ገበሬ":                {"amharic"},
		"STRASSE":            {"german"},
		"渔民":                 {"chinese"},
		"fishers lake":       {"english"},
		"& its":              {"english"},
		"nalubaale":          {"sent"},
		"NETS boats":         {"text"},
		"no such thing":      {},
		item.Name[5:20]:      {"sent"},
		"lake nowhere":       {},
	} {
		if got := d.finds(t, words, called); !slices.Equal(got, want) {
			t.Errorf("%q finds %q, not %q", words, got, want)
		}
	}
	if found, err := d.Find(t.Context(), " \u064b "); found != nil || err != nil {
		t.Errorf("a search for nothing: %v, %v", found, err)
	}
}

func TestASearchFindsSentThingsByTheirCodes(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	d.meet(c)
	item := d.respond("Nalubaale")
	d.meet(c)
	item = d.item(item.Name)
	if found, err := d.Find(t.Context(), item.Code); err != nil || len(found) != 1 || !found[item.Name] {
		t.Errorf("%v, %v", found, err)
	}
}
