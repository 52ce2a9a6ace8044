package app

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/forms/session"
	"baraza.example/sync/batch"
)

// marked is the mark and the words of the line with this title.
func (p *person) marked(title string) (shape, string) {
	p.t.Helper()
	var found *line
	visit(p.window.Content(), func(o fyne.CanvasObject) {
		if l, ok := o.(*line); ok && found == nil && strings.HasPrefix(l.title.Words(), title) {
			found = l
		}
	})
	if found == nil {
		p.t.Fatalf("there is no line %q in\n%s", title, p.shown())
	}
	return found.sign.(*mark).shape, found.state.Words()
}

func TestAPageToWhichSomethingCanBeAddedIsNotOneToBeRead(t *testing.T) {
	p := known(t, laptop)
	p.taps("Answer the questionnaire")
	if s, words := p.marked("Written contributions"); s != hollow || words != "No answer yet" {
		t.Errorf("its mark is %v, its state %q", s, words)
	}
	if s, words := p.marked("Questionnaire to interested stakeholders"); s != solid || words != "To be read" {
		t.Errorf("of what is only read the mark is %v, the state %q", s, words)
	}
}

func TestTheOutlineShowsWhereOneIs(t *testing.T) {
	p := known(t, fyne.NewSize(1100, 720))
	p.taps("Answer the questionnaire")
	for range len(p.filling.form.Pages()) - 1 {
		p.taps("Next")
		view, here := p.filling.beside, p.filling.lines[p.filling.page]
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(here).Y
		top := fyne.CurrentApp().Driver().AbsolutePositionForObject(view).Y
		if at < top || at+here.Size().Height > top+view.Size().Height {
			t.Errorf("page %d: its line is at %.0f, the outline at %.0f to %.0f", p.filling.page+1, at, top, top+view.Size().Height)
		}
	}
}

func TestTheOutlineSaysHowFarEachPageIs(t *testing.T) {
	p := known(t, laptop)
	p.taps("Answer the questionnaire")
	if s, words := p.marked("Question a)"); s != hollow || words != "No answer yet" {
		t.Errorf("of an empty page it says %v, %q", s, words)
	}
	p.taps("Question a)")
	p.types(0, "Everybody concerned.")
	p.aSecondPasses()
	if s, words := p.marked("Question a)"); s != half || !strings.HasPrefix(words, "1 of ") {
		t.Errorf("of a page that was begun it says %v, %q", s, words)
	}
	if s, words := p.marked("Consent"); s != hollow || !strings.Contains(words, "needed") {
		t.Errorf("of a page with needed answers it says %v, %q", s, words)
	}
	p.openPage("Contact person")
	p.types(2, "not an address")
	p.window.Canvas().Unfocus()
	p.aSecondPasses()
	if s, words := p.marked("Contact person"); s != pointed || !strings.Contains(words, "1 to change") {
		t.Errorf("of a page with a wrong answer it says %v, %q", s, words)
	}
	fill(t, p, map[string]any{"consent_processing": "yes", "consent_translation": "yes", "publication": "full"})
	p.filling.outdated()
	if s, _ := p.marked("Consent"); s != full {
		t.Errorf("of a complete page it says %v", s)
	}
}

func fill(t *testing.T, p *person, answers map[string]any) {
	t.Helper()
	if err := session.Fill(p.filling.response.Session, answers); err != nil {
		t.Fatal(err)
	}
}

func TestOnAPhoneTheOutlineIsAScreenOfItsOwn(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	p.taps("1 of 14")
	p.sees("Question f)", "Consent", "[Close]")
	p.taps("Question f)")
	p.sees("[6 of 14]")
	p.taps("6 of 14")
	p.taps("Close")
	p.sees("[6 of 14]")
}

func TestProgressAndPositionAreShown(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	first := p.shell.done.share
	p.doesNotSee("[Previous]") // of the first page there is none
	p.taps("Next")
	p.sees("[2 of 14]", "[Previous]")
	if p.shell.done.share <= first || !p.shell.done.Visible() {
		t.Errorf("the line stands at %v, before at %v", p.shell.done.share, first)
	}
	p.showHome()
	if p.shell.done.Visible() {
		t.Error("home is shown as a step of something")
	}
}

func TestWhatWasMadeReadyIsReadAgainAndCannotBeChanged(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	fill(t, p, map[string]any{
		"a": "Prices first.", "collection_mode": "own", "org_name": "Ujirani Cooperative", "org_category": "ngo", "nonprofit": "yes",
		"country": "KE", "answer_language": "sw", "publication": "full", "consent_processing": "yes", "consent_translation": "yes",
	})
	p.filling.review()
	p.taps("Make ready")
	p.sees("Response", "Ujirani Cooperative")
	p.taps("Read what was made ready")
	p.sees("What criteria could be used", "Prices first.", "Kenya", "Original (Kiswahili)")
	visit(p.window.Content(), func(o fyne.CanvasObject) {
		if _, ok := o.(*formview.Entry); ok {
			t.Error("there is a field to type in")
		}
	})
}

func TestEveryScreenOfTheGalleryHasATitleAndIsReachable(t *testing.T) {
	p := sit(t, t.TempDir(), Options{}, laptop)
	samples, err := p.gallery()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, s := range samples {
		s.show()
		if names[s.name] || p.shell.shown.title == "" || p.drawn() < 1 {
			t.Errorf("%s: title %q, %d texts", s.name, p.shell.shown.title, p.drawn())
		}
		names[s.name] = true
	}
	for _, needed := range []string{"welcome", "home", "home-first", "page-long-answer", "outline", "review", "sent", "outbox", "outbox-empty", "all", "controls", "settings", "about"} {
		if !names[needed] {
			t.Errorf("the gallery has no %q", needed)
		}
	}
}

// diary is a log that somebody wants to see.
type diary string

func (d diary) Text(context.Context) ([]byte, error) { return []byte(d), nil }
func (diary) Clear() error                           { return nil }

// written is a file that a person chose to write to.
type written struct {
	bytes.Buffer
	closed bool
}

func (w *written) Close() error   { w.closed = true; return nil }
func (w *written) URI() fyne.URI  { return storage.NewFileURI("/somewhere/baraza-log.txt") }
func (w *written) String() string { return w.Buffer.String() }

var _ io.WriteCloser = (*written)(nil)

func TestTheLogIsHandedOver(t *testing.T) {
	p := sit(t, t.TempDir(), Options{Log: diary("{\"msg\":\"started\"}\n"), Version: "9.9.9"}, phone)
	if err := p.work.SetUp(t.Context(), "Ujirani Cooperative", ""); err != nil {
		t.Fatal(err)
	}
	p.showAbout()
	p.taps("Copy the log")
	copied := p.fyne.Clipboard().Content()
	if !strings.Contains(copied, "started") || !strings.Contains(copied, "9.9.9") || strings.Contains(copied, "Ujirani") {
		t.Errorf("copied was %q", copied)
	}
	var file written
	p.writeLog(&file)
	p.sees("The log was saved as baraza-log.txt")
	if !file.closed || file.String() != copied {
		t.Errorf("saved was %q", file.String())
	}
}

func TestWithoutALogNothingIsOffered(t *testing.T) {
	p := known(t, phone)
	p.showAbout()
	p.doesNotSee("Save the log")
	p.sees("Check my data")
}

func TestTheNextStepIsTheOneThatIsNext(t *testing.T) {
	p := known(t, phone)
	item := func(s workspace.Item) []workspace.Item { return []workspace.Item{s} }
	waits, done := p.sampleItems()[1], p.sampleItems()[2]
	brief := workspace.Brief{ID: "1", Title: "Fishers of Nansole"}
	for _, c := range []struct {
		name string
		m    mine
		want []string
	}{
		{"nothing yet", mine{read: true}, []string{"Answer the questionnaire", "[Answer the questionnaire]"}},
		{"a response begun", mine{read: true, drafts: []workspace.Brief{brief}}, []string{"Go on where you stopped", "Response of Fishers of Nansole", "[Go on with the answers]"}},
		{"a text begun", mine{read: true, drafts: []workspace.Brief{{Text: true, Title: "Prices"}}}, []string{"Prices", "[Go on with the text]"}},
		{"ready, not joined", mine{read: true, items: item(waits)}, []string{"Join, so that it can be sealed", "[Join with an invite]"}},
		{"ready and joined", mine{read: true, items: item(waits), joined: true}, []string{"Send what is ready", "1 item waits", "[To the outbox]"}},
		{"all received", mine{read: true, items: item(done), joined: true}, []string{"All is received", "[Answer for another group]"}},
	} {
		p.start(place{draw: func() screen { return screen{title: c.name, body: p.home(c.m)} }})
		shown := p.shown()
		for _, w := range c.want {
			if !strings.Contains(shown, w) {
				t.Errorf("%s: %q is not to be seen in\n%s", c.name, w, shown)
			}
		}
	}
}

func TestTheWayOfAnItemIsDrawnAsItWent(t *testing.T) {
	p := known(t, phone)
	items := p.sampleItems()
	direct := items[2]
	direct.Delivery.Hub, direct.Delivery.History = "", nil
	refused := items[0]
	refused.Delivery.Refusal = new(batch.Refusal)
	for _, c := range []struct {
		name string
		item workspace.Item
		want []shape
		hub  string
	}{
		{"on this device", items[0], []shape{half, hollow, hollow}, "at a hub"},
		{"at the hub", items[1], []shape{full, half, hollow}, "at the hub Radio Mwalo"},
		{"received", items[2], []shape{full, full, full}, "at the hub Radio Mwalo"},
		{"straight to the centre", direct, []shape{full, full, full}, "Straight to the centre"},
		{"refused", refused, []shape{half, hollow, hollow}, "at a hub"},
	} {
		track := p.track(c.item).(*chain)
		var got []shape
		for _, l := range track.links {
			got = append(got, l.mark.shape)
		}
		if len(got) != 3 || got[0] != c.want[0] || got[1] != c.want[1] || got[2] != c.want[2] {
			t.Errorf("%s: the marks are %v, want %v", c.name, got, c.want)
		}
		if words := track.links[1].words.Objects[0].(*formview.Label).Words(); words != c.hub {
			t.Errorf("%s: in the middle stands %q", c.name, words)
		}
	}
}

func TestAChainLiesWhereItsWordsHaveRoomAndStandsElse(t *testing.T) {
	p := known(t, phone)
	c := p.newTrack([]string{"on this device", "at the hub", "received"}, 1)
	c.Resize(fyne.NewSize(700, 10))
	if a, b := c.links[0].mark.Position(), c.links[2].mark.Position(); a.Y != b.Y || b.X <= a.X {
		t.Errorf("wide it stands at %v and %v", a, b)
	}
	low := c.MinSize().Height
	c.Resize(fyne.NewSize(200, 10))
	if a, b := c.links[0].mark.Position(), c.links[2].mark.Position(); a.X != b.X || b.Y <= a.Y {
		t.Errorf("narrow it stands at %v and %v", a, b)
	}
	if high := c.MinSize().Height; high <= low {
		t.Errorf("upright it is %v high, lying %v", high, low)
	}
}
