package webform_test

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"baraza.example/forms/session"
	"baraza.example/forms/webform"
)

const boats = `
| survey |              |         |                    |          |
|        | type         | name    | label              | required |
|        | text         | lake    | Which lake?        |          |
|        | image        | boat    | A picture of it    | yes      |
|        | begin_repeat | papers  | Papers             |          |
|        | file         | paper   | A paper            |          |
|        | text         | about   | What it is about   |          |
|        | end_repeat   |         |                    |          |
| settings |            |         |                    |          |
|        | form_title   | form_id |                    |          |
|        | Boats        | boats   |                    |          |
`

// sendFile sends the page for a file as a browser does.
func (p *phone) sendFile(at, name, content string) *phone {
	p.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, h := range hidden.FindAllStringSubmatch(p.page, -1) {
		_ = m.WriteField(h[1], h[2])
	}
	_ = m.WriteField("at", at)
	w, err := m.CreateFormFile("file", name)
	if err != nil {
		p.t.Fatal(err)
	}
	_, _ = w.Write([]byte(content))
	_ = m.Close()
	p.take(p.client.Post(p.url+"/file", m.FormDataContentType(), &b))
	return p
}

func TestAFileIsGivenOnAPageOfItsOwn(t *testing.T) {
	s := newSite(t, boats, webform.Options{})
	p := s.phone().get("/").send("/begin")
	p.sees("A picture of it", `value="file:/data/boat"`)
	p.send("/page/1", "/data/lake", "Nalubaale", "go", "file:/data/boat")
	if p.at != "/file" || !strings.Contains(string(s.draft().XML), "Nalubaale") {
		t.Fatalf("%s: %s", p.at, s.draft().XML)
	}
	p.sees("A picture of it", `enctype="multipart/form-data"`, `accept="image/*"`, "At most 5")
	p.sendFile("/data/boat", "boat.png", "a picture")
	if p.at != "/page/1" {
		t.Fatalf("after the file stands %s:\n%s", p.at, p.page)
	}
	p.sees("boat.png", `value="drop:/data/boat"`, `value="Nalubaale"`)
	if len(s.files) != 1 || s.files[0] != "a picture" || !strings.Contains(string(s.draft().XML), ">boat.png</boat>") {
		t.Errorf("%q, %s", s.files, s.draft().XML)
	}
	// What else is sent with the page takes no file's place.
	p.send("/page/1", "/data/boat", "forged.png", "go", "stay").sees("boat.png")
	p.seesNot("forged.png")
	p.send("/page/1", "go", "drop:/data/boat").seesNot("boat.png")
	p.send("/page/1", "go", "drop:/data/lake").sees(`value="Nalubaale"`) // no file
	p.send("/page/1", "go", "review").sees("A picture of it")            // it is required
	// Nor can a file be given where none is asked for.
	for _, at := range []string{"/data/lake", "/data/nowhere", "", "/data"} {
		p.get("/page/1").sendFile(at, "x", "x")
		if p.at != "/page/1" || len(s.files) != 1 {
			t.Errorf("a file for %q: %s, %d kept", at, p.at, len(s.files))
		}
	}
}

func TestAFileThatIsNotTakenIsSaidAndCostsNoAnswer(t *testing.T) {
	s := newSite(t, boats, webform.Options{Limits: webform.Limits{File: 64 << 10, Files: 8}})
	p := s.phone().get("/").send("/begin")
	p.send("/page/1", "/data/lake", "Nalubaale", "go", "file:/data/boat")
	ask := func() *phone { return p.get("/file?at=%2Fdata%2Fboat") }
	ask().sendFile("/data/boat", "large.png", strings.Repeat("x", 64<<10+1))
	p.sees("more than", "was not taken", `role="alert"`)
	ask().sendFile("/data/boat", "", "no name")
	p.sees("No file came")
	ask().sendFile("/data/boat", "empty.png", "")
	p.sees("No file came")
	for err, words := range map[error]string{
		fmt.Errorf("%w: heic", webform.ErrFilePicture):            "JPEG and PNG",
		webform.ErrFilesFull:                                      "no room",
		&session.Violation{Ref: "/data/boat", Message: "not now"}: "be taken as it is",
	} {
		s.refuses = err
		ask().sendFile("/data/boat", "boat.heic", "x")
		p.sees(words)
	}
	s.refuses = errors.New("the disk at /secret is full")
	ask().sendFile("/data/boat", "boat.png", "x")
	if p.seesNot("secret"); p.status != http.StatusInternalServerError {
		t.Errorf("status %d", p.status)
	}
	s.refuses = nil
	if len(s.files) != 0 || !strings.Contains(string(s.draft().XML), "Nalubaale") {
		t.Errorf("%d files, %s", len(s.files), s.draft().XML)
	}
	ask().sendFile("/data/boat", "boat.png", strings.Repeat("x", 64<<10)) // just so many
	p.sees("boat.png")
	ask().sendFile("/data/boat", "more.png", "x")
	if p.status != http.StatusTooManyRequests {
		t.Errorf("the ninth file in ten minutes: %d", p.status)
	}
}

func TestAFileNeedsTheMarkOfItsVisit(t *testing.T) {
	s := newSite(t, boats, webform.Options{})
	p := s.phone().get("/").send("/begin")
	p.page = ""
	if p.sendFile("/data/boat", "boat.png", "x"); p.status != http.StatusForbidden || len(s.files) != 0 {
		t.Errorf("without a mark: %d, %d files", p.status, len(s.files))
	}
	p.get("/page/1")
	r, _ := http.NewRequest(http.MethodPost, s.url+"/file", strings.NewReader("no parts"))
	r.Header.Set("Content-Type", "text/plain")
	if p.take(p.client.Do(r)); p.status != http.StatusBadRequest {
		t.Errorf("without parts: %d", p.status)
	}
}

// FuzzPost sends what a hostile phone may send: every answer has a status that says
// whose fault it was, and what somebody else writes is left alone.
func FuzzPost(f *testing.F) {
	f.Add("/page/1", "application/x-www-form-urlencoded", "shown=/data/lake&/data/lake=x&go=next")
	f.Add("/page/1", "application/x-www-form-urlencoded", "shown=/data/papers[1]/about&go=add:/data/papers")
	f.Add("/page/99", "application/x-www-form-urlencoded", "shown=/data/papers[1]/about&go=remove:/data/papers[9]")
	f.Add("/continue", "application/x-www-form-urlencoded", "code=0000-0000")
	f.Add("/file", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"at\"\r\n\r\n/data/boat\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../x\"\r\n\r\nx\r\n--b--\r\n")
	f.Add("/finish", "application/x-www-form-urlencoded", "")
	s, other, mine := fuzzed(f)
	f.Fuzz(func(t *testing.T, to, kind, body string) {
		if !strings.HasPrefix(to, "/") {
			return
		}
		u, err := url.Parse(s.url)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		if r.URL, err = url.Parse(to); err != nil || r.URL.Host != "" {
			return
		}
		r.Host = u.Host
		r.Header.Set("Content-Type", kind)
		if !strings.HasPrefix(kind, "multipart/") {
			r = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body+"&mark="+mine.mark))
			r.URL, _ = url.Parse(to)
			r.Host = u.Host
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for _, c := range mine.client.Jar.Cookies(u) {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != http.StatusServiceUnavailable || len(w.Body.String()) > webform.PageBytes {
			t.Errorf("POST %q: %d, %d bytes", to, w.Code, w.Body.Len())
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if xml := string(s.drafts[other].XML); !strings.Contains(xml, "Wanjiku") {
			t.Errorf("POST %q changed another's answers: %s", to, xml)
		}
	})
}

type visitor struct {
	client *http.Client
	mark   string
}

// fuzzed is a site on which two people write; it says under which key the first one
// does, and returns the second.
func fuzzed(f *testing.F) (s *site, other string, mine visitor) {
	s = newSite(f, boats, webform.Options{Limits: webform.Limits{Begin: 1 << 30, Guess: 1 << 30, Files: 1 << 30}})
	s.phone().get("/").send("/begin").send("/page/1", "/data/lake", "Wanjiku", "go", "next")
	for key := range s.drafts {
		other = key
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		f.Fatal(err)
	}
	p := &phone{site: s, client: &http.Client{Jar: jar}}
	p.get("/").send("/begin")
	return s, other, visitor{p.client, hidden.FindStringSubmatch(p.page)[2]}
}
