package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

const module = "baraza.example/"

// layers says which of our own packages each part of the tree may import.
// The longest part that fits wins; "x/..." stands for x and all below it.
// docs/ARCHITECTURE.md has the picture and the reasons.
var layers = map[string]string{
	"main":                       "app app/pages app/workspace",
	"docs":                       "",
	"assets":                     "",
	"assets/locale":              "assets",
	"forms":                      "",
	"forms/geo":                  "",
	"forms/levels":               "",
	"forms/xpath":                "forms/geo",
	"forms/calendar":             "",
	"forms/xlsform":              "forms forms/xpath",
	"forms/xform":                "forms forms/xpath",
	"forms/formpack":             "forms forms/squeeze forms/xform",
	"forms/squeeze":              "",
	"forms/session":              "forms forms/geo forms/xpath",
	"forms/trace":                "forms forms/session forms/xform",
	"forms/consultation":         "forms",
	"forms/translate":            "forms forms/consultation",
	"forms/typeset":              "assets/... forms forms/levels forms/session forms/xpath",
	"forms/contribution":         "forms forms/typeset",
	"forms/barcode":              "",
	"forms/imagemap":             "",
	"forms/picture":              "",
	"forms/webform":              "assets/... forms forms/session",
	"forms/formstest":            "forms/...",
	"forms/recorded":             "",
	"sync":                       "",
	"sync/canon":                 "",
	"sync/identity":              "sync/canon",
	"sync/prose":                 "",
	"sync/prose/generate":        "assets/... forms/... sync/prose",
	"sync/catalogue":             "forms/squeeze sync/canon sync/identity",
	"sync/batch":                 "sync/canon sync/catalogue sync/identity sync/prose",
	"sync/exchange":              "sync/batch sync/canon sync/catalogue sync/identity",
	"sync/exchange/exchangetest": "sync/batch sync/catalogue sync/exchange sync/identity",
	"sync/httpsync":              "sync/batch sync/canon sync/exchange sync/identity",
	"sync/bundle":                "sync/batch sync/canon sync/catalogue sync/exchange sync/identity",
	"sync/openrosa":              "forms",
	"sync/discovery":             "",
	"sync/linksim":               "",
	"sync/hub":                   "assets/... forms/... sync/batch sync/canon sync/catalogue sync/identity sync/exchange sync/httpsync sync/discovery",
	"sync/central":               "assets/... forms/... sync/...",
	"storage":                    "forms/... sync/batch sync/canon sync/catalogue sync/identity",
	"storage/simdisk":            "storage",
	"storage/powercut":           "storage forms/... sync/batch sync/identity",
	"app/workspace":              "assets/... forms/... storage sync/batch sync/bundle sync/canon sync/catalogue sync/discovery sync/exchange sync/httpsync sync/hub sync/identity sync/openrosa",
	"app/world":                  "assets/... forms/... sync/... storage/... app/workspace",
	"app/wording":                "assets/... forms/contribution sync/batch sync/exchange sync/identity app/workspace",
	"app/station":                "assets/... forms/webform app/workspace sync/discovery sync/exchange sync/httpsync sync/hub sync/identity",
	"app/pages":                  "assets/... forms/contribution forms/webform app/workspace app/wording",
	"app/formview":               "assets/... forms forms/barcode forms/levels forms/calendar forms/geo forms/imagemap forms/picture forms/session",
	"app":                        "assets/... forms/... sync/catalogue sync/exchange sync/hub sync/identity app/station app/workspace app/wording app/formview",
	"cmd":                        "...",
}

// homes keeps an outside module to the parts that own it.
var homes = map[string]string{
	"fyne.io/fyne/v2/app":           "main", // needs cgo and GL; the rest of Fyne does not
	"fyne.io/fyne/":                 "main app app/formview",
	"github.com/dgraph-io/":         "storage storage/powercut",
	"github.com/xuri/excelize":      "forms/xlsform forms/translate sync/central",
	"resty.dev/":                    "sync/httpsync sync/openrosa",
	"github.com/go-resty/":          "sync/httpsync sync/openrosa",
	"filippo.io/age":                "sync/identity",
	"github.com/jackc/pgx/":         "sync/central/sqlstore",
	"modernc.org/sqlite":            "sync/central/sqlstore",
	"gocloud.dev/":                  "sync/central/blobstore",
	"github.com/quic-go/":           "sync/httpsync",
	"gvisor.dev/":                   "sync/linksim",
	"github.com/andybalholm/brotli": "forms/squeeze",
	"github.com/antchfx/":           "cmd/barazad",                               // the baseline of "bench forms"
	"rsc.io/qr":                     "app/workspace forms/barcode forms/typeset", // there to be read again
	"github.com/fyne-io/oksvg":      "forms/imagemap",
	"github.com/srwiley/rasterx":    "forms/imagemap",
	"github.com/makiuchi-d/gozxing": "forms/barcode",
	"go.etcd.io/bbolt":              "storage/powercut", // to compare with
	"github.com/hanwen/go-fuse":     "storage/powercut",
}

// TestLayers reads the sources itself rather than asking "go list": the go
// command reruns a cached test when a file the test opened has changed, but
// does not see what a child process read. It also covers every platform's
// files at once.
func TestLayers(t *testing.T) {
	for file, f := range sources(t, parser.ImportsOnly) {
		part := partOf(file)
		may, known := layerOf(part)
		if !known {
			t.Errorf("%s: add a line to layers for %s", file, part)
		}
		for _, spec := range f.Imports {
			imp, _ := strconv.Unquote(spec.Path.Value)
			for _, fault := range misplaced(part, may, imp) {
				t.Errorf("%s: %s", file, fault)
			}
		}
	}
}

// misplaced says what is wrong with part importing imp.
func misplaced(part, may, imp string) (faults []string) {
	if own, ok := strings.CutPrefix(imp, module); ok && !listed(may, own) {
		faults = append(faults, part+" must not import "+own)
	}
	for outside, home := range homes {
		if strings.HasPrefix(imp, outside) && !listed(home, part) {
			faults = append(faults, imp+" belongs to "+home+" alone")
		}
	}
	return faults
}

// TestForbiddenImportsAreNoticed tests the test.
func TestForbiddenImportsAreNoticed(t *testing.T) {
	for _, c := range []struct {
		part, imp string
		faulty    bool
	}{
		{"sync/hub", "baraza.example/storage", true},
		{"forms/session", "baraza.example/sync/batch", true},
		{"forms/session", "baraza.example/forms/xpath", false},
		{"storage", "baraza.example/forms/contribution", false},
		{"storage", "github.com/dgraph-io/badger/v4", false},
		{"app/workspace", "github.com/dgraph-io/badger/v4", true},
		{"app", "fyne.io/fyne/v2/widget", false},
		{"app", "fyne.io/fyne/v2/app", true},
		{"cmd/barazad", "baraza.example/sync/central/sqlstore", false},
	} {
		may, known := layerOf(c.part)
		if !known {
			t.Errorf("%s has no line in layers", c.part)
		}
		if got := len(misplaced(c.part, may, c.imp)) > 0; got != c.faulty {
			t.Errorf("%s importing %s: faulty is %v, want %v", c.part, c.imp, got, c.faulty)
		}
	}
	if _, known := layerOf("util"); known {
		t.Error("an unknown part of the tree passes as known")
	}
}

// TestPackageComments asks every package to say what it is.
func TestPackageComments(t *testing.T) {
	commented := map[string]bool{}
	for file, f := range sources(t, parser.ParseComments|parser.PackageClauseOnly) {
		part := partOf(file)
		commented[part] = commented[part] || introduces(f)
	}
	for part, ok := range commented {
		if !ok {
			t.Errorf("%s: no file says what the package is (\"// Package %s …\" or \"// Command %[2]s …\")", part, path.Base(part))
		}
	}
}

func introduces(f *ast.File) bool {
	if f.Doc == nil {
		return false
	}
	words := strings.Fields(f.Doc.Text())
	return len(words) > 3 && (words[0] == "Package" && words[1] == f.Name.Name || words[0] == "Command" && f.Name.Name == "main")
}

// TestNoReplace keeps "go install" and vendoring by others possible.
func TestNoReplace(t *testing.T) {
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse("go.mod", text, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range mod.Replace {
		t.Errorf("go.mod line %d replaces %s", r.Syntax.Start.Line, r.Old.Path)
	}
}

// sources parses every source file that is not a test, by slash path.
func sources(t *testing.T, mode parser.Mode) map[string]*ast.File {
	files := map[string]*ast.File{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && file != "." && (name == "testdata" || name[0] == '.' || name[0] == '_') {
			return fs.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, mode)
		files[filepath.ToSlash(file)] = f
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("found no sources")
	}
	return files
}

func partOf(file string) string {
	if part := path.Dir(file); part != "." {
		return part
	}
	return "main"
}

func layerOf(part string) (may string, known bool) {
	for p := part; p != "."; p = path.Dir(p) {
		if may, known = layers[p]; known {
			return may, true
		}
	}
	return "", false
}

func listed(list, pkg string) bool {
	return slices.ContainsFunc(strings.Fields(list), func(item string) bool {
		dir, deep := strings.CutSuffix(item, "...")
		dir = strings.TrimSuffix(dir, "/")
		return pkg == dir || deep && (dir == "" || strings.HasPrefix(pkg, dir+"/"))
	})
}
