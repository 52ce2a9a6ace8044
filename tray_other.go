//go:build windows || darwin || android

package main

import "runtime"

// trayed reports whether the system has a tray.
func trayed() bool { return runtime.GOOS != "android" }
