package formview

import (
	"fyne.io/fyne/v2"

	"baraza.example/forms"
)

// TakesFile is the question that a file is for which is let fall at a place of the
// window: the one that stands there, or the only one of the page that is answered
// with a file. It reports false where there is none.
func (f *Form) TakesFile(at fyne.Position) (forms.Ref, bool) {
	driver := fyne.CurrentApp().Driver()
	var take []*field
	for _, d := range f.order {
		n, ok := f.session.Node(d.ref)
		if !ok || !n.Relevant || n.ReadOnly {
			continue
		}
		if q, ok := n.Element.(*forms.Question); !ok || q.Control != forms.Upload {
			continue
		}
		if top := driver.AbsolutePositionForObject(d.box).Y; at.Y >= top && at.Y < top+d.box.Size().Height {
			return d.ref, true
		}
		take = append(take, d)
	}
	if len(take) == 1 {
		return take[0].ref, true
	}
	return "", false
}
