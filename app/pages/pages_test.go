package pages_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"baraza.example/app/pages"
	"baraza.example/app/workspace"
	"baraza.example/forms/formstest"
)

// A browser is that of the person, or of another one on the same computer.
type browser struct {
	t *testing.T
	c *http.Client
	// the page that is shown
	at, text string
}

func newBrowser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, c: &http.Client{Jar: jar}}
}

func (b *browser) shows(r *http.Response, err error) int {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.at, b.text = r.Request.URL.Path, string(raw)
	return r.StatusCode
}

var hidden = regexp.MustCompile(`type="hidden" name="(\w+)" value="([^"]*)"`)

// send sends the form of the page that is shown.
func (b *browser) send(to string, fields url.Values) {
	b.t.Helper()
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(b.text, -1) {
		form.Set(m[1], m[2])
	}
	for k, v := range fields {
		form[k] = v
	}
	if code := b.shows(b.c.PostForm(to, form)); code != http.StatusOK {
		b.t.Fatalf("%s: %d\n%s", to, code, b.text)
	}
}

func (b *browser) sees(words ...string) {
	b.t.Helper()
	for _, w := range words {
		if !strings.Contains(b.text, w) {
			b.t.Errorf("%q is not on the page:\n%s", w, b.text)
		}
	}
}

func boats(t *testing.T) workspace.Form {
	t.Helper()
	f, err := workspace.NewForm(formstest.Table(`
		| survey   | type    | name      | label           |
		|          | text    | lake      | Which lake?     |
		|          | integer | boats     | How many boats? |
		| settings | form_id | form_title |
		|          | boats   | Boats      |`), nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func start(t *testing.T, w *workspace.Workspace, f workspace.Form) (p *pages.Pages, address string) {
	t.Helper()
	p = pages.New(pages.Options{Work: w, Form: f, Title: "Boats", Why: "pages.no_opengl"})
	address, err := p.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p, address
}

// Somebody whose computer can show no window writes in the browser, and finds it
// where the window would have kept it.
func TestWithoutAWindowOneGoesOnInTheBrowser(t *testing.T) {
	f := boats(t)
	w, err := workspace.Open(t.Context(), t.TempDir(), workspace.Options{Forms: []workspace.Form{f}})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	_, address := start(t, w, f)
	root, _, _ := strings.Cut(address, "/?")
	b := newBrowser(t)
	b.shows(b.c.Get(address))
	b.shows(b.c.Get(root + "/"))
	b.sees("has no OpenGL 2.1", "Whose device is this?")
	c := newBrowser(t)
	c.c = b.c
	if c.shows(c.c.Get(root + "/style.css")); !strings.Contains(c.text, "font") {
		t.Errorf("the first page has no style: %s", c.text)
	}
	b.send(root+"/own/name", url.Values{"name": {"Kibera Women’s Network"}})
	b.sees("Kibera Women’s Network", "Answer the questionnaire", "Join with an invite")
	b.send(root+"/own/begin", nil)
	b.sees("Which lake?")
	b.send(root+b.at, url.Values{"go": {"leave"}, "/data/lake": {"Nalubaale"}})
	briefs, err := w.Briefs(t.Context())
	if err != nil || len(briefs) != 1 {
		t.Fatalf("in the store: %v, %v", briefs, err)
	}
	b.shows(b.c.Get(root + "/"))
	b.sees("draft", "Go on")
	b.send(root+"/own/draft", nil)
	b.sees("Nalubaale")
	b.send(root+b.at, url.Values{"go": {"next"}, "/data/boats": {"12"}})
	b.send(root+"/finish", nil)
	b.sees("sealed once you have joined")
	b.shows(b.c.Get(root + "/"))
	b.sees("on this device", "Waits for an invite")
	items, err := w.Items(t.Context())
	if err != nil || len(items) != 1 {
		t.Fatalf("made ready: %v, %v", items, err)
	}
	if s, err := w.Read(t.Context(), items[0].Name); err != nil {
		t.Errorf("one's own response can't be read: %v", err)
	} else if n, _ := s.Response.Node("/data/lake"); n.Value != "Nalubaale" {
		t.Errorf("it says %q", n.Value)
	}
	b.send(root+"/own/join", url.Values{"invite": {"nonsense"}})
	b.sees("This is not an invite")
}

// Others on the same computer, and pages of other sites, get nothing.
func TestThePagesAreForOnePersonAlone(t *testing.T) {
	f := boats(t)
	w, err := workspace.Open(t.Context(), t.TempDir(), workspace.Options{Forms: []workspace.Form{f}})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.SetUp(t.Context(), "Radio Mwalo", ""); err != nil {
		t.Fatal(err)
	}
	_, address := start(t, w, f)
	root, _, _ := strings.Cut(address, "/?")
	b := newBrowser(t)
	for _, path := range []string{"/", "/page/1", "/review", "/style.css", "/?key=", "/?key=AAAA"} {
		if code := b.shows(b.c.Get(root + path)); code != http.StatusForbidden || strings.Contains(b.text, "Mwalo") {
			t.Errorf("%s without the key: %d %s", path, code, b.text)
		}
	}
	for name, change := range map[string]func(r *http.Request){
		"another name":    func(r *http.Request) { r.Host = "evil.example" },
		"another origin":  func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"without the key": func(*http.Request) {},
	} {
		c := newBrowser(t)
		if name != "without the key" {
			c.shows(c.c.Get(address))
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, root+"/own/begin", nil)
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		if code := c.shows(c.c.Do(r)); code < 400 {
			t.Errorf("a post with %s: %d", name, code)
		}
	}
	if briefs, err := w.Briefs(t.Context()); err != nil || len(briefs) != 0 {
		t.Errorf("it began %v, %v", briefs, err)
	}
}
