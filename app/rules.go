package app

import (
	"strings"

	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
	"baraza.example/app/wording"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// budgets are the limits of a day among which a person chooses, in bytes.
var budgets = []int64{0, 200_000, 1_000_000, 5_000_000, 20_000_000, 100_000_000}

// ruling is the screen of the rules by which this device sends.
type ruling struct {
	a            *App
	on           workspace.Network
	price, hours string // as they stand in their fields
	proxy        string
	page         *formview.Scroll
}

func (a *App) showRules() {
	r := &ruling{a: a, price: a.chosen.Rules.Price.String(), hours: a.chosen.Rules.Hours(), proxy: a.chosen.Proxy}
	a.goTo(place{draw: r.screen, enter: func() {
		at := a.visit
		a.jobs.run(func() error {
			r.on = a.work.Network()
			return nil
		}, func(error) {
			if a.visit == at {
				a.redraw()
			}
		})
	}})
}

// rulesState is the rules in few words.
func (a *App) rulesState() string {
	say, r := a.words.Say, a.chosen.Rules
	var all []string
	switch {
	case r.Paused:
		all = append(all, strings.TrimSuffix(say("hold.paused"), "."))
	case r.ByHand:
		all = append(all, say("sending.by_itself_no"))
	}
	if r.Budget > 0 {
		all = append(all, say("send.cap", locale.Values{"Size": a.words.Size(r.Budget)}))
	}
	if h := r.Hours(); h != "" {
		all = append(all, onePiece(h))
	}
	if money := wording.Money(a.words, r.Price, 1_000_000); money != "" {
		all = append(all, say("sending.price")+": "+money)
	}
	return strings.Join(all, " · ")
}

func (r *ruling) screen() screen {
	a, say := r.a, r.a.words.Say
	content := formview.NewStack(gapParts)
	r.page = formview.NewScroll(formview.NewColumn(content))
	content.Objects = []fyne.CanvasObject{
		heading(say("sending.rules")),
		section(say("sending.by_itself"), r.byItself()),
		section(say("sending.budget"), r.budget(), quiet(say("sending.budget_why"))),
		section(say("sending.price"), r.typed(r.price, "sending.price_odd", func(text string) error {
			p, err := workspace.ParsePrice(text)
			if r.price = text; err == nil {
				r.keep(func(to *workspace.Rules) { to.Price = p })
			}
			return err
		}), quiet(say("sending.price_hint"))),
		section(say("sending.files"), r.files()),
		section(say("sending.network"), r.network()),
		section(say("sending.hours"), r.typed(r.hours, "sending.hours_odd", func(text string) error {
			from, until, err := workspace.ParseHours(text)
			if r.hours = text; err == nil {
				r.keep(func(to *workspace.Rules) { to.From, to.Until = from, until })
			}
			return err
		}), quiet(say("sending.hours_hint"))),
		section(say("sending.proxy"), r.typed(r.proxy, "sending.proxy_odd", r.through), quiet(say("sending.proxy_hint"))),
		section(say("sending.notify"), r.tick(say("sending.notify_yes"), !a.chosen.Rules.Quiet, func(to *workspace.Rules, on bool) { to.Quiet = !on })),
	}
	r.page.Follow()
	return screen{title: say("sending.rules"), way: "nav.outbox", body: r.page}
}

// keep keeps a rule without drawing the page again: somebody types on it.
func (r *ruling) keep(change func(*workspace.Rules)) {
	r.a.keepChoice(func(s *workspace.Settings) { change(&s.Rules) })
}

// through has this device send through a proxy, when its address stands there: a part
// of an address is one, too, and would break off what is being sent.
func (r *ruling) through(text string) error {
	a, proxy := r.a, strings.TrimSpace(text)
	r.proxy = text
	err := workspace.CheckProxy(proxy)
	if err == nil {
		a.jobs.after(saveAfter, func() {
			if r.proxy == text && a.chosen.Proxy != proxy {
				a.keepChoice(func(s *workspace.Settings) { s.UseProxy(proxy) })
			}
		})
	}
	return err
}

// typed is a field that says below when it can't be read.
func (r *ruling) typed(text string, odd locale.ID, take func(string) error) fyne.CanvasObject {
	problem := formview.NewProblem(r.a.words.Say(odd))
	problem.Hide()
	box := formview.NewStack(gapTight)
	_, field := newField(r.page, false, text, func(text string) {
		if wrong := take(text) != nil; wrong == problem.Hidden {
			problem.Hidden = !wrong
			box.Refresh()
			r.page.Settle()
		}
	})
	box.Add(field)
	box.Add(problem)
	return box
}

// pick lists what one may be chosen of.
func (r *ruling) pick(options []string, now int, choose func(to *workspace.Rules, i int)) fyne.CanvasObject {
	list := formview.NewStack(0)
	for i, words := range options {
		row := formview.NewChoice("", words, false)
		row.SetPicked(i == now)
		row.OnPick = func() { r.a.rule(func(to *workspace.Rules) { choose(to, i) }) }
		list.Add(row)
	}
	return list
}

// tick is a line that is so or not.
func (r *ruling) tick(words string, on bool, set func(to *workspace.Rules, on bool)) fyne.CanvasObject {
	row := formview.NewChoice("", words, true)
	row.SetPicked(on)
	row.OnPick = func() { r.a.rule(func(to *workspace.Rules) { set(to, !on) }) }
	return row
}

func (r *ruling) byItself() fyne.CanvasObject {
	say, now := r.a.words.Say, 0
	if r.a.chosen.Rules.ByHand {
		now = 1
	}
	list := formview.NewStack(gapWords, r.pick([]string{say("sending.by_itself_yes"), say("sending.by_itself_no")}, now, func(to *workspace.Rules, i int) { to.ByHand = i == 1 }))
	pause := action(say("sending.pause"), func() { r.a.rule(func(to *workspace.Rules) { to.Paused = true }) })
	if r.a.chosen.Rules.Paused {
		list.Add(formview.NewProblem(say("hold.paused")))
		pause = action(say("sending.resume"), func() { r.a.rule(func(to *workspace.Rules) { to.Paused = false }) })
	}
	list.Add(buttons(pause))
	return list
}

func (r *ruling) budget() fyne.CanvasObject {
	choices, now := budgets, -1
	for i, b := range choices {
		if b == r.a.chosen.Rules.Budget {
			now = i
		}
	}
	if now < 0 { // set on the command line
		choices, now = append(choices[:len(choices):len(choices)], r.a.chosen.Rules.Budget), len(choices)
	}
	options := []string{r.a.words.Say("sending.no_budget")}
	for _, b := range choices[1:] {
		options = append(options, r.a.words.Size(b))
	}
	return r.pick(options, now, func(to *workspace.Rules, i int) { to.Budget = choices[i] })
}

func (r *ruling) files() fyne.CanvasObject {
	say, now := r.a.words.Say, 0
	all := []workspace.Files{workspace.FilesAlways, workspace.FilesFree, workspace.FilesByHand}
	for i, f := range all {
		if f == r.a.chosen.Rules.Files {
			now = i
		}
	}
	return r.pick([]string{say("sending.files_always"), say("sending.files_free"), say("sending.files_hand")}, now, func(to *workspace.Rules, i int) { to.Files = all[i] })
}

// network asks what the network costs that this device is on now.
func (r *ruling) network() fyne.CanvasObject {
	say, rules, now := r.a.words.Say, r.a.chosen.Rules, 0
	words := say("sending.network_unknown")
	if r.on.ID != "" {
		words = say("sending.network_now", locale.Values{"Name": r.on.Name})
	}
	if rules.Costly(r.on) {
		now = 1
	}
	return formview.NewStack(gapWords, wrapped(words),
		r.pick([]string{say("sending.costs_nothing"), say("sending.costs")}, now, func(to *workspace.Rules, i int) { *to = to.With(r.on, i == 1) }),
		r.tick(say("sending.careful"), rules.Careful, func(to *workspace.Rules, on bool) { to.Careful = on }))
}
