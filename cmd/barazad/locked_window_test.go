package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

const (
	windowPassphrase = "four goats by the well"
	lockedMinutes    = 2 // the shortest that can be chosen
)

// A telephone is locked, backed up, forgotten and got back: the words of the
// recovery sheet are asked back, a wrong passphrase opens nothing and makes the next
// try wait, and the backup opens on a clean device by the words.
func TestWindowIsLockedAndGotBack(t *testing.T) {
	h := newHand(t, windowSizes()[0])
	r := newRealRoad(t)
	v := newVisitor(t, h)
	device := v.deviceOf(r)
	h.start("-dir", device)

	v.safety("recovery.title")
	words := v.recoverySheet()
	v.safety("backup.title")
	v.taps(v.say("backup.choose"))
	v.taps(v.say("action.open"))
	v.sees(v.say("backup.done"))
	v.picture("backed-up")
	v.setPassphrase()
	v.lockedAndOpened()
	if os.Getenv("BARAZA_SOAK") != "" {
		v.locksByItself()
	}
	v.wipe()

	if err := h.end(); err != nil {
		t.Errorf("the program was asked to end and ended with %v", err)
	}
	h.start("-dir", filepath.Join(h.dir, "another"))
	v.taps(v.words.Language().Name)
	v.taps(v.say("restore.way"))
	v.taps(v.say("action.choose_file"))
	v.taps(".back") // its ending and its name are drawn beside one another
	v.taps(v.say("action.open"))
	v.pastes(v.say("recovery.type_words"), words)
	v.picture("restoring")
	v.taps(v.say("restore.start"))
	v.sees(v.say("lock.words_only"))
	v.picture("got-back")
	v.show("nav.outbox")
	v.until("what was received before", func() bool { return len(v.received()) == 1 })
	if err := h.end(); err != nil {
		t.Errorf("the program was asked to end and ended with %v", err)
	}
}

// safety goes to one of the screens under “Safety of your work”.
func (v *visitor) safety(id locale.ID) {
	v.t.Helper()
	v.show("nav.settings")
	v.taps(v.say("safety.title"))
	v.taps(v.say(id))
}

// recoverySheet makes one, types the two words that are asked back, and returns all
// twelve.
func (v *visitor) recoverySheet() string {
	v.t.Helper()
	v.taps(v.say("recovery.make"))
	v.sees(v.say("recovery.write_down"))
	v.picture("words")
	words := make([]string, 12)
	for _, t := range v.look().Seen {
		number, word, _ := strings.Cut(t.Words, ". ")
		if n, err := strconv.Atoi(number); err == nil && n >= 1 && n <= len(words) {
			words[n-1] = word
		}
	}
	v.taps(v.say("recovery.written"))
	asked := 0
	v.sees(v.say("recovery.ask_title"))
	for i, word := range words {
		heading := v.say("recovery.ask_word", locale.Values{"Number": i + 1})
		if field(heading)(v.look()) != nil {
			v.types(heading, word)
			asked++
		}
	}
	if asked != 2 {
		v.t.Fatalf("%d words are asked back of %q", asked, words)
	}
	v.taps(v.say("recovery.confirm"))
	v.sees(v.say("recovery.done"))
	return strings.Join(words, " ")
}

func (v *visitor) setPassphrase() {
	v.t.Helper()
	v.safety("lock.title")
	v.types(v.say("lock.new"), windowPassphrase)
	v.types(v.say("lock.again"), windowPassphrase)
	v.picture("passphrase")
	v.taps(v.say("lock.set_it"))
	v.sees(v.say("lock.done"))
}

// lockedAndOpened locks by the key that does so, and tries a wrong passphrase first.
func (v *visitor) lockedAndOpened() {
	v.t.Helper()
	v.x("key", "ctrl+l")
	v.isLocked()
	v.types(v.say("lock.word"), "four goats by the lake")
	v.taps(v.say("action.open"))
	v.until("the wrong one to be refused", func() bool { t := field(v.say("lock.word"))(v.look()); return t != nil && *t.Text == "" })
	v.picture("wrong")
	v.unlock()
}

// isLocked sees the door, and nothing of what is behind it.
func (v *visitor) isLocked() {
	v.t.Helper()
	v.sees(v.say("unlock.title"))
	if text := v.look().text(); strings.Contains(text, sampleTitle) || strings.Contains(text, "Oasis Network") {
		v.t.Errorf("the locked window shows %q", text)
	}
	v.picture("locked")
}

func (v *visitor) unlock() {
	v.t.Helper()
	v.types(v.say("lock.word"), windowPassphrase)
	v.taps(v.say("action.open"))
	v.sees(v.say("next.title"))
}

// locksByItself waits until nobody has touched it for the shortest time, and has it
// sleep as a laptop does whose lid is shut: it must ask for the passphrase both times.
func (v *visitor) locksByItself() {
	v.t.Helper()
	v.safety("lock.title")
	v.tapsBehind(v.say("lock.by_itself"), v.words.Count("length.minutes", lockedMinutes))
	began := time.Now()
	h := v.hand
	for !strings.Contains(h.look().text(), plain(v.say("unlock.title"))) { // to look is no touch
		if time.Since(began) > lockedMinutes*time.Minute+patience {
			v.t.Fatalf("nobody touches it for %v, and it stays open", time.Since(began))
		}
		time.Sleep(glance)
	}
	if took := time.Since(began); took < lockedMinutes*time.Minute-workspace.WatchEvery {
		v.t.Errorf("it is locked after %v", took)
	}
	v.isLocked()
	v.unlock()

	pid := h.look().PID
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		v.t.Fatal(err)
	}
	time.Sleep(45 * time.Second) // what sleeps for less is not taken to have slept
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		v.t.Fatal(err)
	}
	v.isLocked()
	v.unlock()
}

// wipe removes everything after the word for it was typed.
func (v *visitor) wipe() {
	v.t.Helper()
	v.safety("wipe.way")
	word := v.say("wipe.word")
	v.types(v.say("wipe.type", locale.Values{"Word": word}), word)
	v.picture("wiping")
	v.taps(v.say("wipe.do"))
	v.sees(v.say("wipe.done"))
}
