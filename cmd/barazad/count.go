package main

import (
	"strconv"
	"strings"

	"baraza.example/assets/locale"
)

// counted is a number with what it counts, which ends in s where it is not one.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + strings.TrimSuffix(what, "s")
	}
	return strconv.Itoa(n) + " " + what
}

// sized is a number of bytes as a person reads it.
func sized(bytes int64) string { return locale.New(locale.Source).Size(bytes) }
