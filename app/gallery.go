package app

import (
	"context"
	"encoding/json"
	"io/fs"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets"
	"baraza.example/forms/contribution"
	"baraza.example/forms/session"
)

// A sample is a screen of the gallery.
type sample struct {
	name string
	show func()
}

// RunGallery shows every screen with sample data. The workspace is filled with
// it: hand in one that nobody needs.
func (a *App) RunGallery(ctx context.Context) error {
	if err := a.open(ctx); err != nil {
		return err
	}
	defer a.end()
	samples, err := a.gallery()
	if err != nil {
		return err
	}
	list := formview.NewStack(gapTight)
	for _, s := range samples {
		b := low(s.name, nil, s.show)
		b.Leading = true
		list.Add(b)
	}
	a.window.SetContent(container.NewBorder(nil, nil, container.NewVScroll(list), nil, a.shell.root))
	samples[0].show()
	a.window.Resize(fyne.NewSize(1200, 760))
	a.window.ShowAndRun()
	return nil
}

// gallery fills the workspace with samples and lists the screens.
func (a *App) gallery() ([]sample, error) {
	ctx := a.ctx
	if err := a.work.SetUp(ctx, "Ujirani Cooperative", "sample"); err != nil {
		return nil, err
	}
	r, err := a.sampleResponse(ctx, "radio-kiswahili.json")
	if err != nil {
		return nil, err
	}
	text, err := sampleContribution()
	if err != nil {
		return nil, err
	}
	text.Changed = a.clock().Add(-time.Hour)
	if err := a.work.SaveContribution(ctx, text); err != nil {
		return nil, err
	}
	items := a.sampleItems()
	fill := func(page int, review bool) func() {
		return func() {
			a.fill(r, nil)
			f := a.filling
			f.open(page)
			if review {
				f.review()
			}
		}
	}
	hubWith := func(h *hubbing) func() {
		return func() {
			h.a, h.read = a, true
			a.start(place{draw: h.screen})
		}
	}
	with := func(i workspace.Item, p *workspace.Proof) func() {
		return func() {
			a.start(place{draw: func() screen {
				return screen{title: a.itemTitle(i), short: a.kind(i), way: "nav.outbox", body: a.item(i, p)}
			}})
		}
	}
	shutOut := items[1]
	shutOut.Barred = true
	proof := &workspace.Proof{Index: 1204, Size: 1311, Time: items[2].Made + 7200}
	outboxWith := func(o *outbox) func() {
		return func() {
			o.a, o.read = a, true
			a.shell.setWaiting(waitingIn(o.items))
			a.start(place{draw: o.screen})
		}
	}
	questions, err := a.questions()
	if err != nil {
		return nil, err
	}
	return append([]sample{
		{"welcome", a.showWelcome},
		{"name", a.showName},
		{"home", a.showHome},
		{"home-first", a.homeWith(mine{read: true})},
		{"home-waiting", a.homeWith(mine{read: true, items: items[:1]})},
		{"home-received", a.homeWith(mine{read: true, items: items[2:], joined: true})},
		{"page-first", fill(0, false)},
		{"page-long-answer", fill(1, false)},
		{"page-choices", fill(7, false)},
		{"page-profile", fill(8, false)},
		{"page-repeat", fill(11, false)},
		{"outline", func() {
			fill(1, false)()
			a.filling.outlined = true
			a.again()
		}},
		{"review", fill(13, true)},
		{"all", func() {
			m := mine{read: true, items: items}
			for range 300 {
				m.items = append(m.items, items...)
			}
			a.start(place{draw: func() screen {
				return screen{title: a.words.Say("screen.mine"), way: "nav.consultation", body: a.listOf(a.entries(m, 0), &finder{a: a})}
			}})
		}},
		{"contribution", func() { a.write(text, 1) }},
		{"intake", func() {
			a.start(place{draw: func() screen {
				return a.groups([]workspace.Group{{Name: "Women who dry fish", Place: "Nansole"}, {Name: "Fishers of Mwalo", Place: "Mwalo"}}, true)
			}})
		}},
		{"group", func() {
			i := &intake{a: a, by: "Babu", group: workspace.Group{Name: "Women who dry fish", Place: "Nansole", People: 34, How: []string{"radio"}, When: "2007-06-22",
				Consent: "oral", Language: "sw"}, written: []workspace.Transcript{
				{Entry: workspace.Entry{By: "Amina", CheckedBy: "Babu", Made: items[0].Made}}, {Entry: workspace.Entry{By: "Amina", Made: items[0].Made}}}}
			i.save = &autosave{a: a, take: i.taken}
			a.start(place{draw: i.draw})
		}},
		{"outbox", outboxWith(&outbox{items: items, joined: true, sum: samplePlan(a.clock())})},
		{"outbox-over", outboxWith(&outbox{items: items, joined: true, sum: sampleOver()})},
		{"rules", a.showRules},
		{"runs", func() {
			c := &account{a: a, read: true, runs: sampleRuns(a.clock())}
			a.start(place{draw: c.screen})
		}},
		{"outbox-sending", outboxWith(&outbox{items: items, joined: true, running: &sending{cancel: func() {}, total: 3420, up: 1200, down: 311}})},
		{"item-on-device", with(items[0], nil)},
		{"item-at-hub", with(items[1], nil)},
		{"item-barred", with(shutOut, nil)},
		{"item-received", with(items[2], proof)},
		{"outbox-empty", outboxWith(&outbox{})},
		{"sent", func() {
			a.start(place{draw: func() screen {
				return screen{title: a.itemTitle(items[2]), short: a.kind(items[2]), way: "nav.outbox", body: a.sent(items[2], workspace.Sent{Contribution: text, Language: "en", Files: []string{"link-log.csv"}})}
			}})
		}},
		{"home-asked", a.homeWith(mine{read: true, items: items, joined: true, asked: a.sampleMessages()[:2]})},
		{"messages", func() {
			a.start(place{draw: func() screen {
				return screen{title: a.words.Say("nav.messages"), way: "nav.messages", body: a.messages(a.sampleMessages(), true)}
			}})
		}},
		{"message", func() { a.answerSample(0) }},
		{"message-answered", func() { a.answerSample(2) }},
		{"messages-none", func() {
			a.start(place{draw: func() screen {
				return screen{title: a.words.Say("nav.messages"), way: "nav.messages", body: a.messages(nil, true)}
			}})
		}},
		{"withdraw", func() { a.showWithdraw(items[2]) }},
		{"hub-off", hubWith(&hubbing{joined: true})},
		{"hub", hubWith(a.sampleHub())},
		{"mail", a.showMail},
		{"join", func() { a.showJoin("") }},
		{"join-offer", a.showOffer},
		{"settings", a.showSettings},
		{"person", a.showPerson},
		{"about", a.showAbout},
		{"menu", a.showMenu},
		{"controls", a.showControls},
	}, slices.Concat(a.goOnSamples(r), a.trashSamples(), a.publishedSamples(), a.leavingSamples(), a.safetySamples(), questions)...), nil
}

func (a *App) sampleResponse(ctx context.Context, name string) (*workspace.Response, error) {
	raw, err := fs.ReadFile(assets.Samples, "answers/"+name)
	if err != nil {
		return nil, err
	}
	var answers map[string]any
	if err := json.Unmarshal(raw, &answers); err != nil {
		return nil, err
	}
	r, err := a.work.Start(ctx, a.consultation.Form.ID, "", a.languages()...)
	if err != nil {
		return nil, err
	}
	delete(answers, "consent_translation") // so that the review has something to say
	if err := session.Fill(r.Session, answers); err != nil {
		return nil, err
	}
	return r, r.Save(ctx)
}

func sampleContribution() (*contribution.Contribution, error) {
	raw, err := fs.ReadFile(assets.Samples, "contributions/remote-statements.json")
	if err != nil {
		return nil, err
	}
	text, err := contribution.New(contribution.Options{})
	if err != nil {
		return nil, err
	}
	return text, json.Unmarshal(raw, text)
}

// sampleItems stand in the three plain states.
func (a *App) sampleItems() []workspace.Item {
	made := a.clock().Add(-26 * time.Hour).Unix()
	items := []workspace.Item{
		{Title: "Ujirani Cooperative — KE", Made: made, Joined: true, Sealable: true},
		{Title: "Fishers of Nansole — UG", Made: made, Code: "7Q2MX-4KD0B"},
		{Title: "Statements from a distance", Kind: workspace.KindContribution, Made: made, Code: "MCKW3-4BH0E", Attached: 1, AttachedOK: 1},
	}
	items[1].Delivery.State, items[1].Delivery.Hub = workspace.AtHub, "Radio Mwalo"
	items[1].Record[0] = 1
	items[1].Delivery.History = []workspace.Event{{What: workspace.EventReady, Time: made}, {What: workspace.EventCustody, Where: "Radio Mwalo", Time: made + 3600}}
	items[2].Delivery.State = workspace.Received
	items[2].Delivery.History = append(items[1].Delivery.History, workspace.Event{What: workspace.EventReceived, Time: made + 7200})
	return items
}
