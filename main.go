// Command baraza is the desktop and mobile application. It stands at the root
// because Fyne's packager builds the folder that FyneApp.toml is in, and it is
// the only importer of fyne.io/fyne/v2/app, which needs cgo and OpenGL.
//
// On a desktop the window runs in a child process: where there is no OpenGL or
// no display, Fyne ends the process, and the parent is there to say why.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

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
	offered []byte // an invite to be looked at first
	gallery bool
	measure string
}

// The exit codes, beside the 2 of a flag that was not understood.
const (
	exitFailed   = 1
	exitNoWindow = 3 // there is no display or no OpenGL; nothing was changed
)

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", os.Getenv("BARAZA_DIR"), "folder of the store; BARAZA_DIR")
	join := flag.String("join", os.Getenv("BARAZA_JOIN"), "invite to join with, a file or the line itself; BARAZA_JOIN")
	flag.BoolVar(&o.gallery, "gallery", false, "show every screen with sample data")
	flag.StringVar(&o.measure, "measure", "", "print how long the start took and what memory it needs, as JSON: “empty” for an empty window, “home” for the first screen")
	told := registrationFlags()
	flag.Parse()
	if asked, err := told.asked(); asked {
		if err != nil {
			fmt.Fprintln(os.Stderr, "baraza:", err)
			os.Exit(exitFailed)
		}
		return
	}
	o.invite = inviteFrom(*join)
	o.offered = offeredBy(flag.Arg(0))
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "baraza:", err)
		if errors.Is(err, errNoWindow) {
			os.Exit(exitNoWindow)
		}
		os.Exit(exitFailed)
	}
}

func run(o options) error {
	switch {
	case o.measure != "" && o.measure != measureEmpty && o.measure != measureHome:
		return fmt.Errorf("-measure takes %s or %s, not %q", measureEmpty, measureHome, o.measure)
	case o.measure == measureEmpty: // as any program of Fyne's is started
		makeCache()
		emptyWindow(newFyne())
		return nil
	case parented():
		debug.SetGCPercent(startGC)
		makeCache()
		return window(context.Background(), o)
	}
	if o.measure == "" && !o.gallery {
		if dir, err := folder(o); err == nil && handOver(dir, o.offered) {
			return nil // the window that is there shows it
		}
	}
	err := supervise(os.Args[1:])
	if errors.Is(err, errNoOpenGL) && o.measure == "" && !o.gallery {
		return inBrowser(context.Background(), o, err)
	}
	return err
}

// startGC is how much garbage a start may leave, in percent of what is in use:
// to collect it earlier takes time from the first frame. [tidy] ends that.
const startGC = 400

// tidy gives back, a little later, the memory that was needed for starting only.
func tidy(fyne.Window) {
	time.AfterFunc(settleFor/3, func() {
		debug.SetGCPercent(100)
		debug.FreeOSMemory()
	})
}

// makeCache makes the folder in which Fyne wants to make one of its own.
func makeCache() {
	if dir, err := os.UserCacheDir(); err == nil {
		_ = os.MkdirAll(dir, 0o700) // Fyne says so itself if it misses it
	}
}

func newFyne() fyne.App {
	// FyneApp.toml says the same, but is read by the packager alone.
	fyneapp.SetMetadata(fyne.AppMetadata{ID: "example.baraza", Name: "Baraza", Version: version, Migrations: map[string]bool{"fyneDo": true}})
	a := fyneapp.NewWithID("example.baraza")
	// What Fyne does when it has stopped, to save preferences, it queues while
	// it closes the queue (v2.8.0, glfw/loop.go 140–152): now and then that
	// ended in a panic, or never. We keep nothing in its preferences.
	if l, ok := a.Lifecycle().(interface{ SetOnStoppedHookExecuted(func()) }); ok {
		l.SetOnStoppedHookExecuted(nil)
	}
	return a
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
	if o.dir, err = folder(o); err != nil {
		return err
	}
	consultation, form, err := workspace.Builtin()
	if err != nil {
		return err
	}
	diary, log, err := openDiary(o.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, diary.Close()) }()
	people := workspace.OpenPeople(o.dir, workspace.Options{Forms: []workspace.Form{form}, Logger: log})
	open := sync.OnceValues(func() (*workspace.Workspace, error) { return people.Enter(ctx) })
	go func() { _, _ = open() }() // while the window is made
	defer func() {
		if w, failed := open(); failed == nil && w != nil { // nil: somebody has to unlock theirs
			err = errors.Join(err, w.Close())
		}
	}()
	f := newFyne()
	options := app.Options{Invite: o.invite, Offered: o.offered, Version: version, Folder: o.dir, Log: diary, Ready: tidy, People: people, Tray: trayed()}
	if o.measure == measureHome {
		m := newMeter(o.measure, f)
		options.Opened, options.Ready = m.opened, m.ready
	}
	if o.gallery {
		w, err := open()
		if err != nil {
			return err
		}
		return app.New(f, w, consultation, options).RunGallery(ctx)
	}
	a := app.New(f, nil, consultation, options)
	end, err := takeOffers(o.dir, func(text []byte) { fyne.Do(func() { a.Offer(text) }) })
	if err != nil { // then links open nothing while this window is there
		log.Warn("no links are taken from other starts", "error", err)
	} else {
		defer end()
	}
	return unwatched(func() error { return a.Run(ctx, open) })
}

// folder is where the store is.
func folder(o options) (string, error) {
	if o.dir != "" {
		return o.dir, nil
	}
	home, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find a folder for the store: %w", err)
	}
	return filepath.Join(home, "baraza"), nil
}

func openDiary(dir string) (*workspace.Diary, *slog.Logger, error) {
	diary, err := workspace.OpenDiary(filepath.Join(dir, "log"))
	if err != nil {
		return nil, nil, fmt.Errorf("open the log: %w", err)
	}
	log := slog.New(diary)
	log.Info("started", "version", version)
	return diary, log, nil
}

// unwatched runs the window and takes the panic with which Fyne ends where the
// system has no watch left for its settings' file: it closes a watcher that is
// nil (v2.8.0, app/settings_desktop.go 84), after every window is closed.
func unwatched(run func() error) error {
	defer func() {
		if p := recover(); p != nil && !bytes.Contains(debug.Stack(), []byte(").stopWatching(")) {
			panic(p)
		}
	}()
	return run()
}
