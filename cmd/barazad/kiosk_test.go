package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"baraza.example/forms/webform"
)

// A relay is a hub with pages, behind which a centre stands.
type relay struct {
	*road
	dir, kiosk string
}

func newRelay(t *testing.T) *relay {
	t.Helper()
	r := &relay{road: newRoad(t), dir: filepath.Join(t.TempDir(), "hub")}
	invite := strings.TrimSpace(r.run("", "central", "invite", "--dir", r.road.dir, "--address", r.public))
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := runHub(ctx, []string{"--dir", r.dir, "--org", "Redio Amani", "--join", invite, "--listen", "127.0.0.1:0", "--kiosk", "127.0.0.1:0", "--every", "1s"},
			streams{nil, in, os.Stderr})
		in.CloseWithError(io.EOF)
		ended <- err
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	lines := bufio.NewScanner(out)
	for r.kiosk == "" && lines.Scan() {
		if words := strings.Fields(lines.Text()); len(words) > 1 && words[0] == "kiosk" {
			r.kiosk = strings.TrimSuffix(words[1], "/")
		}
	}
	if r.kiosk == "" {
		t.Fatal("the kiosk did not start")
	}
	go func() {
		for lines.Scan() {
		}
	}()
	return r
}

var kioskHidden = regexp.MustCompile(`name="(mark|shown)" value="([^"]*)"`)

// post sends the form that stands on page, and returns the next one.
func kioskPost(t *testing.T, c *http.Client, to, page string, fields url.Values) (path, body string) {
	t.Helper()
	form := url.Values{}
	for _, m := range kioskHidden.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
	}
	for k, v := range fields {
		form[k] = v
	}
	r, err := c.PostForm(to, form)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v\n%s", to, r.StatusCode, err, raw)
	}
	return r.Request.URL.Path, string(raw)
}

func kioskGet(t *testing.T, c *http.Client, from string) string {
	t.Helper()
	r, err := c.Get(from)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", from, r.StatusCode, err)
	}
	return string(raw)
}

// The whole questionnaire in every language, with everything asked that can be
// asked: no page is longer than 30 KB, stylesheet included.
func TestNoPageOfTheKioskIsLong(t *testing.T) {
	r := newRelay(t)
	first := kioskGet(t, http.DefaultClient, r.kiosk+"/")
	languages := regexp.MustCompile(`href="/\?language=(\w+)"`).FindAllStringSubmatch(first, -1)
	if len(languages) < 5 {
		t.Fatalf("%d languages", len(languages))
	}
	style := len(kioskGet(t, http.DefaultClient, r.kiosk+"/style.css"))
	for _, l := range languages {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		c := &http.Client{Jar: jar}
		page := kioskGet(t, c, r.kiosk+"/?language="+l[1])
		path, page := kioskPost(t, c, r.kiosk+"/begin", page, nil)
		longest, pages := 0, 0
		for ; path != "/review" && pages < 60; pages++ {
			longest = max(longest, len(page))
			if strings.Contains(page, "<script") || strings.Contains(page, "style=") {
				t.Errorf("%s %s has a script or a style of its own", l[1], path)
			}
			fields := url.Values{"go": {"next"}}
			for _, m := range regexp.MustCompile(`<textarea id="\w+" name="([^"]+)"`).FindAllStringSubmatch(page, -1) {
				fields.Set(m[1], "An answer, in words of our own.")
			}
			fields.Set("/data/collection/collection_mode", "relay")
			path, page = kioskPost(t, c, r.kiosk+path, page, fields)
		}
		if longest+style > webform.PageBytes || pages < 8 {
			t.Errorf("%s: the longest of %d pages has %d bytes, and the style %d", l[1], pages, longest, style)
		}
		t.Logf("%s: %d pages, at most %d bytes with the style's %d", l[1], pages, longest+style, style)
	}
}

// kioskAnswers are what a person types, by the names of questions.
var kioskAnswers = map[string]string{
	"a": "Those who live with the consequences.", "e": "Travel funds, and meetings that can be followed by radio.",
	"org_name": "Wavuvi wa Nansole", "att_title": "Our boat", "contact_email": "wavuvi@nansole.example",
}

// kioskPicks are what a person chooses.
var kioskPicks = map[string]string{
	"collection_mode": "own", "org_category": "", "nonprofit": "", "answer_language": "", "publication": "", "consent_processing": "yes", "consent_translation": "yes",
}

// A phone's browser without script, the keyboard alone, all the way to the
// centre: the group is the author, the hub the road.
func TestAPhoneFillsInTheKioskAndTheCentreReceivesIt(t *testing.T) {
	b := newBrowser(t)
	r := newRelay(t)
	b.scripts(false)
	b.look(360, "light")
	b.do(chromedp.Navigate(r.kiosk+"/"), visible("h1"))
	b.readable("kiosk-welcome")
	b.fits("kiosk-welcome")
	b.press(`form[action="/begin"] button`)
	for n := 0; !strings.HasSuffix(b.path(), "/review"); n++ {
		if n > 60 {
			t.Fatalf("it does not end: %s", b.text())
		}
		b.readable(b.path())
		if n < 3 {
			b.fits(fmt.Sprintf("kiosk-page%d", n+1))
		}
		b.fillPage()
		b.giveFile()
		b.press(`.go button[value="next"]`)
	}
	b.readable("review")
	b.fits("kiosk-review")
	b.press(`form[action="/finish"] button`)
	b.readable("done")
	b.fits("kiosk-done")
	code := evaluate[string](b, `document.querySelector(".big")?.innerText ?? ""`)
	if code == "" {
		t.Fatalf("no receipt code: %s", b.text())
	}
	b.awaitReceived(r.kiosk + "/r/" + code)
	b.fits("kiosk-code")
	if text := b.text(); strings.Contains(text, "Wavuvi") {
		t.Errorf("the receipt's page tells who it was: %s", text)
	}
	b.do(chromedp.Navigate(r.kiosk+"/?language=ar"), visible("h1"))
	b.readable("the first page in Arabic")
	b.press(`form[action="/begin"] button`)
	b.press(`.go button[value="next"]`)
	b.readable("a page in Arabic")
	b.fits("kiosk-arabic")
	if got := evaluate[string](b, `getComputedStyle(document.body).direction`); got != "rtl" {
		t.Errorf("Arabic runs %s", got)
	}
	list := r.run("", "central", "list", "--dir", r.road.dir)
	if !strings.Contains(r.run("", "central", "show", "--dir", r.road.dir, code), kioskFile) {
		t.Error("the file is not in the centre")
	}
	if strings.Count(list, "\n") != 1 || !strings.Contains(list, code) || !strings.Contains(list, "Wavuvi wa Nansole") {
		t.Errorf("the centre has %s", list)
	}
}

// scripts says whether pages may run any.
func (b *browser) scripts(run bool) {
	b.t.Helper()
	b.scriptless = !run
	b.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !run})
		return chromedp.Void{}, err
	})
}

// kioskPatience is for a busy machine: what takes longer has gone wrong.
const kioskPatience = 30 * time.Second

// press focuses a button as the Tab key does and presses Enter.
func (b *browser) press(selector string) {
	b.t.Helper()
	before := evaluate[float64](b, `performance.timeOrigin`)
	b.do(chromedp.SendKeys(selector, "\r"))
	for until := time.Now().Add(kioskPatience); time.Now().Before(until); {
		if at, err := chromedp.Run(b.ctx, chromedp.Evaluate[float64](`document.readyState == "complete" ? performance.timeOrigin : 0`)); err == nil && at != 0 && at != before {
			return
		}
	}
	b.t.Fatalf("after pressing %s nothing came: %s", selector, b.text())
}

func (b *browser) path() string { return evaluate[string](b, `location.pathname`) }

// fillPage types and chooses what kioskAnswers and kioskPicks have for the page.
func (b *browser) fillPage() {
	b.t.Helper()
	for name, words := range kioskAnswers {
		selector := evaluate[string](b, fmt.Sprintf(`(e => e && !e.value ? "#" + e.id : "")(document.querySelector('input[name$="/%[1]s"]:not([type=radio]):not([type=checkbox]),textarea[name$="/%[1]s"]'))`, name))
		if selector != "" {
			b.do(chromedp.SendKeys(selector, words))
		}
	}
	for name, value := range kioskPicks {
		evaluate[bool](b, fmt.Sprintf(`(() => { const of = [...document.querySelectorAll('input[type=radio][name$="/%[1]s"]')];
			const e = of.find(e => e.value == %[2]q) ?? of[0]; if (e && !of.some(e => e.checked)) e.click(); return true })()`, name, value))
	}
	evaluate[bool](b, `(() => { for (const s of document.querySelectorAll("select")) if (!s.value) s.selectedIndex = 1; return true })()`)
}

// kioskFile is the file that a person gives with the answers.
const kioskFile = "boat.png"

// giveFile answers the question for a document, where the page has it and it has none.
func (b *browser) giveFile() {
	b.t.Helper()
	const choose = `button[value^="file:"][value$="/att_file"]`
	if !evaluate[bool](b, "!!document.querySelector('"+choose+"') && !document.querySelector('button[value^=\"drop:\"]')") {
		return
	}
	file := filepath.Join(b.t.TempDir(), kioskFile)
	out, err := os.Create(file)
	if err == nil {
		err = errors.Join(png.Encode(out, image.NewGray(image.Rect(0, 0, 300, 200))), out.Close())
	}
	if err != nil {
		b.t.Fatal(err)
	}
	b.press(choose)
	b.readable("kiosk-file")
	b.fits("kiosk-file")
	b.do(chromedp.SetUploadFiles("#file", []string{file}))
	b.press(`.go button`)
	b.readable("a page with a file")
	b.fits("kiosk-given")
	if text := b.text(); !strings.Contains(text, kioskFile) {
		b.t.Errorf("after the file was sent stands %s: %s", b.path(), text)
	}
}

// awaitReceived loads a page until it says that the record is received.
func (b *browser) awaitReceived(page string) {
	b.t.Helper()
	for until := time.Now().Add(kioskPatience); time.Now().Before(until); {
		b.do(chromedp.Navigate(page), chromedp.WaitReady("body"))
		if evaluate[bool](b, `!!document.querySelector(".good")`) {
			return
		}
		time.Sleep(kioskPatience / 100) // the hub answers so many questions of one phone, and no more
	}
	b.t.Fatalf("not received: %s", b.text())
}

// readable checks what a person with a screen reader or a keyboard needs, and asks
// axe-core.
func (b *browser) readable(name string) {
	b.t.Helper()
	faults := evaluate[[]string](b, `(() => {
		const out = [], say = (e, what) => out.push(what + ": " + e.outerHTML.slice(0, 120));
		if (!document.documentElement.lang) out.push("no language");
		if (!document.title.trim()) out.push("no title");
		if (document.querySelectorAll("h1").length != 1) out.push("not one h1");
		if (document.querySelectorAll("main").length != 1) out.push("not one main");
		const ids = new Set();
		for (const e of document.querySelectorAll("[id]")) { if (ids.has(e.id)) say(e, "id twice"); ids.add(e.id); }
		for (const e of document.querySelectorAll("[aria-describedby]")) for (const id of e.getAttribute("aria-describedby").trim().split(/\s+/)) if (!ids.has(id)) say(e, "described by nothing");
		for (const e of document.querySelectorAll("input:not([type=hidden]),select,textarea")) if (!e.labels?.length && !e.getAttribute("aria-label")) say(e, "no label");
		for (const e of document.querySelectorAll("fieldset")) if (!e.querySelector("legend")?.innerText.trim()) say(e, "no legend");
		for (const e of document.querySelectorAll("a,button")) if (!e.innerText.trim() && !e.getAttribute("aria-hidden")) say(e, "no words");
		const luminance = c => { const [r, g, b] = c.match(/[\d.]+/g).map(Number).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b };
		const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\)$|transparent/.test(c)) return c } return "rgb(255,255,255)" };
		for (const e of document.querySelectorAll("p,label,legend,a,button,h1,h2,h3,h4,span,small,strong")) {
			if (!e.innerText.trim() || !e.getClientRects().length) continue;
			const [x, y] = [luminance(getComputedStyle(e).color), luminance(behind(e))].sort((a, b) => b - a);
			if ((x + .05) / (y + .05) < 4.5) say(e, "contrast " + ((x + .05) / (y + .05)).toFixed(1));
		}
		return out })()`)
	for _, f := range faults {
		b.t.Errorf("%s: %s", name, f)
	}
	b.axe(name)
}

// axeSource is axe-core, unpacked.
var axeSource = sync.OnceValues(func() (string, error) {
	file, err := os.Open("testdata/axe/axe-core-4.11.0.min.js.gz")
	if err != nil {
		return "", err
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		return "", err
	}
	source, err := io.ReadAll(z)
	return string(source), err
})

// axe asks axe-core what keeps people out of the page. What it finds neither
// serious nor critical is told only, but for the order of headings, by which who
// can't see a page goes about it.
func (b *browser) axe(name string) {
	b.t.Helper()
	source, err := axeSource()
	if err != nil {
		b.t.Fatal(err)
	}
	if b.scriptless { // axe waits for timers
		b.scripts(true)
		defer b.scripts(false)
	}
	evaluate[bool](b, source+";\ntrue")
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`axe.run().then(r => r.violations.map(v => v.impact + " " + v.id + ": " + v.nodes.map(n => n.html).slice(0, 3).join(" ")))`, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, f := range found {
		if strings.HasPrefix(f, "serious") || strings.HasPrefix(f, "critical") || strings.Contains(f, " heading-order:") {
			b.t.Errorf("%s: axe: %s", name, f)
		} else {
			b.t.Logf("%s: axe: %s", name, f)
		}
	}
}
