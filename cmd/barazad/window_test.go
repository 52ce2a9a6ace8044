package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// What one organisation answers and writes: in two scripts, the required
// questions and some that are not.
var (
	windowAnswers = []struct {
		name, value string
		pasted      bool
	}{
		{"a", "نحن شبكة مجتمعية صغيرة أقامها أهل الواحة بأيديهم، وتربط اليوم 3 قرى ومدرستين.", true},
		{"b", "Experience from places where the link comes and goes.", false},
		{"e", "Forms that can be filled in without a connection, and time: 90 days.", false},
		{"collection_mode", "own", false},
		{"org_name", "Réseau de l'Oasis — شبكة الواحة", true},
		{"org_category", "cbo", false},
		{"nonprofit", "yes", false},
		{"country", "TN", false},
		{"answer_language", "ar", false},
		{"publication", "full", false},
		{"consent_processing", "yes", false},
		{"consent_translation", "yes", false},
	}
	windowKilledAfter = "e" // once this is typed and a second has passed
	windowTitle       = "Remote statements"
	windowParagraph   = "Those who can't travel should be heard: 声明可以远程宣读。"
)

// Somebody who has never seen the program answers the questionnaire and writes a
// contribution in its window, without a network; the window is killed while
// they write. Then they join and send, and the secretariat reads the same words
// in a browser.
func TestWindowFromTheFirstStartToTheDesk(t *testing.T) {
	h := newHand(t, windowSizes()[len(windowSizes())-1])
	r := newRealRoad(t)
	v := newVisitor(t, h)
	device := filepath.Join(h.dir, "device")

	h.start("-dir", device)
	v.firstStart()
	v.answer(windowKilledAfter)
	time.Sleep(time.Second) // what is older than a second must be there
	var exit *exec.ExitError
	if err := h.kill(); !errors.As(err, &exit) || exit.ExitCode() != exitFailed {
		t.Errorf("after the window was killed the program ended with %v", err)
	}
	if said := h.said.String(); !strings.Contains(said, "the window ended: signal: killed. What was saved is safe") {
		t.Errorf("after the window was killed the program said %q", said)
	}
	h.start("-dir", device)
	v.goOn(windowKilledAfter)
	v.answer("")
	v.makeReady()
	v.contribute()

	v.join(r)
	codes := v.send(2)
	if err := h.end(); err != nil {
		t.Errorf("the program was asked to end and ended with %v", err)
	}
	readAtTheDesk(t, r, codes)
}

// newRealRoad is newRoad with the centre in a process of its own.
func newRealRoad(t *testing.T) *road {
	t.Helper()
	r := &road{t: t, dir: filepath.Join(t.TempDir(), "centre")}
	r.run("", "central", "init", "--dir", r.dir, "--name", "Study group secretariat")
	r.run(deskPassphrase+"\n", "central", "user", "add", "--dir", r.dir, "--role", "editor", deskUser) // who may ask back
	centre := exec.Command("barazad", "central", "serve", "--dir", r.dir, "--listen", "127.0.0.1:0", "--desk", "127.0.0.1:0", "--desk-keys")
	centre.Stderr = os.Stderr
	out, err := centre.StdoutPipe()
	if err == nil {
		err = centre.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	r.end = sync.OnceFunc(func() {
		_ = centre.Process.Signal(os.Interrupt)
		_, _ = io.Copy(io.Discard, out)
		if err := centre.Wait(); err != nil {
			t.Errorf("the centre ended with %v", err)
		}
	})
	t.Cleanup(r.end)
	r.addresses(out)
	return r
}

// invite is what the centre gives those who are to take part.
func (r *road) invite() string {
	r.t.Helper()
	return strings.TrimSpace(r.run("", "central", "invite", "--dir", r.dir, "--address", r.public))
}

// A visitor is the person at the window: what the program says is found by its
// words, in the language they read.
type visitor struct {
	*hand
	words *locale.Localizer
	form  *workspace.Response // where labels come from
	refs  map[string]forms.Ref
	next  int // of windowAnswers
}

func newVisitor(t *testing.T, h *hand) *visitor {
	t.Helper()
	v := &visitor{hand: h, words: locale.New(), refs: map[string]forms.Ref{}}
	if !v.words.Use(*windowLanguage) {
		t.Fatalf("the program does not speak %q", *windowLanguage)
	}
	builtin, form, err := workspace.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	w, err := workspace.Open(t.Context(), t.TempDir(), workspace.Options{Forms: []workspace.Form{form}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	if v.form, err = w.Start(context.WithoutCancel(t.Context()), builtin.Form.ID, "", v.words.Language().Chain()...); err != nil {
		t.Fatal(err)
	}
	v.name(v.form.Root())
	return v
}

// name notes where each question stands.
func (v *visitor) name(n session.Node) {
	v.refs[n.Ref.Name()] = n.Ref
	for _, ref := range n.Children {
		if c, ok := v.form.Node(ref); ok {
			v.name(c)
		}
	}
}

func (v *visitor) say(id locale.ID, values ...locale.Values) string {
	return v.words.Say(id, values...)
}

func (v *visitor) question(name string) session.Node {
	v.t.Helper()
	n, ok := v.form.Node(v.refs[name])
	if !ok || n.Label == "" {
		v.t.Fatalf("the form has no question %q", name)
	}
	return n
}

// firstStart chooses the language with the mouse, the rest by keyboard alone.
func (v *visitor) firstStart() {
	v.t.Helper()
	v.picture("language")
	v.taps(v.words.Language().Name)
	v.byKeys(v.say("nav.next"))
	v.sees(v.say("start.who"))
	v.picture("name")
	v.until("the name to be asked for", func() bool { t := field(v.say("start.name"))(v.look()); return t != nil && t.Focused })
	v.x("type", "--delay", "8", "Oasis Network")
	v.holds(v.say("start.name"), "Oasis Network")
	v.byKeys(v.say("start.begin"))
	v.sees(v.say("consultation.timeline"))
	v.picture("home")
	v.taps(v.say("consultation.answer"))
}

// byKeys taps what says these words without the mouse.
func (v *visitor) byKeys(words string) {
	v.t.Helper()
	v.tabsTo(words, called(words))
	v.x("key", "Return")
}

// answer goes through the pages and answers what stands there, up to and with
// the question called last; "" is all of them.
func (v *visitor) answer(last string) {
	v.t.Helper()
	for v.next < len(windowAnswers) {
		a := windowAnswers[v.next]
		n := v.question(a.name)
		v.turnTo(n.Label, v.say("nav.next"))
		switch {
		case a.pasted:
			v.pastes(n.Label, a.value)
		case len(n.Choices) == 0:
			v.types(n.Label, a.value)
		default:
			v.choose(n, a.value)
		}
		v.next++
		if a.name == last {
			return
		}
		if len(n.Choices) == 0 { // one list of choices looks like another
			v.picture("answered-" + a.name)
		}
	}
}

// turnTo leafs until the words are there; a page has them at once or not.
func (v *visitor) turnTo(words, by string) {
	v.t.Helper()
	v.until("a page of the answers", func() bool { return v.page() != "" })
	for range 40 {
		page := v.page()
		if v.look().after(words) != nil {
			return
		}
		v.taps(by)
		v.until("another page", func() bool { p := v.page(); return p != "" && p != page })
	}
	v.t.Fatalf("no page has %q", words)
}

// page is what the bar says about where one is: "3 of 14", or "3/14" where it is narrow.
func (v *visitor) page() string {
	words := regexp.QuoteMeta(v.say("fill.position", locale.Values{"Position": "POSITION", "Total": "TOTAL"}))
	position := regexp.MustCompile("^(" + strings.NewReplacer("POSITION", `\pN+`, "TOTAL", `\pN+`).Replace(words) + `|\pN+/\pN+)$`)
	for _, t := range v.look().Seen {
		if position.MatchString(t.Words) {
			return t.Words
		}
	}
	return ""
}

// choose picks a choice; of a long list after typing its first letters.
func (v *visitor) choose(n session.Node, value string) {
	v.t.Helper()
	label := ""
	for _, c := range n.Choices {
		if c.Value == value {
			label = c.Label
		}
	}
	if strings.Contains(n.Element.(*forms.Question).Appearance, "autocomplete") {
		letters := []rune(label)
		v.pastes(n.Label, string(letters[:min(4, len(letters))])) // the keys of the screen have no Arabic
	}
	v.tapsBehind(n.Label, label)
}

// goOn takes up the draft after a restart and finds what was typed before.
func (v *visitor) goOn(name string) {
	v.t.Helper()
	v.taps(v.say("screen.go_on"))
	n := v.question(name)
	v.until("a page of the draft", func() bool { return v.page() != "" })
	v.turnTo(n.Label, v.say("nav.next")) // from the first page with no answer on
	for _, a := range windowAnswers {
		if a.name == name {
			v.holds(n.Label, a.value)
		}
	}
	v.picture("after-the-kill")
}

func (v *visitor) makeReady() {
	v.t.Helper()
	v.review()
	v.taps(v.say("action.make_ready"))
	v.sees(v.say("wait.recipients"))
	v.picture("made-ready")
}

// review goes to the last page, where everything stands that was answered.
func (v *visitor) review() {
	v.t.Helper()
	review := v.say("review.title")
	for range 40 {
		page := v.page()
		// A page of the form may be called “Next steps”.
		if next := called(v.say("nav.next"))(v.look()); next == nil || next.Words != v.say("nav.next") {
			break
		}
		v.taps(v.say("nav.next"))
		v.until("another page", func() bool { return v.page() != page })
	}
	v.taps(review)
	v.sees(v.say("review.complete"))
	v.picture("review")
}

// show goes to one of the main screens: they stand beside, or in a menu.
func (v *visitor) show(id locale.ID) {
	v.t.Helper()
	words := v.say(id)
	v.until(words, func() bool { s := v.look(); return called(words)(s) != nil || called(v.say("nav.menu"))(s) != nil })
	if called(words)(v.look()) == nil {
		v.taps(v.say("nav.menu"))
	}
	v.taps(words)
}

func (v *visitor) contribute() {
	v.t.Helper()
	v.show("nav.consultation")
	v.sees(v.say("consultation.timeline"))
	v.taps(v.say("consultation.write"))
	v.types(v.say("contribution.title"), windowTitle)
	v.pastes(v.say("contribution.paragraph", locale.Values{"Number": 1}), windowParagraph)
	publication := v.question("publication")
	v.tapsBehind(v.say("screen.publication"), publication.Choices[0].Label)
	v.picture("contribution")
	v.taps(v.say("action.make_ready"))
	v.sees(v.say("wait.recipients"))
}

func (v *visitor) join(r *road) {
	v.t.Helper()
	v.show("screen.join")
	v.pastes(v.say("join.why"), r.invite())
	v.tapsBehind(v.say("join.why"), v.say("join.read"))
	v.tapsBehind(v.say("join.compare"), v.say("action.join"))
	title, _, err := workspace.Builtin()
	if err != nil {
		v.t.Fatal(err)
	}
	v.sees(v.say("join.joined", locale.Values{"Name": title.Title}))
	v.picture("joined")
}

var receiptCode = regexp.MustCompile(`[0-9A-Z]{5}-[0-9A-Z]{5}(\.[0-9]+)?`)

// send sends what waits and returns the codes of the receipts that there are then,
// the newest first.
func (v *visitor) send(want int) (codes []string) {
	v.t.Helper()
	v.show("nav.outbox")
	// The device sends by itself, too, and may have begun before a hand is there.
	waits := func() bool { return called(v.say("send.start"))(v.look()) != nil }
	v.until("what waits", func() bool { return waits() || len(v.received()) == want })
	v.picture("outbox")
	if waits() {
		v.taps(v.say("send.start"))
	}
	v.until(fmt.Sprintf("%d receipts", want), func() bool {
		codes = v.received()
		return len(codes) == want
	})
	v.picture("received")
	v.item(codes[0])
	v.sees(v.say("receipt.proof_ok"))
	v.picture("receipt")
	return codes
}

// received are the codes in the outbox of what was received, the newest first.
func (v *visitor) received() (codes []string) {
	received := strings.TrimSuffix(v.say("state.received_code", locale.Values{"Code": "CODE"}), "CODE")
	for _, t := range v.look().Seen {
		if t.Taps && strings.Contains(t.Words, plain(received)) {
			codes = append(codes, receiptCode.FindString(t.Words))
		}
	}
	return codes
}

// item opens the page of what has this code; the outbox is shown.
func (v *visitor) item(code string) {
	v.t.Helper()
	for _, t := range v.look().Seen {
		if t.Taps && strings.Contains(t.Words, code) {
			v.taps(t.Words)
			return
		}
	}
	v.t.Fatalf("nothing has the code %s; to be seen is: %s", code, v.look())
}

// end ends the program as a system does that is shut down.
func (h *hand) end() error {
	h.t.Helper()
	parent, err := os.FindProcess(h.look().Parent)
	if err == nil {
		err = parent.Signal(syscall.SIGTERM)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return h.ended()
}

// readAtTheDesk reads what was written in a browser, as the secretariat does.
func readAtTheDesk(t *testing.T, r *road, codes []string) {
	t.Helper()
	b := newBrowser(t)
	b.login(r.desk)
	b.open(windowTitle)
	b.shows(windowTitle, windowParagraph, "Oasis Network")
	b.do(chromedp.Navigate(r.desk+"/?kind=response"), visible("h1"))
	b.open("— TN")
	for _, a := range windowAnswers {
		if len([]rune(a.value)) > 10 { // what was typed; choices stand with their labels
			b.shows(a.value)
		}
	}
	public, _, _ := strings.Cut(r.public, "#")
	for _, code := range codes {
		b.do(chromedp.Navigate(public+"/r/"+code), visible("h1"))
		b.shows("Received")
	}
}

// shows checks that words stand on the page.
func (b *browser) shows(words ...string) {
	b.t.Helper()
	text := plain(b.text())
	for _, w := range words {
		if !strings.Contains(text, plain(w)) {
			b.t.Errorf("the page does not show %q: %s", w, text)
		}
	}
}

// addresses reads from what a centre prints where it listens.
func (r *road) addresses(out io.Reader) {
	r.t.Helper()
	for lines := bufio.NewScanner(out); r.desk == "" && lines.Scan(); {
		if words := strings.Fields(lines.Text()); len(words) > 1 && words[0] == "public" {
			r.public = words[1]
		} else if len(words) > 1 && words[0] == "desk" {
			r.desk = words[1]
		}
	}
	if r.desk == "" {
		r.t.Fatal("the centre did not start")
	}
}
