package webform_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"baraza.example/forms"
	"baraza.example/forms/session"
	"baraza.example/forms/webform"
	"baraza.example/forms/xlsform"
)

// A shelf is a Keeper in memory.
type shelf struct {
	def  *forms.Definition
	file func(string) ([]byte, error)

	mu     sync.Mutex
	drafts map[string]session.Draft
	opened int
	saves  int
	done   []session.Submission
	broken error // what Save fails with

	files   []string // contents
	refuses error    // what Attach fails with
}

type held struct {
	s     *session.Session
	shelf *shelf
	key   string
}

func (s *shelf) options(languages []string) session.Options {
	return session.Options{Languages: languages, File: s.file}
}

func (s *shelf) Begin(ctx context.Context, key string, languages ...string) (webform.Response, error) {
	one, err := session.Start(s.def, s.options(languages))
	if err != nil {
		return nil, err
	}
	h := &held{one, s, key}
	return h, h.Save(ctx)
}

func (s *shelf) Open(_ context.Context, key string, languages ...string) (webform.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened++
	d, ok := s.drafts[key]
	if !ok {
		return nil, webform.ErrNoResponse
	}
	one, err := session.Resume(s.def, d, s.options(languages))
	return &held{one, s, key}, err
}

func (s *shelf) Code(_ context.Context, code string) (webform.Standing, error) {
	switch code {
	case "0A1B2-C3D4E":
		return webform.Standing{Known: true, Received: true, At: time.Unix(1_800_000_000, 0), Road: "Radio Amani"}, nil
	case "00000-00000":
		return webform.Standing{}, nil
	}
	return webform.Standing{}, webform.ErrNoResponse
}

func (h *held) Session() *session.Session { return h.s }

func (h *held) Save(context.Context) error {
	h.shelf.mu.Lock()
	defer h.shelf.mu.Unlock()
	if h.shelf.broken != nil {
		return h.shelf.broken
	}
	h.shelf.saves++
	h.shelf.drafts[h.key] = h.s.Draft()
	return nil
}

func (h *held) Attach(ctx context.Context, ref forms.Ref, name string, content io.Reader) error {
	raw, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	if h.shelf.refuses != nil {
		return h.shelf.refuses
	}
	if err := h.s.Set(ref, name); err != nil {
		return err
	}
	h.shelf.mu.Lock()
	h.shelf.files = append(h.shelf.files, string(raw))
	h.shelf.mu.Unlock()
	return h.Save(ctx)
}

func (h *held) Finish(context.Context, string) (string, []session.Violation, error) {
	done, found := h.s.Finalize()
	if len(found) > 0 {
		return "", found, nil
	}
	h.shelf.mu.Lock()
	defer h.shelf.mu.Unlock()
	delete(h.shelf.drafts, h.key)
	h.shelf.done = append(h.shelf.done, done)
	return "0A1B2-C3D4E", nil, nil
}

// A site is the pages behind a server, and phone a browser with cookies.
type site struct {
	*shelf
	t       testing.TB
	url     string
	handler http.Handler
}

func newSite(t testing.TB, form string, o webform.Options) *site {
	t.Helper()
	wb, err := xlsform.OpenMarkdown(form)
	if err != nil {
		t.Fatal(err)
	}
	def, found := xlsform.Read(wb)
	if err := forms.Usable(found); err != nil {
		t.Fatal(err)
	}
	s := &site{shelf: &shelf{def: def, drafts: map[string]session.Draft{}}, t: t}
	s.serve(o)
	return s
}

// serve begins again, as after a restart: the shelf alone is left.
func (s *site) serve(o webform.Options) {
	s.t.Helper()
	o.Keeper, o.Secret, o.Title, o.Host, o.Foreign = s.shelf, []byte("sixteen bytes and some"), "A consultation", "Radio Amani", true
	pages, err := webform.New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.handler = pages.Handler()
	server := httptest.NewServer(s.handler)
	s.t.Cleanup(server.Close)
	s.url = server.URL
}

type phone struct {
	*site
	client *http.Client
	at     string // path of the page that is shown
	page   string
	status int
	header http.Header
}

func (s *site) phone() *phone {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &phone{site: s, client: &http.Client{Jar: jar}}
}

func (p *phone) take(r *http.Response, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	var b strings.Builder
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			break
		}
	}
	p.at, p.page, p.status, p.header = r.Request.URL.Path, b.String(), r.StatusCode, r.Header
}

func (p *phone) get(path string) *phone { p.t.Helper(); p.take(p.client.Get(p.url + path)); return p }

var hidden = regexp.MustCompile(`name="(mark|shown)" value="([^"]*)"`)

// send sends the form on the page with these fields.
func (p *phone) send(to string, fields ...string) *phone {
	p.t.Helper()
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(p.page, -1) {
		form.Set(m[1], m[2])
	}
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] == "shown" {
			form.Del("shown")
		}
		form.Add(fields[i], fields[i+1])
	}
	p.take(p.client.PostForm(p.url+to, form))
	return p
}

func (p *phone) sees(words ...string) {
	p.t.Helper()
	for _, w := range words {
		if !strings.Contains(p.page, w) {
			p.t.Errorf("%s does not show %q:\n%s", p.at, w, p.page)
		}
	}
}

func (p *phone) seesNot(words ...string) {
	p.t.Helper()
	for _, w := range words {
		if strings.Contains(p.page, w) {
			p.t.Errorf("%s shows %q:\n%s", p.at, w, p.page)
		}
	}
}

// code is the one that is shown in the page's head.
func (p *phone) code() string {
	p.t.Helper()
	m := regexp.MustCompile(`<strong dir="ltr">([0-9A-Z]{4}-[0-9A-Z]{4})</strong>`).FindStringSubmatch(p.page)
	if m == nil {
		p.t.Fatalf("no code on %s:\n%s", p.at, p.page)
	}
	return m[1]
}

const village = `
| survey |                 |         |                    |                |          |             |
|        | type            | name    | label::English (en)| label::Arabic (ar) | required | relevant | constraint |
|        | begin_group     | who     | Who you are        | من أنت         |          |             |   |
|        | text            | name    | Name               | الاسم          | yes      |             |   |
|        | select_one yn   | home    | At home?           | في البيت؟      |          |             |   |
|        | integer         | age     | How old?           | كم العمر؟      |          | ${home}='y' | . < 120  |
|        | end_group       |         |                    |                |          |             |   |
|        | begin_group     | views   | Your views         | آراؤك          |          |             |   |
|        | text            | view    | What do you think? | ما رأيك؟       |          |             |   |
|        | select_multiple c | likes | What do you like?  | ماذا تحب؟      |          |             |   |
|        | end_group       |         |                    |                |          |             |   |
|        | begin_repeat    | child   | Children           | الأطفال        |          |             |   |
|        | text            | first   | First name         | الاسم الأول    |          |             |   |
|        | end_repeat      |         |                    |                |          |             |   |
| choices |                |         |                    |                |          |             |   |
|        | list_name       | name    | label::English (en)| label::Arabic (ar) |      |             |   |
|        | yn              | y       | Yes                | نعم            |          |             |   |
|        | yn              | n       | No                 | لا             |          |             |   |
|        | c               | tea     | Tea                | شاي            |          |             |   |
|        | c               | milk    | Milk               | حليب           |          |             |   |
| settings |               |         |                    |                |          |             |   |
|        | form_title      | form_id | default_language   |                |          |             |   |
|        | Village         | village | English (en)       |                |          |             |   |
`

func (s *shelf) draft() session.Draft {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.drafts {
		return d
	}
	return session.Draft{}
}

func (p *phone) sendInto(status *int, to string) { p.t.Helper(); p.send(to); *status = p.status }

func (p *phone) fromElsewhere(to string) {
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(p.page, -1) {
		form.Set(m[1], m[2])
	}
	r, _ := http.NewRequest(http.MethodPost, p.url+to, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://evil.example")
	p.take(p.client.Do(r))
}
