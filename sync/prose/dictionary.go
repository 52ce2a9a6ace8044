package prose

import (
	"bytes"
	"embed"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"
)

// A Number names a dictionary for good: it stands in what was packed with it.
// A better dictionary gets another number, and the old one stays readable.
type Number uint64

// Plain is the dictionary of no language: it knows only how forms and
// contributions are written.
const Plain Number = 1

// MaxDictionary bounds a dictionary in bytes.
const MaxDictionary = 200_000

//go:embed dictionaries
var files embed.FS

// A dictionary is public text of a language, or pieces of it: what a model has
// read before it meets a text. docs/protocol/prose.md has the file's form.
type dictionary struct {
	number   Number
	language string // BCP 47, without region; "" for Plain
	load     func() *contents
	primed   func() *primed
}

// all are the dictionaries that this program reads. Of two for one language the
// later is written.
var all = func() []*dictionary {
	list := []*dictionary{
		{number: Plain}, {number: 2, language: "en"}, {number: 3, language: "fr"}, {number: 4, language: "es"}, {number: 5, language: "ar"},
		{number: 6, language: "sw"}, {number: 7, language: "ru"}, {number: 8, language: "zh"}, {number: 9, language: "hi"},
		{number: 10, language: "am"}, {number: 11, language: "ki"}, {number: 12, language: "pt"},
	}
	for _, d := range list {
		d.load = sync.OnceValue(func() *contents {
			raw, err := files.ReadFile(d.file())
			if err != nil {
				panic(err) // it is embedded
			}
			c, err := parse(raw)
			if err != nil {
				panic(fmt.Sprintf("%s: %v", d.file(), err)) // so is this
			}
			return c
		})
		d.primed = sync.OnceValue(func() *primed { return prime(d.load()) })
	}
	return list
}()

func (d *dictionary) file() string {
	language := d.language
	if language == "" {
		language = "plain"
	}
	return fmt.Sprintf("dictionaries/%d-%s.dict", d.number, language)
}

func byNumber(n Number) *dictionary {
	for _, d := range all {
		if d.number == n {
			return d
		}
	}
	return nil
}

// contents is a dictionary's file, read.
type contents struct {
	alphabet alphabet
	common   map[string]bool // words by which the language is known
	symbols  []byte
}

// parse reads a dictionary: three lines of characters beyond ASCII (small
// letters, pairs of a capital and its small letter, others), a line of common
// words, and behind them the text in symbols.
func parse(raw []byte) (*contents, error) {
	var lines [4]string
	rest := raw
	for i := range lines {
		line, after, found := bytes.Cut(rest, []byte("\n"))
		if !found || !utf8.Valid(line) {
			return nil, fmt.Errorf("line %d of a dictionary is missing or not UTF-8", i+1)
		}
		lines[i], rest = string(line), after
	}
	c := &contents{common: map[string]bool{}, symbols: rest}
	for _, w := range strings.Fields(lines[3]) {
		c.common[w] = true
	}
	var err error
	c.alphabet, err = newAlphabet(lines[0], lines[1], lines[2])
	return c, err
}

// primed is a model that has read its dictionary. One text at a time uses it.
type primed struct {
	sync.Mutex
	*model
}

func prime(c *contents) *primed {
	m := newModel(c.alphabet.small)
	lines := 0
	for _, s := range c.symbols {
		if s != '\n' {
			m.learn(s)
			continue
		}
		// So that ends and beginnings of answers are known, every fourth line
		// ends as one.
		if lines++; lines%4 != 0 {
			m.learn(s)
			continue
		}
		for _, s := range fmt.Appendf(nil, "%c<q%d>", closing, lines/4%20+1) {
			m.learn(s)
		}
	}
	m.keep = true
	return &primed{model: m}
}

// A Language is a dictionary that is written today, for the command that makes
// them.
type Language struct {
	Number   Number
	Language string // "" for Plain
	File     string // below this package's folder
}

// Languages are the dictionaries.
func Languages() (list []Language) {
	for _, d := range all {
		list = append(list, Language{d.number, d.language, d.file()})
	}
	return list
}
