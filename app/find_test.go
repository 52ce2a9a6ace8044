package app

import (
	"testing"
)

func TestWhatWasWrittenIsSearchedInTheList(t *testing.T) {
	p := known(t, phone)
	p.wrote("What the lake needs")
	p.wrote("Bei ya Évêché")
	for range 4 { // more than stand on the first screen
		p.wrote("Prices of fish")
	}
	p.showAll()
	p.sees("Search", "What the lake needs", "Bei ya Évêché")
	p.pastes(0, "EVECHE bei")
	p.aSecondPasses()
	p.sees("1 with “EVECHE bei”", "Bei ya Évêché")
	p.doesNotSee("What the lake needs")
	p.pastes(0, "prices first")
	p.aSecondPasses()
	p.sees("6 with") // it stands in their texts
	p.pastes(0, "")
	p.aSecondPasses()
	p.sees("What the lake needs", "Prices of fish")
	p.doesNotSee(" with “")
}
