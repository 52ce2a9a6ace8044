package formview

import "testing"

func TestAPlaceIsReadAsMapsWriteIt(t *testing.T) {
	sh := fill(t, `
		| survey | type     | name  | label  |
		|        | geopoint | where | Where? |
		|        | text     | after | After  |`)
	for typed, want := range map[string]string{
		"-1.2833, 36.8167": "-1.2833 36.8167", "-1.2833 36.8167": "-1.2833 36.8167", "geo:-1.28,36.81": "-1.28 36.81", "+46.2;6.1": "46.2 6.1",
		"1°17′S 36°49′12″E": "-1.2833333 36.82", "46.2044° N, 6.1432° E": "46.2044 6.1432", "14°41'N 17°26'W": "14.6833333 -17.4333333",
		"-1.28 36.82 1795 8": "-1.28 36.82 1795 8", "somewhere": "somewhere", "1°75′S 36°E": "1°75′S 36°E", "91, 0": "91 0",
	} {
		sh.entry("where").SetText("")
		sh.types("where", typed)
		if got := sh.value("where"); got != want {
			t.Errorf("%q is answered as %q, want %q", typed, got, want)
		}
	}
	sh.entry("where").SetText("91, 0")
	sh.window.Canvas().Focus(sh.entry("after"))
	sh.sees("This answer can't be taken as it is")
	sh.entry("where").SetText("14°30'N 17°30'W")
	sh.window.Canvas().Focus(sh.entry("where"))
	sh.window.Canvas().Focus(sh.entry("after"))
	if got := sh.entry("where").Text; got != "14.5 -17.5" {
		t.Errorf("when left it shows %q", got)
	}
}

func FuzzPlaces(f *testing.F) {
	f.Add("1°17′S 36°49′12″E")
	f.Add("geo:-1.28,36.81")
	f.Fuzz(func(t *testing.T, typed string) {
		if read, ok := readPoint(typed); ok {
			if again, ok := readPoint(read); !ok || again != read {
				t.Errorf("%q is read as %q, and that as %q", typed, read, again)
			}
		}
	})
}
