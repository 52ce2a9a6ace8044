package forms

import (
	"fmt"
	"strings"
)

// A Ref is an absolute path in the primary instance: /data/member/age in a
// definition, /data/member[2]/age (positions count from 1) in a session.
type Ref string

// Child returns the ref of the child called name.
func (r Ref) Child(name string) Ref { return r + "/" + Ref(name) }

// At returns r as the i-th instance of a repeat, counted from 1.
func (r Ref) At(i int) Ref { return Ref(fmt.Sprintf("%s[%d]", r, i)) }

// Name returns the last step without its position.
func (r Ref) Name() string {
	s := string(r[strings.LastIndexByte(string(r), '/')+1:])
	name, _, _ := strings.Cut(s, "[")
	return name
}

// Parent returns r without its last step; the parent of /data is "".
func (r Ref) Parent() Ref {
	if i := strings.LastIndexByte(string(r), '/'); i > 0 {
		return r[:i]
	}
	return ""
}

// Generic returns r without positions, as the definition knows it.
func (r Ref) Generic() Ref {
	var b strings.Builder
	for {
		open := strings.IndexByte(string(r), '[')
		if open < 0 {
			b.WriteString(string(r))
			return Ref(b.String())
		}
		b.WriteString(string(r[:open]))
		shut := strings.IndexByte(string(r[open:]), ']')
		if shut < 0 {
			return Ref(b.String())
		}
		r = r[open+shut+1:]
	}
}
