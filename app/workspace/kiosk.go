package workspace

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"baraza.example/forms/session"
	"baraza.example/forms/webform"
	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// A Kiosk keeps the responses that people write on the pages of this device,
// which is a hub: each under a key that only its writer's code leads to, and
// in no list of this device's own. Finished, they are sealed like any other, are
// not shown here, and are deleted when they are received.
type Kiosk struct {
	w      *Workspace
	formID string
	own    bool // its pages are for whom the device belongs to

	keeping sync.Mutex // a file is being kept, or dropped

	mu     sync.Mutex
	open   map[string]string // instance ids of drafts, by key
	codes  map[string]string // names of submissions, by receipt code
	listed time.Time         // when codes was made
}

var _ webform.Keeper = (*Kiosk)(nil)

// kioskTag begins the tag of a draft that was begun on a page.
const kioskTag = "kiosk "

func (k *Kiosk) close(key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.open, key)
}

// MaxKiosk bounds the responses that are open on pages at one time.
const MaxKiosk = 5000

// ErrKioskFull means that nobody can begin a response on a page just now.
var ErrKioskFull = fmt.Errorf("%d responses are open on the pages of this device", MaxKiosk)

// Kiosk returns the keeper of a form's pages.
func (w *Workspace) Kiosk(ctx context.Context, formID string) (*Kiosk, error) {
	if w.self == nil {
		return nil, ErrNotSetUp
	}
	if _, err := w.Form(formID); err != nil {
		return nil, err
	}
	k := &Kiosk{w: w, formID: formID, open: map[string]string{}}
	return k, k.known(ctx)
}

// OwnPages returns the keeper of a form's pages for the person whose device this
// is: what is written on them is theirs, in their lists, and stays.
func (w *Workspace) OwnPages(formID string) (*Kiosk, error) {
	if w.self == nil {
		return nil, ErrNotSetUp
	}
	if _, err := w.Form(formID); err != nil {
		return nil, err
	}
	return &Kiosk{w: w, formID: formID, own: true, open: map[string]string{}}, nil
}

// Adopt has Open find a draft of this device under key, until the program ends.
func (k *Kiosk) Adopt(ctx context.Context, key, instanceID string) error {
	d, err := k.w.draft(ctx, instanceID)
	switch {
	case errors.Is(err, storage.ErrNotFound), err == nil && (!k.own || strings.HasPrefix(d.Tag, kioskTag)):
		return webform.ErrNoResponse
	case err != nil:
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for old, id := range k.open { // one key each, so that one session writes it
		if id == instanceID {
			delete(k.open, old)
		}
	}
	k.open[key] = instanceID
	return nil
}

// known reads which drafts were begun on the pages.
func (k *Kiosk) known(ctx context.Context) error {
	for d, err := range k.w.tables.drafts.All(ctx) {
		if err != nil {
			return err
		}
		if key, ours := strings.CutPrefix(d.Value.Tag, kioskTag); ours {
			k.open[key] = d.Key
		}
	}
	return nil
}

// tag is that of the drafts begun under a key.
func (k *Kiosk) tag(key string) string {
	if k.own {
		return ""
	}
	return kioskTag + key
}

// Secret is the same after a restart and known to this device alone.
func (k *Kiosk) Secret() []byte { return k.w.self.Sign("kiosk secret v1", nil) }

// Begin implements [webform.Keeper].
func (k *Kiosk) Begin(ctx context.Context, key string, languages ...string) (webform.Response, error) {
	k.mu.Lock()
	full := len(k.open) >= MaxKiosk
	k.mu.Unlock()
	if full {
		return nil, ErrKioskFull
	}
	r, err := k.w.Start(ctx, k.formID, k.tag(key), languages...)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.open[key] = r.InstanceID()
	return kioskResponse{r, k, key}, nil
}

// Open implements [webform.Keeper].
func (k *Kiosk) Open(ctx context.Context, key string, languages ...string) (webform.Response, error) {
	k.mu.Lock()
	id, known := k.open[key]
	k.mu.Unlock()
	if !known {
		return nil, webform.ErrNoResponse
	}
	r, err := k.w.Resume(ctx, id, languages...)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, webform.ErrNoResponse
	}
	if err != nil {
		return nil, err
	}
	return kioskResponse{r, k, key}, nil
}

type kioskResponse struct {
	r   *Response
	k   *Kiosk
	key string
}

func (r kioskResponse) Session() *session.Session { return r.r.Session }

func (r kioskResponse) Save(ctx context.Context) error { return r.r.Save(ctx) }

func (r kioskResponse) Finish(ctx context.Context, language string) (string, []session.Violation, error) {
	item, violations, err := r.r.MakeReady(ctx, language)
	if err != nil || len(violations) > 0 {
		return "", violations, err
	}
	r.k.close(r.key)
	r.k.w.dropReplaced(ctx, r)
	// It doesn't wait for others to go with: whoever wrote it stands there.
	if err := r.k.w.Seal(ctx); err != nil {
		r.k.w.log.WarnContext(ctx, "a finished response waits to be sealed", "error", err)
	} else if item, err = r.k.w.Item(ctx, item.Name); err != nil {
		return "", nil, err
	}
	r.k.mu.Lock()
	defer r.k.mu.Unlock()
	if r.k.codes != nil && item.Code != "" {
		r.k.codes[item.Code] = item.Name
	}
	return item.Code, nil, nil
}

// strangers reports whether a submission was written on a page: its content is
// for nobody at this device.
func (s submission) strangers() bool { return strings.HasPrefix(s.Tag, kioskTag) }

// pathsOf are the roads of what was written on this device's pages: it came by a
// hub, though the record is the hub's own.
func (w *Workspace) pathsOf(made []submission) map[batch.RecordID][]batch.Stop {
	paths := map[batch.RecordID][]batch.Stop{}
	for _, s := range made {
		if s.strangers() {
			path := []batch.Stop{{Hub: w.self.ID(), Time: s.Made}}
			paths[s.Record] = path
			for _, a := range s.Attachments {
				paths[a.Record] = path
			}
		}
	}
	return paths
}

// ErrStrangers means that a submission was written on the pages of this device
// by somebody else, and is not shown here.
var ErrStrangers = errors.New("this was written on a page of this hub: only the secretariat reads it")

// relist is how old the list of codes may be before an unknown code has it made
// anew: a submission gets its code late where the device had not joined.
const relist = 30 * time.Second

// Code implements [webform.Keeper], for what was made ready on this device and for
// what it carries, or carried, for others.
func (k *Kiosk) Code(ctx context.Context, typed string) (webform.Standing, error) {
	start, place, err := batch.CutPlace(typed)
	code := ""
	if err == nil {
		code, err = identity.ParseCode(start)
	}
	if err != nil {
		return webform.Standing{}, webform.ErrNoResponse
	}
	own := code
	if place > 0 {
		own += "." + strconv.Itoa(place)
	}
	name, err := k.named(ctx, own)
	if err != nil {
		return webform.Standing{}, err
	}
	if name == "" {
		return k.passed(ctx, code)
	}
	item, err := k.w.Item(ctx, name)
	if err != nil {
		return webform.Standing{}, err
	}
	s := webform.Standing{Known: true, At: time.Unix(item.Made, 0), Road: item.Delivery.Hub}
	if !k.own {
		s.Road = k.w.self.Card.Org
	}
	if item.Delivery.State == Received {
		s.Received = true
		if r := item.Delivery.Receipt; r != nil {
			s.At = time.Unix(r.Checkpoint.Time, 0)
		}
	}
	return s, nil
}

// passed says how a record stands that others brought here.
func (k *Kiosk) passed(ctx context.Context, code string) (webform.Standing, error) {
	found, err := k.w.mail.ByCode(ctx, code)
	if err != nil || len(found) != 1 || k.own {
		return webform.Standing{}, err // of two with one code nothing can be said
	}
	s := webform.Standing{Known: true, Received: found[0].Received, Road: k.w.self.Card.Org, Came: time.Unix(found[0].Came, 0)}
	if !s.Received {
		s.At = s.Came
	}
	return s, nil
}

func (k *Kiosk) named(ctx context.Context, code string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if name := k.codes[code]; name != "" || k.codes != nil && time.Since(k.listed) < relist {
		return name, nil
	}
	items, err := k.w.Items(ctx)
	if err != nil {
		return "", err
	}
	k.codes, k.listed = map[string]string{}, time.Now()
	for _, i := range items {
		if i.Code != "" {
			k.codes[i.Code] = i.Name
		}
	}
	return k.codes[code], nil
}
