package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestALinkGoesToTheWindowThatIsThere(t *testing.T) {
	dir := t.TempDir()
	if handOver(dir, []byte("baraza:LINE")) {
		t.Fatal("it was handed over to nobody")
	}
	came := make(chan []byte, 10)
	end, err := takeOffers(dir, func(text []byte) { came <- text })
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, windowFile)
	for _, text := range []string{"baraza:LINE", ""} {
		if !handOver(dir, []byte(text)) {
			t.Fatalf("%q isn't taken", text)
		}
		if got := string(<-came); got != text {
			t.Errorf("%q came as %q", text, got)
		}
	}
	if handOver(dir, bytes.Repeat([]byte("x"), maxOffer+1)) || len(came) > 0 {
		t.Error("more is taken than any invite has")
	}
	address, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.LastIndex(string(address), "/")
	if err := os.WriteFile(file, []byte(string(address[:at])+"/GUESSED"), 0o600); err != nil {
		t.Fatal(err)
	}
	if handOver(dir, []byte("baraza:LINE")) || len(came) > 0 {
		t.Error("it is taken without the key")
	}
	if err := os.WriteFile(file, address, 0o600); err != nil {
		t.Fatal(err)
	}
	end()
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Error("the address stays: ", err)
	}
	if err := os.WriteFile(file, address, 0o600); err != nil { // of a window that was killed
		t.Fatal(err)
	}
	if handOver(dir, nil) {
		t.Error("it was handed over to a window that has ended")
	}
}

func TestAnInviteIsOpenedByItsLinkOrItsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "an invite.baraza")
	if err := os.WriteFile(file, []byte("baraza:FILE"), 0o600); err != nil {
		t.Fatal(err)
	}
	for argument, want := range map[string]string{
		file: "baraza:FILE", "file://" + strings.ReplaceAll(file, " ", "%20"): "baraza:FILE", "baraza:LINE": "baraza:LINE", "": "",
	} {
		if got := string(offeredBy(argument)); got != want {
			t.Errorf("%q gives %q", argument, got)
		}
	}
}

// What a desktop needs to know that links and files of invites are this program's.
func TestTheDesktopIsToldOfLinksAndFiles(t *testing.T) {
	for name, words := range map[string][]string{
		"assets/desktop/example.baraza.desktop": {"Exec=baraza %u", "MimeType=x-scheme-handler/baraza;application/x-baraza-invite;", "Icon=example.baraza"},
		"assets/desktop/example.baraza.xml":     {`type="application/x-baraza-invite"`, `pattern="*.baraza"`},
		"FyneApp.toml":                          {`ID = "example.baraza"`, `ExecParams = "%u"`},
	} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if !strings.Contains(string(content), w) {
				t.Errorf("%s says nothing of %s", name, w)
			}
		}
	}
}
