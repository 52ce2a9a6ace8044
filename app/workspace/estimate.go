package workspace

import (
	"context"
	"crypto/rand"
	"fmt"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/identity"
)

// What a run of an exchange writes besides the records, in bytes: a hello, the
// offer of each chain and the goodbye; and what stands around each record or leaf.
const (
	runCost   = 105
	chainCost = 18
	storeCost = 60 // of the offer for another's store, and of what stands there of it
	nameCost  = 20 // of a device that came to this hub, in the ask for what is asked back
	frameCost = 8
)

// tried bounds the text, in bytes, that is packed only to know how long it gets.
const tried = 64 << 10

// An Estimate is what the next run over the first road will move, about: what a person
// sees before sending.
type Estimate struct {
	Records int
	Text    int64 // bytes of frames up, with previews, and registration and keys where those have not gone yet
	Files   int64 // bytes of frames up, of attachments and their lists
	Staying int64 // bytes of attachments that stay here, as the rules say; not in the others
	Down    int64 // bytes of frames
	Around  int64 // bytes of HTTP and TLS, both ways
	Library int64 // bytes of frames down, of what was published and is wanted here

	texts  int                         // records that are no attachments
	all    int                         // records, with those that nobody waits for
	there  int                         // records that the peer has, of which receipts may come
	chains int                         // that are offered
	lanes  [batch.Attachments + 1]bool // in which something is still to be sealed
	stores int64                       // of others, whose records this device carries
	runs   int64                       // of the exchange
}

// Up is what will be written, as [exchange.Report] counts it.
func (e Estimate) Up() int64 { return e.Text + e.Files }

// Total is what will go over the link, both ways: what is paid for.
func (e Estimate) Total() int64 { return e.Up() + e.Down + e.Around + e.Library }

// Pending says what waits to go: records, and about how many bytes will be
// written for them before HTTP and TLS, whatever the rules say.
func (w *Workspace) Pending(ctx context.Context) (records int, bytes int64, err error) {
	return w.waiting(ctx, false)
}

// ToBringOn is [Workspace.Pending] of a hub: with what it holds for others.
func (w *Workspace) ToBringOn(ctx context.Context) (records int, bytes int64, err error) {
	return w.waiting(ctx, true)
}

func (w *Workspace) waiting(ctx context.Context, others bool) (records int, bytes int64, err error) {
	e, err := w.estimate(ctx, "", true, others)
	if err != nil || e.Records == 0 {
		return 0, 0, err
	}
	return e.Records, e.Up(), nil
}

// Estimate says what a sending will move over the first of its roads, as far as the rules
// let it. What the peer there is known to have is left out.
func (w *Workspace) Estimate(ctx context.Context, s Sending) (Estimate, error) {
	chosen, err := w.Settings(ctx)
	if err != nil {
		return Estimate{}, err
	}
	roads := s.Via
	if len(roads) == 0 {
		if roads, err = w.Roads(ctx); err != nil {
			roads = []string{""} // what it weighs is worth knowing before there is a road
		}
	}
	e, err := w.estimate(ctx, roads[0], s.Files || !chosen.Rules.Holds(w.network()), s.others)
	if err == nil {
		e.Library, err = w.toCome(ctx)
	}
	return e, err
}

// toCome is about what will come down of what was published.
func (w *Workspace) toCome(ctx context.Context) (bytes int64, err error) {
	if w.self == nil {
		return 0, nil
	}
	all, err := w.Published(ctx)
	for _, p := range all {
		if n := p.ToCome(); n > 0 {
			bytes += n + (n/catalogue.LeafSize+1)*leafCost
		}
	}
	return bytes, err
}

func (w *Workspace) estimate(ctx context.Context, road string, files, others bool) (e Estimate, err error) {
	if w.self == nil {
		return e, nil
	}
	last, err := w.lastAt(ctx, road)
	if err != nil {
		return e, err
	}
	peer := identity.ID{}
	if last != nil {
		peer = last.Peer
	}
	waits, err := w.mail.PendingFor(ctx, peer)
	if err != nil {
		return e, err
	}
	own := waits
	if others {
		carried, stores, err := w.mail.OthersFor(ctx, peer)
		if err != nil {
			return e, err
		}
		e.stores = int64(stores)
		for lane, l := range carried {
			mine := &waits[lane]
			mine.Records, mine.Bytes, mine.There, mine.Chains = mine.Records+l.Records, mine.Bytes+l.Bytes, mine.There+l.There, mine.Chains+l.Chains
		}
	}
	for lane, l := range waits {
		if batch.Lane(lane) == batch.Attachments {
			e.Files += l.Bytes + int64(l.Records)*frameCost
		} else {
			e.Text += l.Bytes + int64(l.Records)*frameCost
			e.texts += l.Records
		}
		e.Records += l.Records
		e.there += l.There
		e.chains += l.Chains
	}
	centre, err := w.mail.Centre(ctx)
	if err != nil {
		return e, err
	}
	more, err := w.unsealed(ctx, centre)
	if err != nil {
		return e, fmt.Errorf("estimate what will be sent: %w", err)
	}
	e.all, e.texts = e.Records+more.all, e.texts+more.texts
	for lane, begins := range more.lanes {
		if begins && own[lane].Chains == 0 {
			e.chains++
		}
	}
	e.Records, e.Text, e.Files = e.Records+more.Records, e.Text+more.Text, e.Files+more.Files
	if !files {
		e.Staying, e.Files = e.Files, 0
	}
	e.runs = 1
	if centre == nil { // its card comes in a run of its own
		e.runs = 2
		e.Down += cardCost
	}
	named, err := w.mail.NamedTo(ctx, peer)
	if err != nil {
		return e, err
	}
	if named > 0 { // once, and so is it answered
		e.Text += frameCost + int64(named)*nameCost
		e.Down += frameCost
	}
	e.Text += e.runs * (runCost + int64(e.chains)*chainCost + e.stores*storeCost)
	e.Down += e.runs*greeting + e.answers(last)
	e.Around = e.requests() + w.clients.opening(road, w.clock(), last)
	return e, nil
}

// What comes down, and what HTTP and TLS need around frames, in bytes: as measured over
// HTTP/2 and TLS 1.3.
const (
	greeting  = 55   // hello, have entries and goodbye of the peer
	cardCost  = 3300 // of a centre with two readers
	receipt   = 380  // acknowledgement and receipt of a record, with the proofs
	another   = 60   // of each further one
	longest   = 1900 // of proofs: more is the card that came with them
	word      = 130  // of a hub that it has something
	vouch     = 40   // for each chain of it
	headers   = 310  // of a request and its answer
	writeSize = 8 << 10
	writeCost = 55 // of each write, with what HTTP/2 says of the room for more
)

// requests is what HTTP and TLS need once there is a connection.
func (e Estimate) requests() int64 { return e.runs*headers + e.Up()/writeSize*writeCost }

// opening is what it takes to have a connection and the first request on it.
func (e Estimate) opening() int64 { return e.Around - e.requests() + headers }

// answers is what comes down for what goes up and for what is there already, in bytes. A hub
// gives its word, and the receipts of what it had before: they are taken to have come. The
// proofs grow with the log: so they are taken to be as long as last time.
func (e Estimate) answers(last *Run) (b int64) {
	waits, vouched := e.all+e.there, int64(0)
	if last != nil && last.Role == batch.RoleHub {
		vouched = word + int64(e.chains)*vouch
		if waits > 0 {
			b += vouched
		}
		waits = e.there
	}
	if waits == 0 {
		return b
	}
	begin := int64(receipt)
	if last != nil && last.Receipts > 0 && last.Tries == 1 {
		if was := last.Down - greeting - vouched - int64(last.Receipts-1)*another; was < longest {
			begin = max(begin, (was+receipt)/2)
		}
	}
	proved := min(e.stores, int64(waits)) // each store has proofs of its own, from where it stands in the log
	return b + begin + int64(waits-1)*another + proved*(receipt-another)
}

// unsealed counts the records that will be made of what is frozen, and their
// bytes with the leaves of attachments. They are made as Seal makes them, and
// thrown away: the keys of an epoch weigh more than a short text. Registration and
// keys go even when nothing else does, but are no records that a person waits for.
func (w *Workspace) unsealed(ctx context.Context, centre *identity.Centre) (e Estimate, err error) {
	var held identity.Centre
	if centre != nil {
		held = *centre
	} else if held, err = standIn(); err != nil {
		return e, err
	}
	incarnation, err := w.store.Incarnation(ctx)
	if err != nil {
		return e, err
	}
	var s *sealer
	var waits bool
	err = w.store.View(ctx, func(tx *storage.Tx) error {
		s, e = nil, Estimate{}
		frozen, err := collect(w.tables.submissions.In(tx), keyFrozen)
		if err != nil {
			return err
		}
		if s, err = w.sealer(tx, identity.Invite{}, held, incarnation); err != nil {
			return err
		}
		s.rand = rand.Reader
		if err := s.prepare(); err != nil {
			return err
		}
		waits = len(frozen) > 0
		text := 0
		for _, f := range frozen {
			text += len(f.Content.Body)
			for _, a := range f.Attachments {
				e.Files += batch.LeafList{Size: a.File.Size, Leaves: a.Leaves}.Sealed() + int64(len(a.Leaves))*frameCost
			}
		}
		if text <= tried {
			_, err = s.submissions(frozen)
			return err
		}
		for i := range frozen {
			e.Records++
			e.texts++
			e.lanes[batch.Text] = true
			e.Text += frozen[i].Content.Estimate() + frameCost
			if _, err := s.attachments(&frozen[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || s == nil {
		return e, err
	}
	for _, r := range s.made {
		e.Records++
		e.lanes[r.Lane] = true
		if r.Lane == batch.Attachments {
			e.Files += int64(len(r.Envelope)) + frameCost
		} else {
			e.Text += int64(len(r.Envelope)) + frameCost
			e.texts++
		}
	}
	if e.all = e.Records; !waits {
		e.Records, e.texts = 0, 0
	}
	return e, nil
}

// standIn is a card with as many recipients as one must have at least, while
// the centre's is not known.
func standIn() (c identity.Centre, err error) {
	for range identity.MinRecipients {
		key, err := identity.NewRecipientKey(rand.Reader, "stand-in")
		if err != nil {
			return c, err
		}
		public, err := key.Public()
		if err != nil {
			return c, err
		}
		c.Recipients = append(c.Recipients, public)
	}
	return c, nil
}
