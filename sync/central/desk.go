package central

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"time"

	"baraza.example/forms"
	"baraza.example/forms/contribution"
	"baraza.example/forms/session"
	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// A Desk is where the secretariat reads what came in. It needs a key of one of
// the recipients; without any it still lists what came, unopened.
type Desk struct {
	Store Store
	Keys  []identity.RecipientKey
	Forms []*forms.Definition // the newest first: labels, and the order of columns
}

// Why a record can't be shown. Records that meet one of these are listed with
// it, never left out.
var (
	ErrNoKey   = errors.New("none of the keys given opens it")
	ErrNoEpoch = errors.New("the record with its key is not here")
	ErrUnknown = batch.ErrNewer
)

// An Item is one response or contribution in the list of what came in.
type Item struct {
	Kind   batch.Kind
	ID     batch.RecordID
	Place  int    // in a pack, from 1; 0: it came alone
	Code   string // receipt code, with the place
	Origin identity.ID

	// From the sealed card of the origin; empty until it came.
	Organisation string
	Device       string

	// From inside the seal; empty where Problem is set.
	InstanceID  string
	Revision    uint32
	Name        string // instanceName or title
	FormID      string
	Version     string
	Language    string
	Publication string // level, as the author chose it
	Files       int

	// The three times: when it was made ready by the device's clock, which may
	// be wrong; when it passed each hub; and when it came, by the centre's.
	Ready    time.Time
	Path     []batch.Stop
	Received time.Time

	Road  string // RoadDirect, RoadHub, RoadStick or RoadMail
	Index int64  // in the log
	Tries int    // deliveries in all

	// DuplicateOf names the record with the same instanceID and revision that
	// came first; this one is not counted. Where Differs is set it says other
	// things than that one, and somebody should look.
	DuplicateOf *batch.Ref
	Differs     bool

	// RevisedBy names the newest revision of the same submission, where that is another one.
	// [Desk.List] doesn't know of those to come; [MarkRevised] does.
	RevisedBy *batch.Ref

	// Withdrawn says that its author has taken it back since. It stays readable.
	Withdrawn bool

	// ShutOut is there where the device was revoked after this had come.
	ShutOut *ShutOut

	Problem error // why it can't be opened or read

	organisation identity.ID // by the key that certified the device
}

// Ref names the item.
func (i Item) Ref() batch.Ref { return batch.Ref{Record: i.ID, Place: i.Place} }

// Counted reports whether the item is one more submission: not one that is
// there already or in a newer revision, and not what is said about another.
func (i Item) Counted() bool {
	return i.DuplicateOf == nil && i.RevisedBy == nil && i.Kind != batch.KindReply && i.Kind != batch.KindWithdrawal
}

// List yields what came in, in the order of arrival.
func (d *Desk) List(ctx context.Context) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for e, err := range d.entries(ctx, d.opener()) {
			if !yield(e.Item, err) || err != nil {
				return
			}
		}
	}
}

// MarkRevised sets RevisedBy in a list of all that came in.
func MarkRevised(all []Item) {
	newest := newestOf{}
	for _, i := range all {
		newest.meet(i)
	}
	for n := range all {
		all[n].RevisedBy = newest.than(all[n])
	}
}

// newestOf are the newest revisions of submissions.
type newestOf map[response]Item

func (n newestOf) meet(i Item) {
	of := response{i.organisation, i.InstanceID}
	if known, met := n[of]; i.InstanceID != "" && i.Counted() && (!met || i.Revision >= known.Revision) {
		n[of] = i
	}
}

// than is the newest revision of i, or nil if that is i.
func (n newestOf) than(i Item) *batch.Ref {
	last, met := n[response{i.organisation, i.InstanceID}]
	if ref := last.Ref(); met && i.Revision < last.Revision {
		return &ref
	}
	return nil
}

// An entry is an item with all that was found in it.
type entry struct {
	Item
	content      batch.Content
	response     *session.Instance
	contribution *contribution.Contribution
	reply        *batch.Reply
	withdrawal   *batch.Withdrawal
	epoch        identity.Epoch // under which it was sealed
}

// entries opens every submission and counts each instanceID and revision once.
func (d *Desk) entries(ctx context.Context, o *opener) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		type instance struct {
			id       string
			revision uint32
		}
		type first struct {
			ref  batch.Ref
			body [32]byte
		}
		seen := map[instance]first{}
		withdrawn, err := d.withdrawals(ctx, o, nil)
		if err != nil {
			yield(entry{}, err)
			return
		}
		for s, err := range d.Store.Records(ctx, Query{}) {
			if err != nil {
				yield(entry{}, err)
				return
			}
			if !listed(s.Record) {
				continue
			}
			all, err := o.entries(ctx, s)
			if err != nil {
				yield(entry{}, err)
				return
			}
			for _, e := range all {
				if e.InstanceID != "" {
					at, body := instance{e.InstanceID, e.Revision}, sha256.Sum256(e.content.Body)
					if f, twice := seen[at]; twice {
						e.DuplicateOf, e.Differs = &f.ref, f.body != body
					} else {
						seen[at] = first{e.Ref(), body}
					}
				}
				e.Withdrawn = withdrawn.of(e)
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// listed reports whether people want to see r in a list: submissions, and what
// a newer version of the program may have sent as one.
func listed(r batch.Record) bool {
	switch r.Kind {
	case batch.KindRegistration, batch.KindEpoch, batch.KindCard, batch.KindAttachment:
		return false
	}
	return r.Lane == batch.Text
}

// entries opens a record: one submission, or those of a pack. An error is the
// store's trouble; what is wrong with the record itself stands in Problem.
func (o *opener) entries(ctx context.Context, s Stored) ([]entry, error) {
	e := entry{Item: Item{Kind: s.Kind, ID: s.ID, Code: s.ID.Code(), Origin: s.Origin, Path: s.Path,
		Received: time.Unix(s.Time, 0).UTC(), Road: roadOf(s.Path, s.Carrier), Index: s.Index, Tries: s.Tries}}
	origin, err := o.origin(ctx, s.Origin)
	if err != nil {
		return nil, err
	}
	e.organisation = identity.IDOf(origin.registration.OrgKey)
	e.Organisation, e.Device = origin.card.Org, origin.card.Device
	if e.ShutOut, err = o.shutOut(ctx, s.Origin, origin); err != nil {
		return nil, err
	}
	var items []batch.Packed
	switch {
	case s.Kind.Submission(), s.Kind == batch.KindReply, s.Kind == batch.KindWithdrawal:
		if e.Problem = origin.verify(s.Record); e.Problem != nil {
			break
		}
		e.Problem = origin.open(s.Record, s.Header.Epoch, func(k identity.Epoch) error {
			c, err := batch.OpenContent(s.Record, k)
			e.epoch = k
			items = []batch.Packed{{Kind: s.Kind, Content: c}}
			return err
		})
	case s.Kind == batch.KindPack:
		if e.Problem = origin.verify(s.Record); e.Problem != nil {
			break
		}
		e.Problem = origin.open(s.Record, s.Header.Epoch, func(k identity.Epoch) (err error) {
			e.epoch = k
			items, err = batch.OpenPack(s.Record, k)
			return err
		})
	default:
		e.Problem = fmt.Errorf("a %v: %w", s.Kind, ErrUnknown)
	}
	if e.Problem != nil {
		return []entry{e}, nil
	}
	var all []entry
	for i, item := range items {
		one := e
		one.Kind = item.Kind
		if s.Kind == batch.KindPack {
			one.Place = i + 1
			one.Code = one.Ref().Code()
		}
		one.take(item.Content)
		all = append(all, one)
	}
	return all, nil
}

// take is what stands inside the seal.
func (e *entry) take(c batch.Content) {
	e.content = c
	e.InstanceID, e.Revision, e.Name, e.FormID, e.Version, e.Language, e.Files =
		c.InstanceID, c.Revision, c.Name, c.FormID, c.Version, c.Language, len(c.Files)
	e.Ready = time.Unix(c.Ready, 0).UTC()
	e.read()
}

// read reads the body.
func (e *entry) read() {
	switch e.Kind {
	case batch.KindReply:
		r, err := batch.DecodeReply(e.content.Body)
		e.reply, e.Problem = &r, err
		return
	case batch.KindWithdrawal:
		w, err := batch.DecodeWithdrawal(e.content.Body)
		e.withdrawal, e.Problem = &w, err
		return
	case batch.KindContribution:
		if e.contribution, e.Problem = contribution.Decode(e.content.Body); e.Problem == nil {
			e.Publication = string(e.contribution.Publication)
		}
		return
	}
	in, err := session.ReadInstance(e.content.Body)
	if err != nil {
		e.Problem = err
		return
	}
	e.response = &in
	for _, a := range in.Answers {
		if a.Ref.Name() == publicationQuestion {
			e.Publication = a.Value
		}
	}
}

// publicationQuestion is the name of the question that asks who may read the
// answers, in the consultation that ships with the program and in every form
// that means to use its levels.
const publicationQuestion = "publication"
