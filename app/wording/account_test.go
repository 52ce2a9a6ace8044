package wording

import (
	"strings"
	"testing"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/sync/batch"
)

func TestALineOfTheAccountCanBeReadOut(t *testing.T) {
	price := workspace.Price{PerMB: 2_500_000, Currency: "KES"}
	hub := workspace.Run{Peer: [16]byte{1}, Role: batch.RoleHub, Name: "Radio Mwalo", Records: 2, Receipts: 1, Up: 1200, Down: 400, Link: 2400, Said: 2300, Tries: 1}
	nobody := workspace.Run{Road: "https://centre.example", Failed: true, Trouble: workspace.TroubleNoRoute, Tries: 12}
	for _, c := range []struct {
		language string
		run      workspace.Run
		want     string
	}{
		{"en", hub, "Through the hub Radio Mwalo: 2 records taken there · 1 receipt came · 2 KB over the link: 1 KB up, 400 B down, the rest is overhead · 2 KB had been said before · about 0.006 KES"},
		{"en", workspace.Run{Road: workspace.RoadBundle, Records: 1, Tries: 1}, "Saved to a stick or as mails: 1 record taken there"},
		{"en", nobody, "Nobody answered at https://centre.example: No connection · 12 tries"},
		{"en", workspace.Run{Peer: [16]byte{1}, Role: batch.RoleCentre, Held: workspace.HoldBudget, Tries: 1}, "Straight to the centre: The limit of the day was reached. What went counts; the rest waits here"},
		{"en", workspace.Run{Peer: [16]byte{1}, Role: batch.RoleCentre, Tries: 1}, "Straight to the centre: Nothing new"},
		{"fr", nobody, "Personne n'a répondu à https://centre.example: Pas de connexion · 12 essais"},
	} {
		road, what := Run(locale.New(c.language), c.run, price)
		if got := road + ": " + strings.Join(what, " · "); got != c.want {
			t.Errorf("%s: %q, not %q", c.language, got, c.want)
		}
	}
}

func TestEveryHoldAndTroubleHasWords(t *testing.T) {
	for _, language := range []string{"en", "fr", "ar", "hi", "am", "zh"} {
		l := locale.New(language)
		for _, h := range []workspace.Hold{workspace.HoldPaused, workspace.HoldByHand, workspace.HoldHours, workspace.HoldCosts, workspace.HoldBudget,
			workspace.HoldFiles, workspace.HoldNoRoad} {
			if words := Hold(l, h, time.Time{}, time.Now()); !inWords(words) || strings.Contains(words, "hold.") {
				t.Errorf("%s: %s is said as %q", language, h, words)
			}
		}
		for trouble := range knownTrouble {
			if _, what := Run(l, workspace.Run{Failed: true, Trouble: trouble}, workspace.Price{}); !inWords(what[0]) {
				t.Errorf("%s: %s is said as %q", language, trouble, what)
			}
		}
	}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.Local)
	if words := Trouble(locale.New("en"), &workspace.HeldError{Why: workspace.HoldBudget, Until: time.Now().Add(48 * time.Hour)}); !strings.Contains(words, "It goes on by itself: ") {
		t.Errorf("%q", words)
	}
	if words := Hold(locale.New("en"), workspace.HoldHours, now.Add(8*time.Hour), now); !strings.HasSuffix(words, "It goes on by itself: 20:00.") {
		t.Errorf("%q", words)
	}
}
