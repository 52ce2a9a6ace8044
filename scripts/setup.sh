#!/bin/sh
# Makes sure that what the named steps need is on this machine:
#
#	scripts/setup.sh gcc        a C compiler and its headers (race detector)
#	scripts/setup.sh fonts      what "make fonts" merges, and with what
#	scripts/setup.sh print      what reads back and draws what was printed (tests)
#	scripts/setup.sh chromium   a browser (tests of the desk's pages)
#	scripts/setup.sh window     what the window is built with, and OpenGL to run it
#	scripts/setup.sh disks      file systems to cut the power of, and what makes calls fail (tests of the store)
#	scripts/setup.sh screen     a screen that nobody sees, and hands for it (tests of the window)
#
# Says nothing when nothing is missing. What is missing is installed as a
# Debian package where that is allowed (root, or sudo); otherwise the command
# to type is printed and the script ends with 1.
set -eu

missing=

need() { # need PACKAGE...: remembers them
	missing="$missing $*"
}

has_c_compiler() {
	command -v "${CC:-gcc}" >/dev/null 2>&1 &&
		printf '#include <stdlib.h>\n' | "${CC:-gcc}" -x c -fsyntax-only - >/dev/null 2>&1
}

has_header() {
	printf '#include <%s>\n' "$1" | "${CC:-gcc}" -x c -E - >/dev/null 2>&1
}

# Modules are fetched over TLS; a bare image has no certificates.
[ -e "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" ] || need ca-certificates

for step in "$@"; do
	case $step in
	gcc) has_c_compiler || need gcc libc6-dev ;;
	fonts)
		[ -e /usr/share/fonts/truetype/noto/NotoSansArabic-Bold.ttf ] || need fonts-noto-core
		[ -e /usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf ] || need fonts-droid-fallback
		/usr/bin/python3 -c 'import fontTools' 2>/dev/null || need python3-fonttools
		;;
	window)
		has_header GL/gl.h || need libgl1-mesa-dev
		has_header EGL/egl.h || need libegl1-mesa-dev
		has_header GLES2/gl2.h || need libgles2-mesa-dev
		has_header X11/extensions/Xrandr.h && has_header X11/Xcursor/Xcursor.h && has_header X11/extensions/Xinerama.h &&
			has_header X11/extensions/XInput2.h && has_header X11/extensions/xf86vmode.h || need xorg-dev
		has_header wayland-client.h || need libwayland-dev
		has_header xkbcommon/xkbcommon.h || need libxkbcommon-dev
		# OpenGL drawn by the processor, where there is no graphics card.
		ls /usr/lib/*/dri/swrast_dri.so >/dev/null 2>&1 || need libgl1-mesa-dri
		;;
	screen)
		for tool in Xvfb:xvfb xdotool:xdotool xclip:xclip dbus-run-session:dbus import:imagemagick; do
			command -v "${tool%%:*}" >/dev/null 2>&1 || need "${tool##*:}"
		done
		;;
	print)
		command -v pdftotext >/dev/null 2>&1 || need poppler-utils
		command -v qpdf >/dev/null 2>&1 || need qpdf
		;;
	disks)
		# Their tests need root; without it they say that they were left out.
		if [ "$(id -u)" -eq 0 ]; then
			for tool in mkfs.ext4:e2fsprogs mkfs.xfs:xfsprogs mkfs.btrfs:btrfs-progs strace:strace losetup:mount; do
				command -v "${tool%%:*}" >/dev/null 2>&1 || need "${tool##*:}"
			done
		fi
		;;
	chromium) command -v chromium >/dev/null 2>&1 || need chromium ;;
	*)
		echo "setup.sh: no such step: $step" >&2
		exit 2
		;;
	esac
done

[ -n "$missing" ] || exit 0

command="apt-get install -y --no-install-recommends$missing"
if ! command -v apt-get >/dev/null 2>&1; then
	echo "Missing (Debian's names):$missing. Please install them and try again." >&2
	exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
	as_root=
elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
	as_root=sudo
else
	echo "Missing Debian packages:$missing. As root, type: $command" >&2
	exit 1
fi

echo "Installing Debian packages:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
# A list that is out of date is tried first: the update may fail offline.
# shellcheck disable=SC2086
$as_root $command >/dev/null 2>&1 || {
	$as_root apt-get update >/dev/null
	$as_root $command >/dev/null
}
