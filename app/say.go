package app

import (
	"time"

	"baraza.example/app/wording"
	"baraza.example/app/workspace"
)

func (a *App) state(i workspace.Item) string { return wording.State(a.words, i) }

func (a *App) waiting(i workspace.Item) string { return wording.Waiting(a.words, i) }

func (a *App) itemTitle(i workspace.Item) string { return wording.Title(a.words, i) }

func (a *App) textTitle(title string) string { return wording.TextTitle(a.words, title) }

func (a *App) briefTitle(b workspace.Brief) string { return wording.BriefTitle(a.words, b) }

// explain says what happened, what is safe and what to do.
func (a *App) explain(err error) string { return wording.Trouble(a.words, err) }

// stateShape is how the state of an item is drawn.
func stateShape(i workspace.Item) shape {
	switch {
	case i.Delivery.State == workspace.Received:
		return full
	case i.Delivery.Refusal != nil:
		return pointed
	case i.Delivery.State == workspace.AtHub:
		return half
	}
	return hollow
}

// draftTitle names the response that is being written by its author, where one
// is written down already.
func (a *App) draftTitle(r *workspace.Response) string {
	return a.briefTitle(workspace.Brief{Title: r.Author()})
}

// moment writes a time in seconds since 1970; 0 is unknown.
func (a *App) moment(seconds int64) string {
	if seconds == 0 {
		return a.words.Say("date.unknown")
	}
	return a.words.Moment(time.Unix(seconds, 0), a.clock())
}
