package exchangetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

// An InboxUnderTest is an empty Inbox and what one needs to send to it.
type InboxUnderTest struct {
	exchange.Inbox
	Self   exchange.Peer   // how it presents itself: RoleHub or RoleCentre
	Centre identity.Centre // for whom to seal, and whose log receipts are of
	Token  [16]byte        // of an invite that may be redeemed
	Mute   bool            // it carries as a hub does, and has no key to give its word with
}

// Inbox checks an Inbox against the contract. open returns a new, empty one
// each time and cleans up with t.Cleanup.
func Inbox(t *testing.T, open func(t *testing.T) InboxUnderTest) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, InboxUnderTest)
	}{
		{"keeps records in order, each once", inboxOrder},
		{"takes a registration first", inboxRegistration},
		{"refuses gaps and goes on with other chains", inboxGap},
		{"refuses forks", inboxFork},
		{"shows what stands where a copy offers another record", inboxShowsFork},
		{"refuses what its author did not sign", inboxForged},
		{"starts a chain where receipts end, if it is a hub", inboxFirst},
		{"wants leaves until it has them", inboxLeaves},
		{"gives its word for what it holds", inboxWord},
		{"holds everything once after cuts anywhere", inboxCuts},
		{"takes the same from many at once", inboxConcurrent},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

func (in InboxUnderTest) author(t testing.TB) *Author { return NewAuthor(t, in.Centre, in.Token) }

// accept offers records as one commit and returns the codes, "" for those that
// are held, and which were new.
func (in InboxUnderTest) accept(t testing.TB, a *Author, records []batch.Carried) (codes []batch.RefuseCode, isNew []bool) {
	t.Helper()
	outcomes, err := in.Accept(t.Context(), exchange.Peer{ID: a.Identity.ID(), Role: batch.RoleDevice}, records, a.First())
	ok(t, err)
	if len(outcomes) != len(records) {
		t.Fatalf("%d outcomes for %d records", len(outcomes), len(records))
	}
	for i, o := range outcomes {
		code := batch.RefuseCode("")
		if o.Refusal != nil {
			if code = o.Refusal.Code; o.New || o.Refusal.Record != records[i].ID {
				t.Errorf("record %d: %+v %+v", i, o, *o.Refusal)
			}
		}
		codes, isNew = append(codes, code), append(isNew, o.New)
	}
	return codes, isNew
}

func (in InboxUnderTest) mustAccept(t testing.TB, a *Author) {
	t.Helper()
	codes, isNew := in.accept(t, a, a.Records)
	for i, c := range codes {
		if c != "" || !isNew[i] {
			t.Fatalf("record %d (%v %d): refused %q, new %t", i, a.Records[i].Kind, a.Records[i].Seq, c, isNew[i])
		}
	}
}

func (in InboxUnderTest) have(t testing.TB, a *Author) map[batch.Chain]batch.Have {
	t.Helper()
	var chains []batch.Chain
	var tails []batch.Tail
	for _, lane := range []batch.Lane{batch.Control, batch.Text, batch.Previews, batch.Attachments} {
		c := batch.Chain{Origin: a.Identity.ID(), Incarnation: a.Incarnation, Lane: lane}
		chains, tails = append(chains, c), append(tails, batch.Tail{Chain: c, First: 1, Top: a.last[lane]})
	}
	have, err := in.Have(t.Context(), tails)
	ok(t, err)
	out := map[batch.Chain]batch.Have{}
	for _, h := range have {
		if _, twice := out[h.Chain]; twice || !slices.Contains(chains, h.Chain) {
			t.Errorf("an entry too many: %+v", h)
		}
		out[h.Chain] = h
	}
	return out
}

func inboxOrder(t *testing.T, in InboxUnderTest) {
	a := in.author(t)
	if have := in.have(t, a); len(have) != 0 {
		t.Errorf("empty, and holds %v", have)
	}
	for range 3 {
		a.Respond("text")
	}
	in.mustAccept(t, a)
	last := a.Records[len(a.Records)-1]
	if have := in.have(t, a); len(have) != 2 || have[last.Chain] != last.Have() {
		t.Errorf("holds %v, sent up to %v", have, last.Have())
	}
	codes, isNew := in.accept(t, a, a.Records)
	if slices.Contains(isNew, true) || slices.ContainsFunc(codes, func(c batch.RefuseCode) bool { return c != "" }) {
		t.Errorf("a second time: refused %q, new %t", codes, isNew)
	}
	twice := []batch.Carried{a.Respond("new"), {}}
	twice[1] = twice[0]
	if codes, isNew = in.accept(t, a, twice); !isNew[0] || isNew[1] || codes[1] != "" {
		t.Errorf("twice in one commit: refused %q, new %t", codes, isNew)
	}
}

func inboxRegistration(t *testing.T, in InboxUnderTest) {
	a := in.author(t)
	r := a.Respond("too early")
	if codes, _ := in.accept(t, a, []batch.Carried{r}); codes[0] != batch.RefusedUnknown || !codes[0].Temporary() {
		t.Errorf("without a registration: %q", codes[0])
	}
	in.mustAccept(t, a)
}

func inboxGap(t *testing.T, in InboxUnderTest) {
	a := in.author(t)
	one, two, three := a.Respond("1"), a.Respond("2"), a.Respond("3")
	in.accept(t, a, []batch.Carried{a.Records[0], a.Records[1], one})
	list := a.Attach(0)
	codes, isNew := in.accept(t, a, []batch.Carried{three, list})
	if codes[0] != batch.RefusedGap || codes[1] != "" || !isNew[1] {
		t.Errorf("with the second missing: refused %q, new %t", codes, isNew)
	}
	if codes, _ = in.accept(t, a, []batch.Carried{two, three}); codes[0] != "" || codes[1] != "" {
		t.Errorf("in order: refused %q", codes)
	}
}

func inboxFork(t *testing.T, in InboxUnderTest) {
	a := in.author(t)
	a.Respond("1")
	in.mustAccept(t, a)
	b := a.Clone()
	mine, other := a.Respond("mine"), b.Respond("other")
	next := b.Respond("the other's next")
	if codes, _ := in.accept(t, a, []batch.Carried{mine, other, next}); codes[0] != "" || codes[1] != batch.RefusedFork || codes[2] != batch.RefusedFork {
		t.Errorf("a cloned device: refused %q, wanted the second and third as forks", codes)
	}
	if have := in.have(t, a); have[mine.Chain] != mine.Have() {
		t.Errorf("holds %v, wanted %v", have[mine.Chain], mine.Have())
	}
}

// inboxShowsFork is a copy that has fewer records than the other, whose last
// entry would tell it nothing of its own.
func inboxShowsFork(t *testing.T, in InboxUnderTest) {
	a := in.author(t)
	b := a.Clone()
	mine := a.Respond("mine")
	a.Respond("and more")
	in.mustAccept(t, a)
	other := b.Respond("other")
	if have := in.have(t, b); have[other.Chain] != mine.Have() {
		t.Errorf("a copy with %v is shown %v, wanted %v", other.Have(), have[other.Chain], mine.Have())
	}
	b = a.Clone()
	last := b.Records[len(b.Records)-1]
	b.last[batch.Text] = mine.Have() // set back, and in the same history
	if have := in.have(t, b); have[last.Chain] != last.Have() {
		t.Errorf("a store that was set back is shown %v, wanted %v", have[last.Chain], last.Have())
	}
}

func inboxForged(t *testing.T, in InboxUnderTest) {
	a := in.author(t)
	in.mustAccept(t, a)
	r := a.Respond("mine")
	raw := slices.Clone(r.Envelope)
	raw[len(raw)-1] ^= 1 // the signature's last byte
	forged, err := batch.Parse(raw)
	ok(t, err)
	if codes, _ := in.accept(t, a, []batch.Carried{{Record: forged}}); codes[0] != batch.RefusedSignature {
		t.Errorf("a damaged signature: %q", codes[0])
	}
	if codes, _ := in.accept(t, a, []batch.Carried{r}); codes[0] != "" {
		t.Errorf("the genuine one after it: %q", codes[0])
	}
}

func inboxFirst(t *testing.T, in InboxUnderTest) {
	a := in.author(t)
	a.Respond("received long ago")
	two := a.Respond("2")
	first := a.First()
	first[two.Chain] = two.Seq
	outcomes, err := in.Accept(t.Context(), exchange.Peer{ID: a.Identity.ID()}, []batch.Carried{a.Records[0], a.Records[1], two}, first)
	ok(t, err)
	switch r := outcomes[2].Refusal; {
	case in.Self.Role == batch.RoleHub && r != nil:
		t.Errorf("a hub refused the first without a receipt: %v", r)
	case in.Self.Role == batch.RoleCentre && (r == nil || r.Code != batch.RefusedGap):
		t.Errorf("a centre took a record without the one before it: %v", r)
	}
}

func (in InboxUnderTest) wants(t testing.TB, a *Author, most int) (n int) {
	t.Helper()
	wants, err := in.Wants(t.Context(), []identity.ID{a.Identity.ID()}, most)
	ok(t, err)
	for _, w := range wants {
		for _, r := range w.Ranges {
			if r[1] <= r[0] || int(r[1]) > len(a.Leaves[w.Attachment]) {
				t.Errorf("wants %v of %v", r, w.Attachment)
			}
			n += int(r[1] - r[0])
		}
	}
	if n > most {
		t.Errorf("wants %d leaves, asked for at most %d", n, most)
	}
	return n
}

func inboxLeaves(t *testing.T, in InboxUnderTest) {
	a := in.author(t)
	r := a.Attach(4*batch.LeafSize + 1)
	leaf := func(i uint32) batch.Leaf { return batch.Leaf{Attachment: r.ID, Index: i, Sealed: a.Leaves[r.ID][i]} }
	if err := in.AcceptLeaf(t.Context(), leaf(0)); !refusedLeaf(err) {
		t.Errorf("a leaf of an unknown attachment: %v", err)
	}
	in.mustAccept(t, a)
	if n, some := in.wants(t, a, 100), in.wants(t, a, 2); n != 5 || some != 2 {
		t.Errorf("wants %d of 5 leaves, and %d of at most 2", n, some)
	}
	wrong := leaf(1)
	wrong.Index = 2
	if err := in.AcceptLeaf(t.Context(), wrong); !refusedLeaf(err) {
		t.Errorf("a leaf in another's place: %v", err)
	}
	for _, i := range []uint32{3, 1, 1, 0, 2, 4} {
		if err := in.AcceptLeaf(t.Context(), leaf(i)); err != nil {
			t.Errorf("leaf %d: %v", i, err)
		}
		if i == 3 {
			if n := in.wants(t, a, 100); n != 4 {
				t.Errorf("wants %d leaves with one of 5 here", n)
			}
		}
	}
	if n := in.wants(t, a, 100); n != 0 {
		t.Errorf("all are here and %d wanted", n)
	}
}

func refusedLeaf(err error) bool {
	var refusal batch.Refusal
	return errors.Is(err, batch.ErrLeaf) || errors.As(err, &refusal)
}

func inboxWord(t *testing.T, in InboxUnderTest) {
	a := in.author(t)
	r := a.Respond("text")
	in.mustAccept(t, a)
	word, err := in.Custody(t.Context(), []batch.Chain{r.Chain})
	ok(t, err)
	if in.Self.Role == batch.RoleHub && !in.Mute {
		if word == nil || word.Hub != in.Self.ID || !slices.Equal(word.Held, []batch.Have{r.Have()}) {
			t.Fatalf("custody %+v", word)
		}
		if _, err := batch.DecodeCustody(word.Encode()); err != nil {
			t.Error(err)
		}
	} else if word != nil {
		t.Errorf("custody of one who gives none: %+v", word)
	}
	tails := []batch.Tail{{Chain: a.Records[0].Chain, First: 1, Top: a.Records[1].Have()}, {Chain: r.Chain, First: 1, Top: r.Have()}}
	rs, err := in.Receipts(t.Context(), batch.Offer{Origin: a.Identity.ID(), Tails: tails})
	ok(t, err)
	var from batch.Checkpoint
	n := 0
	for _, one := range rs {
		receipts, err := one.Check(LogName(in.Centre), from)
		if err != nil || one.Origin != a.Identity.ID() {
			t.Errorf("receipts of %v: %v", one.Origin, err)
		}
		n += len(receipts)
		from = one.Checkpoint
	}
	if in.Self.Role == batch.RoleCentre && n != 3 {
		t.Errorf("%d receipts for 3 records", n)
	}
}

func inboxCuts(t *testing.T, in InboxUnderTest) {
	a := in.author(t)
	a.Attach(batch.LeafSize + 1)
	s := NewSender(a)
	o := exchange.Options{Self: s.Self(), Memory: new(exchange.Memory)}
	run := func(up int64) (exchange.Report, error) {
		caller, server := Pipe()
		served := make(chan struct{})
		go func() {
			defer close(served)
			exchange.Serve(context.Background(), server, in.Inbox, exchange.Options{Self: in.Self})
		}()
		r, err := exchange.Run(t.Context(), Cut(caller, up, -1), s, o)
		<-served
		return r, err
	}
	for i := range 40 {
		a.Respond("one more, and the link breaks")
		run(int64(100 + 61*i))
	}
	r, err := run(-1)
	if err != nil || !r.Complete {
		t.Fatalf("%+v: %v", r, err)
	}
	last := map[batch.Chain]batch.Have{}
	for _, r := range a.Records {
		last[r.Chain] = r.Have()
	}
	for c, h := range in.have(t, a) {
		if last[c] != h {
			t.Errorf("%v: holds %d of %d", c.Lane, h.Seq, last[c].Seq)
		}
		delete(last, c)
	}
	if len(last) != 0 || in.wants(t, a, 100) != 0 {
		t.Errorf("lacks %v and %d leaves", last, in.wants(t, a, 100))
	}
	if in.Self.Role == batch.RoleCentre && s.Received() != len(a.Records) {
		t.Errorf("%d receipts for %d records", s.Received(), len(a.Records))
	}
}

func inboxConcurrent(t *testing.T, in InboxUnderTest) {
	a := in.author(t)
	for range 10 {
		a.Respond("text")
	}
	news := make(chan int, 4)
	for range cap(news) {
		go func() {
			n := 0
			for _, r := range a.Records {
				outcomes, err := in.Accept(t.Context(), exchange.Peer{}, []batch.Carried{r}, a.First())
				if err != nil || outcomes[0].Refusal != nil {
					t.Errorf("%v %d: %v %v", r.Lane, r.Seq, err, outcomes)
				} else if outcomes[0].New {
					n++
				}
			}
			news <- n
		}()
	}
	total := 0
	for range cap(news) {
		total += <-news
	}
	if total != len(a.Records) {
		t.Errorf("%d records were new %d times", len(a.Records), total)
	}
}
