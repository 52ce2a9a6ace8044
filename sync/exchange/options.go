package exchange

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// Options says who runs an exchange and within which bounds. The zero value is
// a device without a name and without a centre's card.
type Options struct {
	Self   Peer             // who we are, as our hello says it
	Centre *identity.Centre // the card a caller holds; it is sent a newer one
	Clock  func() time.Time // for the hello; time.Now if nil. Pauses go by the monotonic clock
	Logger *slog.Logger     // nothing is logged if nil
	Memory *Memory          // of this peer, kept by a caller from run to run; may be nil

	// Probe asks whether the peer can be reached over another connection, where
	// the transport has that (Once sets it). A caller asks when it has heard
	// nothing for a while; a connection that stays silent when another one
	// answered is dead.
	Probe func(ctx context.Context) error

	// Beside opens another connection to the peer while this one is in use, where the
	// transport has that (Once sets it). Leaves may go over some, on a link that loses packets.
	Beside func(ctx context.Context) (Conn, error)

	MaxInFlight int64         // ceiling of a caller's window in bytes; 0: 1 MiB
	Silence     time.Duration // how long a server waits for the next byte; 0: 2 minutes
}

// The limits of one run, against peers that never stop.
const (
	MaxOffers = 10_000  // offers, each of one origin
	MaxChains = 40_000  // tails in all of them
	MaxCopies = 8       // offers in which one chain stands: from so many log positions
	MaxFrames = 250_000 // frames in one direction
	MaxMisses = 1_000   // records refused before the server ends the run
)

// ErrStalled ends a run in which the peer has not answered for longer than the
// link, as it was measured, explains. The next run is more patient.
var ErrStalled = fmt.Errorf("the other side does not answer any more")

// A ProtocolError means that a peer breaks the rules of the exchange.
type ProtocolError struct {
	Rule string // what it should have done
}

func (e *ProtocolError) Error() string {
	return "the other side does not keep to the protocol: " + e.Rule
}

// Once opens a connection and runs one exchange over it.
func Once(ctx context.Context, t Transport, out Outbox, o Options) (Report, error) {
	conn, err := t.Open(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("open %s: %w", t.Peer(), err)
	}
	o.Logger = o.logger().With("peer", t.Peer())
	if p, ok := t.(Prober); ok {
		o.Probe = p.Probe
	}
	if w, ok := t.(Widener); ok {
		o.Beside = w.OpenBeside
	}
	return Run(ctx, conn, out, o)
}

// A Revoker is an Inbox, or the Outbox of a hub, that knows which devices were revoked.
type Revoker interface {
	// Revocations lists what is known, each checked, at most batch.MaxRevocations.
	Revocations(ctx context.Context) ([]identity.Revocation, error)
}

// A RevocationTaker is an Outbox that wants to hear which devices were revoked. A peer tells a
// hub all that it knows, and a device what was said against itself.
type RevocationTaker interface {
	TakeRevocations(ctx context.Context, peer Peer, rs []identity.Revocation) error
}

// A Clarifier is an Inbox that hands down what the secretariat asks back.
type Clarifier interface {
	// Clarifications answers a peer's ask, in the order of this party's numbers,
	// with at most max of them, and says up to which number it went.
	Clarifications(ctx context.Context, peer Peer, ask batch.Ask, max int) ([]batch.Numbered, error)
}

// A ClarificationTaker is an Outbox that wants to hear what the secretariat asks back.
type ClarificationTaker interface {
	// Ask is what to ask a peer for; nil: nothing was ever sent that could be asked about.
	Ask(ctx context.Context, peer Peer) (*batch.Ask, error)
	// TakeClarifications keeps them, each once, and how far the peer's have been
	// taken. What is for nobody here is passed over.
	TakeClarifications(ctx context.Context, peer Peer, c batch.Clarified) error
}

// A Prober is a Transport that can ask its peer for a sign of life beside a Conn.
type Prober interface {
	// Probe returns nil when the peer answered over a new connection, which the
	// next Open uses.
	Probe(ctx context.Context) error
}

// ErrNoProbe means that a transport has one connection only.
var ErrNoProbe = errors.New("there is no other way to ask")

// Probe probes t, for transports around another.
func Probe(ctx context.Context, t Transport) error {
	if p, ok := t.(Prober); ok {
		return p.Probe(ctx)
	}
	return ErrNoProbe
}

func (o Options) logger() *slog.Logger {
	if o.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Logger
}

func (o Options) now() time.Time {
	if o.Clock == nil {
		return time.Now()
	}
	return o.Clock()
}

func (o Options) hello() batch.Frame {
	h := batch.Hello{Oldest: batch.OldestVersion, Newest: batch.ProtocolVersion, Role: o.Self.Role, ID: o.Self.ID, Time: o.now().Unix()}
	if h.Role == 0 {
		h.Role = batch.RoleDevice
	}
	if h.Role != batch.RoleDevice {
		h.Name = o.Self.Name
	}
	if o.Centre != nil {
		h.Centre = CentreHash(*o.Centre)
	}
	return batch.Frame{Type: batch.FrameHello, Hello: h}
}

// CentreHash names a centre's card in a hello: the first 16 bytes of the
// SHA-256 of its encoding.
func CentreHash(c identity.Centre) [16]byte {
	raw, err := c.MarshalBinary()
	if err != nil {
		return [16]byte{}
	}
	h := sha256.Sum256(raw)
	return [16]byte(h[:16])
}

// meet checks a peer's hello and says who it is.
func (o Options) meet(h batch.Hello) (p Peer, skew time.Duration, err error) {
	p = Peer{ID: h.ID, Role: h.Role, Name: h.Name}
	if h.Time != 0 {
		skew = time.Unix(h.Time, 0).Sub(o.now()).Round(time.Second)
	}
	if h.Newest < batch.OldestVersion || h.Oldest > batch.ProtocolVersion || h.Oldest > h.Newest {
		err = batch.Refusal{Code: batch.RefusedVersion, Detail: fmt.Sprintf("versions %d to %d here, %d to %d there",
			batch.OldestVersion, batch.ProtocolVersion, h.Oldest, h.Newest)}
	}
	return p, skew, err
}
