# The commands of the project. "make run" and "make test" need nothing set up
# beforehand but Go, git and make; see scripts/setup.sh.

GO      ?= go
PURE    := CGO_ENABLED=0
TAGS    := -tags ci
GOFMT   := $(shell $(GO) env GOROOT)/bin/gofmt

# Where goroutines share things. The rest is one goroutine's own.
RACED   := $(patsubst %,./%/...,$(wildcard app storage sync)) ./forms/session

# How long "make soak" fuzzes each decoder.
FUZZTIME ?= 30s

# The window's program for its tests: it tells where things stand.
PILOT := bin/baraza-pilot

.PHONY: fonts screens journeys window run install test check build soak static fast race

run:
	@GO="$(GO)" scripts/run.sh

# For this person, or with DESTDIR and PREFIX for a package: the programs, and what tells
# a desktop that links and files of invites are theirs.
PREFIX ?= $(HOME)/.local
install: build
	install -D -t $(DESTDIR)$(PREFIX)/bin bin/baraza bin/barazad
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/applications assets/desktop/example.baraza.desktop
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/mime/packages assets/desktop/example.baraza.xml
	[ -n "$(DESTDIR)" ] || update-mime-database $(PREFIX)/share/mime
	[ -n "$(DESTDIR)" ] || update-desktop-database $(PREFIX)/share/applications

build:
	$(PURE) $(GO) build -trimpath -ldflags "-s -w" -o bin/barazad ./cmd/barazad
	@scripts/setup.sh gcc window
	CGO_ENABLED=1 $(GO) build -trimpath -ldflags "-s -w" -tags gles -o bin/baraza .

# Everything: under 35 minutes on two cores with nothing cached.
test:
	@scripts/setup.sh gcc chromium window screen print disks
	@$(MAKE) --no-print-directory static
	$(PURE) $(GO) test $(TAGS) -timeout 20m ./...
	@$(MAKE) --no-print-directory window
	@$(MAKE) --no-print-directory race

# What to run before each commit: under 3 minutes once warm.
check: static
	$(PURE) $(GO) test $(TAGS) -short ./...

static:
	@out=$$($(GOFMT) -l .) || exit 1; if [ -n "$$out" ]; then echo "not formatted (gofmt -w):"; echo "$$out"; exit 1; fi
	$(PURE) $(GO) vet $(TAGS) ./...
	$(PURE) $(GO) vet $(TAGS),pilot .
	$(PURE) $(GO) tool staticcheck $(TAGS) ./...

# The real window, on screens of its own: from the first start to received, read
# at the desk in a real browser; and what is said where there can be no window.
window:
	@scripts/setup.sh gcc chromium window screen
	CGO_ENABLED=1 $(GO) build -tags gles,pilot -o $(PILOT) .
	$(PURE) $(GO) test $(TAGS) -timeout 15m -v -run '^TestWindow' ./cmd/barazad -window $(CURDIR)/$(PILOT)

race:
	CGO_ENABLED=1 $(GO) test $(TAGS) -race -short -timeout 20m $(RACED)

# The fonts of screen and print from Debian's; the result is committed. Four minutes.
fonts:
	@scripts/setup.sh fonts
	/usr/bin/python3 scripts/fonts.py /usr/share/fonts/truetype assets/locales/languages.toml assets/fonts

# Every picture in docs/screens: of the window, and of the pages of desk and kiosk
# in a real browser. English is drawn in every size and look; French, Arabic, Hindi,
# Amharic and Chinese once on a phone and once on a laptop, which bounds the time.
screens:
	@scripts/setup.sh chromium
	$(PURE) $(GO) test $(TAGS) -count=1 -timeout 40m ./app -run EveryScreen -pictures $(CURDIR)/docs/screens
	$(PURE) $(GO) test $(TAGS) -count=1 -timeout 20m ./cmd/barazad -run 'Readers|Kiosk' -screens $(CURDIR)/docs/screens

# The same, and what follows a first sending, driven in the real window in every language,
# size and look, with a picture of each step in docs/screens/journeys. Half an hour.
journeys:
	@scripts/setup.sh gcc chromium window screen
	CGO_ENABLED=1 $(GO) build -tags gles,pilot -o $(PILOT) .
	$(PURE) $(GO) test $(TAGS) -c -o $(PILOT).test ./cmd/barazad
	for language in en fr ar hi am zh; do for size in 360x640 1366x768; do for look in light dark; do \
		(cd cmd/barazad && $(CURDIR)/$(PILOT).test -test.run '^TestWindow(FromTheFirstStart|Corrects)' -window $(CURDIR)/$(PILOT) \
			-window-language $$language -window-size $$size -window-look $$look -window-pictures $(CURDIR)/docs/screens/journeys) || exit 1; \
	done; done; done

# What doesn't fit into "make test": each decoder is fuzzed, and the tests that
# draw seeds draw many more (they read BARAZA_SOAK).
soak:
	@scripts/setup.sh gcc disks
	scripts/fuzz.sh $(FUZZTIME)
	BARAZA_SOAK=1 $(PURE) $(GO) test $(TAGS) -count=1 -timeout 8h ./app/... ./storage/... ./sync/...
	BARAZA_SOAK=1 $(MAKE) --no-print-directory window
