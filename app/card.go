package app

import (
	"io"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/sync/identity"
)

func (a *App) showCard() {
	card, err := a.work.Card()
	if err != nil {
		a.shell.trouble(err)
		return
	}
	a.goTo(place{draw: func() screen { return a.cardScreen(card) }})
}

// cardScreen shows the public identity of a device: as words that people compare,
// as a code for a camera, and as a line to be copied.
func (a *App) cardScreen(card identity.Card) screen {
	say := a.words.Say
	who := lines(strong(say("card.organisation")), wrapped(card.Org), quiet(onePiece(card.OrgID().String())))
	device := lines(strong(say("card.device")), wrapped(onePiece(card.ID().String())))
	if card.Device != "" {
		device.Objects = append(device.Objects[:1:1], wrapped(card.Device), quiet(onePiece(card.ID().String())))
	}
	return screen{title: say("card.title"), way: "nav.settings", body: page(lines(heading(say("card.title")), wrapped(say("card.why"))), who, device, a.lineParts(card.Line(), "baraza-card"))}
}

// lineParts offer a line that people carry from one screen to another: as a code, to
// be copied, and as a file called name.
func (a *App) lineParts(line, name string) fyne.CanvasObject {
	say := a.words.Say
	copied := action(say("card.copy"), func() {
		a.fyne.Clipboard().SetContent(line)
		a.shell.say(say("screen.copied"))
	})
	copied.Icon = theme.ContentCopyIcon()
	saved := action(say("card.save"), func() {
		a.saveAs(name+".txt", func(w io.Writer) (workspace.Printed, error) {
			_, err := io.WriteString(w, line+"\n")
			return workspace.Printed{}, err
		})
	})
	saved.Icon = theme.DocumentSaveIcon()
	parts := formview.NewStack(gapCards)
	if code, err := workspace.CodeOf(line); err == nil {
		image := canvas.NewImageFromImage(code.Image())
		image.ScaleMode, image.FillMode = canvas.ImageScalePixels, canvas.ImageFillContain
		parts.Add(container.New(square{}, image))
	}
	parts.Add(buttons(copied, saved))
	return parts
}

// square is a place for a code: as wide as there is room, within reason.
type square struct{}

const widestCode = 260

func (square) side(width float32) float32 { return min(width, widestCode) }

func (q square) Layout(o []fyne.CanvasObject, size fyne.Size) {
	formview.Place(o[0], fyne.NewPos(0, 0), fyne.NewSquareSize(q.side(size.Width)), size.Width)
}

func (q square) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, widestCode) }
