package formstest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"baraza.example/forms"
	"baraza.example/forms/session"
	"baraza.example/forms/xlsform"
)

// Clock is what it is o'clock in scenarios.
var Clock = time.Date(2026, 3, 31, 14, 30, 0, 0, time.FixedZone("EAT", 3*60*60))

// A Scenario is a form being filled in by a test. Questions go by their name,
// or by their path without the root where a name isn't enough:
// "member[2]/age".
type Scenario struct {
	*session.Session
	t testing.TB
}

// Fill reads the form that a table stands for and begins a response. Options
// may be changed by the functions given; the clock stands at [Clock].
func Fill(t testing.TB, table string, change ...func(*session.Options)) *Scenario {
	t.Helper()
	return Start(t, Read(t, table), change...)
}

// Read reads a table that must be a usable form.
func Read(t testing.TB, table string) *forms.Definition {
	t.Helper()
	def, found := xlsform.Read(Table(table))
	if err := forms.Usable(found); err != nil {
		t.Fatal(err)
	}
	return def
}

// Start begins a response to a form.
func Start(t testing.TB, def *forms.Definition, change ...func(*session.Options)) *Scenario {
	t.Helper()
	opts := session.Options{Now: func() time.Time { return Clock }}
	for _, c := range change {
		c(&opts)
	}
	s, err := session.Start(def, opts)
	if err != nil {
		t.Fatal(err)
	}
	return &Scenario{s, t}
}

// Ref is the ref of what name stands for.
func (f *Scenario) Ref(name string) forms.Ref {
	f.t.Helper()
	root := f.Definition().Root
	ref := root.Ref.Child(name)
	if _, ok := f.Session.Node(ref); ok {
		return ref
	}
	if strings.Contains(name, "/") {
		f.t.Fatalf("there is no %s", ref)
	}
	for e := range f.Definition().All() {
		if e.Base().Name == name {
			return e.Base().Ref
		}
	}
	f.t.Fatalf("the form has nothing called %s", name)
	return ""
}

// Of returns the node that name stands for.
func (f *Scenario) Of(name string) session.Node {
	f.t.Helper()
	n, ok := f.Session.Node(f.Ref(name))
	if !ok {
		f.t.Fatalf("there is no %s", name)
	}
	return n
}

// Answer answers a question; the answer must be taken.
func (f *Scenario) Answer(name, value string) {
	f.t.Helper()
	if err := f.Set(f.Ref(name), value); err != nil {
		f.t.Errorf("answer %q to %s: %v", value, name, err)
	}
}

// Violates answers a question and expects the answer to break a rule.
func (f *Scenario) Violates(name, value string, kind session.ViolationKind) {
	f.t.Helper()
	var v *session.Violation
	if err := f.Set(f.Ref(name), value); !errors.As(err, &v) || v.Kind != kind {
		f.t.Errorf("answer %q to %s: got %v, want a violation: %s", value, name, err, kind)
	}
}

// Add adds an instance to a repeat.
func (f *Scenario) Add(name string) forms.Ref {
	f.t.Helper()
	ref, err := f.AddRepeat(f.Ref(name))
	if err != nil {
		f.t.Fatal(err)
	}
	return ref
}

// Relevant expects that questions are asked.
func (f *Scenario) Relevant(names ...string) {
	f.t.Helper()
	for _, name := range names {
		if !f.Of(name).Relevant {
			f.t.Errorf("%s is not relevant, but should be", name)
		}
	}
}

// NotRelevant expects that questions are not asked.
func (f *Scenario) NotRelevant(names ...string) {
	f.t.Helper()
	for _, name := range names {
		if f.Of(name).Relevant {
			f.t.Errorf("%s is relevant, but should not be", name)
		}
	}
}

// Value expects the value of a question.
func (f *Scenario) Value(name, want string) {
	f.t.Helper()
	if got := f.Of(name).Value; got != want {
		f.t.Errorf("%s is %q, want %q", name, got, want)
	}
}

// Submission finalises the response, which must be possible.
func (f *Scenario) Submission() session.Submission {
	f.t.Helper()
	sub, found := f.Finalize()
	for _, v := range found {
		f.t.Error(&v)
	}
	if len(found) > 0 {
		f.t.FailNow()
	}
	return sub
}
