package app

import (
	"errors"
	"testing"

	"baraza.example/app/workspace"
)

func TestAConsultationIsLeftWithNothingLostAndComeBackTo(t *testing.T) {
	c := newCentre(t)
	p := known(t, phone)
	p.takes(c.invite.Line())
	p.wrote("What the lake needs")
	p.showHome()
	p.taps("Leave this consultation")
	p.sees("1 thing that you made ready waits", "Send it first", "[Leave all the same]")
	p.taps("Stay")
	p.taps("Leave this consultation")
	p.taps("Leave all the same")
	p.sees("You left this consultation", "What the lake needs", "on this device")
	p.doesNotSee("[Answer the questionnaire]", "[Leave this consultation]")
	var held *workspace.HeldError
	if _, err := p.work.Send(t.Context(), workspace.Sending{ByHand: true}); !errors.As(err, &held) || held.Why != workspace.HoldLeft {
		t.Errorf("sending ended with %v", err)
	}
	p.showOutbox()
	p.sees("You left this consultation: nothing is sent.")
	p.doesNotSee("Send now")

	if err := p.work.Close(); err != nil { // it is remembered
		t.Fatal(err)
	}
	again := sit(t, p.dir, Options{}, laptop)
	again.sees("You left this consultation")
	again.taps("Come back")
	again.sees("You take part again.")
	again.sends()
	again.sees("received · ")
	again.showHome()
	again.taps("Leave this consultation")
	again.sees("1 thing that was received")
	again.doesNotSee("Leave all the same")
	again.taps("Leave")
	again.sees("You left this consultation")
}

func TestAHubIsNotLeftBehind(t *testing.T) {
	p := known(t, laptop)
	p.choose(func(s *workspace.Settings) { s.BeHub = true })
	p.showLeave()
	p.sees("others send through it")
	p.doesNotSee("[Leave]", "Leave all the same")
}
