package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"baraza.example/assets"
)

var screens = flag.String("screens", "", "`folder` to write screenshots of the pages to")

const (
	deskUser       = "amina"
	deskPassphrase = "a long enough phrase"
)

// A road is a centre with a desk, as its commands make it.
type road struct {
	t            *testing.T
	dir          string
	public, desk string
	devices      int
	end          func() // of a centre in a process of its own
}

func newRoad(t *testing.T) *road {
	t.Helper()
	r := &road{t: t, dir: filepath.Join(t.TempDir(), "centre")}
	r.run("", "central", "init", "--dir", r.dir, "--name", "Study group secretariat")
	r.run(deskPassphrase+"\n", "central", "user", "add", "--dir", r.dir, deskUser)
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := runCentral(ctx, []string{"serve", "--dir", r.dir, "--listen", "127.0.0.1:0", "--desk", "127.0.0.1:0", "--desk-keys"}, streams{nil, in, os.Stderr})
		in.CloseWithError(io.EOF)
		ended <- err
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	r.addresses(out)
	return r
}

// run runs a command and returns what it printed.
func (r *road) run(in string, args ...string) string {
	r.t.Helper()
	var out, errs bytes.Buffer
	if code := execute(args, streams{strings.NewReader(in), &out, &errs}); code != 0 {
		r.t.Fatalf("barazad %s: %s", strings.Join(args, " "), errs.String())
	}
	return out.String()
}

// device sends one organisation's answers and contribution over the road.
func (r *road) device(org string, answers, text map[string]any, files map[string]string) {
	r.t.Helper()
	r.devices++
	dir, folder := filepath.Join(r.t.TempDir(), "device"), r.t.TempDir()
	r.run("", "join", "--dir", dir, "--org", org, r.invite())
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	write := func(name string, v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			r.t.Fatal(err)
		}
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			r.t.Fatal(err)
		}
		return file
	}
	if answers != nil {
		r.run("", "fill", "--dir", dir, "--answers", write("answers.json", answers))
	}
	if text != nil {
		r.run("", "contribute", "--dir", dir, write("text.json", text))
	}
	r.run("", "sync", "--dir", dir)
}

func sample(t *testing.T, name string) map[string]any {
	t.Helper()
	raw, err := fs.ReadFile(assets.Samples, name)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// A browser is a tab of the real Chromium.
type browser struct {
	t   *testing.T
	ctx context.Context

	scriptless bool // pages may run no script
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium here; scripts/setup.sh chromium installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()),
		chromedp.IgnoreCertErrors) // the centre's own certificate, which devices know by its pin
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	b.do(chromedp.EmulateViewport(1366, 768))
	err = chromedp.Listen(ctx, func(ev any) {
		if d, ok := ev.(*page.EventJavascriptDialogOpening); ok {
			t.Errorf("a script ran and said %q", d.Message)
			go func() { _ = chromedp.Do(ctx, closeDialog) }() // the page waits for it
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func closeDialog(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, t, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
	return chromedp.Void{}, err
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) text() string { return evaluate[string](b, "document.body.innerText") }

func evaluate[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// login comes to the list of what was received, which may be empty.
func (b *browser) login(desk string) {
	b.t.Helper()
	b.do(chromedp.Navigate(desk+"/"), visible("#passphrase"), chromedp.SendKeys("#name", deskUser),
		chromedp.SendKeys("#passphrase", deskPassphrase+"\r"), visible(`form[action="/logout"]`))
}

// visible waits until something is on the page. It asks the page itself: a wait for a
// node of the page before would never end.
func visible(selector string) chromedp.Action[chromedp.Void] {
	seen := chromedp.Evaluate[bool](fmt.Sprintf(`document.readyState === "complete" && !!document.querySelector(%q)?.getClientRects().length`, selector))
	return func(ctx context.Context, t *chromedp.Target) (v chromedp.Void, err error) {
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			if here, err := seen(ctx, t); err == nil && here {
				return v, nil
			}
			if time.Now().After(deadline) {
				return v, fmt.Errorf("%q is not to be seen", selector)
			}
		}
	}
}

// open goes to a page by the link with these words.
func (b *browser) open(words string) {
	b.t.Helper()
	href := evaluate[string](b, fmt.Sprintf(`[...document.links].find(a => a.innerText.includes(%q))?.href ?? ""`, words))
	if href == "" {
		b.t.Fatalf("no link says %q: %s", words, b.text())
	}
	b.do(chromedp.Navigate(href), visible("h1"))
}

// look sets how wide the window is and whether it is dark.
func (b *browser) look(width int64, scheme string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, map[bool]int64{true: 640, false: 768}[width < 500]), func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return chromedp.Void{}, err
	})
}

// hostile is text that runs something wherever a page forgets to quote it.
const hostile = `</script><script>alert("run")</script><img src=x onerror="alert('img')"><svg onload="alert('svg')">` +
	`"' onmouseover="alert(1)" autofocus onfocus="alert('focus')" {{.}} <a href="javascript:alert(1)">x</a> <style>*{display:none}</style>`

// What a stranger writes is shown as it was written, and nothing of it runs.
func TestHostileAnswersAreWordsAtTheDesk(t *testing.T) {
	b := newBrowser(t)
	r := newRoad(t)
	answers := sample(t, "answers/network-arabic.json")
	answers["a"], answers["org_name"], answers["e_barrier"], answers["contact_name"] = hostile, hostile, hostile, hostile
	answers["attachments"] = []map[string]any{{"att_title": hostile, "att_kind": "research", "att_language": "ar", "att_file": "<img src=x onerror=alert(2)>.html"}}
	text := sample(t, "contributions/remote-statements.json")
	text["title"], text["onBehalf"] = "Title "+hostile, hostile
	text["paragraphs"] = []map[string]any{{"number": 1, "text": hostile}, {"number": 2, "text": "\u202eReversed\u202c"}}
	r.device(`<b onclick=alert(3)>Org</b>`, answers, text, map[string]string{"<img src=x onerror=alert(2)>.html": "<script>alert('file')</script>"})

	b.login(r.desk)
	b.harmless("the list", "<b onclick=alert(3)>Org</b>")
	b.open("Title </script>")
	b.harmless("the contribution", hostile)
	b.do(chromedp.Navigate(r.desk + "/?kind=response"))
	b.open("— TN")
	b.harmless("the response", hostile)
	b.open("Show contacts")
	b.harmless("the contacts", hostile)
}

// harmless checks that a page shows words and has nothing that could run.
func (b *browser) harmless(name, words string) {
	b.t.Helper()
	if text := b.text(); !strings.Contains(strings.Join(strings.Fields(text), " "), strings.Join(strings.Fields(words), " ")) {
		b.t.Errorf("%s does not show what was written: %s", name, text)
	}
	if n := evaluate[int](b, `document.querySelectorAll("script,img,svg,style,iframe,object,embed,base,meta[http-equiv]").length`); n != 0 {
		b.t.Errorf("%s: %d elements came out of an answer", name, n)
	}
	if found := evaluate[string](b, `[...document.querySelectorAll("*")].flatMap(e => [...e.attributes].filter(a => a.name.startsWith("on") || a.name == "style" ||
		a.value.toLowerCase().trim().startsWith("javascript:")).map(a => a.name)).join(" ")`); found != "" {
		b.t.Errorf("%s: attributes %s", name, found)
	}
	// Were a template ever wrong, the policy would still let nothing run.
	if evaluate[bool](b, `(() => { const s = document.createElement("script"); s.textContent = "window.ran = true"; document.head.append(s); s.remove(); return !!window.ran })()`) {
		b.t.Errorf("%s: a script that was put in ran", name)
	}
}

// The desk is read on a telephone and on a laptop, in light and dark, with text
// twice as large, and nothing has to be scrolled sideways.
func TestTheDeskFitsItsReaders(t *testing.T) {
	b := newBrowser(t)
	r := newRoad(t)
	log, err := fs.ReadFile(assets.Samples, "attachments/link-log.csv")
	if err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Navigate(r.desk+"/"), visible("#passphrase"))
	b.fits("desk-login")
	b.login(r.desk)
	if text := b.text(); !strings.Contains(text, "Nothing has come in yet.") {
		t.Errorf("before anything came stands %s", text)
	}
	b.fits("desk-empty")
	r.device("جمعية شبكة الواحة", sample(t, "answers/network-arabic.json"), nil, map[string]string{"link-log.csv": string(log)})
	r.device("Redio Sauti ya Mwalo", sample(t, "answers/radio-kiswahili.json"), nil, nil)
	r.device("Savannah Links Network", nil, sample(t, "contributions/remote-statements.json"), nil)
	b.do(chromedp.Navigate(r.desk+"/"), visible(".items"))
	b.fits("desk-list")
	b.open("Statements from a distance")
	b.fits("desk-contribution")
	if got := evaluate[string](b, `document.querySelector(".paragraphs").lang`); got != "en" {
		t.Errorf("the paragraphs are in %q", got)
	}
	b.do(chromedp.Navigate(r.desk + "/?kind=response"))
	b.open("— TN")
	b.fits("desk-response")
	if !strings.Contains(b.text(), "تونس") {
		t.Error("the country is not named, in the author's language, as the form's file has it")
	}
	if got := evaluate[string](b, `(e => [e.lang, e.dir, getComputedStyle(e).direction].join(" "))([...document.querySelectorAll(".open dd[lang]")][0])`); got != "ar rtl rtl" {
		t.Errorf("the Arabic original is marked %q", got)
	}
	if n := evaluate[int](b, `document.body.innerText.includes("chabaka@elwaha.example") ? 1 : 0`); n != 0 {
		t.Error("contacts stand open on the page")
	}
	b.open("Show contacts")
	if !strings.Contains(b.text(), "chabaka@elwaha.example") {
		t.Error("contacts are not shown when asked for")
	}
	code := evaluate[string](b, `document.querySelector("code").innerText`)
	public, _, _ := strings.Cut(r.public, "#")
	b.do(chromedp.Navigate(public+"/r/"+code), visible("h1"))
	if text := b.text(); !strings.Contains(text, "Received") || strings.Contains(text, "Redio") {
		t.Errorf("/r/%s says %s", code, text)
	}
	b.fits("desk-code")
}

// fits looks at the page in all ways that people read it.
func (b *browser) fits(name string) {
	b.t.Helper()
	for _, width := range []int64{360, 1366} {
		for _, size := range []string{"100%", "200%"} {
			b.look(width, "light")
			if over := evaluate[int](b, `(() => { document.documentElement.style.fontSize = "`+size+`"; return document.documentElement.scrollWidth - window.innerWidth })()`); over > 0 {
				wide := evaluate[string](b, `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > window.innerWidth || e.getBoundingClientRect().left < 0).map(e => e.outerHTML.slice(0, 80)).slice(0, 4).join(" | ")`)
				b.t.Errorf("%s at %d pixels and %s text: %d pixels stand out sideways: %s", name, width, size, over, wide)
			}
			evaluate[bool](b, `(document.documentElement.removeAttribute("style"), true)`)
		}
		for _, scheme := range []string{"light", "dark"} {
			b.look(width, scheme)
			b.shoot(fmt.Sprintf("%s-%d-%s.png", name, width, scheme))
		}
	}
}

func (b *browser) shoot(file string) {
	b.t.Helper()
	if *screens == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(*screens, file), png, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}
