package central

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"baraza.example/forms"
	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// Said is a question of the secretariat about a submission, or what its author
// answered.
type Said struct {
	Reply   bool
	Text    string
	From    string // who asked, or the organisation that answers
	About   string // path of the question of the form that is meant, or ""
	Label   string // that question as the form asks it, if it is at hand
	When    time.Time
	Code    string // of a reply: its receipt code
	ID      batch.ClarificationID
	Problem error // why it can't be read
}

// Asking is what the secretariat wants to know.
type Asking struct {
	Text     string
	Question string // name or path of the question of the form that is meant; "": the whole
	From     string // who asks
	Language string // of the text
	Now      time.Time
}

// Errors of Ask.
var (
	ErrNoQuestion = errors.New("the form has no question of this name")
	ErrNotAsked   = errors.New("only a response or a contribution that can be read can be asked about")
)

// Ask asks back about a submission: what it says is sealed for the device that made
// it, under the key of that submission, and waits for the device's next run.
func (d *Desk) Ask(ctx context.Context, ref string, a Asking) (batch.Clarification, error) {
	id, place, err := d.find(ctx, ref)
	if err != nil {
		return batch.Clarification{}, err
	}
	stored, err := d.Store.Record(ctx, id)
	if err != nil {
		return batch.Clarification{}, err
	}
	all, err := d.opener().entries(ctx, stored)
	if err != nil {
		return batch.Clarification{}, err
	}
	e, err := only(all, place)
	if err != nil {
		return batch.Clarification{}, err
	}
	if !e.Kind.Submission() || e.Problem != nil {
		return batch.Clarification{}, errors.Join(ErrNotAsked, e.Problem)
	}
	q := batch.Question{InstanceID: e.InstanceID, Revision: e.Revision, Text: strings.TrimSpace(a.Text), From: a.From, Language: a.Language}
	if a.Question != "" {
		if q.About, err = d.about(e, a.Question); err != nil {
			return batch.Clarification{}, err
		}
	}
	c, err := batch.NewClarification(e.epoch, e.Origin, stored.Consultation, a.Now.Unix(), q)
	if err != nil {
		return c, err
	}
	return c, d.Store.AddClarification(ctx, batch.Addressed{Clarification: c, Hubs: hubsOn(stored)})
}

// about finds the question of a form, or the paragraph of a contribution, that a
// name or path means.
func (d *Desk) about(e entry, name string) (string, error) {
	if e.response == nil {
		for _, p := range e.contribution.Paragraphs {
			if path := fmt.Sprintf("paragraph/%d", p.Number); name == path || name == fmt.Sprint(p.Number) {
				return path, nil
			}
		}
		return "", ErrNoQuestion
	}
	for _, a := range e.response.Answers {
		if path := pathOf(a.Ref); path == name || a.Ref.Name() == name {
			return path, nil
		}
	}
	if form := d.form(e.FormID, e.Version); form != nil { // left blank
		for el := range form.All() {
			if q, ok := el.(*forms.Question); ok && (pathOf(q.Ref) == name || q.Ref.Name() == name) {
				return pathOf(q.Ref), nil
			}
		}
	}
	return "", fmt.Errorf("%q: %w", name, ErrNoQuestion)
}

// hubsOn lists the hubs that brought a record, on whichever road.
func hubsOn(s Stored) (hubs []identity.ID) {
	for _, r := range s.Roads {
		for _, stop := range r.Path {
			if !slices.Contains(hubs, stop.Hub) && len(hubs) < batch.MaxPath {
				hubs = append(hubs, stop.Hub)
			}
		}
	}
	return hubs
}

// thread lists what was asked about e and answered.
func (d *Desk) thread(ctx context.Context, o *opener, e entry, form *forms.Definition) ([]Said, error) {
	if !e.Kind.Submission() || e.Problem != nil {
		return nil, nil
	}
	sender, err := o.origin(ctx, e.Origin)
	if err != nil {
		return nil, err
	}
	var all []Said
	asked := map[batch.ClarificationID]Said{}
	questions, err := d.Store.Clarifications(ctx, batch.Peer{}, batch.Ask{Origins: []identity.ID{e.Origin}}, batch.MaxClarifications)
	if err != nil {
		return nil, err
	}
	for _, c := range questions {
		var q batch.Question
		for _, k := range sender.epochs[epochName{c.Consultation, c.Epoch}] {
			if q, err = c.Open(k); err == nil {
				break
			}
		}
		if q.InstanceID != e.InstanceID {
			continue
		}
		s := Said{Text: q.Text, From: q.From, About: q.About, When: time.Unix(c.Asked, 0).UTC(), ID: c.ID()}
		if form != nil && q.About != "" {
			s.Label = answer(form, form.Root.Ref+"/"+forms.Ref(q.About), "", e.Language).Label
		}
		all, asked[s.ID] = append(all, s), s
	}
	for r, err := range d.Store.Records(ctx, Query{Origin: &e.Origin, Kinds: []batch.Kind{batch.KindReply}}) {
		if err != nil {
			return nil, err
		}
		found, err := o.entries(ctx, r)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if f.reply == nil || f.Problem != nil || f.reply.About != e.InstanceID {
				continue
			}
			to := asked[f.reply.To]
			all = append(all, Said{Reply: true, Text: f.reply.Text, From: f.Organisation, About: to.About, Label: to.Label, When: f.Received, Code: f.Code, ID: f.reply.To})
		}
	}
	slices.SortStableFunc(all, func(a, b Said) int { return cmp.Compare(a.When.Unix(), b.When.Unix()) })
	return all, nil
}

// withdrawals are the revisions with which submissions were taken back.
type withdrawals map[response]uint32

func (w withdrawals) of(e entry) bool {
	at, taken := w[response{e.organisation, e.InstanceID}]
	return taken && e.InstanceID != "" && e.Revision < at
}

// withdrawals finds those of an origin, or of all.
func (d *Desk) withdrawals(ctx context.Context, o *opener, origin *identity.ID) (withdrawals, error) {
	w := withdrawals{}
	for s, err := range d.Store.Records(ctx, Query{Origin: origin, Kinds: []batch.Kind{batch.KindWithdrawal}}) {
		if err != nil {
			return nil, err
		}
		all, err := o.entries(ctx, s)
		if err != nil {
			return nil, err
		}
		for _, e := range all {
			if of := (response{e.organisation, e.InstanceID}); e.withdrawal != nil && e.Problem == nil {
				w[of] = max(w[of], e.Revision)
			}
		}
	}
	return w, nil
}
