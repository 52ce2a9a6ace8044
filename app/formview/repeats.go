package formview

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// openAtOnce is how many instances of a repeat stand open together. Of more each
// is a line that says what it holds, until it is opened.
const openAtOnce = 2

// addInstance draws one instance of a repeat below what box holds.
func (f *Form) addInstance(box *fyne.Container, repeat, n session.Node, i, depth int) {
	total := len(repeat.Children)
	place := f.around.words.Say("fill.position", locale.Values{"Position": i + 1, "Total": total})
	if total > openAtOnce && f.opened[repeat.Ref] != i+1 {
		line := f.summary(n)
		b := NewButton(place+" · "+line, func() { f.unfold(repeat.Ref, i+1) })
		b.OnFocus = func() { f.around.reveal(b) }
		b.Low()
		b.Icon = theme.MenuDropDownIcon()
		box.Add(b)
		return
	}
	title := wrapped(place)
	title.SizeName, title.Bold = theme.SizeNameSubHeadingText, true
	box.Add(title)
	f.add(box, n, depth+1)
	tools := NewRow(gapLow)
	low := func(id locale.ID, icon fyne.Resource, do func()) {
		b := f.button(id, do)
		b.Low()
		b.Icon = icon
		tools.Add(b)
	}
	if repeat.CanAdd {
		low("filling.duplicate", theme.ContentCopyIcon(), func() { f.duplicate(n.Ref, total+1) })
		low("fill.remove_this", theme.DeleteIcon(), func() { f.removeRepeat(n.Ref) })
	}
	if total > openAtOnce {
		low("filling.fold_this", theme.MenuDropUpIcon(), func() { f.unfold(repeat.Ref, 0) })
	}
	if len(tools.Objects) > 0 {
		box.Add(tools)
	}
	box.Add(widget.NewSeparator())
}

// unfold opens an instance of a repeat, counted from 1, and folds the others.
func (f *Form) unfold(repeat forms.Ref, i int) {
	f.opened[repeat] = i
	f.build()
	if i > 0 {
		f.revealIn(repeat.At(i))
	}
}

// revealIn goes to the first question of a group or an instance.
func (f *Form) revealIn(at forms.Ref) {
	for _, d := range f.order {
		if strings.HasPrefix(string(d.ref), string(at)+"/") && d.box.Visible() {
			f.Reveal(d.ref)
			return
		}
	}
}

// summary says what is answered in an instance: its first answers, in words.
func (f *Form) summary(n session.Node) string {
	const most = 60 // characters
	var said []string
	for _, a := range f.Answers(Page{refs: n.Children}) {
		if words := strings.Join(strings.Fields(a.Words), " "); words != "" {
			said = append(said, OnePiece(words))
		}
		if len(said) == 3 {
			break
		}
	}
	line := strings.Join(said, " · ")
	switch {
	case line == "":
		return f.around.words.Say("filling.empty_this")
	case utf8.RuneCountInString(line) > most:
		return string([]rune(line)[:most]) + " …"
	}
	return line
}

func (f *Form) addRepeat(ref forms.Ref) {
	n, _ := f.session.Node(ref)
	f.opened[ref] = len(n.Children) + 1
	at, err := f.session.AddRepeat(ref)
	if err != nil {
		return // the button stands only where a repeat may grow
	}
	f.changed()
	f.revealIn(at)
}

// duplicate adds an instance with the answers of the one at ref; it will be the
// one with the number.
func (f *Form) duplicate(ref forms.Ref, number int) {
	repeat, _ := instanceOf(ref)
	f.opened[repeat] = number
	at, err := f.session.DuplicateRepeat(ref)
	if err != nil {
		return
	}
	f.changed()
	f.revealIn(at)
}

func (f *Form) removeRepeat(ref forms.Ref) {
	repeat, _ := instanceOf(ref)
	delete(f.opened, repeat)
	if f.session.RemoveRepeat(ref) != nil {
		return
	}
	f.changed()
	if f.o.Removed != nil {
		f.o.Removed()
	}
}

// Undo takes back what the person did last, and goes there. It says what that was
// about; ok is false where there was nothing.
func (f *Form) Undo() (what string, ok bool) {
	ref, ok := f.session.Undo()
	if !ok {
		return "", false
	}
	f.changed()
	n, _ := f.session.Node(ref)
	what = n.Label
	if n.Instance { // it came back
		repeat, number := instanceOf(ref)
		f.opened[repeat] = number
		f.build()
	}
	if page := f.PageOf(ref); page >= 0 && f.o.Turn != nil && !f.onPage(ref) {
		f.o.Turn(page)
	}
	if d := f.fields[ref]; d != nil {
		f.Reveal(ref)
		f.judge(d)
	} else {
		f.revealIn(ref)
	}
	return what, true
}

// instanceOf is the repeat that an instance is one of, and its number.
func instanceOf(ref forms.Ref) (repeat forms.Ref, number int) {
	s := string(ref)
	open := strings.LastIndexByte(s, '[')
	if open < 0 || !strings.HasSuffix(s, "]") {
		return ref, 0
	}
	number, _ = strconv.Atoi(s[open+1 : len(s)-1])
	return ref[:open], number
}

// onPage says whether ref stands on the page that is shown.
func (f *Form) onPage(ref forms.Ref) bool {
	for _, r := range f.page.refs {
		for at := ref; at != ""; at = at.Parent() {
			if at == r || at.Generic() == r {
				return true
			}
		}
	}
	return false
}
