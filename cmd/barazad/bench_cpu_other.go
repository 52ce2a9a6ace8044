//go:build !unix

package main

import "time"

var begun = time.Now()

// processTime is the time that has passed, where the system does not tell what
// the processors have worked for a process.
func processTime() time.Duration { return time.Since(begun) }
