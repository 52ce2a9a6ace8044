package workspace

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Rules are when, where and for how much a device sends by itself. The zero value
// sends whenever there is something, over any network. What a person sends by hand
// keeps to the budget alone, and to that only unless they say otherwise.
type Rules struct {
	Paused  bool
	ByHand  bool  // nothing goes by itself
	Budget  int64 // bytes a day, up and down, with what HTTP and TLS need; 0: any number
	From    int   // minutes after midnight from which it sends …
	Until   int   // … and at which it ends; may be before From; equal: at all hours
	Every   int   // minutes between two tries while something waits; 0: DefaultEvery
	Files   Files // when attachments go
	Price   Price // of data
	Costs   bool  // this connection costs money, where the system knows no networks
	Careful bool  // it sends only where that costs nothing
	// Networks says of each network that the person was asked about, by its ID,
	// whether it costs money.
	Networks map[string]bool

	Quiet bool // no word of the system when a receipt comes

	Left int64 `json:",omitempty"` // when the person left the consultation, in seconds since 1970: nothing is sent since then; 0: they take part
}

// Files is when attachments go.
type Files string

// The answers.
const (
	FilesAlways Files = ""     // after the texts
	FilesFree   Files = "free" // only where sending costs nothing
	FilesByHand Files = "hand" // only when a person says so
)

// DefaultEvery is how many minutes are between two tries.
const DefaultEvery = 15

// A Hold is why a device doesn't send by itself now, as a stable word; "" for no reason.
type Hold string

// The holds.
const (
	HoldPaused Hold = "paused"
	HoldByHand Hold = "by_hand"
	HoldHours  Hold = "hours"   // it is none of the hours
	HoldCosts  Hold = "costs"   // this network costs money
	HoldBudget Hold = "budget"  // what may go today went
	HoldFiles  Hold = "files"   // all but attachments went
	HoldNoRoad Hold = "no_road" // it has not joined
	HoldLeft   Hold = "left"    // its person has left the consultation
)

// A HeldError means that sending stopped, or didn't begin, because of a rule: what
// went counts, the rest waits.
type HeldError struct {
	Why   Hold
	Until time.Time // when it goes on by itself; zero: when the person says so
}

func (e *HeldError) Error() string {
	if e.Until.IsZero() {
		return fmt.Sprintf("nothing more is sent now: %s", e.Why)
	}
	return fmt.Sprintf("nothing more is sent until %s: %s", e.Until.Format("2006-01-02 15:04"), e.Why)
}

// leastRun is what a run takes at least, in bytes, with its connection: with less left
// of a budget none is begun.
const leastRun = 3 << 10

// hold says what keeps this device from sending by itself at now, on network n, when
// spent bytes went today; and until when, where that is known.
func (r Rules) hold(now time.Time, spent int64, n Network) (Hold, time.Time) {
	switch {
	case r.Left != 0:
		return HoldLeft, time.Time{}
	case r.Paused:
		return HoldPaused, time.Time{}
	case r.ByHand:
		return HoldByHand, time.Time{}
	case !r.within(now):
		return HoldHours, r.opens(now)
	case r.Careful && r.Costly(n):
		return HoldCosts, time.Time{}
	case r.Budget > 0 && r.Budget-spent < leastRun:
		return HoldBudget, r.opens(tomorrow(now))
	}
	return "", time.Time{}
}

// within reports whether now is one of the hours.
func (r Rules) within(now time.Time) bool {
	minute := now.Hour()*60 + now.Minute()
	switch {
	case r.From == r.Until:
		return true
	case r.From < r.Until:
		return minute >= r.From && minute < r.Until
	}
	return minute >= r.From || minute < r.Until
}

// opens is the first moment of the hours, now or later.
func (r Rules) opens(now time.Time) time.Time {
	if r.within(now) {
		return now
	}
	at := time.Date(now.Year(), now.Month(), now.Day(), r.From/60, r.From%60, 0, 0, now.Location())
	if at.Before(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}

// tomorrow is the beginning of the next day: budgets are of days.
func tomorrow(now time.Time) time.Time {
	return time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location())
}

// Costly reports whether sending over n costs money: as the person said, else as the
// system knows, else as the switch says.
func (r Rules) Costly(n Network) bool {
	if costs, asked := r.Networks[n.ID]; asked && n.ID != "" {
		return costs
	}
	if n.Metered != nil {
		return *n.Metered
	}
	return r.Costs
}

// Holds reports whether attachments stay here on network n.
func (r Rules) Holds(n Network) bool {
	return r.Files == FilesByHand || r.Files == FilesFree && r.Costly(n)
}

// every is the time between two tries.
func (r Rules) every() time.Duration {
	if r.Every <= 0 {
		return DefaultEvery * time.Minute
	}
	return time.Duration(r.Every) * time.Minute
}

// With says of network n whether it costs money. Where the system knows no networks it
// is said of all of them.
func (r Rules) With(n Network, costs bool) Rules {
	if n.ID == "" {
		r.Costs = costs
		return r
	}
	all := map[string]bool{}
	for id, c := range r.Networks {
		all[id] = c
	}
	for id := range all {
		if len(all) < maxNetworks {
			break
		}
		delete(all, id)
	}
	all[n.ID] = costs
	r.Networks = all
	return r
}

// maxNetworks is how many are remembered.
const maxNetworks = 100

// A Price is what a megabyte costs, as the person wrote it. The zero value is none.
type Price struct {
	PerMB    int64 // millionths of the currency for 1,000,000 bytes
	Currency string
}

// ErrPrice means text that is no price.
var ErrPrice = errors.New("this is no price: write an amount and a currency, as 2.5 KES")

// ParsePrice reads an amount and a currency, in this order or the other. A comma is as
// good as a point, unless there are both; "" is no price.
func ParsePrice(text string) (p Price, err error) {
	words := strings.Fields(text)
	switch len(words) {
	case 0:
		return p, nil
	case 1, 2:
	default:
		return p, ErrPrice
	}
	at := slices.IndexFunc(words, func(w string) bool { return w[0] >= '0' && w[0] <= '9' })
	if at < 0 {
		return p, ErrPrice
	}
	amount, err := strconv.ParseFloat(strings.Replace(words[at], ",", ".", 1), 64)
	if err != nil || amount < 0 || amount > maxPrice {
		return p, ErrPrice
	}
	if len(words) == 2 {
		if p.Currency = words[1-at]; len(p.Currency) > maxCurrency {
			return p, ErrPrice
		}
	}
	p.PerMB = int64(math.Round(amount * 1e6))
	if p.PerMB == 0 {
		return Price{}, nil
	}
	return p, nil
}

const (
	maxPrice    = 1e9
	maxCurrency = 12 // bytes
)

// String is what ParsePrice reads.
func (p Price) String() string {
	if p == (Price{}) {
		return ""
	}
	return strings.TrimSpace(strconv.FormatFloat(float64(p.PerMB)/1e6, 'f', -1, 64) + " " + p.Currency)
}

// Of is what bytes cost, in the currency; 0 where no price is set.
func (p Price) Of(bytes int64) float64 { return float64(p.PerMB) / 1e6 * float64(bytes) / 1e6 }

// ErrHours means text that says no hours.
var ErrHours = errors.New("these are no hours: write 20:00-06:00")

// ParseHours reads from when until when; "" is at all hours.
func ParseHours(text string) (from, until int, err error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, 0, nil
	}
	text = strings.NewReplacer("–", "-", "—", "-", " ", "").Replace(text)
	before, after, found := strings.Cut(text, "-")
	if !found {
		return 0, 0, ErrHours
	}
	if from, err = clockTime(before); err == nil {
		until, err = clockTime(after)
	}
	return from, until % (24 * 60), err
}

func clockTime(text string) (int, error) {
	hours, minutes, _ := strings.Cut(text, ":")
	if minutes == "" {
		minutes = "0"
	}
	h, err := strconv.Atoi(hours)
	m, err2 := strconv.Atoi(minutes)
	if err != nil || err2 != nil || h < 0 || m < 0 || m > 59 || h*60+m > 24*60 {
		return 0, ErrHours
	}
	return h*60 + m, nil
}

// Hours is what ParseHours reads.
func (r Rules) Hours() string {
	if r.From == r.Until {
		return ""
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d", r.From/60, r.From%60, r.Until/60, r.Until%60)
}
