//go:build !linux

package main

import "time"

var mainBegan = time.Now()

// processStart is when this package was initialised: a little late.
func processStart() time.Time { return mainBegan }

func memory(pid, parent int) (rss, pss int64) { return 0, 0 }
