package formpack

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
)

// parted is an XForm taken apart.
type parted struct {
	form         []byte
	translations []translation
	files        []string // that it names, each once, in order
}

// A translation is cut out of the form at a place of what remains.
type translation struct {
	language string
	at       int
	text     []byte
}

// split cuts all languages out of a form but its own: the one marked as
// default, else the first. The bytes of the rest stay as they are.
func split(form []byte) (parted, error) {
	s := splitter{source: form, own: -1, decoder: xml.NewDecoder(bytes.NewReader(form))}
	if err := s.read(); err != nil {
		return parted{}, err
	}
	if s.own < 0 && len(s.found) > 0 {
		s.own = 0
	}
	var out parted
	from := 0
	for i, f := range s.found {
		if i == s.own {
			continue
		}
		out.form = append(out.form, form[from:f.begin]...)
		out.translations = append(out.translations, translation{f.language, len(out.form), form[f.begin:f.end]})
		from = f.end
	}
	out.form = append(out.form, form[from:]...)
	slices.Sort(s.files)
	out.files = slices.Compact(s.files)
	return out, nil
}

// A splitter looks for translations and file names. xform.Read has taken the
// form before: it is well formed and not too deep.
type splitter struct {
	source  []byte
	decoder *xml.Decoder
	found   []stretch
	own     int // which of found stays in the form
	files   []string
}

// A stretch is where a translation stands.
type stretch struct {
	language   string
	begin, end int
}

func (s *splitter) read() error {
	var path []string // local names of what is open
	for {
		begin := int(s.decoder.InputOffset())
		token, err := s.decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
			s.start(t, begin, len(path) > 1 && path[len(path)-2] == "itext")
		case xml.EndElement:
			if n := len(path); n > 1 && t.Name.Local == "translation" && path[n-2] == "itext" {
				s.found[len(s.found)-1].end = int(s.decoder.InputOffset())
			}
			path = path[:max(len(path)-1, 0)]
		case xml.CharData:
			s.name(string(t))
		}
	}
}

func (s *splitter) start(t xml.StartElement, begin int, inItext bool) {
	language, isDefault := "", false
	for _, a := range t.Attr {
		switch a.Name.Local {
		case "lang":
			language = a.Value
		case "default":
			isDefault = a.Value != "false()"
		}
		s.name(a.Value)
		s.list(t.Name.Local, a)
	}
	if t.Name.Local != "translation" || !inItext {
		return
	}
	if isDefault && s.own < 0 {
		s.own = len(s.found)
	}
	s.found = append(s.found, stretch{language: language, begin: begin})
}

// search is how an appearance names a list, without its ending:
// https://docs.getodk.org/form-datasets/#selecting-from-data-in-your-form.
var search = regexp.MustCompile(`^\s*(?:\S+\s+)*search\(\s*['"]([^'"/]+)['"]`)

// list notes the files of choices that older forms name otherwise: a query of
// external choices is answered from itemsets.csv, a search from a file.
func (s *splitter) list(element string, a xml.Attr) {
	switch a.Name.Local {
	case "query":
		if element == "input" {
			s.files = append(s.files, "itemsets.csv")
		}
	case "appearance":
		if m := search.FindStringSubmatch(a.Value); m != nil {
			s.files = append(s.files, strings.TrimSuffix(m[1], ".csv")+".csv")
		}
	}
}

// places of jr:// URIs that are files beside the form,
// https://getodk.github.io/xforms-spec/#uris.
var places = []string{"images", "audio", "video", "file", "file-csv"}

// name notes the file that a jr:// URI names.
func (s *splitter) name(uri string) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(uri), "jr://")
	if !ok {
		return
	}
	place, name, ok := strings.Cut(rest, "/")
	if ok && name != "" && slices.Contains(places, place) {
		s.files = append(s.files, name)
	}
}
