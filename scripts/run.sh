#!/bin/sh
# What "make run" does: builds the window and what it needs, and starts both. It
# goes on without the window where there is no screen, or where it can't be
# built; "barazad run" says so.
set -eu
cd "$(dirname "$0")/.."
go=${GO:-go}
CGO_ENABLED=0 $go build -o bin/barazad ./cmd/barazad
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
	rm -f bin/baraza # one of yesterday would not fit
	if scripts/setup.sh gcc window; then
		echo "Building the window; the first time takes a minute or more." >&2
		CGO_ENABLED=1 $go build -tags gles -o bin/baraza . || echo "The window could not be built here." >&2
	fi
fi
exec bin/barazad run "$@"
