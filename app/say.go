package app

import (
	"errors"
	"strings"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/sync/identity"
)

// state is one of the three plain states, with the code to read out.
func (a *App) state(i workspace.Item) string {
	say := a.words.Say
	switch i.Delivery.State {
	case workspace.Received:
		return say("state.received_code", locale.Values{"Code": i.Code})
	case workspace.AtHub:
		if i.Delivery.Hub == "" {
			return say("state.at_hub_unnamed")
		}
		return say("state.at_hub", locale.Values{"Name": i.Delivery.Hub})
	}
	if i.Delivery.Refusal != nil {
		return say("state.refused") + " · " + say("state.on_device")
	}
	return say("state.on_device")
}

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

// waiting says what an item waits for.
func (a *App) waiting(i workspace.Item) string {
	word, _, _ := strings.Cut(i.Waiting(), ":")
	switch word {
	case "":
		return a.words.Say("wait.nothing")
	case "refused":
		return a.words.Say("wait.refused", locale.Values{"Reason": string(i.Delivery.Refusal.Code)})
	}
	return a.words.Say(locale.ID("wait." + word))
}

func (a *App) itemTitle(i workspace.Item) string {
	if strings.Trim(i.Title, " —") == "" {
		return a.words.Say("response.untitled")
	}
	return strings.Trim(i.Title, " —")
}

func (a *App) textTitle(title string) string {
	if strings.TrimSpace(title) == "" {
		return a.words.Say("contribution.untitled")
	}
	return title
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

// explain says what happened, what is safe and what to do.
func (a *App) explain(err error) string {
	say := a.words.Say
	var gone *workspace.GoneError
	if errors.As(err, &gone) {
		return say("fill.attachment_gone", locale.Values{"Name": gone.Name})
	}
	var odd *workspace.WordError
	if errors.As(err, &odd) {
		return say("error.word_odd", locale.Values{"Number": odd.Number, "Word": odd.Word})
	}
	for _, known := range []struct {
		err error
		id  locale.ID
	}{
		{workspace.ErrPassphraseNeeded, "error.passphrase_needed"},
		{workspace.ErrPassphraseWrong, "error.passphrase_wrong"},
		{workspace.ErrWordsWrong, "error.words_wrong"},
		{workspace.ErrWordsAsked, "error.words_asked"},
		{workspace.ErrWordsCount, "error.words_count"},
		{workspace.ErrWordsCheck, "error.words_check"},
		{workspace.ErrBackupLocks, "backup.needs_lock"},
		{workspace.ErrNoBackup, "error.no_backup"},
		{workspace.ErrBackupOther, "error.backup_other"},
		{workspace.ErrInUse, "error.in_use"},
		{workspace.ErrNotSetUp, "error.not_set_up"},
		{workspace.ErrNoRoad, "send.not_joined"},
		{workspace.ErrNoForm, "error.no_form"},
		{workspace.ErrOtherConsultation, "join.other"},
		{workspace.ErrNoAddress, "join.no_address"},
		{identity.ErrNotInvite, "join.not_an_invite"},
		{identity.ErrInviteCut, "join.cut_short"},
		{identity.ErrInviteCentre, "join.cut_short"},
	} {
		if errors.Is(err, known.err) {
			return say(known.id)
		}
	}
	if trouble := workspace.TroubleOf(err); trouble != "" {
		return say(locale.ID("error."+trouble), locale.Values{"Size": a.words.Size(workspace.MaxText)})
	}
	return say("error.unexpected", locale.Values{"What": err.Error()})
}
