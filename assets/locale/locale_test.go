package locale

import (
	"strings"
	"sync"
	"testing"
	"time"
)

func TestEveryLanguageSaysTheThreePlainStates(t *testing.T) {
	for _, c := range []struct{ language, device, hub, received string }{
		{"en", "on this device", "at the hub Radio Amani", "received"},
		{"fr", "sur cet appareil", "au relais Radio Amani", "reçu"},
		{"sw", "kwenye kifaa hiki", "kwenye kituo Radio Amani", "imepokelewa"},
	} {
		l := New(c.language)
		for id, want := range map[ID]string{"state.on_device": c.device, "state.at_hub": c.hub, "state.received": c.received} {
			if got := l.Say(id, Values{"Name": "Radio Amani"}); got != want {
				t.Errorf("%s says %q for %s, want %q", c.language, got, id, want)
			}
		}
	}
}

func TestAMissingTextComesFromTheNextLanguageOfTheChainAndSaysSo(t *testing.T) {
	l := New("ki")
	for _, c := range []struct {
		id              ID
		words, language string
		fallback, draft bool
	}{
		{"action.yes", "Ĩĩ", "ki", false, true},
		{"action.save", "Hifadhi", "sw", true, true},
		{"receipt.title", "Receipt", "en", true, false},
	} {
		got := l.Find(c.id)
		if got.Words != c.words || got.Language.Code != c.language || got.Fallback != c.fallback || got.Draft != c.draft {
			t.Errorf("%s is %q in %s (fallback %v, draft %v), want %q in %s (%v, %v)",
				c.id, got.Words, got.Language.Code, got.Fallback, got.Draft, c.words, c.language, c.fallback, c.draft)
		}
	}
}

func TestAnUnknownMessageShowsItsIDRatherThanNothing(t *testing.T) {
	if got := New("fr").Say("no.such_message"); got != "no.such_message" {
		t.Errorf("it shows %q", got)
	}
}

func TestPluralsFollowTheLanguage(t *testing.T) {
	for _, c := range []struct {
		language string
		n        int
		want     string
	}{
		{"en", 1, "1 item waits to be sent"},
		{"en", 0, "0 items wait to be sent"},
		{"en", 12000, "12,000 items wait to be sent"},
		{"fr", 0, "0 envoi en attente"},
		{"fr", 2, "2 envois en attente"},
		{"fr", 2_000_000, "2\u00a0000\u00a0000 d'envois en attente"},
		{"sw", 1, "Kitu 1 kinasubiri kutumwa"},
		{"ki", 3, "Vitu 3 vinasubiri kutumwa"},
	} {
		if got := New(c.language).Count("outbox.waiting", c.n); got != c.want {
			t.Errorf("%s, %d: %q, want %q", c.language, c.n, got, c.want)
		}
	}
}

func TestTheLanguageIsSwitchedWhileOthersSpeak(t *testing.T) {
	l := New("en")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				if s := l.Say("nav.home"); s != "Home" && s != "Accueil" {
					t.Errorf("between languages it says %q", s)
				}
				_ = l.Number(1234) + l.Count("outbox.waiting", 2)
			}
		})
	}
	for i := range 100 {
		l.Use([]string{"fr", "en"}[i%2])
	}
	wg.Wait()
	if l.Use("xx-nowhere") || l.Language().Code != "en" {
		t.Error("a language that there is not was taken")
	}
}

func TestTheSystemsLanguageIsUnderstood(t *testing.T) {
	for tag, want := range map[string]string{"sw_KE.UTF-8": "sw", "fr-CA": "fr", "Français (fr)": "fr", "C.UTF-8": "en", "": "en", "tlh": "en", "ar": "ar"} {
		if got := New(tag).Language().Code; got != want {
			t.Errorf("%q gives %s, want %s", tag, got, want)
		}
	}
	if New("ar").Language().Direction != RightToLeft || New("fr").Language().Direction != LeftToRight {
		t.Error("a language has the wrong direction")
	}
}

func TestWhatIsPutInIsNotReadAsATemplate(t *testing.T) {
	name := `{{.Name}} {{printf "%s" .}} <b>%d`
	if got, want := New("en").Say("state.at_hub", Values{"Name": name}), "at the hub "+name; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	for _, odd := range []string{"{{.", "{{.Name", "}}", "{{.}}", "{{.Other}}", "{{"} {
		if got := (filling{New("en").now.Load().printer, []Values{{"Name": "x"}}}).put(odd); got != odd {
			t.Errorf("%q became %q", odd, got)
		}
	}
}

func TestNumbersAndSizesAreWrittenAsTheLanguageDoes(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{New("en").Number(1234567), "1,234,567"},
		{New("fr").Number(1234567), "1\u00a0234\u00a0567"},
		{New("ar").Number(2006), "2,006"},
		{New("en").Percent(0.421), "42%"},
		{New("en").Size(999), "999 B"},
		{New("en").Size(999_499), "999 KB"},
		{New("en").Size(999_500), "1 MB"},
		{New("fr").Size(1_550_000), "1,6 Mo"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestDatesAreWrittenAsTheLanguageDoes(t *testing.T) {
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	en, fr := New("en"), New("fr")
	for _, c := range []struct{ got, want string }{
		{en.Span(day(2007, 6, 22), day(2007, 6, 22)), "22 June 2007"},
		{fr.Span(day(2007, 6, 1), day(2007, 6, 1)), "1er juin 2007"},
		{en.Span(day(2008, 2, 1), day(2008, 2, 29)), "February 2008"},
		{en.Span(day(2009, 1, 1), day(2009, 12, 31)), "2009"},
		{fr.Span(day(2007, 9, 4), day(2007, 9, 14)), "4 septembre 2007 – 14 septembre 2007"},
		{en.Span(time.Time{}, time.Time{}), "to be determined"},
		{fr.Span(time.Time{}, time.Time{}), "à déterminer"},
		{New("ru").Month(day(2008, 2, 1)), "2008-02"},
		{en.Moment(day(2007, 6, 22).Add(9*time.Hour), day(2007, 6, 22).Add(23*time.Hour)), "today, 09:00"},
		{en.Moment(day(2007, 6, 21), day(2007, 6, 22)), "yesterday, 00:00"},
		{fr.Moment(day(2007, 5, 18), day(2007, 6, 22)), "18 mai 2007, 00:00"},
		{en.Moment(time.Time{}, day(2007, 6, 22)), "at an unknown time"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestSentencesStandBehindEachOther(t *testing.T) {
	for want, of := range map[string][]string{
		"It is done. It took long.": {"It is done.", "It took long."},
		"完成了。用了很久。":                 {"完成了。", "用了很久。"},
		"ተጠናቀቀ። ደህና ነው።":            {"ተጠናቀቀ።", "", "ደህና ነው።"},
		"alone":                     {"", "alone"},
	} {
		if got := Sentences(of...); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestEveryLanguageIsDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range Languages() {
		if l.Name == "" || l.English == "" || l.Clock == "" || seen[l.Code] {
			t.Errorf("%s: not all is said about it, or it is there twice", l.Code)
		}
		seen[l.Code] = true
		if l.Direction != LeftToRight && l.Direction != RightToLeft {
			t.Errorf("%s: direction %q", l.Code, l.Direction)
		}
		if chain := l.Chain(); chain[len(chain)-1] != Source {
			t.Errorf("%s: English is not the end of %v", l.Code, chain)
		}
		for _, code := range l.Fallback {
			if _, ok := Named(code); !ok {
				t.Errorf("%s falls back to %s, of which nothing is said", l.Code, code)
			}
		}
		if len(l.Months) != 0 && len(l.Months) != 12 || strings.Contains(l.Day, "{m}") && len(l.Months) == 0 {
			t.Errorf("%s: %d months", l.Code, len(l.Months))
		}
	}
}

func TestLanguagesAreCalledAsTheLanguageSpokenCallsThem(t *testing.T) {
	english := texts(t, "en")
	for _, l := range Languages() {
		if english["languages."+l.Code] == nil {
			t.Errorf("%s has no name in English", l.Code)
		}
	}
	source, _ := Named("en")
	for spoken, want := range map[string]string{"en": "English", "fr": "anglais", "hi": "अंग्रेज़ी", "zh": "英文", "ki": "English"} {
		if got := New(spoken).NameOf(source); got != want {
			t.Errorf("in %s English is called %q, not %q", spoken, got, want)
		}
	}
}
