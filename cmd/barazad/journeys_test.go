package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

const (
	correctedAnswer = "We meet in the school; since June there is light there."
	askedBack       = "How many people were there when you agreed on this?"
	replied         = "Forty-two, and nine more by telephone."
	sampleTitle     = "Savannah Links Network — GH" // of the response in the samples
	stickTitle      = "By bus to the secretariat"
	stickParagraph  = "This went on a stick, because the mast is down."
	stickCorrected  = "This went on two sticks, because the mast is down."
)

// What comes after the first sending, on a telephone and on a laptop: what was
// sent is corrected, the secretariat asks and is answered, and a stick goes where
// no link is.
func TestWindowCorrectsAnswersAndCarries(t *testing.T) {
	for _, size := range windowSizes() {
		t.Run(size, func(t *testing.T) {
			h := newHand(t, size)
			r := newRealRoad(t)
			v := newVisitor(t, h)
			device := v.deviceOf(r)
			b := newBrowser(t)
			b.login(r.desk)

			h.start("-dir", device)
			response := v.correct()
			v.isAsked(b, r, response)
			r.end() // from now on nobody answers
			v.byStick(r, 3)
			v.revise(r)
			if err := h.end(); err != nil {
				t.Errorf("the program was asked to end and ended with %v", err)
			}
		})
	}
}

// deviceOf makes a device that has joined and of which a response was received. Its
// window speaks the visitor's language and has the look that was asked for.
func (v *visitor) deviceOf(r *road) (folder string) {
	v.t.Helper()
	folder = filepath.Join(v.dir, "device")
	r.run("", "join", "--dir", folder, "--org", "Oasis Network", r.invite())
	r.run("", "fill", "--dir", folder, "--answers", filepath.Join("..", "..", "assets", "samples", "answers", "ngo-english.json"))
	r.run("", "sync", "--dir", folder)
	w, err := workspace.Open(v.t.Context(), folder, workspace.Options{})
	if err == nil {
		_, err = w.Change(v.t.Context(), func(s *workspace.Settings) {
			s.Languages, s.Look = []string{*windowLanguage}, workspace.Look(*windowLook)
		})
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		v.t.Fatal(err)
	}
	return folder
}

// correct changes an answer of what was received, and sends the new revision,
// whose code it returns.
func (v *visitor) correct() (code string) {
	v.t.Helper()
	v.show("nav.outbox")
	v.taps(sampleTitle)
	v.sees(v.say("receipt.proof_ok"))
	v.taps(v.say("correct.begin"))
	n := v.question("b")
	v.turnTo(n.Label, v.say("nav.next"))
	v.enter(n.Label)
	v.x("key", "ctrl+a")
	v.x("type", "--delay", "8", correctedAnswer)
	v.holds(n.Label, correctedAnswer)
	v.picture("correcting")
	v.review()
	v.taps(v.say("action.make_ready"))
	v.sees(v.say("correct.revision", locale.Values{"Number": 2}))
	v.picture("correction-made")
	return v.send(2)[0]
}

// isAsked answers what the secretariat asks about what has this code.
func (v *visitor) isAsked(b *browser, r *road, code string) {
	v.t.Helper()
	b.do(chromedp.Navigate(r.desk+"/item/"+code), visible("h1"))
	b.shows(correctedAnswer)
	b.do(visible("#ask-text"), chromedp.SendKeys("#ask-text", askedBack))
	b.press(".ask button")
	b.shows(askedBack)

	v.show("nav.outbox")
	v.taps(v.say("send.ask"))
	v.until("the question", func() bool { return strings.Contains(v.look().text(), plain(v.words.Count("message.waiting", 1))) })
	v.picture("question-came")
	v.show("nav.messages")
	v.sees(askedBack)
	v.picture("messages")
	v.taps(askedBack)
	v.sees(v.say("message.reply_label"))
	v.types(v.say("message.reply_label"), replied)
	v.picture("reply")
	v.taps(v.say("message.reply"))
	v.sees(v.say("message.replied"))
	v.send(3)
	b.do(chromedp.Navigate(r.desk+"/item/"+code), visible(".said .reply"))
	b.shows(askedBack, replied)
}

// byStick writes a contribution, has it carried to the centre, and takes the
// receipt from the stick that comes back; so many receipts there were before.
func (v *visitor) byStick(r *road, before int) {
	v.t.Helper()
	v.show("nav.consultation")
	v.taps(v.say("consultation.write"))
	v.types(v.say("contribution.title"), stickTitle)
	v.types(v.say("contribution.paragraph", locale.Values{"Number": 1}), stickParagraph)
	v.tapsBehind(v.say("screen.publication"), v.question("publication").Choices[0].Label)
	v.taps(v.say("action.make_ready"))
	v.carry()
	v.seesSome("carry.written")
	v.picture("on-the-stick")
	r.run("", "bundle", "take", "--dir", r.dir, "--yes", v.stick())
	if list := r.run("", "central", "list", "--dir", r.dir); strings.Count(list, stickTitle) != 1 {
		v.t.Errorf("what the stick brought is not at the centre once: %s", list)
	}
	v.carry()
	v.seesSome("carry.receipts")
	v.until("the receipt", func() bool { return len(v.received()) == before+1 })
	v.picture("back-on-the-stick")
}

// revise corrects the contribution that a stick took, and has another one take that.
func (v *visitor) revise(r *road) {
	v.t.Helper()
	v.show("nav.outbox")
	v.taps(stickTitle)
	v.sees(v.say("receipt.proof_ok"))
	v.taps(v.say("correct.text"))
	paragraph := v.say("contribution.paragraph", locale.Values{"Number": 1})
	v.enter(paragraph)
	v.x("key", "ctrl+a")
	v.x("type", "--delay", "8", stickCorrected)
	v.holds(paragraph, stickCorrected)
	v.picture("revising")
	v.taps(v.say("action.make_ready"))
	v.sees(v.say("correct.revision", locale.Values{"Number": 2}))
	v.picture("revision-made")
	v.carry()
	v.seesSome("carry.written")
	r.run("", "bundle", "take", "--dir", r.dir, "--yes", v.stick())
	if list := r.run("", "central", "list", "--dir", r.dir); strings.Count(list, stickTitle) != 2 {
		v.t.Errorf("the two revisions are not at the centre once each: %s", list)
	}
}

// seesSome waits until some of something are told, one at least.
func (v *visitor) seesSome(id locale.ID) {
	v.t.Helper()
	v.until(string(id), func() bool {
		text := v.look().text()
		for n := 1; n < 10; n++ {
			if strings.Contains(text, plain(v.words.Count(id, n))) {
				return true
			}
		}
		return false
	})
}

// stick is the folder that the program asks for first.
func (v *visitor) stick() string { return v.dir }

// carry has what waits saved to the stick.
func (v *visitor) carry() {
	v.t.Helper()
	v.show("nav.outbox")
	v.taps(v.say("carry.stick"))
	v.until("the dialog", func() bool { return called(v.say("action.open"))(v.look()) != nil })
	v.picture("choosing-a-folder")
	v.taps(v.say("action.open"))
}

// By keyboard alone the required questions are answered and sent.
func TestWindowByKeyboardAlone(t *testing.T) {
	h := newHand(t, windowSizes()[0])
	h.keys = true
	r := newRealRoad(t)
	v := newVisitor(t, h)
	h.start("-dir", filepath.Join(h.dir, "device"))
	began := time.Now()
	v.firstStart()
	v.answer("")
	v.makeReady()
	v.join(r)
	v.send(1)
	t.Logf("it took %v", time.Since(began))
	if err := h.end(); err != nil {
		t.Errorf("the program was asked to end and ended with %v", err)
	}
	if list := r.run("", "central", "list", "--dir", r.dir); strings.Count(list, "Oasis") != 1 {
		t.Errorf("the centre has %s", fmt.Sprintf("%q", list))
	}
}
