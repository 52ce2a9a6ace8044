package formview

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
	"baraza.example/forms/barcode"
	"baraza.example/forms/picture"
	"baraza.example/forms/session"
)

// Code asks for the text of a bar code: typed, or read from a picture.
type Code struct {
	widget.BaseWidget
	*Text
	form   *Form
	read   *Button
	said   *Notice
	secret *Label // says that there is an answer which isn't shown
	hides  bool
	all    *fyne.Container
}

// codeOf makes the control. The appearance hidden-answer doesn't show what was
// read.
func (d *field) codeOf(looks []string) *Code {
	f := d.form
	c := &Code{form: f, Text: newText(f.around, false, ""), hides: slices.Contains(looks, "hidden-answer"), secret: quiet(f.around.words.Say("code.hidden"))}
	c.said = NewNotice(theme.InfoIcon(), theme.ColorNamePlaceHolder, "")
	c.said.Hide()
	c.read = f.around.button("code.from_picture", theme.MediaPhotoIcon(), c.choose)
	c.all = NewStack(gapControl, c.Text, c.secret, NewRow(gapControl, c.read), c.said, quiet(f.around.words.Say("picture.no_camera")))
	c.BaseWidget.ExtendBaseWidget(c)
	return c
}

// choose reads a code from a picture.
func (c *Code) choose() {
	choose := c.form.chooser(picture.MaxBytes, ".jpg", ".jpeg", ".png", ".gif", ".webp")
	if choose == nil {
		return
	}
	choose(func(_ string, content []byte) {
		var code barcode.Code
		var unread, none error
		c.form.away(func() {
			m, _, err := picture.Decode(content)
			if unread = err; err == nil {
				code, none = barcode.Read(m)
			}
		}, func() {
			words := c.around.words
			switch {
			case unread != nil:
				c.tell(words.Say("code.no_picture"))
			case none != nil:
				c.tell(words.Say("code.none"))
			default:
				if c.OnAnswer != nil {
					c.OnAnswer(code.Text)
				}
				c.tell(words.Say("code.found", locale.Values{"Kind": code.Kind}))
				if c.OnLeave != nil {
					c.OnLeave()
				}
			}
		})
	})
}

func (c *Code) tell(words string) {
	c.said.SetWords(words)
	c.said.Show()
	c.around.settle()
}

// Display shows the code of n.
func (c *Code) Display(n session.Node) {
	if c.hides {
		c.Text.Hidden, c.secret.Hidden = n.Value != "", n.Value == ""
		if n.Value != "" {
			n.Value = ""
		}
	} else {
		c.secret.Hide()
	}
	c.Text.Display(n)
	c.read.Hidden = n.ReadOnly || c.form.o.Choose == nil
	c.around.settle()
}

// First is what gets the focus when the question is gone to.
func (c *Code) First() fyne.Focusable {
	if c.Text.Hidden {
		return c.read
	}
	return c.parts[0]
}

// CreateRenderer implements [fyne.Widget].
func (c *Code) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.all) }
