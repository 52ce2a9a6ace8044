package main

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// ticks is the unit of times in /proc: the kernel's USER_HZ, 100 on all that Go
// runs on.
const ticks = time.Second / 100

// processStart is when this process was started, to a hundredth of a second;
// see proc_pid_stat(5).
func processStart() time.Time {
	now := time.Now()
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return now
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // from the third on
	const starttime = 22 - 3
	if len(fields) <= starttime {
		return now
	}
	n, err := strconv.ParseInt(fields[starttime], 10, 64)
	var up unix.Timespec
	if err != nil || unix.ClockGettime(unix.CLOCK_BOOTTIME, &up) != nil {
		return now
	}
	return now.Add(time.Duration(n)*ticks - time.Duration(up.Nano()))
}

// memory is what the process pid holds (RSS), and what it and its parent hold
// together with shared pages counted once (PSS), in bytes.
func memory(pid, parent int) (rss, pss int64) {
	rss = sum(pid, "Rss:")
	pss = sum(pid, "Pss:")
	if os.Getenv(childMark) != "" {
		pss += sum(parent, "Pss:")
	}
	return rss, pss
}

// sum reads a line of smaps_rollup; see proc_pid_smaps(5).
func sum(pid int, name string) int64 {
	file, err := os.Open("/proc/" + strconv.Itoa(pid) + "/smaps_rollup")
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if f := strings.Fields(lines.Text()); len(f) == 3 && f[0] == name {
			kB, _ := strconv.ParseInt(f[1], 10, 64)
			return kB << 10
		}
	}
	return 0
}
