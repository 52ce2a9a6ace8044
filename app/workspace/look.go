package workspace

import (
	"encoding/json"
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

// maxLook bounds the file, in bytes.
const maxLook = 4 << 10

// LastLook returns the languages, text size and look that were kept last in the
// folder of a store. Of a file that isn't there, or can't be understood, it
// returns the zero value: the store knows better a moment later.
func LastLook(dir string) (s Settings) {
	name := filepath.Join(dir, lookName)
	if info, err := os.Stat(name); dir == "" || err != nil || info.Size() > maxLook {
		return s
	}
	raw, err := os.ReadFile(name)
	var k lookKept
	if err == nil && json.Unmarshal(raw, &k) == nil {
		s.Languages, s.TextSize, s.Look = k.Languages, k.TextSize, k.Look
	}
	return s
}

// KeepLook keeps what [LastLook] returns. Without a folder it does nothing.
func KeepLook(dir string, s Settings) error {
	if dir == "" {
		return nil
	}
	raw, err := json.Marshal(lookKept{s.Languages, s.TextSize, s.Look})
	if err != nil {
		return err
	}
	name := filepath.Join(dir, lookName)
	if err := os.WriteFile(name+".new", raw, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
