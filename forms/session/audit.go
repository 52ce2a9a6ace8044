package session

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"time"

	"baraza.example/forms"
)

// An AuditEvent is one line of the log that a form may ask for with a node
// meta/audit (https://getodk.github.io/xforms-spec/#client-audit-logs): what a
// person did and when.
type AuditEvent struct {
	Event string // "form start", "question", "add repeat" …
	Node  forms.Ref
	Start time.Time
	End   time.Time // of questions
	Old   string    // the answer before and after, where the form asks for changes
	New   string
}

// AuditFile is the name of the log among the attachments of a submission.
const AuditFile = "audit.csv"

// MaxAudit bounds the events that are kept of one response; later ones are
// left out but for those of the whole form.
const MaxAudit = 20_000

// An auditor keeps the log of a session whose form asks for one.
type auditor struct {
	plan    *plan
	events  []AuditEvent
	open    *AuditEvent // the question that is being looked at
	changes bool        // odk:track-changes
	user    bool        // odk:identify-user
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
		case "identify-user":
			a.user = at.Value == "true"
		}
	}
	return a
}

// Come tells the log that the person looks at the question at ref now; "" says
// that none is looked at. It does nothing where the form asks for no log.
func (s *Session) Come(ref forms.Ref) {
	a := s.audit
	if a == nil {
		return
	}
	a.close(s.now())
	if n := s.find(ref); n != nil && n.plan.q != nil {
		a.open = &AuditEvent{Event: "question", Node: ref, Start: s.now(), Old: n.value, New: n.value}
	}
}

// Log adds an event that only a screen knows of: "form save", "form exit",
// "jump", "end screen", "hierarchy".
func (s *Session) Log(event string) { s.logged(event, "") }

func (s *Session) logged(event string, node forms.Ref) {
	a := s.audit
	if a == nil || !s.begun {
		return
	}
	a.close(s.now())
	a.add(AuditEvent{Event: event, Node: node, Start: s.now()})
}

// answered notes an answer to n, which was old.
func (a *auditor) answered(s *Session, n *node, old string) {
	if a == nil {
		return
	}
	ref := n.ref()
	if a.open == nil || a.open.Node != ref {
		a.close(s.now())
		a.open = &AuditEvent{Event: "question", Node: ref, Start: s.now(), Old: old}
	}
	a.open.New = n.value
}

// close ends the look at a question.
func (a *auditor) close(at time.Time) {
	if a.open == nil {
		return
	}
	e := *a.open
	a.open = nil
	e.End = at
	if !a.changes || e.Old == e.New {
		e.Old, e.New = "", ""
	}
	a.add(e)
}

func (a *auditor) add(e AuditEvent) {
	if len(a.events) < MaxAudit || e.Node == "" && len(a.events) < 2*MaxAudit {
		a.events = append(a.events, e)
	}
}

// log is all events, an open one included.
func (a *auditor) log(at time.Time) []AuditEvent {
	if a == nil {
		return nil
	}
	all := slices.Clone(a.events)
	if a.open != nil {
		sofar := auditor{changes: a.changes, open: a.open}
		sofar.close(at)
		all = append(all, sofar.events...)
	}
	return all
}

// file is the log as ODK's clients write it: times in milliseconds since 1970.
func (a *auditor) file(user string) []byte {
	head := []string{"event", "node", "start", "end"}
	if a.changes {
		head = append(head, "old-value", "new-value")
	}
	if a.user {
		head = append(head, "user")
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{head}
	for _, e := range a.events {
		row := []string{e.Event, string(e.Node), millis(e.Start), millis(e.End)}
		if a.changes {
			row = append(row, e.Old, e.New)
		}
		if a.user {
			row = append(row, user)
		}
		rows = append(rows, row)
	}
	_ = w.WriteAll(rows) // a buffer takes everything
	return b.Bytes()
}

func millis(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}
