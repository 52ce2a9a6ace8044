package app

import "testing"

func TestADraftIsPutIntoTheTrashAndComesBackOrIsDestroyedTwiceAsked(t *testing.T) {
	p := known(t, laptop)
	for range 2 {
		p.showHome()
		p.taps("Answer the questionnaire")
		p.taps("Put into the trash")
		p.sees("It is in the trash.")
		p.doesNotSee("draft · ")
	}
	p.taps("Trash")
	p.sees("Destroyed after 30 more days of use")
	p.taps("Response without a name")
	p.taps("Take it out")
	p.sees("It is back.")
	if n := p.lines("Response without a name"); n != 1 {
		t.Errorf("%d are left in the trash", n)
	}
	p.taps("Response without a name")
	p.taps("Destroy")
	p.sees("can't be brought back")
	p.taps("Keep it")
	p.taps("Response without a name")
	p.taps("Destroy")
	p.taps("Destroy it now")
	p.sees("It is destroyed.", "The trash is empty.")
	p.showHome()
	p.sees("draft · ")
}
