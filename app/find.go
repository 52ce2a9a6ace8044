package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"baraza.example/app/formview"
	"baraza.example/assets/locale"
)

// A finder is a list that can be searched: by titles, for whom something is, codes and
// the texts themselves, in any script.
type finder struct {
	a      *App
	words  string // that are looked for
	shown  string // those of what is shown
	asked  int    // how often was looked for something else
	found  map[string]bool
	all    []entry
	list   *list
	result *formview.Label
}

// screen is the list with the field above it.
func (f *finder) screen(all []entry) fyne.CanvasObject {
	f.all, f.list, f.result = all, newList(nil), quiet("")
	field := formview.NewEntry(false)
	field.PlaceHolder = f.a.words.Say("find.hint")
	field.SetText(f.words)
	field.OnText = f.typed
	head := container.New(margins{3, 2}, formview.NewStack(gapTight, strong(f.a.words.Say("find.title")), field, f.result))
	f.narrow()
	return container.New(narrow{}, container.New(above{}, head, f.list))
}

// typed waits until nothing more is typed for a moment, and looks.
func (f *finder) typed(text string) {
	f.words = text
	f.asked++
	asked := f.asked
	f.a.jobs.after(searchAfter, func() {
		if f.asked == asked {
			f.look()
		}
	})
}

// searchAfter is a pause in typing.
const searchAfter = saveAfter / 2

func (f *finder) look() {
	asked, words := f.asked, f.words
	var found map[string]bool
	f.a.jobs.run(func() (err error) {
		found, err = f.a.work.Find(f.a.ctx, words)
		return err
	}, func(err error) {
		if f.asked != asked { // something else was typed meanwhile
			return
		}
		f.found, f.shown = found, words
		f.narrow()
		f.list.ScrollToTop()
		f.list.Refresh()
		f.a.shell.root.Refresh() // the line with how many there are comes and goes
		f.a.shell.trouble(err)
	})
}

// narrow shows what was found, or all where nothing is looked for.
func (f *finder) narrow() {
	shown := f.all
	if f.found != nil {
		shown = nil
		for _, e := range f.all {
			if f.found[e.id] {
				shown = append(shown, e)
			}
		}
	}
	f.result.Hidden = f.found == nil
	f.result.SetWords(f.a.words.Count("find.found", len(shown), locale.Values{"Words": f.shown}))
	f.list.entries = shown
}
