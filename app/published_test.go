package app

import (
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"baraza.example/app/workspace"
	"baraza.example/sync/catalogue"
)

// publish publishes something as the secretariat does.
func (c *centre) publish(t *testing.T, p catalogue.Publication, content string) {
	t.Helper()
	if _, err := c.keys.Publish(t.Context(), c.shelf, p, []byte(content), time.Unix(1_700_000_000, 0)); err != nil {
		t.Fatal(err)
	}
}

func TestADocumentIsAskedForFetchedAndReadOffline(t *testing.T) {
	c := newCentre(t)
	p := known(t, phone)
	p.choose(func(s *workspace.Settings) { s.Languages = []string{"en"} })
	p.showPublished()
	p.sees("comes to this device after joining")
	p.takes(c.invite.Line())
	long := strings.Repeat("Paragraph of the report, which nobody packs well.\n\n", 100)
	c.publish(t, catalogue.Publication{Kind: catalogue.Announcement, Title: "The deadline was moved", Text: "It is 22 June now.\n\nAll else stays."}, "")
	c.publish(t, catalogue.Publication{Kind: catalogue.Document, Name: "report", Title: "Draft report", Version: "Rev. 1", Language: "fr", File: "report.txt"}, "# The report\n\n"+long+"The last word.")
	p.sends()
	p.showHome()
	p.sees("1 new announcement", "The deadline was moved", "2 new · 1 document")
	p.taps("Read it")
	p.sees("It is 22 June now.", "All else stays.")
	p.showHome()
	p.doesNotSee("1 new announcement")
	p.taps("Documents and announcements")
	p.sees("Announcements", "Everything that you want is here.", "new · Rev. 1 · Français · not asked for, ")
	p.taps("Draft report")
	p.sees("and comes with a sending when you ask for it.")
	p.doesNotSee("[Read]")
	p.taps("Ask for it")
	p.sees("will come down with the next sending.", "[Don't fetch it]")
	p.taps("To the sending")
	p.sees("will come down with the next sending.")
	p.sends()
	p.showPublished()
	p.sees("Rev. 1 · Français · on this device, ")
	p.taps("Draft report")
	p.taps("Read")
	p.sees("The report", "Paragraph of the report")
	p.taps("Next")
	p.taps("Next")
	p.sees("The last word.")
	p.doesNotSee("[Next]")
	p.taps("Close")
	p.sees("[Save as …]")
	p.showHome()
	p.sees("1 document")
	p.doesNotSee("1 new")
}

// opener is an application that remembers what other programs were to show.
type opener struct {
	fyne.App
	at *url.URL
}

func (o *opener) OpenURL(u *url.URL) error {
	if o.at = u; u == nil {
		return errors.New("no address")
	}
	return nil
}

func TestADocumentIsOpenedInAnotherProgramAndForgotten(t *testing.T) {
	c := newCentre(t)
	p := known(t, laptop)
	p.takes(c.invite.Line())
	for _, file := range []string{"agenda.pdf", "setup.exe"} {
		c.publish(t, catalogue.Publication{Kind: catalogue.Document, Name: file, Title: "The " + file, File: file}, "%PDF")
	}
	p.sends() // what there is
	p.sends() // and its content
	o := &opener{App: p.fyne}
	p.fyne = o
	p.showPublished()
	p.taps("The agenda.pdf")
	p.taps("Open in another program")
	if o.at == nil {
		t.Fatal("nothing was opened")
	}
	if content, err := os.ReadFile(o.at.Path); err != nil || string(content) != "%PDF" {
		t.Errorf("%q, %v", content, err)
	}
	p.back()
	p.taps("The setup.exe")
	p.sees("[Save as …]")
	p.doesNotSee("Open in another")
	p.forgetOpened()
	if _, err := os.Stat(o.at.Path); !os.IsNotExist(err) {
		t.Error("what was shown is still there: ", err)
	}
}

func TestLanguagesThatAreReadAreChosen(t *testing.T) {
	p := known(t, phone)
	p.choose(func(s *workspace.Settings) { s.Languages = []string{"en"} })
	p.showReading()
	p.taps("Français")
	p.taps("Kiswahili")
	p.taps("Français")
	if s, err := p.work.Settings(t.Context()); err != nil || strings.Join(s.Reads, " ") != "en sw" {
		t.Errorf("read are %q, %v", s.Reads, err)
	}
}

func TestALongParagraphIsCutWhereWordsEnd(t *testing.T) {
	long := strings.Repeat("a sentence without an end ", 400)
	got := paragraphsOf("One.\r\n\r\n\n" + long + "\n\n" + strings.Repeat("ጉ", longParagraph))
	if len(got) < 5 || got[0] != "One." || strings.Join(got[1:4], " ") != strings.TrimSpace(long)+" " && len(strings.Fields(strings.Join(got[1:4], " "))) != 2000 {
		t.Errorf("%d paragraphs, the second ends with %q", len(got), got[1][max(0, len(got[1])-20):])
	}
	for _, p := range got {
		if len(p) > longParagraph || strings.Contains(p, "\ufffd") || p != strings.ToValidUTF8(p, "") {
			t.Errorf("a paragraph of %d bytes is broken", len(p))
		}
	}
}

func TestTheProxyIsSetWhereSendingIsRuled(t *testing.T) {
	p := known(t, phone)
	p.showRules()
	p.types(2, "://")
	p.sees("This is no address of a proxy.")
	p.field(2).SetText("")
	p.types(2, "proxy.example:3128")
	if s, _ := p.work.Settings(t.Context()); s.Proxy != "" {
		t.Errorf("%q is kept while it is typed", s.Proxy)
	}
	p.aSecondPasses()
	p.doesNotSee("This is no address of a proxy.")
	if s, err := p.work.Settings(t.Context()); err != nil || s.Proxy != "proxy.example:3128" {
		t.Errorf("kept is %q, %v", s.Proxy, err)
	}
	p.rule(func(r *workspace.Rules) { r.Budget = 4000 })
	if s, _ := p.work.Settings(t.Context()); s.Proxy == "" {
		t.Error("a rule took the proxy away")
	}
}
