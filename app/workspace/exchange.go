package workspace

import (
	"context"
	"errors"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/hub"
	"baraza.example/sync/identity"
)

// Exchange sends what waits and takes what has come, once, over a transport.
// What an interruption had cut off goes on with the next call. Where the
// centre's card came in the first run, what it lets us seal goes in a second;
// where a connection went silent and the peer answers over a new one, it goes on
// at once.
func (w *Workspace) Exchange(ctx context.Context, t exchange.Transport) (exchange.Report, error) {
	return w.exchange(ctx, t, outbox{w.mail, w, false})
}

func (w *Workspace) exchange(ctx context.Context, t exchange.Transport, out exchange.Outbox) (exchange.Report, error) {
	if w.self == nil {
		return exchange.Report{}, ErrNotSetUp
	}
	w.sending.Lock() // one run at a time; a second would only send the same again
	defer w.sending.Unlock()
	t = opening{t, w}
	report, err := w.run(ctx, t, out)
	for report.Again && (err == nil || errors.Is(err, exchange.ErrStalled)) && ctx.Err() == nil {
		var more exchange.Report
		more, err = w.run(ctx, t, out)
		report = sum(report, more)
	}
	if e := w.noteTurns(context.WithoutCancel(ctx), t.Peer(), report); err == nil {
		err = e
	}
	if e := w.arrived(ctx, report); err == nil {
		err = e
	}
	return report, err
}

func (w *Workspace) run(ctx context.Context, t exchange.Transport, out exchange.Outbox) (exchange.Report, error) {
	centre, err := w.mail.Centre(ctx)
	if err != nil {
		return exchange.Report{}, err
	}
	self := exchange.Peer{ID: w.self.ID(), Role: batch.RoleDevice}
	return exchange.Once(ctx, t, out, exchange.Options{Self: self, Centre: centre, Clock: w.clock, Logger: w.log, Memory: w.memory(t)})
}

// memory is what earlier runs have learnt of a peer.
func (w *Workspace) memory(t exchange.Transport) *exchange.Memory {
	m := w.peers[t.Peer()]
	if m == nil {
		m = new(exchange.Memory)
		w.peers[t.Peer()] = m
	}
	return m
}

// Forward is Exchange for a device that is a hub: what it holds for others goes
// up together with its own.
func (w *Workspace) Forward(ctx context.Context, h *hub.Hub, t exchange.Transport) (exchange.Report, error) {
	return w.forward(ctx, h, t, nil)
}

func (w *Workspace) forward(ctx context.Context, h *hub.Hub, t exchange.Transport, a *allowance) (exchange.Report, error) {
	w.sending.Lock()
	defer w.sending.Unlock()
	w.relaying.Store(a)
	defer w.relaying.Store(nil)
	r, err := h.Forward(ctx, opening{t, w}, w.memory(t))
	if e := w.noteTurns(context.WithoutCancel(ctx), t.Peer(), r); err == nil {
		err = e
	}
	if r.Receipts > 0 {
		err = errors.Join(err, w.forgetStrangers(ctx))
	}
	return r, errors.Join(err, w.arrived(ctx, r))
}

// Relay is Forward over the first of the roads that answers, under the rules of this device;
// byHand says that a person asked for it. It is written into the account.
func (w *Workspace) Relay(ctx context.Context, h *hub.Hub, roads []string, byHand bool) (exchange.Report, error) {
	if len(roads) == 0 {
		return exchange.Report{}, ErrNoRoad
	}
	s := Sending{ByHand: byHand, Via: roads, others: true}
	return w.underRules(ctx, s, roads[0], func(a *allowance, road *string) (report exchange.Report, err error) {
		for _, text := range roads {
			var client *httpsync.Client
			if client, err = w.Way(ctx, text); err != nil {
				continue
			}
			*road = text
			report, err = w.forward(ctx, h, counted{client, a.meter}, a)
			if err == nil || ctx.Err() != nil || errors.As(err, new(*HeldError)) {
				break
			}
		}
		return report, err
	})
}

// opening seals what waits as soon as a road is open, not before: each try
// without a link would make a pack of its own.
type opening struct {
	exchange.Transport
	w *Workspace
}

func (o opening) Open(ctx context.Context) (exchange.Conn, error) {
	conn, err := o.Transport.Open(ctx)
	if err != nil {
		return nil, err
	}
	if err := o.w.Seal(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// OpenBeside implements exchange.Widener.
func (o opening) OpenBeside(ctx context.Context) (exchange.Conn, error) {
	return exchange.OpenBeside(ctx, o.Transport)
}

// Probe implements exchange.Prober.
func (o opening) Probe(ctx context.Context) error { return exchange.Probe(ctx, o.Transport) }

// outbox is the mailbox of a device: when the centre's card comes, what was
// frozen is sealed.
type outbox struct {
	*storage.Mailbox
	w   *Workspace
	hub bool // it carries for others
}

func (o outbox) TakeCentre(ctx context.Context, c identity.Centre) error {
	if err := o.Mailbox.TakeCentre(ctx, c); err != nil {
		return err
	}
	return o.w.Seal(ctx)
}

// custody is the mailbox of a hub, thrifty while it relays.
type custody struct{ outbox }

func (c custody) Records(ctx context.Context, chain batch.Chain, after batch.Seq, most int) ([]batch.Carried, error) {
	if a := c.w.relaying.Load(); a != nil {
		return thrifty{c.outbox, a}.Records(ctx, chain, after, most)
	}
	return c.outbox.Records(ctx, chain, after, most)
}

func (c custody) Leaf(ctx context.Context, attachment batch.RecordID, index uint32) (batch.Leaf, error) {
	if a := c.w.relaying.Load(); a != nil {
		return thrifty{c.outbox, a}.Leaf(ctx, attachment, index)
	}
	return c.outbox.Leaf(ctx, attachment, index)
}

// Hub returns this device as a hub: what it serves to others is kept in the
// same store and goes up with Forward.
func (w *Workspace) Hub(name string, quota hub.Quota) (*hub.Hub, error) {
	if w.self == nil {
		return nil, ErrNotSetUp
	}
	return hub.New(hub.Options{Custody: custody{outbox{w.mail, w, true}}, Identity: w.self, Name: name, Quota: quota, Clock: w.clock, Logger: w.log})
}

func sum(a, b exchange.Report) exchange.Report {
	b.Sent += a.Sent
	b.Leaves += a.Leaves
	b.Receipts += a.Receipts
	b.Pieces += a.Pieces
	b.Altered += a.Altered
	b.Refused = append(a.Refused, b.Refused...)
	b.BytesUp += a.BytesUp
	b.BytesDown += a.BytesDown
	return b
}

// Held is how many bytes of others' records this device has in custody, with the
// room that their attachments will take.
func (w *Workspace) Held(ctx context.Context) (int64, error) {
	if w.self == nil {
		return 0, ErrNotSetUp
	}
	_, all, err := w.mail.Usage(ctx, w.self.ID())
	return all, err
}
