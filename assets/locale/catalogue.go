package locale

import (
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"

	"baraza.example/assets"
)

// Source is the code of the language that all others are translated from.
const Source = "en"

// The table of the languages, read once, and their catalogues, each read when its
// words are first asked for: a start needs one or two of them.
type table struct {
	languages []Language                        // in the order of languages.toml
	messages  map[string]func() *i18n.Localizer // of those that have a catalogue
}

// catalogues panics when an embedded file is faulty, which a test would have
// shown; so do the catalogues themselves.
var catalogues = sync.OnceValue(func() *table {
	t, err := read(assets.Locales)
	if err != nil {
		panic(err)
	}
	return t
})

func read(folder fs.FS) (*table, error) {
	var file struct {
		Language []Language `toml:"language"`
	}
	if err := decode(folder, "languages.toml", &file); err != nil {
		return nil, err
	}
	t := &table{messages: map[string]func() *i18n.Localizer{}}
	for _, l := range file.Language {
		var err error
		if l.numbers, err = language.Parse(cmpOr(l.Numbers, l.Code)); err != nil {
			return nil, fmt.Errorf("languages.toml: %s: %w", l.Code, err)
		}
		l.Interface, l.Complete = l.Words != "", l.Words == "all"
		if l.Interface {
			t.messages[l.Code] = sync.OnceValue(func() *i18n.Localizer { return spoken(folder, l) })
		}
		t.languages = append(t.languages, l)
	}
	return t, nil
}

// spoken reads the words of a language.
func spoken(folder fs.FS, l Language) *i18n.Localizer {
	c, err := readCatalogue(folder, l.Code)
	if err != nil {
		panic(err)
	}
	words, err := c.localizer(cmpOr(l.Plurals, l.Code))
	if err != nil {
		panic(err)
	}
	return words
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// A catalogue is one file of messages.
type catalogue struct {
	State, Author string
	messages      []*i18n.Message
}

func readCatalogue(folder fs.FS, code string) (*catalogue, error) {
	name := code + ".toml"
	var tree map[string]any
	if err := decode(folder, name, &tree); err != nil {
		return nil, err
	}
	c := &catalogue{}
	if about, ok := tree["catalogue"].(map[string]any); ok {
		c.State, _ = about["state"].(string)
		c.Author, _ = about["author"].(string)
		delete(tree, "catalogue")
	}
	if err := c.add("", tree); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

func decode(folder fs.FS, name string, into any) error {
	text, err := fs.ReadFile(folder, name)
	if err != nil {
		return err
	}
	if err := toml.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// add takes the messages below a table: a text is a message, and so is a table
// of plural forms.
func (c *catalogue) add(prefix string, tree map[string]any) error {
	for name, value := range tree {
		id := prefix + name
		switch value := value.(type) {
		case string:
			c.messages = append(c.messages, &i18n.Message{ID: id, Other: value})
		case map[string]any:
			if forms, ok := pluralForms(value); ok {
				c.messages = append(c.messages, &i18n.Message{ID: id, Zero: forms["zero"], One: forms["one"], Two: forms["two"],
					Few: forms["few"], Many: forms["many"], Other: forms["other"]})
			} else if err := c.add(id+".", value); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s is neither a text nor a table", id)
		}
	}
	return nil
}

var pluralNames = []string{"zero", "one", "two", "few", "many", "other"}

// pluralForms says whether a table holds the plural forms of one message:
// "other" and nothing that is no form.
func pluralForms(tree map[string]any) (map[string]string, bool) {
	forms := map[string]string{}
	for name, value := range tree {
		text, ok := value.(string)
		if !ok || !slices.Contains(pluralNames, name) {
			return nil, false
		}
		forms[name] = text
	}
	return forms, forms["other"] != ""
}

// localizer hands the messages to go-i18n. Each language has a bundle of its
// own: the order in which languages are tried is ours, not the bundle's.
func (c *catalogue) localizer(plurals string) (*i18n.Localizer, error) {
	tag, err := language.Parse(plurals)
	if err != nil {
		return nil, err
	}
	bundle := i18n.NewBundle(tag)
	if err := bundle.AddMessages(tag, c.messages...); err != nil {
		return nil, err
	}
	return i18n.NewLocalizer(bundle, plurals), nil
}

// plain fills placeholders and knows no other template: catalogues come from
// many hands.
type plain struct{}

func (plain) Cacheable() bool { return true }

func (plain) Parse(src, _, _ string) (template.ParsedTemplate, error) { return text(src), nil }

type text string

func (t text) Execute(data any) (string, error) { return data.(filling).put(string(t)), nil }
