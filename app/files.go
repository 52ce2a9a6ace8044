package app

import (
	"bytes"
	"context"
	"io"

	"baraza.example/app/workspace"
	"baraza.example/forms"
)

// keepMade keeps a file that was made on the page, a drawing or a recording, and
// answers the question at ref with it. It is kept as it is: it has nothing in it
// that a camera hides.
func (f *filling) keepMade(ref forms.Ref, name string, content []byte) {
	var kept workspace.Kept
	f.a.jobs.run(func() (err error) {
		kept, err = f.a.work.Keep(context.WithoutCancel(f.a.ctx), name, bytes.NewReader(content), workspace.Keeping{AsItIs: true})
		return err
	}, func(err error) {
		if err == nil {
			err = f.response.Attached(ref, kept)
			f.changed()
		}
		if err != nil {
			f.a.shell.trouble(err)
		}
	})
}

// keptFile hands over a file that an answer names.
func (f *filling) keptFile(name string, most int64, take func(content []byte, err error)) {
	var content []byte
	f.a.jobs.run(func() error {
		r, err := f.response.OpenFile(name)
		if err != nil {
			return err
		}
		defer r.Close()
		content, err = io.ReadAll(io.LimitReader(r, most+1))
		if err == nil && int64(len(content)) > most {
			err = errTooLong
		}
		return err
	}, func(err error) { take(content, err) })
}

// elsewhere does work on another goroutine, and then what follows on that of the
// screens.
func (a *App) elsewhere(work, then func()) {
	a.jobs.run(func() error {
		work()
		return nil
	}, func(error) { then() })
}
