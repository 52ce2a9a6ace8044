package formview

import "fyne.io/fyne/v2"

// Look tells the session that the page is looked at from its top: the first
// question on it is where a person begins.
func (f *Form) Look() {
	for _, d := range f.order {
		if d.box.Visible() {
			f.session.Come(d.ref)
			return
		}
	}
}

// came tells the session which question a person has come to with the focus on
// o, for forms that log visits.
func (f *Form) came(o fyne.CanvasObject) {
	if !f.session.Audited() {
		return
	}
	at := f.around.page.place(o)
	for _, d := range f.order {
		if top := f.around.page.place(d.box); d.box.Visible() && top <= at && at < top+d.box.Size().Height {
			f.session.Come(d.ref)
			return
		}
	}
}
