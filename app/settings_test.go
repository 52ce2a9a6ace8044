package app

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

func TestWhoPicksATextSizeStaysWhereTheyWere(t *testing.T) {
	p := known(t, phone)
	p.showSettings()
	p.tabsTo("140%")
	p.writes(" ")
	if got := p.focused(); got != "140%" {
		t.Errorf("after picking the focus is at %q", got)
	}
	p.isInSight(p.window.Canvas().Focused().(fyne.CanvasObject))
}

// At 200 % a window of 1366 has no room for the rail any more: all is laid out
// anew, and what was picked stands elsewhere.
func TestTheSizeThatTurnsTheWindowNarrowStaysInSight(t *testing.T) {
	for _, size := range []fyne.Size{laptop, phone, fyne.NewSize(200, 200)} {
		p := known(t, size)
		p.showSettings()
		for _, percent := range []string{"200%", "80%", "100%"} {
			p.taps(percent)
			if got := p.focused(); got != percent {
				t.Errorf("in %v, after picking %s the focus is at %q", size, percent, got)
				continue
			}
			p.isInSight(p.window.Canvas().Focused().(fyne.CanvasObject))
		}
	}
}

func TestEveryLanguageOfTheQuestionnaireCanBeChosenAndDrawn(t *testing.T) {
	p := known(t, phone)
	p.showSettings()
	chosen := 0
	for _, l := range locale.Languages() {
		p.taps(l.Name)
		chosen++
		if got := p.words.Language().Code; got != l.Code {
			t.Errorf("after %s the language is %q", l.Name, got)
		}
	}
	if chosen < 9 {
		t.Errorf("only %d languages can be chosen", chosen)
	}
	p.taps("Español")
	p.showHome()
	p.taps("Answer the questionnaire") // the words of the program are English then
	p.taps("Next")
	p.sees("¿Qué criterios", "translation needs review")
}

func TestAQuestionFallsBackAlongTheChainAndSaysSo(t *testing.T) {
	p := known(t, phone)
	p.showSettings()
	p.taps("Gĩkũyũ")
	p.showHome()
	p.taps("Answer the questionnaire")
	p.filling.open(1)
	p.sees("Kĩũria a)", "Ni vigezo gani", "in Kiswahili", "tafsiri haijakaguliwa", "in English")
}

func TestTheProgramsOwnDraftsAreMarked(t *testing.T) {
	p := known(t, laptop)
	p.doesNotSee("· draft")
	for _, c := range []struct{ code, badge string }{{"fr", "Français · ébauche"}, {"ki", "partly in another language"}, {"ar", "العربية · مسودة"}} {
		p.choose(func(s *workspace.Settings) { s.Languages = []string{c.code} })
		p.sees(c.badge)
	}
	p.showSettings()
	p.sees("لم يراجع أحد هذه الترجمة بعد. والأصل هو المرجع.")
}

func TestTheLanguageIsSwitchedWhileAnAnswerIsWritten(t *testing.T) {
	p := known(t, laptop)
	p.taps("Answer the questionnaire")
	p.filling.open(1)
	p.types(0, "Prices first.")
	for _, c := range []struct{ code, question string }{{"ar", "ما المعايير"}, {"fr", "critères"}, {"en", "What criteria"}} {
		p.choose(func(s *workspace.Settings) { s.Languages = []string{c.code} })
		p.sees(c.question, "<Prices first.>")
	}
}

// What the device learns by itself and what a person chooses stand in one place.
func TestAChoiceLeavesWhatWasKeptMeanwhile(t *testing.T) {
	p := known(t, phone)
	p.showSettings()
	if err := p.work.WantDocument(t.Context(), "film", true); err != nil {
		t.Fatal(err)
	}
	p.taps("140%")
	p.rule(func(r *workspace.Rules) { r.Budget = 4000 })
	if s, err := p.work.Settings(t.Context()); err != nil || !s.Documents["film"] || s.TextSize != 140 || s.Rules.Budget != 4000 {
		t.Errorf("kept are %+v, %v", s, err)
	}
}

func TestChoicesAreKeptInTheirOrder(t *testing.T) {
	p := known(t, phone)
	var late []func()
	p.jobs.away = func(f func()) { late = append(late, f) }
	for _, size := range []int{120, 140, 160} {
		p.choose(func(s *workspace.Settings) { s.TextSize = size })
	}
	for _, f := range slices.Backward(late) { // as goroutines may
		f()
	}
	if s, err := p.work.Settings(t.Context()); err != nil || s.TextSize != 160 {
		t.Errorf("kept are %+v, %v", s, err)
	}
}

func TestALanguageThatDoesNotExistIsEnglish(t *testing.T) {
	dir := t.TempDir()
	p := sit(t, dir, Options{}, phone)
	if err := p.work.SetUp(t.Context(), "Ujirani Cooperative", ""); err != nil {
		t.Fatal(err)
	}
	odd := workspace.Settings{Languages: []string{"xx-YY", "../../etc", ""}, TextSize: 100_000, Look: "plaid"}
	if _, err := p.work.Change(t.Context(), func(s *workspace.Settings) { *s = odd }); err != nil {
		t.Fatal(err)
	}
	if err := p.work.Close(); err != nil {
		t.Fatal(err)
	}
	again := sit(t, dir, Options{}, phone)
	again.sees("Your next step")
	if size := again.fyne.Settings().Theme().Size("text"); size > 2*scale["text"] {
		t.Errorf("the text is %v large", size)
	}
}

// TestWordsStandOutOfTheirGround measures the contrast that the palettes promise.
func TestWordsStandOutOfTheirGround(t *testing.T) {
	pairs := []struct {
		words, ground fyne.ThemeColorName
		least         float64
	}{
		{"foreground", "background", 7}, {"foreground", formview.ColourCard, 7}, {"foreground", formview.ColourSoft, 7}, {"foreground", formview.ColourRail, 7},
		{"foreground", "inputBackground", 7}, {"placeholder", "background", 7}, {"placeholder", formview.ColourCard, 7}, {"placeholder", formview.ColourSoft, 5},
		{"primary", "background", 7}, {"primary", formview.ColourRail, 7}, {"primary", formview.ColourSoft, 5}, {"foregroundOnPrimary", "primary", 7},
		{formview.ColourOnHeader, formview.ColourHeader, 7}, {"error", "background", 7}, {"success", "background", 7}, {"success", formview.ColourSoft, 5},
		{"disabled", "disabledButton", 4}, {formview.ColourAccent, "background", 3}, {formview.ColourAccent, formview.ColourCard, 3}, {formview.ColourAccent, formview.ColourTrack, 3}, {"inputBorder", "background", 3},
	}
	for look, least := range map[workspace.Look]float64{workspace.LookLight: 0, workspace.LookDark: 0, workspace.LookContrastLight: 12, workspace.LookContrastDark: 12} {
		l := newLook(workspace.Settings{Look: look}, locale.New())
		for _, c := range pairs {
			if c.least = max(c.least, least); c.words == formview.ColourAccent {
				c.least = max(3, least/2) // a mark, no words
			}
			if got := contrast(l.Color(c.words, 0), l.Color(c.ground, 0)); got < c.least {
				t.Errorf("%s: %s on %s has a contrast of %.1f, less than %v", look, c.words, c.ground, got, c.least)
			}
		}
	}
}
