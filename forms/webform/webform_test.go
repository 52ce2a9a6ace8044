package webform_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"baraza.example/forms/webform"
)

func TestAResponseIsWrittenPageByPageAndSealedAtTheEnd(t *testing.T) {
	s := newSite(t, village, webform.Options{Languages: []string{"en", "ar"}})
	p := s.phone().get("/")
	p.sees("Radio Amani", "could read what you type")
	p.seesNot("What do you think?", "How old?")
	p.send("/begin")
	p.sees("Who you are", "Name", "At home?", "Page 1 of 3")
	p.seesNot("How old?")
	p.send("/page/1", "/data/who/name", "Wanjiku", "/data/who/home", "y", "go", "next")
	p.sees("How old?", "more questions") // what has appeared is asked before anything else
	if s.saves != 2 || !strings.Contains(string(s.draft().XML), "Wanjiku") {
		t.Errorf("saved %d times: %s", s.saves, s.draft().XML)
	}
	p.send("/page/1", "/data/who/name", "Wanjiku", "/data/who/home", "y", "/data/who/age", "400", "go", "next")
	p.sees("marked below", `aria-invalid="true"`, `value="400"`)
	p.send("/page/1", "/data/who/name", "Wanjiku", "/data/who/home", "y", "/data/who/age", "40", "go", "next")
	p.sees("Your views", "Page 2 of 3")
	p.send("/page/2", "/data/views/view", "Two\r\nlines <b>", "/data/views/likes", "milk", "/data/views/likes", "tea", "go", "next")
	p.sees("Children")
	p.send("/page/3", "go", "add:/data/child")
	p.sees("1 of 2", "2 of 2")
	p.send("/page/3", "/data/child[1]/first", "", "/data/child[2]/first", "Otieno", "go", "remove:/data/child[1]")
	p.seesNot("2 of 2")
	p.send("/page/3", "/data/child[1]/first", "Otieno", "go", "next")
	p.sees("Nothing is missing")
	p.send("/finish")
	p.sees("0A1B2-C3D4E")
	if len(s.done) != 1 || len(s.drafts) != 0 {
		t.Fatalf("%d finished, %d open", len(s.done), len(s.drafts))
	}
	xml := string(s.done[0].XML)
	for _, want := range []string{"<name>Wanjiku</name>", "<age>40</age>", "Two\nlines &lt;b&gt;", "<likes>tea milk</likes>", "<first>Otieno</first>"} {
		if !strings.Contains(xml, want) {
			t.Errorf("%q is not in %s", want, xml)
		}
	}
	// It can't be opened any more, with the cookie's code or by going back.
	if p.get("/page/1"); p.at != "/" {
		t.Errorf("finished, and %s is shown", p.at)
	}
}

func TestAResponseGoesOnWithItsCodeAloneAlsoAfterARestart(t *testing.T) {
	s := newSite(t, village, webform.Options{})
	p := s.phone().get("/").send("/begin")
	code := p.code()
	p.send("/page/1", "/data/who/name", "Secret name", "go", "leave")
	p.sees(code)
	if p.get("/page/1"); p.at != "/" {
		t.Error("after leaving, this phone still shows the response")
	}
	s.serve(webform.Options{})
	other := s.phone().get("/")
	other.send("/continue", "code", "0000-0000")
	other.sees("No response under this code")
	other.seesNot("Secret name")
	other.get("/").send("/continue", "code", strings.ToLower(strings.ReplaceAll(code, "-", " ")))
	other.sees("Secret name")
	if other.code() != code {
		t.Errorf("the code is %s now", other.code())
	}
	for key := range s.drafts {
		if strings.Contains(key, strings.ReplaceAll(code, "-", "")) || key == code {
			t.Error("who reads the list of drafts can tell the code")
		}
	}
}

func TestThePagesAreInTheReadersLanguageFromRightToLeft(t *testing.T) {
	s := newSite(t, village, webform.Options{Languages: []string{"en", "ar"}})
	p := s.phone().get("/?language=ar")
	p.sees(`lang="ar" dir="rtl"`, "قد يستطيع القائم")
	p.send("/begin")
	p.sees(`lang="ar" dir="rtl"`, "الاسم", "احفظ وتابع")
	p.get("/page/1?language=en")
	p.sees(`lang="en" dir="ltr"`, "At home?")
	accept := &phone{site: s, client: s.phone().client}
	r, _ := http.NewRequest(http.MethodGet, s.url+"/", nil)
	r.Header.Set("Accept-Language", "xx, ar-EG;q=0.8, en;q=0.5")
	accept.take(accept.client.Do(r))
	accept.sees(`lang="ar"`)
}

func TestEveryPostIsProtectedAndEveryAnswerStrict(t *testing.T) {
	s := newSite(t, village, webform.Options{})
	p := s.phone().get("/").send("/begin")
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options":  "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "same-origin",
	} {
		if got := p.header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	p.seesNot("<script", "style=", "onclick", "http://", "https://")
	for _, to := range []string{"/begin", "/continue", "/page/1", "/identify", "/finish", "/leave"} {
		other := s.phone().get("/")
		for what, do := range map[string]func(){
			"without a mark":     func() { other.page = ""; other.send(to) },
			"another's mark":     func() { other.page = p.page; other.send(to, "/data/who/name", "forged") },
			"of another site":    func() { p.fromElsewhere(to) },
			"another's in ours":  func() { p.take(p.client.PostForm(p.url+to, url.Values{"mark": {"0123456789ABCDEF"}})) },
			"no cookies, a mark": func() { (&phone{site: s, client: &http.Client{}, page: p.page}).sendInto(&other.status, to) },
		} {
			saves := s.saves
			do()
			if status := max(other.status, p.status); status != http.StatusForbidden || s.saves != saves {
				t.Errorf("%s %s: %d, %d saves", to, what, status, s.saves-saves)
			}
			p.get("/page/1")
		}
	}
	p.sees("Who you are")
}

func TestAPageThatIsOldOrMadeUpBlanksNothing(t *testing.T) {
	s := newSite(t, village, webform.Options{})
	p := s.phone().get("/").send("/begin")
	p.send("/page/1", "/data/who/name", "Wanjiku", "go", "next")
	p.send("/page/2", "/data/views/likes", "tea", "go", "next")
	p.get("/page/2")
	p.page = strings.ReplaceAll(p.page, `name="shown"`, `name="hidden"`)
	p.send("/page/2", "go", "next")                                                         // no list of what was shown
	p.send("/page/2", "shown", "/data/who/name /etc/passwd /data /data/nowhere", "go", "x") // nothing of this page
	if xml := string(s.draft().XML); !strings.Contains(xml, "<likes>tea</likes>") || !strings.Contains(xml, "Wanjiku") {
		t.Errorf("lost: %s", xml)
	}
	p.get("/page/2").send("/page/2", "go", "next") // all boxes are unticked
	if xml := string(s.draft().XML); strings.Contains(xml, "tea") {
		t.Errorf("unticked, and kept: %s", xml)
	}
}

func TestWhatCouldNotBeSavedIsSaid(t *testing.T) {
	s := newSite(t, village, webform.Options{})
	p := s.phone().get("/").send("/begin")
	s.broken = fmt.Errorf("the disk is full of /secret/paths")
	p.send("/page/1", "/data/who/name", "Wanjiku", "go", "next")
	if p.status != http.StatusInternalServerError {
		t.Errorf("status %d", p.status)
	}
	p.seesNot("secret")
	s.broken = nil
	p.get("/page/1").sees("Wanjiku") // it is still there, and goes with the next page
}

func TestAFloodIsBounded(t *testing.T) {
	s := newSite(t, village, webform.Options{Limits: webform.Limits{Begin: 5, Guess: 4, Body: 10 << 10}})
	p := s.phone()
	for range 20 {
		p.get("/").send("/begin")
	}
	if p.status != http.StatusTooManyRequests || len(s.drafts) != 5 {
		t.Errorf("status %d, %d responses begun", p.status, len(s.drafts))
	}
	opened := s.opened
	for i := range 20 {
		p.get("/").send("/continue", "code", fmt.Sprintf("0000-%04d", i))
	}
	if p.status != http.StatusTooManyRequests || s.opened-opened > 4 {
		t.Errorf("status %d after 20 guesses, %d were tried", p.status, s.opened-opened)
	}
	p = s.phone().get("/")
	p.send("/page/1", "/data/who/name", strings.Repeat("x", 50_000))
	if p.status != http.StatusRequestEntityTooLarge && p.status != http.StatusBadRequest {
		t.Errorf("50,000 bytes where 10,240 may be: status %d", p.status)
	}
}

func TestMoreThanCanBeServedAtOnceAreToldToComeBack(t *testing.T) {
	s := newSite(t, village, webform.Options{Limits: webform.Limits{AtOnce: 1, Waiting: 2}})
	s.shelf.mu.Lock() // whatever asks the shelf waits
	codes := make(chan int, 10)
	p := s.phone()
	r, err := p.client.Get(s.url + "/")
	if err != nil {
		t.Fatal(err)
	}
	p.take(r, nil)
	for range 10 {
		go func() {
			q := &phone{site: s, client: p.client, page: p.page}
			q.send("/begin")
			codes <- q.status
		}()
	}
	var got []int
	for range 8 {
		got = append(got, <-codes)
	}
	s.shelf.mu.Unlock()
	for range 2 {
		got = append(got, <-codes)
	}
	slices.Sort(got)
	if got[0] != http.StatusOK || got[1] != http.StatusOK || got[2] != http.StatusServiceUnavailable {
		t.Errorf("answers %v", got)
	}
}

func TestAReceiptCodeAnswersWithoutContent(t *testing.T) {
	s := newSite(t, village, webform.Options{})
	p := s.phone().get("/r/0A1B2-C3D4E")
	p.sees("received", "15 January 2027", "Radio Amani")
	p.get("/find?code=00000-00000").sees("knows nothing of this code")
	if p.get("/r/wrong"); p.status != http.StatusBadRequest {
		t.Errorf("a wrong code: %d", p.status)
	}
	p.get("/find?code=..%2F..%2Fpage%2F1")
	p.sees("no receipt code")
}

// A list too long for a page is searched.
func TestAListOfThousandsIsSearched(t *testing.T) {
	form := "| survey | | | |\n| | type | name | label |\n| | select_one v | place | Which village? |\n| choices | | | |\n| | list_name | name | label |\n"
	for i := range 2000 {
		form += fmt.Sprintf("| | v | v%d | Village number %d |\n", i, i)
	}
	form += "| settings | | | |\n| | form_title | form_id | |\n| | Places | places | |\n"
	s := newSite(t, form, webform.Options{})
	p := s.phone().get("/").send("/begin")
	p.seesNot("Village number 17")
	p.send("/page/1", "find:/data/place", "number 177", "go", "stay")
	p.sees("Village number 177", "Village number 1777")
	p.seesNot("Village number 18")
	p.send("/page/1", "/data/place", "v1777", "go", "next")
	if xml := string(s.draft().XML); !strings.Contains(xml, "<place>v1777</place>") {
		t.Errorf("chosen, and kept is %s", xml)
	}
	if p.get("/page/1"); len(p.page) > webform.PageBytes {
		t.Errorf("%d bytes", len(p.page))
	}
}

// A question in Arabic that begins with "a)" still runs from the right.
func TestTheDirectionIsTheLanguagesNotThatOfTheFirstLetter(t *testing.T) {
	s := newSite(t, `
| survey |      |      |                    |                    |
|        | type | name | label::English (en)| label::Arabic (ar) |
|        | text | a    | a) What?           | a) ماذا؟           |
|        | text | b    | b) English only    |                    |
| settings |    |      |                    |                    |
|        | form_title | form_id | default_language | |
|        | Two  | two  | English (en)       |                    |
`, webform.Options{Languages: []string{"en", "ar"}})
	p := s.phone().get("/?language=ar").send("/begin")
	p.sees(`<label for="qa">a) ماذا؟`, `<label for="qb" lang="en" dir="ltr">b) English only`)
}
