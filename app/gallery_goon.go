package app

import (
	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/forms/session"
)

// goOnSamples are what is said and asked before a person goes on with answers, and
// before a finished response goes out again.
func (a *App) goOnSamples(r *workspace.Response) []sample {
	var asked []session.Node
	for _, ref := range r.Root().Children {
		if group, ok := r.Node(ref); ok && len(group.Children) > 0 {
			if n, ok := r.Node(group.Children[0]); ok {
				asked = append(asked, n)
			}
		}
	}
	moved := &workspace.Move{From: "2007-05-14", To: "2007-06-22", Changes: []session.Change{
		{Kind: session.ChangeLost, From: "/data/budget", Value: "Two volunteers and a motorcycle, for the time being."},
		{Kind: session.ChangeRefused, From: asked[1].Ref, To: asked[1].Ref, Value: "sometimes"},
		{Kind: session.ChangeMoved, From: "/data/name", To: asked[2].Ref, Value: "Ujirani Cooperative"},
		{Kind: session.ChangeNew, To: asked[3].Ref},
	}}
	return []sample{
		{"form-changed", func() { a.start(place{}); a.showMove(r, moved) }},
		{"who-fills-in", func() {
			a.fill(r, nil)
			f := a.filling
			a.start(place{draw: f.identify})
		}},
		{"reason", func() {
			a.fill(r, nil)
			f := a.filling
			a.start(place{draw: func() screen {
				content := formview.NewStack(gapParts)
				scroll := formview.NewScroll(formview.NewColumn(content))
				content.Objects = append([]fyne.CanvasObject{heading(a.words.Say("review.title")), f.reason(scroll, func() {})}, answers(f.form)...)
				return screen{title: a.words.Say("review.title"), way: "nav.consultation", body: scroll, done: 1}
			}})
		}},
	}
}
