package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/term"

	"baraza.example/storage"
)

// unlockFlags say what opens a folder that is locked.
type unlockFlags struct{ passphrase, words, key *string }

func newUnlockFlags(f flagSet) unlockFlags {
	return unlockFlags{
		passphrase: f.String("passphrase-file", "", "file with the passphrase of a locked folder, on one line; \"-\" reads it from the input"),
		words:      f.String("words-file", "", "file with the recovery words of a locked folder"),
		key:        f.String("key-file", "", "file with the key of a folder that nobody is at, mode 0600"),
	}
}

func (u unlockFlags) read(io streams) (with storage.Unlocking, err error) {
	switch *u.passphrase {
	case "":
	case "-":
		line, err := oneLineOf(io.in)
		if err != nil {
			return with, err
		}
		with.Passphrase = []byte(line)
	default:
		text, err := smallFile(*u.passphrase)
		if err != nil {
			return with, err
		}
		line, _, _ := strings.Cut(string(text), "\n")
		with.Passphrase = []byte(strings.TrimRight(line, "\r"))
	}
	if *u.words != "" {
		text, err := smallFile(*u.words)
		if err != nil {
			return with, err
		}
		if with.Words, err = storage.ParseWords(string(text)); err != nil {
			return with, fmt.Errorf("%s: %w", *u.words, err)
		}
	}
	if *u.key != "" {
		if with.Key, err = readKeyFile(*u.key); err != nil {
			return with, err
		}
	}
	return with, nil
}

// smallFile reads a file that a person named for a few words.
func smallFile(name string) ([]byte, error) {
	if info, err := os.Stat(name); err == nil && info.Size() > maxLine {
		return nil, fmt.Errorf("%s has %d bytes, more than %d", name, info.Size(), maxLine)
	}
	return os.ReadFile(name)
}

// readKeyFile reads a key and insists that nobody else can.
func readKeyFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("others can read %s (mode %04o): it must be its owner's alone, chmod 600. Nothing was opened", name, mode)
	}
	text, err := smallFile(name)
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("%s is no key file: it has 64 hexadecimal digits", name)
	}
	return key, nil
}

// unlocked opens something with what the flags give, and asks at a terminal when a
// passphrase is missing.
func unlocked[T any](io streams, flags unlockFlags, open func(with storage.Unlocking) (T, error)) (T, error) {
	with, err := flags.read(io)
	if err != nil {
		var none T
		return none, err
	}
	opened, err := open(with)
	t, ok := io.in.(*os.File)
	if !errors.Is(err, storage.ErrPassphraseNeeded) || !ok || !term.IsTerminal(int(t.Fd())) {
		return opened, err
	}
	line, e := hiddenLine(t, io, "Passphrase: ")
	if e != nil {
		return opened, errors.Join(err, e)
	}
	with.Passphrase = []byte(line)
	return open(with)
}
