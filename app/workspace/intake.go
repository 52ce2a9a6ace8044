package workspace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"baraza.example/forms"
	"baraza.example/forms/session"
	"baraza.example/storage"
)

// A Group is one without a device, whose views are written down here: what came by
// radio, telephone or letter, or was said in a meeting. It is the author of what is
// sent; this device is only where it came from.
type Group struct {
	ID       string // drawn when it is first saved
	Name     string
	Place    string
	People   int      // about how many took part; 0: not known
	How      []string // how the views were collected, as the form's choices say it: "radio", "meeting"
	When     string   // the day, 2007-06-22; "": not known
	Language string   // of their answers, as the form's choices say it: "sw"
	Consent  string   // whether they agreed that it is sent in their name: "oral"; "": not asked yet
	ReadBack string   // whether it was read back to them: "yes"; "": not yet
	Second   bool     // nothing is made ready for it before a second person has checked it
	Made     int64
	Entries  []Entry // what was written down for them, in order
}

// An Entry is one response that was written down for a group.
type Entry struct {
	InstanceID string
	By         string // who wrote it down
	Made       int64
	CheckedBy  string // the second person, who compared it with what was said; "": nobody has
	Checked    int64
	Sum        []byte // SHA-256 of the answers that were checked
}

// MaxGroupText bounds the texts of a group, in characters.
const MaxGroupText = 300

// Errors of the intake.
var (
	ErrGroupName      = errors.New("a group needs a name")
	ErrNoGroupPlace   = errors.New("this form has no place for the group whose views these are")
	ErrSamePerson     = errors.New("a second person checks: not the one who wrote it down")
	ErrUnchecked      = errors.New("a second person has to check what was written down for this group before it is made ready")
	ErrNobody         = errors.New("say who checks")
	ErrNothingToCheck = errors.New("nothing is being written down for this group that could be checked")
)

// NewGroup is a group with an id and nothing else. It is not kept yet.
func (w *Workspace) NewGroup() (Group, error) {
	var id [8]byte
	if _, err := io.ReadFull(w.rand, id[:]); err != nil {
		return Group{}, fmt.Errorf("draw an id: %w", err)
	}
	return Group{ID: hex.EncodeToString(id[:]), Made: w.clock().Unix()}, nil
}

// SaveGroup keeps a group, a new one under an id that it is given.
func (w *Workspace) SaveGroup(ctx context.Context, g *Group) error {
	for _, text := range []*string{&g.Name, &g.Place} {
		if *text = strings.TrimSpace(*text); utf8.RuneCountInString(*text) > MaxGroupText {
			return fmt.Errorf("%.20s…: more than %d characters", *text, MaxGroupText)
		}
	}
	if g.Name == "" {
		return ErrGroupName
	}
	if g.ID == "" {
		fresh, err := w.NewGroup()
		if err != nil {
			return err
		}
		g.ID, g.Made = fresh.ID, fresh.Made
	}
	return w.tables.groups.Put(ctx, g.ID, *g)
}

// Groups lists the groups, by name.
func (w *Workspace) Groups(ctx context.Context) ([]Group, error) {
	var all []Group
	for g, err := range w.tables.groups.All(ctx) {
		if err != nil {
			return nil, err
		}
		all = append(all, g.Value)
	}
	slices.SortStableFunc(all, func(a, b Group) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return all, nil
}

// Group finds a group by its id or its name.
func (w *Workspace) Group(ctx context.Context, idOrName string) (Group, error) {
	all, err := w.Groups(ctx)
	if err != nil {
		return Group{}, err
	}
	for _, g := range all {
		if g.ID == idOrName || strings.EqualFold(g.Name, strings.TrimSpace(idOrName)) {
			return g, nil
		}
	}
	return Group{}, fmt.Errorf("group %q: %w", idOrName, storage.ErrNotFound)
}

// intakeTag begins the tag of a draft that was written down for a group.
const intakeTag = "intake "

// WriteDown begins a response for a group, with what is known of it filled in: who
// they are, how it came, what they agreed to. by is who writes.
func (w *Workspace) WriteDown(ctx context.Context, formID string, g Group, by string, languages ...string) (*Response, error) {
	form, err := w.Form(formID)
	if err != nil {
		return nil, err
	}
	if QuestionOf(form.Definition, "behalf_group") == nil {
		return nil, ErrNoGroupPlace
	}
	r, err := w.Start(ctx, formID, fmt.Sprintf("%s%s %d", intakeTag, g.ID, len(g.Entries)+1), languages...)
	if err != nil {
		return nil, err
	}
	if err := r.fillIn(g, by); err != nil {
		return nil, errors.Join(err, r.Discard(ctx))
	}
	if err := r.Save(ctx); err != nil {
		return nil, err
	}
	g.Entries = append(slices.Clone(g.Entries), Entry{InstanceID: r.InstanceID(), By: by, Made: w.clock().Unix()})
	return r, w.SaveGroup(ctx, &g)
}

// QuestionOf finds the question of a name; nil when there is none.
func QuestionOf(def *forms.Definition, name string) *forms.Question {
	for e := range def.All() {
		if q, ok := e.(*forms.Question); ok && q.Name == name {
			return q
		}
	}
	return nil
}

// fillIn answers what the form asks of a group, by the names of the questionnaire.
// What a form doesn't ask is left out.
func (r *Response) fillIn(g Group, by string) error {
	mode := "relay"
	if len(g.How) > 0 && !slices.ContainsFunc(g.How, func(how string) bool { return how != "paper" && how != "recording" }) {
		mode = "transcribed"
	}
	people := ""
	if g.People > 0 {
		people = fmt.Sprint(g.People)
	}
	for _, a := range []struct{ name, value string }{
		{"collection_mode", mode}, {"behalf_group", g.Name}, {"behalf_place", g.Place}, {"behalf_people", people},
		{"behalf_how", strings.Join(g.How, " ")}, {"behalf_date", g.When}, {"collector_name", by},
		{"behalf_consent", g.Consent}, {"behalf_readback", g.ReadBack}, {"answer_language", g.Language},
	} {
		q := QuestionOf(r.Definition(), a.name)
		if q == nil || a.value == "" {
			continue
		}
		// A refusal, such as of views sent without consent, stands until it is made ready.
		var refused *session.Violation
		if err := r.Set(q.Ref, a.value); err != nil && !errors.As(err, &refused) {
			return fmt.Errorf("%s: %w", a.name, err)
		}
	}
	return nil
}

// A Transcript is an entry with what became of it.
type Transcript struct {
	Entry
	Gone    bool  // its draft was thrown away
	Item    *Item // once it was made ready
	Changed bool  // it was checked, and changed afterwards
}

// Transcripts are what was written down for a group.
func (w *Workspace) Transcripts(ctx context.Context, g Group) ([]Transcript, error) {
	var all []Transcript
	for _, e := range g.Entries {
		t := Transcript{Entry: e}
		item, err := w.Item(ctx, submissionName(e.InstanceID, 1))
		if err == nil {
			t.Item = &item
		} else if !errors.Is(err, storage.ErrNotFound) {
			return nil, err
		} else if d, err := w.draft(ctx, e.InstanceID); errors.Is(err, storage.ErrNotFound) {
			t.Gone = true
		} else if err != nil {
			return nil, err
		} else if e.CheckedBy != "" {
			sum := sha256.Sum256(d.Draft.XML)
			t.Changed = string(sum[:]) != string(e.Sum)
		}
		all = append(all, t)
	}
	return all, nil
}

// CheckEntry notes that a second person has compared what was written down last, and is
// not made ready yet, with what was said. Whoever changes it afterwards undoes that.
func (w *Workspace) CheckEntry(ctx context.Context, g Group, by string) error {
	if by = strings.TrimSpace(by); by == "" {
		return ErrNobody
	}
	all, err := w.Transcripts(ctx, g)
	if err != nil {
		return err
	}
	for i, t := range slices.Backward(all) {
		if t.Gone || t.Item != nil {
			continue
		}
		if strings.EqualFold(strings.TrimSpace(t.By), by) {
			return ErrSamePerson
		}
		d, err := w.draft(ctx, t.InstanceID)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(d.Draft.XML)
		g.Entries = slices.Clone(g.Entries)
		g.Entries[i].CheckedBy, g.Entries[i].Checked, g.Entries[i].Sum = by, w.clock().Unix(), sum[:]
		return w.SaveGroup(ctx, &g)
	}
	return ErrNothingToCheck
}

// secondChecked refuses to have a draft made ready that a second person has to check
// and has not, or not as it is now.
func (w *Workspace) secondChecked(ctx context.Context, instanceID, tag string) error {
	of, written := strings.CutPrefix(tag, intakeTag)
	if !written {
		return nil
	}
	id, _, _ := strings.Cut(of, " ")
	g, err := w.tables.groups.Get(ctx, id)
	if errors.Is(err, storage.ErrNotFound) || err == nil && !g.Second {
		return nil
	}
	if err != nil {
		return err
	}
	all, err := w.Transcripts(ctx, g)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(t Transcript) bool { return t.InstanceID == instanceID })
	if i < 0 || all[i].CheckedBy == "" || all[i].Changed {
		return ErrUnchecked
	}
	return nil
}
