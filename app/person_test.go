package app

import (
	"testing"

	"baraza.example/app/workspace"
)

func TestWhatFormsAreGivenOfThePersonIsKeptAsItIsTyped(t *testing.T) {
	p := known(t, phone)
	p.showSettings()
	p.sees("Forms are given nothing")
	p.taps("Your details")
	p.types(0, "Achieng")
	p.types(2, "+254 700 000 000")
	p.showSettings()
	if s, err := p.work.Settings(t.Context()); err != nil || s.Metadata != (workspace.Metadata{Username: "Achieng", Phone: "+254 700 000 000"}) {
		t.Errorf("kept is %+v, %v", s.Metadata, err)
	}
	p.sees("Achieng · +254 700 000 000")
}
