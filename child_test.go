package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhyThereIsNoWindowIsSaidPlainly(t *testing.T) {
	exit := errors.New("exit status 1")
	for said, want := range map[string]string{
		"Fyne error: window creation error\nCause: APIUnavailable: GLX: Failed to find": "no OpenGL",
		"Cause: VersionUnavailable: Requested OpenGL version 2.1":                       "no OpenGL",
		"PlatformError: X11: The DISPLAY environment variable is missing":               "no display",
		"panic: something else": "What was saved is safe",
	} {
		if got := explain(said, exit).Error(); !strings.Contains(got, want) {
			t.Errorf("%q is explained as %q", said, got)
		}
	}
}

func TestOnlyTheEndOfALongLogIsKept(t *testing.T) {
	var kept tail
	for range 1000 {
		if _, err := kept.Write([]byte(strings.Repeat("x", 100))); err != nil {
			t.Fatal(err)
		}
	}
	_, _ = kept.Write([]byte("the end"))
	if s := kept.String(); len(s) > 2*tailBytes || !strings.HasSuffix(s, "the end") {
		t.Errorf("%d bytes are kept", len(s))
	}
}

func TestAnInviteIsAFileOrTheLineItself(t *testing.T) {
	file := filepath.Join(t.TempDir(), "invite.txt")
	if err := os.WriteFile(file, []byte("baraza:FILE"), 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{file: "baraza:FILE", "baraza:LINE": "baraza:LINE", "": ""} {
		if got := string(inviteFrom(text)); got != want {
			t.Errorf("%q gives %q", text, got)
		}
	}
}
