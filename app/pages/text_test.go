package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"baraza.example/app/pages"
	"baraza.example/app/workspace"
	"baraza.example/forms/contribution"
)

// own is the pages of somebody who answers the built-in questionnaire.
func own(t *testing.T) (w *workspace.Workspace, b *browser, root string) {
	t.Helper()
	c, form, err := workspace.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if w, err = workspace.Open(t.Context(), t.TempDir(), workspace.Options{Forms: []workspace.Form{form}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	if err := w.SetUp(t.Context(), "Wavuvi wa Nansole", ""); err != nil {
		t.Fatal(err)
	}
	p := pages.New(pages.Options{Work: w, Form: form, Title: c.ID, Why: "pages.no_opengl"})
	address, err := p.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	b = newBrowser(t)
	b.shows(b.c.Get(address))
	root, _, _ = strings.Cut(address, "/?")
	b.shows(b.c.Get(root + "/"))
	return w, b, root
}

// theDraft is the one contribution that is being written.
func theDraft(t *testing.T, w *workspace.Workspace) contribution.Contribution {
	t.Helper()
	for c, err := range w.Contributions(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		return c.Value
	}
	t.Fatal("no contribution is being written")
	return contribution.Contribution{}
}

func TestAContributionIsWrittenInTheBrowser(t *testing.T) {
	w, b, root := own(t)
	b.sees("New contribution")
	b.send(root+"/own/write", nil)
	b.sees("On whose behalf?", `value="Wavuvi wa Nansole"`, "Paragraph 1", "May this text be published?", "saved when you press")
	text := root + "/own/text"
	b.send(text, url.Values{"title": {"Boats & <nets>"}, "behalf": {"Wavuvi wa Nansole"}, "language": {"sw"}, "p": {"The first.\r\nStill the first.\r\n\r\nThe second."}, "go": {"add"}})
	b.sees("Paragraph 3", "Boats &amp; &lt;nets&gt;")
	if c := theDraft(t, w); len(c.Paragraphs) != 3 || c.Paragraphs[0].Text != "The first.\nStill the first." || c.Paragraphs[1].Text != "The second." || c.Language != "sw" {
		t.Fatalf("in the store: %+v", c)
	}
	fields := func(publication string, to string, p ...string) url.Values {
		return url.Values{"title": {"Boats"}, "behalf": {"Wavuvi wa Nansole"}, "language": {"sw"}, "publication": {publication}, "p": p, "go": {to}}
	}
	b.send(text, fields("", "remove:1", "The first.", "The second.", "The third."))
	if c := theDraft(t, w); len(c.Paragraphs) != 2 || c.Paragraphs[0].Text != "The second." || c.Paragraphs[0].Number != 1 {
		t.Errorf("after one was removed: %+v", c.Paragraphs)
	}
	b.send(text, fields("", "ready", "The second.", " ", "The third."))
	b.sees("Please choose whether it may be published.", "The third.", `role="alert"`)
	old := b.text
	b.send(text, fields("full", "leave", "The second.", " ", "The third."))
	b.sees("Boats", "Go on", "Answer the questionnaire") // in the list of what is being written
	b.text = old
	b.send(text, fields("full", "ready", "The second.", " ", "The third."))
	b.sees("Boats", "on this device")
	items, err := w.Items(t.Context())
	if err != nil || len(items) != 1 {
		t.Fatalf("made ready: %v, %v", items, err)
	}
	s, err := w.Read(t.Context(), items[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	if c := s.Contribution; c.Title != "Boats" || len(c.Paragraphs) != 2 || c.Paragraphs[1].Text != "The third." || c.Publication != contribution.Full {
		t.Errorf("ready is %+v", c)
	}
	// A page that stood open makes no second one.
	b.text = old
	b.send(text, fields("full", "ready", "The second."))
	if items, err := w.Items(t.Context()); err != nil || len(items) != 1 || b.at != "/" {
		t.Errorf("after an old page: %s, %v, %v", b.at, items, err)
	}
}

func TestATextThatIsTooLongForAPageIsSaid(t *testing.T) {
	w, b, root := own(t)
	b.send(root+"/own/write", nil)
	b.send(root+"/own/text", url.Values{"title": {"Boats"}, "p": {"kept"}, "go": {"stay"}})
	if code := b.shows(b.c.PostForm(root+"/own/text", url.Values{"id": {theDraft(t, w).ID}, "p": {strings.Repeat("x", 5<<20)}})); code != http.StatusOK {
		t.Errorf("status %d", code)
	}
	b.sees("longer than this program keeps")
	if c := theDraft(t, w); len(c.Paragraphs) != 1 || c.Paragraphs[0].Text != "kept" {
		t.Errorf("in the store: %d paragraphs", len(c.Paragraphs))
	}
}
