package app

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
)

// onPaper are the recovery words that are shown, in the order of their numbers.
func (p *person) onPaper() (words []string) {
	p.t.Helper()
	for i, found := range regexp.MustCompile(`(?m)^(\d+)\. (\w{4})$`).FindAllStringSubmatch(p.shown(), -1) {
		if found[1] != strconv.Itoa(i+1) {
			p.t.Fatalf("word %s stands at %d", found[1], i+1)
		}
		words = append(words, found[2])
	}
	if len(words) != 12 {
		p.t.Fatalf("%d words are shown in\n%s", len(words), p.shown())
	}
	return words
}

// answers types the words that are asked back.
func (p *person) answers(words []string) {
	p.t.Helper()
	asked := regexp.MustCompile(`(?m)^Word (\d+)$`).FindAllStringSubmatch(p.shown(), -1)
	if len(asked) != 2 {
		p.t.Fatalf("asked back are %v", asked)
	}
	for i, a := range asked {
		n, _ := strconv.Atoi(a[1])
		p.field(i).SetText("")
		p.types(i, " "+strings.ToUpper(words[n-1]))
	}
	p.taps("These are the words")
}

// hasASheet makes a recovery sheet and returns its words.
func (p *person) hasASheet() []string {
	p.t.Helper()
	p.showSafety()
	p.taps("Recovery sheet")
	p.taps("Make a recovery sheet")
	words := p.onPaper()
	visit(p.window.Content(), func(o fyne.CanvasObject) {
		if l, ok := o.(*formview.Label); ok && strings.HasPrefix(l.Words(), "12. ") && p.window.Canvas().Size() == phone {
			if low := p.fyne.Driver().AbsolutePositionForObject(l).Y + l.Size().Height; low > p.fyne.Driver().AbsolutePositionForObject(p.shell.bar).Y {
				p.t.Errorf("the last word ends at %v, behind the buttons", low)
			}
		}
	})
	p.taps("I have them on paper")
	p.answers(words)
	p.sees("The words are in force.", "Made: twelve words on paper")
	return words
}

func TestARecoverySheetIsInForceOnceTwoWordsWereReadFromIt(t *testing.T) {
	p := comes(t, t.TempDir(), phone)
	p.isNamed("Ujirani Cooperative")
	p.showSettings()
	p.sees("Recovery sheet: not made yet")
	p.taps("Safety of your work")
	p.taps("Recovery sheet")
	p.sees("Not made yet")
	p.taps("Make a recovery sheet")
	words := p.onPaper()
	p.taps("I have them on paper")
	for _, w := range words {
		p.doesNotSee(". " + w)
	}
	p.answers(make([]string, 12))
	p.sees("This is not the word that was shown.")
	if _, made, _ := p.work.Locks(); made {
		t.Fatal("the words are in force though nobody has read them")
	}
	p.taps("Look again")
	if again := p.onPaper(); strings.Join(again, " ") != strings.Join(words, " ") {
		t.Errorf("the words became %v", again)
	}
	p.taps("I have them on paper")
	p.answers(words)
	p.sees("The words are in force.", "Made: twelve words on paper")
	if _, made, _ := p.work.Locks(); !made {
		t.Error("the words are not in force")
	}
	p.showSettings()
	p.doesNotSee("Recovery sheet: not made yet")
	p.showRecovery()
	p.taps("Make the words open nothing")
	p.sees("The words open nothing any more.", "Not made yet")
}

func TestTheSheetIsSavedToBePrintedAndNamesNobody(t *testing.T) {
	p := comes(t, t.TempDir(), phone)
	p.isNamed("Ujirani Cooperative")
	p.showRecovery()
	p.taps("Make a recovery sheet")
	words := p.onPaper()
	parsed, err := workspace.ParseWords(strings.Join(words, " "))
	if err != nil {
		t.Fatal(err)
	}
	var file written
	content := []byte(p.recoverySheet(parsed).Text())
	p.writeTo(&file, content, "saved")
	if !file.closed || !strings.Contains(file.String(), "1. "+words[0]) || !strings.Contains(file.String(), "Whoever has this paper") || strings.Contains(file.String(), "Ujirani") {
		t.Errorf("saved was %s", file.String())
	}
}

func TestWhoForgotThePINComesInByTheWordsAndChoosesAnother(t *testing.T) {
	p := comes(t, t.TempDir(), phone)
	p.isNamed("Ujirani Cooperative")
	words := p.hasASheet()
	p.keepsALock("lake 4417")
	p.lock()
	p.taps("I have forgotten it")
	for _, c := range []struct{ typed, said string }{
		{strings.Join(words[1:], " "), "There are twelve words of four letters each."},
		{strings.Join(words[:11], " ") + " wxyz", "“wxyz”, word 12, can't be a recovery word."},
		{strings.Join(append([]string{words[1], words[0]}, words[2:]...), " "), "don't fit together"},
	} {
		p.field(0).SetText("")
		p.unlocks(c.typed)
		p.sees(c.said)
	}
	p.field(0).SetText("")
	p.unlocks("1. " + strings.ToUpper(strings.Join(words, ", ")))
	p.sees("It is open. Choose a new PIN or passphrase now", "PIN or passphrase")
}

func TestABackupIsMadeProvedAndRestoredOnACleanDevice(t *testing.T) {
	p := comes(t, t.TempDir(), phone)
	p.isNamed("Ujirani Cooperative")
	p.taps("Write a contribution")
	p.types(0, "What the lake needs")
	p.showBackup()
	p.sees("make one of them first")
	words := p.hasASheet()
	file := filepath.Join(t.TempDir(), "baraza.backup")
	p.showBackup()
	p.sees("Choose a folder for it")
	b := &backing{p.App, &work{a: p.App}}
	p.goTo(place{draw: b.draw, enter: p.looked})
	b.make(file)
	p.sees("was read back from end to end. It has ")
	p.sees("Last made: today", file)
	before, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	p.taps("Bring it up to date")
	p.sees("The backup is made")
	if after, err := os.Stat(file); err != nil || after.Size() > before.Size()+8<<10 {
		t.Errorf("with nothing new it grew from %d to %d, %v", before.Size(), after.Size(), err)
	}
	p.taps("Prove the backup")
	p.sees("The backup is whole. It has ")
	raw, err := os.ReadFile(file)
	if err != nil || bytes.Contains(raw, []byte("Ujirani")) {
		t.Fatal("the backup can be read by anybody", err)
	}
	flipped := bytes.Clone(raw)
	flipped[len(raw)/2] ^= 1
	if err := os.WriteFile(file, flipped, 0o600); err != nil {
		t.Fatal(err)
	}
	p.taps("Prove the backup")
	p.doesNotSee("The backup is whole.")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	p.goes()

	dir := t.TempDir()
	p = comes(t, dir, phone)
	p.taps("I have a backup or a recovery sheet")
	p.taps("Get it back")
	p.sees("Choose the file of the backup first.")
	p.taps("Back")
	r := p.restores(file)
	p.types(0, strings.Join(words[:11], " "))
	p.taps("Get it back")
	p.sees("There are twelve words")
	p.field(0).SetText("")
	p.types(0, strings.Join(words, " "))
	p.taps("Get it back")
	p.sees("Everything of the backup is here.", "Choose a PIN or passphrase for this device now, or none")
	if r.typed != "" {
		t.Error("the words are still known")
	}
	p.showHome()
	p.sees("What the lake needs")
	if list, err := p.o.People.List(); err != nil || len(list) != 1 {
		t.Errorf("on the device are %v, %v", list, err)
	}
	p.showLock()
	p.sees("Only the recovery words open it.")
	p.taps("Open without asking")
	p.goes()
	p = comes(t, dir, phone)
	p.sees("What the lake needs")
}

// restores chooses the file on the screen for it.
func (p *person) restores(file string) *restoring {
	p.t.Helper()
	r := p.restoreFrom("")
	r.chosen(storage.NewFileURI(file))
	p.sees(file)
	return r
}

func TestWhatIsNoBackupIsSaidToBeNone(t *testing.T) {
	p := comes(t, t.TempDir(), phone)
	file := filepath.Join(t.TempDir(), "holiday.jpg")
	if err := os.WriteFile(file, []byte(strings.Repeat("no backup ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	p.restores(file)
	p.taps("The PIN or passphrase of then")
	p.types(0, "lake 4417")
	p.taps("Get it back")
	p.sees("This file is no backup of this program.")
	p.taps("Back")
	p.isNamed("Ujirani Cooperative")
}

func TestMyDataIsCheckedAndCanBeStopped(t *testing.T) {
	p := comes(t, t.TempDir(), phone)
	p.isNamed("Ujirani Cooperative")
	p.showSafety()
	p.taps("Check my data")
	p.sees("At the last start", "The store is in order.")
	p.taps("Check now")
	p.sees("of the journal were read", "All are as they were written.")
	var waiting []func()
	p.slow(&waiting)
	p.taps("Check now")
	p.sees("Checking …", "0 B of 0 B")
	p.taps("Cancel")
	run := waiting
	waiting = nil
	for _, f := range run {
		f()
	}
	p.sees("Stopped. What was there before is as it was.", "[Check now]")
}

func TestEverythingIsRemovedOnceTheWordWasTyped(t *testing.T) {
	dir := t.TempDir()
	p := comes(t, dir, phone)
	log, err := workspace.OpenDiary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	slog.New(log).Info("exchange ended", "took", 12)
	p.o.Log = log
	p.isNamed("Ujirani Cooperative")
	p.showSafety()
	p.taps("Remove everything of mine")
	p.sees("flash memory", "Backups and copied folders are not reached.", "What was sent already stays")
	p.taps("Remove for good")
	p.sees("Nothing was removed.")
	p.types(0, " Remove")
	p.taps("Remove for good")
	p.sees("The keys are destroyed", "flash memory")
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
	if text, err := log.Text(t.Context()); err != nil || len(text) > 0 {
		t.Errorf("left in the log is %s, %v", text, err)
	}
	p.taps("Next")
	p.isNamed("Fishers of Nansole")
}

func TestWhoCanOpenNothingAnyMoreBeginsAnew(t *testing.T) {
	p := comes(t, t.TempDir(), phone)
	p.isNamed("Ujirani Cooperative")
	p.keepsALock("lake 4417")
	p.lock()
	p.taps("Remove everything of mine")
	p.taps("Back")
	p.sees("This device is locked")
	p.taps("Remove everything of mine")
	p.types(0, "remove")
	p.taps("Remove for good")
	p.taps("Next")
	p.isNamed("Fishers of Nansole")
}
