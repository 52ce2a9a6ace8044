package locale

import "testing"

func TestNumbersAreReadAsPeopleTypeThem(t *testing.T) {
	for _, c := range []struct{ language, typed, want string }{
		{"en", "12", "12"}, {"en", " 1,234 ", "1234"}, {"en", "1,234.5", "1234.5"}, {"en", "2,5", "2.5"}, {"en", "12,34,567", "1234567"},
		{"en", "0,125", "0.125"}, {"en", "-3", "-3"}, {"en", "−3.50", "-3.50"}, {"en", ".5", "0.5"}, {"en", "5.", "5"}, {"en", "+7", "7"},
		{"en", "1.234.567", "1234567"}, {"fr", "1 234,5", "1234.5"}, {"fr", "1\u202f234\u00a0567", "1234567"}, {"fr", "2.5", "2.5"},
		{"fr", "1.234,5", "1234.5"}, {"ar", "١٢٣٤", "1234"}, {"ar", "١٬٢٣٤٫٥", "1234.5"}, {"ar", "12.5", "12.5"}, {"en", "१२", "12"},
		{"en", "၄၂", "42"}, {"en", "123456789012345678901234567890", "123456789012345678901234567890"}, {"en", "007", "007"}, {"en", "𝟘𝟡𝟎", "090"},
	} {
		if got, ok := New(c.language).ReadFigures(c.typed); !ok || got != c.want {
			t.Errorf("%s: %q is read as %q, %v; want %q", c.language, c.typed, got, ok, c.want)
		}
	}
	for _, typed := range []string{"", "-", "abc", "1-2", "1,2,3", "1.2.3", "1e5", "12 apples", ".", ",", "--1", "1.5,000", "½", "Ⅻ"} {
		if got, ok := New("en").ReadFigures(typed); ok {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
}

func TestNumbersAreWrittenAsTheLanguageWritesThem(t *testing.T) {
	for _, c := range []struct {
		language, value string
		grouped         bool
		want            string
	}{
		{"en", "1234567.50", true, "1,234,567.50"}, {"en", "1234567.50", false, "1234567.50"}, {"fr", "-1234.5", false, "-1234,5"},
		{"fr", "1234567", true, "1\u00a0234\u00a0567"}, {"en", "abc", true, "abc"}, {"en", "", true, ""}, {"en", "007", true, "007"},
		{"en", "123456789012345678901", true, "123456789012345678901"},
	} {
		if got := New(c.language).Figures(c.value, c.grouped); got != c.want {
			t.Errorf("%s: %q is written %q, want %q", c.language, c.value, got, c.want)
		}
	}
}

func FuzzNumbersComeBack(f *testing.F) {
	for _, s := range []string{"12", "-1,234.5", "١٢٣٤", "1.234.567", "2,5", "\u202f1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		for _, l := range []*Localizer{New("en"), New("fr"), New("ar")} {
			value, ok := l.ReadFigures(typed)
			if !ok {
				continue
			}
			if again, ok := l.ReadFigures(l.Figures(value, false)); !ok || again != value {
				t.Errorf("%s: %q is read as %q, written and read again %q", l.Language().Code, typed, value, again)
			}
		}
	})
}
