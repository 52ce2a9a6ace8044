package app

import (
	"time"

	"baraza.example/app/workspace"
)

// trashSamples are the trash with two things in it, and what is asked before one of
// them is destroyed.
func (a *App) trashSamples() []sample {
	there := []workspace.Trashed{
		{Brief: workspace.Brief{ID: "1", Title: "Fishers of Mwalo"}, At: a.clock().Add(-26 * time.Hour), Left: 28},
		{Brief: workspace.Brief{ID: "2", Title: "Notes from the meeting", Text: true}, At: a.clock().Add(-time.Hour), Left: 29},
	}
	return []sample{
		{"trash", func() {
			a.start(place{draw: func() screen {
				return screen{title: a.words.Say("trash.title"), way: "nav.consultation", body: a.trash(there, true)}
			}})
		}},
		{"trash-sure", func() { a.start(place{}); a.showTrashed(there[0], true) }},
	}
}
