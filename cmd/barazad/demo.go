package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"baraza.example/app/workspace"
	"baraza.example/app/world"
	"baraza.example/assets"
	"baraza.example/forms"
	"baraza.example/forms/session"
	"baraza.example/sync/linksim"
)

// The demonstration's links: a connection is reset after some ten thousand
// bytes, and the first one early, so that every run shows what a cut costs.
const (
	demoCutEvery = 12_000
	demoFirstCut = 3_000
	demoDevices  = 8  // at the most; further responses are shared out among them
	demoRounds   = 60 // contacts per device; far more than links that bad need
)

// A demonstration is one run of the main job.
type demonstration struct {
	io      streams
	asJSON  bool
	seed    uint64
	world   *world.World
	random  *rand.Rand
	form    workspace.Form
	answers []answerSet
	kills   int
	killed  int
}

// An answerSet is what one organisation answers.
type answerSet struct {
	name    string
	answers map[string]any
	files   fs.FS // that attachments are in
}

// organisation is whose device fills these answers in: the organisation's own,
// or that of who collected them for a group.
func (a answerSet) organisation(otherwise string) string {
	for _, question := range []string{"org_name", "collector_name"} {
		if name, ok := a.answers[question].(string); ok && name != "" {
			return name
		}
	}
	return otherwise
}

func demo(ctx context.Context, args []string, io streams) error {
	f := newFlags("demo", io)
	var files list
	f.Var(&files, "answers", "JSON `file` of answers instead of the samples; may stand several times")
	asJSON := f.Bool("json", false, "print one JSON object")
	seed := f.Uint64("seed", 0, "fixes answers, roads and where links are cut; 0 draws one")
	formFile := f.String("form", "", "XLSForm to fill in instead of the built-in questionnaire")
	kills := f.Int("kills", 0, "kill the devices' processes this often while they work")
	verbose := f.Bool("v", false, "say more")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(words) > 0 || *kills < 0 || *kills > 1000 {
		return fmt.Errorf("unknown word or number out of range: %w", errUsage)
	}
	d := demonstration{io: io, asJSON: *asJSON, seed: *seed, kills: *kills}
	if d.seed == 0 {
		d.seed = rand.Uint64N(1 << 32)
	}
	d.random = rand.New(rand.NewPCG(d.seed, 1))
	if d.form, err = loadForm(*formFile); err != nil {
		return err
	}
	if d.answers, err = demoAnswers(files, *formFile != ""); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "baraza-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) // a folder for temporary files may keep the rest
	d.world, err = world.New(ctx, world.Options{Seed: d.seed, Dir: dir, Forms: []workspace.Form{d.form},
		Link: linksim.Profile{Name: "demo", CutEvery: demoCutEvery}, FirstCut: demoFirstCut, Logger: logger(io.err, *verbose)})
	if err != nil {
		return err
	}
	defer d.world.Close() // before the folder goes
	return d.run(ctx)
}

// demoAnswers reads the answers asked for, or the samples. A form of one's own
// without answers gets one response, made of what its questions allow.
func demoAnswers(files []string, otherForm bool) ([]answerSet, error) {
	var sets []answerSet
	for _, file := range files {
		all, err := readAnswers(file)
		if err != nil {
			return nil, err
		}
		for _, a := range all {
			sets = append(sets, answerSet{filepath.Base(file), a, os.DirFS(filepath.Dir(file))})
		}
	}
	switch {
	case len(sets) > 0:
		return sets, nil
	case otherForm:
		return []answerSet{{"made up", map[string]any{}, nil}}, nil
	}
	return sampleAnswers()
}

func sampleAnswers() ([]answerSet, error) {
	names, err := fs.Glob(assets.Samples, "answers/*.json")
	if err != nil {
		return nil, err
	}
	attachments, err := fs.Sub(assets.Samples, "attachments")
	if err != nil {
		return nil, err
	}
	var sets []answerSet
	for _, name := range names {
		raw, err := fs.ReadFile(assets.Samples, name)
		if err != nil {
			return nil, err
		}
		all, err := parseAnswers(name, raw)
		if err != nil {
			return nil, err
		}
		sets = append(sets, answerSet{path.Base(name), all[0], attachments})
	}
	return sets, nil
}

func (d *demonstration) say(format string, args ...any) {
	if !d.asJSON {
		fmt.Fprintf(d.io.out, format+"\n", args...)
	}
}

func (d *demonstration) run(ctx context.Context) error {
	d.say("seed %d: a centre and a hub on this machine, %d devices without a connection\n", d.seed, min(len(d.answers), demoDevices))
	if _, err := d.world.AddHub(ctx, "Radio Baraza"); err != nil {
		return err
	}
	if err := d.answer(ctx); err != nil {
		return err
	}
	roads := d.roads()
	if err := d.send(ctx, roads); err != nil {
		return err
	}
	return d.report(ctx)
}

// answer fills in the form on each device, offline, and makes it ready. Some
// have joined before, some join afterwards.
func (d *demonstration) answer(ctx context.Context) error {
	author := d.random.IntN(min(len(d.answers), demoDevices))
	for i, set := range d.answers {
		name := set.organisation(fmt.Sprintf("organisation %d", i+1))
		device, joined, err := d.device(ctx, i, name)
		if err != nil {
			return err
		}
		var item workspace.Item
		if d.kills > 0 {
			item, err = d.fillAll(ctx, device, set, (d.kills*2/3-d.killed+len(d.answers)-i-1)/(len(d.answers)-i))
		} else {
			item, err = d.fill(ctx, device, set, i)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", set.name, err)
		}
		d.say("%-9s  %s: response made ready, %s", device.Name, name, map[bool]string{true: "sealed", false: "frozen until it joins"}[joined])
		device.Made(item)
		if i == author {
			if err := d.contribute(ctx, device); err != nil {
				return err
			}
		}
		if !joined {
			if err := device.JoinCentre(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// device is the device for the i-th response: a new one, or where there are
// many responses one that has some already.
func (d *demonstration) device(ctx context.Context, i int, organisation string) (device *world.Device, joined bool, err error) {
	if i >= demoDevices {
		return d.world.Devices()[i%demoDevices], true, nil
	}
	if device, err = d.world.AddDevice(ctx, fmt.Sprintf("device-%d", i+1), organisation); err != nil {
		return nil, false, err
	}
	if joined = d.random.IntN(2) == 0; joined {
		err = device.JoinCentre(ctx)
	}
	return device, joined, err
}

func (d *demonstration) fill(ctx context.Context, device *world.Device, set answerSet, number int) (workspace.Item, error) {
	job := filling{w: device.Workspace, form: d.form, answers: set.answers, files: set.files, number: number, complete: d.complete}
	return job.run(ctx)
}

func (d *demonstration) contribute(ctx context.Context, device *world.Device) error {
	names, err := fs.Glob(assets.Samples, "contributions/*.json")
	if err != nil || len(names) == 0 {
		return errors.Join(err, errors.New("no sample contribution"))
	}
	raw, err := fs.ReadFile(assets.Samples, names[d.random.IntN(len(names))])
	if err != nil {
		return err
	}
	item, err := contributeFrom(ctx, device.Workspace, raw, "")
	if err != nil {
		return err
	}
	d.say("%-9s  a written contribution made ready: %s", device.Name, item.Title)
	device.Made(item)
	return nil
}

// complete answers what is required and missing: from the samples where one of
// them answers a question of that name, else with what the question allows.
func (d *demonstration) complete(s *session.Session) error {
	samples, err := sampleAnswers()
	if err != nil {
		return err
	}
	tried := map[forms.Ref]bool{}
	for range 1000 { // an answer may make other questions relevant
		at := slices.IndexFunc(s.Validate(), func(v session.Violation) bool {
			return v.Kind == session.ViolatesRequired && !tried[v.Ref]
		})
		if at < 0 {
			return nil
		}
		ref := s.Validate()[at].Ref
		tried[ref] = true
		n, ok := s.Node(ref)
		if !ok {
			continue
		}
		if err := d.borrow(s, n, samples); err != nil {
			return err
		}
	}
	return errors.New("the form asks for ever more")
}

// borrow answers n as one of the samples does, the first that fits from a
// random one on; where none does, with what the question allows.
func (d *demonstration) borrow(s *session.Session, n session.Node, samples []answerSet) error {
	first := d.random.IntN(len(samples))
	for i := range samples {
		value, ok := samples[(first+i)%len(samples)].answers[n.Ref.Name()].(string)
		if ok && s.Set(n.Ref, value) == nil {
			return nil
		}
	}
	return s.Set(n.Ref, plausible(n))
}

// plausible is some answer that a question's type allows.
func plausible(n session.Node) string {
	if len(n.Choices) > 0 {
		return n.Choices[0].Value
	}
	switch n.Element.Base().Bind.Type {
	case forms.Int, forms.Decimal:
		return "1"
	case forms.Date:
		return "2007-06-15"
	case forms.Time:
		return "12:00:00.000Z"
	case forms.DateTime:
		return "2007-06-15T12:00:00.000Z"
	case forms.GeoPoint:
		return "46.2044 6.1432 0 0"
	}
	return "An answer."
}

// roads draws for each device whether it sends through the hub; one at least
// does, and where there are several one at least does not.
func (d *demonstration) roads() []string {
	hub, centre := d.world.Hubs()[0].Name, world.CentreName
	roads := make([]string, len(d.world.Devices()))
	for i := range roads {
		roads[i] = []string{hub, centre}[d.random.IntN(2)]
	}
	one := d.random.IntN(len(roads))
	roads[one] = hub
	if len(roads) > 1 && !slices.Contains(roads, centre) {
		roads[(one+1)%len(roads)] = centre
	}
	return roads
}

// send lets devices and hub meet in turn until all have their receipts.
func (d *demonstration) send(ctx context.Context, roads []string) error {
	d.say("")
	hub := d.world.Hubs()[0]
	if err := hub.JoinCentre(ctx); err != nil {
		return err
	}
	for range demoRounds {
		waiting := 0
		for i, device := range d.world.Devices() {
			done, err := allReceived(ctx, device.Workspace)
			if err != nil {
				return err
			}
			if done {
				continue
			}
			waiting++
			if d.killed < d.kills {
				if err := d.sendKilled(ctx, device, roads[i]); err != nil {
					return err
				}
			}
			report, err := device.Contact(ctx, roads[i])
			d.said(device.Name, roads[i], report.Sent, report.Receipts, err)
		}
		if waiting == 0 {
			return d.killRest(ctx, roads)
		}
		report, err := hub.Contact(ctx, world.CentreName)
		d.said(hub.Name, world.CentreName, report.Sent, report.Receipts, err)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil // the account tells what is missing
}

func (d *demonstration) said(from, to string, sent, receipts int, err error) {
	outcome := fmt.Sprintf("%d records sent, %d receipts taken", sent, receipts)
	if err != nil {
		outcome += "; cut off, to go on from there"
	}
	d.say("%-12s → %-12s  %s", from, to, outcome)
}

func (d *demonstration) report(ctx context.Context) error {
	account, err := d.world.Settled(ctx)
	if err != nil {
		return err
	}
	account.Kills = d.killed
	if d.asJSON {
		if err := printJSON(d.io.out, account); err != nil {
			return err
		}
	} else if err := d.table(ctx, account); err != nil {
		return err
	}
	return account.Err()
}

func (d *demonstration) table(ctx context.Context, account world.Account) error {
	d.say("\n%-12s  %-12s  %-24s  %7s  %5s  %-11s  %s", "from", "kind", "road", "bytes", "tries", "receipt", "proof")
	for _, r := range account.Each {
		proof := map[bool]string{true: "checked", false: "NOT CHECKED"}[r.Proof]
		d.say("%-12s  %-12s  %-24s  %7d  %5d  %-11s  %s", r.Device, r.Kind, strings.Join(r.Road, " → "), r.Bytes, r.Tries, r.Code, proof)
	}
	d.say("\n%d made, %d received once, %d lost, %d counted twice; %d proofs checked; %d by way of the hub; %d connections cut; %d bytes up, %d down",
		account.Records, account.ReceivedOnce, account.Lost, account.Duplicates, account.ProofsOK, account.ViaHub, account.Cuts, account.BytesUp, account.BytesDown)
	if account.Kills > 0 {
		d.say("%d processes killed; nothing that they had acknowledged was lost", account.Kills)
	}
	return nil
}
