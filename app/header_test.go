package app

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"baraza.example/app/formview"
)

// header is what is drawn at the top of the window.
func (p *person) header() (words []string) {
	visit(p.shell.header, func(o fyne.CanvasObject) {
		if t, ok := o.(*canvas.Text); ok {
			words = append(words, t.Text)
		}
	})
	return words
}

func TestOnAPhoneNoTitleIsCutShortThatHasRoom(t *testing.T) {
	p := known(t, phone)
	whole := func(title string) {
		t.Helper()
		if all := strings.Join(p.header(), " "); strings.Contains(all, "…") || !strings.Contains(all, title) {
			t.Errorf("the header says %q instead of %q", all, title)
		}
	}
	p.shell.shown.body.(*formview.Scroll).RevealPart(2000, 10)
	whole("Consultation") // its long title is the page's heading
	p.taps("Answer the questionnaire")
	whole("Response without a name")
	p.back()
	p.wrote("What the lake needs, and what those who live from it have to say about that")
	p.shell.shown.body.(*formview.Scroll).RevealPart(2000, 10)
	whole("Contribution")
	p.window.Resize(fyne.NewSize(laptop.Width, 300)) // so low that the heading can be out of sight
	p.shell.shown.body.(*formview.Scroll).RevealPart(2000, 10)
	whole("What the lake needs, and what those who live from it have to say about that")
}

func TestTheHeaderFollowsTheTitleThatIsTyped(t *testing.T) {
	p := known(t, laptop)
	p.taps("Write a contribution")
	p.types(0, "What the lake needs")
	if got := p.header(); !slices.Contains(got, "What the lake needs") {
		t.Errorf("the header says %q", got)
	}
}

func TestTheHeaderDoesNotSayWhatThePageSaysRightBelow(t *testing.T) {
	for _, size := range []fyne.Size{phone, laptop} {
		p := known(t, size)
		if got := p.header(); !slices.Contains(got, "Baraza") {
			t.Errorf("%v: above the first page the header says %q", size, got)
		}
		p.showSettings()
		page := p.shell.shown.body.(*formview.Scroll)
		if got := p.header(); slices.Contains(got, "Settings") || !slices.Contains(got, "Baraza") {
			t.Errorf("%v: above the heading the header says %q", size, got)
		}
		page.RevealPart(2000, 10)
		if got := p.header(); !slices.Contains(got, "Settings") {
			t.Errorf("%v: when the heading is out of sight the header says %q", size, got)
		}
		page.Top()
		if got := p.header(); slices.Contains(got, "Settings") {
			t.Errorf("%v: back at the top the header says %q", size, got)
		}
		p.showMail() // there is a way back to where one was
		if got := p.header(); slices.Contains(got, "Save as e-mail") || slices.Contains(got, "Baraza") {
			t.Errorf("%v: beside the way back the header says %q", size, got)
		}
	}
}

func TestTheWheelOverTheInviteMovesThePage(t *testing.T) {
	p := known(t, phone)
	p.showJoin("")
	p.pastes(0, strings.Repeat("ABCDEFGH ", 200))
	scroll := p.shell.shown.body.(*formview.Scroll)
	var under fyne.Scrollable
	visit(p.window.Content(), func(o fyne.CanvasObject) {
		if c, ok := o.(*fyne.Container); ok && under == nil && len(c.Objects) == 2 {
			if _, field := c.Objects[0].(*formview.Entry); field {
				under = c.Objects[1].(fyne.Scrollable)
			}
		}
	})
	before := p.field(0)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(before).Y
	under.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -60)})
	if now := fyne.CurrentApp().Driver().AbsolutePositionForObject(before).Y; now >= at {
		t.Errorf("the field stands at %.0f as before (%.0f); the page is %v", now, at, scroll.Size())
	}
}
