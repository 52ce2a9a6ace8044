package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/storage"
)

// runProfile is for the locks of a folder, and for those who share a device.
func runProfile(ctx context.Context, args []string, io streams) error {
	words := map[string]func(ctx context.Context, args []string, io streams) error{
		"list": profileList, "add": profileAdd, "passphrase": profilePassphrase,
		"words": profileWords, "key-file": profileKeyFile, "wipe": profileWipe,
	}
	if len(args) == 0 || words[args[0]] == nil {
		return fmt.Errorf("say list, add, passphrase, words, key-file or wipe: %w", errUsage)
	}
	return words[args[0]](ctx, args[1:], io)
}

// parsed parses the flags of a command that takes no words.
func (f storeFlags) parsed(args []string) error {
	words, err := f.parse(args)
	switch {
	case err != nil:
		return err
	case len(words) > 0:
		return fmt.Errorf("%q is too much: %w", words[0], errUsage)
	case *f.dir == "":
		return fmt.Errorf("--dir is missing: %w", errUsage)
	}
	return nil
}

func profileList(_ context.Context, args []string, io streams) error {
	f := newStoreFlags("profile list", io)
	asJSON := f.Bool("json", false, "print a JSON line for each")
	if err := f.parsed(args); err != nil {
		return err
	}
	people := storage.OpenPeople(*f.dir, storage.Options{Logger: f.storeLog()})
	all, err := people.List()
	if err != nil {
		return err
	}
	for _, p := range all {
		dir, err := people.Dir(p.ID)
		if err != nil {
			return err
		}
		if *asJSON {
			err = printJSON(io.out, struct {
				Number int    `json:"number"`
				Word   string `json:"word"`
				Dir    string `json:"dir"`
				Locked bool   `json:"locked"`
				Delay  int    `json:"delay"` // seconds that the next guess is held up
			}{p.Number, p.Word, dir, p.Locked, int(p.Delay.Seconds())})
		} else {
			lock := "open to everybody at this device"
			if p.Locked {
				lock = "locked"
			}
			_, err = fmt.Fprintf(io.out, "%d  %-4s  %s  %s\n", p.Number, p.Word, dir, lock)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func profileAdd(ctx context.Context, args []string, io streams) error {
	f := newStoreFlags("profile add", io)
	if err := f.parsed(args); err != nil {
		return err
	}
	with, err := f.unlock.read(io)
	if err != nil {
		return err
	}
	if with.Passphrase == nil && with.Key == nil {
		phrase, err := askPassphrase(io, "the new profile")
		if err != nil {
			return err
		}
		with.Passphrase = []byte(phrase)
	}
	if len(with.Passphrase) == 0 && with.Key == nil {
		return errors.New("a profile needs a passphrase")
	}
	people := storage.OpenPeople(*f.dir, storage.Options{Logger: f.storeLog(), Calibrate: true})
	who, s, err := people.Add(ctx, with)
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	dir, err := people.Dir(who.ID)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "profile %d, %s: use --dir %s\n", who.Number, who.Word, dir)
	return err
}

func profilePassphrase(ctx context.Context, args []string, io streams) error {
	f := newStoreFlags("profile passphrase", io)
	none := f.Bool("none", false, "take the passphrase away")
	if err := f.parsed(args); err != nil {
		return err
	}
	s, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	phrase := ""
	if !*none {
		if phrase, err = askPassphrase(io, "this folder"); err != nil {
			return err
		}
		if phrase == "" {
			return errors.New("an empty passphrase locks nothing; --none takes it away")
		}
	}
	if err := s.SetPassphrase(ctx, []byte(phrase)); err != nil {
		return err
	}
	if *none {
		_, err = fmt.Fprintln(io.out, "whoever has this folder can open it now")
	} else {
		_, err = fmt.Fprintln(io.out, "locked with the new passphrase; recovery words, if there are any, still open it")
	}
	return err
}

// profileWords shows recovery words, or draws them on a sheet, and puts them in
// force once two were typed back.
func profileWords(ctx context.Context, args []string, io streams) error {
	f := newStoreFlags("profile words", io)
	out := f.String("out", "", "draw the sheet of paper into a file, .pdf, .svg or .txt, instead of showing the words")
	drop := f.Bool("none", false, "make the words of before open nothing")
	if err := f.parsed(args); err != nil {
		return err
	}
	s, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if *drop {
		return s.DropRecovery(ctx)
	}
	r, err := s.NewRecovery()
	if err != nil {
		return err
	}
	sheet := workspace.Sheet{Words: r.Words, Title: "Recovery words", Notes: []string{
		"These words open your folder, or a backup of it, when the passphrase is forgotten. Whoever has this paper can do so, too: keep it where you keep what nobody may take.",
	}}
	if err := showSheet(io.out, sheet, *out); err != nil {
		return err
	}
	answers := bufio.NewScanner(io.in)
	var typed [2]string
	for i, n := range r.Ask {
		fmt.Fprintf(io.err, "Type word %d from the paper: ", n)
		said := answers.Scan()
		fmt.Fprintln(io.err)
		if !said {
			return errors.New("the words were not typed back, and open nothing")
		}
		typed[i] = answers.Text()
	}
	if err := r.Confirm(ctx, typed[0], typed[1]); err != nil {
		return fmt.Errorf("%w; the words open nothing yet", err)
	}
	_, err = fmt.Fprintln(io.out, "the words open this folder from now on; those from before no longer do")
	return err
}

func showSheet(out io.Writer, sheet workspace.Sheet, name string) error {
	data := []byte(sheet.Text())
	if name == "" {
		_, err := out.Write(data)
		return err
	}
	var err error
	switch strings.ToLower(filepath.Ext(name)) {
	case ".svg":
		data, err = sheet.SVG()
	case ".pdf":
		var b bytes.Buffer
		err = sheet.PDF(&b, locale.Source)
		data = b.Bytes()
	}
	if err != nil {
		return err
	}
	return writeSecret(name, data)
}

// writeSecret writes a secret to a file that was not there, for its owner alone.
func writeSecret(name string, data []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// profileKeyFile locks a folder with a key in a file elsewhere: a box that starts
// by itself then keeps its secrets from who takes its disk alone.
func profileKeyFile(ctx context.Context, args []string, io streams) error {
	f := newStoreFlags("profile key-file", io)
	out := f.String("out", "", "file that the new key goes to, on another medium than the folder")
	if err := f.parsed(args); err != nil {
		return err
	}
	if *out == "" {
		return fmt.Errorf("--out FILE is missing: %w", errUsage)
	}
	s, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	key := make([]byte, 32)
	rand.Read(key)
	if err := writeSecret(*out, []byte(hex.EncodeToString(key)+"\n")); err != nil {
		return err
	}
	if err := s.SetKey(ctx, key); err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "locked with the key in %s: every command needs --key-file now, and without the file, or recovery words, nobody can open the folder\n", *out)
	return err
}

func profileWipe(ctx context.Context, args []string, io streams) error {
	f := newStoreFlags("profile wipe", io)
	yes := f.Bool("yes", false, "really do it")
	if err := f.parsed(args); err != nil {
		return err
	}
	if !*yes {
		return fmt.Errorf("everything in %s would be gone for good, also what was not sent yet; say so with --yes: %w", *f.dir, errUsage)
	}
	if is, err := isStore(*f.dir); err != nil || !is {
		return errors.Join(err, fmt.Errorf("%s is no folder of this program", *f.dir))
	}
	if err := storage.Wipe(ctx, nil, *f.dir); err != nil {
		return err
	}
	_, err := fmt.Fprintln(io.out, "the keys are destroyed and the folder is removed. Flash memory may keep older copies of the keys, and backups and copies are not reached: those still open with the passphrase, words or key of then")
	return err
}

// isStore says whether a folder looks like one of ours.
func isStore(dir string) (bool, error) {
	for _, name := range []string{"keys", "journal"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true, nil
		}
	}
	_, err := os.Stat(dir)
	return false, err
}
