// Package discovery finds hubs on the local network without anything being
// typed: by mDNS (RFC 6762, DNS-SD of RFC 6763) and, where multicast is not let
// through, by a question broadcast over UDP.
//
// What is found is a claim. A hub's key is known by its pin alone, which people
// compare once with what stands on the hub's screen ([Hub.Fingerprint]); whoever
// lies can show no other key than its own. The bytes are docs/protocol/discovery.md.
// Start at [Announce] and [Browse].
package discovery

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Hub is what a hub tells of itself.
type Hub struct {
	Name string // for people
	Pin  string // of its key, as in addresses (httpsync.Pin)
	Port uint16 // of its exchange
}

// A Found is a hub that answered, and where.
type Found struct {
	Hub
	Addr   netip.Addr
	Itself bool // the answer came from that address, and was not only about it
}

// Address is how the hub is reached.
func (f Found) Address() string {
	host := netip.AddrPortFrom(f.Addr, f.Port).String()
	return "https://" + strings.Replace(host, "%", "%25", 1) + "#pin=" + f.Pin // a zone in a URL: RFC 6874
}

// Fingerprint is the beginning of a pin, 60 bits, as two people compare it.
func (h Hub) Fingerprint() string {
	if len(h.Pin) < 12 {
		return h.Pin
	}
	return h.Pin[:4] + "-" + h.Pin[4:8] + "-" + h.Pin[8:12]
}

// Options are where to look and be found. The zero value is the local network.
type Options struct {
	Port    uint16           // of the questions over UDP; 0: DefaultPort
	Targets []netip.AddrPort // to ask there instead of every broadcast address
	Known   []string         // pins of hubs that are trusted already: no crowd of answers hides them
	NoMDNS  bool
	Logger  *slog.Logger // nil means none
}

// DefaultPort is asked for hubs over UDP.
const DefaultPort = 48445

// The limits of what is believed of a network.
const (
	maxFound = 64  // hubs in all
	maxFrom  = 8   // that one address tells of
	maxName  = 100 // bytes
	maxPin   = 52  // characters: 32 bytes
	minPin   = 26  // 16 bytes
)

func (o Options) filled() Options {
	if o.Port == 0 {
		o.Port = DefaultPort
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// ErrHub means that a hub says of itself what can't be.
var ErrHub = errors.New("this is not what a hub tells of itself")

// check makes h fit to be shown, or says that it can't be.
func (h *Hub) check() error {
	h.Pin = strings.ToUpper(h.Pin)
	if h.Port == 0 || len(h.Pin) < minPin || len(h.Pin) > maxPin || strings.ContainsFunc(h.Pin, func(r rune) bool {
		return !strings.ContainsRune("0123456789ABCDEFGHJKMNPQRSTVWXYZ", r)
	}) {
		return ErrHub
	}
	if len(h.Name) > maxName || !utf8.ValidString(h.Name) {
		return ErrHub
	}
	h.Name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1 // a name must not pass for another by running backwards
		}
		return r
	}, h.Name))
	return nil
}

// near reports whether an address can be of a local network.
func near(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsLoopback() ||
		slices.ContainsFunc(ownAddresses(), func(p netip.Prefix) bool { return p.Contains(a) })
}

// A gathering is the answers so far.
type gathering struct {
	known []string
	mu    sync.Mutex
	found []Found
	from  map[teller]int
}

// A teller is who answers, of hubs that are trusted or of others.
type teller struct {
	from  netip.Addr
	known bool
}

// add takes an answer, if it can be and is not one too many of those that come from there.
func (g *gathering) add(f Found, from netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f.Addr, from = f.Addr.Unmap(), from.Unmap()
	f.Itself = f.Addr == from
	if f.check() != nil || !near(f.Addr) {
		return
	}
	if i := slices.IndexFunc(g.found, func(o Found) bool { return o.Hub == f.Hub && o.Addr == f.Addr }); i >= 0 {
		g.found[i].Itself = g.found[i].Itself || f.Itself
		return
	}
	// Anybody can say a pin that is trusted, and where that hub is; but not from its address.
	told, room := teller{from: from}, maxFound
	if told.known = slices.Contains(g.known, f.Pin); told.known {
		if room = 2 * maxFound; f.Itself {
			room = 4 * maxFound
		}
	}
	if len(g.found) < room && g.from[told] < maxFrom {
		g.found = append(g.found, f)
		g.from[told]++
	}
}

// Browse asks for hubs until ctx ends, which it needs, and lists those that
// answered by name, each address once, those where they answered themselves first. What is wrong with one way of asking is
// logged; only if none works there is an error.
func Browse(ctx context.Context, o Options) ([]Found, error) {
	if _, ends := ctx.Deadline(); !ends {
		return nil, errors.New("discovery: say until when to look")
	}
	o = o.filled()
	g := &gathering{known: o.Known, from: map[teller]int{}}
	var ways sync.WaitGroup
	errs := make([]error, 2)
	ways.Go(func() { errs[0] = ask(ctx, o, g) })
	if !o.NoMDNS {
		ways.Go(func() { errs[1] = browseMDNS(ctx, o, g) })
	}
	ways.Wait()
	for _, err := range errs {
		if err != nil {
			o.Logger.DebugContext(ctx, "a way to look for hubs is closed", "err", err)
		}
	}
	slices.SortFunc(g.found, func(a, b Found) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Pin, b.Pin), second(a.Itself, b.Itself), a.Addr.Compare(b.Addr), cmp.Compare(a.Port, b.Port))
	})
	if len(g.found) == 0 && errs[0] != nil && (errs[1] != nil || o.NoMDNS) {
		return nil, errors.Join(errs...)
	}
	return g.found, nil
}

// second orders what is so before what is not.
func second(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// An Announcer answers for a hub until it is closed.
type Announcer struct {
	close []func() error
}

// Announce has a hub found. One way of being found is enough; without any there
// is an error.
func Announce(h Hub, o Options) (*Announcer, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	o = o.filled()
	a := &Announcer{}
	stop, err := answer(h, o)
	if err == nil {
		a.close = append(a.close, stop)
	}
	if !o.NoMDNS {
		stop, mdnsErr := serveMDNS(h, o)
		if mdnsErr == nil {
			a.close = append(a.close, stop)
		}
		err = errors.Join(err, mdnsErr)
	}
	if len(a.close) == 0 {
		return nil, err
	}
	if err != nil {
		o.Logger.Warn("a way to be found nearby is closed", "err", err)
	}
	return a, nil
}

// Close ends it.
func (a *Announcer) Close() error {
	var errs []error
	for _, c := range a.close {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}

// pause is how long to wait between two questions: packets get lost.
const pause = 700 * time.Millisecond
