package bundle

import (
	"os"

	"golang.org/x/sys/unix"
)

// writeAhead has the system begin to bring bytes of a file to the disk, so that
// there is less to wait for at its end. It makes nothing durable.
func writeAhead(f *os.File, from, n int64) {
	c, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = c.Control(func(fd uintptr) {
		_ = unix.SyncFileRange(int(fd), from, n, unix.SYNC_FILE_RANGE_WRITE) // a hint
	})
}
