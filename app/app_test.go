package app

import (
	"strings"
	"testing"

	"baraza.example/app/workspace"
)

func TestTheFirstStartTakesTwoScreensAndNoNetwork(t *testing.T) {
	p := sit(t, t.TempDir(), Options{}, phone)
	p.sees("Which language do you want to read?", "English", "Français")
	p.taps("Next")
	p.sees("Whose device is this?")
	p.taps("Begin")
	p.sees("Please write a name.")
	p.types(0, "Kibera Women's Network")
	p.taps("Begin")
	p.sees(p.consultation.Title, "Answer the questionnaire", "Not joined yet", "First round", "to be determined", "2007")
	if card, err := p.work.Card(); err != nil || card.Org != "Kibera Women's Network" {
		t.Errorf("the device belongs to %q, %v", card.Org, err)
	}
}

func TestTheLanguageChangesEveryScreenAtOnceAndIsRemembered(t *testing.T) {
	dir := t.TempDir()
	p := sit(t, dir, Options{}, phone)
	p.taps("Français")
	p.sees("Suivant")
	p.doesNotSee("Next")
	if err := p.work.Close(); err != nil {
		t.Fatal(err)
	}
	if again := sit(t, dir, Options{}, phone); !strings.Contains(again.shown(), "Suivant") {
		t.Error("after a restart the words are not French any more")
	}
}

func TestEachItemStandsInOneOfThreePlainStates(t *testing.T) {
	p := known(t, laptop)
	items := p.sampleItems()
	o := &outbox{a: p.App, items: items, joined: true, read: true, sum: prospect{Estimate: workspace.Estimate{Records: 2, Text: 3420}, left: -1}}
	p.start(place{draw: func() screen { return screen{title: "Outbox", body: o.draw()} }})
	p.sees("on this device · Waits to be sent", "at the hub Radio Mwalo · Waits for the hub", "received · MCKW3-4BH0E", "About 3 KB will be sent.")
}

func TestAReceivedItemShowsItsCodeProofAndHistory(t *testing.T) {
	p := known(t, phone)
	i := p.sampleItems()[2]
	p.start(place{draw: func() screen {
		return screen{title: "x", body: p.item(i, &workspace.Proof{Index: 1204, Size: 1311, Time: i.Made})}
	}})
	p.sees("MCKW3-4BH0E", "Entry 1,204 of the log", "of 1,311 entries then", "The proof holds", "Made ready", "At the hub Radio Mwalo", "1 of 1 attachment received")
}

func TestAHalfInviteIsExplainedAndTheDeviceStaysAsItWas(t *testing.T) {
	p := known(t, phone)
	p.showJoin("")
	p.types(0, "hello")
	p.taps("Read the invite")
	p.sees("This is not an invite.")
	if _, joined, _ := p.work.Invite(t.Context()); joined {
		t.Error("the device has joined something")
	}
}

func TestSendingBeforeJoiningLeadsToTheInvite(t *testing.T) {
	p := known(t, phone)
	p.showOutbox()
	p.sees("Join first", "Nothing is made ready yet.")
	p.taps("Join with an invite")
	p.sees("An invite says for whom")
}

func TestOnAPhoneTheOtherScreensAreInAMenuOnALaptopBeside(t *testing.T) {
	p := known(t, phone)
	p.doesNotSee("[Settings]")
	p.taps("Menu")
	p.taps("Settings")
	p.sees("Text size", "200%")
	l := known(t, laptop)
	l.sees("[Settings]", "[Outbox]")
	l.doesNotSee("[Menu]")
}

func TestTheTextGrowsAndIsRemembered(t *testing.T) {
	p := known(t, phone)
	p.showSettings()
	before := p.fyne.Settings().Theme().Size("text")
	p.taps("200%")
	if after := p.fyne.Settings().Theme().Size("text"); after != 2*before {
		t.Errorf("the text was %v and is %v", before, after)
	}
	if s, err := p.work.Settings(t.Context()); err != nil || s.TextSize != 200 {
		t.Errorf("remembered are %+v, %v", s, err)
	}
}

func TestTheAboutPageNamesNobody(t *testing.T) {
	p := known(t, phone)
	p.showAbout()
	p.sees("The store is in order.", "Version")
	p.doesNotSee("Ujirani")
	p.taps("Copy")
	if copied := p.fyne.Clipboard().Content(); !strings.Contains(copied, "Version") || strings.Contains(copied, "Ujirani") {
		t.Errorf("copied was %q", copied)
	}
}
