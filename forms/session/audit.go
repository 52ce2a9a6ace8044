package session

import (
	"slices"
	"strings"
	"time"

	"baraza.example/forms"
)

// An AuditEvent is one line of the log that a form may ask for with a node
// meta/audit (https://getodk.github.io/xforms-spec/#client-audit-logs): what a
// person did and when. The names of events are those of ODK Collect
// (https://docs.getodk.org/form-audit-log/).
type AuditEvent struct {
	Event  string // "form start", "question", "add repeat" …
	Node   forms.Ref
	Start  time.Time
	End    time.Time // of what lasts; zero for what happens at once
	Old    string    // the answer before and after, where the form asks for changes
	New    string
	Place  string `json:",omitempty" cbor:",omitempty"` // a geopoint, where the form asks for places and one is known
	User   string `json:",omitempty" cbor:",omitempty"` // who did it, where the form asks who
	Reason string `json:",omitempty" cbor:",omitempty"` // of a "change reason"
}

// Events that only a screen knows of; see [Session.Log].
const (
	EventJump      = "jump"       // the list of all pages
	EventEndScreen = "end screen" // what is shown behind the last question
	EventSave      = "form save"
	EventExit      = "form exit"
	EventSaveError = "save error"
)

// Events of the log that the session sees by itself.
const (
	eventStart       = "form start"
	eventResume      = "form resume"
	eventFinalize    = "form finalize"
	eventQuestion    = "question"
	eventGroup       = "group questions"
	eventAddRepeat   = "add repeat"
	eventDropRepeat  = "delete repeat"
	eventConstraint  = "constraint error"
	eventReason      = "change reason"
	eventTracking    = "location tracking enabled"
	eventNoProviders = "location providers disabled"
	eventNoAudio     = "background audio disabled"
)

// MaxAudit bounds the events that are kept of one response; later ones are
// left out but for those of the whole form.
const MaxAudit = 20_000

// MaxReason bounds, in bytes, what is kept of a reason and of a name.
const MaxReason = 4 << 10

// An auditor keeps the log of a session whose form asks for one.
type auditor struct {
	plan    *plan
	events  []AuditEvent
	group   *AuditEvent // the group that is asked on one screen
	open    *AuditEvent // the question or screen that is being looked at
	user    string
	began   time.Time // with it all times are measured: see at
	changes bool      // odk:track-changes
	reasons bool      // odk:track-changes-reasons
	who     bool      // odk:identify-user
	places  places    // odk:location-…
	unheard bool      // a recording was asked for before anything was logged
}

func newAuditor(p *plan) *auditor {
	if p == nil {
		return nil
	}
	a := &auditor{plan: p}
	for _, at := range p.c.Bind.Attrs {
		switch local(at.Name) {
		case "track-changes":
			a.changes = at.Value == "true"
		case "track-changes-reasons":
			a.reasons = at.Value == "on-form-edit"
		case "identify-user":
			a.who = at.Value == "true"
		default:
			a.places.set(local(at.Name), at.Value)
		}
	}
	return a
}

// at is the time of an event: the wall clock of the beginning and what has
// passed since, so that a clock which is set meanwhile shortens no visit.
func (s *Session) at() time.Time {
	now := s.now()
	if a := s.audit; a.began.IsZero() {
		a.began = now
	}
	return s.audit.began.Add(now.Sub(s.audit.began))
}

// Audited reports whether the form asks for a log.
func (s *Session) Audited() bool { return s.audit != nil }

// Come tells the log that the person looks at the question, or the group asked
// on one screen, at ref now; "" says that none is looked at. It does nothing
// where the form asks for no log.
func (s *Session) Come(ref forms.Ref) {
	a := s.audit
	if a == nil || !s.begun {
		return
	}
	n := s.find(ref)
	if n == nil || n.plan.isAttr {
		s.leaveAll()
		return
	}
	if a.open != nil && a.open.Event == eventQuestion && a.open.Node == n.ref() {
		return // still there
	}
	s.leave()
	screen := n.fieldList()
	if a.group != nil && (screen == nil || a.group.Node != screen.ref()) {
		s.leaveAll()
	}
	if screen != nil && a.group == nil {
		a.group = s.event(eventGroup, screen.ref())
	}
	if n.plan.q != nil {
		a.open = s.event(eventQuestion, n.ref())
		a.open.Old, a.open.New = n.value, n.value
	}
}

// fieldList is the group around n, or n itself, that a form asks on one screen.
func (n *node) fieldList() *node {
	var found *node
	for at := n; at != nil && at.plan != nil; at = at.parent {
		if !at.isRange && at.plan.q == nil && slices.Contains(strings.Fields(at.plan.c.Appearance), "field-list") {
			found = at
		}
	}
	return found
}

// Log adds an event that only a screen knows of. [EventJump] and
// [EventEndScreen] last until the next one.
func (s *Session) Log(event string) {
	if s.audit == nil || !s.begun {
		return
	}
	s.leaveAll()
	e := s.event(event, "")
	if event == EventJump || event == EventEndScreen {
		s.audit.open = e
		return
	}
	s.audit.add(*e)
}

// NeedsUser reports whether the form wants to know who fills it in
// (identify-user) before anything is asked, and nobody has said so yet in this
// session.
func (s *Session) NeedsUser() bool {
	return s.audit != nil && s.audit.who && strings.TrimSpace(s.audit.user) == ""
}

// User is who filled the form in last, as the log has it.
func (s *Session) User() string {
	if s.audit == nil {
		return ""
	}
	for _, e := range slices.Backward(s.audit.events) {
		if e.User != "" {
			return e.User
		}
	}
	return ""
}

// Identify says who fills the form in from now on. What was logged before
// anybody was named in this session is theirs too.
func (s *Session) Identify(name string) {
	a := s.audit
	if a == nil || !a.who {
		return
	}
	name = limited(name)
	for i := range slices.Backward(a.events) {
		if a.events[i].User != "" || a.events[i].Start.Before(a.began) {
			break
		}
		a.events[i].User = name
	}
	a.user = name
}

// NeedsReason reports whether a reason must be given (track-changes-reasons)
// before the response is finished: it was made ready before, and something was
// answered otherwise since.
func (s *Session) NeedsReason() bool {
	a := s.audit
	if a == nil || !a.reasons || s.Revised() == "" || !s.changedAt.After(s.started) {
		return false
	}
	return !slices.ContainsFunc(a.events, func(e AuditEvent) bool {
		return e.Event == eventReason && !e.Start.Before(s.changedAt)
	})
}

// Reason keeps in the log why answers were changed. A blank one is none.
func (s *Session) Reason(why string) {
	if why = limited(why); s.audit == nil || why == "" {
		return
	}
	s.leaveAll()
	e := s.event(eventReason, "")
	e.Reason = why
	s.audit.add(*e)
}

func limited(words string) string {
	words = strings.TrimSpace(words)
	if len(words) > MaxReason {
		words = strings.ToValidUTF8(words[:MaxReason], "")
	}
	return words
}

// logged adds an event that the session itself has seen.
func (s *Session) logged(event string, node forms.Ref) {
	if s.audit == nil || !s.begun {
		return
	}
	s.leave()
	e := s.event(event, node)
	if event == eventAddRepeat {
		e.End = e.Start
	}
	s.audit.add(*e)
}

// event is one that begins now.
func (s *Session) event(event string, node forms.Ref) *AuditEvent {
	return &AuditEvent{Event: event, Node: node, Start: s.at(), User: s.audit.user, Place: s.place()}
}

// answered notes an answer to n, which was old.
func (s *Session) answered(n *node, old string) {
	a := s.audit
	if a == nil {
		return
	}
	if a.open == nil || a.open.Event != eventQuestion || a.open.Node != n.ref() {
		s.Come(n.ref())
		if a.open != nil {
			a.open.Old = old
		}
	}
	if a.open != nil {
		a.open.New = n.value
	}
}

// leave ends the look at a question.
func (s *Session) leave() {
	a := s.audit
	if a.open == nil {
		return
	}
	e := *a.open
	a.open = nil
	s.end(&e)
}

// leaveAll ends the look at a question and at the group around it.
func (s *Session) leaveAll() {
	s.leave()
	if a := s.audit; a.group != nil {
		e := *a.group
		a.group = nil
		s.end(&e)
	}
}

// end adds an event that lasted until now. Of the questions of a group on one
// screen only those are logged whose answers changed, where that is asked for.
func (s *Session) end(e *AuditEvent) {
	a := s.audit
	e.End = s.at()
	if e.Place == "" {
		e.Place = s.place() // it may be known by now
	}
	if !a.changes || e.Old == e.New {
		e.Old, e.New = "", ""
	}
	if e.Event == eventQuestion && a.group != nil && e.Old == e.New {
		return
	}
	a.add(*e)
}

func (a *auditor) add(e AuditEvent) {
	if len(a.events) < MaxAudit || e.Node == "" && len(a.events) < 2*MaxAudit {
		a.events = append(a.events, e)
	}
}

// log is all events so far; what is still looked at is in it as if it ended now.
func (s *Session) log() []AuditEvent {
	a := s.audit
	if a == nil {
		return nil
	}
	events, group, open := a.events, a.group, a.open
	a.events = slices.Clone(events)
	s.leaveAll()
	all := a.events
	a.events, a.group, a.open = events, group, open
	return all
}

// finishAudit ends the log and names its file.
func (s *Session) finishAudit() {
	if s.audit == nil {
		return
	}
	s.Log(EventSave)
	s.Log(EventExit)
	s.Log(eventFinalize)
	if n := s.find(s.audit.plan.c.Ref); n != nil {
		s.store(n, AuditFile)
		s.run()
	}
}
