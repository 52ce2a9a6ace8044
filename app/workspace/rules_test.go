package workspace

import (
	"testing"
	"time"
)

func TestRulesSayWhatHoldsADeviceBackAndUntilWhen(t *testing.T) {
	at := func(text string) time.Time {
		when, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	night := Rules{From: 20 * 60, Until: 6 * 60}
	modem, home := Network{ID: "a", Metered: new(true)}, Network{ID: "b", Metered: new(false)}
	for _, c := range []struct {
		name  string
		rules Rules
		now   string
		spent int64
		on    Network
		why   Hold
		until string
	}{
		{"nothing said", Rules{}, "2026-03-01 12:00", 1 << 40, modem, "", ""},
		{"paused", Rules{Paused: true, Budget: 1}, "2026-03-01 12:00", 0, home, HoldPaused, ""},
		{"by hand", Rules{ByHand: true}, "2026-03-01 12:00", 0, home, HoldByHand, ""},
		{"before the night", night, "2026-03-01 19:59", 0, home, HoldHours, "2026-03-01 20:00"},
		{"in the night", night, "2026-03-01 20:00", 0, home, "", ""},
		{"after midnight", night, "2026-03-02 05:59", 0, home, "", ""},
		{"in the morning", night, "2026-03-02 06:00", 0, home, HoldHours, "2026-03-02 20:00"},
		{"before the day", Rules{From: 8 * 60, Until: 17 * 60}, "2026-03-01 07:00", 0, home, HoldHours, "2026-03-01 08:00"},
		{"after the day", Rules{From: 8 * 60, Until: 17 * 60}, "2026-03-31 18:00", 0, home, HoldHours, "2026-04-01 08:00"},
		{"a modem", Rules{Careful: true}, "2026-03-01 12:00", 0, modem, HoldCosts, ""},
		{"no modem", Rules{Careful: true}, "2026-03-01 12:00", 0, home, "", ""},
		{"said to cost nothing", Rules{Careful: true}.With(modem, false), "2026-03-01 12:00", 0, modem, "", ""},
		{"said to cost", Rules{Careful: true}.With(home, true), "2026-03-01 12:00", 0, home, HoldCosts, ""},
		{"the switch", Rules{Careful: true}.With(Network{}, true), "2026-03-01 12:00", 0, Network{}, HoldCosts, ""},
		{"the switch, where the system knows better", Rules{Careful: true, Costs: true}, "2026-03-01 12:00", 0, home, "", ""},
		{"some left", Rules{Budget: 100_000}, "2026-03-01 12:00", 90_000, home, "", ""},
		{"all spent", Rules{Budget: 100_000}, "2026-03-01 12:00", 99_000, home, HoldBudget, "2026-03-02 00:00"},
		{"all spent in the night", Rules{Budget: 100_000, From: 20 * 60, Until: 6 * 60}, "2026-03-01 21:00", 99_000, home, HoldBudget, "2026-03-02 00:00"},
		{"all spent in the day", Rules{Budget: 100_000, From: 8 * 60, Until: 17 * 60}, "2026-03-01 12:00", 99_000, home, HoldBudget, "2026-03-02 08:00"},
	} {
		why, until := c.rules.hold(at(c.now), c.spent, c.on)
		said := ""
		if !until.IsZero() {
			said = until.Format("2006-01-02 15:04")
		}
		if why != c.why || said != c.until {
			t.Errorf("%s: %q until %q, not %q until %q", c.name, why, said, c.why, c.until)
		}
	}
}

func TestAttachmentsStayAsThePersonSays(t *testing.T) {
	modem, home := Network{ID: "a", Metered: new(true)}, Network{ID: "b"}
	for _, c := range []struct {
		files       Files
		modem, home bool
	}{{FilesAlways, false, false}, {FilesFree, true, false}, {FilesByHand, true, true}} {
		r := Rules{Files: c.files}
		if r.Holds(modem) != c.modem || r.Holds(home) != c.home {
			t.Errorf("%q: %v over a modem, %v at home", c.files, r.Holds(modem), r.Holds(home))
		}
	}
}

func TestPricesAndHoursAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{"2.5 KES": "2.5 KES", "KES 2,5": "2.5 KES", "0.00003 BTC": "0.00003 BTC", "7": "7", "": "", "0 KES": "", "  12 FCFA ": "12 FCFA"} {
		p, err := ParsePrice(text)
		if err != nil || p.String() != want {
			t.Errorf("%q is read as %q, %v", text, p, err)
		}
		if again, err := ParsePrice(p.String()); err != nil || again != p {
			t.Errorf("%q is not read again", p)
		}
	}
	if p, _ := ParsePrice("2.5 KES"); p.Of(3_000_000) != 7.5 {
		t.Errorf("3 MB cost %v", p.Of(3_000_000))
	}
	for _, text := range []string{"KES", "-1 KES", "2 KES a MB", "1e300 KES", "2.5 aVeryLongCurrency", "NaN KES", "1,000.50 KES"} {
		if p, err := ParsePrice(text); err == nil {
			t.Errorf("%q is read as %v", text, p)
		}
	}
	for text, want := range map[string]string{"20:00-06:00": "20:00-06:00", "20 – 6": "20:00-06:00", "": "", "8:30-24:00": "08:30-00:00", "0-0": ""} {
		from, until, err := ParseHours(text)
		if got := (Rules{From: from, Until: until}).Hours(); err != nil || got != want {
			t.Errorf("%q is read as %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"20:00", "25-6", "20:61-6", "evening-morning", "-"} {
		if from, until, err := ParseHours(text); err == nil {
			t.Errorf("%q is read as %d-%d", text, from, until)
		}
	}
}
