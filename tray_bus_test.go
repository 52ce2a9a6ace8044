//go:build !windows && !darwin && !android

package main

import (
	"path/filepath"
	"testing"
)

func TestWithoutABusThatAnswersThereIsNoTray(t *testing.T) {
	for _, address := range []string{"", "unix:path=" + filepath.Join(t.TempDir(), "gone")} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		if trayed() {
			t.Errorf("a tray at the bus %q", address)
		}
	}
}
