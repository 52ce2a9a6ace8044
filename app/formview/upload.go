package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"baraza.example/forms/session"
)

// Upload asks for a file. What was chosen stands there by its name.
type Upload struct {
	widget.BaseWidget
	OnAttach func()             // a person wants to choose a file
	OnAnswer func(value string) // "" takes the file away

	name   *Label
	choose *Button
	remove *Button
	box    *fyne.Container
	around *surroundings
}

func newUpload(around *surroundings) *Upload {
	u := &Upload{around: around, name: wrapped("")}
	u.choose = NewButton(around.words.Say("action.choose_file"), func() {
		if u.OnAttach != nil {
			u.OnAttach()
		}
	})
	u.remove = NewButton(around.words.Say("action.remove"), func() {
		if u.OnAnswer != nil {
			u.OnAnswer("")
		}
	})
	u.remove.Importance = widget.LowImportance
	for _, b := range []*Button{u.choose, u.remove} {
		b.OnFocus = func() { around.reveal(b) }
	}
	u.box = NewStack(1, u.name, NewRow(1.6, u.choose, u.remove))
	u.ExtendBaseWidget(u)
	return u
}

// Display shows the name of the file that n is answered with.
func (u *Upload) Display(n session.Node) {
	u.name.SetWords(n.Value)
	u.name.Hidden, u.remove.Hidden = n.Value == "", n.Value == "" || n.ReadOnly
	u.choose.Hidden = n.ReadOnly
	label := u.around.words.Say("action.choose_file")
	if n.Value != "" {
		label = u.around.words.Say("screen.other_file")
	}
	if u.choose.Text != label {
		u.choose.SetText(label)
	}
	u.around.settle()
}

// CreateRenderer implements [fyne.Widget].
func (u *Upload) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(u.box) }

// Acknowledge asks a person to say that they have read something.
type Acknowledge struct {
	widget.BaseWidget
	OnAnswer func(value string) // "OK" or ""
	row      *Choice
}

func newAcknowledge(around *surroundings) *Acknowledge {
	a := &Acknowledge{row: NewChoice("OK", around.words.Say("screen.acknowledge"), true)}
	a.row.OnFocus = func() { around.reveal(a.row) }
	a.row.OnPick = func() {
		value := "OK"
		if a.row.Picked() {
			value = ""
		}
		if a.OnAnswer != nil {
			a.OnAnswer(value)
		}
	}
	a.ExtendBaseWidget(a)
	return a
}

// Display shows whether n was acknowledged.
func (a *Acknowledge) Display(n session.Node) { a.row.SetPicked(n.Value != "") }

// CreateRenderer implements [fyne.Widget].
func (a *Acknowledge) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(a.row) }
