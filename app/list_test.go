package app

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"baraza.example/app/workspace"
)

// many is what somebody has who wrote down the answers of a whole district.
func (p *person) many(n int) mine {
	m := mine{read: true}
	for i := range n {
		m.drafts = append(m.drafts, workspace.Brief{ID: fmt.Sprint(i), Title: fmt.Sprintf("Group %d", i), Changed: time.Unix(int64(1e9+i), 0)})
		m.items = append(m.items, workspace.Item{Name: fmt.Sprint(i), Title: fmt.Sprintf("Village %d", i), Made: int64(1e9 + i)})
	}
	return m
}

// drawn counts the texts that are to be drawn.
func (p *person) drawn() (n int) {
	visit(p.window.Content(), func(o fyne.CanvasObject) {
		if _, ok := o.(*canvas.Text); ok {
			n++
		}
	})
	return n
}

func TestTenThousandDraftsAndItemsDrawNoMoreThanFitTheScreen(t *testing.T) {
	p := known(t, phone)
	m := p.many(10_000)
	for name, body := range map[string]func() fyne.CanvasObject{
		"home":     func() fyne.CanvasObject { return p.home(m) },
		"all":      func() fyne.CanvasObject { return p.listOf(p.entries(m, 0), &finder{a: p.App}) },
		"outbox":   (&outbox{a: p.App, items: m.items, joined: true, read: true}).draw,
		"nothing":  func() fyne.CanvasObject { return p.home(mine{read: true}) },
		"no lines": func() fyne.CanvasObject { return p.listOf(nil, &finder{a: p.App}) },
	} {
		p.start(place{draw: func() screen { return screen{title: name, body: body()} }})
		if n := p.drawn(); n == 0 || n > 260 {
			t.Errorf("%s draws %d texts", name, n)
		}
	}
}

func TestAllOfAThousandAreReachedInTheList(t *testing.T) {
	p := known(t, phone)
	opened := ""
	var entries []entry
	for i := range 1000 {
		title := fmt.Sprintf("Group %d", i)
		entries = append(entries, entry{hollow, title, "draft", func() { opened = title }, ""})
	}
	l := newList(entries)
	p.start(place{draw: func() screen { return screen{title: "all", body: l} }})
	p.sees("Group 0")
	p.doesNotSee("Group 999")
	l.ScrollToBottom()
	p.sees("Group 999")
	p.window.Canvas().Focus(l)
	for range 3 {
		l.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	}
	l.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if opened != "Group 3" {
		t.Errorf("Return opened %q", opened)
	}
	l.Select(7)
	if opened != "Group 7" {
		t.Errorf("a tap opened %q", opened)
	}
}

func TestOpeningHomeReadsNothingBeforeItIsDrawn(t *testing.T) {
	p := known(t, phone)
	var waiting []func()
	p.jobs.away = func(f func()) { waiting = append(waiting, f) }
	p.showHome()
	p.sees("Your next step", "Timeline", "to be determined") // nothing was read yet
	if len(waiting) == 0 {
		t.Fatal("nothing is being read")
	}
	for _, f := range waiting {
		f()
	}
	p.sees("Write a contribution")
}
