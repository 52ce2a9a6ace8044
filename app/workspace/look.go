package workspace

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
)

// lookName is a file beside the store with how its screens looked last. It is
// not sealed, since it is wanted before the store is open and before anybody
// has typed a passphrase. It names nobody: languages, a text size and a look.
const lookName = "look.json"

// lookKept is what stands in the file, a JSON object.
type lookKept struct {
	Languages []string `json:"languages,omitempty"`
	TextSize  int      `json:"text_size,omitempty"`
	Look      Look     `json:"look,omitempty"`
}

// maxBeside bounds what is read of such a file, in bytes.
const maxBeside = 4 << 10

// LastLook returns the languages, text size and look that were kept last in the
// folder of a store. Of a file that isn't there, or can't be understood, it
// returns the zero value: the store knows better a moment later.
func LastLook(dir string) (s Settings) {
	var k lookKept
	if readBeside(dir, lookName, &k) == nil {
		s.Languages, s.TextSize, s.Look = k.Languages, k.TextSize, k.Look
	}
	return s
}

// KeepLook keeps what [LastLook] returns. Without a folder it does nothing.
func KeepLook(dir string, s Settings) error {
	return keepBeside(dir, lookName, lookKept{s.Languages, s.TextSize, s.Look})
}

// windowName is a file beside the store with how large its window was last.
const windowName = "window.json"

// A WindowSize is in the toolkit's units.
type WindowSize struct {
	Width  float32 `json:"width"`
	Height float32 `json:"height"`
}

// LastWindow returns how large the window was when it was closed; the zero value
// where that isn't known, or can't be.
func LastWindow(dir string) (s WindowSize) {
	const most = 16_384 // what is larger no screen shows
	if readBeside(dir, windowName, &s) != nil || !(s.Width > 0 && s.Height > 0 && s.Width < most && s.Height < most) {
		return WindowSize{}
	}
	return s
}

// KeepWindow keeps what [LastWindow] returns. Without a folder it does nothing.
func KeepWindow(dir string, s WindowSize) error { return keepBeside(dir, windowName, s) }

// readBeside reads a small JSON file in the folder of a store.
func readBeside(dir, name string, into any) error {
	if dir == "" {
		return os.ErrNotExist
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	defer f.Close()
	return json.NewDecoder(io.LimitReader(f, maxBeside)).Decode(into)
}

// keepBeside writes one, whole or not at all.
func keepBeside(dir, name string, what any) error {
	if dir == "" {
		return nil
	}
	raw, err := json.Marshal(what)
	if err != nil {
		return err
	}
	name = filepath.Join(dir, name)
	if err := os.WriteFile(name+".new", raw, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
