package bundle

import (
	"bytes"
	"slices"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// A Summary is what is here of the parts that one writer wrote at one time.
type Summary struct {
	Bundle  [16]byte
	Writer  batch.Peer // as it says of itself
	Signed  bool       // every part that is here is whole and signed by the writer
	Time    int64      // by the writer's clock
	Parts   []Part     // by their number
	Missing []uint32   // parts that are not here whole; behind the last one here nothing is known unless Last
	Last    bool       // the last part is here
	Bytes   int64
	Counts
}

// Whole reports whether nothing of it is missing or damaged.
func (s Summary) Whole() bool { return s.Last && len(s.Missing) == 0 }

// Summaries tells what stands in the bundle before anything of it is taken:
// oldest first, and files that can't be read as a Summary without a number.
func (b *Bundle) Summaries() []Summary {
	of := map[[16]byte]*Summary{}
	var all []*Summary
	for _, p := range b.Parts() {
		s := of[p.Head.Bundle]
		if s == nil || p.Head.Part == 0 {
			s = &Summary{Bundle: p.Head.Bundle, Writer: batch.Peer{ID: p.Head.Writer, Role: p.Head.Role, Name: p.Head.Name}, Time: p.Head.Time}
			if p.Head.Part > 0 {
				of[p.Head.Bundle] = s
			}
			all = append(all, s)
		}
		s.Parts = append(s.Parts, p)
		s.Bytes += p.Bytes
		s.Counts.add(p.Counts)
	}
	out := make([]Summary, len(all))
	for i, s := range all {
		s.settle()
		out[i] = *s
	}
	slices.SortStableFunc(out, func(x, y Summary) int {
		if x.Time != y.Time {
			return int(min(max(x.Time-y.Time, -1), 1))
		}
		return bytes.Compare(x.Bundle[:], y.Bundle[:])
	})
	return out
}

// maxListed bounds the parts that are named as missing: a hostile number names
// four billion.
const maxListed = 1000

func (s *Summary) settle() {
	slices.SortStableFunc(s.Parts, func(x, y Part) int { return int(min(max(int64(x.Head.Part)-int64(y.Head.Part), -1), 1)) })
	here := map[uint32]bool{}
	s.Signed = true
	top := uint32(0)
	for _, p := range s.Parts {
		top = max(top, p.Head.Part)
		here[p.Head.Part] = here[p.Head.Part] || p.Damage == nil
		s.Last = s.Last || p.Last && p.Damage == nil
		s.Signed = s.Signed && p.Signed
	}
	for n := uint32(1); n <= top && len(s.Missing) < maxListed; n++ {
		if !here[n] {
			s.Missing = append(s.Missing, n)
		}
	}
}

// Origins lists the devices whose records are here, and how many there are of
// each.
func (b *Bundle) Origins() map[identity.ID]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	origins := map[identity.ID]int{}
	for c, records := range b.chains {
		origins[c.Origin] += len(records.records)
	}
	return origins
}

// Centres lists the cards of centres that travel in the bundle.
func (b *Bundle) Centres() []*identity.Centre {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []*identity.Centre
	for _, c := range b.centres {
		all = append(all, c)
	}
	slices.SortFunc(all, func(x, y *identity.Centre) int { return bytes.Compare(x.RootKey, y.RootKey) })
	return all
}
