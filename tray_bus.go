//go:build !windows && !darwin && !android

package main

import (
	"os"

	"github.com/godbus/dbus/v5"
)

// trayed reports whether the system may have a tray. Here it is reached over the session's bus:
// without an address, to look for one would start programs, and where nobody answers Fyne's tray
// ends in a panic with the program (systray v1.12.2, systray_unix.go 174).
func trayed() bool {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" {
		return false
	}
	_, err := dbus.SessionBus() // that of the whole program: Fyne uses it after us
	return err == nil
}
