package app

import (
	"errors"
	"io"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"baraza.example/assets/locale"
)

// errTooLong means that a file has more bytes than are wanted.
var errTooLong = errors.New("the file is too large")

// chooseFile asks for a file whose name ends in one of the endings (none: any)
// and hands over what is in it, if it isn't more than so many bytes.
func (a *App) chooseFile(most int64, endings []string, take func(name string, content []byte)) {
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if err == nil && r != nil {
			a.chosenFile(r, most, take)
		} else {
			a.shell.trouble(err)
		}
	}, a.window)
	if len(endings) > 0 {
		var all []string
		for _, e := range endings {
			all = append(all, e, strings.ToUpper(e)) // as some devices write them
		}
		d.SetFilter(storage.NewExtensionFileFilter(all))
	}
	d.Show()
}

// chooseNamed asks for a file and hands over where it is: it is read later.
func (a *App) chooseNamed(take func(file fyne.URI)) {
	dialog.ShowFileOpen(func(r fyne.URIReadCloser, err error) {
		if err != nil || r == nil {
			a.shell.trouble(err)
			return
		}
		file := r.URI()
		_ = r.Close()
		take(file)
	}, a.window)
}

// chooseFolder asks for a folder of this device and hands over its name.
func (a *App) chooseFolder(take func(folder string)) {
	dialog.ShowFolderOpen(func(folder fyne.ListableURI, err error) {
		switch {
		case err != nil || folder == nil:
			a.shell.trouble(err)
		case folder.Scheme() != "file":
			a.shell.say(a.words.Say("backup.not_there"))
		default:
			take(folder.Path())
		}
	}, a.window)
}

func (a *App) chosenFile(r fyne.URIReadCloser, most int64, take func(name string, content []byte)) {
	name := r.URI().Name()
	var content []byte
	a.jobs.run(func() (err error) {
		defer r.Close()
		if content, err = io.ReadAll(io.LimitReader(r, most+1)); err == nil && int64(len(content)) > most {
			err = errTooLong
		}
		return err
	}, func(err error) {
		switch {
		case err == nil:
			take(name, content)
		case errors.Is(err, errTooLong):
			a.shell.say(a.words.Say("error.file_too_large", locale.Values{"Name": name, "Size": a.words.Size(most)}))
		default:
			a.noFile(name)
		}
	})
}
