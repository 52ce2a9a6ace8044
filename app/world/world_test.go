package world

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/forms/session"
	"baraza.example/forms/xlsform"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/linksim"
)

// worlds is how many seeds a test draws: all of them in "make test", few with
// the race detector or -short, very many in "make soak".
func worlds(t *testing.T, n int) int {
	switch {
	case os.Getenv("BARAZA_SOAK") != "":
		if n, err := strconv.Atoi(os.Getenv("BARAZA_WORLDS")); err == nil {
			return n
		}
		return 100 * n
	case testing.Short():
		return max(1, n/20)
	}
	return n
}

// onlyWhole skips a control, which shows that a fault is noticed, where few seeds are drawn.
func onlyWhole(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("it takes many worlds to come upon the fault")
	}
}

// TestMain lets the process's one compressor be made outside of any bubble of
// testing/synctest: what is made inside one can't be used in the next.
func TestMain(m *testing.M) {
	batch.WarmUp()
	os.Exit(m.Run())
}

func TestInAThousandWorldsEverythingIsReceivedExactlyOnce(t *testing.T) {
	form := smallForm(t)
	var seen toll
	n := worlds(t, 1000)
	t.Run("at once", func(t *testing.T) {
		for part := range runtime.NumCPU() {
			t.Run(fmt.Sprint("part ", part), func(t *testing.T) {
				t.Parallel()
				for seed := part; seed < n && !t.Failed(); seed += runtime.NumCPU() {
					synctest.Test(t, func(t *testing.T) { seen.count(playWorld(t, form, uint64(seed))) })
				}
			})
		}
	})
	t.Logf("%d worlds: %d submissions, %d connections cut, %d parties killed, %d devices cloned, %d submissions delivered more than once",
		n, seen.submissions, seen.cuts, seen.kills, seen.clones, seen.redelivered)
	if seen.cuts == 0 || seen.redelivered == 0 || seen.kills == 0 || seen.clones == 0 {
		t.Error("nothing went wrong: the worlds prove nothing")
	}
}

// A toll is what went wrong in many worlds.
type toll struct {
	mu                                            sync.Mutex
	submissions, redelivered, kills, clones, cuts int
}

func (s *toll) count(a Account, p *play) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.submissions += a.Records
	s.redelivered += a.Redelivered
	s.kills += p.kills
	s.clones += p.clones
	s.cuts += int(a.Cuts)
}

func TestTwentyWorldsOnRealFiles(t *testing.T) {
	form := smallForm(t)
	var seen toll
	n := worlds(t, 20)
	for seed := range n {
		p, err := newPlay(t.Context(), Options{Seed: uint64(seed), Dir: t.TempDir(), Forms: []workspace.Form{form}, Consultation: "twenty-worlds",
			Link: linksim.Profile{Name: "cut", CutEvery: 6000}, FirstCut: 2000})
		if err != nil {
			t.Fatal(err)
		}
		a, err := p.played(t.Context())
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, p.story())
		}
		seen.count(a, p)
	}
	t.Logf("%d worlds: %d submissions, %d connections cut, %d parties killed", n, seen.submissions, seen.cuts, seen.kills)
	if seen.cuts == 0 || seen.kills == 0 {
		t.Error("nothing went wrong: the worlds prove nothing")
	}
}

func TestABrokenWorldIsNoticed(t *testing.T) {
	onlyWhole(t)
	form := smallForm(t)
	for _, v := range Variants {
		t.Run(string(v), func(t *testing.T) {
			for seed := range 200 {
				var failed error
				synctest.Test(t, func(t *testing.T) {
					p, err := newPlay(t.Context(), simulated(form, uint64(seed), v))
					if err != nil {
						t.Fatal(err)
					}
					_, failed = p.played(t.Context())
				})
				if failed != nil {
					t.Logf("seed %d: %v", seed, failed)
					return
				}
			}
			t.Error("two hundred worlds with this fault look sound")
		})
	}
}

func playWorld(t *testing.T, form workspace.Form, seed uint64) (Account, *play) {
	p, err := newPlay(t.Context(), simulated(form, seed, Sound))
	if err != nil {
		t.Fatal(err)
	}
	a, err := p.played(t.Context())
	if err != nil {
		t.Fatalf("seed %d: %v\n%s", seed, err, p.story())
	}
	return a, p
}

func simulated(form workspace.Form, seed uint64, v Variant) Options {
	return Options{Seed: seed, Forms: []workspace.Form{form}, Consultation: "a-thousand-worlds", Broken: v,
		Link: linksim.Profile{Name: "rural", Up: 40_000, Down: 80_000, RTT: time.Second}}
}

func smallForm(t *testing.T) workspace.Form {
	t.Helper()
	wb, err := xlsform.OpenMarkdown(`
| survey   |      |       |            |
|          | type | name  | label      |
|          | text | views | Your views |
| settings |      |       |            |
|          | form_title | form_id | version |
|          | Views      | views   | 1       |
`)
	if err != nil {
		t.Fatal(err)
	}
	form, err := workspace.NewForm(wb, nil)
	if err != nil {
		t.Fatal(err)
	}
	return form
}

// A play is what happens in one world: a hundred things at random while links
// break and parties are killed, then contacts without faults.
type play struct {
	world         *World
	form          workspace.Form
	r             *rand.Rand
	log           []string
	acts          int
	kills, clones int
	cloning       bool
	real          bool
	unnoticed     error // what a hostile hub did
	spoiled       int   // parts of sticks that were cut or lost
}

const (
	simulatedActs = 60
	realActs      = 25
	contacts      = 10 // within which everything must be received once faults stop
)

func newPlay(ctx context.Context, o Options) (*play, error) {
	w, err := New(ctx, o)
	if err != nil {
		return nil, err
	}
	p := &play{world: w, form: o.Forms[0], r: w.Rand(), acts: simulatedActs, cloning: o.Dir == ""}
	if o.Dir != "" {
		p.acts, p.real = realActs, true
	}
	return p, nil
}

// played runs the play to its end and draws up the account.
func (p *play) played(ctx context.Context) (a Account, err error) {
	defer func() { err = errors.Join(err, p.world.Close()) }()
	if err := p.run(ctx); err != nil {
		return a, err
	}
	if a, err = p.world.Settled(ctx); err != nil {
		return a, err
	}
	return a, a.Err()
}

// wait lets time pass where time is virtual.
func (p *play) wait(d time.Duration) {
	if !p.real {
		time.Sleep(d)
	}
}

func (p *play) say(format string, args ...any) { p.log = append(p.log, fmt.Sprintf(format, args...)) }

func (p *play) story() (all string) {
	for i, line := range p.log {
		all += fmt.Sprintf("%3d  %s\n", i, line)
	}
	return all
}

// addHubs has n hubs that know the centre; one or two for 0.
func (p *play) addHubs(ctx context.Context, n int) error {
	if n == 0 {
		n = 1 + p.r.IntN(2)
	}
	for i := range n {
		h, err := p.world.AddHub(ctx, fmt.Sprintf("hub-%d", i))
		if err != nil {
			return err
		}
		if err := h.JoinCentre(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) run(ctx context.Context) error {
	if err := p.addHubs(ctx, 0); err != nil {
		return err
	}
	for i := range 1 + p.r.IntN(3) {
		d, err := p.world.AddDevice(ctx, fmt.Sprintf("device-%d", i), fmt.Sprintf("organisation %d", i))
		if err != nil {
			return err
		}
		if p.r.IntN(2) == 0 {
			if err := d.JoinCentre(ctx); err != nil {
				return err
			}
		}
	}
	for range p.acts {
		if err := p.act(ctx); err != nil {
			return err
		}
	}
	return p.settle(ctx)
}

// act lets one thing happen.
func (p *play) act(ctx context.Context) error {
	w := p.world
	d := w.Devices()[p.r.IntN(len(w.Devices()))]
	h := w.Hubs()[p.r.IntN(len(w.Hubs()))]
	p.wait(time.Duration(p.r.Int64N(int64(time.Hour))))
	switch p.r.IntN(12) {
	case 0, 1, 2:
		return p.respond(ctx, d)
	case 3, 4:
		p.meet(ctx, d.Name, h.Name, d.Contact)
	case 5:
		p.meet(ctx, d.Name, CentreName, d.Contact)
	case 6, 7:
		p.meet(ctx, h.Name, CentreName, h.Contact)
	case 8:
		p.kills++
		p.say("kill %s", d.Name)
		return d.Kill(ctx)
	case 9:
		p.kills++
		p.say("kill %s", h.Name)
		return h.Kill(ctx)
	case 10:
		p.kills++
		p.say("kill the centre")
		return w.Centre().Kill(ctx)
	case 11:
		if p.r.IntN(6) == 0 && len(w.Devices()) < 5 && p.cloning {
			p.clones++
			p.say("clone %s", d.Name)
			_, err := w.Clone(ctx, d, fmt.Sprintf("clone-%d", len(w.Devices())))
			return err
		}
		p.say("%s joins", d.Name)
		return d.JoinByLine(ctx)
	}
	return nil
}

func (p *play) respond(ctx context.Context, d *Device) error {
	r, err := d.Start(ctx, p.form.Definition.Settings.ID, "")
	if err != nil {
		return err
	}
	text := fmt.Sprintf("What %s says, %d. ", d.Name, p.r.Uint64())
	for range p.r.IntN(4) {
		text += text
	}
	if err := session.Fill(r.Session, map[string]any{"views": text}); err != nil {
		return err
	}
	if err := r.Save(ctx); err != nil {
		return err
	}
	item, violations, err := r.MakeReady(ctx, "en")
	if err != nil || len(violations) > 0 {
		return fmt.Errorf("make ready: %v %w", violations, err)
	}
	p.say("%s makes %s ready", d.Name, item.Name)
	d.Made(item)
	return nil
}

// meet runs one contact over a link that may be cut anywhere.
func (p *play) meet(ctx context.Context, from, to string, contact func(context.Context, string) (exchange.Report, error)) {
	if p.r.IntN(3) > 0 {
		p.world.CutAfter(from, to, linksim.Direction(p.r.IntN(2)), p.r.Int64N(9000))
	}
	refused, altered := p.world.Refused(), p.world.Mischief().Altered
	report, err := contact(ctx, to)
	p.say("%s meets %s: sent %d, receipts %d, %v", from, to, report.Sent, report.Receipts, err)
	if altered = p.world.Mischief().Altered - altered; altered > 0 && err == nil {
		synctest.Wait() // the other side has ended, too
		if n := int(p.world.Refused() - refused); n < altered {
			p.unnoticed = fmt.Errorf("%s altered %d records, and %s refused %d", from, altered, to, n)
		}
	}
}

// settle gives everybody time and whole links.
func (p *play) settle(ctx context.Context) error {
	w := p.world
	p.say("faults stop")
	w.Reform()
	for range contacts {
		for i, d := range w.Devices() {
			if err := d.JoinByLine(ctx); err != nil {
				return err
			}
			to := CentreName
			if i%2 == 0 {
				to = w.Hubs()[i%len(w.Hubs())].Name
			}
			w.Mend(d.Name, to)
			report, err := d.Contact(ctx, to)
			p.say("%s meets %s: sent %d, receipts %d, %v", d.Name, to, report.Sent, report.Receipts, err)
		}
		for _, h := range w.Hubs() {
			w.Mend(h.Name, CentreName)
			report, err := h.Contact(ctx, CentreName)
			p.say("%s meets the centre: sent %d, receipts %d, %v", h.Name, report.Sent, report.Receipts, err)
		}
		p.wait(time.Hour)
	}
	return nil
}
