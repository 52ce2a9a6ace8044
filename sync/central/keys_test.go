package central_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
	"baraza.example/sync/identity"
)

func TestInitMakesKeysThatOnlyTheirOwnerReads(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	var files []string
	err := filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(c.dir, path)
		files = append(files, filepath.ToSlash(name))
		at, err := d.Info()
		if err == nil && runtime.GOOS != "windows" && at.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, at.Mode().Perm())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "README.txt away/offline.key away/root.key desk/secretariat-1.key desk/secretariat-2.key invite.txt listener/centre.card listener/log.key"
	if got := strings.Join(files, " "); got != want {
		t.Errorf("files: %s", got)
	}
	readme, _ := os.ReadFile(filepath.Join(c.dir, "README.txt"))
	for _, f := range files {
		if !strings.Contains(string(readme), filepath.Base(f)) && f != "README.txt" {
			t.Errorf("the README does not say what %s is for", f)
		}
	}
	text, _ := os.ReadFile(filepath.Join(c.dir, "invite.txt"))
	v, err := identity.ParseInvite(text)
	if err != nil || v.Line() != c.invite.Line() || v.Centre == nil || v.Root != c.keys.Centre.Root() {
		t.Errorf("the invite's file: %v", err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(c.dir)); len(entries) != 1 {
		t.Errorf("something was left beside the keys: %v", entries)
	}
}

func TestTheListenerNeedsNoKeyThatOpens(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	for _, folder := range []string{"desk", "away"} {
		if err := os.RemoveAll(filepath.Join(c.dir, folder)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := central.Load(c.dir); err != nil {
		t.Error(err)
	}
	if _, err := central.LoadDesk(c.dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a desk without keys: %v", err)
	}
}

func TestTheKeysAreTheRecipientsOfTheCard(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	keys, err := central.LoadDesk(c.dir)
	if err != nil || len(keys) != 2 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	offline, err := central.LoadRecipient(filepath.Join(c.dir, "away", "offline.key"))
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range append(keys, offline) {
		if pub, err := k.Public(); err != nil || pub.ID() != c.keys.Centre.Recipients[i].ID() || pub.Name != c.keys.Centre.Recipients[i].Name {
			t.Errorf("key %d (%s) is not recipient %d: %v", i, k.Name, i, err)
		}
	}
}

func TestInitRefusesToOverwrite(t *testing.T) {
	store := centraltest.NewMemory()
	c := newCentre(t, store)
	before, _ := os.ReadFile(filepath.Join(c.dir, "away", "root.key"))
	file := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(file, []byte("a text of mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{c.dir, file} {
		_, err := central.Init(t.Context(), dir, central.InitOptions{Name: "again", Consultation: consultation, Store: store})
		if !errors.Is(err, central.ErrKeysExist) {
			t.Errorf("%s: %v", dir, err)
		}
	}
	after, _ := os.ReadFile(filepath.Join(c.dir, "away", "root.key"))
	if text, _ := os.ReadFile(file); !bytes.Equal(before, after) || string(text) != "a text of mine" {
		t.Error("something was overwritten")
	}
	for name, o := range map[string]central.InitOptions{
		"no name":             {Consultation: consultation, Store: store},
		"two lines":           {Name: "a\nb", Consultation: consultation, Store: store},
		"no consultation":     {Name: "a", Store: store},
		"too many addresses":  {Name: "a", Consultation: consultation, Store: store, Addresses: make([]string, 9)},
		"nowhere to write to": {Name: "a", Consultation: consultation, Store: store},
	} {
		dir := filepath.Join(t.TempDir(), "keys")
		if name == "nowhere to write to" {
			dir = filepath.Join(file, "keys")
		}
		if _, err := central.Init(t.Context(), dir, o); err == nil {
			t.Errorf("%s: keys were made", name)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: something was left in %s", name, dir)
		}
	}
}

func TestDamagedKeysAreSaidInOneLine(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	path := filepath.Join(c.dir, "listener", "log.key")
	whole, _ := os.ReadFile(path)
	other, _ := os.ReadFile(filepath.Join(c.dir, "away", "root.key"))
	flipped := bytes.Replace(whole, []byte("secret: "), []byte("secret: f"), 1)
	for name, text := range map[string][]byte{
		"empty": nil, "half": whole[:len(whole)/2], "changed": flipped, "another use": other,
		"larger than any": bytes.Repeat([]byte("#\n"), 1<<20),
		"two in one":      append(bytes.Clone(whole), whole...),
	} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := central.Load(c.dir); !errors.Is(err, central.ErrKeyFile) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	mailed := strings.ReplaceAll("# sent by mail\n\n"+string(whole), "\n", " \r\n")
	if err := os.WriteFile(path, []byte(mailed+"\r\n\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := central.Load(c.dir); err != nil {
		t.Errorf("with other line ends: %v", err)
	}
	card := filepath.Join(c.dir, "listener", "centre.card")
	text, _ := os.ReadFile(card)
	for name, changed := range map[string][]byte{"half": text[:len(text)/2], "no card": []byte("hello"), "changed": bytes.Replace(text, text[200:204], []byte("AAAA"), 1)} {
		if err := os.WriteFile(card, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := central.Load(c.dir); !errors.Is(err, identity.ErrCentre) {
			t.Errorf("a card %s: %v", name, err)
		}
	}
}
