package xlsform

import (
	"cmp"
	"slices"
	"strings"

	"baraza.example/forms"
)

// An allotment is where an entity may stand: within scope, as near to wanted as
// there is room, because a container holds one entity.
type allotment struct {
	entity *entity
	scope  []forms.Element
	wanted []forms.Element
	saved  [][]forms.Element // what the questions that are saved stand in
}

// boundary is the part of a path up to its deepest repeat, or the root.
func boundaryOf(path []forms.Element) []forms.Element {
	for i := len(path) - 1; i > 0; i-- {
		if isRepeat(path[i]) {
			return path[:i+1]
		}
	}
	return path[:1]
}

// repeats counts those on a path.
func repeats(path []forms.Element) (n int) {
	for _, e := range path {
		if isRepeat(e) {
			n++
		}
	}
	return n
}

// below counts the groups between the end of a path and its boundary.
func below(path []forms.Element) int { return len(path) - len(boundaryOf(path)) }

func samePath(a, b []forms.Element) bool { return slices.Equal(a, b) }

// pathName is a path as an author reads it.
func pathName(path []forms.Element) string {
	names := []string{"survey"}
	for _, e := range path[1:] {
		names = append(names, e.Base().Name)
	}
	return "/" + strings.Join(names, "/")
}

// wish settles where an entity wants to stand: in the deepest repeat that it
// takes values from, near to what is saved. It is a fault when it takes values
// from repeats beside each other.
func (r *reader) wish(e *entity) (allotment, bool) {
	root := []forms.Element{r.def.Root}
	if len(e.refs) == 0 {
		return allotment{entity: e, scope: root, wanted: root}, true
	}
	var scope, deepest, deepestSaved []forms.Element
	scopeRef := e.refs[0]
	a := allotment{entity: e}
	for _, ref := range e.refs {
		b := boundaryOf(ref.path)
		if scope == nil || repeats(b) > repeats(scope) {
			scope, scopeRef, deepest = b, ref, ref.path
			if ref.saveTo != "" {
				deepestSaved = ref.path
			}
		}
		if samePath(b, scope) && below(ref.path) > below(deepest) {
			deepest = ref.path
		}
		if ref.saveTo == "" {
			continue
		}
		if !slices.ContainsFunc(a.saved, func(p []forms.Element) bool { return samePath(p, ref.path) }) {
			a.saved = append(a.saved, ref.path)
		}
		if deepestSaved == nil || samePath(b, scope) && below(ref.path) > below(deepestSaved) {
			deepestSaved = ref.path
		}
	}
	a.scope, a.wanted = scope, deepest
	if deepestSaved != nil {
		a.wanted = commonContainer(a.saved, deepestSaved)
	}
	return a, r.withinScope(e, a, scopeRef)
}

// commonContainer is the deepest container around all that is saved.
func commonContainer(saved [][]forms.Element, deepest []forms.Element) []forms.Element {
	common := saved[0]
	for _, p := range saved[1:] {
		n := 0
		for n < len(common) && n < len(p) && common[n] == p[n] {
			n++
		}
		common = common[:n]
	}
	if len(saved) == 1 {
		return common
	}
	scope := boundaryOf(deepest)
	if c := cmp.Or(cmp.Compare(repeats(scope), repeats(common)), cmp.Compare(below(scope), below(common))); c >= 0 {
		return scope
	}
	return common
}

// withinScope reports values that one entity can't have together.
func (r *reader) withinScope(e *entity, a allotment, scopeRef entityRef) bool {
	ok := true
	for _, ref := range e.refs {
		b := boundaryOf(ref.path)
		apart := len(b) > len(a.scope) || !samePath(a.scope[:len(b)], b)
		switch {
		case ref.saveTo != "" && (apart || !samePath(boundaryOf(a.wanted), b)):
			r.fault(ref.place, "entity-scope", "copy the value with a calculate question", "the list %q takes values from %s, so it can't save one from %s", e.dataset, pathName(scopeRef.path), pathName(ref.path))
			ok = false
		case apart:
			r.fault(e.place, "entity-scope", "copy the value with a calculate question", "the list %q takes values from %s, so it can't take %q from %s", e.dataset, pathName(scopeRef.path), ref.element.Base().Name, pathName(ref.path))
			ok = false
		}
	}
	return ok
}

// allot gives each entity, in their order, a container of its own.
func (r *reader) allot() (placed [][]forms.Element, ok bool) {
	var wishes []allotment
	ok = true
	for _, e := range r.entities {
		a, fine := r.wish(e)
		wishes = append(wishes, a)
		ok = ok && fine
	}
	if !ok {
		return nil, false
	}
	placed = make([][]forms.Element, len(wishes))
	if len(wishes) == 1 && len(wishes[0].scope) == 1 { // as forms had it before they could have several
		placed[0] = wishes[0].scope
		return placed, true
	}
	taken := map[forms.Element]*entity{}
	for i, a := range wishes {
		conflict := a.entity
		for depth := len(a.wanted); depth >= len(a.scope); depth-- {
			at := a.wanted[depth-1]
			if conflict = taken[at]; conflict == nil {
				placed[i] = a.wanted[:depth]
				taken[at] = a.entity
				for _, p := range a.saved {
					for j := len(p); j >= depth; j-- {
						taken[p[j-1]] = a.entity
					}
				}
				break
			}
			if other := firstTaken(taken, a.saved); other != nil {
				conflict = other
				break
			}
		}
		if conflict != nil {
			r.fault(a.entity.place, "entity-place", "", "a group, repeat or form holds one entity, and in %s there is no room beside that of row %d", pathName(a.scope), conflict.place.Row)
			ok = false
		}
	}
	return placed, ok
}

// firstTaken is the entity that stands between a saved question and its place.
func firstTaken(taken map[forms.Element]*entity, saved [][]forms.Element) *entity {
	for _, p := range saved {
		if e := taken[p[len(p)-1]]; e != nil {
			return e
		}
	}
	return nil
}
