// Command baraza is the desktop and mobile application. It stands at the root
// because Fyne's packager builds the folder that FyneApp.toml is in, and it is
// the only importer of fyne.io/fyne/v2/app, which needs cgo and OpenGL.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	fyneapp "fyne.io/fyne/v2/app"

	"baraza.example/app"
	"baraza.example/app/workspace"
)

func main() {
	dir := flag.String("dir", os.Getenv("BARAZA_DIR"), "folder of the store; BARAZA_DIR")
	flag.Parse()
	if err := run(context.Background(), *dir); err != nil {
		fmt.Fprintln(os.Stderr, "baraza:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string) error {
	if dir == "" {
		home, err := os.UserConfigDir()
		if err != nil {
			return fmt.Errorf("find a folder for the store: %w", err)
		}
		dir = filepath.Join(home, "baraza")
	}
	consultation, form, err := workspace.Builtin()
	if err != nil {
		return err
	}
	w, err := workspace.Open(ctx, dir, workspace.Options{Forms: []workspace.Form{form}})
	if err != nil {
		return err
	}
	defer w.Close() // what was acknowledged is safe without it
	return app.New(fyneapp.NewWithID("example.baraza"), w, consultation).Run(ctx)
}
