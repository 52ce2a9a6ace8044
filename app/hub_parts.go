package app

import (
	"cmp"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
	"baraza.example/app/station"
	"baraza.example/assets/locale"
)

// wayUp says when the centre, or the next hub, was met last, or why not.
func (h *hubbing) wayUp() string {
	a, up := h.a, h.state.Up
	switch {
	case up.Tried.IsZero():
		return a.words.Say("hub.not_tried")
	case up.Err == nil:
		return a.words.Say("hub.open", locale.Values{"Time": a.words.Moment(up.Last.Local(), a.clock())})
	case up.Last.IsZero():
		return a.words.Say("hub.closed_always", locale.Values{"What": a.explain(up.Err)})
	}
	return a.words.Say("hub.closed", locale.Values{"Time": a.words.Moment(up.Last.Local(), a.clock()), "What": a.explain(up.Err)})
}

// held says what waits and what bringing it on will cost.
func (h *hubbing) held() string {
	words, s := h.a.words, h.state
	used := words.Say("hub.used", locale.Values{"Used": words.Size(s.Used), "Of": words.Size(s.Quota)})
	if s.Records == 0 {
		return locale.Sentences(words.Say("hub.nothing_held"), used)
	}
	return locale.Sentences(words.Count("hub.held", s.Records, locale.Values{"Size": words.Size(s.Bytes)}), used)
}

// forPhones is where phones without the program find the questionnaire.
func (h *hubbing) forPhones() fyne.CanvasObject {
	say := h.a.words.Say
	part := section(say("hub.phones"), wrapped(say("hub.phones_note")))
	if len(h.links) == 0 {
		part.Add(strong(say("hub.no_network")))
		return part
	}
	if h.code != nil {
		part.Add(h.code)
	}
	for _, link := range h.links {
		part.Add(strong(link))
	}
	return part
}

// forDevices is how devices with the program find this hub, and know it.
func (h *hubbing) forDevices() fyne.CanvasObject {
	a, say := h.a, h.a.words.Say
	note := say("hub.devices_note")
	if !h.found {
		note = say("hub.hidden_note")
	}
	part := section(say("hub.devices"), wrapped(note), lines(quiet(say("hub.fingerprint")), subheading(h.print)))
	for _, road := range h.roads {
		part.Add(lines(quiet(say("join.hub_address")), wrapped(road), buttons(action(say("action.copy"), func() { a.fyne.Clipboard().SetContent(road) }))))
	}
	return part
}

// maxShown is how many guests and how many lines of the log are listed.
const maxShown = 20

func (h *hubbing) guests() fyne.CanvasObject {
	a := h.a
	part := section(a.words.Say("hub.guests"))
	if len(h.state.Guests) == 0 {
		part.Add(wrapped(a.words.Say("hub.nobody")))
	}
	for _, g := range h.state.Guests[:min(len(h.state.Guests), maxShown)] {
		part.Add(lines(strong(h.name(g)), quiet(a.words.Moment(g.Last.Local(), a.clock())+" · "+h.brought(g))))
	}
	return part
}

// name is what a guest is called: devices don't tell their names.
func (h *hubbing) name(g station.Guest) string {
	return cmp.Or(g.Name, h.a.words.Say("hub.device", locale.Values{"ID": g.ID}))
}

func (h *hubbing) brought(g station.Guest) string {
	words := h.a.words
	parts := []string{words.Count("hub.brought", g.Records), words.Count("hub.took", g.Receipts)}
	if g.Refused > 0 {
		parts = append(parts, words.Count("hub.refused", g.Refused))
	}
	return strings.Join(parts, " · ")
}

// log is what happened, newest first, in words.
func (h *hubbing) log() fyne.CanvasObject {
	a := h.a
	part := section(a.words.Say("hub.log"))
	for i, e := range slices.Backward(h.state.Events) {
		if len(h.state.Events)-i > maxShown {
			break
		}
		part.Add(lines(quiet(a.words.Moment(e.At.Local(), a.clock())), wrapped(h.event(e))))
	}
	return formview.NewStack(0, part)
}

func (h *hubbing) event(e station.Event) string {
	a, words := h.a, h.a.words
	switch e.Kind {
	case station.EventVisit:
		said := h.name(e.Guest) + ": " + h.brought(e.Guest)
		if e.Broken {
			said += " · " + words.Say("hub.broken")
		}
		return said
	case station.EventOpen:
		r := e.Report
		return locale.Sentences(words.Say("hub.went", locale.Values{"Up": words.Size(r.BytesUp), "Down": words.Size(r.BytesDown)}),
			words.Count("hub.went_on", r.Sent)+" · "+words.Count("hub.came", r.Receipts))
	case station.EventClosed:
		return words.Say("hub.closed_always", locale.Values{"What": a.explain(e.Err)})
	}
	return words.Say("hub.started")
}
