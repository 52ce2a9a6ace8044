package formview

import (
	"net/url"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/forms/session"
)

// Link asks for an address of the web and opens it in the system's browser.
type Link struct {
	widget.BaseWidget
	*Text
	open *Button
	at   *url.URL
	all  *fyne.Container
}

func newLink(around *surroundings) *Link {
	l := &Link{Text: newText(around, false, "https://")}
	l.open = around.button("fill.open_link", theme.ComputerIcon(), func() {
		if l.at != nil {
			// Without a browser nothing happens; the address stands there to be copied.
			_ = fyne.CurrentApp().OpenURL(l.at)
		}
	})
	l.all = NewStack(gapControl, l.Text, NewRow(gapControl, l.open))
	l.BaseWidget.ExtendBaseWidget(l)
	return l
}

// Display shows the address of n; what is none can't be opened.
func (l *Link) Display(n session.Node) {
	l.Text.Display(n)
	l.at = address(n.Value)
	l.open.Hidden = l.at == nil
	l.around.settle()
}

// address is what a browser may be asked to open: pages of the web, and nothing
// that would start a program or read a file.
func address(text string) *url.URL {
	text = strings.TrimSpace(text)
	if len(text) > 2000 {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	return u
}

// First is what gets the focus when the question is gone to.
func (l *Link) First() fyne.Focusable { return l.parts[0] }

// CreateRenderer implements [fyne.Widget].
func (l *Link) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(l.all) }
