package workspace_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"baraza.example/app/workspace"
	"baraza.example/storage"
	"baraza.example/storage/simdisk"
)

func TestEachPersonOnADeviceHasAWorkspaceOfTheirOwn(t *testing.T) {
	o := workspace.Options{Store: storage.Options{FS: simdisk.New(1), MemoryIndex: true, NoBallast: true, Profile: storage.Phone}}
	people := workspace.OpenPeople("/device", o)
	for _, name := range []string{"Amina", "Babu"} {
		_, w, err := people.Add(t.Context(), workspace.Unlocking{Passphrase: []byte("of " + name)})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.SetUp(t.Context(), "Organisation of "+name, "tablet"); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	list, err := people.List()
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	if _, err := people.Open(t.Context(), list[0].ID, workspace.Unlocking{Passphrase: []byte("of Babu")}); !errors.Is(err, workspace.ErrPassphraseWrong) {
		t.Error(err)
	}
	w, err := people.Open(t.Context(), list[1].ID, workspace.Unlocking{Passphrase: []byte("of Babu")})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if card, err := w.Card(); err != nil || card.Org != "Organisation of Babu" {
		t.Error(card.Org, err)
	}
	r, err := w.NewRecovery()
	if err != nil {
		t.Fatal(err)
	}
	list12 := r.Words.List()
	if err := r.Confirm(t.Context(), list12[r.Ask[0]-1], list12[r.Ask[1]-1]); err != nil {
		t.Fatal(err)
	}
	if passphrase, words, key := w.Locks(); !passphrase || !words || key {
		t.Error(w.Locks())
	}
}

func TestASheetHasTheWordsAndNoName(t *testing.T) {
	words := make(workspace.Words, 16)
	s := workspace.Sheet{Words: words, Title: "Keep <this> & \"safe\"", Notes: []string{strings.Repeat("a word ", 40), "no more"}}
	if text := s.Text(); !strings.Contains(text, " 12. "+words.List()[11]) || !strings.Contains(text, "no more") {
		t.Error(text)
	}
	svg, err := s.SVG()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for d := xml.NewDecoder(strings.NewReader(string(svg))); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if c, ok := token.(xml.CharData); ok && strings.TrimSpace(string(c)) != "" {
			found = append(found, string(c))
		}
	}
	if found[0] != s.Title || len(found) != 1+12+5+1 {
		t.Errorf("%q", found)
	}
	typed, err := workspace.ParseWords(strings.Join(found[1:13], " "))
	if err != nil || string(typed) != string(words) {
		t.Error("the words can't be read back:", err)
	}
	if !strings.Contains(string(svg), "<path ") || strings.Contains(string(svg), "href") {
		t.Error("no code, or something from elsewhere")
	}
}
