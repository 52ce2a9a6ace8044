package app

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
)

// strikes sends a shortcut to the window.
func (p *person) strikes(s fyne.Shortcut) {
	p.t.Helper()
	var keys fyne.ShortcutHandler // the canvas of tests has none
	p.shortcuts(keys.AddShortcut)
	keys.TypedShortcut(s)
}

func TestPagesAreTurnedAndAnswersTakenBackByKeys(t *testing.T) {
	p := known(t, laptop)
	p.newResponse()
	turn := func(key fyne.KeyName) {
		p.strikes(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierControl})
	}
	turn(fyne.KeyPageDown)
	turn(fyne.KeyPageDown)
	turn(fyne.KeyPageUp)
	if p.filling.page != 1 {
		t.Fatalf("after down, down, up it is page %d", p.filling.page)
	}
	p.types(0, "We could not come")
	turn(fyne.KeyPageDown) // with the focus in a field
	if p.filling.page != 2 {
		t.Fatalf("from a field the page isn't turned: %d", p.filling.page)
	}
	p.window.Canvas().Unfocus()
	p.strikes(&fyne.ShortcutUndo{})
	p.sees("Taken back:")
	if p.filling.page != 1 || p.field(0).Text != "" {
		t.Errorf("on page %d the field holds %q", p.filling.page, p.field(0).Text)
	}
	p.showHome()
	p.strikes(&fyne.ShortcutUndo{}) // nothing is filled in here
	turn(fyne.KeyPageDown)
	p.sees("Your next step")
}

func TestThePersonSaysHowMuchIsAskedAtOneTime(t *testing.T) {
	p := known(t, phone)
	p.newResponse()
	before := len(p.filling.form.Pages())
	p.showSettings()
	p.taps("One question at a time")
	if p.chosen.Paging != string(formview.ByQuestion) {
		t.Fatalf("chosen is %q", p.chosen.Paging)
	}
	again, err := p.work.Settings(t.Context())
	if err != nil || again.Paging != p.chosen.Paging {
		t.Errorf("kept is %q, %v", again.Paging, err)
	}
	f := p.filling
	p.goTo(place{draw: f.draw, leave: f.save.flush, within: f})
	if after := len(f.form.Pages()); after <= before {
		t.Errorf("there are %d pages, there were %d", after, before)
	}
	p.settles(workspace.Settings{Paging: string(formview.InOne)})
	f.open(0)
	if f.form.InOnePage() {
		p.sees("1 of 1")
	} else if n := len(f.form.Pages()); n != before {
		t.Errorf("a form too large for one page has %d", n)
	}
}

func TestKeysLeadToTheMainScreensAndAreListed(t *testing.T) {
	p := known(t, laptop)
	for i, w := range p.allWays() {
		p.strikes(&desktop.CustomShortcut{KeyName: fyne.KeyName(rune('1' + i)), Modifier: fyne.KeyModifierShortcutDefault})
		if p.shell.shown.way != w.id {
			t.Errorf("key %d leads to %q, not to %q", i+1, p.shell.shown.way, w.id)
		}
	}
	p.showHome()
	p.newResponse()
	p.taps("Next")
	p.types(0, "Prices first.")
	p.strikes(&desktop.CustomShortcut{KeyName: fyne.KeyLeft, Modifier: fyne.KeyModifierAlt})
	p.sees("Your next step")
	p.showSettings()
	for _, k := range p.keys() {
		p.sees(k.name + " — " + k.what)
	}
	if n := len(p.keys()); n < 10 {
		t.Errorf("there are %d", n)
	}
}

func TestBeforeThereIsANameKeysLeadNowhere(t *testing.T) {
	p := sit(t, t.TempDir(), Options{}, laptop)
	before := p.shown()
	p.strikes(&desktop.CustomShortcut{KeyName: fyne.Key2, Modifier: fyne.KeyModifierShortcutDefault})
	p.strikes(&desktop.CustomShortcut{KeyName: fyne.KeyLeft, Modifier: fyne.KeyModifierAlt})
	if p.shown() != before {
		t.Error("another screen came")
	}
}
