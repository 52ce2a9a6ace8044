//go:build !linux

package bundle

import "os"

// writeAhead is a hint that other systems have no call for.
func writeAhead(*os.File, int64, int64) {}
