package central

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"time"

	"baraza.example/assets"
)

// The files of assets.Web.
const (
	styleFile   = "style.css"
	frameFile   = "frame.html"
	wordsFile   = "en.json"
	pagesInLang = "en"
)

// A look is how pages appear: templates, words and the stylesheet.
type look struct {
	pages map[string]*template.Template
	words words
	style []byte
	tag   string // of the style: it may be kept until it changes
}

// Words are the pages' texts by key, as Printf formats. All of them stand in one
// file, so that another language is another file.
type words map[string]string

// word returns the text of key. A missing one shows its key, and a test finds it.
func (w words) word(key string, args ...any) string {
	text, ok := w[key]
	switch {
	case !ok:
		return key
	case len(args) == 0:
		return text
	}
	return fmt.Sprintf(text, args...)
}

// wordOr is the text of a key made from data, or the data itself.
func (w words) wordOr(group, value string) string {
	if text, ok := w[group+"."+value]; ok {
		return text
	}
	return value
}

// A view is what a template gets.
type view struct {
	Title   string
	Centre  string
	Account string       // who is logged in
	Keyed   bool         // the desk opens records
	Public  *publicWords // of a page of the public listener
	Body    any
}

// theLook is read once: centres share it.
var theLook = sync.OnceValue(readLook)

// readLook reads the embedded files, which tests have read before.
func readLook() look {
	l := look{pages: map[string]*template.Template{}, words: words{}}
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	text, err := fs.ReadFile(assets.Web, wordsFile)
	must(err)
	must(json.Unmarshal(text, &l.words))
	l.style, err = fs.ReadFile(assets.Web, styleFile)
	must(err)
	sum := sha256.Sum256(l.style)
	l.tag = hex.EncodeToString(sum[:6])
	files, err := fs.Glob(assets.Web, "*.html")
	must(err)
	functions := template.FuncMap{"word": l.words.word, "wordOr": l.words.wordOr, "time": stamp, "moment": func(at int64) template.HTML { return stamp(time.Unix(at, 0)) },
		"dir": direction, "inc": func(i int) int { return i + 1 },
		"style": func() string { return "/" + styleFile + "?" + l.tag }, "pageLanguage": func() string { return pagesInLang }}
	for _, file := range files {
		if file != frameFile {
			t, err := template.New(frameFile).Funcs(functions).Option("missingkey=error").ParseFS(assets.Web, frameFile, file)
			must(err)
			l.pages[strings.TrimSuffix(file, ".html")] = t
		}
	}
	return l
}

// show writes a page, whole or not at all.
func (l look) show(w http.ResponseWriter, status int, name string, v view) error {
	var b bytes.Buffer
	if err := l.pages[name].ExecuteTemplate(&b, frameFile, v); err != nil {
		return fmt.Errorf("make the page %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	spoken := pagesInLang
	if v.Public != nil {
		spoken = v.Public.Language().Code
	}
	w.Header().Set("Content-Language", spoken)
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the other side has gone: nobody to tell
	return nil
}

func (l look) serveStyle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	if r.URL.RawQuery == l.tag {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(l.style) // as above
}

// stamp writes a moment so that it reads the same in every language.
func stamp(t time.Time) template.HTML {
	if t.IsZero() {
		return "–"
	}
	t = t.UTC()
	return template.HTML(`<time datetime="` + t.Format(time.RFC3339) + `">` + t.Format("2006-01-02 15:04") + ` UTC</time>`)
}

// rightToLeft are languages written that way.
var rightToLeft = map[string]bool{"ar": true, "arc": true, "ckb": true, "dv": true, "fa": true, "he": true, "ks": true, "nqo": true,
	"ps": true, "sd": true, "syr": true, "ug": true, "ur": true, "yi": true}

// direction is the dir attribute for words in a language: for most, what their
// own letters say, because what people call their language is not always what
// they write.
func direction(language string) string {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	if rightToLeft[base] {
		return "rtl"
	}
	return "auto"
}

// languageTag is the tag in a form's name of a language: "en" of "English (en)".
func languageTag(name string) string {
	_, tag, ok := strings.Cut(name, "(")
	if !ok {
		return ""
	}
	return tagOnly(strings.TrimSuffix(tag, ")"))
}

// tagOnly is a language tag (BCP 47) as far as its letters go, or nothing.
func tagOnly(tag string) string {
	if len(tag) > 35 || strings.ContainsFunc(tag, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
	}) {
		return ""
	}
	return tag
}
