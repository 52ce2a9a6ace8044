package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"baraza.example/app/wording"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// A rule is one of a device's settings about sending, by its name on the command line.
type rule struct {
	name, note string
	get        func(workspace.Settings) string
	set        func(s *workspace.Settings, network workspace.Network, value string) error
}

var errYesNo = errors.New("write yes or no")

// rules are what "barazad settings" shows and sets: the same as the window's screen.
func rules() []rule {
	yes := func(name, note string, at func(*workspace.Settings) *bool, turned bool) rule {
		return rule{name, note, func(s workspace.Settings) string { return yesNo(*at(&s) != turned) },
			func(s *workspace.Settings, _ workspace.Network, v string) (err error) {
				if !slices.Contains([]string{"yes", "no"}, v) {
					return errYesNo
				}
				*at(s) = (v == "yes") != turned
				return nil
			}}
	}
	person := func(name, what string, at func(*workspace.Settings) *string) rule {
		return rule{name, what + " for forms that ask the device who answers; empty for none", func(s workspace.Settings) string { return *at(&s) },
			func(s *workspace.Settings, _ workspace.Network, v string) error {
				*at(s) = strings.TrimSpace(v)
				return nil
			}}
	}
	return []rule{
		yes("pause", "nothing goes by itself", func(s *workspace.Settings) *bool { return &s.Rules.Paused }, false),
		yes("by-itself", "sends without being asked, while a program is open", func(s *workspace.Settings) *bool { return &s.Rules.ByHand }, true),
		{"budget", "most bytes on a day, as 2MB; 0 for no limit", func(s workspace.Settings) string {
			return strconv.FormatInt(s.Rules.Budget, 10)
		}, func(s *workspace.Settings, _ workspace.Network, v string) error {
			var size byteSize
			if v != "0" {
				if err := size.Set(v); err != nil {
					return err
				}
			}
			s.Rules.Budget = int64(size)
			return nil
		}},
		{"hours", "when it sends by itself, as 20:00-06:00; empty for always", func(s workspace.Settings) string { return s.Rules.Hours() },
			func(s *workspace.Settings, _ workspace.Network, v string) (err error) {
				s.Rules.From, s.Rules.Until, err = workspace.ParseHours(v)
				return err
			}},
		{"every", "about how often it tries, as 15m", func(s workspace.Settings) string {
			if s.Rules.Every == 0 {
				return fmt.Sprintf("%dm", workspace.DefaultEvery)
			}
			return fmt.Sprintf("%dm", s.Rules.Every)
		}, func(s *workspace.Settings, _ workspace.Network, v string) error {
			d, err := time.ParseDuration(v)
			if err != nil || d < time.Minute || d > 7*24*time.Hour {
				return errors.New("write a time between 1m and 168h")
			}
			s.Rules.Every = int(d / time.Minute)
			return nil
		}},
		{"attachments", "always, free (only where it costs nothing) or hand (only when asked to)", func(s workspace.Settings) string {
			if s.Rules.Files == workspace.FilesAlways {
				return "always"
			}
			return string(s.Rules.Files)
		}, func(s *workspace.Settings, _ workspace.Network, v string) error {
			switch files := workspace.Files(v); {
			case v == "always":
				s.Rules.Files = workspace.FilesAlways
			case files == workspace.FilesFree, files == workspace.FilesByHand:
				s.Rules.Files = files
			default:
				return errors.New("write always, free or hand")
			}
			return nil
		}},
		{"price", "of 1 MB, as “2.5 KES”", func(s workspace.Settings) string { return s.Rules.Price.String() },
			func(s *workspace.Settings, _ workspace.Network, v string) (err error) {
				s.Rules.Price, err = workspace.ParsePrice(v)
				return err
			}},
		{"network", "costs or free: what sending over the network costs that this device is on now", nil,
			func(s *workspace.Settings, n workspace.Network, v string) error {
				if v != "costs" && v != "free" {
					return errors.New("write costs or free")
				}
				s.Rules = s.Rules.With(n, v == "costs")
				return nil
			}},
		yes("careful", "sends by itself only where it costs nothing", func(s *workspace.Settings) *bool { return &s.Rules.Careful }, false),
		yes("notify", "the window's system tells of receipts", func(s *workspace.Settings) *bool { return &s.Rules.Quiet }, true),
		person("username", "a name", func(s *workspace.Settings) *string { return &s.Metadata.Username }),
		person("email", "an e-mail address", func(s *workspace.Settings) *string { return &s.Metadata.Email }),
		person("phone", "a telephone number", func(s *workspace.Settings) *string { return &s.Metadata.Phone }),
		{"hub", "address of a hub to send through first; empty for none", func(s workspace.Settings) string { return s.Hub },
			func(s *workspace.Settings, _ workspace.Network, v string) error {
				if v != "" {
					if err := workspace.CheckAddress(v); err != nil {
						return err
					}
				}
				s.Hub = v
				return nil
			}},
	}
}

func yesNo(v bool) string {
	if v {
		return "yes"
	}
	return "no"
}

func runSettings(ctx context.Context, args []string, io streams) error {
	f := newDeviceFlags("settings", io)
	asJSON := f.Bool("json", false, "print them as JSON")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	w, _, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	chosen, err := w.Settings(ctx)
	if err != nil {
		return err
	}
	network := workspace.CurrentNetwork()
	type change struct {
		rule
		value string
	}
	var changes []change
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		i := slices.IndexFunc(rules(), func(r rule) bool { return r.name == name })
		if i < 0 || !strings.Contains(word, "=") {
			return fmt.Errorf("there is no setting %q; “barazad settings --dir DIR” lists them: %w", word, errUsage)
		}
		changes = append(changes, change{rules()[i], strings.TrimSpace(value)})
	}
	if len(changes) > 0 {
		var wrong error
		chosen, err = w.Change(ctx, func(s *workspace.Settings) {
			wrong = nil
			before := *s
			for _, c := range changes {
				if err := c.set(s, network, c.value); err != nil {
					wrong = fmt.Errorf("%s: %w", c.name, err)
					*s = before
					return
				}
			}
		})
		if err := errors.Join(wrong, err); err != nil {
			return err
		}
	}
	today, left, err := w.Spent(ctx)
	if err != nil {
		return err
	}
	if *asJSON {
		all := map[string]any{"spent_today": today, "network": network.Name, "network_costs": chosen.Rules.Costly(network)}
		if left >= 0 {
			all["left_today"] = left
		}
		for _, r := range rules() {
			if r.get != nil {
				all[r.name] = r.get(chosen)
			}
		}
		return printJSON(io.out, all)
	}
	for _, r := range rules() {
		value := ""
		if r.get != nil {
			value = r.get(chosen)
		} else if value = "free"; chosen.Rules.Costly(network) {
			value = "costs"
		}
		fmt.Fprintf(io.out, "%-12s %-14s %s\n", r.name, value, r.note)
	}
	l := locale.New("en")
	line := l.Say("sending.spent", locale.Values{"Spent": l.Size(today)})
	if left >= 0 {
		line = l.Say("sending.left", locale.Values{"Left": l.Size(left), "Budget": l.Size(chosen.Rules.Budget)})
	}
	fmt.Fprintln(io.out, line)
	return nil
}

// printEstimate says what a run would take.
func printEstimate(ctx context.Context, w *workspace.Workspace, how workspace.Sending, asJSON bool, io streams) error {
	e, err := w.Estimate(ctx, how)
	if err != nil {
		return err
	}
	chosen, err := w.Settings(ctx)
	if err != nil {
		return err
	}
	_, left, err := w.Spent(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		all := map[string]any{"records": e.Records, "texts": e.Text, "attachments": e.Files, "staying": e.Staying, "down": e.Down, "around": e.Around, "total": e.Total()}
		if money := chosen.Rules.Price; money != (workspace.Price{}) {
			all["money"], all["currency"] = money.Of(e.Total()), money.Currency
		}
		if left >= 0 {
			all["left_today"] = left
		}
		return printJSON(io.out, all)
	}
	l := locale.New("en")
	fmt.Fprintf(io.out, "%d records. %s\n", e.Records, wording.Cost(l, chosen.Rules.Price, e.Total()))
	if e.Files > 0 {
		fmt.Fprintln(io.out, l.Say("sending.parts", locale.Values{"Text": l.Size(e.Text), "Files": l.Size(e.Files)}))
	}
	if e.Staying > 0 {
		fmt.Fprintln(io.out, l.Say("sending.staying", locale.Values{"Size": l.Size(e.Staying)}), "--attachments sends them.")
	}
	if left >= 0 {
		fmt.Fprintln(io.out, l.Say("sending.left", locale.Values{"Left": l.Size(left), "Budget": l.Size(chosen.Rules.Budget)}))
		if e.Total() > left {
			fmt.Fprintln(io.out, l.Say("sending.over"), "--over sends it all the same.")
		}
	}
	return nil
}

// printHistory says the account, the last run first, in words that can be read out.
func printHistory(ctx context.Context, w *workspace.Workspace, asJSON bool, io streams) error {
	runs, err := w.Runs(ctx)
	if err != nil {
		return err
	}
	chosen, err := w.Settings(ctx)
	if err != nil {
		return err
	}
	l := locale.New("en")
	for _, r := range runs {
		if asJSON {
			err = printJSON(io.out, map[string]any{"began": r.Began, "ended": r.Ended, "tries": r.Tries, "by_hand": r.ByHand, "road": r.Road, "hub": r.Name,
				"bytes_up": r.Up, "bytes_down": r.Down, "link": r.Link, "said": r.Said, "records": r.Records, "leaves": r.Leaves, "receipts": r.Receipts,
				"stopped": r.Stopped, "held": r.Held, "failed": r.Failed, "trouble": r.Trouble})
		} else {
			road, what := wording.Run(l, r, chosen.Rules.Price)
			_, err = fmt.Fprintf(io.out, "%s  %s: %s\n", time.Unix(r.Ended, 0).Format("2006-01-02 15:04"), road, strings.Join(what, ", "))
		}
		if err != nil {
			return err
		}
	}
	if len(runs) == 0 && !asJSON {
		fmt.Fprintln(io.out, l.Say("sending.no_history"))
	}
	return nil
}

// keepSending sends by itself until it is stopped, and says a line for each run.
func keepSending(ctx context.Context, w *workspace.Workspace, how workspace.Sending, every time.Duration, asJSON bool, io streams) error {
	o := workspace.SenderOptions{Every: every, Via: how.Via, After: func(o workspace.Outcome) {
		var held *workspace.HeldError
		switch {
		case asJSON:
			line := account(o.Report)
			if o.Err != nil {
				line["error"] = say(o.Err)
			}
			_ = printJSON(io.out, line) // whoever reads it may have gone
		case errors.As(o.Err, &held):
			fmt.Fprintln(io.out, wording.Hold(locale.New("en"), held.Why, held.Until, time.Now()))
		case o.Err != nil:
			fmt.Fprintln(io.err, "sync:", say(o.Err))
		default:
			fmt.Fprintln(io.out, reportLine(o.Report))
		}
		for _, i := range o.Received {
			if !asJSON {
				fmt.Fprintln(io.out, "received", i.Code)
			}
		}
	}}
	s := w.NewSender(o)
	told := make(chan struct{})
	go func() {
		defer close(told)
		tellHolds(ctx, s, asJSON, io)
	}()
	s.Run(ctx)
	<-told
	return nil
}

// tellHolds says when something begins to hold a device back.
func tellHolds(ctx context.Context, s *workspace.Sender, asJSON bool, io streams) {
	was := workspace.Hold("")
	for ctx.Err() == nil {
		changed := s.Changed()
		if p := s.Plan(); p.Why != was {
			if was = p.Why; was != "" && !asJSON {
				fmt.Fprintln(io.out, wording.Hold(locale.New("en"), p.Why, p.Next, time.Now()))
			}
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
	}
}
