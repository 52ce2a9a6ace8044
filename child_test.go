package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhyThereIsNoWindowIsSaidPlainly(t *testing.T) {
	for said, want := range map[string]string{
		"Fyne error:  window creation error\n  Cause: APIUnavailable: GLX: GLX extension not found\n  At: driver.go": "no OpenGL 2.1, which the window needs: install a graphics driver or Mesa (APIUnavailable: GLX: GLX extension not found)",
		"Cause: VersionUnavailable: Requested OpenGL version 2.1":                                                    "no OpenGL",
		"failed to initialise GLFW\n  Cause: PlatformUnavailable: Failed to detect any supported platform":           "no display",
		"PlatformError: X11: The DISPLAY environment variable is missing":                                            "no display",
	} {
		if got := explain(said); !strings.Contains(got, want) {
			t.Errorf("%q is explained as %q", said, got)
		}
	}
}

func TestAFaultOfOursIsNotTakenForAMissingScreen(t *testing.T) {
	for _, said := range []string{
		"panic: runtime error\n\nbaraza.example/app/formview.(*field).display(0x0)\n\tapp/formview/field.go:96",
		"panic: nil\nfyne.io/fyne/v2/internal/painter/gl.(*painter).drawTextureWithDetails",
	} {
		if got := explain(said); got != "" {
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

type settings struct{ watcher *os.File }

func (s *settings) stopWatching() { panic(s.watcher == nil) }

func TestAWindowWhoseSettingsCannotBeWatchedEndsWell(t *testing.T) {
	if err := unwatched(func() error { (&settings{}).stopWatching(); return nil }); err != nil {
		t.Error(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("any other panic is swallowed, too")
		}
	}()
	_ = unwatched(func() error { panic("another") })
}
