//go:build unix

package main

import (
	"os"
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

// mostMemory is the most that a process held at once, in bytes.
func mostMemory(s *os.ProcessState) int64 {
	u, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return int64(u.Maxrss) << 10 // Linux counts in KB
}
