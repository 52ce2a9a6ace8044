package locale

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nicksnyder/go-i18n/v2/i18n"

	"baraza.example/assets"
)

// texts is the messages of a catalogue by id, each with its plural forms.
func texts(t *testing.T, code string) map[string][]string {
	t.Helper()
	c, err := readCatalogue(assets.Locales, code)
	if err != nil {
		t.Fatalf("%s has no catalogue: %v", code, err)
	}
	all := map[string][]string{}
	for _, m := range c.messages {
		all[m.ID] = forms(m)
	}
	return all
}

func forms(m *i18n.Message) []string {
	return slices.DeleteFunc([]string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other}, func(s string) bool { return s == "" })
}

var placeholder = regexp.MustCompile(`{{\.(\w+)}}`)

// placeholders of all forms together, each once.
func placeholders(forms []string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(strings.Join(forms, " "), -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// drafts are the languages in which all of the program's words are there, and
// nobody has reviewed them.
var drafts = []string{"fr", "ar", "hi", "am", "zh"}

// What stands below a heading is told apart from it.
func TestNoHeadingStandsBelowItself(t *testing.T) {
	for _, code := range append([]string{Source}, drafts...) {
		words := New(code)
		for below, above := range map[ID]ID{"outbox.to_send": "nav.outbox", "outbox.sent": "nav.outbox"} {
			if words.Say(below) == words.Say(above) {
				t.Errorf("%s: below %q stands %q again", code, above, words.Say(below))
			}
		}
	}
}

func TestTheDraftsAreComplete(t *testing.T) {
	english := texts(t, "en")
	for _, code := range drafts {
		own := texts(t, code)
		for _, id := range slices.Sorted(maps.Keys(english)) {
			if own[id] == nil {
				t.Errorf("%s is not there in %s", id, code)
			}
		}
		if l, _ := Named(code); !l.Draft || !l.Interface || !l.Complete {
			t.Errorf("%s is not marked as a complete draft: %+v", code, l)
		}
	}
	if sw, _ := Named("sw"); sw.Complete || !sw.Interface {
		t.Error("Swahili has a few words and is said to be complete")
	}
}

func TestTranslationsKeepPlaceholdersAndInventNoMessages(t *testing.T) {
	english := texts(t, "en")
	checked := 0
	for _, l := range Languages() {
		if !l.Interface {
			continue
		}
		for id, forms := range texts(t, l.Code) {
			checked++
			if english[id] == nil {
				t.Errorf("%s: %s is not there in English", l.Code, id)
				continue
			}
			if got, want := placeholders(forms), placeholders(english[id]); !slices.Equal(got, want) {
				t.Errorf("%s: %s fills %v, English fills %v", l.Code, id, got, want)
			}
			if strings.Count(strings.Join(forms, ""), "{{") != len(placeholder.FindAllString(strings.Join(forms, ""), -1)) {
				t.Errorf("%s: %s has {{ that is no placeholder", l.Code, id)
			}
		}
	}
	if checked < 300 {
		t.Errorf("only %d messages were checked", checked)
	}
}

// What languages.toml says of a catalogue spares reading it.
func TestCataloguesAreAsTheListOfLanguagesSays(t *testing.T) {
	english := texts(t, "en")
	for _, l := range Languages() {
		if _, err := fs.Stat(assets.Locales, l.Code+".toml"); err != nil {
			if l.Interface || l.Draft {
				t.Errorf("%s has no catalogue, and the list says it has", l.Code)
			}
			continue
		}
		c, err := readCatalogue(assets.Locales, l.Code)
		if err != nil {
			t.Fatal(err)
		}
		if l.Draft != (c.State == "needs-review") || !l.Interface || l.Complete != (len(texts(t, l.Code)) == len(english)) {
			t.Errorf("%s: %d of %d messages, state %q; the list says %+v", l.Code, len(c.messages), len(english), c.State, l)
		}
	}
}

func TestEveryCatalogueHasItsLanguage(t *testing.T) {
	files, err := fs.Glob(assets.Locales, "*.toml")
	if err != nil || len(files) < 2 {
		t.Fatal("no catalogues", err)
	}
	for _, f := range files {
		if code := strings.TrimSuffix(f, ".toml"); code != "languages" {
			if l, ok := Named(code); !ok || !l.Interface {
				t.Errorf("languages.toml says nothing of %s", f)
			}
		}
	}
}

// TestEveryMessageUsedInCodeIsThere reads the sources of everything that
// speaks through this package.
func TestEveryMessageUsedInCodeIsThere(t *testing.T) {
	english := texts(t, "en")
	used, err := uses(filepath.Join("..", ".."), english)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range used {
		for _, fault := range u.faults(english) {
			t.Errorf("%s: %s", u.place, fault)
		}
	}
}

// TestAWrongUseIsNoticed tests the test.
func TestAWrongUseIsNoticed(t *testing.T) {
	const source = `package p
import "baraza.example/assets/locale"
func f(l *locale.Localizer) {
	l.Say("nav.home")
	l.Say("nav.nowhere")
	l.Say("state.at_hub")
	l.Say("state.at_hub", locale.Values{"Name": "x"})
	l.Say("state.at_hub", locale.Values{"Nom": "x"})
	l.Count("outbox.attachments", 3, locale.Values{"Done": 1})
	_ = []locale.ID{"nav.back", "nav.bakc"}
}`
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "p.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	english := texts(t, "en")
	used, err := uses(dir, english)
	if err != nil {
		t.Fatal(err)
	}
	faulty := map[int]bool{}
	for _, u := range used {
		if len(u.faults(english)) > 0 {
			faulty[u.place.Line] = true
		}
	}
	if got, want := slices.Sorted(maps.Keys(faulty)), []int{5, 6, 8, 10}; !slices.Equal(got, want) {
		t.Errorf("faults were found on lines %v, want %v", got, want)
	}
}

// A use is a message that some source names.
type use struct {
	place token.Position
	id    string
	known bool     // which placeholders it fills can be read off
	fills []string // their names
}

func (u use) faults(english map[string][]string) (faults []string) {
	forms := english[u.id]
	if forms == nil {
		return []string{"there is no message " + u.id}
	}
	if want := placeholders(forms); u.known && !slices.Equal(u.fills, want) {
		return []string{u.id + " is given " + strings.Join(u.fills, ", ") + " and fills " + strings.Join(want, ", ")}
	}
	return nil
}

// uses finds the messages named below dir, in files that import this package:
// in calls of a Localizer, and any other string that looks like an id.
func uses(dir string, english map[string][]string) (found []use, err error) {
	sections := map[string]bool{}
	for id := range english {
		section, _, _ := strings.Cut(id, ".")
		sections[section] = true
	}
	files := token.NewFileSet()
	err = filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && file != dir && (d.Name()[0] == '.' || d.Name() == "testdata") {
			return cmpErr(err, fs.SkipDir)
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(files, file, nil, 0)
		if err != nil || f.Name.Name != "locale" && !slices.ContainsFunc(f.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"baraza.example/assets/locale"` }) {
			return err
		}
		called := map[ast.Node]bool{}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if u, literal := call(n); literal != nil {
					u.place = files.Position(literal.Pos())
					found, called[literal] = append(found, u), true
				}
			case *ast.BasicLit:
				if id, _ := strconv.Unquote(n.Value); n.Kind == token.STRING && !called[n] && looksLikeID(id, sections) {
					found = append(found, use{place: files.Position(n.Pos()), id: id})
				}
			}
			return true
		})
		return nil
	})
	return found, err
}

func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

var idShape = regexp.MustCompile(`^[a-z_]+(\.[a-z0-9_]+)+$`)

func looksLikeID(s string, sections map[string]bool) bool {
	section, _, _ := strings.Cut(s, ".")
	return sections[section] && idShape.MatchString(s) && !strings.HasSuffix(s, ".toml") && !strings.HasSuffix(s, ".json")
}

// call reads l.Say("id", locale.Values{…}) and its like.
func call(c *ast.CallExpr) (u use, literal *ast.BasicLit) {
	method, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || len(c.Args) == 0 || !slices.Contains([]string{"Say", "Count", "Find"}, method.Sel.Name) {
		return u, nil
	}
	literal, ok = c.Args[0].(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return u, nil
	}
	u.id, _ = strconv.Unquote(literal.Value)
	u.known = true
	rest := c.Args[1:]
	if method.Sel.Name == "Count" && len(rest) > 0 {
		u.fills, rest = append(u.fills, "Count"), rest[1:]
	}
	for _, a := range rest {
		values, ok := a.(*ast.CompositeLit)
		if !ok {
			u.known = false
			continue
		}
		for _, e := range values.Elts {
			if pair, ok := e.(*ast.KeyValueExpr); ok {
				if key, ok := pair.Key.(*ast.BasicLit); ok {
					name, _ := strconv.Unquote(key.Value)
					u.fills = append(u.fills, name)
				}
			}
		}
	}
	slices.Sort(u.fills)
	return u, literal
}
