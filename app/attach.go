package app

import (
	"bytes"
	"context"
	"errors"
	"io"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms"
)

// attach asks for a file and answers the question with it.
func (f *filling) attach(ref forms.Ref) {
	dialog.ShowFileOpen(func(r fyne.URIReadCloser, err error) {
		if err == nil && r != nil {
			f.attached(ref, r)
		} else {
			f.a.shell.trouble(err)
		}
	}, f.a.window)
}

// attaching is a file that was chosen and that a person has to be asked about: a
// picture tells where it was taken, or the file takes long to send.
type attaching struct {
	f       *filling
	ref     forms.Ref
	name    string
	found   workspace.Chosen
	content func() (io.ReadCloser, error)
	how     workspace.Keeping
	busy    bool
}

// attached looks at the file and asks what has to be asked.
func (f *filling) attached(ref forms.Ref, r fyne.URIReadCloser) {
	c := &attaching{f: f, ref: ref, name: r.URI().Name()}
	if n, ok := f.response.Node(ref); ok {
		c.how.Longest = workspace.LongestSide(n)
	}
	uri := r.URI()
	f.a.jobs.run(func() error {
		defer r.Close()
		start, err := io.ReadAll(io.LimitReader(r, workspace.LargeFile+1))
		if err != nil {
			return err
		}
		c.content = func() (io.ReadCloser, error) { return storage.Reader(uri) }
		if len(start) <= workspace.LargeFile { // it is all of it
			c.content = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(start)), nil }
		}
		c.found, err = workspace.LookAt(io.MultiReader(bytes.NewReader(start), r))
		return err
	}, func(err error) {
		switch {
		case err == nil && c.found.Size > workspace.MaxFile:
			c.fails(workspace.ErrFileTooLarge)
		case err != nil:
			c.fails(err)
		case c.asks():
			c.how.Smaller = c.found.Large() && c.found.Shrinks()
			f.a.goTo(place{draw: c.draw})
		default:
			c.keep(nil)
		}
	})
}

// asks says whether there is anything to ask.
func (c *attaching) asks() bool {
	p := c.found.Picture
	return c.found.Large() || p != nil && (p.Place || p.Camera || c.found.Unclean != nil)
}

func (c *attaching) draw() screen {
	a, say := c.f.a, c.f.a.words.Say
	parts := []fyne.CanvasObject{lines(heading(say("attach.title")), strong(c.name), quiet(a.words.Size(c.found.Size)))}
	told := formview.NewStack(gapWords)
	if p := c.found.Picture; p != nil {
		for _, fact := range []struct {
			is bool
			id locale.ID
		}{{p.Place, "attach.tells_place"}, {p.Camera, "attach.tells_camera"}} {
			if fact.is {
				told.Add(formview.NewNotice(theme.InfoIcon(), theme.ColorNameForeground, say(fact.id)))
			}
		}
	}
	if c.found.Large() {
		told.Add(formview.NewNotice(theme.InfoIcon(), theme.ColorNameForeground,
			say("attach.large", locale.Values{"Size": a.words.Size(c.found.Size), "Minutes": a.words.Number(minutesOn(c.found.Size))})))
	}
	if len(told.Objects) > 0 {
		parts = append(parts, told)
	}
	s := screen{title: say("attach.title"), way: "nav.consultation"}
	keep := primary(say("attach.do"), func() { c.keep(a.back) })
	switch {
	case c.busy:
		parts = append(parts, wrapped(say("attach.busy")))
		keep.Disable()
	case c.found.Picture != nil && c.found.Unclean != nil:
		parts = append(parts, formview.NewProblem(say("attach.unclean")))
		c.how.AsItIs = true
		keep.SetText(say("attach.as_it_is"))
	case c.found.Picture != nil:
		parts = append(parts, section(say("attach.how"), c.choices()))
	}
	s.body = page(parts...)
	s.bar = newBar(action(say("action.cancel"), a.back), nil, keep, false)
	return s
}

// minutesOn is about how long so many bytes take on a slow line, 64 kbit/s.
func minutesOn(size int64) int64 { return (size/8000 + 59) / 60 }

// choices ask how a picture is kept: without what the camera wrote into it, unless
// a person wants that.
func (c *attaching) choices() fyne.CanvasObject {
	say := c.f.a.words.Say
	list := formview.NewStack(0.4)
	add := func(how workspace.Keeping, id, note locale.ID) {
		row := formview.NewChoice("", say(id), false)
		row.SetNote(say(note))
		row.SetPicked(c.how == how)
		row.OnPick = func() {
			c.how = how
			c.f.a.redraw()
		}
		list.Add(row)
	}
	add(workspace.Keeping{}, "attach.clean", "attach.clean_note")
	if c.found.Shrinks() {
		add(workspace.Keeping{Smaller: true}, "attach.smaller", "attach.smaller_note")
	}
	add(workspace.Keeping{AsItIs: true}, "attach.whole", "attach.whole_note")
	return list
}

// keep seals the file and answers the question with it; done leaves the screen that
// asked, if one did.
func (c *attaching) keep(done func()) {
	a, how := c.f.a, c.how
	if c.busy {
		return
	}
	c.busy = true
	if done != nil {
		a.redraw()
	}
	var kept workspace.Kept
	w := a.work
	a.jobs.run(func() error {
		r, err := c.content()
		if err != nil {
			return err
		}
		defer r.Close()
		kept, err = w.Keep(context.WithoutCancel(a.ctx), c.name, r, how)
		return err
	}, func(err error) {
		c.busy = false
		if err == nil {
			err = c.f.response.Attached(c.ref, kept)
			c.f.changed()
		}
		if done != nil {
			done()
			c.f.form.Reveal(c.ref)
		}
		if err != nil {
			c.fails(err)
			return
		}
		a.shell.say(a.words.Say("fill.attached", locale.Values{"Name": kept.Name(), "Size": a.words.Size(kept.Size())}))
	})
}

// fails says why the file is not attached.
func (c *attaching) fails(err error) {
	words := c.f.a.words
	if errors.Is(err, workspace.ErrFileTooLarge) {
		c.f.a.shell.say(words.Say("error.file_too_large", locale.Values{"Name": c.name, "Size": words.Size(workspace.MaxFile)}))
		return
	}
	c.f.a.noFile(c.name)
}
