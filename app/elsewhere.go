package app

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2/storage"
)

// showElsewhere has the system's program for a kind of file show what is written: to
// read or to print it. The file is removed when this person's workspace is closed.
func (a *App) showElsewhere(name string, write printing) {
	if a.opened == "" {
		folder, err := os.MkdirTemp("", "baraza-")
		if err != nil {
			a.shell.trouble(err)
			return
		}
		a.opened = folder
	}
	in := a.opened
	var file string
	a.jobs.run(func() error {
		var content bytes.Buffer
		if _, err := write(&content); err != nil {
			return err
		}
		folder, err := os.MkdirTemp(in, "") // another program may still have the last one open
		if err != nil {
			return err
		}
		file = filepath.Join(folder, name)
		return os.WriteFile(file, content.Bytes(), 0o400) // what somebody wrote into it would be lost
	}, func(err error) {
		var at *url.URL
		if err == nil {
			at, err = url.Parse(storage.NewFileURI(file).String())
		}
		if err == nil && a.fyne.OpenURL(at) != nil {
			a.shell.say(a.words.Say("published.no_program"))
		}
		a.shell.trouble(err)
	})
}

// forgetOpened removes what other programs were given to show: who uses the device
// next need not see what was read.
func (a *App) forgetOpened() {
	if a.opened != "" {
		_ = os.RemoveAll(a.opened) // what another program still has open stays
		a.opened = ""
	}
}
