package app

import (
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
	whole("Consultation") // its long title is the page's heading
	p.taps("Answer the questionnaire")
	whole("Response without a name")
	p.back()
	p.wrote("What the lake needs, and what those who live from it have to say about that")
	whole("Contribution")
	p.window.Resize(laptop)
	whole("What the lake needs, and what those who live from it have to say about that")
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
