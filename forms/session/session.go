// Package session fills a form: it keeps the primary instance, recomputes what
// depends on a changed answer, and says what is relevant, required and valid.
// Every screen, page and script is a client of this package.
//
// The rules are those of the ODK XForms specification: what is not relevant is
// kept in a draft, is blank to expressions and left out of a submission;
// constraints apply to what is answered, required to what is blank.
//
// Instance XML is described in docs/protocol/instance.md. Start at [Start].
package session

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"baraza.example/forms"
	"baraza.example/forms/xpath"
)

// Options are what a session takes from its surroundings. The zero value works.
type Options struct {
	Languages []string          // fallback chain, by name or code: "Kiswahili (sw)", "en"
	Now       func() time.Time  // nil means time.Now
	Rand      *rand.Rand        // nil means a random source
	Property  map[string]string // deviceid, username …
	// File opens a file the form names (countries.csv). A [Program] has its own.
	File func(name string) ([]byte, error)
	// LastSaved is the response to the same form that was saved before this one
	// (${last-saved#…} in XLSForm); nil where there is none.
	LastSaved []byte
	// Locate returns where the device is, as a geopoint is written; nil where
	// nobody knows. odk:setgeopoint asks it.
	Locate func() string
}

// A Draft is a response that is still being written: enough to go on with it
// after a restart, on the same or another version of the form.
type Draft struct {
	FormID     string
	Version    string
	InstanceID string // "uuid:…", drawn at the start and kept
	XML        []byte // the primary instance, parts that are not relevant included
	Started    time.Time
	Changed    time.Time
	Audit      []AuditEvent `json:",omitempty" cbor:",omitempty"` // the log so far, where the form asks for one
}

// A Submission is a finished response: what is made ready and signed.
type Submission struct {
	FormID       string
	Version      string
	InstanceID   string
	InstanceName string
	XML          []byte   // the primary instance without what is not relevant
	Attachments  []string // file names that XML refers to
	Finished     time.Time
	Audit        []byte // the file [AuditFile] among Attachments, where the form asks for it
}

// A Session is one response being filled in. It is not safe for concurrent
// use.
type Session struct {
	prog       *Program
	opts       Options
	chain      []string // of them, in the order to look for texts in
	document   *node    // above root
	root       *node
	instances  map[string]xpath.Node // secondary, by id, once they were asked for
	seed       uint32                // of what is shuffled without one
	shuffled   map[*plan]*xpath.Expr
	nodes      int // in the tree, against MaxNodes
	instanceID string
	started    time.Time
	changedAt  time.Time

	queue    queue
	changed  map[*node]bool // since the last notification
	watchers map[int]func([]forms.Ref)
	nextID   int
	visits   int // nodes recomputed
	faults   []error
	begun    bool // what follows is not the form's own beginning
	audit    *auditor
	depth    int // of the action that is being done
	patient  []*node
	steps    []step // that can be taken back
}

// ErrNoNode is wrapped where a ref names nothing in the instance.
var ErrNoNode = errors.New("there is no such question here")

// ErrTooMany is wrapped where an instance would outgrow [MaxNodes].
var ErrTooMany = errors.New("the response is too large")

// MaxNodes bounds the questions, groups and repeat instances of one response.
const MaxNodes = forms.MaxElements

// Start begins a new response. The errors are those of [Compile], which see:
// where there are many responses to one form it is called once.
func Start(def *forms.Definition, opts Options) (*Session, error) {
	prog, err := Compile(def, opts.File)
	if err != nil {
		return nil, err
	}
	return prog.Start(opts)
}

// Start begins a new response.
func (prog *Program) Start(opts Options) (_ *Session, err error) {
	s := prog.newSession(opts)
	s.started = s.now()
	s.changedAt = s.started
	s.instanceID = "uuid:" + s.uuid()
	s.root, err = s.build(s.prog.root, s.document, true, nil)
	if err != nil {
		return nil, err
	}
	s.document.children = []*node{s.root}
	s.preload(s.root)
	s.recomputeAll()
	s.happens(s.root, forms.InstanceFirstLoad, forms.XFormsReady, forms.InstanceLoad)
	s.run()
	s.begin()
	s.logged(eventStart, "")
	s.tracking()
	return s, nil
}

// begin ends what the form does by itself before a person does anything.
func (s *Session) begin() {
	s.begun = true
	if p := s.prog.instanceID; p != nil {
		if n := s.find(p.c.Ref); n != nil && n.value != "" {
			s.instanceID = n.value
		}
	}
	s.changed = map[*node]bool{}
}

func (prog *Program) newSession(opts Options) *Session {
	seed := rand.Uint32N(1 << 20)
	if opts.Rand != nil {
		seed = opts.Rand.Uint32N(1 << 20)
	}
	s := &Session{
		prog: prog, opts: opts, seed: seed + 1, shuffled: map[*plan]*xpath.Expr{}, instances: map[string]xpath.Node{},
		changed: map[*node]bool{}, watchers: map[int]func([]forms.Ref){},
	}
	s.audit = newAuditor(prog.audit)
	s.document = &node{s: s, relevant: true}
	s.setChain(opts.Languages)
	return s
}

// Definition returns the form that is being filled in.
func (s *Session) Definition() *forms.Definition { return s.prog.def }

// InstanceID returns the "uuid:…" of this response.
func (s *Session) InstanceID() string { return s.instanceID }

// SetLanguages changes the languages of labels and messages, best first.
func (s *Session) SetLanguages(languages ...string) {
	s.setChain(languages)
	s.markAll(s.root)
	for _, p := range s.prog.all {
		if p.spoken {
			s.enqueue(task{p, s.root})
		}
	}
	s.run()
	s.notify()
}

// setChain resolves codes to the names that headings use and puts the form's
// own languages behind those asked for.
func (s *Session) setChain(asked []string) {
	def := s.prog.def
	s.chain = nil
	add := func(l string) {
		if !slices.Contains(s.chain, l) {
			s.chain = append(s.chain, l)
		}
	}
	for _, a := range asked {
		for _, l := range s.prog.sources.languages {
			if l == a || strings.EqualFold(languageCode(l), languageCode(a)) {
				add(l)
			}
		}
		add(a)
	}
	add(def.Settings.DefaultLanguage)
	add("") // what stands in no language is the author's own, and goes before translations
	for _, l := range s.prog.sources.languages {
		add(l)
	}
}

// languageCode takes "sw" from "Kiswahili (sw)".
func languageCode(name string) string {
	if open := strings.LastIndexByte(name, '('); open >= 0 && strings.HasSuffix(name, ")") {
		return name[open+1 : len(name)-1]
	}
	return name
}

// Set answers the question at ref; "" makes it blank. A *[Violation] says that
// the value is not of the question's type, not among its choices or against
// its constraint: the text is kept all the same, so that nothing typed is
// lost, and keeps the response from being finalised. Only an answer to a
// read-only question is not taken.
func (s *Session) Set(ref forms.Ref, value string) error {
	n := s.find(ref)
	if n == nil || n.plan.q == nil {
		return fmt.Errorf("%s: %w", ref, ErrNoNode)
	}
	if n.readOnly() {
		return s.violation(n, ViolatesReadOnly)
	}
	value = clean(n.plan.q, value)
	if n.plan.q.Control == forms.Select {
		value = s.inOrder(n, value)
	}
	was := step{n: n, value: n.value, picked: n.picked}
	n.picked = ""
	if old := n.value; value != old {
		s.did(was)
		if value != "" {
			n.remark.NoOpinion = false
		}
		s.store(n, value)
		s.answered(n, old)
		for _, r := range s.patient {
			s.recount(r)
		}
		s.settled()
	}
	if value == "" {
		return nil
	}
	if v := s.checkAnswer(n); v != nil {
		if v.Kind == ViolatesConstraint {
			s.logged(eventConstraint, n.ref())
		}
		return v
	}
	return nil
}

// store puts a value into the tree and queues what depends on it.
func (s *Session) store(n *node, value string) {
	if n.value == value {
		return
	}
	n.value = value
	s.propagate(n)
	s.valueChanged(n)
}

// Subscribe calls watch after every change with the refs of all nodes that may
// look different now. It is called by the goroutine that made the change.
func (s *Session) Subscribe(watch func(changed []forms.Ref)) (cancel func()) {
	id := s.nextID
	s.nextID++
	s.watchers[id] = watch
	return func() { delete(s.watchers, id) }
}

func (s *Session) notify() {
	if len(s.changed) == 0 {
		return
	}
	var refs []forms.Ref
	if len(s.watchers) > 0 {
		for n := range s.changed {
			refs = append(refs, n.ref())
		}
		slices.Sort(refs)
		refs = slices.Compact(refs)
	}
	clear(s.changed)
	for id := range s.nextID {
		if watch, ok := s.watchers[id]; ok {
			watch(refs)
		}
	}
}

// Draft returns the response as it stands.
func (s *Session) Draft() Draft {
	return Draft{
		FormID: s.prog.def.Settings.ID, Version: s.prog.def.Settings.Version, InstanceID: s.instanceID,
		XML: s.encode(true), Started: s.started, Changed: s.changedAt, Audit: s.log(),
	}
}

// Relevant returns the response as it stands without what is not relevant: what
// would be submitted, if it were allowed.
func (s *Session) Relevant() []byte { return s.encode(false) }

// Finalize makes the response ready. With violations the submission is empty
// and the response goes on as it is.
func (s *Session) Finalize() (Submission, []Violation) {
	s.recomputeAll() // what is computed from now() is computed at the end once more
	if found := s.Validate(); len(found) > 0 {
		s.notify()
		return Submission{}, found
	}
	finished := s.End()
	s.nameInstance()
	s.finishAudit()
	s.notify()
	sub := Submission{
		FormID: s.prog.def.Settings.ID, Version: s.prog.def.Settings.Version, InstanceID: s.instanceID,
		XML: s.encode(false), Finished: finished,
	}
	if s.audit != nil {
		sub.Audit = s.audit.file()
	}
	s.eachQuestion(s.root, func(n *node) {
		if n.plan.q.Bind.Type == forms.Binary && n.value != "" && !slices.Contains(sub.Attachments, n.value) {
			sub.Attachments = append(sub.Attachments, n.value)
		}
	})
	if name := s.prog.instanceName; name != nil {
		if n := s.find(name.c.Ref); n != nil {
			sub.InstanceName = n.value
		}
	}
	return sub, nil
}

// End fills in what the form takes when the response is finished, such as the
// time, and returns that time. Finalize does it by itself.
func (s *Session) End() time.Time {
	finished := s.now()
	s.happens(s.root, forms.XFormsRevalidate)
	s.stampEnd(s.root, finished)
	s.run()
	return finished
}

// nameInstance fills in the instanceID, where the form has a place for it and
// leaves it blank.
func (s *Session) nameInstance() {
	if p := s.prog.instanceID; p != nil {
		if n := s.find(p.c.Ref); n != nil && n.value == "" {
			s.store(n, s.instanceID)
			s.run()
		}
	}
}

func (s *Session) now() time.Time {
	if s.opts.Now != nil {
		return s.opts.Now()
	}
	return time.Now()
}
