package world

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"baraza.example/forms/session"
	"baraza.example/sync/exchange"
)

// The secretariat asks back while links break and parties are killed; devices reply or
// correct. Each question arrives within ten contacts after the faults stop, each answer
// within ten more, all of it once.
func TestEachQuestionArrivesOnceAndItsAnswerToo(t *testing.T) {
	talkedAbout(t, 30, func(p *play, _ func() string) conversation { return conversation{act: p.contact, settle: p.meetAgain} })
}

// The same without a link: questions come down on sticks, replies go up on them.
func TestEachQuestionOnSticksArrivesOnceAndItsAnswerToo(t *testing.T) {
	talkedAbout(t, 7, (*play).bySticks)
}

// The same with a fault built in, to see that it would be noticed.
func TestALostOrDoubledTalkIsNoticed(t *testing.T) {
	onlyWhole(t)
	form := smallForm(t)
	type roads = map[string]func(*play, func() string) conversation
	ordinary := roads{
		"links":  func(p *play, _ func() string) conversation { return conversation{act: p.contact, settle: p.meetAgain} },
		"sticks": (*play).bySticks,
	}
	for v, roads := range map[Variant]roads{
		DropsQuestions: ordinary, RepliesTwice: ordinary, AcknowledgesEarly: ordinary,
		KnowsRoadsOnly: {"links, from hub to hub": amongHubs},
	} {
		for road, by := range roads {
			t.Run(fmt.Sprint(v, ", by ", road), func(t *testing.T) {
				for seed := range 50 {
					var failed error
					synctest.Test(t, func(t *testing.T) {
						_, _, failed = talk(t, simulated(form, uint64(seed), v), by)
					})
					if failed != nil {
						t.Logf("seed %d: %v", seed, failed)
						return
					}
				}
				t.Error("fifty worlds with this fault look sound")
			})
		}
	}
}

// A conversation is how parties meet in a world in which the secretariat asks back.
type conversation struct {
	act    func(context.Context) error
	settle func(context.Context) error
	sticks []*Stick
	hubs   int // how many; 0: one or two
}

func talkedAbout(t *testing.T, n int, by func(*play, func() string) conversation) {
	form := smallForm(t)
	var seen toll
	var sum Talk
	spoiled := 0
	n = worlds(t, n)
	for seed := range n {
		synctest.Test(t, func(t *testing.T) {
			p, talked, err := talk(t, simulated(form, uint64(seed), Sound), by)
			if err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, p.story())
			}
			seen.kills += p.kills
			seen.cuts += int(p.world.Links().Cuts)
			spoiled += p.spoiled
			sum.Asked, sum.Answers, sum.Changed = sum.Asked+talked.Asked, sum.Answers+talked.Answers, sum.Changed+talked.Changed
		})
		if t.Failed() {
			return
		}
	}
	t.Logf("%d worlds: %d questions, %d replies, %d corrections, %d cuts, %d parts cut or lost, %d kills", n, sum.Asked, sum.Answers, sum.Changed, seen.cuts, spoiled, seen.kills)
	if sum.Answers == 0 || sum.Changed == 0 || seen.cuts+spoiled == 0 || seen.kills == 0 {
		t.Error("nothing was asked, or nothing went wrong: the worlds prove nothing")
	}
}

// talk plays one world in which things are asked back.
func talk(t *testing.T, o Options, by func(*play, func() string) conversation) (p *play, talked Talk, err error) {
	ctx := t.Context()
	if p, err = newPlay(ctx, o); err != nil {
		t.Fatal(err)
	}
	defer func() { err = errors.Join(err, p.world.Close()) }()
	w := p.world
	c := by(p, t.TempDir)
	if err := p.addHubs(ctx, c.hubs); err != nil {
		return p, talked, err
	}
	for i := range 2 + p.r.IntN(2) {
		d, err := w.AddDevice(ctx, fmt.Sprintf("device-%d", i), fmt.Sprintf("organisation %d", i))
		if err == nil {
			err = d.JoinByLine(ctx)
		}
		if err != nil {
			return p, talked, err
		}
	}
	for range 2 * p.acts {
		do := c.act
		if p.r.IntN(4) == 0 {
			do = p.speak
		}
		if err := do(ctx); err != nil {
			return p, talked, err
		}
	}
	for _, s := range c.sticks {
		p.spoiled += s.Cuts
	}
	p.say("faults stop")
	if err := c.settle(ctx); err != nil {
		return p, talked, err
	}
	for _, d := range w.Devices() { // whatever has come is answered now
		for answered := true; answered; {
			if answered, err = p.answer(ctx, d); err != nil {
				return p, talked, err
			}
		}
	}
	if err := c.settle(ctx); err != nil {
		return p, talked, err
	}
	if talked, err = w.Talked(ctx); err != nil {
		return p, talked, err
	}
	a, err := w.Settled(ctx)
	return p, talked, errors.Join(err, talked.Err(), a.Err())
}

// speak has the secretariat ask back about something, or a device answer.
func (p *play) speak(ctx context.Context) error {
	w := p.world
	if p.r.IntN(2) == 0 {
		_, err := p.answer(ctx, w.devices[p.r.IntN(len(w.devices))])
		return err
	}
	if len(w.made) == 0 {
		return nil
	}
	about := w.made[p.r.IntN(len(w.made))]
	text := fmt.Sprintf("What do you mean by that, %d?", p.r.Uint64())
	asked, err := w.Ask(ctx, about, text)
	if asked {
		p.say("the secretariat asks %s about %s: %s", about.Device.Name, about.Item, text)
	}
	return err
}

// answer has a device answer one question, if there is one; now and then it says more
// than once what it means, and now and then it corrects what it was asked about.
func (p *play) answer(ctx context.Context, d *Device) (bool, error) {
	q, err := d.Unanswered(ctx)
	if err != nil || q == nil {
		return false, err
	}
	if p.r.IntN(4) == 0 {
		p.say("%s corrects %s", d.Name, q.Item)
		return true, p.correct(ctx, q)
	}
	for range 1 + p.r.IntN(2) {
		text := fmt.Sprintf("We mean %d.", p.r.Uint64())
		p.say("%s replies to %q: %s", d.Name, q.Text, text)
		if err := d.Reply(ctx, q, text); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (p *play) correct(ctx context.Context, q *Asked) error {
	r, err := q.Device.Correct(ctx, q.Item)
	if err != nil {
		return err
	}
	if err := session.Fill(r.Session, map[string]any{"views": fmt.Sprintf("What was meant is %d.", p.r.Uint64())}); err != nil {
		return err
	}
	item, violations, err := r.MakeReady(ctx, "en")
	if err != nil || len(violations) > 0 {
		return fmt.Errorf("correct: %v %w", violations, err)
	}
	q.Corrected = true
	q.Device.Made(item)
	return nil
}

// bySticks has two sticks go round.
func (p *play) bySticks(dir func() string) conversation {
	sticks := []*Stick{p.world.AddStick(dir()), p.world.AddStick(dir())}
	return conversation{
		act:    func(ctx context.Context) error { return p.carry(ctx, sticks[p.r.IntN(2)]) },
		settle: func(ctx context.Context) error { return p.goRound(ctx, sticks) },
		sticks: sticks,
	}
}

// contact lets one thing happen in a world with links. A question takes the roads that
// what it is about has taken: so every other device meets hubs alone, from first to last.
func (p *play) contact(ctx context.Context) error {
	w := p.world
	at := p.r.IntN(len(w.devices))
	d, h := w.devices[at], w.hubs[p.r.IntN(len(w.hubs))]
	p.wait(time.Duration(p.r.Int64N(int64(time.Hour))))
	switch p.r.IntN(10) {
	case 0, 1:
		return p.respond(ctx, d)
	case 2, 3, 4, 5:
		to := h.Name
		if at%2 == 1 && p.r.IntN(2) == 0 {
			to = CentreName
		}
		p.meet(ctx, d.Name, to, d.Contact)
	case 6, 7:
		p.meet(ctx, h.Name, CentreName, h.Contact)
	case 8:
		p.kills++
		p.say("kill %s or %s", d.Name, h.Name)
		if p.r.IntN(2) == 0 {
			return h.Kill(ctx)
		}
		return d.Kill(ctx)
	case 9:
		p.kills++
		p.say("kill the centre")
		return w.centre.Kill(ctx)
	}
	return nil
}

// meetAgain gives everybody whole links to whom they met before.
func (p *play) meetAgain(ctx context.Context) error {
	w := p.world
	meet := func(from, to string, contact func(context.Context, string) (exchange.Report, error)) {
		w.Mend(from, to)
		r, err := contact(ctx, to)
		p.say("%s meets %s: sent %d, receipts %d, %v", from, to, r.Sent, r.Receipts, err)
	}
	for range contacts {
		for i, d := range w.devices {
			for _, h := range w.hubs {
				meet(d.Name, h.Name, d.Contact)
			}
			if i%2 == 1 {
				meet(d.Name, CentreName, d.Contact)
			}
		}
		for _, h := range w.hubs {
			meet(h.Name, CentreName, h.Contact)
		}
		p.wait(time.Hour)
	}
	return nil
}
