package formview

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
	"baraza.example/forms/session"
)

// longList is from how many choices on a list is searched rather than shown.
const longList = 24

// shownMatches is how many matches of a search are shown at once.
const shownMatches = 8

// Pick asks for one or several of a list of choices. A long list is searched
// by typing; what was picked stays in sight.
type Pick struct {
	widget.BaseWidget
	OnAnswer func(value string)

	around   *surroundings
	several  bool
	search   bool
	optional bool
	all      []session.Choice
	value    string
	rows     []*Choice
	find     *Entry
	folder   *locale.Folder // of what is searched; nil until then
	folded   []string       // the labels of all choices; nil until something is looked for
	list     *fyne.Container
	marks    *fyne.Container
	question []string // what is to be known of the question's words
	alike    bool     // the same is to be known of all choices
	above    bool     // marks stand above the words
	bare     bool     // the words stand elsewhere
	heads    bool     // it heads a table: nothing is picked here
	looks    []string // the appearance
	form     *Form    // that its pictures are of; nil outside a form
	locked   bool     // it is only to be read
	known    []string // of all choices; nil until it was looked for
	more     *Label
	clear    *Button
	box      *fyne.Container
}

// NewPick asks for one of a list, outside a form.
func NewPick(words *locale.Localizer, page *Scroll) *Pick {
	return newPick(&surroundings{words: words, page: page}, false, false)
}

// NewPickSeveral asks for any of a list, outside a form; values stand with spaces
// between, as those of a form do.
func NewPickSeveral(words *locale.Localizer, page *Scroll) *Pick {
	return newPick(&surroundings{words: words, page: page}, true, false)
}

func newPick(around *surroundings, several, search bool) *Pick {
	p := &Pick{around: around, several: several, search: search, list: NewStack(0), marks: NewRow(1), more: quiet("")}
	p.clear = around.low("fill.clear", nil, func() { p.answer("") })
	p.more.Hide()
	p.box = NewStack(1, p.list)
	p.ExtendBaseWidget(p)
	return p
}

// Display shows the choices of n and which of them are picked.
func (p *Pick) Display(n session.Node) {
	p.optional = !n.Required && !n.ReadOnly
	p.lock(n.ReadOnly)
	p.question = p.around.badges(n.Language, n.NeedsReview)
	same := slices.Equal(p.all, n.Choices)
	if p.value == n.Value && same && len(p.box.Objects) > 1 {
		return
	}
	p.all, p.value = n.Choices, n.Value
	if len(p.all) > longList {
		p.search = true
	}
	if !same {
		p.arrange(p.looks, len(p.all))
		p.known, p.folded = nil, nil
	}
	if !same || p.search || len(p.box.Objects) <= 1 {
		p.build()
	}
	for _, r := range p.rows {
		r.SetPicked(p.has(r.Value))
	}
	p.clear.Hidden = p.several || p.value == "" || !p.optional
	p.around.settle()
}

// lock makes the choices ones that are only read.
func (p *Pick) lock(locked bool) {
	if p.locked == locked {
		return
	}
	p.locked = locked
	for _, r := range p.rows {
		r.disabled = locked || p.heads
		r.Refresh()
	}
}

func (p *Pick) has(value string) bool {
	if !p.several {
		return p.value == value
	}
	return slices.Contains(strings.Fields(p.value), value)
}

// build makes the rows: all of a short list, of a long one what is picked and
// what the search finds.
func (p *Pick) build() {
	p.rows = nil
	p.list.RemoveAll()
	shown, left := p.all, 0
	if p.search {
		if p.find == nil {
			p.find = NewEntry(false)
			p.find.PlaceHolder = p.around.words.Say("fill.search")
			p.find.OnText = func(string) { p.build(); p.around.settle(); p.showFound() }
			p.find.OnSubmitted = func(string) { p.takeFirst() }
			p.find.OnFocus = func(gained bool) {
				if gained {
					p.showFound()
				}
			}
		}
		shown, left = p.matches()
	}
	if p.known == nil {
		p.known = append([]string{}, p.common()...)
	}
	for _, c := range shown {
		row := NewChoice(c.Value, c.Label, p.several)
		row.OnPick = func() { p.pick(c.Value) }
		row.OnFocus = func() { p.around.reveal(row) }
		row.SetPicked(p.has(c.Value))
		row.shape(p.above, p.bare, p.heads)
		row.disabled = p.locked || p.heads
		p.illustrate(row, c)
		if !p.alike {
			row.SetNote(strings.Join(p.marksOf(c), " · "))
		}
		p.rows = append(p.rows, row)
		p.list.Add(row)
	}
	p.box.RemoveAll()
	if showBadges(p.marks, p.known); !p.marks.Hidden {
		p.box.Add(p.marks)
	}
	if p.search {
		p.box.Add(UnderWheel(p.around.page, p.find))
		p.more.SetWords(p.around.words.Count("screen.more_choices", left))
		p.more.Hidden = left == 0
	}
	p.box.Add(p.list)
	p.box.Add(p.more)
	p.box.Add(p.clear)
}

// showFound brings what was found into sight, and the field above it: that first.
func (p *Pick) showFound() {
	p.around.reveal(p.list)
	p.around.reveal(p.find)
}

// marksOf is what is to be known of the words of a choice.
func (p *Pick) marksOf(c session.Choice) []string { return p.around.badges(c.Language, c.NeedsReview) }

// common is what is to be known of all choices alike, to be said once; nothing
// where the same is said of the question.
func (p *Pick) common() []string {
	if len(p.all) == 0 {
		return nil
	}
	p.alike = false
	first := p.marksOf(p.all[0])
	last := p.all[0]
	for _, c := range p.all[1:] {
		if c.Language == last.Language && c.NeedsReview == last.NeedsReview {
			continue
		}
		if last = c; !slices.Equal(p.marksOf(c), first) {
			return nil
		}
	}
	p.alike = true
	if slices.Equal(first, p.question) {
		return nil
	}
	for i, words := range first {
		first[i] = p.around.words.Say("translation.of_choices", locale.Values{"What": words})
	}
	return first
}

// matches are the picked choices and the first that fit the search, those that
// begin with it before those that have its words; left is how many are not shown. It is
// looked for as in the lists of what was written: whatever the case and the accents.
func (p *Pick) matches() (shown []session.Choice, left int) {
	if p.folder == nil {
		p.folder = locale.NewFolder()
	}
	looked := p.folder.Search(p.find.Text)
	if p.folded == nil && !looked.Empty() {
		for _, c := range p.all {
			p.folded = append(p.folded, p.folder.Of(c.Label))
		}
	}
	var begin, within []session.Choice
	for i, c := range p.all {
		switch {
		case p.has(c.Value):
			shown = append(shown, c)
		case looked.Empty():
			left++
		case looked.BeginsFolded(p.folded[i]):
			begin = append(begin, c)
		case looked.InFolded(p.folded[i]):
			within = append(within, c)
		}
	}
	found := append(begin, within...)
	if len(found) > shownMatches {
		left = len(found) - shownMatches
		found = found[:shownMatches]
	}
	return append(shown, found...), left
}

// takeFirst picks the first match: what Return does in the search.
func (p *Pick) takeFirst() {
	for _, r := range p.rows {
		if !r.Picked() {
			p.pick(r.Value)
			return
		}
	}
}

func (p *Pick) pick(value string) {
	if p.search && p.find.Text != "" {
		p.find.Text = ""
		p.find.Refresh()
	}
	if !p.several {
		p.answer(value)
		return
	}
	picked := strings.Fields(p.value)
	if i := slices.Index(picked, value); i >= 0 {
		picked = slices.Delete(picked, i, i+1)
	} else {
		picked = append(picked, value)
	}
	p.answer(strings.Join(picked, " "))
}

func (p *Pick) answer(value string) {
	if p.OnAnswer != nil {
		p.OnAnswer(value)
	}
}

// First is what gets the focus when the question is gone to; nil where there is
// nothing to pick.
func (p *Pick) First() fyne.Focusable {
	switch {
	case p.find != nil:
		return p.find
	case len(p.rows) > 0:
		return p.rows[0]
	}
	return nil
}

// CreateRenderer implements [fyne.Widget].
func (p *Pick) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.box) }
