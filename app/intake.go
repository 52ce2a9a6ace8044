package app

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// showIntake lists the groups without a device whose views are written down here.
func (a *App) showIntake() {
	var groups []workspace.Group
	read := false
	load := func() {
		at := a.visit
		var found []workspace.Group
		a.jobs.run(func() (err error) {
			found, err = a.work.Groups(a.ctx)
			return err
		}, func(err error) {
			if err != nil {
				a.shell.trouble(err)
				return
			}
			if groups, read = found, true; a.visit == at {
				a.again()
			}
		})
	}
	a.goTo(place{draw: func() screen { return a.groups(groups, read) }, enter: load})
}

func (a *App) groups(groups []workspace.Group, read bool) screen {
	say := a.words.Say
	column := []fyne.CanvasObject{lines(heading(say("intake.title")), wrapped(say("intake.why")))}
	list := formview.NewStack(gapCards)
	for _, g := range groups {
		list.Add(newWay(theme.AccountIcon(), g.Name, g.Place, func() { a.showGroup(g) }))
	}
	if read && len(groups) == 0 {
		list.Add(quiet(say("intake.none")))
	}
	add := primary(say("intake.add"), func() {
		g, err := a.work.NewGroup()
		if err != nil {
			a.shell.trouble(err)
			return
		}
		a.showGroup(g)
	})
	add.Icon = theme.ContentAddIcon()
	return screen{title: say("intake.title"), way: "nav.consultation", body: page(append(column, list)...), bar: newBar(nil, nil, add, false)}
}

// An intake is one group while it is on the screen.
type intake struct {
	a       *App
	group   workspace.Group
	by      string // who sits here
	written []workspace.Transcript
	save    *autosave
	scroll  *formview.Scroll
	problem string
}

func (a *App) showGroup(g workspace.Group) {
	i := &intake{a: a, group: g}
	i.save = &autosave{a: a, take: i.taken}
	a.goTo(place{draw: i.draw, enter: i.look, leave: i.save.flush})
}

// taken is the group as it stands, to be saved; without a name it isn't.
func (i *intake) taken() func(context.Context) error {
	g := i.group
	g.How, g.Entries = slices.Clone(g.How), slices.Clone(g.Entries)
	return func(ctx context.Context) error {
		if err := i.a.work.SaveGroup(ctx, &g); !errors.Is(err, workspace.ErrGroupName) {
			return err
		}
		return nil
	}
}

// look reads what was written down for the group, and what became of it.
func (i *intake) look() {
	a, at, id := i.a, i.a.visit, i.group.ID
	var g workspace.Group
	var all []workspace.Transcript
	a.jobs.run(func() (err error) {
		if g, err = a.work.Group(a.ctx, id); err != nil {
			return nil // it isn't kept yet
		}
		all, err = a.work.Transcripts(a.ctx, g)
		return err
	}, func(err error) {
		if err != nil {
			a.shell.trouble(err)
			return
		}
		i.group.Entries, i.written = g.Entries, all
		if a.visit == at && len(all) > 0 {
			a.again()
		}
	})
}

func (i *intake) draw() screen {
	say := i.a.words.Say
	name := strings.TrimSpace(i.group.Name)
	if name == "" {
		name = say("intake.unnamed")
	}
	column := formview.NewStack(gapParts)
	i.scroll = formview.NewScroll(formview.NewColumn(column))
	head := formview.NewStack(gapCards, heading(name))
	if i.problem != "" {
		head.Add(formview.NewProblem(i.problem))
	}
	column.Add(head)
	people := ""
	if i.group.People > 0 {
		people = strconv.Itoa(i.group.People)
	}
	column.Add(formview.NewStack(gapCards,
		i.line("behalf_group", i.group.Name, func(s string) { i.group.Name = s }),
		i.line("behalf_place", i.group.Place, func(s string) { i.group.Place = s }),
		i.line("behalf_people", people, func(s string) {
			figures, _ := i.a.words.ReadFigures(s) // of any script
			i.group.People, _ = strconv.Atoi(figures)
		}),
		i.line("behalf_date", i.group.When, func(s string) { i.group.When = strings.TrimSpace(s) })))
	column.Add(i.pick("behalf_how", strings.Join(i.group.How, " "), func(v string) { i.group.How = strings.Fields(v) }))
	column.Add(i.pick("answer_language", i.group.Language, func(v string) { i.group.Language = v }))
	column.Add(i.pick("behalf_consent", i.group.Consent, func(v string) { i.group.Consent = v }))
	column.Add(i.pick("behalf_readback", i.group.ReadBack, func(v string) { i.group.ReadBack = v }))
	column.Add(i.second())
	_, by := newField(i.scroll, false, i.by, func(s string) { i.by = s })
	column.Add(formview.NewStack(gapTight, strong(say("intake.your_name")), by))
	if len(i.written) > 0 {
		list := formview.NewStack(gapCards)
		for _, t := range i.written {
			l := i.transcript(t)
			l.OnFocus = func() { i.scroll.Reveal(l) }
			list.Add(l)
		}
		check := action(say("intake.check"), i.check)
		check.OnFocus = func() { i.scroll.Reveal(check) }
		check.Icon = theme.ConfirmIcon()
		column.Add(section(say("intake.written"), list, buttons(check), quiet(say("intake.check_why"))))
	}
	write := primary(say("intake.write"), i.write)
	write.Icon = theme.DocumentCreateIcon()
	return screen{title: name, short: say("intake.title"), way: "nav.consultation", body: i.scroll, bar: newBar(nil, nil, write, false)}
}

// transcript is a line of what was written down.
func (i *intake) transcript(t workspace.Transcript) *line {
	a, say := i.a, i.a.words.Say
	checked := say("intake.not_checked")
	switch who := (locale.Values{"Name": t.CheckedBy}); {
	case t.Changed:
		checked = say("intake.changed", who)
	case t.CheckedBy != "":
		checked = say("intake.checked", who)
	}
	switch {
	case t.Gone:
		return newMarked(hollow, say("intake.gone"), a.moment(t.Made), func() {})
	case t.Item != nil:
		return newMarked(stateShape(*t.Item), a.itemTitle(*t.Item), a.state(*t.Item)+" · "+checked, func() { a.showItem(t.Item.Name) })
	}
	return newMarked(dashed, say("intake.writing", locale.Values{"Name": t.By}), checked, func() { a.resume(t.InstanceID) })
}

// line is a field whose label is that of a question of the form.
func (i *intake) line(name, value string, changed func(string)) fyne.CanvasObject {
	_, o := newField(i.scroll, false, value, func(s string) {
		changed(s)
		i.save.touched()
	})
	return formview.NewStack(gapTight, strong(i.label(name)), o)
}

// asked is a question of the form, by its name.
func (i *intake) asked(name string) *forms.Question {
	if def, err := i.a.form(); err == nil {
		return workspace.QuestionOf(def, name)
	}
	return nil
}

func (i *intake) label(name string) string {
	q := i.asked(name)
	if q == nil {
		return name
	}
	words, _ := q.Label.In(i.a.headings()...)
	return words
}

// pick offers the choices of a question of the form.
func (i *intake) pick(name, value string, changed func(string)) fyne.CanvasObject {
	q := i.asked(name)
	def, err := i.a.form()
	if q == nil || err != nil {
		return formview.NewStack(0)
	}
	pick := formview.NewPick(i.a.words, i.scroll)
	if q.Control == forms.Select {
		pick = formview.NewPickSeveral(i.a.words, i.scroll)
	}
	node := session.Node{Element: q, Value: value}
	for _, c := range def.Lists[q.List].Choices {
		label, _ := c.Label.In(i.a.headings()...)
		node.Choices = append(node.Choices, session.Choice{Value: c.Value, Label: label})
	}
	pick.OnAnswer = func(v string) {
		node.Value = v
		changed(v)
		pick.Display(node)
		i.save.touched()
	}
	pick.Display(node)
	return formview.NewStack(gapWords, strong(i.label(name)), pick)
}

// second asks whether nothing is made ready before a second person has checked it.
func (i *intake) second() fyne.CanvasObject {
	const yes = "yes"
	pick := formview.NewPickSeveral(i.a.words, i.scroll)
	node := session.Node{Choices: []session.Choice{{Value: yes, Label: i.a.words.Say("intake.second")}}}
	if i.group.Second {
		node.Value = yes
	}
	pick.OnAnswer = func(v string) {
		node.Value, i.group.Second = v, v == yes
		pick.Display(node)
		i.save.touched()
	}
	pick.Display(node)
	return pick
}

// write begins a response for the group.
func (i *intake) write() {
	a := i.a
	i.save.flush()
	if i.problem = ""; strings.TrimSpace(i.group.Name) == "" || strings.TrimSpace(i.by) == "" {
		i.problem = a.words.Say("intake.names_needed")
		a.again()
		return
	}
	g, by := i.group, i.by
	var r *workspace.Response
	a.jobs.run(func() (err error) {
		r, err = a.work.WriteDown(a.ctx, a.consultation.Form.ID, g, by, a.languages()...)
		return err
	}, func(err error) { a.fill(r, err) })
}

// check notes that who sits here has compared it with what was said.
func (i *intake) check() {
	a := i.a
	i.save.flush()
	g, by := i.group, i.by
	a.jobs.run(func() error { return a.work.CheckEntry(a.ctx, g, by) }, func(err error) {
		switch i.problem = ""; {
		case errors.Is(err, workspace.ErrSamePerson):
			i.problem = a.words.Say("intake.check_why")
		case errors.Is(err, workspace.ErrNothingToCheck):
			i.problem = a.words.Say("intake.nothing_to_check")
		case errors.Is(err, workspace.ErrNobody):
			i.problem = a.words.Say("intake.names_needed")
		case err != nil:
			a.shell.trouble(err)
			return
		}
		a.again()
		i.look()
	})
}
