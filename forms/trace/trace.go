// Package trace replays what a person does with a form, operation by operation,
// and tells what became of the response: the traces that other programs record
// of their tests can be compared with it, and so can two versions of this one.
//
// The operations and the shape of results are those of JavaRosa's Scenario as
// ODK Web Forms ports it. Start at [Replay].
package trace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"baraza.example/forms"
	"baraza.example/forms/session"
	"baraza.example/forms/xform"
)

// A Request is a form and what is done with it.
type Request struct {
	XML       string            `json:"xml"` // an XForm
	Ops       []Op              `json:"ops"`
	Resources map[string]string `json:"resources"` // text of jr:// files by name
	Now       string            `json:"now"`       // RFC 3339; empty means that the clock runs
	// Instance is a response to go on with instead of beginning one; Edit says
	// that it was submitted before and this is its next revision.
	Instance string `json:"instance"`
	Edit     bool   `json:"edit"`
}

// An Op is one thing that is done or asked.
type Op struct {
	Op   string            `json:"op"`
	Args []json.RawMessage `json:"args"`
	Ref  string            `json:"ref"`
}

// A Reply is the response at the beginning and at the end, and a step for each
// operation.
type Reply struct {
	Initial string `json:"initial"`
	Steps   []Step `json:"steps"`
	Final   string `json:"final"` // once the form has filled in what it takes at the end; "=" as in After
}

// A Step is what became of one operation.
type Step struct {
	Op     string `json:"op"`
	Ref    string `json:"ref,omitempty"`   // where it led to
	After  string `json:"after,omitempty"` // the response, "=" where it is as it was
	Result any    `json:"result,omitempty"`
	Throws string `json:"throws,omitempty"` // why it could not be done

	Relevant *bool `json:"relevant,omitempty"` // of "node"
	ReadOnly *bool `json:"readonly,omitempty"`
	Required *bool `json:"required,omitempty"`
}

// Limits of a request.
const (
	MaxOps   = 100_000
	MaxReply = 256 << 20 // bytes of all steps together
)

// Replay opens the form and does what the request says, in the zone of the
// person. The error says why the form can't be filled in.
func Replay(r Request, zone *time.Location) (Reply, error) {
	if len(r.Ops) > MaxOps {
		return Reply{}, fmt.Errorf("more than %d operations", MaxOps)
	}
	s, err := open(r, zone)
	if err != nil {
		return Reply{}, err
	}
	p := &player{s: s, at: -1}
	p.last = s.Relevant()
	reply := Reply{Initial: string(p.last), Steps: []Step{}}
	size := len(p.last)
	for _, op := range r.Ops {
		step := p.do(op)
		if size += len(step.After); size > MaxReply {
			return Reply{}, fmt.Errorf("the steps come to more than %d MB", MaxReply>>20)
		}
		reply.Steps = append(reply.Steps, step)
	}
	s.End()
	reply.Final = p.after()
	return reply, nil
}

func open(r Request, zone *time.Location) (*session.Session, error) {
	def, found := xform.Read([]byte(r.XML))
	if err := forms.Usable(found); err != nil {
		return nil, err
	}
	opts := session.Options{
		Now:  func() time.Time { return time.Now().In(zone) },
		File: func(name string) ([]byte, error) { return resource(r.Resources, name) },
	}
	if r.Now != "" {
		t, err := time.Parse(time.RFC3339Nano, r.Now)
		if err != nil {
			return nil, fmt.Errorf("now: %w", err)
		}
		opts.Now = func() time.Time { return t.In(zone) }
	}
	switch {
	case r.Instance == "":
		return session.Start(def, opts)
	case r.Edit:
		return session.Edit(def, []byte(r.Instance), opts)
	}
	return session.Resume(def, session.Draft{XML: []byte(r.Instance)}, opts)
}

var errNoFile = errors.New("it is not among the resources")

// resource finds a file by the name that a jr:// URI ends in.
func resource(all map[string]string, name string) ([]byte, error) {
	for uri, text := range all {
		if uri == name || path.Base(uri) == path.Base(name) {
			return []byte(text), nil
		}
	}
	return nil, errNoFile
}

// A player goes through a response as a person does.
type player struct {
	s     *session.Session
	last  []byte // the response after the last change
	at    int    // among the steps; -1 before the first
	steps []session.Step
}

// do does one operation.
func (p *player) do(op Op) Step {
	out := Step{Op: op.Op}
	faults, last := len(p.s.Faults()), p.last
	err := p.try(op, &out)
	if all := p.s.Faults(); err == nil && len(all) > faults {
		for _, f := range all[faults:] {
			if errors.Is(f, session.ErrManyTargets) || errors.Is(f, session.ErrEndless) {
				err = f
			}
		}
	}
	if err != nil {
		p.last = last // what follows is compared with what was told
		return Step{Op: op.Op, Throws: err.Error()}
	}
	return out
}

// after is the response after a change, "=" where it is as it was.
func (p *player) after() string {
	now := p.s.Relevant()
	if bytes.Equal(now, p.last) {
		return "="
	}
	p.last = now
	return string(now)
}

// word is an argument that is a text, or "".
func word(op Op, i int) string {
	var s string
	if i < len(op.Args) {
		_ = json.Unmarshal(op.Args[i], &s) // all else is no word
	}
	return s
}

// ref is the place that an operation names in its first argument or its ref.
func ref(op Op) forms.Ref {
	if s := word(op, 0); strings.HasPrefix(s, "/") {
		return forms.Ref(s)
	}
	return forms.Ref(op.Ref)
}
