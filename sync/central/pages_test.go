package central_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"baraza.example/assets"
	"baraza.example/forms"
	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/central/sqlstore"
	"baraza.example/sync/identity"
)

const (
	reader     = "amina"
	passphrase = "a long enough phrase"
)

// A site is a desk's pages, served, with a browser's cookies.
type site struct {
	*centre
	t      *testing.T
	desk   *central.Desk
	store  *sqlstore.Store
	url    string
	client *http.Client
	clock  time.Time
}

// site serves the desk of a centre with one account; with keys or without.
func newSite(t *testing.T, keyed bool, defs ...*forms.Definition) *site {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "centre.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	s := &site{centre: newCentre(t, store), t: t, store: store, clock: time.Unix(1_800_000_000, 0)}
	s.desk = s.centre.desk(t, defs...)
	if !keyed {
		s.desk.Keys = nil
	}
	if err := store.PutAccount(t.Context(), cheapAccount(passphrase)); err != nil {
		t.Fatal(err)
	}
	pages := central.NewDeskPages(central.DeskPagesOptions{Desk: s.desk, Accounts: store, Centre: "Secretariat", Now: func() time.Time { return s.clock }})
	server := httptest.NewServer(pages.Handler())
	t.Cleanup(server.Close)
	s.url, s.client = server.URL, server.Client()
	s.client.Jar, err = cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// cheapAccount is the reader's, with a verifier that costs next to nothing.
func cheapAccount(phrase string) central.Account {
	salt := []byte("salt of " + phrase)
	hash := argon2.IDKey([]byte(phrase), salt, 1, 64, 1, 32)
	return central.Account{Name: reader, Role: central.Viewer, Verifier: fmt.Sprintf("$argon2id$v=19$m=64,t=1,p=1$%s$%s",
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash))}
}

// ask sends a request as a browser would and follows where it leads.
func (s *site) ask(method, path string, form url.Values, headers ...string) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return w, string(body)
}

func (s *site) login() {
	s.t.Helper()
	if w, body := s.ask("POST", "/login", url.Values{"name": {reader}, "passphrase": {passphrase}, "next": {"/"}}); w.StatusCode != 200 || w.Request.URL.Path != "/" {
		s.t.Fatalf("%d %s: %s", w.StatusCode, w.Request.URL, body)
	}
}

func TestNothingIsReadWithoutALogin(t *testing.T) {
	s := newSite(t, true)
	r := s.device(t, "Radio Maisha").respond("uuid:1", 1, "<a>what they said</a>")
	for _, path := range []string{"/", "/item/" + r.ID.String(), "/item/" + r.ID.Code(), "/item/" + r.ID.Code() + "/file/1", "/table.csv?kind=response", "/received.json", "/nowhere"} {
		if w, body := s.ask("GET", path, nil); w.Request.URL.Path != "/login" || strings.Contains(body, "Maisha") || strings.Contains(body, "what they said") {
			t.Errorf("%s leads to %s: %s", path, w.Request.URL, body)
		}
		if w, _ := s.ask("GET", path, nil, "Accept", "*/*"); w.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s without a browser: %d", path, w.StatusCode)
		}
	}
	s.login()
	if _, body := s.ask("GET", "/", nil); !strings.Contains(body, "Radio Maisha") {
		t.Errorf("after the login: %s", body)
	}
	if w, body := s.ask("GET", "/item/"+r.ID.Code(), nil); w.StatusCode != 200 || !strings.Contains(body, "what they said") {
		t.Errorf("after the login: %d %s", w.StatusCode, body)
	}
	s.ask("POST", "/logout", nil)
	if w, _ := s.ask("GET", "/", nil); w.Request.URL.Path != "/login" {
		t.Error("still in after the logout")
	}
}

func TestALoginEndsWithItsAccount(t *testing.T) {
	s := newSite(t, true)
	s.login()
	if err := s.store.PutAccount(t.Context(), cheapAccount("another long phrase")); err != nil {
		t.Fatal(err)
	}
	if w, _ := s.ask("GET", "/", nil); w.Request.URL.Path != "/login" {
		t.Error("in with a passphrase that was replaced")
	}
	if w, _ := s.ask("POST", "/login", url.Values{"name": {reader}, "passphrase": {"another long phrase"}, "next": {"/"}}); w.Request.URL.Path != "/" {
		t.Error("the new passphrase is refused")
	}
	if err := s.store.RemoveAccount(t.Context(), reader); err != nil {
		t.Fatal(err)
	}
	if w, body := s.ask("GET", "/", nil); w.Request.URL.Path != "/login" || !strings.Contains(body, "barazad central user add") {
		t.Errorf("in without an account: %s", body)
	}
}

func TestWhoGuessesHasToWait(t *testing.T) {
	s := newSite(t, true)
	guess := func(name, phrase string) (int, string, string) {
		w, body := s.ask("POST", "/login", url.Values{"name": {name}, "passphrase": {phrase}})
		return w.StatusCode, w.Header.Get("Retry-After"), body
	}
	for _, name := range []string{reader, "nobody"} {
		for range 3 {
			if status, _, body := guess(name, "wrong"); status != http.StatusForbidden || !strings.Contains(body, "is not right") {
				t.Fatalf("%s: %d %s", name, status, body)
			}
		}
		if status, wait, body := guess(name, passphrase); status != http.StatusTooManyRequests || wait != "2" || !strings.Contains(body, "wait 2 seconds") {
			t.Errorf("%s, at once: %d after %s: %s", name, status, wait, body)
		}
	}
	s.clock = s.clock.Add(2 * time.Second)
	if status, _, _ := guess(reader, "wrong"); status != http.StatusForbidden {
		t.Errorf("after the wait: %d", status)
	}
	if status, wait, _ := guess(reader, passphrase); status != http.StatusTooManyRequests || wait != "4" {
		t.Errorf("it does not grow: %d after %s", status, wait)
	}
	s.clock = s.clock.Add(4 * time.Second)
	s.login()
}

func TestOtherSitesCanDoNothingHere(t *testing.T) {
	s := newSite(t, true)
	form := url.Values{"name": {reader}, "passphrase": {passphrase}}
	for _, foreign := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "", "Origin", "https://evil.example"}} {
		if w, _ := s.ask("POST", "/login", form, foreign...); w.StatusCode != http.StatusForbidden || len(w.Cookies()) > 0 {
			t.Errorf("%v: %d", foreign, w.StatusCode)
		}
	}
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for next, want := range map[string]string{"/?kind=response": "/?kind=response", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "": "/", "/login": "/", "/\t/evil.example": "/"} {
		form.Set("next", next)
		w, _ := s.ask("POST", "/login", form)
		if got := w.Header.Get("Location"); got != want {
			t.Errorf("%q leads to %q", next, got)
		}
		for _, c := range w.Cookies() {
			if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || !c.Expires.IsZero() {
				t.Errorf("cookie %v", c)
			}
		}
	}
}

func TestEveryAnswerOfTheDeskIsClosed(t *testing.T) {
	s := newSite(t, true)
	s.login()
	for _, path := range []string{"/", "/?kind=nothing", "/item/nonsense", "/item/00000-00000", "/login", "/style.css", "/table.csv?kind=response", "/nowhere", "/received.json"} {
		w, body := s.ask("GET", path, nil)
		policy := w.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "script") || strings.Contains(policy, "unsafe") ||
			w.Header.Get("X-Content-Type-Options") != "nosniff" || w.Header.Get("Referrer-Policy") != "same-origin" ||
			w.Header.Get("Cache-Control") == "" || strings.Contains(body, "<script") || strings.Contains(body, "style=") {
			t.Errorf("%s: %v\n%s", path, w.Header, body)
		}
	}
}

// Without a key nothing can be opened, and the pages say so.
func TestADeskWithoutAKeyListsWhatCameInSealed(t *testing.T) {
	s := newSite(t, false)
	r := s.device(t, "Radio Maisha").respond("uuid:1", 1, "<a>what they said</a>")
	for _, path := range []string{"/", "/item/" + r.ID.Code()} {
		w, body := s.ask("GET", path, nil)
		if w.StatusCode != 200 || !strings.Contains(body, r.ID.Code()) || strings.Contains(body, "Maisha") || strings.Contains(body, "what they said") {
			t.Errorf("%s: %d %s", path, w.StatusCode, body)
		}
	}
	if _, body := s.ask("GET", "/", nil); !strings.Contains(body, "--desk-keys") {
		t.Errorf("it does not say what it needs: %s", body)
	}
	w, body := s.ask("GET", "/received.json", nil)
	var got struct{ Code, Road string }
	if err := json.Unmarshal([]byte(body), &got); err != nil || got.Code != r.ID.Code() || got.Road != "direct" || w.Request.URL.Path != "/received.json" {
		t.Errorf("%s: %v", body, err)
	}
}

func TestWhereNothingCameInWordsSayWhatToDo(t *testing.T) {
	s := newSite(t, true)
	s.login()
	if _, body := s.ask("GET", "/", nil); !strings.Contains(body, "Nothing has come in yet.") || !strings.Contains(body, "barazad central invite") ||
		strings.Contains(body, "Shown: 0") || strings.Contains(body, "table.csv") {
		t.Errorf("before anything came in: %s", body)
	}
	s.device(t, "Radio Maisha").respond("uuid:1", 1, "<a>b</a>")
	if _, body := s.ask("GET", "/?kind=contribution", nil); !strings.Contains(body, "No contribution has come in yet.") ||
		strings.Contains(body, "Nothing has come in") || !strings.Contains(body, "table.csv") {
		t.Errorf("without contributions: %s", body)
	}
}

func TestTheListHasPagesAndKinds(t *testing.T) {
	s := newSite(t, true)
	d := s.device(t, "Radio Maisha")
	for i := range 53 {
		d.respond(fmt.Sprintf("uuid:%d", i), 1, "<a>b</a>")
	}
	again := d.respond("uuid:0", 1, "<a>something else</a>")
	s.login()
	count := func(path string) (int, string) {
		_, body := s.ask("GET", path, nil)
		return strings.Count(body, `<tr role="row">`) - 1, body
	}
	n, first := count("/?kind=response")
	if n != 50 || !strings.Contains(first, again.ID.Code()) || !strings.Contains(first, "Please look") || !strings.Contains(first, "Shown: 54. Counted once each: 53.") || !strings.Contains(first, `href="/?kind=response&amp;page=2"`) {
		t.Errorf("%d on the first page: %s", n, first)
	}
	for path, want := range map[string]int{"/?page=2": 4, "/?page=99": 4, "/?page=-1": 50, "/?page=x": 50, "/?kind=contribution": -1} {
		if n, body := count(path); n != want {
			t.Errorf("%s: %d items\n%s", path, n, body)
		}
	}
}

func TestAResponseStandsAsItsFormAsks(t *testing.T) {
	def := questionnaire(t)
	s := newSite(t, true, def)
	sub := fill(t, def, "radio-kiswahili.json")
	hub := batch.Stop{Hub: identity.ID{5}, Time: 1_750_000_000}
	d := s.device(t, "Radio Maisha")
	h := batch.Content{InstanceID: sub.InstanceID, Revision: 1, Ready: 1_700_000_000, Language: "sw", FormID: sub.FormID, Version: sub.Version, Name: sub.InstanceName, Body: sub.XML}
	r := d.submit(batch.KindResponse, h)
	d.send(r, hub)
	s.login()
	_, body := s.ask("GET", "/item/"+r.ID.Code(), nil)
	at := 0
	for _, words := range []string{"Kiswahili (sw)", "2023-11-14 22:13 UTC", "by the device’s clock", "by the centre’s clock", "What the author allowed", "In full, with the author’s name",
		"<h2 lang=\"en\">Questionnaire to interested stakeholders</h2>", ">Question a)</h3>", "a) What criteria could be used", `<dd lang="sw" dir="auto">`, ">Question f)</h3>",
		"Is there anything else that the Working Group should know?", "How these answers came about", "Contacts"} {
		i := strings.Index(body[at:], words)
		if i < 0 {
			t.Errorf("%q is missing after character %d", words, at)
			continue
		}
		at += i
	}
	if regexp.MustCompile(`<h3[^>]*>Question d`).MatchString(body) {
		t.Error("there is no question d")
	}
}

func TestContactsStandOnlyWhereTheyAreAskedFor(t *testing.T) {
	def := questionnaire(t)
	s := newSite(t, true, def)
	sub := fill(t, def, "network-arabic.json")
	r := s.device(t, "d").submit(batch.KindResponse, batch.Content{InstanceID: sub.InstanceID, Revision: 1, Language: "ar", FormID: sub.FormID, Version: sub.Version, Body: sub.XML})
	s.login()
	const address = "chabaka@elwaha.example"
	for path, want := range map[string]bool{"/": false, "/item/" + r.ID.Code(): false, "/item/" + r.ID.Code() + "?contacts=yes": true,
		"/table.csv?kind=response": false, "/table.csv?kind=response&contacts=yes": true} {
		w, body := s.ask("GET", path, nil)
		if strings.Contains(body, address) != want {
			t.Errorf("%s: contacts shown: %v", path, !want)
		}
		if strings.HasPrefix(path, "/table") && (!strings.HasPrefix(body, "\ufeff") || !strings.HasPrefix(w.Header.Get("Content-Disposition"), "attachment")) {
			t.Errorf("%s: %v", path, w.Header)
		}
	}
}

func TestTheAuthorsNotesStandBesideTheAnswers(t *testing.T) {
	s := newSite(t, true)
	d := s.device(t, "d")
	r := d.submit(batch.KindResponse, batch.Content{InstanceID: "uuid:1", Revision: 1, Body: []byte(
		`<data xmlns:b="https://baraza.example/ns/remark" id="f"><x b:note="&lt;b&gt;We mean 2006">1</x><y b:blank="no-opinion"/><z/></data>`)})
	s.login()
	_, body := s.ask("GET", "/item/"+r.ID.Code(), nil)
	for _, want := range []string{"&lt;b&gt;We mean 2006", "No opinion: read"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q does not stand in %s", want, body)
		}
	}
	if strings.Contains(body, "Left empty") || strings.Contains(body, "<b>") {
		t.Errorf("a question without a remark is shown, or a note as markup: %s", body)
	}
}

func TestAttachmentsAreSavedAndNeverShown(t *testing.T) {
	s := newSite(t, true)
	d := s.device(t, "d")
	page := []byte("<script>alert(1)</script>")
	name := "../<b>\r\nX-Evil: 1.html"
	r := d.submit(batch.KindResponse, batch.Content{InstanceID: "uuid:1", Revision: 1, Body: []byte(`<data id="f"><file>x</file></data>`),
		Files: []batch.File{{Name: name, Hash: sha256.Sum256(page), Size: int64(len(page))}}})
	s.login()
	address := "/item/" + r.ID.Code() + "/file/1"
	if w, _ := s.ask("GET", address, nil); w.StatusCode != http.StatusConflict {
		t.Errorf("before it came: %d", w.StatusCode)
	}
	file, leaves := d.Attachment(d.epoch, batch.Manifest{InstanceID: "uuid:1", Name: name, Hash: sha256.Sum256(page), Key: [32]byte{4}}, page)
	d.send(file)
	for _, l := range leaves {
		if err := s.AcceptLeaf(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	w, body := s.ask("GET", address, nil)
	if w.StatusCode != 200 || body != string(page) || w.Header.Get("Content-Type") != "application/octet-stream" || w.Header.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.HasPrefix(w.Header.Get("Content-Security-Policy"), "sandbox;") || !strings.HasPrefix(w.Header.Get("Content-Disposition"), "attachment") || w.Header.Get("X-Evil") != "" {
		t.Errorf("%d %v %q", w.StatusCode, w.Header, body)
	}
	for _, path := range []string{"/item/" + r.ID.Code() + "/file/2", "/item/" + r.ID.Code() + "/file/0", "/item/" + r.ID.Code() + "/file/x", "/item/" + file.ID.String() + "/file/1"} {
		if w, _ := s.ask("GET", path, nil); w.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.StatusCode)
		}
	}
}

// Every word that a page uses stands in the file of words, and no other.
func TestThePagesWordsStandInOnePlace(t *testing.T) {
	text, err := fs.ReadFile(assets.Web, "en.json")
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]string
	if err := json.Unmarshal(text, &words); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	collect := func(fsys fs.FS, pattern, expression string) {
		files, err := fs.Glob(fsys, pattern)
		if err != nil || len(files) == 0 {
			t.Fatal("found no files", err)
		}
		for _, file := range files {
			source, err := fs.ReadFile(fsys, file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(expression).FindAllStringSubmatch(string(source), -1) {
				used[m[1]] = true
				if words[m[1]] == "" {
					t.Errorf("%s uses %q, which has no words", file, m[1])
				}
			}
		}
	}
	collect(assets.Web, "*.html", `\bword "([^"]+)"`)
	collect(os.DirFS("."), "*.go", `\.word\("([^"]+)"`)
	for key := range words {
		group, _, _ := strings.Cut(key, ".")
		if !used[key] && !strings.Contains(" language publication kind road missing foreign unread incomplete readonly ", " "+group+" ") {
			t.Errorf("nobody uses %q", key)
		}
	}
}
