package formview

import (
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

func around(t *testing.T) *surroundings {
	t.Helper()
	test.NewTempApp(t)
	test.ApplyTheme(t, plain{theme.DefaultTheme()})
	return &surroundings{words: locale.New("en")}
}

func TestWhatIsSplitIsTheSameTextPutTogether(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":      "",
		"short":        "word",
		"paragraphs":   strings.Repeat("A sentence that is said again. And another.\n\n", 900),
		"no spaces":    strings.Repeat("ሀ", 25_000),
		"emoji":        strings.Repeat("👩🏽‍🌾 ", 9_000),
		"bidi":         strings.Repeat("\u202eabc \u2066שלום\u2069 ", 4_000),
		"broken bytes": strings.Repeat("a\xff", 15_000),
	} {
		pieces := Split(text, MaxField)
		if strings.Join(pieces, "") != text {
			t.Errorf("%s: put together it is another text", name)
		}
		for _, p := range pieces {
			if n := utf8.RuneCountInString(p); n > MaxField {
				t.Errorf("%s: a piece has %d characters", name, n)
			}
		}
	}
}

func TestALongPasteStandsInSeveralFieldsAndNothingIsLost(t *testing.T) {
	c := newText(around(t), true, "")
	answer := ""
	c.OnAnswer = func(v string) { answer = v }
	c.Display(session.Node{Value: "Before. "})
	clipboard := test.NewClipboard()
	pasted := strings.Repeat("Many words about one thing. ", 1_000)
	clipboard.SetContent(pasted)
	c.parts[0].CursorColumn = len("Before. ")
	c.parts[0].TypedShortcut(&fyne.ShortcutPaste{Clipboard: clipboard})
	if answer != "Before. "+pasted {
		t.Errorf("the answer has %d bytes, pasted were %d", len(answer), len(pasted))
	}
	if len(c.parts) != 3 || !strings.Contains(c.note.Words(), "nothing of it is lost") {
		t.Errorf("%d fields, and said was %q", len(c.parts), c.note.Words())
	}
}

func TestALongPasteComesInWhereTheCaretStands(t *testing.T) {
	c := newText(around(t), true, "")
	answer := ""
	c.OnAnswer = func(v string) { answer = v }
	c.Display(session.Node{Value: "One.\nTwo.\nThree."})
	clipboard := test.NewClipboard()
	pasted := strings.Repeat("Many words about one thing. ", 1_000)
	clipboard.SetContent(pasted)
	c.parts[0].CursorRow, c.parts[0].CursorColumn = 1, len("Two.")
	c.parts[0].TypedShortcut(&fyne.ShortcutPaste{Clipboard: clipboard})
	if answer != "One.\nTwo."+pasted+"\nThree." {
		t.Errorf("it came in behind %q", answer[:strings.Index(answer, pasted)])
	}
}

func TestFiveMegabytesAreKeptAndAFewFieldsOfThemShown(t *testing.T) {
	c := newText(around(t), true, "")
	answer := ""
	c.OnAnswer = func(v string) { answer = v }
	c.Display(session.Node{Value: "Before."})
	clipboard := test.NewClipboard()
	pasted := strings.Repeat("Word after word. ", 5<<20/17)
	clipboard.SetContent(pasted)
	c.parts[0].CursorColumn = len("Before.")
	c.parts[0].TypedShortcut(&fyne.ShortcutPaste{Clipboard: clipboard})
	if answer != "Before."+pasted {
		t.Errorf("the answer has %d bytes, pasted were %d", len(answer), len(pasted))
	}
	if len(c.parts) > shownParts || !strings.Contains(c.note.Words(), "5.2 MB") {
		t.Errorf("%d fields are shown, and said was %q", len(c.parts), c.note.Words())
	}
	test.Tap(c.on)
	test.Type(c.parts[0], "Here. ")
	if want := len("Before.") + len(pasted) + len("Here. "); len(answer) != want || !strings.Contains(answer[MaxField:], "Here. ") {
		t.Errorf("after typing in the seventh field the answer has %d bytes, not %d", len(answer), want)
	}
}

func TestWhatNoKeyStandsForIsNotTyped(t *testing.T) {
	e := NewEntry(true)
	for _, r := range "突\x00尼\x1b斯\u0085" {
		e.TypedRune(r)
	}
	if e.Text != "突尼斯" {
		t.Errorf("typed is %q", e.Text)
	}
}

func TestLinesPastedIntoAFieldOfOneLineStandBehindEachOther(t *testing.T) {
	around(t)
	e := NewEntry(false)
	clipboard := test.NewClipboard()
	clipboard.SetContent("Radio\r\nMwalo")
	e.TypedShortcut(&fyne.ShortcutPaste{Clipboard: clipboard})
	if e.Text != "Radio Mwalo" {
		t.Errorf("the field holds %q", e.Text)
	}
}

func TestShowingAnAnswerIsNotAnswering(t *testing.T) {
	c := newText(around(t), false, "")
	c.OnAnswer = func(v string) { t.Errorf("answered %q", v) }
	c.Display(session.Node{Value: "shown"})
	if c.parts[0].Text != "shown" {
		t.Errorf("shown is %q", c.parts[0].Text)
	}
}

func TestAFieldGrowsWithItsText(t *testing.T) {
	around(t)
	e := NewEntry(true)
	w := test.NewTempWindow(t, e)
	w.Resize(fyne.NewSize(300, 900))
	before := e.MinSize().Height
	test.Type(e, strings.Repeat("word ", 200))
	if after := e.MinSize().Height; after < 3*before {
		t.Errorf("it was %v high and is %v", before, after)
	}
}

func TestOneIsPickedOrSeveral(t *testing.T) {
	s := around(t)
	n := session.Node{Choices: []session.Choice{{Value: "a", Label: "A"}, {Value: "b", Label: "B"}}}
	for _, several := range []bool{false, true} {
		p := newPick(s, several, false)
		p.OnAnswer = func(v string) { n.Value = v; p.Display(n) }
		n.Value = ""
		p.Display(n)
		test.Tap(p.rows[0])
		p.rows[1].TypedRune(' ') // by keyboard
		if want := map[bool]string{false: "b", true: "a b"}[several]; n.Value != want {
			t.Errorf("several %v: picked is %q, want %q", several, n.Value, want)
		}
		if p.rows[0].Picked() != several || !p.rows[1].Picked() {
			t.Errorf("several %v: the marks are %v %v", several, p.rows[0].Picked(), p.rows[1].Picked())
		}
	}
}

func TestReturnTakesTheFirstMatchOfASearch(t *testing.T) {
	p := newPick(around(t), false, true)
	got := ""
	p.OnAnswer = func(v string) { got = v }
	p.Display(session.Node{Choices: []session.Choice{{Value: "NE", Label: "Niger"}, {Value: "NG", Label: "Nigeria"}, {Value: "KE", Label: "Kenya"}}})
	test.Type(p.find, "nigeria")
	p.find.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got != "NG" {
		t.Errorf("taken was %q", got)
	}
}

func TestAFileIsChosenAndTakenAway(t *testing.T) {
	u := newUpload(around(t))
	asked, got := false, "x"
	u.OnAttach, u.OnAnswer = func() { asked = true }, func(v string) { got = v }
	u.Display(session.Node{})
	if u.remove.Visible() {
		t.Error("there is something to remove")
	}
	test.Tap(u.choose)
	u.Display(session.Node{Value: "map.png"})
	test.Tap(u.remove)
	if !asked || got != "" || u.name.Words() != "map.png" {
		t.Errorf("asked %v, answered %q, shown %q", asked, got, u.name.Words())
	}
}

func TestTheWheelOverAFieldMovesThePage(t *testing.T) {
	around(t)
	tall := NewStack(1)
	for range 60 {
		tall.Add(wrapped("line"))
	}
	page := NewScroll(NewColumn(tall))
	w := test.NewTempWindow(t, page)
	w.Resize(fyne.NewSize(300, 300))
	newWheel(page).Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -50)})
	if page.inner.Offset.Y == 0 {
		t.Error("the page stands where it stood")
	}
	page.Reveal(tall.Objects[59])
	if page.inner.Offset.Y < 500 {
		t.Errorf("the last line is not in sight at %v", page.inner.Offset.Y)
	}
}

func TestARepeatGrowsAndShrinks(t *testing.T) {
	test.NewTempApp(t)
	def := &forms.Definition{Settings: forms.Settings{ID: "x", Title: "X"}}
	text := func(parent forms.Ref, name string) *forms.Question {
		return &forms.Question{Common: forms.Common{Name: name, Ref: parent.Child(name), Label: forms.Text{"": name}, Bind: forms.Bind{Type: forms.String}}, Control: forms.Input}
	}
	rep := &forms.Repeat{Common: forms.Common{Name: "member", Ref: "/data/member", Label: forms.Text{"": "Members"}}}
	rep.Children = []forms.Element{text("/data/member", "name")}
	def.Root = &forms.Group{Common: forms.Common{Name: "data", Ref: "/data"}, Children: []forms.Element{rep}}
	s, err := session.Start(def, session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	changes := 0
	f := NewForm(s, Options{Words: locale.New("en"), Changed: func() { changes++ }})
	defer f.Close()
	f.Show(f.Pages()[0])
	f.addRepeat("/data/member")
	if len(f.order) != 2 || changes != 1 {
		t.Errorf("%d fields after adding, %d changes told", len(f.order), changes)
	}
	if err := s.RemoveRepeat("/data/member[1]"); err != nil {
		t.Fatal(err)
	}
	if len(f.order) != 1 {
		t.Errorf("%d fields after removing", len(f.order))
	}
}
