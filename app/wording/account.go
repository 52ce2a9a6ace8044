package wording

import (
	"strings"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// Hold says why nothing is sent now, and when it goes on by itself.
func Hold(l *locale.Localizer, why workspace.Hold, until, now time.Time) string {
	words := l.Say(locale.ID("hold." + string(why)))
	if until.IsZero() {
		return words
	}
	return locale.Sentences(words, l.Say("hold.until", locale.Values{"Time": When(l, until, now)}))
}

// When is a time to come: the day is said unless it is today.
func When(l *locale.Localizer, t, now time.Time) string {
	t, now = t.Local(), now.Local()
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return l.Clock(t)
	}
	return l.Say("date.at", locale.Values{"Date": l.Day(t), "Time": l.Clock(t)})
}

// Money is what bytes cost; "" where no price is set.
func Money(l *locale.Localizer, p workspace.Price, bytes int64) string {
	if p == (workspace.Price{}) {
		return ""
	}
	return l.Amount(p.Of(bytes), p.Currency)
}

// Cost says how much will go over the link, and what that costs where a price is set.
func Cost(l *locale.Localizer, p workspace.Price, bytes int64) string {
	if money := Money(l, p, bytes); money != "" {
		return l.Say("sending.cost_money", locale.Values{"Size": l.Size(bytes), "Money": money})
	}
	return l.Say("sending.cost", locale.Values{"Size": l.Size(bytes)})
}

// Run says a line of the account, to be read out: its road, and what went and came with it.
func Run(l *locale.Localizer, r workspace.Run, p workspace.Price) (road string, what []string) {
	switch {
	case r.Road == workspace.RoadBundle:
		road = l.Say("run.bundle")
	case r.Peer == identity.ID{}:
		road = l.Say("run.nobody", locale.Values{"Road": r.Road})
	case r.Role == batch.RoleHub:
		road = l.Say("run.hub", locale.Values{"Name": r.Name})
	default:
		road = l.Say("run.centre")
	}
	say := func(words string) { what = append(what, words) }
	switch {
	case r.Stopped:
		say(l.Say("run.stopped"))
	case r.Failed && r.Trouble != "" && knownTrouble[r.Trouble]:
		say(l.Say(locale.ID("run." + string(r.Trouble))))
	case r.Failed:
		say(l.Say("run.broke"))
	case r.Held != "":
		say(strings.TrimSuffix(l.Say(locale.ID("hold."+string(r.Held))), "."))
	case r.Records+r.Leaves+r.Receipts == 0:
		say(l.Say("run.nothing"))
	}
	if r.Records > 0 {
		say(l.Count("run.records", r.Records))
	}
	if r.Leaves > 0 {
		say(l.Count("run.leaves", r.Leaves))
	}
	if r.Receipts > 0 {
		say(l.Count("run.receipts", r.Receipts))
	}
	if r.Tries > 1 {
		say(l.Count("run.tries", r.Tries))
	}
	if r.Link > 0 {
		say(l.Say("run.bytes", locale.Values{"Size": l.Size(r.Link), "Up": l.Size(r.Up), "Down": l.Size(r.Down)}))
		if r.Said > 0 {
			say(l.Say("run.said", locale.Values{"Size": l.Size(r.Said)}))
		}
		if money := Money(l, p, r.Link); money != "" {
			say(l.Say("run.money", locale.Values{"Money": money}))
		}
	}
	return road, what
}

// knownTrouble are the troubles that a line of the account has words for.
var knownTrouble = map[workspace.Trouble]bool{
	workspace.TroublePortal: true, workspace.TroubleServer: true, workspace.TroubleClock: true, workspace.TroubleNoRoute: true,
	workspace.TroubleProxy: true, workspace.TroubleBusy: true, workspace.TroubleSpace: true, workspace.TroubleDisk: true,
}
