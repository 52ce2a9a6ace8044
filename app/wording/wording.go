// Package wording says in the words of the catalogues what the window and the
// pages both have to say: in which state an item is, what it waits for, what
// went wrong. Start at [State].
package wording

import (
	"errors"
	"strings"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

// State is one of the three plain states, with the code to read out.
func State(l *locale.Localizer, i workspace.Item) string {
	switch i.Delivery.State {
	case workspace.Received:
		return l.Say("state.received_code", locale.Values{"Code": i.Code})
	case workspace.AtHub:
		if i.Delivery.Hub == "" {
			return l.Say("state.at_hub_unnamed")
		}
		return l.Say("state.at_hub", locale.Values{"Name": i.Delivery.Hub})
	}
	if i.Delivery.Refusal != nil {
		return l.Say("state.refused") + " · " + l.Say("state.on_device")
	}
	return l.Say("state.on_device")
}

// Waiting says what an item waits for.
func Waiting(l *locale.Localizer, i workspace.Item) string {
	word, _, _ := strings.Cut(i.Waiting(), ":")
	switch word {
	case "":
		return l.Say("wait.nothing")
	case "refused":
		return l.Say("wait.refused", locale.Values{"Reason": Refusal(l, string(i.Delivery.Refusal.Code))})
	}
	return l.Say(locale.ID("wait." + word))
}

// Refusal says why a record was not taken, and what that means for who made it.
// why begins with the code; who refused may stand behind it, as in a history. A
// code of a later version is said as it is.
func Refusal(l *locale.Localizer, why string) string {
	code, _, _ := strings.Cut(why, " ")
	switch batch.RefuseCode(code) {
	case batch.RefusedUnknown, batch.RefusedToken, batch.RefusedSignature, batch.RefusedMalformed, batch.RefusedGap, batch.RefusedFork,
		batch.RefusedElsewhere, batch.RefusedRevoked, batch.RefusedQuota, batch.RefusedFull, batch.RefusedVersion, batch.RefusedBusy:
		return l.Say(locale.ID("refusal." + strings.ReplaceAll(code, "-", "_")))
	}
	return code
}

// Title names an item.
func Title(l *locale.Localizer, i workspace.Item) string {
	title := strings.Trim(i.Title, " —")
	if title == "" {
		title = l.Say("response.untitled")
	}
	switch {
	case i.IsReply():
		return l.Say("message.reply_of", locale.Values{"Title": title})
	case i.IsWithdrawal():
		return l.Say("withdraw.of", locale.Values{"Title": title})
	}
	return Revision(l, title, i.Revision)
}

// Revision names something, and which of its revisions it is if there are others.
func Revision(l *locale.Localizer, name string, number uint32) string {
	if number < 2 {
		return name
	}
	return name + " · " + l.Say("correct.revision", locale.Values{"Number": number})
}

// BriefTitle names what is being written.
func BriefTitle(l *locale.Localizer, b workspace.Brief) string {
	switch {
	case b.Text:
		return TextTitle(l, b.Title)
	case b.Title == "":
		return l.Say("response.untitled")
	}
	return l.Say("response.for_author", locale.Values{"Name": b.Title})
}

// TextTitle is the title of a contribution, or says that there is none yet.
func TextTitle(l *locale.Localizer, title string) string {
	if strings.TrimSpace(title) == "" {
		return l.Say("contribution.untitled")
	}
	return title
}

// Trouble says what happened, what is safe and what to do.
func Trouble(l *locale.Localizer, err error) string {
	var gone *workspace.GoneError
	if errors.As(err, &gone) {
		return l.Say("fill.attachment_gone", locale.Values{"Name": gone.Name})
	}
	var odd *workspace.WordError
	if errors.As(err, &odd) {
		return l.Say("error.word_odd", locale.Values{"Number": odd.Number, "Word": odd.Word})
	}
	var held *workspace.HeldError
	if errors.As(err, &held) {
		return Hold(l, held.Why, held.Until, time.Now())
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
		{workspace.ErrNoOrgKey, "error.no_org_key"},
		{workspace.ErrSelf, "error.revoke_self"},
		{workspace.ErrRequest, "error.no_request"},
		{workspace.ErrCard, "error.no_card"},
		{workspace.ErrRevokedNow, "error.revoked_now"},
		{identity.ErrCheckDigits, "error.check_digits"},
		{workspace.ErrNotSetUp, "error.not_set_up"},
		{workspace.ErrNoRoad, "send.not_joined"},
		{workspace.ErrNoForm, "error.no_form"},
		{workspace.ErrUnchecked, "intake.second_needed"},
		{workspace.ErrWithdrawn, "withdraw.twice"},
		{workspace.ErrCorrecting, "withdraw.correcting"},
		{workspace.ErrOtherConsultation, "join.other"},
		{workspace.ErrNoAddress, "join.no_address"},
		{identity.ErrNotInvite, "join.not_an_invite"},
		{identity.ErrInviteCut, "join.cut_short"},
		{identity.ErrInviteCentre, "join.cut_short"},
	} {
		if errors.Is(err, known.err) {
			return l.Say(known.id)
		}
	}
	if ours, theirs, wrong := workspace.ClockTrouble(err); wrong {
		return l.Say("error.clock_wrong", locale.Values{"Ours": l.Day(ours), "Theirs": l.Day(theirs)})
	}
	if trouble := workspace.TroubleOf(err); trouble != "" {
		return l.Say(locale.ID("error."+trouble), locale.Values{"Size": l.Size(workspace.MaxText)})
	}
	return l.Say("error.unexpected", locale.Values{"What": err.Error()})
}

// Sent is the account of a run that reached its end.
func Sent(l *locale.Localizer, r exchange.Report) string {
	said := l.Say("send.finished", locale.Values{"Up": l.Size(r.BytesUp), "Down": l.Size(r.BytesDown)})
	if r.Turns {
		said = locale.Sentences(said, l.Say("send.in_turns"))
	}
	return said
}
