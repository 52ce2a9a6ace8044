package app

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"baraza.example/app/workspace"
	"baraza.example/storage"
)

// comes starts the program on a device that several may share.
func comes(t *testing.T, dir string, size fyne.Size) *person {
	t.Helper()
	consultation, form, err := workspace.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	people := workspace.OpenPeople(dir, workspace.Options{Forms: []workspace.Form{form}, Store: storage.Options{Profile: storage.Phone, NoBallast: true}})
	p := &person{App: New(test.NewTempApp(t), nil, consultation, Options{People: people}), t: t, dir: dir}
	p.working = p.atOnce
	p.frame(context.WithoutCancel(t.Context()))
	t.Cleanup(p.goes)
	w, err := people.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if p.work = w; w == nil {
		p.standBefore()
	} else if err := p.enter(); err != nil {
		t.Fatal(err)
	}
	p.window.Resize(size)
	return p
}

// goes ends the program.
func (p *person) goes() {
	p.leave()
	if p.work != nil {
		if err := p.work.Close(); err != nil {
			p.t.Error(err)
		}
	}
	p.work = nil
}

// isNamed says whose place it is.
func (p *person) isNamed(name string) {
	p.t.Helper()
	p.sees("Which language do you want to read?")
	p.taps("Next")
	p.types(0, name)
	p.taps("Begin")
	p.sees("Answer the questionnaire")
}

// keepsALock sets a PIN or passphrase.
func (p *person) keepsALock(pin string) {
	p.t.Helper()
	p.showSafety()
	p.taps("PIN or passphrase")
	p.types(0, pin)
	p.types(1, pin)
	p.taps("Set a PIN or passphrase")
	p.sees("Set. It is asked for from now on.")
}

// unlocks types what opens the place.
func (p *person) unlocks(with string) {
	p.t.Helper()
	p.types(0, with)
	p.taps("Open")
}

func TestWhoIsAloneAndWantsNoPINIsNeverAskedForOne(t *testing.T) {
	dir := t.TempDir()
	p := comes(t, dir, phone)
	p.doesNotSee("PIN")
	p.isNamed("Ujirani Cooperative")
	p.lock() // nothing would be kept out by that
	p.sees("Answer the questionnaire")
	p.showMenu()
	p.doesNotSee("Lock now")
	p.goes()
	p = comes(t, dir, phone)
	p.sees("Your next step")
	p.showSettings()
	p.taps("Safety of your work")
	p.sees("None: whoever has this device can read what is here.", "You are alone on it.", "Not made yet")
}

func TestAPINKeepsOthersOutFromTheNextMomentOn(t *testing.T) {
	dir := t.TempDir()
	p := comes(t, dir, laptop)
	p.isNamed("Ujirani Cooperative")
	p.keepsALock("lake 4417")
	p.sees("[Lock now]")
	p.showHome()
	p.taps("Write a contribution")
	p.types(0, "What the lake needs")
	p.lock()
	p.sees("This device is locked")
	p.doesNotSee("lake", "Ujirani", "Outbox")
	p.unlocks("lake 4418")
	p.sees("This PIN or passphrase does not open it.")
	p.unlocks("lake 4417")
	p.sees("Your next step", "What the lake needs")
	p.goes()

	p = comes(t, dir, laptop)
	p.sees("This device is locked")
	p.doesNotSee("lake", "Ujirani")
	p.taps("Open")
	p.sees("Type the PIN or passphrase first.")
	p.unlocks("lake 4417")
	p.sees("What the lake needs")
	p.showSafety()
	p.taps("PIN or passphrase")
	p.types(0, "wrong")
	p.taps("Take it away")
	p.sees("does not open it")
	p.types(0, "lake 4417")
	p.taps("Take it away")
	p.sees("Taken away.")
	p.doesNotSee("[Lock now]")
}

func TestANewPINIsTypedTwiceAndNotTooShort(t *testing.T) {
	p := comes(t, t.TempDir(), phone)
	p.isNamed("Ujirani Cooperative")
	p.showLock()
	for _, c := range []struct{ first, second, said string }{
		{"", "", "Type the new PIN or passphrase first."},
		{"1234", "1235", "The two are not the same."},
		{"123", "123", "Use at least 4 characters."},
	} {
		p.showLock()
		p.types(0, c.first)
		p.types(1, c.second)
		p.taps("Set a PIN or passphrase")
		p.sees(c.said)
	}
	if set, _, _ := p.work.Locks(); set {
		t.Error("one of them was taken")
	}
}

func TestSeveralPeopleShareADeviceAndSeeNothingOfEachOther(t *testing.T) {
	dir := t.TempDir()
	p := comes(t, dir, phone)
	p.isNamed("Ujirani Cooperative")
	p.showSafety()
	p.taps("People on this device")
	p.taps("Begin as another person")
	p.sees("A place of your own")
	p.doesNotSee("Ujirani")
	p.types(0, "mwembe 4417")
	p.types(1, "mwembe 4417")
	p.taps("Begin")
	p.sees("Your place on this device is called “Person 1 · ")
	p.isNamed("Fishers of Nansole")
	p.showSafety()
	p.sees("You are: Person 1 · ", "2 people")
	p.goes()

	p = comes(t, dir, phone)
	p.sees("Who are you?", "The first person on this device", "Open to everybody at this device", "Person 1 · ", "Locked with a PIN or passphrase")
	p.doesNotSee("Ujirani", "Nansole")
	p.taps("The first person")
	p.showSafety()
	p.taps("People on this device")
	p.taps("Leave it to somebody else")
	p.taps("Person 1 · ")
	p.unlocks("mwembe 4417")
	if card, err := p.work.Card(); err != nil || card.Org != "Fishers of Nansole" {
		t.Errorf("in the place of %q, %v", card.Org, err)
	}
}

// slow are jobs that wait until they are told to run.
func (p *person) slow(waiting *[]func()) {
	p.jobs.away = func(f func()) { *waiting = append(*waiting, f) }
}

func TestAfterWrongTriesTheNextIsCountedDownAndCanBeCalledOff(t *testing.T) {
	dir := t.TempDir()
	p := comes(t, dir, phone)
	p.isNamed("Ujirani Cooperative")
	p.keepsALock("lake 4417")
	p.lock()
	for range 3 {
		p.unlocks("guess")
	}
	p.sees("After wrong tries the next one waits: 2 seconds")
	p.goes()

	p = comes(t, dir, phone) // who starts the program anew waits all the same
	now := time.Now()
	p.clock = func() time.Time { return now }
	var waiting []func()
	p.slow(&waiting)
	p.unlocks("lake 4417")
	p.sees("After wrong tries this one waits: 2 seconds")
	p.doesNotSee("lake 4417")
	now = now.Add(1500 * time.Millisecond)
	p.aSecondPasses()
	p.sees("this one waits: 1 second")
	p.taps("Cancel")
	run := waiting
	waiting = nil
	for _, f := range run {
		f()
	}
	p.sees("This device is locked", "After wrong tries the next one waits: 2 seconds") // it was not counted
	p.jobs.away = func(f func()) { f() }
	p.unlocks("lake 4417")
	p.sees("Your next step")
}

func TestAWorkspaceIsLockedWhenNobodyDoesAnything(t *testing.T) {
	p := comes(t, t.TempDir(), phone)
	p.isNamed("Ujirani Cooperative")
	begun := time.Now()
	passed := time.Duration(0)
	watch := func() {
		p.watch = workspace.NewWatch(2*time.Minute, func() (time.Time, time.Duration) { return begun.Add(passed), passed })
	}
	watch()
	pass := func(d time.Duration) {
		for end := passed + d; passed < end; {
			passed += workspace.WatchEvery
			p.aSecondPasses()
		}
	}
	pass(5 * time.Minute)
	p.sees("Your next step") // there is no PIN
	p.keepsALock("lake 4417")
	p.showHome()
	watch()
	pass(time.Minute)
	p.taps("Answer the questionnaire") // somebody is there
	pass(time.Minute)
	p.doesNotSee("This device is locked")
	p.taps("Next")
	p.types(0, "x")
	pass(2*time.Minute - workspace.WatchEvery)
	p.doesNotSee("This device is locked")
	pass(2 * workspace.WatchEvery)
	p.sees("This device is locked")
	if p.work != nil {
		t.Error("the workspace is open behind the door")
	}
	p.unlocks("lake 4417")
	watch()
	pass(time.Minute)
	p.sees("Your next step")
	passed += time.Hour // it slept
	p.aSecondPasses()
	p.sees("This device is locked")
}

func TestTheTimeOfLockingIsChosenAndKept(t *testing.T) {
	p := comes(t, t.TempDir(), phone)
	p.isNamed("Ujirani Cooperative")
	p.keepsALock("lake 4417")
	p.sees("Lock by itself", "10 minutes")
	p.taps("2 minutes")
	if s, err := p.work.Settings(t.Context()); err != nil || s.LockAfter != 2 {
		t.Errorf("kept is %d, %v", s.LockAfter, err)
	}
	p.taps("Only after sleep")
	if s, err := p.work.Settings(t.Context()); err != nil || s.LockAfter >= 0 {
		t.Errorf("kept is %d, %v", s.LockAfter, err)
	}
}

func TestWhatCannotBeSavedIsNotLockedAway(t *testing.T) {
	p := comes(t, t.TempDir(), phone)
	p.isNamed("Ujirani Cooperative")
	p.keepsALock("lake 4417")
	p.goTo(place{draw: func() screen { return screen{title: "x", body: page(wrapped("my words"))} },
		leave: func() { p.shell.notSaved(errors.New("the disk is on fire")) }})
	p.lock()
	p.sees("my words", "Not locked, for what you typed could not be saved.")
}

func TestTheDoorIsReadInTheLanguageThatOneWants(t *testing.T) {
	dir := t.TempDir()
	p := comes(t, dir, phone)
	p.isNamed("Ujirani Cooperative")
	p.keepsALock("lake 4417")
	p.lock()
	p.taps("Language")
	p.taps("Français")
	p.taps("Terminé")
	p.sees("Cet appareil est verrouillé")
}

func TestAFolderThatAnotherProgramHasOpenIsSaidAndTriedAgain(t *testing.T) {
	dir := t.TempDir()
	p := comes(t, dir, phone)
	p.isNamed("Ujirani Cooperative")
	p.keepsALock("lake 4417")
	p.lock()
	other := workspace.OpenPeople(dir, workspace.Options{})
	w, err := other.Open(t.Context(), storage.FirstID, workspace.Unlocking{Passphrase: []byte("lake 4417")})
	if err != nil {
		t.Fatal(err)
	}
	p.unlocks("lake 4417")
	p.sees("Another program has this folder open.")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	p.unlocks("lake 4417")
	p.sees("Your next step")
	if strings.Contains(p.shown(), "Another program") {
		t.Error("it is still said")
	}
}
