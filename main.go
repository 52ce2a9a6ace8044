// Command baraza is the desktop and mobile application. It stands at the root
// because Fyne's packager builds the folder that FyneApp.toml is in, and it is
// the only importer of fyne.io/fyne/v2/app, which needs cgo and OpenGL.
//
// On a desktop the window runs in a child process: where there is no OpenGL or
// no display, Fyne ends the process, and the parent is there to say why.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"baraza.example/app"
	"baraza.example/app/workspace"
)

// version is set when a release is built.
var version = "0.1.0"

type options struct {
	dir     string
	invite  []byte
	gallery bool
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", os.Getenv("BARAZA_DIR"), "folder of the store; BARAZA_DIR")
	join := flag.String("join", os.Getenv("BARAZA_JOIN"), "invite to join with, a file or the line itself; BARAZA_JOIN")
	flag.BoolVar(&o.gallery, "gallery", false, "show every screen with sample data")
	flag.Parse()
	o.invite = inviteFrom(*join)
	var err error
	if parented() {
		err = window(context.Background(), o)
	} else {
		err = supervise(os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "baraza:", err)
		os.Exit(1)
	}
}

// inviteFrom reads the file that text names, or takes it as the invite itself.
func inviteFrom(text string) []byte {
	if content, err := os.ReadFile(text); text != "" && err == nil {
		return content
	}
	return []byte(text)
}

// window opens the store and shows the window until it is closed.
func window(ctx context.Context, o options) (err error) {
	if o.gallery {
		temp, err := os.MkdirTemp("", "baraza-gallery")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		o.dir = temp
	}
	if o.dir == "" {
		home, err := os.UserConfigDir()
		if err != nil {
			return fmt.Errorf("find a folder for the store: %w", err)
		}
		o.dir = filepath.Join(home, "baraza")
	}
	consultation, form, err := workspace.Builtin()
	if err != nil {
		return err
	}
	w, err := workspace.Open(ctx, o.dir, workspace.Options{Forms: []workspace.Form{form}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	// FyneApp.toml says the same, but is read by the packager alone.
	fyneapp.SetMetadata(fyne.AppMetadata{ID: "example.baraza", Name: "Baraza", Version: version, Migrations: map[string]bool{"fyneDo": true}})
	a := app.New(fyneapp.NewWithID("example.baraza"), w, consultation, app.Options{Invite: o.invite, Version: version, Folder: o.dir})
	if o.gallery {
		return a.RunGallery(ctx)
	}
	return a.Run(ctx)
}
