#!/bin/sh
# Kills the demonstration's device processes with SIGKILL, twenty times at
# random or as often as the first argument says, while they fill in and send.
# It fails unless everything they had acknowledged is there after each kill and
# everything made ready is received exactly once. A second argument fixes the
# seed of the kills.
set -eu
cd "$(dirname "$0")/.."
program=$(mktemp -d)
trap 'rm -rf "$program"' EXIT
CGO_ENABLED=0 go build -o "$program/barazad" ./cmd/barazad
"$program/barazad" demo --json --kills "${1:-20}" --seed "${2:-0}"
