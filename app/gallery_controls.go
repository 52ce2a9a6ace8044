package app

import (
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/app/formview"
	"baraza.example/assets/locale"
)

func (a *App) homeWith(m mine) func() {
	return func() { a.showHomeOf(&m) }
}

// showControls shows every control by itself, in each of its states.
func (a *App) showControls() {
	say := a.words.Say
	a.start(place{draw: func() screen {
		disabled := action(say("action.make_ready"), nil)
		disabled.Disable()
		selected := low(say("nav.outbox"), theme.MailSendIcon(), nil)
		selected.Selected = true
		danger := formview.NewProblem(say("review.not_accepted"))
		one, other, several := formview.NewChoice("a", say("settings.light"), false), formview.NewChoice("b", say("settings.dark"), false), formview.NewChoice("c", say("action.yes"), true)
		one.SetPicked(true)
		several.SetPicked(true)
		other.SetNote(say("translation.needs_review"))
		short, long := formview.NewEntry(false), formview.NewEntry(true)
		short.PlaceHolder = say("start.name_hint")
		marks := formview.NewStack(gapCards)
		for _, m := range []entry{{shape: hollow, title: say("state.on_device")}, {shape: half, title: say("state.at_hub_unnamed")}, {shape: full, title: say("state.received")},
			{shape: pointed, title: say("state.refused")}, {shape: dashed, title: say("state.draft")}, {shape: solid, title: say("screen.to_read")}} {
			marks.Add(newMarked(m.shape, m.title, say("wait.nothing"), func() {}))
		}
		share := newProgress()
		share.share = 0.4
		bar := widget.NewSeparator()
		steps := []string{say("state.on_device"), say("state.at_hub", locale.Values{"Name": "Radio Mwalo"}), say("state.received")}
		return screen{title: "Controls", done: 0.4, body: page(
			heading("Heading"), subheading("Subheading"), wrapped("Words to be read. القرار 141 (أنطاليا، 2006) بشأن ITU."), quiet("Words that may be passed over."),
			buttons(primary(say("nav.next"), nil), action(say("nav.previous"), nil), low(say("action.remove"), theme.DeleteIcon(), nil), disabled, selected),
			formview.NewStack(0.4, one, other, several),
			formview.NewRow(1, formview.NewBadge(say("fill.required")), formview.NewBadge(say("translation.needs_review"))),
			danger, formview.NewNotice(theme.ConfirmIcon(), theme.ColorNameSuccess, say("receipt.proof_ok")),
			formview.NewStack(gapWords, short, long), marks, share, bar,
			a.newTrack(steps, 0), a.newTrack(steps, 1), a.newTrack(steps, 2),
			formview.NewPanel(formview.ColourSoft, theme.ColorNamePrimary, strong("Panel")), newEmblem(theme.ColorNamePrimary, 4),
		)}
	}})
}
