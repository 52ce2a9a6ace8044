#!/bin/sh
# Fuzzes every decoder of the project for the given time each (30s unless told).
set -eu
time=${1:-30s}
go=${GO:-go}

# What is interesting is made smaller twenty times, not for a minute, which is what
# Go does unless told: with slow decoders that minute is all there is.
# Test packages are named by their folders; a package may have several targets.
grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u | while read -r dir; do
	CGO_ENABLED=0 $go test -tags ci -list '^Fuzz' "$dir" | grep '^Fuzz' | while read -r target; do
		echo "== $dir $target"
		CGO_ENABLED=0 $go test -tags ci -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 20x "$dir" || exit 1
	done || exit 1
done
