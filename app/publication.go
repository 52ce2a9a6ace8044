package app

import (
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/wording"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/sync/catalogue"
)

// publication is the screen of one thing that was published.
type publication struct {
	a    *App
	p    workspace.Published
	text []string // its paragraphs, while it is read on the screen
	from int      // the first of them that is shown
	at   int      // the visit in which it is shown
}

func (a *App) showPublication(p workspace.Published) {
	s := &publication{a: a, p: p}
	a.goTo(place{draw: s.screen, enter: func() {
		s.at = a.visit
		s.load(nil)
	}})
}

// load does something about it, and looks how it stands then.
func (s *publication) load(do func() error) {
	a := s.a
	found := s.p
	a.jobs.run(func() error {
		if do != nil {
			if err := do(); err != nil {
				return err
			}
		}
		all, err := a.work.Published(a.ctx)
		for _, p := range all {
			if p.Subject() == s.p.Subject() && (p.Number == s.p.Number || p.Kind != catalogue.Announcement) {
				found = p
			}
		}
		if err == nil && found.New {
			err = a.work.MarkSeen(a.ctx, found.Number)
		}
		return err
	}, func(err error) {
		if s.p = found; a.visit == s.at {
			a.redraw()
		}
		a.shell.trouble(err)
	})
}

func (s *publication) screen() screen {
	a, say, p := s.a, s.a.words.Say, s.p
	out := screen{title: a.publicationTitle(p), short: say("published.short"), way: "nav.consultation"}
	if s.text != nil {
		out.body, out.bar = s.reading()
		return out
	}
	column := []fyne.CanvasObject{lines(heading(a.publicationTitle(p)), quiet(a.publicationState(p)))}
	if p.Withdrawn {
		column = append(column, formview.NewNotice(theme.WarningIcon(), theme.ColorNameForeground, say("published.withdrawn_why")))
	}
	if p.Text != "" && oneLine(p.Text) != a.publicationTitle(p) {
		column = append(column, prose(p.Text))
	}
	if p.Kind == catalogue.Document && p.Content != (catalogue.Blob{}) {
		column = append(column, s.document())
	}
	out.body = page(column...)
	return out
}

// prose is a text in its paragraphs.
func prose(text string) fyne.CanvasObject {
	box := formview.NewStack(gapWords)
	for _, paragraph := range paragraphsOf(text) {
		box.Add(wrapped(paragraph))
	}
	return box
}

// document has the ways to get and to read a document.
func (s *publication) document() fyne.CanvasObject {
	a, say, p := s.a, s.a.words.Say, s.p
	if p.Here {
		read := primary(say("published.read"), s.read)
		if readable(p.File) == elsewhere {
			read = primary(say("published.open"), s.open)
		}
		save := action(say("action.save_as"), func() { a.saveAs(p.File, s.write) })
		save.Icon = theme.DocumentSaveIcon()
		if readable(p.File) == savedOnly {
			save.Importance = read.Importance
			return formview.NewStack(gapWords, wrapped(onePiece(p.File)), buttons(save))
		}
		return formview.NewStack(gapWords, wrapped(onePiece(p.File)), buttons(read, save))
	}
	want := func(wanted bool) func() {
		return func() { s.load(func() error { return a.work.WantDocument(a.ctx, p.Name, wanted) }) }
	}
	left := p.Size - p.Got
	if p.Withdrawn {
		return formview.NewStack(0)
	}
	if !p.Wanted {
		cost := wrapped(say("published.costs", locale.Values{"Size": a.words.Size(left)}))
		if money := wording.Money(a.words, a.chosen.Rules.Price, left); money != "" {
			cost.SetWords(locale.Sentences(cost.Words(), say("published.price", locale.Values{"Money": money})))
		}
		get := primary(say("published.want"), want(true))
		get.Icon = theme.DownloadIcon()
		return formview.NewStack(gapWords, cost, buttons(get))
	}
	return formview.NewStack(gapWords, wrapped(say("published.will_come", locale.Values{"Size": a.words.Size(left)})),
		buttons(primary(say("published.fetch"), a.showOutbox), action(say("published.skip"), want(false))))
}

// How a document is read.
const (
	savedOnly = iota // a person saves it: a program must not be started by a tap
	onScreen         // by ourselves
	elsewhere        // by another program
)

// readable says how a file of that name is read.
func readable(name string) int {
	switch ending := strings.ToLower(filepath.Ext(name)); {
	case ending == ".txt" || ending == ".md":
		return onScreen
	case slices.Contains([]string{".pdf", ".docx", ".odt", ".rtf", ".xlsx", ".ods", ".csv", ".pptx", ".odp", ".epub", ".png", ".jpg", ".jpeg", ".mp3", ".ogg", ".opus", ".wav", ".mp4", ".webm"}, ending):
		return elsewhere
	}
	return savedOnly
}

func (s *publication) content() ([]byte, error) {
	return s.a.work.ReadPublished(s.a.ctx, s.p.Publication)
}

func (s *publication) write(w io.Writer) (workspace.Printed, error) {
	content, err := s.content()
	if err == nil {
		_, err = w.Write(content)
	}
	return workspace.Printed{}, err
}

// read shows a text on the screen.
func (s *publication) read() {
	a := s.a
	var text []string
	a.jobs.run(func() error {
		content, err := s.content()
		text = paragraphsOf(strings.ToValidUTF8(strings.TrimPrefix(string(content), "\ufeff"), string(utf8.RuneError)))
		return err
	}, func(err error) {
		if err == nil {
			s.text, s.from = append([]string{}, text...), 0
		}
		if a.visit == s.at {
			a.redraw()
		}
		a.shell.trouble(err)
	})
}

// paragraphsOf are the paragraphs of a text; a long one is several.
func paragraphsOf(text string) (all []string) {
	for paragraph := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		paragraph = strings.Trim(paragraph, "\n")
		for len(paragraph) > longParagraph {
			cut := strings.LastIndexAny(paragraph[:longParagraph], " \n")
			if cut <= 0 {
				for cut = longParagraph; !utf8.RuneStart(paragraph[cut]); cut-- {
				}
			}
			all = append(all, paragraph[:cut])
			paragraph = strings.TrimLeft(paragraph[cut:], " \n")
		}
		if strings.TrimSpace(paragraph) != "" {
			all = append(all, paragraph)
		}
	}
	return all
}

// A page of a text: more would be slow to draw.
const (
	longParagraph = 4000 // bytes
	pageOfText    = 40   // paragraphs
)

// reading is a page of the text, and the ways to the others.
func (s *publication) reading() (body, bar fyne.CanvasObject) {
	a, say := s.a, s.a.words.Say
	to := min(len(s.text), s.from+pageOfText)
	box := formview.NewStack(gapWords)
	for _, paragraph := range s.text[s.from:to] {
		if title := strings.TrimLeft(paragraph, "#"); title != paragraph && strings.HasPrefix(title, " ") {
			box.Add(subheading(oneLine(title)))
			continue
		}
		box.Add(wrapped(paragraph))
	}
	turn := func(from int) func() {
		return func() {
			s.from = from
			a.again()
		}
	}
	shut := action(say("action.close"), func() {
		s.text = nil
		a.again()
	})
	var back, next fyne.CanvasObject
	if s.from > 0 {
		back = action(say("nav.previous"), turn(max(0, s.from-pageOfText)))
	}
	if to < len(s.text) {
		next = primary(say("nav.next"), turn(to))
	}
	return page(quiet(a.publicationTitle(s.p)), box), newBar(shut, back, next, false)
}

// open has another program show the document.
func (s *publication) open() { s.a.showElsewhere(s.p.File, s.write) }
