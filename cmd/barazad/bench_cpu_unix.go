//go:build unix

package main

import (
	"syscall"
	"time"
)

// processTime is what the processors have worked for this process so far. A
// machine that others use too makes a run longer, but not this.
func processTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
