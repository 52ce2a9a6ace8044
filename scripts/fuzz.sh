#!/bin/sh
# Fuzzes every decoder of the project for the given time each (30s unless told).
set -eu
time=${1:-30s}
go=${GO:-go}

# Test packages are named by their folders; a package may have several targets.
grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u | while read -r dir; do
	CGO_ENABLED=0 $go test -tags ci -list '^Fuzz' "$dir" | grep '^Fuzz' | while read -r target; do
		echo "== $dir $target"
		CGO_ENABLED=0 $go test -tags ci -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$dir" || exit 1
	done || exit 1
done
