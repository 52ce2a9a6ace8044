package app

import (
	"strings"
	"testing"

	"baraza.example/app/workspace"
	"baraza.example/forms/barcode"
	"baraza.example/sync/identity"
)

// copies presses the button and returns what it put on the clipboard.
func (p *person) copies() string {
	p.t.Helper()
	p.taps("Copy the line")
	p.sees("Copied.")
	return p.fyne.Clipboard().Content()
}

func TestTheCardOfADeviceIsShownAsWordsAndAsALine(t *testing.T) {
	p := comes(t, t.TempDir(), phone)
	p.isNamed("Ujirani Cooperative")
	p.showSafety()
	p.taps("Card of this device")
	card, err := p.work.Card()
	if err != nil {
		t.Fatal(err)
	}
	p.sees("Ujirani Cooperative", card.ID().String(), card.OrgID().String())
	if read, err := identity.ParseCard([]byte(p.copies())); err != nil || read.ID() != card.ID() {
		t.Errorf("copied is the card of %v, %v", read.ID(), err)
	}
}

func TestTheCardIsReadFromTheScreenByACamera(t *testing.T) {
	for _, look := range []workspace.Look{workspace.LookLight, workspace.LookDark} {
		p := known(t, laptop)
		p.settles(workspace.Settings{Look: look})
		p.showCard()
		card, err := p.work.Card()
		if err != nil {
			t.Fatal(err)
		}
		seen, err := barcode.Read(p.window.Canvas().Capture())
		if err != nil {
			t.Fatalf("%s: %v", look, err)
		}
		if read, err := identity.ParseCard([]byte(seen.Text)); err != nil || read.ID() != card.ID() || read.Org != "Ujirani Cooperative" {
			t.Errorf("%s: read was the card of %v, %v", look, read.ID(), err)
		}
	}
}

func TestASecondDeviceOfTheOrganisationGetsItsCardByALineAndIsShutOutWhenItIsLost(t *testing.T) {
	first := comes(t, t.TempDir(), laptop)
	first.isNamed("Ujirani Cooperative")
	if _, err := first.work.Join(t.Context(), invited(t, "https://centre.example:8443")); err != nil {
		t.Fatal(err)
	}

	second := comes(t, t.TempDir(), phone)
	second.taps("Next")
	second.taps("This device belongs to an organisation that has one already")
	second.taps("Make the line")
	second.sees("Please write a name for this device.")
	second.types(0, "village tablet")
	second.taps("Make the line")
	second.sees("1. Bring this line to the other device")
	line := second.copies()
	if !strings.HasPrefix(line, "baraza-device:") {
		t.Fatalf("the line is %q", line)
	}

	first.showSafety()
	first.taps("Devices of the organisation")
	first.taps("Add a device")
	first.types(0, line[:len(line)-3])
	first.taps("Next")
	first.sees("This is no line of a new device")
	first.field(0).SetText("")
	first.types(0, line)
	first.taps("Next")
	request, err := identity.ParseRequest([]byte(line))
	if err != nil {
		t.Fatal(err)
	}
	first.sees("does the new device show the same ID?", request.ID().String(), "village tablet")
	second.sees(request.ID().String())
	first.taps("The same: make its card")
	first.sees("The card is made.")
	card := first.copies()
	first.taps("Done")
	first.sees("village tablet", "added today")

	second.types(0, "baraza-card:nonsense")
	second.taps("Begin")
	second.sees("This is no card for this device")
	second.field(0).SetText("")
	second.types(0, card)
	second.taps("Begin")
	second.sees("Answer the questionnaire")
	if c, err := second.work.Card(); err != nil || c.Org != "Ujirani Cooperative" || c.Device != "village tablet" {
		t.Errorf("the second device is %q of %q, %v", c.Device, c.Org, err)
	}
	if _, joined, err := second.work.Invite(t.Context()); err != nil || !joined {
		t.Errorf("the invite did not come with the card: %v", err)
	}
	second.showDevices()
	second.taps("Add a device")
	second.types(0, line)
	second.taps("Next")
	second.taps("The same: make its card")
	second.sees("only that one can add and shut out devices")

	first.taps("village tablet")
	first.taps("Shut it out")
	first.sees("It can't be taken back")
	first.taps("Cancel")
	first.sees("added today")
	first.taps("village tablet")
	first.taps("Shut it out")
	first.taps("Yes, shut it out")
	first.sees("Said. It counts from the moment when the centre has it", "shut out; goes to the centre with the next contact")
	all, err := first.work.Devices(t.Context())
	if err != nil || len(all) != 2 || all[1].Revoked == 0 {
		t.Errorf("the devices are %+v, %v", all, err)
	}
}

func TestALostDeviceIsShutOutByItsIDAlone(t *testing.T) {
	p := comes(t, t.TempDir(), phone)
	p.isNamed("Ujirani Cooperative")
	self, err := p.work.Card()
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := identity.NewDevice(strings.NewReader(strings.Repeat("drawn at random ", 20)), "lost")
	if err != nil {
		t.Fatal(err)
	}
	id := other.Request("lost").ID()
	p.showDevices()
	p.taps("A device that is not in the list was lost")
	p.types(0, "0"+id.String()[1:])
	p.taps("Shut it out")
	p.sees("its check digits don't fit")
	p.field(0).SetText("")
	p.types(0, self.ID().String())
	p.taps("Shut it out")
	p.taps("Yes, shut it out")
	p.sees("A device can't shut itself out.")
	p.field(0).SetText("")
	p.types(0, strings.ToLower(id.String()))
	p.taps("Shut it out")
	p.taps("Yes, shut it out")
	p.sees("Said.", id.Short())
}

func TestADeviceThatWasShutOutSaysSo(t *testing.T) {
	p := known(t, phone)
	p.safe = safety{read: true, barred: true}
	p.showOutbox()
	p.sees("This device was shut out by its organisation", "What is here can still be read.")
}

// What lies at a hub is not carried on any more, and its page doesn't say so.
func TestWhatADeviceHadSentBeforeItWasShutOutSaysThatNothingMoreIsTaken(t *testing.T) {
	p := known(t, phone)
	for n, i := range p.sampleItems()[:2] {
		i.Barred = true
		p.start(place{draw: func() screen { return screen{title: "x", body: p.item(i, nil)} }})
		p.sees("the centre takes nothing more from it")
		if all := p.shown(); strings.Contains(all, "carries it on") || strings.Contains(all, "Nobody else has it") != (n == 0) {
			t.Errorf("item %d says: %s", n, all)
		}
	}
}
