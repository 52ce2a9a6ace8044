package formview

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"baraza.example/forms/session"
)

const survey = `
	| survey  | type         | name   | label        | relevant   | guidance_hint      | appearance | required |
	|         | begin_group  | who    | Who          |            |                    |            |          |
	|         | note         | n      | Read this.   |            |                    |            |          |
	|         | text         | name   | Your name?   |            | As on paper        |            | yes      |
	|         | text         | story  | Your story?  |            |                    | multiline  |          |
	|         | end_group    |        |              |            |                    |            |          |
	|         | begin_group  | both   | Both         |            |                    | field-list |          |
	|         | integer      | young  | How young?   |            |                    |            |          |
	|         | integer      | old    | How old?     | ${young}>0 |                    |            |          |
	|         | end_group    |        |              |            |                    |            |          |
	|         | begin_repeat | member | Members      |            |                    |            |          |
	|         | text         | called | Called?      |            |                    |            |          |
	|         | select_one s | sex    | Sex?         |            |                    |            |          |
	|         | end_repeat   |        |              |            |                    |            |          |
	| choices | list_name    | name   | label        |
	|         | s            | f      | Female       |
	|         | s            | m      | Male         |`

func (sh *sheet) presses(label string) {
	sh.t.Helper()
	var found *Button
	walkObjects(sh.Object(), func(o fyne.CanvasObject) {
		if b, ok := o.(*Button); ok && found == nil && strings.HasPrefix(b.Text, label) {
			found = b
		}
	})
	if found == nil {
		sh.t.Fatalf("there is no button %q in %q", label, sh.shown())
	}
	test.Tap(found)
}

// walkObjects calls do for everything to be seen in o.
func walkObjects(o fyne.CanvasObject, do func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	do(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, c := range o.Objects {
			walkObjects(c, do)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(o).Objects() {
			walkObjects(c, do)
		}
	}
}

func TestAFormIsAskedAsThePersonPrefers(t *testing.T) {
	sh := fill(t, survey)
	for paging, want := range map[Paging]string{
		AsFormSays: "Who, Both, Members", ByGroup: "Who, Both, Members", InOne: "data",
		ByQuestion: "Your name?, Your story?, Both, Members",
	} {
		sh.o.Paging = paging
		if got := strings.Join(sh.pages(), ", "); got != want {
			t.Errorf("%q: the pages are %q, want %q", paging, got, want)
		}
	}
	sh.o.Paging = ByQuestion
	sh.Show(sh.Pages()[0])
	sh.sees("Read this.", "Your name?")
	sh.doesNotSee("Your story?")
	if n := sh.PageOf(sh.s.Definition().Root.Ref.Child("both").Child("old")); n != 2 {
		t.Errorf("a question stands on page %d", n)
	}
	sh.o.Paging = InOne
	sh.Show(sh.Pages()[0])
	sh.sees("Your name?", "How young?", "Called?")
	var parts []string
	for _, p := range sh.Parts() {
		parts = append(parts, p.Label)
	}
	if got := strings.Join(parts, ", "); got != "Who, Both, Members" {
		t.Errorf("the outline lists %q", got)
	}
	sh.RevealPart(sh.Parts()[1])
	if got := sh.window.Canvas().Focused(); got != sh.entry("young") {
		t.Errorf("a part of the outline leads to %T", got)
	}
	large := fill(t, large(mostInOne+10))
	large.o.Paging = InOne
	if n := len(large.Pages()); n < 2 {
		t.Error("a form too large for one page is asked on one")
	}
}

func TestRepeatsAreCopiedFoldedAndSaidInALine(t *testing.T) {
	sh := fill(t, survey)
	removed := 0
	sh.o.Removed = func() { removed++ }
	sh.page("Members")
	sh.types("called", "Asha")
	sh.picks("sex", "Female")
	sh.presses("Copy this one")
	sh.sees("1 of 2", "2 of 2")
	sh.presses("Add another")
	sh.sees("1 of 3 · Asha · Female", "2 of 3 · Asha · Female", "3 of 3", "Called?")
	if n := len(sh.order); n != 2 {
		t.Errorf("%d questions of the folded are drawn", n)
	}
	sh.presses("Fold")
	sh.sees("3 of 3 · nothing answered yet")
	sh.presses("2 of 3")
	sh.types("called", " Njeri")
	if got := sh.value("called"); got != "Asha Njeri" && got != " NjeriAsha" {
		t.Errorf("in the one that was opened: %q", got)
	}
	sh.presses("Remove this one")
	sh.sees("1 of 2", "2 of 2")
	if removed != 1 {
		t.Error("nobody was told")
	}
	sh.presses("Undo")
	sh.sees("1 of 3 · Asha · Female", "Njeri")
}

func TestWhatWasDoneIsTakenBackOnItsPage(t *testing.T) {
	sh := fill(t, survey)
	turned := -1
	sh.o.Turn = func(page int) { turned = page; sh.Show(sh.Pages()[page]) }
	if sh.undo.Visible() {
		t.Error("there is nothing to take back, and a button for it")
	}
	sh.types("name", "Asha")
	if !sh.undo.Visible() {
		t.Error("there is no button to take the name back")
	}
	sh.page("Both")
	what, ok := sh.Undo()
	if !ok || what != "Your name?" || turned != 0 || sh.value("name") != "" || sh.entry("name").Text != "" {
		t.Errorf("took back %q, %v, on page %d: it shows %q", what, ok, turned, sh.entry("name").Text)
	}
	if _, ok := sh.Undo(); ok || sh.undo.Visible() {
		t.Error("there is more to take back")
	}
}

func TestANoteToTheSecretariatStandsBesideAQuestion(t *testing.T) {
	around(t)
	sh := fill(t, survey)
	sh.o.Remarks = true
	sh.Show(sh.Pages()[0])
	sh.doesNotSee("Note to the secretariat")
	sh.presses("Say more to the secretariat")
	m := sh.field("story").margin
	test.Tap(m.open)
	if sh.window.Canvas().Focused() != m.note {
		t.Error("the note can't be typed at once")
	}
	test.Type(m.note, "we mean 2006")
	test.Tap(m.none)
	n, _ := sh.s.Node(sh.field("story").ref)
	if n.Remark != (session.Remark{Note: "we mean 2006", NoOpinion: true}) {
		t.Errorf("it is said %+v", n.Remark)
	}
	sh.sees("no opinion")
	if answered, _ := sh.Answered(sh.Pages()[0]); answered != 1 {
		t.Error("no opinion is taken for skipped")
	}
	test.Tap(m.open)
	sh.sees("Your note: we mean 2006")
	if a := sh.Answers(sh.Pages()[0]); len(a) != 1 || a[0].Words != "no opinion" || a[0].Note != "we mean 2006" {
		t.Errorf("the review says %+v", a)
	}
	sh.types("story", "x")
	if n, _ := sh.s.Node(sh.field("story").ref); n.Remark.NoOpinion {
		t.Error("an answer and no opinion")
	}
	needed := sh.field("name").margin
	test.Tap(needed.open)
	if needed.none.Visible() {
		t.Error("there can be no opinion where an answer is needed")
	}
	sh.presses("Hide the notes to the secretariat")
	if needed.box.Visible() || !m.box.Visible() {
		t.Error("what was said is hidden, or what wasn't is still asked for")
	}
	if sh.field("n").margin != nil {
		t.Error("a note that asks nothing can be remarked on")
	}
}

func TestGuidanceIsThereForWhoWantsIt(t *testing.T) {
	sh := fill(t, survey)
	sh.doesNotSee("As on paper")
	sh.presses("More on this question")
	sh.sees("As on paper")
	sh.presses("Less on this question")
	sh.doesNotSee("As on paper")
}

func TestWordsAreCountedWhileTyping(t *testing.T) {
	sh := fill(t, survey)
	sh.doesNotSee("word")
	sh.types("story", "One, two — three's 4")
	sh.sees("4 words")
	sh.types("name", "one two")
	sh.doesNotSee("2 words")
	for text, want := range map[string]int{"": 0, " - ": 0, "主席 2007": 3, "a\nb\tc": 3, "école": 1, "हिन्दी में": 2, "ይህ ነው": 2} {
		if got := wordsIn(text); got != want {
			t.Errorf("%q has %d words, want %d", text, got, want)
		}
	}
}

func TestAFingerMovedAcrossTurnsThePage(t *testing.T) {
	around(t)
	sh := fill(t, survey)
	var turned []int
	sh.around.page.OnSwipe(func(by int) { turned = append(turned, by) })
	swipe := func(dx, dy float32) {
		for range 10 {
			sh.around.page.inner.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(dx/10, dy/10)})
		}
		sh.around.page.inner.DragEnd()
	}
	swipe(-150, 10)
	if fyne.CurrentDevice().IsMobile() != (len(turned) == 1) {
		t.Errorf("a mouse that drags turns pages, or a finger doesn't: %v", turned)
	}
	before := len(turned)
	swipe(-150, 150)
	swipe(-40, 0)
	swipe(0, -200)
	if len(turned) != before {
		t.Error("a page was turned by scrolling")
	}
}
