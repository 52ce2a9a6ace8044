package app

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"baraza.example/app/workspace"
)

func TestBytesAreDrawnNotMoreOftenThanCanBeSeen(t *testing.T) {
	var waiting []func()
	j := jobs{away: func(f func()) { waiting = append(waiting, f) }, here: func(f func()) { f() }}
	var drawn []int64
	g := newGauge(j, func(up, _ int64) { drawn = append(drawn, up) })
	for n := range int64(1000) {
		g.moved(n, 0)
	}
	if len(waiting) != 1 {
		t.Fatalf("%d drawings are on their way", len(waiting))
	}
	waiting[0]()
	g.moved(5000, 1)
	waiting[1]()
	if len(drawn) != 2 || drawn[0] != 999 || drawn[1] != 5000 {
		t.Errorf("drawn were %v", drawn)
	}
}

func TestNothingComesBackToAWindowThatHasEnded(t *testing.T) {
	ended := false
	queued := make(chan func(), 2)
	j := background(func() bool { return ended }, func(f func()) { queued <- f })
	j.run(func() error { return nil }, func(error) { t.Error("what was on its way came back") })
	onItsWay := <-queued
	ended = true
	onItsWay()
	j.here(func() { t.Error("it came back") })
	if len(queued) > 0 {
		t.Error("it was queued, where there is no queue any more")
	}
}

func TestLeavingAScreenSavesWithoutWaiting(t *testing.T) {
	p := known(t, phone)
	p.taps("Write a contribution")
	p.types(0, "What the lake needs")
	p.taps("Back") // no second has passed
	all, err := p.work.Briefs(t.Context())
	if err != nil || len(all) != 1 || all[0].Title != "What the lake needs" {
		t.Errorf("kept are %+v, %v", all, err)
	}
	p.sees("What the lake needs", "Go on with the text")
}

func TestPuttingThePhoneAwaySaves(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	p.taps("Next")
	p.types(0, "Prices first.")
	p.leave() // as when the program leaves the foreground
	r, err := p.work.Resume(t.Context(), p.filling.response.InstanceID())
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := r.Node(find(t, p, "a")); n.Value != "Prices first." {
		t.Errorf("kept is %q", n.Value)
	}
}

func TestTypingOnWhileSavingKeepsWhatWasTypedLast(t *testing.T) {
	p := known(t, phone)
	var running []func()
	p.jobs.away = func(f func()) { running = append(running, f) }
	kept := ""
	typed := "one"
	s := &autosave{a: p.App, take: func() func(context.Context) error {
		taken := typed
		return func(context.Context) error { kept = taken; return nil }
	}}
	s.touched()
	p.aSecondPasses() // begins to save "one"
	typed = "one two"
	s.touched()
	p.aSecondPasses() // and then "one two"
	for i := len(running) - 1; i >= 0; i-- {
		running[i]() // the disk is done with the second first
	}
	if kept != "one two" {
		t.Errorf("kept is %q", kept)
	}
}

func TestSavingIsTriedAgainUntilItWorks(t *testing.T) {
	p := known(t, phone)
	tries := 0
	s := &autosave{a: p.App, take: func() func(context.Context) error {
		return func(context.Context) error {
			if tries++; tries < 4 {
				return errors.New("disk on fire")
			}
			return nil
		}
	}}
	s.touched()
	for range 10 {
		p.aSecondPasses()
	}
	if tries != 4 {
		t.Errorf("it was tried %d times, not 4", tries)
	}
	p.seesItSaved()
}

func TestAFullDiskIsSaidInWordsThatHelp(t *testing.T) {
	p := known(t, phone)
	p.shell.notSaved(errors.New("something"))
	p.sees("Not saved yet", "What you typed is still on the screen")
}

func TestEveryWayLeadsSomewhereAndIsMarked(t *testing.T) {
	p := known(t, laptop)
	for _, w := range p.allWays() {
		p.taps(p.words.Say(w.id))
		if p.shell.shown.way != w.id {
			t.Errorf("%s leads to %s", w.id, p.shell.shown.way)
		}
	}
	if len(p.trail) != 0 {
		t.Error("a main screen has a way back")
	}
}

func TestBackLeadsWhereOneCameFrom(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	p.taps("Menu")
	p.sees("[Settings]")
	p.taps("Back")
	p.sees("These are the five questions")
	p.taps("Back")
	p.sees("Your next step", "Go on with the answers") // what was begun meanwhile is there
	p.back()                                           // there is nothing before it
	p.sees("Your next step")
}

func TestTheFirstStartIsReadInArabic(t *testing.T) {
	p := sit(t, t.TempDir(), Options{}, phone)
	p.taps("العربية")
	p.taps("التالي")
	p.sees("لمن هذا الجهاز؟")
	p.types(0, "شبكة الواحة")
	p.taps("ابدأ")
	p.sees("خطوتك التالية", "الجدول الزمني", "يُحدد لاحقا", "22 يونيو 2007")
	p.fits("home")
	if left := p.fyne.Driver().AbsolutePositionForObject(p.shell.title).X; left < 20 || left > phone.Width {
		t.Errorf("the title stands at %v", left)
	}
	p.window.Resize(fyne.NewSize(1366, 768))
	p.fits("home")
	if !strings.Contains(p.shown(), "مسودة") {
		t.Error("it is not said that the words are a draft")
	}
}

func TestOnMirroredScreensTheRailIsAtTheRight(t *testing.T) {
	p := known(t, laptop)
	rail := func() float32 { return p.fyne.Driver().AbsolutePositionForObject(p.shell.rail).X }
	if at := rail(); at != 0 {
		t.Errorf("in English it stands at %v", at)
	}
	p.choose(func(s *workspace.Settings) { s.Languages = []string{"ar"} })
	if at := rail(); at < 1000 {
		t.Errorf("in Arabic it stands at %v", at)
	}
}
