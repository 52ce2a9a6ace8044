package app

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"baraza.example/app/workspace"
	"baraza.example/forms/consultation"
)

// home shows the consultation, its rounds with their dates, and what became of
// everything made ready on this device.
func home(c *consultation.Consultation, items []workspace.Item) fyne.CanvasObject {
	column := container.NewVBox(heading(c.Title))
	for paragraph := range strings.SplitSeq(c.Introduction, "\n\n") {
		column.Add(text(paragraph))
	}
	column.Add(heading("Rounds"))
	for _, r := range c.Rounds {
		column.Add(text(fmt.Sprintf("%s\nopens: %s · closes: %s", r.Title, r.Opens, r.Closes)))
	}
	column.Add(heading("Made ready on this device"))
	if len(items) == 0 {
		column.Add(text("Nothing yet."))
	}
	for _, i := range items {
		column.Add(text(i.Title + "\n" + state(i)))
	}
	return container.NewVScroll(container.NewPadded(column))
}

// state is one of the three plain states, with the code to read out.
func state(i workspace.Item) string {
	switch i.Delivery.State {
	case workspace.Received:
		return "received · " + i.Code
	case workspace.AtHub:
		return "at the hub " + i.Delivery.Hub
	}
	return "on this device"
}

func heading(words string) *widget.Label {
	l := text(words)
	l.TextStyle = fyne.TextStyle{Bold: true}
	return l
}

func text(words string) *widget.Label {
	l := widget.NewLabel(words)
	l.Wrapping = fyne.TextWrapWord
	return l
}
