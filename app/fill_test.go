package app

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"baraza.example/forms"
	"baraza.example/forms/session"
)

// ref is the place of a question of the built-in form.
func (p *person) value(name ...string) string {
	p.t.Helper()
	at := p.filling.response.Root().Ref
	for _, n := range name {
		at = at.Child(n)
	}
	n, ok := p.filling.response.Node(at)
	if !ok {
		p.t.Fatalf("there is no %s", at)
	}
	return n.Value
}

func TestWhatIsTypedIsOnTheDiskASecondLater(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	p.sees("These are the five questions")
	p.taps("Next")
	p.sees("What criteria could be used")
	p.types(0, "Those who live with the outcome.")
	p.sees("Saving on this device")
	p.aSecondPasses()
	p.seesItSaved()
	if err := p.work.Close(); err != nil { // nothing else is called: as if the power were cut
		t.Fatal(err)
	}
	again := sit(t, p.dir, Options{}, phone)
	again.taps("Go on with the answers")
	again.filling.open(1)
	again.sees("<Those who live with the outcome.>")
}

func TestWhatCouldNotBeSavedIsSaidAndTriedAgain(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	p.taps("Next")
	take := p.filling.save.take
	p.filling.save.take = func() func(context.Context) error {
		return func(context.Context) error { return errors.New("disk on fire") }
	}
	p.types(0, "x")
	p.aSecondPasses()
	p.sees("Not saved yet", "What you typed is still on the screen", "disk on fire")
	p.filling.save.take = take
	p.aSecondPasses()
	p.seesItSaved()
	p.doesNotSee("Not saved yet")
}

func TestAnOlderStateNeverGoesOverANewerOne(t *testing.T) {
	p := known(t, phone)
	var written []string
	state := "old"
	s := &autosave{a: p.App, take: func() func(context.Context) error {
		taken := state
		return func(context.Context) error { written = append(written, taken); return nil }
	}}
	late := s.next()
	state = "new"
	if err := s.next()(); err != nil {
		t.Fatal(err)
	}
	if err := late(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(written, " "); got != "new" {
		t.Errorf("written was %q", got)
	}
}

func TestAResponseIsReviewedMendedAndMadeReady(t *testing.T) {
	p := known(t, laptop)
	p.taps("Answer the questionnaire")
	p.sees("Question a)", "Consent", "Review") // the outline
	p.taps("Question a)")
	p.types(0, "Everybody concerned.")
	p.taps("Review")
	p.sees("answers are missing or need a change", "Everybody concerned.")
	p.taps("Who is writing these answers down?")
	p.sees("How these answers came about", "Needs an answer")
	p.taps("The organisation or group itself")
	r := p.filling.response
	if err := session.Fill(r.Session, map[string]any{
		"org_name": "Ujirani Cooperative", "org_category": "ngo", "nonprofit": "yes", "country": "KE", "answer_language": "en",
		"publication": "full", "consent_processing": "yes", "consent_translation": "yes",
	}); err != nil {
		t.Fatal(err)
	}
	p.filling.review()
	p.sees("Nothing is missing.", "Ujirani Cooperative")
	p.taps("Make ready")
	p.sees("Ujirani Cooperative — KE", "on this device", "Waits for an invite", "1 item waits to be sent")
	if drafts, err := p.work.Briefs(t.Context()); err != nil || len(drafts) > 0 {
		t.Errorf("there are still drafts: %v, %v", drafts, err)
	}
}

func TestACountryIsFoundByTyping(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	p.openPage("About the organisation")
	p.types(searchOf(p, "In which country"), "keny")
	p.sees("Kenya")
	p.taps("Kenya")
	if got := p.value("profile", "country"); got != "KE" {
		t.Errorf("the country is %q", got)
	}
}

func TestOfWhatIsTypedNothingIsSaidBeforeTheFieldIsLeft(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	p.openPage("Contact person")
	p.types(2, "not an address")
	p.doesNotSee("does not look like an e-mail address")
	p.window.Canvas().Focus(p.field(0))
	p.sees("does not look like an e-mail address")
	mail := p.field(2)
	mail.SetText("")
	test.Type(mail, "a@b.example")
	p.doesNotSee("does not look like an e-mail address")
}

func TestTabGoesFromFieldToFieldInTheirOrder(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	p.openPage("Contact person")
	p.window.Canvas().Focus(p.field(0))
	for i := 1; i < 4; i++ {
		p.window.Canvas().FocusNext()
		if p.window.Canvas().Focused() != fyne.Focusable(p.field(i)) {
			t.Fatalf("after %d steps the focus is elsewhere: %T", i, p.window.Canvas().Focused())
		}
	}
	if p.field(0).AcceptsTab() {
		t.Error("Tab stays in a field")
	}
}

func TestAGroupsAnswersAskForTheGroup(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	p.openPage("How these answers came about")
	p.doesNotSee("Whose views these are")
	p.taps("Somebody else, copied from a paper form or a recording")
	p.sees("Whose views these are", "About how many people")
}

func TestSeveralResponsesStandBesideEachOther(t *testing.T) {
	p := known(t, laptop)
	p.taps("Answer the questionnaire")
	p.showHome()
	p.taps("Answer for another group")
	p.showHome()
	if n := p.lines("Response without a name"); n != 2 {
		t.Errorf("%d drafts are shown in\n%s", n, p.shown())
	}
}

func TestAllIsThereAtAnySizeAndNothingBursts(t *testing.T) {
	p := known(t, fyne.NewSize(200, 200))
	p.taps("Answer the questionnaire")
	for range p.filling.form.Pages() {
		p.filling.turn(1)
	}
	p.window.Resize(laptop)
	p.window.Resize(phone)
	p.sees("Consent")
}

// openPage goes to the page whose title begins with the words.
func (p *person) openPage(words string) {
	p.t.Helper()
	for i, page := range p.filling.form.Pages() {
		if strings.HasPrefix(page.Label, words) {
			p.filling.open(i)
			return
		}
	}
	p.t.Fatalf("there is no page %q", words)
}

// searchOf is the number of the field below the question with the words.
func searchOf(p *person, words string) int {
	before, _, found := strings.Cut(p.shown(), words)
	if !found {
		p.t.Fatalf("there is no question %q", words)
	}
	return strings.Count(before, "<")
}

// find is the place of a question by its name.
func find(t *testing.T, p *person, name string) forms.Ref {
	t.Helper()
	var look func(among []forms.Ref) forms.Ref
	look = func(among []forms.Ref) forms.Ref {
		for _, ref := range among {
			n, _ := p.filling.response.Node(ref)
			if ref.Name() == name && len(n.Children) == 0 {
				return ref
			}
			if found := look(n.Children); found != "" {
				return found
			}
		}
		return ""
	}
	found := look(p.filling.response.Root().Children)
	if found == "" {
		t.Fatalf("the form does not ask %s", name)
	}
	return found
}
