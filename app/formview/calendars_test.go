package formview

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"

	"baraza.example/assets/locale"
	"baraza.example/forms/calendar"
)

var update = flag.Bool("update", false, "write testdata/calendars.txt anew, after reading what has changed")

// The months of a year in each calendar and language, as a person reads them below
// a date.
func TestMonthsAreInTheReadersScript(t *testing.T) {
	const file = "testdata/calendars.txt"
	var b strings.Builder
	for _, l := range locale.Languages() {
		if !l.Complete {
			continue
		}
		words := locale.New(l.Code)
		for _, name := range calendar.Names {
			if l.Calendars[name] == nil && l.Code != locale.Source && l.Months[0] != "1" {
				continue // in Latin letters, as in English
			}
			c, _ := calendar.Named(name)
			fmt.Fprintf(&b, "%s %s\n", l.Code, name)
			today, _ := c.Of(time.Date(2025, 9, 11, 0, 0, 0, 0, time.UTC))
			for i, m := range c.Months(today.Year) {
				first, _ := c.Time(calendar.Date{Year: today.Year, Month: i + 1, Day: m.From})
				fmt.Fprintf(&b, "\t%s\n", inFull(words, c, toTheDay, first))
			}
			leaf := newLeaf(&surroundings{words: words}, c)
			leaf.open(time.Date(2025, 9, 11, 0, 0, 0, 0, time.UTC), true, time.Time{})
			fmt.Fprintf(&b, "\tthe page: %s\n", leaf.title.Words())
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		for i, line := range strings.Split(got, "\n") {
			if had := strings.Split(string(want), "\n"); i >= len(had) || line != had[i] {
				t.Fatalf("line %d is %q; read the whole with -update and git diff", i+1, line)
			}
		}
		t.Fatal("lines are missing at the end")
	}
}

// A language has names for all months of a calendar or for none, and those of other
// scripts have no Latin letter in them.
func TestACalendarsNamesAreWhole(t *testing.T) {
	most := map[string]int{}
	for _, name := range calendar.Names {
		c, _ := calendar.Named(name)
		for year := 1350; year < 1460; year++ { // of the moon's, in which each kind of year comes
			for _, m := range c.Months(year) {
				most[name] = max(most[name], m.Place+1)
			}
		}
	}
	c, _ := calendar.Named("bikram-sambat")
	most["bikram-sambat"] = len(c.Months(2080))
	found := 0
	for _, l := range locale.Languages() {
		for name, months := range l.Calendars {
			if found++; len(months) != most[name] {
				t.Errorf("%s has %d months of %s, and there are %d", l.Code, len(months), name, most[name])
			}
			for _, m := range months {
				if l.Months[0][0] >= unicode.MaxASCII && strings.ContainsFunc(m, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) {
					t.Errorf("%s has %q", l.Code, m)
				}
			}
		}
	}
	if found == 0 {
		t.Error("no language has any")
	}
	for _, c := range []struct{ language, name, want string }{
		{"am", "ethiopian", "1 መስከረም 2018 = 11 ሴፕቴምበር 2025"},
		{"ar", "islamic", "18 ربيع الأول 1447 = 11 سبتمبر 2025"},
		{"hi", "bikram-sambat", "26 भदौ 2082 = 11 सितंबर 2025"},
		{"zh", "ethiopian", "埃塞俄比亚历2018年1月1日 = 2025年9月11日"},
		{"fr", "ethiopian", "1er mäskäräm 2018 = 11 septembre 2025"},
		{"ki", "ethiopian", "1 Meskerem 2018 = 11 Mwere wa kenda 2025"},
	} {
		of, _ := calendar.Named(c.name)
		if got := inFull(locale.New(c.language), of, toTheDay, time.Date(2025, 9, 11, 0, 0, 0, 0, time.UTC)); got != c.want {
			t.Errorf("%s: %q, want %q", c.language, got, c.want)
		}
	}
}
