package app

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"baraza.example/app/workspace"
	"baraza.example/sync/central"
)

// ask asks back about an item as the secretariat does.
func (c *centre) ask(t *testing.T, code, question, text string) {
	t.Helper()
	if _, err := c.desk.Ask(t.Context(), code, central.Asking{Text: text, Question: question, From: "Amina", Now: time.Unix(1_700_000_000, 0)}); err != nil {
		t.Fatal(err)
	}
}

// sends makes what waits go, and takes what has come.
func (p *person) sends() {
	p.t.Helper()
	p.showOutbox()
	p.taps(p.buttonOf("Send now", "Ask for receipts"))
	p.sees("Done: ")
}

// answered makes a response to the built-in questionnaire ready.
func (p *person) answered() workspace.Item {
	p.t.Helper()
	r, err := p.sampleResponse(p.t.Context(), "ngo-english.json")
	if err != nil {
		p.t.Fatal(err)
	}
	if err := r.Set("/data/consent/consent_translation", "yes"); err != nil {
		p.t.Fatal(err)
	}
	item, violations, err := r.MakeReady(p.t.Context(), "en")
	if err != nil || len(violations) > 0 {
		p.t.Fatal(err, violations)
	}
	return item
}

// answeredAndSent makes one ready and sends it: it has a code then.
func (p *person) answeredAndSent() workspace.Item {
	p.t.Helper()
	name := p.answered().Name
	p.sends()
	item, err := p.work.Item(p.t.Context(), name)
	if err != nil {
		p.t.Fatal(err)
	}
	return item
}

func TestAQuestionOfTheSecretariatIsShownAndAnswered(t *testing.T) {
	c := newCentre(t)
	p := known(t, phone)
	p.takes(c.invite.Line())
	item := p.answeredAndSent()
	p.showMessages()
	p.sees("The secretariat has asked nothing.")
	c.ask(t, item.Code, "a", "Which workshop\nis meant?")
	p.sends()
	p.sees("1 question waits for you")
	p.showHome()
	p.sees("1 question waits for you", "Which workshop is meant?")
	p.taps("Read the question")
	p.sees("Amina, for the secretariat", "It is about this part:")
	p.taps("Make the reply ready")
	p.sees("A reply has 1 to 4")
	p.types(0, "The one of June.")
	p.aSecondPasses()
	p.showHome()
	p.sees("1 question waits for you")
	p.taps("Read the question")
	if got := p.field(0).Text; got != "The one of June." {
		t.Errorf("what was typed before has become %q", got)
	}
	p.taps("Make the reply ready")
	p.sees("The reply is ready.", "You replied", "The one of June.", "on this device", "Another reply")
	p.showHome()
	p.doesNotSee("question waits")
	p.sees("Reply: Savannah")
	p.sends()
	s, err := c.desk.Show(t.Context(), item.Code)
	if err != nil || len(s.Thread) != 2 || s.Thread[1].Text != "The one of June." {
		t.Errorf("the desk reads %+v, %v", s.Thread, err)
	}
	p.showItem(item.Name)
	p.sees("Which workshop is meant?", "Answered")
}

func TestAQuestionAboutAContributionIsAnsweredByItsNextRevision(t *testing.T) {
	c := newCentre(t)
	p := known(t, phone)
	p.takes(c.invite.Line())
	p.wrote("What the lake needs")
	p.sends()
	items, err := p.work.Items(t.Context())
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	c.ask(t, items[0].Code, "1", "Prices of what?")
	p.sends()
	p.showHome()
	p.taps("Read the question")
	p.taps("Correct this text")
	p.sees("Contribution · Revision 2", "Paragraph 1 · The secretariat asks: Prices of what?", "<Prices first.>")
	p.pastes(2, "Prices of nets first.")
	p.aSecondPasses()
	p.seesItSaved()
	p.showHome()
	p.taps("What the lake needs") // the draft
	p.sees("Contribution · Revision 2", "<Prices of nets first.>")
	p.taps("Make ready")
	p.sees("What the lake needs · Revision 2", "on this device")
	p.showMessages()
	p.taps("Prices of what?")
	p.sees("You corrected or withdrew this since.")
	p.sends()
	items, err = p.work.Items(t.Context())
	if err != nil || len(items) != 2 {
		t.Fatal(items, err)
	}
	s, err := c.desk.Show(t.Context(), items[1].Code)
	if err != nil || s.Contribution == nil || s.Contribution.Paragraphs[0].Text != "Prices of nets first." || s.Revision != 2 {
		t.Errorf("the desk reads revision %d of %+v, %v", s.Revision, s.Contribution, err)
	}
	p.showItem(items[0].Name)
	p.taps("Correct this text")
	p.sees("Contribution · Revision 3")
}

func TestAQuestionThatComesByItselfIsTold(t *testing.T) {
	c := newCentre(t)
	p := known(t, phone)
	p.takes(c.invite.Line())
	item := p.answeredAndSent()
	p.showHome()
	p.doesNotSee("question waits")
	c.ask(t, item.Code, "a", "Which workshop is meant?")
	report, err := p.work.Send(t.Context(), workspace.Sending{})
	if err != nil {
		t.Fatal(err)
	}
	asked, err := p.work.Messages(t.Context())
	if err != nil || len(asked) != 1 {
		t.Fatalf("%+v, %v", asked, err)
	}
	told := fyne.NewNotification("The secretariat asks", "1 question waits for you")
	test.AssertNotificationSent(t, told, func() { p.sentByItself(workspace.Outcome{Report: report, Asked: asked}) })
	p.sees("1 question waits for you", "Which workshop is meant?")
}

func TestWhatIsReceivedByItselfIsSeenOnItsPage(t *testing.T) {
	c := newCentre(t)
	p := known(t, phone)
	p.takes(c.invite.Line())
	item := p.answered()
	p.showItem(item.Name)
	p.sees("Waits to be sent")
	report, err := p.work.Send(t.Context(), workspace.Sending{})
	if err != nil {
		t.Fatal(err)
	}
	p.sentByItself(workspace.Outcome{Report: report})
	p.sees("Receipt code", "The proof holds")
	p.doesNotSee("Waits to be sent")
}

func TestAQuestionStandsBesideTheQuestionThatItMeansWhileItIsCorrected(t *testing.T) {
	c := newCentre(t)
	p := known(t, laptop)
	p.takes(c.invite.Line())
	item := p.answeredAndSent()
	c.ask(t, item.Code, "a", "Which workshop is meant?")
	p.sends()
	p.showMessages()
	p.taps("Which workshop is meant?")
	p.taps("Correct these answers")
	if p.filling.page != 0 {
		t.Errorf("the correction begins at page %d", p.filling.page)
	}
	here := p.filling.form.PageOf("/data/questions/q_a/a")
	for i := range p.filling.form.Pages() {
		p.filling.open(i)
		if on := strings.Contains(p.shown(), "The secretariat asks: Which workshop is meant?"); on != (i == here) {
			t.Errorf("it stands on page %d: %v; the question on %d", i, on, here)
		}
	}
}

func TestWhatWasSentIsWithdrawnAfterBeingAskedOnceMore(t *testing.T) {
	c := newCentre(t)
	p := known(t, phone)
	p.takes(c.invite.Line())
	p.wrote("What the lake needs")
	p.sends()
	p.taps("What the lake needs")
	p.taps("Withdraw")
	p.sees("Withdraw what was sent", "It stays where it is")
	p.types(0, "It named a person.")
	p.taps("Withdraw it")
	p.sees("You withdrew this.")
	p.doesNotSee("[Withdraw]")
	p.sends()
	items, err := p.work.Items(t.Context())
	if err != nil || len(items) != 2 || !items[0].Withdrawn || items[1].Delivery.State != workspace.Received {
		t.Fatalf("%+v, %v", items, err)
	}
	if s, err := c.desk.Show(t.Context(), items[0].Code); err != nil || !s.Withdrawn {
		t.Errorf("at the desk: %v, %v", s.Withdrawn, err)
	}
}
